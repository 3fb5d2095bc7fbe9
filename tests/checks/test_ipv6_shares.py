"""Shares of samples and how sure they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.checks.ipv6.both_families import command, interval, medians, share


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 10, 0.0, 27.8),
        (10, 10, 72.2, 100.0),
        (51, 60, 73.9, 91.9),
        (40, 60, 54.1, 77.3),
        (850, 1000, 82.7, 87.1),
    ],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    assert interval(part, whole) == pytest.approx((low, high), abs=0.05)


@given(st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_share_lies_in_its_interval_and_more_makes_it_narrower(drawn: tuple[int, int]) -> None:
    part, whole = drawn
    low, high = interval(part, whole)
    assert 0 <= low <= share(part, whole) + 1e-9
    assert share(part, whole) - 1e-9 <= high <= 100
    closer = interval(part * 10, whole * 10)
    assert closer[1] - closer[0] < high - low


def test_nothing_drawn_tells_nothing() -> None:
    assert interval(0, 0) == (0.0, 100.0)
    assert medians([]) == 0.0
    assert medians([3, 1, 2]) == 2
    assert medians([4, 1, 2, 3]) == 2.5


@pytest.mark.parametrize(
    ("url", "address", "fixed"),
    [
        ("https://www.mou.gov.cn/", "2400:3200::1", "--resolve 'www.mou.gov.cn:443:[2400:3200::1]'"),
        ("http://www.mou.gov.cn:8080/", "1.2.3.4", "--resolve 'www.mou.gov.cn:8080:1.2.3.4'"),
        ("http://[2400:3200::1]/", "2400:3200::1", ""),
    ],
)
def test_commands_name_the_address_that_was_used(url: str, address: str, fixed: str) -> None:
    said = command(url, 6, address)
    assert said.startswith("$ curl -6 -sSL -m 15 ")
    assert fixed in said
    assert said.endswith(f" '{url}'")
    assert ("--resolve" in said) is bool(fixed)


def test_a_hostile_address_ends_no_quotes() -> None:
    assert command("http://h.example/'; rm -rf ~; '", 6).count("'") == 4
