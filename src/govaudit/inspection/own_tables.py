"""The user's own tables in a workspace: laws and their states, units, the province's list of items."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from govaudit.inspection.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

LAWS, UNITS, ITEMS = "laws.csv", "units.csv", "items.csv"
"""Names of the tables in a workspace."""

NAME, NUMBER, STATE, SINCE, SUCCESSOR, SOURCE = "名称", "文号", "状态", "自", "替代", "来源"
IN_FORCE = "有效"
_LAW_STATES = frozenset(["废止", "修订", IN_FORCE])
_UNIT_STATES = frozenset(["撤销", "更名", IN_FORCE])
_ITEM_NAME, _ITEM_CODE = "事项名称", "事项编码"


@dataclass(frozen=True, slots=True)
class Law:
    """A law that is no longer in force as named. ``number``: only under this one; ``since``: first day without it;
    ``state``: 废止, 修订, or 有效, which takes back a row of the built-in table."""

    name: str
    number: str
    state: str
    since: date
    successor: str
    source: str


@dataclass(frozen=True, slots=True)
class Unit:
    """An office that was abolished or renamed. ``name``: with any place name before it."""

    name: str
    state: str
    since: date
    successor: str
    source: str


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item of the province's list. ``elements``: canonical element name → text."""

    name: str
    code: str
    elements: dict[str, str]
    where: str


@dataclass(frozen=True, slots=True)
class OwnTables:
    """What the user keeps beside the site list."""

    laws: tuple[Law, ...] = ()
    units: tuple[Unit, ...] = ()
    items: tuple[ListedItem, ...] = field(default=())


NO_TABLES = OwnTables()
"""The user keeps none."""


def own_tables(folder: Path) -> OwnTables:
    """The tables that the workspace holds. Raises ``InputError`` naming file, line and column."""
    return OwnTables(
        laws=tuple(read_laws(folder / LAWS)) if (folder / LAWS).is_file() else (),
        units=tuple(read_units(folder / UNITS)) if (folder / UNITS).is_file() else (),
        items=tuple(_read_items(folder / ITEMS)) if (folder / ITEMS).is_file() else (),
    )


def read_laws(file: Traversable) -> Iterator[Law]:
    """Rows of a table of laws."""
    for line, row in _rows(file, (NAME, STATE, SINCE)):
        state = _one_of(file, line, STATE, row[STATE], _LAW_STATES)
        yield Law(
            row[NAME],
            row.get(NUMBER, ""),
            state,
            _day(file, line, row[SINCE]),
            row.get(SUCCESSOR, ""),
            row.get(SOURCE, ""),
        )


def read_units(file: Traversable) -> Iterator[Unit]:
    """Rows of a table of units."""
    for line, row in _rows(file, (NAME, STATE, SINCE)):
        state = _one_of(file, line, STATE, row[STATE], _UNIT_STATES)
        yield Unit(
            row[NAME], state, _day(file, line, row[SINCE]), row.get(SUCCESSOR, ""), row.get(SOURCE, "")
        )


def _read_items(file: Path) -> Iterator[ListedItem]:
    for line, row in _rows(file, (_ITEM_NAME,)):
        others = {name: text for name, text in row.items() if name not in {_ITEM_NAME, _ITEM_CODE} and text}
        yield ListedItem(row[_ITEM_NAME], row.get(_ITEM_CODE, ""), others, f"{file.name}:{line}")


def _rows(file: Traversable, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their line numbers; the first of ``needed`` is never empty. UTF-8 or GB18030."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.DictReader(text.splitlines())
    absent = [name for name in needed if name not in (reader.fieldnames or ())]
    if absent:
        raise InputError(Problem("table.column-missing", file.name, 1, absent[0]))
    for row in reader:
        tidy = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
        if not any(tidy.values()):
            continue
        if not tidy[needed[0]]:
            raise InputError(Problem("table.value", file.name, reader.line_num, needed[0], {"value": ""}))
        yield reader.line_num, tidy


def _one_of(file: Traversable, line: int, column: str, value: str, known: frozenset[str]) -> str:
    if value not in known:
        raise InputError(Problem("table.value", file.name, line, column, {"value": value}))
    return value


def _day(file: Traversable, line: int, value: str) -> date:
    return _parsed(file, line, SINCE, value, date.fromisoformat)


def _parsed(file: Traversable, line: int, column: str, value: str, parse: Callable[[str], date]) -> date:
    try:
        return parse(value)
    except ValueError as error:
        raise InputError(Problem("table.value", file.name, line, column, {"value": value})) from error
