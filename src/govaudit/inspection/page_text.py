"""What a page says, line by line: its own text, and what its template puts around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADING, HIDDEN = "\x02", "\x03"
"""First characters of lines that are a heading, and of lines that are not shown until a visitor does something."""
CELL = "\t"
"""Between the cells of a table's row, and between a term and its description."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as shown, with single blanks. ``cells``: its parts where it is a row of a table, else itself alone;
    ``hidden``: in the page, but not on the screen (tabs that are not open, pop-ups)."""

    text: str
    heading: bool = False
    hidden: bool = False

    @property
    def cells(self) -> list[str]:
        """Cells of a row, in order."""
        return self.text.split(CELL)


class PageText(msgspec.Struct, frozen=True, array_like=True):
    """``main``: the page's own text; ``around``: header, navigation, footer and what stands beside, which a template
    repeats. Lines in document order, coded as ``lines_of`` reads them."""

    main: str = ""
    around: str = ""

    def __bool__(self) -> bool:
        return bool(self.main or self.around)

    @property
    def lines(self) -> Iterator[Line]:
        """Lines of the page's own text."""
        return lines_of(self.main)

    @property
    def lines_around(self) -> Iterator[Line]:
        """Lines of the template."""
        return lines_of(self.around)


def lines_of(coded: str) -> Iterator[Line]:
    """The lines of a coded text."""
    if not coded:
        return
    for line in coded.split("\n"):
        text = line.lstrip(HEADING + HIDDEN)
        marks = line[: len(line) - len(text)]
        yield Line(text, HEADING in marks, HIDDEN in marks)
