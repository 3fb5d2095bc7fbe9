"""Politeness, in virtual time: hours pass in a moment, and every wait is seen exactly."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from govaudit.crawler.downloader.politeness import (
    COOL_DOWNS,
    FOREIGN_INTERVAL,
    FOREIGN_RETRY_AFTER_CAP,
    RETRY_AFTER_CAP,
    Politeness,
    Turn,
    seconds_to_wait,
)
from govaudit.inspection.hours import parse_hours
from govaudit.inspection.run import BEIJING
from govaudit.inspection.verdict import Reason
from tests.support.virtual_time import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NOON = datetime(2026, 11, 22, 12, tzinfo=BEIJING).timestamp()
EVENLY = 0.25
"""By how much of its mean a wait may differ."""


def now() -> float:
    return asyncio.get_running_loop().time()


def gate(rate: float = 2.0, **settings: Any) -> Politeness:
    """Politeness of a crawl whose own host is called ``own``; its wall clock starts at noon in Beijing."""
    started = now()
    settings.setdefault("own_patience", 4)
    return Politeness(
        rate,
        is_own=lambda host: host == "own",
        clock=now,
        wall_clock=lambda: NOON + now() - started,
        patience=2,
        **settings,
    )


async def moments(polite: Politeness, host: str, count: int, address: str = "") -> list[float]:
    """When ``count`` turns come that are all asked for now, from now on."""
    start = now()

    async def one() -> float:
        assert await polite.turn(host, address) is Turn.GRANTED
        return now() - start

    return await asyncio.gather(*(one() for _ in range(count)))


async def wait_for(polite: Politeness, host: str = "own") -> float:
    return (await moments(polite, host, 1))[0]


def test_requests_to_one_host_are_spaced_and_others_do_not_wait() -> None:
    async def main() -> None:
        polite = gate()
        own, other = await asyncio.gather(moments(polite, "own", 40), moments(polite, "other", 2))
        gaps = [after - before for before, after in pairwise(own)]
        assert own[0] == other[0] == 0
        assert all(0.5 * (1 - EVENLY) <= gap <= 0.5 * (1 + EVENLY) for gap in gaps)
        assert sum(gaps) / len(gaps) == pytest.approx(0.5, rel=0.1)
        assert len(set(gaps)) > 30

    run(main())


def test_the_jitter_is_the_same_for_the_same_seed_whatever_other_hosts_are_asked() -> None:
    async def main(seed: int, others: int) -> list[float]:
        polite = gate(seed=seed)
        for number in range(others):
            await polite.turn(f"other{number}")
        return await moments(polite, "own", 9)

    assert run(main(7, 0)) == run(main(7, 3))
    assert run(main(7, 0)) != run(main(8, 0))


def test_no_limit_means_no_wait_but_for_other_peoples_servers() -> None:
    async def main() -> None:
        polite = gate(rate=0)
        assert set(await moments(polite, "own", 100, "10.0.0.1")) == {0}
        assert set(await moments(polite, "staging", 9, "127.0.0.1")) == {0}
        for _ in range(50):
            polite.heard("own", 200, None, seconds=9.0)
        assert await wait_for(polite) == 0
        foreign = await moments(polite, "foreign", 2, "203.0.114.7")
        assert foreign[1] == pytest.approx(FOREIGN_INTERVAL, rel=EVENLY)

    run(main())


def test_hosts_at_one_address_share_one_budget() -> None:
    async def main() -> None:
        polite = gate()
        both = await asyncio.gather(
            moments(polite, "own", 10, "203.0.114.7"), moments(polite, "other", 10, "203.0.114.7")
        )
        turns = sorted([*both[0], *both[1]])
        assert all(after - before >= 0.5 * (1 - EVENLY) for before, after in pairwise(turns))
        assert abs(both[0][4] - both[1][4]) < 2.0

    run(main())


def test_a_crawl_delay_slows_one_host() -> None:
    async def main() -> None:
        polite = gate()
        polite.slow_down("own", 4.0)
        polite.slow_down("other", 0.1)
        own, other = await asyncio.gather(moments(polite, "own", 2), moments(polite, "other", 2))
        assert own[1] == pytest.approx(4.0, rel=EVENLY)
        assert other[1] == pytest.approx(0.5, rel=EVENLY)

    run(main())


@pytest.mark.parametrize(
    ("host", "asked_for", "waited"),
    [("own", 5, 5), ("own", 86_400, RETRY_AFTER_CAP), ("other", 86_400, FOREIGN_RETRY_AFTER_CAP)],
)
def test_retry_after_holds_the_host_up_to_a_cap(host: str, asked_for: int, waited: float) -> None:
    async def main(rate: float) -> None:
        polite = gate(rate)
        polite.heard(host, 429, None, str(asked_for))
        assert await wait_for(polite, host) == pytest.approx(waited)

    run(main(0))
    run(main(2))


def test_nobody_storms_a_host_when_its_pause_is_over() -> None:
    async def main() -> None:
        polite = gate()
        waiting = asyncio.ensure_future(moments(polite, "own", 8))
        await asyncio.sleep(0.1)
        polite.heard("own", 429, None, "30")
        turns = await waiting
        assert turns[0] == 0
        assert turns[1] >= 30
        assert all(after - before >= 0.5 * (1 - EVENLY) for before, after in pairwise(turns))

    run(main())


@pytest.mark.parametrize("answer", [{"status": 429}, {"status": 503}, {"status": 412, "walled": True}])
def test_refusals_without_a_wish_slow_down_and_answers_speed_up_again(answer: dict[str, Any]) -> None:
    async def main() -> None:
        polite = gate(own_patience=99)
        waits = []
        for _ in range(9):
            await polite.turn("own")
            polite.heard("own", reason=Reason.BLOCKED_STATUS, **answer)
            waits.append(await wait_for(polite))
        assert all(after > before for before, after in pairwise(waits[:4]))
        assert max(waits) <= (30 + 0.5) * (1 + EVENLY)
        for _ in range(12):
            polite.heard("own", 200, None)
        await polite.turn("own")
        assert await wait_for(polite) == pytest.approx(0.5, rel=EVENLY)

    run(main())


def test_answers_to_what_was_on_its_way_count_once() -> None:
    async def main() -> None:
        polite = gate(own_patience=99)
        for _ in range(8):
            polite.heard("own", 429, None)
        await polite.turn("own")
        assert await wait_for(polite) == pytest.approx(1.5, rel=EVENLY)

    run(main())


def test_a_forbidden_page_slows_nothing_and_many_in_a_row_a_little() -> None:
    async def main() -> None:
        polite = gate()
        for _ in range(20):
            polite.heard("own", 403, Reason.BLOCKED_STATUS)
            polite.heard("own", 403, Reason.BLOCKED_STATUS)
            polite.heard("own", 200, None)
        await polite.turn("own")
        assert await wait_for(polite) == pytest.approx(0.5, rel=EVENLY)
        for _ in range(60):
            await asyncio.sleep(6)
            polite.heard("own", 403, Reason.BLOCKED_STATUS)
        await polite.turn("own")
        assert await wait_for(polite) == pytest.approx(5.5, rel=EVENLY)
        assert not polite.is_down("own")

    run(main())


# -- the breaker -------------------------------------------------------------------------------------------


async def fail(polite: Politeness, host: str, times: int) -> None:
    for _ in range(times):
        assert await polite.turn(host) is Turn.GRANTED
        polite.heard(host, 0, Reason.TIMEOUT)


def test_somebody_elses_host_that_never_answers_is_given_up_until_the_second_look() -> None:
    async def main() -> None:
        polite = gate(rate=0)
        await fail(polite, "other", 2)
        assert polite.is_down("other")
        assert not polite.is_down("own")
        assert await polite.turn("other") is Turn.DOWN
        polite.give_another_chance()
        await fail(polite, "other", 1)
        assert polite.is_down("other")
        polite.give_another_chance()
        await polite.turn("other")
        polite.heard("other", 404, None)
        polite.give_another_chance()
        await fail(polite, "other", 1)
        assert not polite.is_down("other")

    run(main())


def test_a_host_of_the_site_is_probed_after_longer_and_longer_pauses_and_then_given_up() -> None:
    async def main() -> None:
        polite = gate(rate=100)
        await fail(polite, "own", 4)
        for pause in COOL_DOWNS:
            before = now()
            await fail(polite, "own", 1)
            assert now() - before == pytest.approx(pause, abs=1)
        assert polite.is_down("own")

    run(main())


def test_one_probe_goes_out_alone_and_its_answer_lets_the_others_go() -> None:
    async def main() -> None:
        polite = gate(rate=100)
        await fail(polite, "own", 4)
        waiting = [asyncio.ensure_future(polite.turn("own")) for _ in range(5)]
        await asyncio.sleep(3600)
        assert [one.done() for one in waiting].count(True) == 1
        polite.heard("own", 200, None)
        assert await asyncio.gather(*waiting) == [Turn.GRANTED] * 5

    run(main())


def test_those_who_wait_for_a_host_that_is_given_up_are_told() -> None:
    async def main() -> None:
        polite = gate(rate=100)
        await fail(polite, "own", 4)
        waiting = [asyncio.ensure_future(polite.turn("own")) for _ in range(6)]
        for pause in COOL_DOWNS:
            await asyncio.sleep(pause + 1)
            polite.heard("own", 0, Reason.RESET)
        ends = await asyncio.gather(*waiting)
        assert (ends.count(Turn.GRANTED), ends.count(Turn.DOWN)) == (3, 3)

    run(main())


def test_answers_close_the_breaker_and_late_failures_do_not_count_twice() -> None:
    async def main() -> None:
        polite = gate(rate=100)
        await fail(polite, "own", 3)
        polite.heard("own", 404, None)
        await fail(polite, "own", 4)
        for _ in range(30):
            polite.heard("own", 0, Reason.CONNECT)
        assert not polite.is_down("own")
        assert await wait_for(polite) == pytest.approx(COOL_DOWNS[0], abs=1)
        polite.heard("own", 200, None)
        await fail(polite, "own", 3)
        assert await wait_for(polite) < 1

    run(main())


def test_a_wall_that_answers_everything_is_left_alone_too() -> None:
    async def main() -> None:
        polite = gate(rate=0)
        for _ in range(4 + len(COOL_DOWNS)):
            assert await polite.turn("own") is Turn.GRANTED
            polite.heard("own", 412, Reason.BLOCKED_STATUS, walled=True)
        assert await polite.turn("own") is Turn.DOWN

    run(main())


@given(
    some.lists(
        some.tuples(
            some.sampled_from(["own", "other"]),
            some.sampled_from([(0, Reason.TIMEOUT), (0, Reason.PARSE), (200, None), (404, None), (429, None),
                               (403, Reason.BLOCKED_STATUS), (503, None)]),
            some.sampled_from(["", "3", "rubbish"]),
            some.floats(0, 60),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_whatever_hosts_answer_every_turn_ends_and_none_comes_too_early(
    answers: list[tuple[str, tuple[int, Reason | None], str, float]],
) -> None:
    async def main() -> None:
        polite = gate(rate=2)
        last: dict[str, float] = {}
        for host, (status, reason), retry_after, seconds in answers:
            async with asyncio.timeout(RETRY_AFTER_CAP + sum(COOL_DOWNS) + 120):
                turn = await polite.turn(host, {"own": "203.0.114.7", "other": "203.0.114.8"}[host])
            assert turn is (Turn.DOWN if polite.is_down(host) else Turn.GRANTED)
            if turn is Turn.GRANTED:
                assert now() - last.get(host, 0.0) >= 0.5 * (1 - EVENLY) - 1e-6
                last[host] = now()
                polite.heard(host, status, reason, retry_after, seconds=seconds)

    run(main())


# -- latency -----------------------------------------------------------------------------------------------


async def answer_in(polite: Politeness, seconds: float, times: int) -> float:
    """The wait after so many answers."""
    for _ in range(times):
        polite.heard("own", 200, None, seconds=seconds)
    await polite.turn("own")
    return await wait_for(polite)


def test_a_host_that_gets_slower_is_asked_less_until_it_recovers() -> None:
    async def main() -> None:
        polite = gate()
        assert await answer_in(polite, 0.2, 80) == pytest.approx(0.5, rel=EVENLY)
        assert await answer_in(polite, 0.5, 8) == pytest.approx(1.0, rel=EVENLY)
        assert await answer_in(polite, 0.9, 8) == pytest.approx(1.5, rel=EVENLY)
        assert await answer_in(polite, 0.9, 16) == pytest.approx(4.5, rel=EVENLY)
        assert await answer_in(polite, 0.2, 32) == pytest.approx(0.5, rel=EVENLY)

    run(main())


@pytest.mark.parametrize(("usual", "then"), [(0.001, 0.29), (2.0, 3.9), (9.0, 9.0)])
def test_noise_and_hosts_that_are_simply_slow_slow_nothing_down(usual: float, then: float) -> None:
    async def main() -> None:
        polite = gate()
        await answer_in(polite, usual, 40)
        assert await answer_in(polite, then, 80) == pytest.approx(0.5, rel=EVENLY)

    run(main())


def test_a_host_that_stays_slow_however_seldom_it_is_asked_is_taken_as_it_is() -> None:
    async def main() -> None:
        polite = gate()
        await answer_in(polite, 0.2, 80)
        assert await answer_in(polite, 3.0, 32) > 3
        assert await answer_in(polite, 3.0, 200) == pytest.approx(0.5, rel=EVENLY)

    run(main())


# -- hours -------------------------------------------------------------------------------------------------


def test_outside_of_its_hours_the_crawl_waits_and_says_until_when() -> None:
    async def main() -> None:
        told: list[datetime] = []
        polite = gate(hours=parse_hours("22:00-06:00"), on_pause=told.append)
        turns = await moments(polite, "own", 3)
        assert turns[0] == pytest.approx(10 * 3600, abs=1)
        assert turns[2] < 10 * 3600 + 3
        assert told == [datetime(2026, 11, 22, 22, tzinfo=BEIJING)]
        await asyncio.sleep(8 * 3600)
        assert await wait_for(polite) == pytest.approx(16 * 3600, abs=10)
        assert told[1:] == [datetime(2026, 11, 23, 22, tzinfo=BEIJING)]

    run(main())


def test_inside_of_its_hours_it_does_not_wait() -> None:
    async def main() -> None:
        assert await wait_for(gate(hours=parse_hours("08:00-18:00"))) == 0
        assert await wait_for(gate(hours=parse_hours("12:00-11:59"))) == 0

    run(main())


# -- stopping ----------------------------------------------------------------------------------------------


async def _broken(polite: Politeness) -> None:
    await fail(polite, "own", 4)


async def _paused(polite: Politeness) -> None:
    polite.heard("own", 429, None, "500")


async def _asked(polite: Politeness) -> None:
    await polite.turn("own")


@pytest.mark.parametrize(
    ("settings", "prepare"),
    [({"rate": 0.001}, _asked), ({"rate": 0}, _paused), ({"rate": 9}, _broken),
     ({"hours": parse_hours("22:00-06:00")}, None)],
)  # fmt: skip
def test_stopping_wakes_those_who_wait(
    settings: dict[str, Any], prepare: Callable[[Politeness], Awaitable[None]] | None
) -> None:
    async def main() -> None:
        polite = gate(**settings)
        if prepare is not None:
            await prepare(polite)
        waiting = [asyncio.ensure_future(polite.turn("own")) for _ in range(3)]
        await asyncio.sleep(0.1)
        before = now()
        polite.stop()
        assert await asyncio.gather(*waiting) == [Turn.STOPPED] * 3
        assert now() == before
        assert await polite.turn("other") is Turn.STOPPED

    run(main())


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("120", 120.0), (" 7 ", 7.0), ("", None), ("soon", None), ("-5", None), ("²", None),
     ("9" * 400, 999_999_999_999.0),
     ("Sun, 22 Nov 2026 04:00:30 GMT", 30.0), ("Sun, 22 Nov 2026 03:00:00 GMT", 0.0)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(written: str, seconds: float | None) -> None:
    assert seconds_to_wait(written, datetime(2026, 11, 22, 4, tzinfo=UTC)) == seconds


@given(some.text(max_size=40))
def test_no_retry_after_raises(written: str) -> None:
    waited = seconds_to_wait(written, datetime(2026, 11, 22, 4, tzinfo=UTC))
    assert waited is None or waited >= 0
