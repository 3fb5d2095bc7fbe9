"""Whether failures are the sites' own or our network's: while nobody answers, a failure says nothing of a site."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from govaudit.inspection.watch_log import Visit

_KEPT = 50
_KNOCKED = 5
_MEMORY = 600.0
"""Seconds that visits count as being at the same time."""
_FEW = 5
"""With fewer servers than these, chance alone can make most of them fail."""
_MOST = 0.5

Family = Literal[4, 6]


class Failed(NamedTuple):
    """A visit that failed where the one before had not."""

    key: str
    slot: int


class _Recent(NamedTuple):
    """What was last seen of a place: failures since it last opened, each with its time."""

    at: float
    failed: tuple[tuple[float, Failed], ...]


class OwnNetwork:
    """Knows who answered last and what just failed. ``place`` is what sites on the same server share."""

    def __init__(
        self,
        answers: Callable[[str, Family], Awaitable[bool]],
        controls: Iterable[str],
        known: Iterable[str],
        now: Callable[[], float],
    ) -> None:
        """``answers``: whether anything answers at an address; ``controls``: addresses given for this purpose;
        ``known``: home pages that opened when they were last visited; ``now``: seconds that only grow."""
        self._answers = answers
        self._controls = tuple(controls)
        self._now = now
        self._open: OrderedDict[str, tuple[str, float, frozenset[int]]] = OrderedDict()
        for url in list(known)[-_KEPT:]:
            self._open[url] = (url, float("-inf"), frozenset())
        self._recent: OrderedDict[str, _Recent] = OrderedDict()
        self._failing = 0
        self._knocks: dict[tuple[Family, str], tuple[float, asyncio.Task[bool | None]]] = {}

    def opened(self, url: str, place: str, families: Iterable[int]) -> None:
        """A home page opened over these families."""
        now = self._now()
        self._open.pop(url, None)
        self._open[place] = (url, now, frozenset(families))
        self._open.move_to_end(place)
        if len(self._open) > _KEPT:
            self._open.popitem(last=False)
        self._note(place, ())

    def failed(self, place: str, visit: Failed) -> None:
        """A home page failed that had opened before."""
        now = self._now()
        before = self._recent.get(place)
        lately = [one for one in (before.failed if before else ()) if one[0] >= now - _MEMORY]
        self._note(place, (*lately, (now, visit)))

    async def excuse(self, url: str, place: str, visit: Visit, since: float) -> str:
        """Why a failed visit that began at ``since`` says nothing of the site; empty: it does. ``away``: nobody
        answered either; ``nobody-to-ask``: there is nobody to compare with."""
        fault = visit.fault
        if fault is None or fault.status:
            return ""
        if any(
            at >= since and fault.family in families
            for known, at, families in self._open.values()
            if known != url
        ):
            return ""
        works = await self._knock(fault.family, place, url, since)
        if works is None:
            return "nobody-to-ask"
        return "" if works else "away"

    def most_fail(self) -> list[Failed]:
        """The visits that failed lately, when they are most of all servers that were open before; else none."""
        self._forget()
        if len(self._recent) < _FEW or self._failing < _MOST * len(self._recent):
            return []
        return [failed for one in self._recent.values() for _, failed in one.failed]

    async def _knock(self, family: Family, place: str, url: str, since: float) -> bool | None:
        """Whether one of the controls answers now; ``None``: there are none. One knocking serves all that failed
        before it began."""
        started, task = self._knocks.get((family, url), (float("-inf"), None))
        if task is None or started < since:
            task = asyncio.ensure_future(self._anybody(family, place, url))
            self._knocks = {one: kept for one, kept in self._knocks.items() if not kept[1].done()}
            self._knocks[family, url] = self._now(), task
        return await asyncio.shield(task)

    async def _anybody(self, family: Family, place: str, url: str) -> bool | None:
        latest = list(reversed(self._open.items()))
        latest.sort(key=lambda one: one[0] == place)
        others = [known for _, (known, _, _) in latest if known != url]
        asked = dict.fromkeys(one for one in (*self._controls, *others[:_KNOCKED]) if one != url)
        if not asked:
            return None
        knocks = [asyncio.ensure_future(self._answers(one, family)) for one in asked]
        try:
            for answer in asyncio.as_completed(knocks):
                if await answer:
                    return True
            return False
        finally:
            for knock in knocks:
                knock.cancel()

    def _note(self, place: str, failed: tuple[tuple[float, Failed], ...]) -> None:
        self._drop(place)
        self._recent[place] = _Recent(self._now(), failed)
        self._failing += bool(failed)
        self._forget()

    def _drop(self, place: str) -> None:
        before = self._recent.pop(place, None)
        self._failing -= bool(before and before.failed)

    def _forget(self) -> None:
        """Drop what is not at the same time any more; the oldest stand first."""
        while self._recent:
            place, oldest = next(iter(self._recent.items()))
            if oldest.at >= self._now() - _MEMORY:
                return
            self._drop(place)
