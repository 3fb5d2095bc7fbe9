"""Politeness, with a clock that the test turns."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from govaudit.crawler.downloader.politeness import RETRY_AFTER_CAP, Politeness, seconds_to_wait
from govaudit.inspection.verdict import Reason


class Clock:
    """A clock that moves when it is told to; turns are judged by the moment at which they are due."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _gate(clock: Clock, rate: float = 2.0) -> Politeness:
    return Politeness(rate, is_own=lambda host: host == "own", clock=clock, own_patience=4, patience=2)


async def _is_due(gate: Politeness, host: str) -> bool:
    """Whether a turn is granted at once."""
    task = asyncio.ensure_future(gate.turn(host))
    for _ in range(3):
        await asyncio.sleep(0)
    done = task.done()
    task.cancel()
    return done


async def test_requests_to_one_host_are_spaced_and_others_do_not_wait() -> None:
    clock = Clock()
    gate = _gate(clock)
    assert await _is_due(gate, "own")
    assert not await _is_due(gate, "own")
    assert await _is_due(gate, "other")
    clock.now += 1.0
    assert await _is_due(gate, "own")


async def test_no_limit_means_no_wait() -> None:
    gate = _gate(Clock(), rate=0)
    assert all([await _is_due(gate, "own") for _ in range(100)])


async def test_retry_after_holds_the_host_and_only_up_to_the_cap() -> None:
    clock = Clock()
    gate = _gate(clock, rate=0)
    gate.heard("own", 429, None, "5")
    assert not await _is_due(gate, "own")
    clock.now += 4.9
    assert not await _is_due(gate, "own")
    clock.now += 0.2
    assert await _is_due(gate, "own")
    gate.heard("own", 503, None, "86400")
    clock.now += RETRY_AFTER_CAP + 0.1
    assert await _is_due(gate, "own")


async def test_refusals_without_a_wish_slow_down_and_answers_speed_up_again() -> None:
    clock = Clock()
    gate = _gate(clock)
    gate.heard("own", 429, None, "")
    assert await _is_due(gate, "own")
    clock.now += 1.0
    assert not await _is_due(gate, "own")
    for _ in range(8):
        gate.heard("own", 200, None, "")
    clock.now += 60
    assert await _is_due(gate, "own")
    clock.now += 0.6
    assert await _is_due(gate, "own")


async def test_a_host_that_never_answers_is_given_up() -> None:
    gate = _gate(Clock(), rate=0)
    for _ in range(2):
        assert not gate.is_down("other")
        gate.heard("other", 0, Reason.TIMEOUT, "")
    assert gate.is_down("other")
    assert not gate.is_down("own")


async def test_a_host_of_the_site_gets_a_second_chance_and_answers_count() -> None:
    gate = _gate(Clock(), rate=0)
    for _ in range(3):
        gate.heard("own", 0, Reason.CONNECT, "")
    gate.heard("own", 404, None, "")
    for _ in range(5):
        gate.heard("own", 0, Reason.CONNECT, "")
    assert not gate.is_down("own")
    gate.heard("own", 0, Reason.CONNECT, "")
    assert gate.is_down("own")


async def test_stopping_wakes_those_who_wait() -> None:
    gate = _gate(Clock(), rate=0.001)
    assert await gate.turn("own")
    waiting = asyncio.ensure_future(gate.turn("own"))
    await asyncio.sleep(0)
    gate.stop()
    assert await waiting is False
    assert await gate.turn("other") is False


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("120", 120.0), (" 7 ", 7.0), ("", None), ("soon", None), ("Sun, 22 Nov 2026 04:00:30 GMT", 30.0),
     ("Sun, 22 Nov 2026 03:00:00 GMT", 0.0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(written: str, seconds: float | None) -> None:
    assert seconds_to_wait(written, datetime(2026, 11, 22, 4, tzinfo=UTC)) == seconds
