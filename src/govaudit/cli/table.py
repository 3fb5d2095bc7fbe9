"""Rows of text in columns that stay in line on a terminal, whatever the width of their characters."""

from __future__ import annotations

import re
import shutil
import unicodedata
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = "  "
_PIECES = re.compile(r"[!-~]+ *|\s+|[^!-~\s] *")
"""A word of narrow characters, or one other character, with the spaces behind it."""
_NOT_FIRST = frozenset("，。；：、！？）》”’…,.;:!?)]}%")
"""What no line begins with."""
_NARROWEST = 60
_WIDEST = 140
_NO_TERMINAL = 110


def aligned(rows: Sequence[Sequence[str]], indent: str = "") -> Iterator[str]:
    """One line a row; every column but the last is as wide as its widest cell."""
    widths = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        yield (indent + _GAP.join(padded)).rstrip()


def terminal_width() -> int:
    """Columns that a line may take: those of the terminal, within reason."""
    return min(max(shutil.get_terminal_size((_NO_TERMINAL, 24)).columns, _NARROWEST), _WIDEST)


def wrapped(text: str, columns: int) -> Iterator[str]:
    """``text`` in lines of at most ``columns``, broken at spaces and between wide characters, longer words
    anywhere. Punctuation that no line
    begins with may stand out."""
    line = ""
    found = _PIECES.findall(text)
    for piece in (part[at : at + columns] for part in found for at in range(0, len(part), columns)):
        if line and width(line) + width(piece.rstrip()) > columns and piece[0] not in _NOT_FIRST:
            yield line.rstrip()
            line = ""
        line += piece
    if line:
        yield line.rstrip()


def side_by_side(cells: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Cells of one row, each ``(text, columns)`` wrapped in its own columns."""
    columns = [list(wrapped(text, wide)) for text, wide in cells]
    for parts in zip_longest(*columns, fillvalue=""):
        padded = (part + " " * (wide - width(part)) for part, (_, wide) in zip(parts, cells, strict=True))
        yield _GAP.join(padded).rstrip()


def cut(text: str, columns: int) -> str:
    """``text``, or its beginning with … when it takes more columns."""
    if width(text) <= columns:
        return text
    while width(text) >= columns:
        text = text[:-1]
    return f"{text}…"


def width(text: str) -> int:
    """Columns of a terminal that a text takes: East Asian wide characters take two."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )
