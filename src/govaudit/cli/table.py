"""Rows of text in columns that stay in line on a terminal, whatever the width of their characters."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = "  "


def aligned(rows: Sequence[Sequence[str]], indent: str = "") -> Iterator[str]:
    """One line a row; every column but the last is as wide as its widest cell."""
    widths = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        yield (indent + _GAP.join(padded)).rstrip()


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
