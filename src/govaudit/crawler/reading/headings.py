"""The title that a visitor sees, and the lines between it and the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.dates import looks_like_date
from govaudit.crawler.reading.text import collapsed, comparable, squeezed
from govaudit.crawler.reading.words import alternatives, word_set
from govaudit.crawler.reading.zones import Zone, name_parts

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_TITLE_PARTS = re.compile(r"\s*[|｜_]+\s*|\s+[-–—]+\s+|-{1,3}|—{1,2}|–|\s*>+\s*|\s{2,}|·")
_TITLE_TAGS = (
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "ucaptitle",
        "p",
        "div",
        "td",
        "th",
        "span",
        "strong",
        "b",
        "font",
        "center",
    ),
    *("dt", "header", "section", "big", "em", "i", "legend", "caption", "article"),
)
_HEADING_WEIGHTS = {"h1": 2.0, "ucaptitle": 2.0, "h2": 0.6, "h3": 0.6}
_CONTROLS = frozenset(["input", "select", "option", "button", "textarea", "li", "table"])
_LINKS = frozenset(["a"])
_NO_BODIES = frozenset(["body", "a", "input"])
_LONGEST_TITLE = 200
_SHORTEST_TITLE = 4
_LONG_TITLE = 8
_MOST = 0.6
_LIKELIEST = 3
_SEVERAL = 2
_MOST_MARKS = 6
_LINES_BEHIND = 6
_LONGEST_DATE = 18
_REGION = 400
_LONG_LINE = 90
_WHOLE = 0.4


@dataclass(frozen=True, slots=True)
class Heading:
    """``text`` as shown at ``start``–``stop``. ``certain``: it is also the document's or the label's title."""

    text: str
    start: int
    stop: int
    element: int
    certain: bool


def title_candidates(title: str, article_title: str, site_name: str) -> list[str]:
    """What the visible title may say, squeezed for comparing, likeliest first. The name of the site, which most
    ``<title>`` end or begin with, is none."""
    written = [article_title, title, *_parts_of(title)]
    own = squeezed(comparable(site_name, "zh-Hant"))
    found: list[str] = []
    for one in written:
        plain = _bare(one)
        if len(plain) >= 2 and plain not in found and plain != own and not _site_name().search(plain):
            found.append(plain)
    return found


@lru_cache(maxsize=8192)
def _bare(text: str) -> str:
    """Kept over pages: titles end with the names of columns and of the site."""
    return squeezed(comparable(text, "zh-Hant"))


def _parts_of(title: str) -> list[str]:
    """What stands between the marks that part a title; of one that holds such marks itself (10月1日—7日) also all
    that stands before or behind one of them."""
    marks = list(_TITLE_PARTS.finditer(title))
    starts = [0, *(mark.end() for mark in marks)]
    stops = [*(mark.start() for mark in marks), len(title)]
    parts = [title[start:stop] for start, stop in zip(starts, stops, strict=True)]
    if _SEVERAL <= len(marks) <= _MOST_MARKS:
        parts += [title[:stop] for stop in stops[-2:0:-1]] + [title[start:] for start in starts[1:-1]]
    return parts


@cache
def _site_name() -> re.Pattern[str]:
    return re.compile(f"(?:{alternatives('zones', 'site-name-ends')})$")


def find_heading(
    page: Outline, zones: list[Zone], candidates: list[str], trail: tuple[int, int]
) -> Heading | None:
    """The visible title: the element that says what ``ArticleTitle`` or ``<title>`` say, else the only ``h1``,
    else the first block whose class calls it a title. ``trail``: place of the breadcrumb, which often repeats it."""
    wanted = set(candidates)
    likeliest = [one for one in candidates[:_LIKELIEST] if len(one) >= _LONG_TITLE]
    starts, stops, hidden, plain, named = page.start, page.stop, page.hidden, page.plain, page.names
    said_in_titles = frozenset("".join(candidates))
    samples = [(one[0], one[len(one) // 2], one[-1]) for one in likeliest]
    best: tuple[float, Heading] | None = None
    for element in page.of_tag(*_TITLE_TAGS):
        start, stop, zone = starts[element], stops[element], zones[element]
        if not 2 <= stop - start <= _LONGEST_TITLE or zone > Zone.HEADER:
            continue
        if hidden[element] or trail[0] <= start < trail[1]:
            continue
        if (
            element not in named
            and page.tag[element] not in _HEADING_WEIGHTS
            and plain[start] not in said_in_titles
            and not _may_hold(plain[start:stop], samples)
        ):
            continue
        weight = _weight(page, element, wanted, candidates[:1], likeliest)
        if zone is Zone.HEADER:
            weight -= 3
        if weight > 0 and (best is None or weight > best[0]):
            text = collapsed(page.shown(element))
            best = (weight, Heading(text, start, stop, element, certain=weight >= 4))
    return best[1] if best else _line_of_title(page, zones, candidates, trail)


def _line_of_title(
    page: Outline, zones: list[Zone], candidates: list[str], trail: tuple[int, int]
) -> Heading | None:
    """The line that says the title where no element does, as in blocks that are never closed."""
    wanted = {one for one in candidates if len(one) >= _SHORTEST_TITLE}
    place = 0
    for line in page.plain.split("\n") if wanted else ():
        start, place = place, place + len(line) + 1
        if len(line) > _LONGEST_TITLE or trail[0] <= start < trail[1] or squeezed(line) not in wanted:
            continue
        owner = page.owner_at(start)
        if zones[owner] is Zone.MAIN and not page.hidden[owner] and page.enclosing(owner, _LINKS) < 0:
            stop = start + len(line)
            return Heading(collapsed(page.text[start:stop]), start, stop, owner, certain=True)
    return None


def _may_hold(text: str, samples: list[tuple[str, str, str]]) -> bool:
    """Whether a text has characters of one of the titles: most paragraphs need no closer look."""
    return any(first in text and middle in text and end in text for first, middle, end in samples)


def _weight(page: Outline, element: int, wanted: set[str], first: list[str], likeliest: list[str]) -> float:
    said = squeezed(page.compared(element))
    weight = 0.0
    if said in wanted:
        weight += 4 if len(said) >= _SHORTEST_TITLE else 1
        weight += 0.5 if first == [said] else 0
        if _within_link(page, element):
            weight -= 3
    elif likeliest and len(said) >= _LONG_TITLE:
        weight += _likeness(said, likeliest)
    weight += _HEADING_WEIGHTS.get(page.tag[element], 0.0)
    classes = page.names.get(element)
    if classes and _calls_title(classes) and not _within_link(page, element):
        weight += 0.7
    if weight < 1:
        return weight if weight >= 0.7 and len(said) >= 8 and not _holds_controls(page, element) else 0.0
    return weight


@lru_cache(maxsize=8192)
def _calls_title(classes: str) -> bool:
    parts = name_parts(classes)
    return not parts.isdisjoint(word_set("zones", "title")) and parts.isdisjoint(word_set("dates", "names"))


def _holds_controls(page: Outline, element: int) -> bool:
    return any(tag in _CONTROLS for tag in page.tag[element : page.last[element] + 1])


def _likeness(said: str, likeliest: list[str]) -> float:
    """How much a text is worth that holds the title, or most of it, among other words, or is a piece of it."""
    for one in likeliest:
        if one in said:
            return 3.0 if len(one) > len(said) * _MOST else 1.5 if len(said) < _LONG_LINE else 0.0
        if said in one:
            return 1.5 + _WHOLE * len(said) / len(one) if len(said) < _LONG_LINE else 0.0
    return 0.0


def _within_link(page: Outline, element: int) -> bool:
    if any(page.tag[outer] == "a" for outer in page.ancestors(element)[:4]):
        return True
    return any(
        page.tag[inner] == "a"
        and page.stop[inner] - page.start[inner] == page.stop[element] - page.start[element]
        for inner in range(element + 1, min(page.last[element], element + 4) + 1)
    )


@cache
def _line_words() -> re.Pattern[str]:
    return re.compile(
        alternatives("dates", "line", "published", "published-beside-title", "table-neighbours", spaced=True)
    )


def has_line_words(text: str) -> bool:
    """Whether a line says what lines under titles say: source, author, clicks, letter size."""
    return _line_words().search(text) is not None


def line_before(page: Outline, zones: list[Zone], place: int, trail: tuple[int, int]) -> Heading | None:
    """The title of a page that no element and no label calls one: the line over the one with the date."""
    start = page.line_at(place)[0]
    while start > 0:
        line_start, stop = page.line_at(start - 1)
        text = page.text[line_start:stop].strip()
        if len(text) >= _SHORTEST_TITLE and not (len(text) <= _LONGEST_DATE and looks_like_date(text)):
            owner = page.owner_at(line_start)
            said = page.plain[line_start:stop]
            usable = zones[owner] is Zone.MAIN and not page.hidden[owner] and len(text) <= _LONGEST_TITLE
            if usable and not trail[0] <= line_start < trail[1] and not has_line_words(said):
                return Heading(text, line_start, stop, owner, certain=False)
            return None
        start = line_start
    return None


def body_element(page: Outline, zones: list[Zone], heading: Heading | None) -> int:
    """The block that holds the article's text, known by its id or class; -1 when none is known. It begins behind
    the title, or is the whole of title and text."""
    names = word_set("zones", "article-body")
    best, size = -1, 0
    for element, classes in page.names.items():
        if names.isdisjoint(classes.lower().split()) or page.tag[element] in _NO_BODIES:
            continue
        length = page.stop[element] - page.start[element]
        if not length or zones[element] in {Zone.NAVIGATION, Zone.FOOTER, Zone.HEADER}:
            continue
        if heading is not None and page.start[element] >= heading.stop:
            length += len(page.text)
        if length > size:
            best, size = element, length
    return best


def region_behind(page: Outline, heading: Heading, body: int) -> tuple[int, int]:
    """Place of the lines between the title and the text, where time and source of publication stand."""
    limit = heading.stop + _REGION
    if body >= 0 and heading.stop <= page.start[body] < limit:
        return heading.stop, page.start[body]
    place = heading.stop
    for _ in range(_LINES_BEHIND):
        start, stop = page.line_at(min(place + 1, len(page.text)))
        if stop <= place or start >= limit:
            break
        line = page.plain[start:stop]
        if len(line) > _LONG_LINE and not has_line_words(line):
            break
        place = stop
    return heading.stop, place
