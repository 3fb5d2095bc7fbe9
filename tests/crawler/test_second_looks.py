"""When something that failed is looked at again, and how often."""

from __future__ import annotations

import pytest

from govaudit.crawler.second_looks import Again, SecondLooks
from govaudit.inspection.fact_tables import Target
from govaudit.inspection.facts import Fetch, Lane
from govaudit.inspection.verdict import Reason

TARGET = Target(1, "http://a.example/", Lane.PAGE, 1)


def look(number: int = 1, reason: Reason | None = None, status: int = 0, **more: object) -> Fetch:
    return Fetch(url=TARGET.url, look=number, reason=reason, status=status, **more)  # type: ignore[arg-type]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("fetch", "rate", "seconds"),
    [
        (look(status=404), 5, 5),
        (look(reason=Reason.TIMEOUT), 5, 60),
        (look(reason=Reason.RESET), 5, 30),
        (look(reason=Reason.DNS), 10, 15),
        (look(reason=Reason.SERVER_ERROR, status=503, headers=(("retry-after", "45"),)), 5, 45),
        (look(reason=Reason.BLOCKED_STATUS, status=429, headers=(("retry-after", "9999"),)), 5, 60),
        (look(reason=Reason.TIMEOUT), 0.1, 120),
        (look(reason=Reason.TIMEOUT), 0, 0),
        (look(reason=Reason.BLOCKED_STATUS, status=429, headers=(("retry-after", "2"),)), 0, 2),
    ],
)
def test_each_reason_has_its_own_back_off(fetch: Fetch, rate: float, seconds: float) -> None:
    clock = Clock()
    looks = SecondLooks(rate, clock)
    looks.remember(TARGET, fetch)
    assert looks.wait() == pytest.approx(seconds)
    if seconds:
        assert looks.take() == []
    clock.now += seconds
    assert [(one.target, one.look) for one in looks.take()] == [(TARGET, 2)]
    assert (len(looks), looks.wait()) == (0, None)


@pytest.mark.parametrize(
    "fetch",
    [
        look(status=200, size=9),
        look(reason=Reason.BLOCKED_PAGE, status=412),
        look(reason=Reason.BLOCKED_STATUS, status=403),
        look(reason=Reason.ROBOTS),
        look(number=3, status=404),
    ],
)
def test_what_opened_or_was_refused_is_not_looked_at_again(fetch: Fetch) -> None:
    looks = SecondLooks(0, Clock())
    looks.remember(TARGET, fetch)
    assert len(looks) == 0


def outcomes(*fetches: Fetch) -> list[int]:
    """Numbers of the looks that follow on these, one after the other."""
    looks = SecondLooks(0, Clock())
    asked: list[Again] = []
    for fetch in fetches:
        looks.remember(TARGET, fetch)
        asked += looks.take()
    return [one.look for one in asked]


@pytest.mark.parametrize(
    ("fetches", "followed"),
    [
        ((look(status=404), look(2, status=404)), [2]),
        ((look(status=404), look(2, status=200, size=1)), [2]),
        ((look(status=404), look(2, status=410), look(3, status=404)), [2, 3]),
        ((look(reason=Reason.TIMEOUT), look(2, reason=Reason.RESET), look(3, reason=Reason.RESET)), [2, 3]),
        ((look(reason=Reason.TIMEOUT), look(2, reason=Reason.BLOCKED_STATUS, status=403)), [2]),
    ],
)
def test_a_third_look_only_where_two_failures_disagree(
    fetches: tuple[Fetch, ...], followed: list[int]
) -> None:
    assert outcomes(*fetches) == followed


def test_the_next_looks_are_taken_nearest_to_the_home_page_first() -> None:
    looks = SecondLooks(0, Clock())
    for name, depth in (("b", 2), ("a", 2), ("c", 1)):
        target = Target(depth, f"http://a.example/{name}", Lane.PAGE, depth)
        looks.remember(target, Fetch(url=target.url, status=404))
    assert [one.target.url[-1] for one in looks.take()] == ["c", "a", "b"]
