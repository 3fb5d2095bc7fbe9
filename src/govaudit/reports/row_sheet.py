"""Worksheets that take whole rows of plain text and numbers: several times as quick as cell by cell, and nothing that a
page says can be taken for rich text, a formula or a part of the file."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_LINKS = 65_000
"""Links of a sheet that stay links; spreadsheets refuse more than 65,530."""
LONGEST_LINK = 2_079
LONGEST_TEXT = 32_767
_SPECIAL = re.compile("[&<>\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
_SURROGATE = re.compile("[\ud800-\udfff]")


class RowSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A sheet of a workbook in constant-memory mode. Rows are added from the top down."""

    def add_row(self, row: int, cells: Iterable[tuple[str | int | float, Any, bool]]) -> None:
        """Write a row. ``cells``: text or number, format, and whether a text becomes a link to itself."""
        self._write_single_row(row)
        self.ignore_write_string = True
        written = []
        for place, (cell, style, link) in enumerate(cells):
            head = f'<c r="{_letters(place)}{row + 1}" s="{style._get_xf_index()}"'  # noqa: SLF001 - the only way
            if not isinstance(cell, str):
                written.append(f"{head}><v>{cell!r}</v></c>")
                continue
            if not cell:
                written.append(f"{head}/>")
                continue
            if link and self.hlink_count < MOST_LINKS:
                self._write_url(row, place, cell)
            text = _escaped(cell, self)
            written.append(f'{head} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
        self._check_dimensions(row, max(len(written) - 1, 0))
        self.fh.write(f'<row r="{row + 1}">{"".join(written)}</row>')


@cache
def _letters(place: int) -> str:
    letters: str = xl_col_to_name(place)
    return letters


def _fitting(text: str) -> str:
    """``text`` as far as a cell can hold it."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _escaped(text: str, sheet: RowSheet) -> str:
    cut = _fitting(text)
    if not _SPECIAL.search(cut):
        return cut
    whole = _SURROGATE.sub("\ufffd", cut)
    escaped: str = sheet._escape_data(sheet._escape_control_characters(whole))  # noqa: SLF001 - of its own class
    return escaped
