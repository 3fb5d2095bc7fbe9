"""Which part of a page an element stands in: header, navigation, footer, beside the text, or the text itself."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, lru_cache
from typing import TYPE_CHECKING, ClassVar

from govaudit.crawler.reading.words import alternatives, word_set

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline


class Zone(int):
    """Part of a page. No enumeration: its members are named thousands of times a page, and to find a member of an
    enumeration takes twenty times as long."""

    MAIN: ClassVar[Zone]
    HEADER: ClassVar[Zone]
    NAVIGATION: ClassVar[Zone]
    FOOTER: ClassVar[Zone]
    BESIDE: ClassVar[Zone]


Zone.MAIN, Zone.HEADER, Zone.NAVIGATION, Zone.FOOTER, Zone.BESIDE = map(Zone, range(5))


_PART = re.compile(r"[A-Za-z]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TAGS = {"header": Zone.HEADER, "nav": Zone.NAVIGATION, "footer": Zone.FOOTER, "aside": Zone.BESIDE}
_OF_PARTS = frozenset(["header", "footer"])
_ENTRIES = frozenset(["article", "li"])
_BODY = frozenset(["html", "body", "form"])
_WHOLE_PAGE = 0.7
_LIST = 3
_LONG_LIST = 6
_FOOT_WITHIN = 6000
_FOOT_MOSTLY_WITHIN = 1500
_FOOT_WORD = 20
_FOOT_GAP = 300
_FOOT_FROM = 0.3
_FOOT_NAMES = re.compile(r"[一-龥)] (?:主办|承办)(?=[ \n/|]|$)")


@cache
def _foot_pattern(key: str) -> re.Pattern[str]:
    return re.compile(alternatives("footer", key))


@lru_cache(maxsize=8192)
def name_parts(classes: str) -> frozenset[str]:
    """Small-letter words of a class name or id: ``article-header topNav`` → article, header, top, nav, topnav."""
    parts = set()
    for word in _PART.findall(classes):
        parts.add(word.lower())
        pieces = _CAMEL.split(word)
        if len(pieces) > 1:
            parts.update(piece.lower() for piece in pieces)
    return frozenset(parts)


@lru_cache(maxsize=8192)
def _zone_of_names(classes: str) -> Zone:
    parts = name_parts(classes)
    if parts & word_set("zones", "footer"):
        return Zone.FOOTER
    if parts & word_set("zones", "breadcrumb"):
        return Zone.MAIN
    if parts & word_set("zones", "navigation"):
        return Zone.NAVIGATION
    if parts & word_set("zones", "beside"):
        return Zone.BESIDE
    if parts & word_set("zones", "header") and not parts & word_set("zones", "article"):
        return Zone.HEADER
    return Zone.MAIN


def zones(page: Outline, dates: list[int]) -> list[Zone]:
    """The zone of every element. What a class name says does not count for a block that holds nearly the whole
    page, a list with dates, or the page's only main heading. ``dates``: places of the page's dates."""
    foot = foot_start(page)
    headings = [element for element in page.of_tag("h1") if not page.hidden[element]]
    before_foot = len(page.text) if foot is None else foot
    found = [Zone.MAIN] * len(page)
    behind = 0
    for element in sorted({*page.names, *page.of_tag(*_TAGS)}):
        if element < behind or page.start[element] >= before_foot or not _is_part(page, element):
            continue
        zone = _zone(page, element)
        if zone is not Zone.MAIN and not _holds_more(
            page, element, zone, foot=foot, dates=dates, headings=headings
        ):
            behind = _fill(page, found, element, zone)
    if foot is not None:
        _fill_foot(page, found, foot)
    return found


def _zone(page: Outline, element: int) -> Zone:
    """What tag or class name say. A header or footer inside an article or entry is a part of that."""
    tag = page.tag[element]
    if tag in _OF_PARTS and page.enclosing(element, _ENTRIES) >= 0:
        return Zone.MAIN
    return _TAGS.get(tag) or _zone_of_names(page.names[element])


def _is_part(page: Outline, element: int) -> bool:
    return page.start[element] != page.stop[element] and page.tag[element] not in _BODY


def _fill(page: Outline, found: list[Zone], element: int, zone: Zone) -> int:
    """Gives an element and all in it their zone. Returns the first element behind it."""
    behind = page.last[element] + 1
    found[element:behind] = [zone] * (behind - element)
    return behind


def _fill_foot(page: Outline, found: list[Zone], foot: int) -> None:
    """All that begins at ``foot``, a beginning of a line, or behind it and is no other zone is the footer."""
    element = page.owner_at(foot)
    while page.parent[element] >= 0 and page.start[page.parent[element]] >= foot:
        element = page.parent[element]
    while element < len(page):
        if found[element] is Zone.MAIN and page.start[element] >= foot and _is_part(page, element):
            element = _fill(page, found, element, Zone.FOOTER)
        else:
            element += 1


def _holds_more(
    page: Outline, element: int, zone: Zone, *, foot: int | None, dates: list[int], headings: list[int]
) -> bool:
    """Whether the block holds too much of the page to be only that zone."""
    start, stop = page.start[element], page.stop[element]
    total = len(page.text)
    inside = bisect_left(dates, stop) - bisect_left(dates, start)
    if zone is Zone.FOOTER:
        return inside >= _LIST or (start < total * _FOOT_FROM and stop - start > total / 2)
    if foot is not None and start < foot < stop and total - foot > 1:
        return True
    if zone is Zone.NAVIGATION:
        return inside >= _LONG_LIST
    whole = stop - start > total * _WHOLE_PAGE
    if zone is Zone.HEADER:
        return whole or inside >= _LIST
    return whole or (len(headings) == 1 and element <= headings[0] <= page.last[element])


def _first_of_foot(certain: list[int]) -> int:
    """The first of places that stand close together, counted back from the last; -1 for none."""
    first = certain[-1] if certain else -1
    for place in reversed(certain):
        if first - place > _FOOT_GAP:
            break
        first = place
    return first


def foot_start(page: Outline) -> int | None:
    """Where in the text the foot of the page begins: the first of the words that feet are made of, counted back
    from the page's end as long as they stand close together. ``None`` when the page says none of them."""
    text = page.plain
    first = -1
    for within in (_FOOT_MOSTLY_WITHIN, _FOOT_WITHIN):
        begin = max(0, len(text) - within)
        first = _first_of_foot([match.start() for match in _foot_pattern("certain").finditer(text, begin)])
        # What stands before is too far from it, even a word that begins there.
        if begin == 0 or first - begin > _FOOT_GAP + _FOOT_WORD:
            break
    if first < 0:
        return None
    start = page.line_at(first)[0]
    if start:
        before = page.line_at(start - 1)
        if _FOOT_NAMES.search(text, *before):
            start = before[0]
    for match in _foot_pattern("around").finditer(text, max(0, start - _FOOT_GAP), start):
        line = page.line_at(match.start())[0]
        if start - line < _FOOT_GAP and line >= len(text) * _FOOT_FROM:
            return line
    return start
