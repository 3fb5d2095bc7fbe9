"""A form as a workbook: one sheet, frozen head, every cell text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_WIDEST = 60


def write_form_xlsx(
    file: Path,
    sheet: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    choices: Mapping[int, Sequence[str]] | None = None,
) -> None:
    """Write the form. No cell becomes a formula, number or link, whatever it holds. ``choices``: number of a column →
    the words that a reader may choose from in its cells."""
    with xlsxwriter.Workbook(
        str(file), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        page = book.add_worksheet(sheet)
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#eeeeee", "valign": "vcenter"})
        body = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
        page.freeze_panes(1, 0)
        for place, heading in enumerate(headings):
            longest = max((len(row[place]) for row in rows), default=0)
            page.set_column(place, place, min(_WIDEST, 2 * max(len(heading), longest) + 2), body)
            page.write_string(0, place, heading, head)
        for line, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                page.write_string(line, place, cell, body)
        for place, words in (choices or {}).items():
            page.data_validation(
                1, place, max(1, len(rows)), place, {"validate": "list", "source": list(words)}
            )
        page.autofilter(0, 0, max(1, len(rows)), len(headings) - 1)
