"""Politeness per host: spacing of requests, waiting when the host asks for it, giving up on a dead one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

RETRY_AFTER_CAP = 60.0
"""Seconds; a host that asks for more is asked again after these."""
_FIRST_BACK_OFF = 1.0
_LONGEST_INTERVAL = 30.0
_BUSY = frozenset({429, 503})
_HOST_FAULTS = frozenset({Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.RESET, Reason.TLS})
_COOL_DOWN = 20.0


@dataclass(slots=True)
class _Host:
    interval: float
    extra: float = 0.0
    next_turn: float = 0.0
    paused_until: float = 0.0
    failures: int = 0
    refusals: int = 0
    cooled: bool = False
    down: bool = False


class Politeness:
    """One gate a host. ``own_patience``/``patience``: failures in a row after which a host of the site / of
    others is held to be down."""

    def __init__(
        self,
        rate: float,
        *,
        is_own: Callable[[str], bool],
        clock: Callable[[], float],
        own_patience: int = 24,
        patience: int = 3,
    ) -> None:
        """``rate``: requests a second and host, 0 = no limit; ``clock``: seconds that only grow."""
        self._interval = 1.0 / rate if rate > 0 else 0.0
        self._is_own = is_own
        self._clock = clock
        self._own_patience = own_patience
        self._patience = patience
        self._hosts: dict[str, _Host] = {}
        self._sleeping: set[asyncio.Future[None]] = set()
        self._stopped = False

    def slow_down(self, host: str, interval: float) -> None:
        """Never ask ``host`` more often than every ``interval`` seconds (``Crawl-delay``)."""
        gate = self._host(host)
        gate.interval = max(gate.interval, interval)

    def is_down(self, host: str) -> bool:
        """Whether the host stopped answering: asking on would only cost time-outs."""
        gate = self._hosts.get(host)
        return gate is not None and gate.down

    async def turn(self, host: str) -> bool:
        """Wait until ``host`` may be asked. ``False``: the crawl was stopped meanwhile."""
        gate = self._host(host)
        mine = max(self._clock(), gate.next_turn)
        gate.next_turn = mine + gate.interval + gate.extra
        while not self._stopped:
            wait = max(mine, gate.paused_until) - self._clock()
            if wait <= 0:
                return True
            await self._sleep(wait)
        return False

    def heard(self, host: str, status: int, reason: Reason | None, retry_after: str) -> None:
        """Learn from an answer (or from none)."""
        gate = self._host(host)
        if status in _BUSY:
            self._refused(gate, retry_after)
        elif status:
            gate.refusals = 0
            gate.extra = gate.extra / 2 if gate.extra > 0.05 else 0.0
        if not status and reason in _HOST_FAULTS:
            self._failed(host, gate)
        elif status:
            gate.failures = 0
            gate.cooled = False

    def stop(self) -> None:
        """Wake everybody who waits; nobody gets a turn any more."""
        self._stopped = True
        for future in list(self._sleeping):
            if not future.done():
                future.set_result(None)

    def _refused(self, gate: _Host, retry_after: str) -> None:
        gate.refusals += 1
        asked_for = seconds_to_wait(retry_after)
        if asked_for is None:
            gate.extra = (
                min(max(_FIRST_BACK_OFF, gate.extra * 2), _LONGEST_INTERVAL) if self._interval else 0.0
            )
        else:
            gate.paused_until = max(gate.paused_until, self._clock() + min(asked_for, RETRY_AFTER_CAP))
        gate.down = gate.refusals >= self._own_patience

    def _failed(self, host: str, gate: _Host) -> None:
        gate.failures += 1
        own = self._is_own(host)
        if gate.failures < (self._own_patience if own else self._patience):
            return
        if own and not gate.cooled:
            gate.cooled = True
            gate.failures = self._own_patience // 2
            if self._interval:
                gate.paused_until = max(gate.paused_until, self._clock() + _COOL_DOWN)
            return
        gate.down = True

    def _host(self, host: str) -> _Host:
        gate = self._hosts.get(host)
        if gate is None:
            gate = self._hosts[host] = _Host(self._interval)
        return gate

    async def _sleep(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _wake, future)
        self._sleeping.add(future)
        try:
            await future
        finally:
            timer.cancel()
            self._sleeping.discard(future)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def seconds_to_wait(retry_after: str, now: datetime | None = None) -> float | None:
    """A ``Retry-After`` value (seconds or a date) in seconds from now; ``None`` when there is none to read."""
    written = retry_after.strip()
    if written.isdigit():
        return float(written)
    if not written:
        return None
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
