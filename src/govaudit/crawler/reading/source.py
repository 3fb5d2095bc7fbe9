"""Who gave the text (来源, 发布机构), as the page shows it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.dates import find_dates
from govaudit.crawler.reading.text import collapsed
from govaudit.crawler.reading.words import alternatives
from govaudit.crawler.reading.zones import Zone

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_LONGEST = 50
_MOST_BEHIND = 3
_CHINESE = re.compile("[一-龥]")
_CELLS = frozenset(["td", "th", "dt"])


@cache
def _label(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives('source', key, spaced=True)})(?:[ \n]?:(?!/)|(?=\n))")


@cache
def _next_label() -> re.Pattern[str]:
    dates = alternatives("dates", "published", "published-beside-title", spaced=True)
    return re.compile(
        rf"(?:{alternatives('source', 'next', spaced=True)}|{dates})"
        r"[ \n]?(?:[:\[(]|$|(?=\d))|[\[|]|\n| {2,}"
    )


def source_of(page: Outline, zones: list[Zone], region: tuple[int, int]) -> str:
    """The source as shown: under the title first, then anywhere in the main area; empty when none is shown or
    nothing stands behind the word."""
    for key in ("labels", "publishers"):
        matches = [
            match
            for match in _label(key).finditer(page.plain)
            if _is_label(page, match) and _is_main(page, zones, match.start())
        ]
        matches.sort(key=lambda match: not region[0] <= match.start() < region[1])
        for match in matches[:_MOST_BEHIND]:
            value = _value(page, match.end())
            if value:
                return value
    return ""


def _is_label(page: Outline, match: re.Match[str]) -> bool:
    """Whether the words are a label of their own: with a colon and nothing before them in their text, or alone in
    the cell of a table."""
    place = match.start()
    before = page.plain[place - 1 : place]
    if match[0][-1] == ":":
        return not _CHINESE.match(before) or page.run_start[page.run_at(place)] == place
    if before != "\n":
        return False
    cell = page.enclosing(page.owner_at(place), _CELLS)
    return cell >= 0 and page.start[cell] == place and page.stop[cell] == match.end()


def _is_main(page: Outline, zones: list[Zone], place: int) -> bool:
    owner = page.owner_at(place)
    return zones[owner] in {Zone.MAIN, Zone.HEADER, Zone.BESIDE} and not page.hidden[owner]


def _value(page: Outline, place: int) -> str:
    """The text behind a label, up to the next label, a bracket or the line's end."""
    stop = min(len(page.plain), place + _LONGEST)
    while place < stop and page.plain[place] in " \n":
        place += 1
    end = _next_label().search(page.plain, place, stop)
    written = page.text[place : end.start() if end else stop]
    narrow = page.plain[place : place + len(written)]
    dates = find_dates(narrow)
    if dates:
        written = written[: dates[0].start]
    return collapsed(written).strip(" ，,。;；|()（）【】[]")
