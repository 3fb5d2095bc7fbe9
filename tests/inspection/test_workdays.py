"""Working days follow the official calendar; a year that nobody published is an error, never a guess."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.inspection.errors import InputError
from govaudit.inspection.workdays import UnknownYearError, WorkCalendar, read_calendar

if TYPE_CHECKING:
    from pathlib import Path

OFFICIAL = WorkCalendar()
UNPUBLISHED = 2033
DAYS = st.dates(date(2005, 1, 1), date(2025, 12, 31))
TABLE = "date,kind\n2033-01-01,holiday\n2033-05-01,holiday\n2033/10/1,holiday\n2033-10-08,workday\n"


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2025, 10, 1), False),
        (date(2025, 10, 8), False),
        (date(2025, 9, 28), True),
        (date(2025, 10, 11), True),
        (date(2024, 2, 4), True),
        (date(2024, 2, 12), False),
    ],
)
def test_holidays_and_worked_weekends_are_known(day: date, *, worked: bool) -> None:
    assert OFFICIAL.is_working_day(day) is worked


def test_a_term_runs_over_the_national_holiday() -> None:
    assert OFFICIAL.after(date(2025, 9, 30), 3) == date(2025, 10, 11)
    assert OFFICIAL.between(date(2025, 9, 30), date(2025, 10, 11)) == 3
    assert OFFICIAL.between(date(2025, 10, 11), date(2025, 9, 30)) == -3


@given(DAYS, st.integers(1, 60))
def test_a_term_of_so_many_days_holds_so_many_working_days_and_ends_on_one(day: date, count: int) -> None:
    end = OFFICIAL.after(day, count)
    assert OFFICIAL.is_working_day(end)
    assert OFFICIAL.between(day, end) == count
    assert OFFICIAL.between(day, end - timedelta(days=1)) == count - 1


@given(DAYS, st.integers(0, 200), st.integers(0, 200))
def test_spans_add_up(first: date, one: int, two: int) -> None:
    middle = first + timedelta(days=one)
    last = middle + timedelta(days=two)
    if last.year <= 2026:
        assert OFFICIAL.between(first, last) == OFFICIAL.between(first, middle) + OFFICIAL.between(
            middle, last
        )
        assert 0 <= OFFICIAL.between(first, last) <= (last - first).days


def test_a_year_that_was_not_published_is_never_guessed() -> None:
    assert not OFFICIAL.knows(UNPUBLISHED)
    for ask in (
        lambda: OFFICIAL.is_working_day(date(UNPUBLISHED, 3, 1)),
        lambda: OFFICIAL.between(date(2026, 12, 30), date(UNPUBLISHED, 1, 4)),
        lambda: OFFICIAL.after(date(UNPUBLISHED, 3, 1), 5),
    ):
        with pytest.raises(UnknownYearError):
            ask()


def test_unknown_years_of_a_run_are_named_for_the_user() -> None:
    OFFICIAL.demand((2025, 2026), "calendar.csv")
    with pytest.raises(InputError) as caught:
        OFFICIAL.demand((2034, 2025, 2033), "calendar.csv")
    assert [(one.key, one.where, one.arguments) for one in caught.value.problems] == [
        ("calendar.unknown-year", "calendar.csv", {"year": 2033}),
        ("calendar.unknown-year", "calendar.csv", {"year": 2034}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_table_of_the_workspace_makes_a_year_known(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text(TABLE.replace("kind\n", "kind,说明\n", 1), encoding=encoding)
    own = read_calendar(file)
    assert own.knows(UNPUBLISHED)
    assert not own.is_working_day(date(2033, 5, 1))
    assert own.is_working_day(date(2033, 10, 8))
    assert not own.is_working_day(date(2033, 10, 9))
    assert own.after(date(2033, 9, 30), 2) == date(2033, 10, 4)
    assert own.is_working_day(date(2025, 9, 28)), "years of the library stay known"


def test_the_table_goes_before_the_library(tmp_path: Path) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text("date,kind\n2026-11-20,holiday\n", encoding="utf-8")
    own = read_calendar(file)
    assert not own.is_working_day(date(2026, 11, 20))
    assert own.is_working_day(date(2026, 11, 19))


def test_without_a_table_the_library_holds(tmp_path: Path) -> None:
    assert read_calendar(tmp_path / "calendar.csv").is_working_day(date(2026, 11, 20))


@pytest.mark.parametrize(
    ("content", "key", "line", "column"),
    [
        ("day,kind\n", "calendar.no-headings", 1, None),
        ("", "calendar.no-headings", 1, None),
        ("date,kind\n2033-02-30,holiday\n", "calendar.no-date", 2, "date"),
        ("date,kind\n\n2026-01-02,off\n", "calendar.no-kind", 3, "kind"),
        ("date,kind\n2026-01-02\n", "calendar.no-kind", 2, "kind"),
        ("date,kind\n2026-01-02,holiday\n2026-01-02,workday\n", "calendar.doubled", 3, "date"),
        ("date,kind\n2033-01-01,holiday\n", "calendar.incomplete-year", None, None),
        ("date,kind\n2033-10-08,workday\n", "calendar.incomplete-year", None, None),
    ],
)
def test_mistakes_of_the_table_are_named(
    tmp_path: Path, content: str, key: str, line: int | None, column: str | None
) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_calendar(file)
    (problem,) = caught.value.problems
    assert (problem.key, problem.where, problem.line, problem.column) == (key, str(file), line, column)
