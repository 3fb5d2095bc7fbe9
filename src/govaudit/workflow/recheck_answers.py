"""What new visits say of a finding: fixed, still wrong, or could not be told and why. A fault is gone only when every
place that it rested on was read anew, and when nothing but the site has changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.facts import Skipped
from govaudit.inspection.finding import Finding
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.workflow.recheck_places import BY_LOG, addresses_of

if TYPE_CHECKING:
    from govaudit.inspection.facts import Fetch
    from govaudit.inspection.finding import CheckResult
    from govaudit.inspection.site_facts import SiteFacts
    from govaudit.workflow.recheck_places import Places

_GONE = frozenset({404, 410})
_SKIPPED = {Skipped.ROBOTS: Reason.ROBOTS, Skipped.BUDGET: Reason.BUDGET, Skipped.HOST_DOWN: Reason.CONNECT}


class Answer(StrEnum):
    """What a recheck says of one finding."""

    FIXED = "fixed"
    STILL = "still"
    UNTOLD = "untold"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one finding. ``before``: as it was; ``after``: as it is found now, ``None`` where it is not;
    ``reason`` with ``place``: why it could not be told, and where; ``because``: key of the sentence that says more.
    ``rule_changed``, ``profile_changed``: it was judged under another one than before; ``visited``: places that were
    looked at anew."""

    before: Finding
    answer: Answer
    after: Finding | None = None
    reason: Reason | None = None
    place: str = ""
    because: str = ""
    rule_changed: bool = False
    profile_changed: bool = False
    visited: int = 0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Why a place could not be read anew; ``reason`` ``None``: it was, or is certainly gone."""

    url: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Visits:
    """What was visited anew. ``facts``: after the visits; ``stored``: those of the run; ``since``: UTC seconds from
    which looks are new."""

    facts: SiteFacts
    stored: SiteFacts
    since: float

    def looks(self, url: str) -> list[Fetch]:
        """New looks at an address."""
        return [look for look in self.facts.looks(url) if look.at >= self.since]

    def made(self, url: str) -> bool:
        """Whether an address was visited anew."""
        return bool(self.looks(url))

    def opened(self, url: str) -> bool:
        """Whether a new visit opened an address."""
        looks = self.looks(url)
        return bool(looks) and looks[-1].opened

    def arrival(self, url: str) -> str:
        """Where a new visit of an address ended, empty where there was none."""
        looks = self.looks(url)
        return looks[-1].final_url if looks else ""

    def seen(self, url: str) -> Seen:
        """How the visit of a place went."""
        looks = self.looks(url)
        if not looks:
            skipped = self.facts.why_left_out(url)
            return Seen(url=url, reason=_SKIPPED.get(skipped or Skipped.SCOPE, Reason.NOT_MEASURED))
        last = looks[-1]
        if not last.opened:
            return Seen(url=url, reason=None if _is_gone(last) else last.reason or Reason.SERVER_ERROR)
        before, now = self.stored.page(url), self.facts.page(url)
        if (
            before is not None
            and before.in_browser
            and now is not None
            and not now.in_browser
            and now.scripted
        ):
            return Seen(url=url, reason=Reason.BROWSER_NEEDED)
        return Seen(url=url)

    def shows(self, finding: Finding) -> bool:
        """Whether a page on which a finding stands was visited anew."""
        return any(self.made(url) for url in addresses_of(finding))


def answer(
    before: Finding,
    after: Finding | None,
    result: CheckResult,
    places: Places,
    visits: Visits,
    *,
    stored: CheckResult | None,
) -> Told:
    """Decide. ``after``: the finding as it is found now; ``result``: what the check said; ``stored``: what it says of
    the stored facts today, where it still finds the fault in them."""
    unread = next((one for url in places.all if (one := visits.seen(url)).reason is not None), None)
    if after is None:
        return _without_it(before, result, None if visits.opened(places.target) else unread, stored)
    if after.verdict is Verdict.INCONCLUSIVE:
        return untold(before, after.reason or Reason.NOT_MEASURED, after.page)
    if before.check in BY_LOG or visits.shows(after):
        return Told(before=before, answer=Answer.STILL, after=after)
    if unread is not None and unread.reason is not None:
        return untold(before, unread.reason, unread.url)
    return untold(before, Reason.BUDGET, after.page)


def _without_it(
    before: Finding, result: CheckResult, unread: Seen | None, stored: CheckResult | None
) -> Told:
    """The fault is not found any more: gone, or only not seen. ``unread``: a place of it that could not be read."""
    by_log = before.check in BY_LOG
    # What it could not tell of other pages when it found the fault is no doubt about this one.
    same_doubt = stored is not None and (stored.reason, stored.detail) == (result.reason, result.detail)
    if result.reason is not None and not (same_doubt and result.examined):
        return untold(before, result.reason, result.detail, because="by-log" if by_log else "")
    if result.verdict is Verdict.NOT_APPLICABLE:
        return untold(before, Reason.NOT_MEASURED, before.page, because="not-applicable")
    if unread is not None and unread.reason is not None:
        return untold(before, unread.reason, unread.url)
    if stored is None and not by_log:
        return untold(before, Reason.NOT_MEASURED, because="not-comparable")
    return Told(before=before, answer=Answer.FIXED)


def untold(before: Finding, reason: Reason, place: str = "", *, because: str = "") -> Told:
    """The answer that there is none."""
    return Told(before=before, answer=Answer.UNTOLD, reason=reason, place=place, because=because)


def _is_gone(fetch: Fetch) -> bool:
    return fetch.reason is None and fetch.status in _GONE
