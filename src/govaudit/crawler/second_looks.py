"""What failed and is looked at again later in the run: when, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.crawler.downloader.politeness import FOREIGN_RETRY_AFTER_CAP, seconds_to_wait
from govaudit.inspection.facts import Fetch, Lane
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from govaudit.inspection.fact_tables import Target

_NEVER_AGAIN = frozenset({Reason.BLOCKED_PAGE, Reason.ROBOTS, Reason.TOO_LARGE})
_WAITED_OUT = 429
_BACK_OFF = {
    Reason.TIMEOUT: 300, Reason.RESET: 150, Reason.CONNECT: 150, Reason.DNS: 150, Reason.TLS: 50,
    Reason.SERVER_ERROR: 150, Reason.BLOCKED_STATUS: 150,
}  # fmt: skip
"""How long to wait before the next look, in the crawl's own intervals: 300 are a minute at 5 requests a second."""
_SHORT_BACK_OFF = 25
_LONGEST = 120.0
_MOST_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Again:
    """A target that failed; ``look``: number of the look that is due; ``due``: from when, on the crawl's clock."""

    target: Target
    look: int
    due: float


class SecondLooks:
    """Targets whose last look failed and that deserve another one: a second, and a third where two disagree."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        """``rate``: requests a second and host, 0 = no limit, then there is no back-off either; ``clock``: seconds
        that only grow."""
        self._interval = 1.0 / rate if rate > 0 else 0.0
        self._clock = clock
        self._waiting: dict[str, Again] = {}
        self._first: dict[str, tuple[Reason | None, int]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def remember(self, target: Target, fetch: Fetch) -> None:
        """Take in a look, in the order in which the looks at a target were taken."""
        url = target.url
        self._waiting.pop(url, None)
        first = self._first.pop(url, None)
        if not deserves_second_look(fetch, target.lane) or fetch.look >= _MOST_LOOKS:
            return
        kind = _kind(fetch)
        if fetch.look == 1:
            self._first[url] = kind
        elif first is None or first == kind:
            return
        due = self._clock() + self._back_off(fetch)
        self._waiting[url] = Again(target, fetch.look + 1, due)

    def wait(self) -> float | None:
        """Seconds until the first of them is due; ``None``: there are none."""
        if not self._waiting:
            return None
        return max(0.0, min(one.due for one in self._waiting.values()) - self._clock())

    def take(self) -> list[Again]:
        """Those that are due, nearest to the home page first."""
        now = self._clock()
        due = [one for one in self._waiting.values() if one.due <= now]
        for one in due:
            del self._waiting[one.target.url]
        return sorted(due, key=lambda one: (one.target.depth, one.target.url))

    def _back_off(self, fetch: Fetch) -> float:
        intervals = _BACK_OFF.get(fetch.reason, _SHORT_BACK_OFF) if fetch.reason else _SHORT_BACK_OFF
        wanted = min(intervals * self._interval * fetch.look, _LONGEST)
        asked_for = next((value for name, value in fetch.headers if name == "retry-after"), "")
        return max(wanted, min(seconds_to_wait(asked_for) or 0.0, FOREIGN_RETRY_AFTER_CAP))


def deserves_second_look(fetch: Fetch, lane: Lane) -> bool:
    """Every failure but a clear refusal: walls are not knocked at twice, only "too many requests" passes.

    An answer that cannot be the file that was asked for (nothing at all, a page instead of an attachment) is one.
    """
    if fetch.opened:
        cut_short = fetch.truncated and fetch.detail.startswith("incomplete")
        return fetch.size == 0 or cut_short or (lane is Lane.ATTACHMENT and fetch.magic == "html")
    if fetch.reason is Reason.BLOCKED_STATUS:
        return fetch.status == _WAITED_OUT or fetch.status >= 500
    return fetch.reason not in _NEVER_AGAIN


def _kind(fetch: Fetch) -> tuple[Reason | None, int]:
    return fetch.reason, fetch.status
