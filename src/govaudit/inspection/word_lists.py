"""The user's own word lists: CSV files in the folder ``words`` of the workspace, on top of those that come with the
program.

``serious.csv``, ``typos.csv``: columns ``wrong,right,except``. ``names.csv``: ``name,except``, names of which variants
with one other character are told. ``leaders.csv``: ``title,name``: behind the title only this name is right.
``illegal.csv``: ``word``. ``allowed.csv``: ``text``: what is never told. Several exceptions are parted by ``|``.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import InputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = {
    "serious": ("wrong", "right"),
    "typos": ("wrong", "right"),
    "names": ("name",),
    "leaders": ("title", "name"),
    "illegal": ("word",),
    "allowed": ("text",),
}


class Name(msgspec.Struct, frozen=True, rename={"but": "except"}, forbid_unknown_fields=True):
    """A name that has to be written so. ``but``: what looks like a miswriting and is right."""

    name: str
    but: tuple[str, ...] = ()


class Wrong(msgspec.Struct, frozen=True, rename={"but": "except"}, forbid_unknown_fields=True):
    """A miswriting and what is meant."""

    wrong: str
    right: str
    but: tuple[str, ...] = ()


class WordLists(msgspec.Struct, frozen=True):
    """All lists of one user; empty without any."""

    serious: tuple[Wrong, ...] = ()
    typos: tuple[Wrong, ...] = ()
    names: tuple[Name, ...] = ()
    leaders: tuple[tuple[str, str], ...] = ()
    illegal: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


def read_word_lists(folder: Path) -> WordLists:
    """The lists of a folder, those that are there. Raises ``InputError`` naming file and line of a mistake."""
    rows = {name: _rows(folder / f"{name}.csv", columns) for name, columns in _COLUMNS.items()}
    return WordLists(
        serious=tuple(_wrong(row) for row in rows["serious"]),
        typos=tuple(_wrong(row) for row in rows["typos"]),
        names=tuple(Name(row["name"], _several(row)) for row in rows["names"]),
        leaders=tuple((row["title"], row["name"]) for row in rows["leaders"]),
        illegal=tuple(row["word"] for row in rows["illegal"]),
        allowed=tuple(row["text"] for row in rows["allowed"]),
    )


def _wrong(row: dict[str, str]) -> Wrong:
    return Wrong(row["wrong"], row["right"], _several(row))


def _several(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(one.strip() for one in (row.get("except") or "").split("|") if one.strip())


def _rows(file: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            rows = [
                (reader.line_num, {name: (value or "").strip() for name, value in row.items() if name})
                for row in reader
            ]
            names = reader.fieldnames or ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(Problem("file.unreadable", str(file), arguments={"why": str(error)})) from error
    problems = [
        Problem("table.invalid", str(file), line, column, {"why": column})
        for line, row in (rows if set(columns) <= set(names) else [(1, {})])
        for column in columns
        if not row.get(column)
    ]
    if problems:
        raise InputError(*problems)
    return [row for _, row in rows]
