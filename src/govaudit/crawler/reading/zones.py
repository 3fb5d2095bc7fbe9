"""Which part of a page an element stands in: header, navigation, footer, beside the text, or the text itself."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.words import alternatives, word_set

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline


class Zone(IntEnum):
    """Part of a page."""

    MAIN = 0
    HEADER = 1
    NAVIGATION = 2
    FOOTER = 3
    BESIDE = 4


_PART = re.compile(r"[A-Za-z]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TAGS = {"header": Zone.HEADER, "nav": Zone.NAVIGATION, "footer": Zone.FOOTER, "aside": Zone.BESIDE}
_BODY = frozenset(["html", "body", "form"])
_WHOLE_PAGE = 0.7
_FOOT_WITHIN = 6000
_FOOT_GAP = 300
_FOOT_FROM = 0.3
_HEADINGS = frozenset(["h1"])


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


def zones(page: Outline) -> list[Zone]:
    """The zone of every element. What a class name says does not count for a block that holds nearly the whole
    page, or the page's only main heading."""
    foot = foot_start(page)
    total = len(page.text) or 1
    headings = [
        element for element, tag in enumerate(page.tag) if tag in _HEADINGS and not page.hidden[element]
    ]
    found = [Zone.MAIN] * len(page)
    for element, tag in enumerate(page.tag):
        outer = page.parent[element]
        inherited = found[outer] if outer >= 0 else Zone.MAIN
        if inherited is not Zone.MAIN:
            found[element] = inherited
            continue
        if tag in _BODY or page.start[element] == page.stop[element]:
            continue
        if foot is not None and page.start[element] >= foot:
            found[element] = Zone.FOOTER
            continue
        zone = _TAGS.get(tag, Zone.MAIN)
        attributes = page.attributes[element]
        if zone is Zone.MAIN and attributes and ("class" in attributes or "id" in attributes):
            zone = _zone_of_names(f"{attributes.get('class') or ''} {attributes.get('id') or ''}")
        if zone is not Zone.MAIN and not _swallows(page, element, zone, foot, total, headings):
            found[element] = zone
    return found


def _swallows(
    page: Outline, element: int, zone: Zone, foot: int | None, total: int, headings: list[int]
) -> bool:
    """Whether the block is too much of the page to be that zone."""
    start, stop = page.start[element], page.stop[element]
    if zone is Zone.FOOTER:
        return start < total * _FOOT_FROM and stop - start > total / 2
    if foot is not None and start < foot < stop and total - foot > 1:
        return True
    if zone is Zone.NAVIGATION:
        return False
    return (stop - start > total * _WHOLE_PAGE) or (
        len(headings) == 1 and element <= headings[0] <= page.last[element] and zone is Zone.BESIDE
    )


def foot_start(page: Outline) -> int | None:
    """Where in the text the foot of the page begins: the first of the words that feet are made of, counted back
    from the page's end as long as they stand close together. ``None`` when the page says none of them."""
    text = page.plain
    certain = [
        match.start() for match in _foot_pattern("certain").finditer(text, max(0, len(text) - _FOOT_WITHIN))
    ]
    if not certain:
        return None
    first = certain[-1]
    for place in reversed(certain):
        if first - place > _FOOT_GAP:
            break
        first = place
    start = page.line_at(first)[0]
    for match in _foot_pattern("around").finditer(text, max(0, start - _FOOT_GAP), start):
        line = page.line_at(match.start())[0]
        if start - line < _FOOT_GAP and line >= len(text) * _FOOT_FROM:
            return line
    return start
