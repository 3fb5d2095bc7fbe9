"""Politeness: the spacing of requests, waiting when a host asks for it or tires, leaving a dead one alone."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

from govaudit.crawler.downloader.breaker import Breaker
from govaudit.crawler.downloader.latency import Latency
from govaudit.inspection.run import BEIJING
from govaudit.inspection.urls import address_kind
from govaudit.inspection.verdict import BLOCKED_STATUSES, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from govaudit.crawler.downloader.shared_turns import SharedTurns
    from govaudit.inspection.hours import Hours

RETRY_AFTER_CAP = 600.0
"""Seconds; a host of the site that asks for more is asked again after these."""
FOREIGN_RETRY_AFTER_CAP = 60.0
FOREIGN_INTERVAL = 0.2
"""Seconds between two requests to a public address of somebody else, also when the site itself knows no limit."""
COOL_DOWNS = (20.0, 40.0, 80.0)
"""Seconds for which a host of the site that fails is left alone before each of its probes."""
_FIRST_BACK_OFF = 1.0
_LONGEST_BACK_OFF = 30.0
_LONGEST_MILD_BACK_OFF = 5.0
_LONGEST_DRAG = 10.0
_REFUSALS_IN_A_ROW = 3
"""Plain refusals (403 …) in a row after which they mean us, not a closed part of the site."""
_JITTER = 0.25
_LONGEST_SLEEP = 600.0
"""Seconds after which a long wait looks at the clock again: machines sleep, clocks are set."""
_BUSY = frozenset({429, 503})
HOST_FAULTS = frozenset({Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.RESET, Reason.TLS})


class Turn(Enum):
    """What became of waiting for a turn."""

    GRANTED = auto()
    STOPPED = auto()
    """The crawl is ending."""
    DOWN = auto()
    """The host answers no more; nobody asks it."""


@dataclass(slots=True)
class _Host:
    own: bool
    interval: float
    breaker: Breaker
    random: Random
    latency: Latency = field(default_factory=Latency)
    back_off: float = 0.0
    backed_off_at: float = float("-inf")
    paused_until: float = 0.0
    refusals: int = 0
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    sleeper: asyncio.Future[None] | None = None
    """Who is first in the line."""

    def step(self) -> float:
        """Seconds to the next turn; never twice the same, so that crawls do not fall into step."""
        drag = min(self.interval * self.latency.factor, _LONGEST_DRAG)
        mean = self.interval + self.back_off + drag
        return mean and mean * (1 - _JITTER + 2 * _JITTER * self.random.random())


class Politeness:
    """One gate a host, one budget an address."""

    def __init__(
        self,
        rate: float,
        *,
        is_own: Callable[[str], bool],
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        seed: int = 0,
        hours: Hours | None = None,
        shared: SharedTurns | None = None,
        on_pause: Callable[[datetime], None] = lambda _: None,
        own_patience: int = 24,
        patience: int = 3,
    ) -> None:
        """``rate``: requests a second and host, 0 = no limit; ``clock``: seconds that only grow; ``wall_clock``: UTC
        seconds; ``seed``: of the jitter; ``hours``: the only ones to ask in; ``on_pause``: is told when they begin
        again; ``own_patience``/``patience``: failures in a row that open the breaker of a host of the site / of
        others."""
        self._interval = 1.0 / rate if rate > 0 else 0.0
        self._is_own = is_own
        self._clock = clock
        self._wall_clock = wall_clock
        self._seed = seed
        self._hours = hours
        self._shared = shared
        self._on_pause = on_pause
        self._pause_told: datetime | None = None
        self._own_patience = own_patience
        self._patience = patience
        self._hosts: dict[str, _Host] = {}
        self._next_turns: dict[str, float] = {}
        self._stopped = False

    def slow_down(self, host: str, interval: float) -> None:
        """Never ask ``host`` more often than every ``interval`` seconds (``Crawl-delay``)."""
        gate = self._host(host)
        gate.interval = max(gate.interval, interval)

    def is_down(self, host: str) -> bool:
        """Whether the host stopped answering: asking on would only cost time-outs."""
        gate = self._hosts.get(host)
        return gate is not None and gate.breaker.down

    def recall(self, host: str, failures: int) -> None:
        """``host`` never answered when it was asked ``failures`` times before a restart."""
        gate = self._host(host)
        enough = failures >= gate.breaker.patience
        gate.breaker.down = enough and not gate.own
        gate.breaker.failures = min(failures, gate.breaker.patience - 1)

    def give_another_chance(self) -> None:
        """Let one more request decide about each host that is down: before the second look."""
        for gate in self._hosts.values():
            gate.breaker.reprieve()

    async def turn(self, host: str, address: str = "", port: int = 80) -> Turn:
        """Wait until ``host``, which lies at ``address``, may be asked."""
        gate = self._host(host)
        if not (gate.own or gate.interval) and address and _kind(address) == "public":
            gate.interval = FOREIGN_INTERVAL
        async with gate.line:
            waited = False
            while not (self._stopped or gate.breaker.down):
                held = self._held(gate)
                if held > 0:
                    waited = False
                    await self._sleep(gate, held)
                    continue
                if not waited:
                    waited = True
                    wait = self._take(gate, place_of(address, port) if address else host)
                    if wait > 0:
                        await self._sleep(gate, wait)
                        continue
                gate.breaker.probing = gate.breaker.opened > 0
                return Turn.GRANTED
        return Turn.STOPPED if self._stopped else Turn.DOWN

    def heard(
        self,
        host: str,
        status: int,
        reason: Reason | None,
        retry_after: str = "",
        *,
        walled: bool = False,
        seconds: float = 0.0,
    ) -> None:
        """Learn from an answer (or from none: ``status`` 0). ``walled``: a wall gave it; ``seconds``: until its first
        byte."""
        gate = self._host(host)
        before = gate.breaker.opened
        now = self._clock()
        if not status and reason in HOST_FAULTS:
            gate.breaker.failed(now)
        elif status in _BUSY or walled:
            self._pause(gate, retry_after, now)
            gate.breaker.failed(now)
        else:
            gate.breaker.answered()
            self._answered(gate, status, now)
        if status and gate.interval:
            gate.latency.heard(seconds)
        if before and gate.sleeper is not None:
            _wake(gate.sleeper)

    def stop(self) -> None:
        """Wake everybody who waits; nobody gets a turn any more."""
        self._stopped = True
        for gate in self._hosts.values():
            if gate.sleeper is not None:
                _wake(gate.sleeper)

    # -- waiting -------------------------------------------------------------------------------------------

    def _held(self, gate: _Host) -> float:
        """Seconds for which the host is not to be asked at all, whoever's turn it is."""
        breaker = gate.breaker
        if breaker.probing:
            return _LONGEST_SLEEP
        until = max(gate.paused_until, breaker.until) if breaker.opened else gate.paused_until
        held = until - self._clock() if until else 0.0
        return held if self._hours is None else max(held, self._closed(self._hours))

    def _closed(self, hours: Hours) -> float:
        moment = datetime.fromtimestamp(self._wall_clock(), BEIJING)
        opening = hours.opening(moment)
        if opening is None:
            return 0.0
        if opening != self._pause_told:
            self._pause_told = opening
            self._on_pause(opening)
        return (opening - moment).total_seconds()

    def _take(self, gate: _Host, place: str) -> float:
        """Take the next turn at the address; seconds until it comes."""
        step = gate.step()
        if not step:
            return 0.0
        shared = self._taken_from_all(place, step)
        if shared is not None:
            return shared
        now = self._clock()
        mine = max(now, self._next_turns.get(place, 0.0))
        self._next_turns[place] = mine + step
        return mine - now

    def _taken_from_all(self, place: str, step: float) -> float | None:
        """A turn at an address that other crawls may be asking, too; ``None``: they cannot be seen."""
        if self._shared is None:
            return None
        try:
            return self._shared.take(place, step)
        except OSError as error:
            if error.errno not in {errno.ENOLCK, errno.ENOSPC, errno.EDQUOT, errno.EIO}:
                raise
            return None

    async def _sleep(self, gate: _Host, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        gate.sleeper = loop.create_future()
        timer = loop.call_later(min(seconds, _LONGEST_SLEEP), _wake, gate.sleeper)
        try:
            await gate.sleeper
        finally:
            timer.cancel()
            gate.sleeper = None

    # -- learning ------------------------------------------------------------------------------------------

    def _pause(self, gate: _Host, retry_after: str, now: float) -> None:
        asked_for = seconds_to_wait(retry_after, datetime.fromtimestamp(self._wall_clock(), UTC))
        if asked_for is None:
            self._back_off(gate, now, _LONGEST_BACK_OFF)
            return
        cap = RETRY_AFTER_CAP if gate.own else FOREIGN_RETRY_AFTER_CAP
        gate.paused_until = max(gate.paused_until, now + min(asked_for, cap))

    def _answered(self, gate: _Host, status: int, now: float) -> None:
        if status in BLOCKED_STATUSES:
            gate.refusals += 1
            if gate.refusals >= _REFUSALS_IN_A_ROW:
                self._back_off(gate, now, _LONGEST_MILD_BACK_OFF)
            return
        gate.refusals = 0
        gate.back_off = gate.back_off / 2 if gate.back_off > 0.05 else 0.0

    def _back_off(self, gate: _Host, now: float, longest: float) -> None:
        """Wait longer between requests; answers to those that were on their way already do not count again."""
        if not gate.interval or now < gate.backed_off_at + gate.back_off:
            return
        gate.back_off = max(gate.back_off, min(max(_FIRST_BACK_OFF, gate.back_off * 2), longest))
        gate.backed_off_at = now

    def _host(self, host: str) -> _Host:
        gate = self._hosts.get(host)
        if gate is None:
            own = self._is_own(host)
            cool_downs = COOL_DOWNS if self._interval else (0.0,) * len(COOL_DOWNS)
            gate = self._hosts[host] = _Host(
                own=own,
                interval=self._interval,
                breaker=Breaker(self._own_patience, cool_downs) if own else Breaker(self._patience, ()),
                random=Random(f"{self._seed} {host}"),  # noqa: S311 - spaces requests, keeps no secret
            )
        return gate


_kind = lru_cache(maxsize=4096)(address_kind)


def place_of(address: str, port: int) -> str:
    """What shares a budget: everything at one address. On this machine each port is a server of its own."""
    return f"{address} {port}" if _kind(address) == "loopback" else address


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def seconds_to_wait(retry_after: str, now: datetime | None = None) -> float | None:
    """A ``Retry-After`` value (seconds or a date) in seconds from now; ``None`` when there is none to read."""
    written = retry_after.strip()
    if written.isdecimal() and written.isascii():
        return float(written[:12])
    if not written:
        return None
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
