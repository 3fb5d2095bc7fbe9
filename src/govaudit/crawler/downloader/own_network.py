"""Whether a failure is one address's own: only if others can still be reached just then.

Each failure of the network kind is followed by a control, one for all that failed meanwhile. Own addresses are
believed to be at fault when the site answers elsewhere, foreign ones when anybody does: the site, the hosts that
answered last, the name servers asked for a name that no cache can hold. When nobody answers who answered before, the
crawl waits and knocks until somebody does, and what failed meanwhile is asked for again as if nothing had been.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from typing import TYPE_CHECKING

from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NETWORK_FAULTS = frozenset({Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.RESET})
NAME_SERVERS = ""
"""Stands for the name servers among the controls."""
_KEPT = 3
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 15.0
_LONGEST_PAUSE_OF_THE_HURRIED = 0.2


class OwnNetwork:
    """Knows who answered last, and knocks there when something fails. Belongs to one event loop."""

    def __init__(
        self,
        home: str,
        knock: Callable[[str], Awaitable[bool]],
        clock: Callable[[], float],
        *,
        hurried: bool = False,
        longest: float,
    ) -> None:
        """``home``: address of the site; ``knock``: whether there is an answer at an address (or ``NAME_SERVERS``);
        ``clock``: seconds that only grow; ``hurried``: the site may be asked without pause;
        ``longest``: seconds that an outage may last."""
        self._home = home
        self._knock = knock
        self._clock = clock
        self._longest = longest
        self._longest_pause = _LONGEST_PAUSE_OF_THE_HURRIED if hurried else _LONGEST_PAUSE
        self._answering: dict[bool, OrderedDict[str, str]] = {True: OrderedDict(), False: OrderedDict()}
        self._controls: dict[bool, tuple[int, asyncio.Task[bool]]] = {}
        self._failures = 0
        self._back_at = -math.inf
        self._knocking: set[asyncio.Future[bool]] = set()
        self._stopped = asyncio.Event()
        self.has_answered = False
        """Whether anybody ever answered: without that there is nothing to compare with."""
        self.lost = False
        """The outage lasted too long."""

    def answered(self, url: str, *, own: bool) -> None:
        """Somebody was reached. ``own``: an address of the site."""
        self.has_answered = True
        hosts = self._answering[own]
        host = hostname_of(url)
        hosts[host] = url
        hosts.move_to_end(host)
        if len(hosts) > _KEPT:
            hosts.popitem(last=False)

    async def was_away(self, *, own: bool, since: float) -> bool:
        """To be asked after the failure of something that began at ``since``. ``False``: believe it. ``True``: nobody
        could be reached for a while since then; by now somebody can, unless it is ``lost`` or was stopped."""
        if not self.has_answered or self.lost or self._stopped.is_set():
            return self.lost
        self._failures += 1
        mine = self._failures
        while True:
            covers, control = self._controls.get(own, (0, None))
            if control is None or control.done():
                covers, control = self._failures, asyncio.ensure_future(self._until_back(own=own))
                self._controls[own] = covers, control
            away = await asyncio.shield(control)
            if covers >= mine:
                return away or since <= self._back_at

    def stop(self) -> None:
        """End all waiting."""
        self._stopped.set()

    async def _until_back(self, *, own: bool) -> bool:
        if await self._anybody(own=own):
            return False
        started, pause = self._clock(), _FIRST_PAUSE
        while not self._stopped.is_set():
            await self._wait(pause)
            if await self._anybody(own=own):
                self._back_at = self._clock()
                return True
            pause = min(pause * 2, self._longest_pause)
            if self._clock() - started >= self._longest:
                self.lost = True
                break
        return True

    async def _anybody(self, *, own: bool) -> bool:
        """Whether one of the controls answers; the first one that does is enough."""
        controls = [self._home, *self._answering[True].values()]
        if not own:
            controls += [*self._answering[False].values(), NAME_SERVERS]
        knocks = [asyncio.ensure_future(self._knock(one)) for one in dict.fromkeys(controls)]
        self._knocking.update(knocks)
        for knock in knocks:
            knock.add_done_callback(self._knocking.discard)
        for answer in asyncio.as_completed(knocks):
            if await answer:
                return True
        return False

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return
