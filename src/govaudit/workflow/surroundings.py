"""What stands around a place on a page: the heading of its section, and the words by which a browser finds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.crawler.reading.text import collapsed
from govaudit.crawler.reading.words import word_set
from govaudit.crawler.reading.zones import name_parts

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NAMING = frozenset([*_HEADINGS, "caption", "legend", "summary", "dt"])
_LONGEST_HEADING = 40
_LONGEST_BLOCK = 80
"""Characters of a block that holds a heading and little else, such as a link to more."""
_LONGEST_QUOTE = 300
_LONGEST_CONTEXT = 60
_PAUSE = re.compile(r"[\s，。；：、！？,.;:!?|“”\"'()（）《》【】\[\]>]+")
_MARKS = " \t\n[]【】>»+：:|"

Quote = tuple[str, ...]
"""What stands before, the first and the last words of the place (the last empty when it is one line), what stands
behind; empty when the page shows nothing to be found."""


def section_heading(page: Outline, element: int) -> str:
    """The heading under which an element stands: a heading, the title of a block, the caption of a table. Empty where
    none names its section; the title of another section or of another entry of a list never does."""
    said = collapsed(page.shown(element))
    inner = element
    while (outer := page.parent[inner]) >= 0 and page.tag[inner] != "body":
        siblings = page.children(outer)
        others_between = False
        for sibling in reversed(siblings[: siblings.index(inner)]):
            entry = _alike(page, sibling, inner)
            name = _name_in(page, sibling, entry=entry, tags_only=others_between)
            if name and name != said:
                return name
            others_between |= not entry and page.start[sibling] < page.stop[sibling]
        inner = outer
    return ""


def _alike(page: Outline, one: int, other: int) -> bool:
    """Whether two elements may be entries of one list."""
    return page.tag[one] == page.tag[other] and page.class_names(one) == page.class_names(other)


def _name_in(page: Outline, block: int, *, entry: bool, tags_only: bool) -> str:
    """What a block names that is a heading, or holds one and little else. ``entry``: it may be an entry of a list,
    where titles are of entries; ``tags_only``: other content follows it, over which only a heading reaches."""
    length = page.stop[block] - page.start[block]
    if page.hidden[block] or not 0 < length <= _LONGEST_BLOCK:
        return ""
    if page.tag[block] in _NAMING:
        return "" if entry else _said(page, block)
    if tags_only:
        return ""
    inside = range(block, page.last[block] + 1)
    named = next((one for one in inside if page.tag[one] in _HEADINGS), None)
    if named is None and not entry:
        titles = word_set("zones", "title") | word_set("zones", "block-title")
        named = next(
            (one for one in inside if not titles.isdisjoint(name_parts(page.class_names(one)))), None
        )
    return "" if named is None else _said(page, named)


def _said(page: Outline, heading: int) -> str:
    """What a heading says, without the link to more that stands beside it."""
    start, stop = page.start[heading], page.stop[heading]
    for link in page.within(page.of_tag("a"), heading):
        if page.start[link] > start and collapsed(page.compared(link)).strip(_MARKS).lower() in word_set(
            "lists", "more"
        ):
            stop = min(stop, page.start[link])
    line = next((one for one in page.text[start:stop].split("\n") if one.strip(_MARKS)), "")
    name = collapsed(line).strip(_MARKS)
    return name if len(name) <= _LONGEST_HEADING else ""


def quote_of(page: Outline, element: int) -> Quote:
    """By which words a browser finds the element: its own, told apart from the same words elsewhere by what stands
    before and behind; the nearest words where it shows none."""
    if page.hidden[element]:
        return ()
    start, stop = page.start[element], page.stop[element]
    while start < stop and page.text[start].isspace():
        start += 1
    if not page.text[start:stop].strip():
        return _nearest(page, element)
    return _quoted(page, start, stop)


def _nearest(page: Outline, element: int) -> Quote:
    """The line behind an element without words, or else before it, in the innermost block that has any."""
    place = page.start[element]
    around = next(
        (one for one in page.ancestors(element) if page.text[page.start[one] : page.stop[one]].strip()), 0
    )
    behind = re.compile(r"\S").search(page.text, place, page.stop[around])
    if behind is not None:
        start, stop = page.line_at(behind.start())
        start = max(start, place)
    else:
        start, stop = page.line_at(len(page.text[:place].rstrip()))
    if not page.text[start:stop].strip() or page.hidden[page.owner_at(start)]:
        return ()
    return _quoted(page, start, stop)


def _quoted(page: Outline, start: int, stop: int) -> Quote:
    lines = [one for one in page.text[start:stop].split("\n") if one.strip()]
    first, last = lines[0].strip(), lines[-1].strip() if len(lines) > 1 else ""
    if max(len(first), len(last)) > _LONGEST_QUOTE:
        return ()
    before, behind = _before(page.text, start), _behind(page.text, stop)
    for prefix, suffix in (("", ""), (before, ""), ("", behind), (before, behind)):
        if _count(page.text, prefix, first, last, suffix) == 1:
            return prefix, first, last, suffix
    return before, first, last, behind


def _count(text: str, prefix: str, first: str, last: str, suffix: str) -> int:
    """At how many places the words stand; two are as many as need be known."""
    # What lies between the first and the last words does not tell two places apart.
    words = [prefix, first] if last else [prefix, first, suffix]
    pattern = r"\s*".join(re.escape(one) for one in words if one)
    found = 0
    for _ in re.finditer(pattern, text):
        found += 1
        if found > 1:
            break
    return found


def _before(text: str, place: int) -> str:
    """The words before a place, from the beginning of their line or from a pause on: a browser finds whole words."""
    line = text[:place].rstrip().rpartition("\n")[2].strip()
    if len(line) <= _LONGEST_CONTEXT:
        return line
    cut = line[-_LONGEST_CONTEXT:]
    pause = _PAUSE.search(cut)
    return cut[pause.end() :] if pause else ""


def _behind(text: str, place: int) -> str:
    line = text[place:].lstrip().partition("\n")[0].strip()
    if len(line) <= _LONGEST_CONTEXT:
        return line
    pauses = list(_PAUSE.finditer(line[:_LONGEST_CONTEXT]))
    return line[: pauses[-1].start()] if pauses else ""
