"""What was published where and when, as of one state of the portals."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from govaudit.inspection.run import BEIJING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.demo.specification import Column, Entry, Portal, States

_SATURDAY = 5
_IDS_PER_COLUMN = 1000
_WORKING_BANKS = frozenset({"document", "interpretation", "notice", "finance", "report", "consultation"})
"""Kinds of text that offices publish on weekdays only."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A column at its place: ``path`` from the root, ``number`` in the order of the tree, ``parents`` from the top."""

    column: Column
    path: str
    number: int
    parents: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """A published entry. ``made``: 成文日期."""

    entry: Entry
    place: Placed
    id: int
    at: datetime
    made: date
    path: str
    source: str


def placed_columns(portal: Portal) -> list[Placed]:
    """All columns of a portal in the order of its tree."""
    found: list[Placed] = []

    def walk(columns: Iterable[Column], path: str, parents: tuple[Placed, ...]) -> None:
        for column in columns:
            place = Placed(column, path + column.path, len(found) + 1, parents)
            found.append(place)
            walk(column.children, place.path, (*parents, place))

    walk(portal.columns, "/", ())
    return found


def articles_of(place: Placed, portal: Portal, states: States, as_of: datetime) -> list[Article]:
    """The column's articles that are out at ``as_of``, newest first."""
    column = place.column
    days = [*_days(column, states)]
    entries = [*column.later, *column.entries]
    numbers = range(len(entries), 0, -1)
    found = [
        _article(entry, place, portal, day, place.number * _IDS_PER_COLUMN + number)
        for entry, day, number in zip(entries, days, numbers, strict=True)
    ]
    return [one for one in found if one.at <= as_of]


def _days(column: Column, states: States) -> Iterator[date]:
    """The day of every entry, ``later`` ones first. Those lie in the future until the last state."""
    end = max(state.as_of for state in states.states.values()).astimezone(BEIJING).date()
    room = (end - states.base).days - column.later_newest - 1
    step = max(1, min(column.every, room // max(1, len(column.later))))
    for index in range(len(column.later)):
        yield _on_working_day(end - timedelta(days=column.later_newest + index * step), column)
    for index in range(len(column.entries)):
        yield _on_working_day(states.base - timedelta(days=column.newest + index * column.every), column)


def _on_working_day(day: date, column: Column) -> date:
    if column.bank not in _WORKING_BANKS or day.weekday() < _SATURDAY:
        return day
    return day - timedelta(days=day.weekday() - _SATURDAY + 1)


def _article(entry: Entry, place: Placed, portal: Portal, day: date, identity: int) -> Article:
    chance = stable_number(entry.title)
    at = datetime.combine(day, time(8 + chance % 10, chance // 10 % 60), BEIJING)
    path = portal.article_url.format(column=place.path, date=day, column_id=place.number, id=identity)
    made = _on_working_day(day - timedelta(days=2 + chance % 4), place.column)
    source = entry.source or place.column.source or portal.sponsor
    return Article(entry, place, identity, at, made, path, source)


def interpretation_after(document: Article, interpretation: Article, portal: Portal) -> Article:
    """``interpretation`` published on the day after its ``document``, or on the same day before a weekend."""
    day = _on_working_day(document.at.date() + timedelta(days=1), interpretation.place.column)
    return _article(interpretation.entry, interpretation.place, portal, day, interpretation.id)


def stable_number(text: str) -> int:
    """A number that is the same for the same text on every machine."""
    return zlib.crc32(text.encode())
