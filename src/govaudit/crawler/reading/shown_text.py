"""The text of a page as it is kept: lines, apart what is its own and what its template repeats."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from govaudit.crawler.reading.zones import Zone
from govaudit.inspection.page_text import CELL, HEADING, HIDDEN, PageText

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ROW = frozenset([("td", "td"), ("th", "td"), ("th", "th"), ("td", "th"), ("dt", "dd")])
_CONTROLS = dict.fromkeys([ord(HEADING), ord(HIDDEN), ord(CELL)], " ")


def shown_text(page: Outline, zones: list[Zone]) -> PageText:
    """All lines of a page."""
    text, hidden, main = page.text, page.hidden, Zone.MAIN
    if not text:
        return PageText()
    if HEADING in text or HIDDEN in text or CELL in text:
        text = text.translate(_CONTROLS)
    headings = {page.start[element] for element in page.of_tag(*_HEADINGS)}
    cells = _further_cells(page, text)
    own: list[str] = []
    around: list[str] = []
    start, in_row = 0, False
    for line, owner in zip(text.split("\n"), _owners(page, text), strict=True):
        is_own = zones[owner] is main
        if is_own and in_row and start in cells:
            own[-1] += CELL + line
        else:
            coded = f"{HEADING if start in headings else ''}{HIDDEN if hidden[owner] else ''}{line}"
            (own if is_own else around).append(coded)
        in_row = is_own
        start += len(line) + 1
    return PageText("\n".join(own), "\n".join(around))


def _owners(page: Outline, text: str) -> list[int]:
    """The element in which each line begins."""
    return [
        owner
        for start, owner in zip(page.run_start, page.run_owner, strict=True)
        if not start or text[start - 1] == "\n"
    ]


def _further_cells(page: Outline, text: str) -> set[int]:
    """Where cells begin that continue the line of the cell before them."""
    start, stop, last, parent, tag = page.start, page.stop, page.last, page.parent, page.tag
    return {
        start[following]
        for cell, following in pairwise(page.of_tag("td", "th", "dt", "dd"))
        if last[cell] + 1 == following
        and parent[cell] == parent[following]
        and (tag[cell], tag[following]) in _ROW
        and start[following] != stop[following]
        and start[cell] != stop[cell]
        and text.count("\n", start[cell], stop[following]) == 1
    }
