"""Cells of tables that spreadsheets open: nothing in them may start a formula or turn into another value."""

from __future__ import annotations

import re

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_READ_AS_NUMBER = re.compile(r"0\d+|\d{12,}|\d+[eE]\d+")


def guarded(text: str) -> str:
    """``text`` for a CSV cell: what a spreadsheet would run or re-write as a number is led by an apostrophe."""
    if text.startswith(_STARTS_FORMULA) or _READ_AS_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
