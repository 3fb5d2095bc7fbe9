"""The head of a page, where its site shows its name: in words, or in the words of a picture."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.text import collapsed
from govaudit.crawler.reading.words import alternatives, word_set
from govaudit.crawler.reading.zones import name_parts
from govaudit.inspection.facts import Head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.crawler.reading.outline import Outline

_WITHIN = 400
_AT_TOP = 150
_MOST_PARTS = 4
_MOST_NAMES = 5
_LONGEST_NAME = 40
_SAYING = ("img", "a")
_EMBEDDED = ("iframe", "frame", "object", "embed")
_BODY = frozenset(["html", "body", "form"])


@cache
def _name() -> re.Pattern[str]:
    return re.compile(rf"[^\d\n]{{2,{_LONGEST_NAME}}}?(?:{alternatives('zones', 'head-name-ends')})")


@lru_cache(maxsize=8192)
def _is_head(names: str) -> bool:
    return not name_parts(names).isdisjoint(word_set("zones", "header"))


def head_of(page: Outline) -> Head:
    """What the head of a page says in names. A head that says none may show one in a way that cannot be read: drawn by
    a style sheet, in a picture without words, in a frame. Only a page that begins with nothing of the kind has none."""
    parts = _parts(page)
    names: dict[str, None] = {}
    for first in parts:
        names.update(dict.fromkeys(_names_in(page, first, page.stop[first], (*_SAYING, "h1"))))
    if not parts:
        names.update(dict.fromkeys(_names_in(page, 0, _AT_TOP, _SAYING)))
    there = bool(parts or names) or _shows_something(page)
    return Head(there=there, names=tuple(names)[:_MOST_NAMES])


def _parts(page: Outline) -> list[int]:
    """Outermost elements near the top that are called head, logo, banner."""
    found: list[int] = []
    behind = 0
    start = page.start
    for element, names in page.names.items():
        if start[element] > _WITHIN or len(found) >= _MOST_PARTS:
            break
        if element >= behind and _is_head(names) and page.tag[element] not in _BODY:
            found.append(element)
            behind = page.last[element] + 1
    return found or [element for element in page.of_tag("header")[:1] if start[element] <= _WITHIN]


def _names_in(page: Outline, first: int, stop: int, tags: tuple[str, ...]) -> Iterator[str]:
    start = page.start[first]
    stop = min(stop, start + _WITHIN)
    yield from _names_of(page.text[start:stop])
    last = page.last[first]
    for tag in tags:
        for element in page.within(page.of_tag(tag), first):
            if page.start[element] > stop or element > last:
                break
            said = _said_of(page, element, tag)
            if said:
                yield said


@lru_cache(maxsize=1024)
def _names_of(text: str) -> tuple[str, ...]:
    """Kept over pages: heads say the same on all of them."""
    return tuple(line for line in text.split("\n") if len(line) <= _LONGEST_NAME and _name().fullmatch(line))


def _said_of(page: Outline, element: int, tag: str) -> str:
    """The words of a picture, of a link that shows nothing itself, of a main heading."""
    empty = page.start[element] == page.stop[element]
    if tag == "h1":
        return collapsed(page.shown(element), _LONGEST_NAME)
    if tag == "a" and not empty:
        return ""
    attributes = page.attributes[element]
    return collapsed(attributes.get("alt") or attributes.get("title") or "", _LONGEST_NAME)


def _shows_something(page: Outline) -> bool:
    """Whether a page begins with a picture, a frame, or something with a background."""
    if any(page.start[element] <= _AT_TOP for element in page.of_tag("img", *_EMBEDDED)):
        return True
    return any(
        "background" in attributes or "background" in (attributes.get("style") or "")
        for element, attributes in enumerate(page.attributes)
        if attributes and page.start[element] <= _AT_TOP
    )
