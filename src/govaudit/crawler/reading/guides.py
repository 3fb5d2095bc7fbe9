"""Service guides (办事指南): which elements a page shows, with their texts, materials and links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from govaudit.crawler.reading.guide_data import guides_in_data
from govaudit.crawler.reading.guide_materials import (
    MaterialTable,
    cells_of,
    material_tables,
    materials_in,
)
from govaudit.crawler.reading.guide_parts import (
    LONGEST_NAME,
    Begun,
    Part,
    Skipped,
    begun_lines,
    header_rows,
    merged,
    names_of,
    parts_of,
    tab_parts,
)
from govaudit.crawler.reading.text import collapsed, comparable, squeezed
from govaudit.crawler.reading.words import word_set, words
from govaudit.inspection.facts import GuideLink, GuideReading, Material

if TYPE_CHECKING:
    from govaudit.crawler.reading.links_of_page import Anchors, Resolver
    from govaudit.crawler.reading.outline import Outline
    from govaudit.crawler.reading.zones import Zone

_LONGEST_VALUE = 6000
_LONGEST_TITLE = 60
_FEWEST = 3
_TELLING = 2
_FEWEST_REPEATED = 3
_MOST_LINKS = 60
_LONGEST_REPEATED = 200
_MOST_GUIDES = 60
_CODE_IN_NAME = re.compile(r"[(（](?:事项|项目|实施)?(?:编码|编号|代码)[:：] ?([0-9A-Za-z-]{4,40})[)）]$")
_HINTS = re.compile("依据|条件|材料|流程|程序|时限|收费|受理|办理|办事|申请|事项")
_NUMBERED = re.compile(
    r"^ ?(?:[(（]?[0-9一二三四五六七八九十]{1,3}[)）、.．]|第[一二三四五六七八九十]{1,3}[部分项章节]{1,2})[ 、]?"
)
_TEMPLATE = re.compile(r"\{\{|\$\{|#\{|<%|\[#")
_MANY_EMPTY = 4
_LAST_BRACKET = re.compile(r"[(\[<][^()\[\]<>]{0,30}[)\]>]$")
_NAME, _CODE, _MATERIALS, _LIMIT = "事项名称", "事项编码", "办理材料", "办理时限"
_LIMITS = ("承诺时限", "法定时限")
_ROW, _TABLE = frozenset(["tr"]), frozenset(["table"])
_NOT_WHOLE = frozenset(["html", "body"])


@dataclass(slots=True)
class _Draft:
    """A guide on its way."""

    elements: dict[str, str] = field(default_factory=dict)
    materials: tuple[Material, ...] = ()
    links: list[GuideLink] = field(default_factory=list)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    name: str = ""

    @property
    def telling(self) -> int:
        """How many of its elements tell a guide."""
        return len(word_set("guides", "telling") & set(self.elements))


def guides_of(
    page: Outline, zones: list[Zone], heading: str, title: str, *, anchors: Anchors, resolver: Resolver
) -> tuple[GuideReading, ...]:
    """The guides that the page holds. Elements are canonical names of the vocabulary ``guide_elements`` with their
    texts as shown, on the screen or in a part that opens; an element that stands there with nothing behind it has
    an empty text."""
    drafts = _drafts(page, zones, anchors, resolver) if _may_be_guide(page) else []
    if drafts and _is_something_else(page, heading or title):
        return ()
    several = len(drafts) > 1
    titled = any(word in (heading + title) for word in words("guides", "titles"))
    core = word_set("guides", "core")
    found = [
        _finished(draft, draft.name if several else heading)
        for draft in drafts[:_MOST_GUIDES]
        if (len(draft.elements) >= _FEWEST and draft.telling >= _TELLING and core & set(draft.elements))
        or (titled and not several and draft.telling >= 1)
    ]
    return tuple(found) or guides_in_data(page, resolver)


def filled_by_script(page: Outline, guides: tuple[GuideReading, ...]) -> bool:
    """Whether a script has still to write the texts of guides: several names stand there with nothing behind them,
    or with the signs that a template puts where texts go."""
    if not page.by_tag.get("script"):
        return False
    for guide in guides:
        told = {link.element for link in guide.links}
        empty = [name for name, text in guide.elements.items() if not text and name not in told]
        if len(empty) >= _MANY_EMPTY or any(_TEMPLATE.search(text) for text in guide.elements.values()):
            return True
    return False


def _finished(draft: _Draft, heading: str) -> GuideReading:
    elements = draft.elements
    match = _CODE_IN_NAME.search(comparable(elements.get(_NAME, ""), "zh-Hant"))
    if match is not None:
        # 居住证申领（事项编码：000109001000） names two elements.
        elements[_NAME] = elements[_NAME][: match.start()].strip()
        elements.setdefault(_CODE, match[1])
    if not elements.get(_LIMIT):
        limit = next((elements[name] for name in _LIMITS if elements.get(name)), None)
        if limit is not None:
            elements[_LIMIT] = limit
    return GuideReading(
        elements.get(_NAME) or heading,
        elements.get(_CODE, ""),
        elements,
        draft.materials,
        tuple(draft.links),
        repeated=tuple(draft.repeated),
    )


def _is_something_else(page: Outline, title: str) -> bool:
    """Whether a page that names elements of guides is a notice, rule, explanation or list of powers."""
    bare = _LAST_BRACKET.sub("", squeezed(comparable(title, "zh-Hant")))
    if bare.endswith(words("guides", "other-titles")):
        return True
    if any(word in bare for word in words("guides", "about-others")):
        return True
    return any(word in page.plain for word in words("guides", "powers"))


def _may_be_guide(page: Outline) -> bool:
    first = _HINTS.search(page.plain)
    return first is not None and any(
        match[0] != first[0] for match in _HINTS.finditer(page.plain, first.end())
    )


def _may_tell(begun: list[Begun | None]) -> bool:
    """Whether anything that the page names is an element that tells a guide, or its name, which may hold one."""
    tells = word_set("guides", "telling") | {_NAME}
    return any(one is not None and not tells.isdisjoint(one[0]) for one in begun)


def _drafts(page: Outline, zones: list[Zone], anchors: Anchors, resolver: Resolver) -> list[_Draft]:
    begun = begun_lines(page)
    if not _may_tell(begun):
        return []
    heads = header_rows(page, zones)
    tables = material_tables(page, lambda link: _address(anchors, link))
    in_tables = [(page.start[one.table], page.stop[one.table]) for one in tables]
    panels, bars = tab_parts(page, zones)
    rows = [(page.start[row], page.stop[row]) for row, _, _ in heads]
    rows_read, of_rows = _of_head(page, heads, in_tables)
    skipped = Skipped(merged([*rows, *in_tables, *bars, *rows_read]), merged(bars))
    parts = sorted([*parts_of(page, zones, begun, skipped), *panels], key=lambda part: part.line)
    drafts = [_draft(page, group, tables, anchors, resolver) for group in _groups(page, parts)]
    if len(of_rows) == 1 and len(drafts) == 1:
        for name, text in of_rows[0].elements.items():
            drafts[0].elements.setdefault(name, text)
        drafts[0].materials = drafts[0].materials or of_rows[0].materials
        return drafts
    return [draft for draft in [*of_rows, *drafts] if draft.elements]


def _address(anchors: Anchors, link: int) -> str:
    anchor = anchors.of(link)
    return "" if anchor is None else anchor.url


def _groups(page: Outline, parts: list[Part]) -> list[tuple[str, list[Part]]]:
    """The parts of each guide with the line that heads it."""
    named = _cuts_by_name(page, parts)
    cuts = named or _cuts_by_repetition(page, parts)
    if not cuts:
        return [("", parts)]
    bounds = [0, *cuts, len(parts)]
    groups = [parts[start:stop] for start, stop in pairwise(bounds)]
    titles = [_title_above(page, group[0]) for group in groups]
    if not named:
        for group, (start, _) in zip(groups, titles[1:], strict=False):
            group[-1].stop = max(group[-1].start, min(group[-1].stop, start))
    return [(title, group) for (_, title), group in zip(titles, groups, strict=True)]


def _cuts_by_name(page: Outline, parts: list[Part]) -> list[int]:
    """Where another item is named behind a whole guide."""
    cuts: list[int] = []
    seen: set[str] = set()
    told: set[str] = set()
    telling = word_set("guides", "telling")
    later = [set().union(*(part.names for part in parts[index:])) for index in range(len(parts))]
    for index, part in enumerate(parts):
        text = collapsed(page.text[part.start : part.stop])
        if _NAME in part.names and text:
            if (
                seen
                and text not in seen
                and len(told) >= _FEWEST
                and len(told & telling & later[index]) >= _TELLING
            ):
                cuts.append(index)
                told = set()
            seen.add(text)
        told.update(part.names)
    return cuts


def _cuts_by_repetition(page: Outline, parts: list[Part]) -> list[int]:
    """Where the same elements begin again, three of them at least, with other texts."""
    telling = word_set("guides", "telling")
    texts: dict[str, set[str]] = {}
    for part in parts:
        text = collapsed(page.text[part.start : part.stop])
        for name in part.names:
            if text and name in telling:
                texts.setdefault(name, set()).add(f"{part.line}")
    if sum(len(places) > 1 for places in texts.values()) < _FEWEST_REPEATED:
        return []
    cuts: list[int] = []
    told: set[str] = set()
    for index, part in enumerate(parts):
        names = set(part.names)
        if names & told and len(told & telling) >= _TELLING and len(told) >= _FEWEST:
            cuts.append(index)
            told = set()
        told |= names
    return cuts


def _title_above(page: Outline, part: Part) -> tuple[int, str]:
    """Where the line before a guide's first element begins, and that line without its number when it is short enough
    for a title."""
    if part.line == 0:
        return 0, ""
    start, stop = page.line_at(part.line - 1)
    if stop - start > _LONGEST_TITLE:
        return stop, ""
    return start, _NUMBERED.sub("", page.text[start:stop]).strip()


def _draft(
    page: Outline,
    group: tuple[str, list[Part]],
    tables: list[MaterialTable],
    anchors: Anchors,
    resolver: Resolver,
) -> _Draft:
    title, parts = group
    draft = _Draft(name=title)
    materials_text = ""
    for index, part in enumerate(parts):
        raw = page.text[part.start : part.stop]
        text = collapsed(raw, _LONGEST_VALUE)
        for name in part.names:
            if not draft.elements.get(name):
                draft.elements[name] = text
                if name == _MATERIALS:
                    materials_text = raw
            elif text and text not in draft.elements[name] and part.stop - part.start <= _LONGEST_REPEATED:
                draft.repeated.append((name, text))
        following = parts[index + 1] if index + 1 < len(parts) else None
        draft.links.extend(_links(page, part, following, anchors, resolver))
    del draft.links[_MOST_LINKS:]
    _add_materials(page, draft, parts, tables, materials_text)
    return draft


def _add_materials(
    page: Outline, draft: _Draft, parts: list[Part], tables: list[MaterialTable], text: str
) -> None:
    if parts:
        begin, end = parts[0].line, max(part.stop for part in parts)
        own = [one for one in tables if begin <= page.start[one.table] < max(end, begin + 1)]
        own = own or (tables if len(tables) == 1 else [])
        draft.materials = tuple(material for one in own for material in one.materials)
        if own and not draft.elements.get(_MATERIALS):
            draft.elements[_MATERIALS] = collapsed(page.shown(own[0].table), _LONGEST_VALUE)
    if not draft.materials and text:
        draft.materials = materials_in(text.strip("\n :："))
    if not draft.materials:
        return
    urls = {link.text: link.url for link in draft.links if link.element == _MATERIALS and link.url}
    draft.materials = tuple(_with_links(material, urls) for material in draft.materials)


def _with_links(material: Material, urls: dict[str, str]) -> Material:
    """A material with the links that stand in its own words."""
    own = tuple(url for text, url in urls.items() if text and text in material.text)
    if not own or material.urls:
        return material
    return Material(material.name, material.original, material.copies, material.medium, own, material.text)


def _links(
    page: Outline, part: Part, following: Part | None, anchors: Anchors, resolver: Resolver
) -> list[GuideLink]:
    """Links and pictures that stand in a part."""
    found = [
        GuideLink(part.names[0], anchor.text, anchor.url)
        for anchor in anchors.all
        if (anchor.url or (anchor.text and anchor.start >= part.start))
        and part.line <= anchor.start < max(part.stop, part.line + 1)
        and anchor.element >= part.owner
    ]
    bound = len(page) if following is None else following.owner
    heads = set() if following is None else set(page.ancestors(following.owner))
    for element in page.of_tag("img", "embed", "object"):
        if not (part.owner < element < bound and part.line <= page.start[element] <= part.stop):
            continue
        holder = page.parent[element]
        if (
            holder in heads
            and page.tag[holder] not in _NOT_WHOLE
            and page.stop[holder] - page.start[holder] <= _LONGEST_TITLE
        ):
            continue
        written = page.attributes[element].get("src") or page.attributes[element].get("data") or ""
        found.append(
            GuideLink(
                part.names[0], page.attributes[element].get("alt") or "", resolver(written), picture=True
            )
        )
    return found


def _of_head(
    page: Outline, heads: list[tuple[int, list[int], list[tuple[str, ...]]]], in_tables: list[tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[_Draft]]:
    """Guides of tables whose first row holds the names: one in the row below, or one in each row. Also where the rows
    stand that were read."""
    drafts: list[_Draft] = []
    read: list[tuple[int, int]] = []
    for row, cells, named in heads:
        names = {name for held in named for name in held}
        if (
            len(names) <= _FEWEST
            or _within_element(page, row)
            or any(start <= page.start[row] < stop for start, stop in in_tables)
        ):
            continue
        siblings = page.children(page.parent[row])
        below = [
            one
            for one in siblings[siblings.index(row) + 1 :]
            if page.tag[one] == "tr" and len(cells_of(page, one)) == len(cells)
        ]
        each = (
            _NAME in names
            and len(names) > _FEWEST + 1
            and len(names & word_set("guides", "core")) >= _TELLING
        )
        whole = all(named) and len(siblings) - siblings.index(row) - 1 >= 1
        if not each and not (whole and (len(below) == 1 or _NAME not in names)):
            continue
        for one in below if each else below[:1]:
            drafts.append(_of_row(page, cells_of(page, one), named))
            read.append((page.start[one], page.stop[one]))
    return read, drafts


def _within_element(page: Outline, row: int) -> bool:
    """Whether a row stands in the cell of another table, beside the name of an element."""
    table = page.enclosing(row, _TABLE)
    outer = page.enclosing(page.parent[table], _ROW) if table >= 0 else -1
    return outer >= 0 and any(
        page.last[cell] < row and names_of(squeezed(page.compared(cell)).rstrip(":"))
        for cell in cells_of(page, outer)
        if page.stop[cell] - page.start[cell] <= LONGEST_NAME
    )


def _of_row(page: Outline, cells: list[int], named: list[tuple[str, ...]]) -> _Draft:
    draft = _Draft()
    for held, cell in zip(named, cells, strict=True):
        for name in held:
            draft.elements.setdefault(name, collapsed(page.shown(cell), _LONGEST_VALUE))
            if name == _MATERIALS:
                draft.materials = materials_in(page.shown(cell))
    draft.name = draft.elements.get(_NAME, "")
    return draft
