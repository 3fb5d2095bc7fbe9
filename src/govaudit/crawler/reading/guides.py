"""Service guides (办事指南): which elements a page shows, with their texts."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.text import collapsed, squeezed
from govaudit.crawler.reading.words import alternatives, word_set, words
from govaudit.crawler.reading.zones import Zone
from govaudit.inspection.facts import GuideReading
from govaudit.inspection.vocabulary import name_table

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_VOCABULARY = "guide_elements"
_LONGEST_NAME = 18
_LONGEST_VALUE = 6000
_SHORT_LINE = 80
_FEWEST = 3
_TELLING = 2
_NUMBER = re.compile(
    r"^[ ]?(?:[(]?[0-9一二三四五六七八九十]{1,3}[)、.:][ ]?|第[一二三四五六七八九十]{1,3}[条部分项、 ]{1,3}"
    r"|[*·•▪■◆●☆★▶][ ]?)+"
)
# With these a line begins that has a number or a name in brackets.
_TELLING_STARTS = frozenset("[(0123456789一二三四五六七八九十第*·•▪■◆●☆★▶")
_BRACKETED = re.compile(r"^\[(.{2,16})\](.*)$")
_CODE_IN_NAME = re.compile(r"[(（](?:事项|项目|实施)?(?:编码|编号|代码)[:：] ?([0-9A-Za-z-]{4,40})[)）]$")
_HINTS = re.compile("依据|条件|材料|流程|程序|时限|收费|受理|办理|办事|申请|事项")
_AND = re.compile(r"[、及和与/]")
_PLACE_AND_TIME = ("办理地点", "办理时间")
_CELLS = frozenset(["td", "th"])
_WITH_LINKS = frozenset(["a", "option"])

# The names of the part that a line begins, and where in the line its text starts.
_Begun = tuple[tuple[str, ...], int]


@dataclass(slots=True)
class _Part:
    """A named part: ``start``/``stop`` of its text."""

    names: tuple[str, ...]
    start: int
    stop: int


def guides_of(page: Outline, zones: list[Zone], heading: str, title: str) -> tuple[GuideReading, ...]:
    """The guide that the page is, if it is one. Elements are canonical names of the vocabulary ``guide_elements``
    with their texts as shown; an element that stands there with nothing behind it has an empty text."""
    if not _may_be_guide(page):
        return ()
    elements = _of_header_rows(page, zones)
    lines = page.plain.split("\n")
    begun = [_begun_by_short(line) if len(line) <= _SHORT_LINE else _begun_by_long(line) for line in lines]
    if not _may_tell(elements, begun):
        return ()
    for part in _parts(page, zones, lines, begun):
        text = collapsed(page.text[part.start : part.stop], _LONGEST_VALUE)
        for name in part.names:
            if not elements.get(name):
                elements[name] = text
    _take_code_from_name(elements)
    telling = len(word_set("guides", "telling") & set(elements))
    titled = any(word in (heading + title) for word in words("guides", "titles"))
    if not (len(elements) >= _FEWEST and telling >= _TELLING) and not (titled and telling >= 1):
        return ()
    name = elements.get("事项名称") or heading
    return (GuideReading(name, elements.get("事项编码", ""), elements),)


def _take_code_from_name(elements: dict[str, str]) -> None:
    """``居住证申领（事项编码：000109001000）`` names two elements."""
    match = _CODE_IN_NAME.search(elements.get("事项名称", ""))
    if match is not None:
        elements["事项名称"] = elements["事项名称"][: match.start()].strip()
        elements.setdefault("事项编码", match[1])


@lru_cache(maxsize=4096)
def _names(said: str) -> tuple[str, ...]:
    """Canonical names that a heading stands for."""
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


def _may_be_guide(page: Outline) -> bool:
    first = _HINTS.search(page.plain)
    return first is not None and any(
        match[0] != first[0] for match in _HINTS.finditer(page.plain, first.end())
    )


def _may_tell(elements: dict[str, str], begun: list[_Begun | None]) -> bool:
    """Whether anything that the page names is an element that tells a guide, or its name, which may hold one."""
    tells = word_set("guides", "telling") | {"事项名称"}
    if not tells.isdisjoint(elements):
        return True
    return any(one is not None and not tells.isdisjoint(one[0]) for one in begun)


def _parts(page: Outline, zones: list[Zone], lines: list[str], all_begun: list[_Begun | None]) -> list[_Part]:
    parts: list[_Part] = []
    open_part: _Part | None = None
    place = 0
    main, hidden, run_start, run_owner = Zone.MAIN, page.hidden, page.run_start, page.run_owner
    for line, begun in zip(lines, all_begun, strict=True):
        start, stop = place, place + len(line)
        place = stop + 1
        if (begun is None and open_part is None) or not line.strip():
            continue
        owner = run_owner[bisect_right(run_start, start) - 1]
        if zones[owner] is not main or hidden[owner]:
            open_part = None
            continue
        if begun is not None and page.enclosing(owner, _WITH_LINKS) < 0:
            names, offset = begun
            open_part = _Part(names, start + offset, max(stop, start + offset))
            parts.append(open_part)
        elif open_part is not None:
            if _ends_by_short(line) if len(line) <= _SHORT_LINE else _ends(line):
                open_part = None
            else:
                open_part.stop = stop
    return parts


@lru_cache(maxsize=16384)
def _begun_by_short(line: str) -> _Begun | None:
    """Kept over pages: menus and lists repeat their lines on all of them."""
    return _begun(line)


def _begun_by_long(line: str) -> _Begun | None:
    """A look at the beginning is enough for most lines of running text."""
    if line[0] not in _TELLING_STARTS and " " not in line and line.find(":", 0, _LONGEST_NAME + 1) < 0:
        return None
    return _begun(line)


def _begun(line: str) -> _Begun | None:
    """What a line begins: a name alone, or a name, a colon and the text."""
    number = _NUMBER.match(line)
    offset = number.end() if number else 0
    rest = line[offset:]
    bracketed = _BRACKETED.match(rest)
    if bracketed is not None:
        names = _names(squeezed(bracketed[1]))
        if names:
            return names, offset + bracketed.start(2)
    head, colon, _ = rest.partition(":")
    said = squeezed(head)
    if not 2 <= len(said) <= _LONGEST_NAME:
        return None
    if colon or said == squeezed(rest):
        names = _names(said)
        if names:
            return names, offset + len(head) + len(colon)
    first, blank, _ = rest.strip().partition(" ")
    if blank and not colon and 4 <= len(first) <= 8:
        names = _names(first)
        if names:
            return names, offset + rest.index(first) + len(first)
    return None


@cache
def _end_words() -> re.Pattern[str]:
    return re.compile(
        rf"[ \[(]{{0,3}}(?:{alternatives('guides', 'ends', spaced=True)})[ \])]{{0,3}}(?:$|[:])"
    )


@lru_cache(maxsize=16384)
def _ends_by_short(line: str) -> bool:
    return _ends(line)


def _ends(line: str) -> bool:
    number = _NUMBER.match(line)
    return _end_words().match(line, number.end() if number else 0) is not None


def _of_header_rows(page: Outline, zones: list[Zone]) -> dict[str, str]:
    """Elements of tables whose first row holds the names and whose second the texts."""
    elements: dict[str, str] = {}
    for row in page.of_tag("tr"):
        if zones[row] is not Zone.MAIN:
            continue
        cells = [cell for cell in page.children(row) if page.tag[cell] in _CELLS]
        if len(cells) < _FEWEST:
            continue
        names = [_names(squeezed(page.compared(cell))) if _short(page, cell) else () for cell in cells]
        if not all(names):
            continue
        siblings = page.children(page.parent[row])
        following = siblings[siblings.index(row) + 1 :][:1]
        texts = (
            [cell for cell in page.children(following[0]) if page.tag[cell] in _CELLS] if following else []
        )
        if len(texts) == len(cells):
            for held, cell in zip(names, texts, strict=True):
                for name in held:
                    elements.setdefault(name, collapsed(page.shown(cell), _LONGEST_VALUE))
    return elements


def _short(page: Outline, cell: int) -> bool:
    return 2 <= page.stop[cell] - page.start[cell] <= _LONGEST_NAME
