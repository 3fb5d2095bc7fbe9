"""Periods end on the same day number, or the month's last; days are Beijing days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.inspection.calendar import Period, as_day, day_of, months_before
from govaudit.inspection.run import BEIJING, parse_moment, quarter_of, seed_of


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("14 days", date(2026, 11, 6)),
        ("6 months", date(2026, 5, 20)),
        ("1 year", date(2025, 11, 20)),
    ],
)
def test_the_first_day_that_still_lies_within_a_period(text: str, first: date) -> None:
    assert Period(text).before(datetime(2026, 11, 20, 12, tzinfo=BEIJING)) == first


def test_months_end_on_the_last_day_where_the_number_is_missing() -> None:
    assert months_before(date(2026, 8, 31), 6) == date(2026, 2, 28)
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_going_back_months_never_skips_one(day: date, months: int) -> None:
    earlier = months_before(day, months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    assert earlier.day <= day.day


@pytest.mark.parametrize("text", ["", "14", "two weeks", "-1 days", "x days"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        Period(text)


def test_a_moment_belongs_to_the_day_in_beijing() -> None:
    assert day_of(datetime(2026, 11, 20, 17, tzinfo=UTC)) == date(2026, 11, 21)


def test_a_moment_without_offset_is_beijing_time_and_a_date_is_its_whole_day() -> None:
    assert parse_moment("2026-11-20T08:00").utcoffset() == BEIJING.utcoffset(None)
    assert parse_moment("2026-11-20").hour == 23
    assert parse_moment("2026-11-20T08:00:00+00:00").astimezone(BEIJING).hour == 16


def test_quarters_and_seeds_are_stable() -> None:
    assert quarter_of(parse_moment("2026-12-31T23:59:59")) == "2026Q4"
    assert quarter_of(datetime(2026, 12, 31, 16, tzinfo=UTC)) == "2027Q1"
    assert seed_of("2026Q4", "a") == seed_of("2026Q4", "a") != seed_of("2026Q4", "b")


def test_dates_of_facts() -> None:
    assert as_day("2026-09-30 11:18") == date(2026, 9, 30)
    assert as_day("") is None
