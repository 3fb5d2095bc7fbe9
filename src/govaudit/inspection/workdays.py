"""Working days by the official calendar: weekends, public holidays and the weekends that are worked instead.

Years that the library ``chinesecalendar`` does not know come from the workspace's ``calendar.csv``, or are an error:
nothing is ever guessed from weekdays alone.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

import chinese_calendar

from govaudit.inspection.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_SATURDAY = 5
_KINDS = {"holiday": False, "workday": True}
_HEADINGS = ("date", "kind")
_ALWAYS_HOLIDAYS = ((1, 1), (5, 1), (10, 1))
"""A table of a year that lacks one of these was not copied to its end."""


class UnknownYearError(Exception):
    """Neither the official calendar nor the workspace's table says how ``year`` is worked."""

    def __init__(self, year: int) -> None:
        super().__init__(str(year))
        self.year = year


class WorkCalendar:
    """Which days are worked. ``own``: days of the workspace's table → worked or not; they go before the library's."""

    def __init__(self, own: Mapping[date, bool] | None = None) -> None:
        self._own = dict(own or {})
        self._own_years = frozenset(day.year for day in self._own)

    def knows(self, year: int) -> bool:
        """Whether the calendar says how that year is worked."""
        return year in self._own_years or _library_knows(year)

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` is worked. Raises ``UnknownYearError``."""
        if day in self._own:
            return self._own[day]
        if _library_knows(day.year):
            return bool(chinese_calendar.is_workday(day))
        if day.year in self._own_years:
            return day.weekday() < _SATURDAY
        raise UnknownYearError(day.year)

    def between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and with ``last``; negative when ``last`` comes before ``first``.

        Raises ``UnknownYearError``.
        """
        if last < first:
            return -self.between(last, first)
        days = ((first + timedelta(days=step)) for step in range(1, (last - first).days + 1))
        return sum(map(self.is_working_day, days))

    def after(self, day: date, count: int) -> date:
        """The last day of a term of ``count`` working days that begins on the day after ``day``.

        ``count`` is at least 1. Raises ``UnknownYearError``.
        """
        if count < 1:
            raise ValueError(f"no term: {count} working days")
        while count:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def demand(self, years: Iterable[int], where: str) -> None:
        """Raises ``InputError`` that names every year of ``years`` that is not known; ``where``: the table's file."""
        unknown = [year for year in sorted(set(years)) if not self.knows(year)]
        if unknown:
            raise InputError(
                *(Problem("calendar.unknown-year", where, arguments={"year": year}) for year in unknown)
            )


def read_calendar(file: Path) -> WorkCalendar:
    """The official calendar with the workspace's table (``date,kind``; kind ``holiday`` or ``workday``), which need
    not be there.

    The table holds every public holiday and every worked weekend of the years that it speaks of; all other days of
    such a year follow the library, or else the weekday. Raises ``InputError`` naming file, line and column.
    """
    if not file.is_file():
        return WorkCalendar()
    where = str(file)
    problems: list[Problem] = []
    days: dict[date, bool] = {}
    for line, row in _rows(file):
        day, kind = _day(row.get("date", "")), _KINDS.get(row.get("kind", "").lower())
        if day is None:
            problems.append(Problem("calendar.no-date", where, line, "date", {"value": row.get("date", "")}))
        if kind is None:
            problems.append(Problem("calendar.no-kind", where, line, "kind", {"value": row.get("kind", "")}))
        if day is not None and kind is not None and days.setdefault(day, kind) is not kind:
            problems.append(Problem("calendar.doubled", where, line, "date", {"value": day.isoformat()}))
    problems += _gaps(days, where)
    if problems:
        raise InputError(*problems)
    return WorkCalendar(days)


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    where = str(file)
    try:
        text = _decoded(file.read_bytes())
    except OSError as error:
        raise InputError(Problem("file.unreadable", where, arguments={"why": str(error)})) from error
    lines = csv.reader(io.StringIO(text))
    headings = tuple(one.strip().lower() for one in next(lines, []))
    if headings[: len(_HEADINGS)] != _HEADINGS:
        raise InputError(Problem("calendar.no-headings", where, 1))
    return [
        (lines.line_num, dict(zip(headings, (cell.strip() for cell in row), strict=False)))
        for row in lines
        if any(cell.strip() for cell in row)
    ]


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")


def _day(text: str) -> date | None:
    parts = text.replace("/", "-").split("-")
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        return None


def _gaps(days: Mapping[date, bool], where: str) -> list[Problem]:
    """Years that the library does not know and the table tells only in part."""
    told: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    for day, worked in days.items():
        if not worked:
            told[day.year].add((day.month, day.day))
        else:
            told.setdefault(day.year, set())
    return [
        Problem("calendar.incomplete-year", where, arguments={"year": year})
        for year, holidays in sorted(told.items())
        if not _library_knows(year) and not holidays.issuperset(_ALWAYS_HOLIDAYS)
    ]


@cache
def _library_knows(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
