"""The named parts of a page that a guide is made of: lines, tables, definition lists, headings, tabs, panels."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.guide_materials import cells_of
from govaudit.crawler.reading.text import squeezed
from govaudit.crawler.reading.words import alternatives, word_set, words
from govaudit.crawler.reading.zones import Zone
from govaudit.inspection.vocabulary import name_table

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_VOCABULARY = "guide_elements"
LONGEST_NAME = 18
_SHORT_LINE = 80
_FEWEST_TABS = 3
_NUMBER = re.compile(
    r"^[ ]?(?:[(]?[0-9一二三四五六七八九十]{1,3}[)、.:][ ]?|第[一二三四五六七八九十]{1,3}[条部分项、 ]{1,3}"
    r"|[*·•▪■◆●☆★▶][ ]?)+"
)
# With these a line begins that has a number or a name in brackets.
_TELLING_STARTS = frozenset("[(0123456789一二三四五六七八九十第*·•▪■◆●☆★▶")
_BRACKETED = re.compile(r"^\[(.{2,16})\](.*)$")
_AND = re.compile(r"[、及和与/]")
_PLACE_AND_TIME = ("办理地点", "办理时间")
_WITH_LINKS = frozenset(["a", "option", "button"])
_ROW = frozenset(["tr"])
_IN_CELL = frozenset(["td", "th", "dt", "dd", "li", "body", "html"])
_HOLDING = {"td": _ROW, "th": _ROW, "dt": frozenset(["dl"]), "dd": frozenset(["dl"]), "li": frozenset(["li"])}
_TAB_TAGS = frozenset(["li", "a", "span", "div", "button", "td"])

# The names of the part that a line begins, and where in the line its text starts.
Begun = tuple[tuple[str, ...], int]


@dataclass(slots=True)
class Part:
    """A named part. ``owner``: element in which its name stands; ``line``: where its first line begins;
    ``start``/``stop``: of its text; ``limit``: it ends there at the latest."""

    names: tuple[str, ...]
    owner: int
    line: int
    start: int
    stop: int
    limit: int
    behind_hidden: bool = False


@dataclass(slots=True)
class Skipped:
    """Stretches of the text that begin no part. ``ending``: those that also end the part before them."""

    within: list[tuple[int, int]]
    ending: list[tuple[int, int]]


def begun_lines(page: Outline) -> list[Begun | None]:
    """For every line of the page what it begins."""
    return [
        _begun_by_short(line) if len(line) <= _SHORT_LINE else _begun_by_long(line)
        for line in page.plain.split("\n")
    ]


def parts_of(page: Outline, zones: list[Zone], all_begun: list[Begun | None], skipped: Skipped) -> list[Part]:
    """The parts in the order in which they begin."""
    parts: list[Part] = []
    open_part: Part | None = None
    place = 0
    main, hidden, run_start, run_owner = Zone.MAIN, page.hidden, page.run_start, page.run_owner
    for line, begun in zip(page.plain.split("\n"), all_begun, strict=True):
        start, stop = place, place + len(line)
        place = stop + 1
        if (begun is None and open_part is None) or not line.strip():
            continue
        owner = run_owner[bisect_right(run_start, start) - 1]
        if zones[owner] is not main or _lies_in(start, skipped.ending):
            open_part = None
            continue
        if begun is not None and not _lies_in(start, skipped.within) and _may_begin(page, owner):
            names, offset = begun
            open_part = Part(names, owner, start, start + offset, max(stop, start + offset), len(page.text))
            open_part.limit = _limit(page, open_part)
            parts.append(open_part)
        elif open_part is not None:
            open_part = _going_on(
                open_part,
                start,
                stop,
                hidden=hidden[owner],
                named_hidden=hidden[open_part.owner],
                ends=_ends_of(line),
            )
    return parts


def _going_on(
    part: Part, start: int, stop: int, *, hidden: bool, named_hidden: bool, ends: bool
) -> Part | None:
    """The part with one more line, or ``None`` when it ended before that line.

    What is not on the screen belongs to a shown name only where it stands right behind it, as in an accordion."""
    if start >= part.limit or ends:
        return None
    if hidden and not named_hidden:
        if part.stop > part.start and not part.behind_hidden:
            return None
        part.behind_hidden = True
    elif part.behind_hidden:
        return None
    part.stop = stop
    return part


def _may_begin(page: Outline, owner: int) -> bool:
    """Whether a text may be a name: in a link only when the link opens a part of this page."""
    link = page.enclosing(owner, _WITH_LINKS)
    if link < 0 or page.tag[link] == "button":
        return True
    if page.tag[link] == "option":
        return False
    written = (page.attributes[link].get("href") or "").strip().lower()
    return not written or written.startswith(words("guides", "opens-here"))


def _limit(page: Outline, part: Part) -> int:
    """Where a part ends at the latest: with the row, list entry or definition list in which its name stands, unless
    that holds nothing but the name."""
    element = page.enclosing(part.owner, _IN_CELL)
    while element >= 0 and page.tag[element] in _HOLDING:
        outer = page.enclosing(element, _HOLDING[page.tag[element]])
        if outer < 0:
            break
        if page.plain[part.start : page.stop[outer]].strip(" \n:"):
            return page.stop[outer]
        element = page.enclosing(page.parent[outer], _IN_CELL)
    return len(page.text)


def _lies_in(place: int, ranges: list[tuple[int, int]]) -> bool:
    index = bisect_left(ranges, (place + 1,)) - 1
    return index >= 0 and ranges[index][0] <= place < ranges[index][1]


def merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


def header_rows(page: Outline, zones: list[Zone]) -> list[tuple[int, list[int], list[tuple[str, ...]]]]:
    """Rows that are the head of a table: cells that stand side by side are names. Row, cells, names of each."""
    found = []
    for row in page.of_tag("tr"):
        if zones[row] is not Zone.MAIN:
            continue
        cells = cells_of(page, row)
        if len(cells) < _FEWEST_TABS:
            continue
        named = [names_of(squeezed(page.compared(cell))) if _short(page, cell) else () for cell in cells]
        first = 1 if (page.attributes[cells[0]].get("rowspan") or "1") != "1" else 0
        pairs = zip(named[first:], named[first + 1 :], strict=False)
        if any(one and other for one, other in pairs):
            found.append((row, cells, named))
    return found


def tab_parts(page: Outline, zones: list[Zone]) -> tuple[list[Part], list[tuple[int, int]]]:
    """Parts that are the panels of tabs, and where the tabs themselves stand."""
    parts: list[Part] = []
    bars: list[tuple[int, int]] = []
    done: set[int] = set()
    identities: dict[str, int] = {}
    for tag in ("li", "a", "span", "div", "button", "td"):
        for element in page.of_tag(tag):
            bar = page.parent[element]
            if bar in done or bar < 0 or zones[element] is not Zone.MAIN or not _short(page, element):
                continue
            if not names_of(squeezed(page.compared(element)).rstrip(":")):
                continue
            done.add(bar)
            tabs = page.children(bar)
            if (
                page.tag[bar] == "tr"
                or not _FEWEST_TABS <= len(tabs) <= 12
                or not all(_short(page, one) for one in tabs)
            ):
                continue
            if len({page.tag[one] for one in tabs}) != 1 or page.tag[tabs[0]] not in _TAB_TAGS:
                continue
            if not _mostly_names(page, tabs):
                continue
            if not identities:
                identities = {
                    identity: one for one in page.names if (identity := page.attributes[one].get("id") or "")
                }
            panels = _panels(page, bar, tabs, identities)
            if panels:
                bars.append((page.start[bar], page.stop[bar]))
                parts.extend(_panel_parts(page, tabs, panels))
    return parts, bars


def _mostly_names(page: Outline, tabs: list[int]) -> bool:
    """Whether most of the texts are names of parts; of names beside their texts only every second one is."""
    known = sum(
        bool(names_of(squeezed(page.compared(tab)).rstrip(":"))) or _ends_of(page.compared(tab))
        for tab in tabs
    )
    return 2 * known > len(tabs)


def _panel_parts(page: Outline, tabs: list[int], panels: list[int]) -> list[Part]:
    return [
        Part(names, panel, page.start[panel], page.start[panel], page.stop[panel], page.stop[panel])
        for tab, panel in zip(tabs, panels, strict=True)
        if (names := names_of(squeezed(page.compared(tab))))
    ]


def _panels(page: Outline, bar: int, tabs: list[int], identities: dict[str, int]) -> list[int]:
    """The panels of tabs: those that they name, else the same number of elements behind the bar."""
    named = [identities.get(_target(page, tab), -1) for tab in tabs]
    if all(panel >= 0 for panel in named):
        return named
    element = bar
    for _ in range(4):
        outer = page.parent[element]
        if outer < 0:
            return []
        siblings = page.children(outer)
        following = [
            one for one in siblings[siblings.index(element) + 1 :] if page.tag[one] not in {"script", "style"}
        ]
        if len(following) == len(tabs) and len({page.tag[one] for one in following}) == 1:
            return following
        for one in following[:1]:
            inner = page.children(one)
            if len(inner) == len(tabs) and len({page.tag[child] for child in inner}) == 1:
                return inner
        if following:
            return []
        element = outer
    return []


def _target(page: Outline, tab: int) -> str:
    for element in range(tab, page.last[tab] + 1):
        attributes = page.attributes[element]
        for name in ("href", "data-target", "data-bs-target", "aria-controls", "data-id"):
            written = attributes.get(name) or ""
            if written and (written.startswith("#") or name != "href"):
                return written.lstrip("#")
    return ""


@lru_cache(maxsize=4096)
def names_of(said: str) -> tuple[str, ...]:
    """Canonical names of the elements that a heading stands for."""
    if said in word_set("guides", "combined-place-and-time"):
        return _PLACE_AND_TIME
    table = name_table(_VOCABULARY)
    one = table.match(said)
    if one is not None:
        return (one,)
    parts = _AND.split(said)
    if 2 <= len(parts) <= 3:
        matched = tuple(name for part in parts if part and (name := table.match(part)) is not None)
        if len(matched) == len(parts):
            return tuple(dict.fromkeys(matched))
    return ()


def _short(page: Outline, element: int) -> bool:
    return 2 <= page.stop[element] - page.start[element] <= LONGEST_NAME


@lru_cache(maxsize=16384)
def _begun_by_short(line: str) -> Begun | None:
    """Kept over pages: menus and lists repeat their lines on all of them."""
    return _begun(line)


def _begun_by_long(line: str) -> Begun | None:
    """A look at the beginning is enough for most lines of running text."""
    if line[0] not in _TELLING_STARTS and " " not in line and line.find(":", 0, LONGEST_NAME + 1) < 0:
        return None
    return _begun(line)


def _begun(line: str) -> Begun | None:
    """What a line begins: a name alone, or a name, a colon and the text."""
    number = _NUMBER.match(line)
    offset = number.end() if number else 0
    rest = line[offset:]
    bracketed = _BRACKETED.match(rest)
    if bracketed is not None:
        names = names_of(squeezed(bracketed[1]))
        if names:
            return names, offset + bracketed.start(2)
    head, colon, _ = rest.partition(":")
    said = squeezed(head)
    if not 2 <= len(said) <= LONGEST_NAME:
        return None
    if colon or said == squeezed(rest):
        names = names_of(said)
        if names:
            return names, offset + len(head) + len(colon)
    first, blank, _ = rest.strip().partition(" ")
    if blank and not colon and 4 <= len(first) <= 8:
        names = names_of(first)
        if names:
            return names, offset + rest.index(first) + len(first)
    return None


@cache
def _end_words() -> re.Pattern[str]:
    return re.compile(
        rf"[ \[(]{{0,3}}(?:{alternatives('guides', 'ends', spaced=True)})[ \])]{{0,3}}(?:$|[:])"
    )


def _ends_of(line: str) -> bool:
    return _ends_by_short(line) if len(line) <= _SHORT_LINE else _ends(line)


@lru_cache(maxsize=16384)
def _ends_by_short(line: str) -> bool:
    return _ends(line)


def _ends(line: str) -> bool:
    number = _NUMBER.match(line)
    return _end_words().match(line, number.end() if number else 0) is not None
