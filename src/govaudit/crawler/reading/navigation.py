"""The navigation: its entries with the path from the top entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.crawler.reading.roles import Role
from govaudit.crawler.reading.text import collapsed
from govaudit.crawler.reading.words import word_set
from govaudit.crawler.reading.zones import Zone, name_parts
from govaudit.inspection.facts import MenuEntry

if TYPE_CHECKING:
    from govaudit.crawler.reading.links_of_page import Anchor, Anchors, Resolver
    from govaudit.crawler.reading.outline import Outline

_LONGEST_ENTRY = 24
_MOST_ENTRIES = 1500
_GROUPS = frozenset(["li"])
_PARTS = frozenset(["div", "td", "tr", "dd", "section", "ul"])
_BLOCKS = frozenset(["ul", "tr", "table", "div", "td", "p", "center", "nav", "tbody", "dl"])
_NO_BLOCKS = frozenset(["a", "li", "span", "body"])
_FEWEST = 4
_TYPICAL = 3
_SHALLOW = 2
_TWO = 2


def navigation_of(
    page: Outline, zones: list[Zone], anchors: Anchors, roles: dict[Role, list[Anchor]], resolver: Resolver
) -> tuple[MenuEntry, ...]:
    """Entries of all navigation blocks in document order, each path once. A page whose blocks no class names
    (layouts of tables) has its row of typical entries."""
    blocks = _blocks(page, zones)
    if sum(len(anchors.within(page, block)) for block in blocks) < _FEWEST:
        row = _typical_row(page, zones, roles[Role.TYPICAL])
        if row >= 0:
            blocks = [*blocks, row]
    found: dict[tuple[tuple[str, ...], str], MenuEntry] = {
        (entry.path, entry.url): entry for entry in _mapped(page, resolver)
    }
    for block in blocks:
        for entry in _entries(page, anchors, block):
            found.setdefault((entry.path, entry.url), entry)
            if len(found) >= _MOST_ENTRIES:
                return tuple(found.values())
    return tuple(found.values())


def _mapped(page: Outline, resolver: Resolver) -> list[MenuEntry]:
    """Entries of image maps by what their areas are called."""
    tools = word_set("navigation", "tools")
    entries = []
    for element in page.of_tag("area"):
        attributes = page.attributes[element]
        name = collapsed(attributes.get("alt") or attributes.get("title") or "")
        url = resolver(attributes.get("href") or "")
        if name and url and len(name) <= _LONGEST_ENTRY and name.lower() not in tools:
            entries.append(MenuEntry(name, url, (name,)))
    return entries if len(entries) >= _TYPICAL else []


def _blocks(page: Outline, zones: list[Zone]) -> list[int]:
    names = word_set("zones", "navigation")
    blocks: list[int] = []
    end = -1
    for element in sorted({*page.of_tag("nav"), *page.names}):
        zone = zones[element]
        if element <= end or zone in {Zone.FOOTER, Zone.BESIDE} or page.tag[element] in _NO_BLOCKS:
            continue
        named = zone in {Zone.NAVIGATION, Zone.HEADER} and name_parts(page.class_names(element)) & names
        if named or page.tag[element] == "nav":
            blocks.append(element)
            end = page.last[element]
    return blocks


def _typical_row(page: Outline, zones: list[Zone], typical: list[Anchor]) -> int:
    counts: dict[int, int] = {}
    for anchor in typical:
        if zones[anchor.element] is Zone.FOOTER:
            continue
        block = page.parent[anchor.element]
        for _ in range(4):
            if block < 0 or page.tag[block] in {"body", "html"}:
                break
            if page.tag[block] in _BLOCKS:
                counts[block] = counts.get(block, 0) + 1
            block = page.parent[block]
    enough = [block for block, count in counts.items() if count >= _TYPICAL]
    if not enough:
        return -1
    most = max(counts[block] for block in enough)
    return max(block for block in enough if counts[block] == most)


def _entries(page: Outline, anchors: Anchors, block: int) -> list[MenuEntry]:
    tools = word_set("navigation", "tools")
    within = anchors.within(page, block)
    heads: dict[int, str] = {}
    entries: list[MenuEntry] = []
    for anchor in within:
        if not anchor.text or len(anchor.text) > _LONGEST_ENTRY or anchor.plain.lower() in tools:
            continue
        path: list[str] = [anchor.text]
        for outer in page.ancestors(page.parent[anchor.element]):
            if outer <= block:
                break
            if page.tag[outer] == "dl":
                heads[outer] = _term_over(page, anchors, outer, anchor)
            elif outer not in heads:
                heads[outer] = _head(page, anchors, outer, within)
            head = heads[outer]
            if head and head != path[0] and len(head) <= _LONGEST_ENTRY:
                path.insert(0, head)
        entries.append(MenuEntry(anchor.text, anchor.url, tuple(path)))
    return entries


def _term_over(page: Outline, anchors: Anchors, outer: int, anchor: Anchor) -> str:
    """What the last ``dt`` before an entry of a definition list says; nothing for one in a ``dt``."""
    terms = [term for term in page.children(outer) if page.tag[term] == "dt" and term < anchor.element]
    if not terms:
        inside = anchors.within(page, outer)
        named = any(page.tag[child] == "dt" for child in page.children(outer))
        return "" if named or len(inside) < _TWO else inside[0].text
    if anchor.element <= page.last[terms[-1]]:
        return ""
    linked = anchors.within(page, terms[-1])
    return linked[0].text if linked else collapsed(page.shown(terms[-1]))


def _head(page: Outline, anchors: Anchors, outer: int, within: list[Anchor]) -> str:
    """What the entry that ``outer`` holds is called, empty when it holds no entry with others below it."""
    tag = page.tag[outer]
    if tag not in _GROUPS and tag not in _PARTS:
        return ""
    inside = anchors.within(page, outer)
    if len(inside) < 2:
        return ""
    depths = [_depth(page, anchor.element, outer) for anchor in inside[:60]]
    if tag in _GROUPS:
        before = page.text[page.start[outer] : inside[0].start].strip(" \n:：>|")
        if before and "\n" not in before and depths[0] > 1:
            return before
        return inside[0].text
    first = depths[0]
    if first > _SHALLOW or outer == within[0].element or any(depth <= first for depth in depths[1:]):
        return ""
    return inside[0].text


def _depth(page: Outline, element: int, outer: int) -> int:
    depth = 0
    while element > outer:
        element = page.parent[element]
        depth += 1
    return depth
