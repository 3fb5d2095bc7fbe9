"""Lists of a page: repeated entries with a link and a date."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.reading.dates import with_year
from govaudit.crawler.reading.entry_dates import Dated, standing_alone
from govaudit.crawler.reading.headings import has_line_words
from govaudit.crawler.reading.links_of_page import Anchor
from govaudit.crawler.reading.roles import Role
from govaudit.crawler.reading.text import collapsed, comparable, squeezed
from govaudit.crawler.reading.words import word_set
from govaudit.crawler.reading.zones import Zone, name_parts
from govaudit.inspection.facts import Item

if TYPE_CHECKING:
    from govaudit.crawler.reading.dates import Found
    from govaudit.crawler.reading.links_of_page import Anchors
    from govaudit.crawler.reading.outline import Outline

_HIGHEST_CLIMB = 8
_LONGEST_ENTRY = 3000
_MOST_LINKS = 40
_LONGEST_HEADING = 40
_HEADING_CLIMB = 5
_SHORTEST_TITLE = 2
_ARTICLE_TITLE = 8
_SHORT_ARTICLE_TITLE = 4
_ENTRIES = frozenset(["li", "tr", "dd", "a", "td"])
_PARTS = frozenset(["li", "tr", "dd", "p", "dt"])
_ROWS = 3
_TABLES = frozenset(["table", "thead", "tr", "th", "form"])
_WITHOUT_LIST = frozenset(["html", "body"])
_TITLES = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_NUMBERED_PAGES = re.compile(
    r"createPage\w{0,12}\(\s{0,4}(?P<count>\d{1,5})\s{0,4},\s{0,4}(?P<own>\d{1,5})\s{0,4},"
    r"\s{0,4}[\"'](?P<name>[\w/.-]{1,60})[\"']\s{0,4},\s{0,4}[\"'](?P<extension>\w{2,6})[\"']",
    re.ASCII,
)
_TRUNCATED = ("...", "…", "..")


class Undated(msgspec.Struct, frozen=True):
    """An entry of a list without dates: the part of the list that holds it, its link, the name of its block."""

    element: int
    link: Anchor
    heading: str


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An item with the element that holds it. ``place``: where its date stands, -1 for none."""

    item: Item
    element: int
    place: int


@dataclass(frozen=True, slots=True)
class _Search:
    """What the search for entries reads. ``places``: where the standing-alone dates begin; ``tables``: tables
    whose rows hold dates and no links, as far as they are known."""

    page: Outline
    anchors: Anchors
    places: list[int]
    heading: int
    latest: str
    tables: dict[int, bool]

    def dates_within(self, element: int) -> int:
        """How many dates stand in an element."""
        return bisect_left(self.places, self.page.stop[element]) - bisect_left(
            self.places, self.page.start[element]
        )


def dated_entries(
    page: Outline,
    zones: list[Zone],
    anchors: Anchors,
    *,
    found: list[Found],
    heading: int,
    latest: str,
    home: bool,
) -> list[Entry]:
    """Entries with a date, in document order. ``found``: full dates of the page; ``heading``: where the page's own
    title stands, -1 for none; ``latest``: ISO date of the newest moment the page knows, for dates without year."""
    dates = standing_alone(page, zones, found, latest, home=home)
    search = _Search(page, anchors, [one.start for one in dates], heading, latest, {})
    entries = [entry for one in dates if (entry := _entry(search, one)) is not None]
    return _with_headings(page, zones, anchors, _believable(page, entries, home=home), search.places)


def undated_entries(
    page: Outline, zones: list[Zone], anchors: Anchors, outside: tuple[int, int]
) -> list[Undated]:
    """Entries of lists without dates: at least three links that read like titles, one in each of the repeated
    parts of a block of the main area. ``outside``: place of the breadcrumb."""
    groups: dict[int, list[tuple[int, Anchor]]] = {}
    main, tags, parents = Zone.MAIN, page.tag, page.parent
    begin, end = outside
    for anchor in anchors.all:
        element = anchor.element
        if zones[element] is not main or begin <= anchor.start < end:
            continue
        url = anchor.url
        if not url or url[-1] == "/" or len(anchor.plain) < _SHORT_ARTICLE_TITLE:
            continue
        part = element
        while part >= 0 and tags[part] not in _PARTS:
            part = parents[part]
        if part < 0:
            part = parents[element]
        container = parents[part] if part >= 0 else -1
        if container >= 0:
            groups.setdefault(container, []).append((part, anchor))
    found: list[Undated] = []
    for container, members in groups.items():
        if _is_list_of_titles(members):
            heading = _heading(page, zones, anchors, container, [])
            found += [Undated(part, anchor, heading) for part, anchor in members]
    return sorted(found, key=attrgetter("element"))


def items_of(page: Outline, undated: list[Undated]) -> tuple[Item, ...]:
    """The items that entries without dates are."""
    return tuple(Item(_title(page, one.link, (0, 0)), one.link.url, heading=one.heading) for one in undated)


def _is_list_of_titles(members: list[tuple[int, Anchor]]) -> bool:
    """Whether links read like titles, each in a part of its own; columns have shorter names."""
    parts = Counter(part for part, _ in members)
    if len(parts) < _ROWS or max(parts.values()) > 2:
        return False
    more = word_set("lists", "more")
    titles = [anchor.plain for _, anchor in members]
    alike = [one for one in titles if len(one) >= _ARTICLE_TITLE and not one.isascii() and one not in more]
    return len(alike) * 2 >= len(titles)


def next_page(page: Outline, zones: list[Zone], roles: dict[Role, list[Anchor]], own: str) -> str:
    """Address of the list's next page (as written where a script numbers the pages), empty when none is told."""
    marks = [anchor for anchor in roles[Role.NEXT_MARK] if zones[anchor.element] is Zone.BESIDE]
    for anchor in sorted([*roles[Role.NEXT], *marks], key=lambda one: -one.element):
        if anchor.url and anchor.url != own and not page.hidden[anchor.element]:
            return anchor.url
    return _scripted_next(page)


def _scripted_next(page: Outline) -> str:
    """Next page of lists whose pages a script numbers: ``createPageHTML(25, 0, "index", "html")`` → index_1.html."""
    for element in page.of_tag("script"):
        match = _NUMBERED_PAGES.search(page.code.get(element, ""))
        if match is not None and int(match["own"]) + 1 < int(match["count"]):
            return f"{match['name']}_{int(match['own']) + 1}.{match['extension']}"
    return ""


def empty_text(page: Outline, zones: list[Zone]) -> str:
    """The words with which the main area says that it has nothing, as shown; empty when it does not."""
    if _empty_words().search(page.plain) is None:
        return ""
    for match in _empty_sentence().finditer(page.plain):
        owner = page.owner_at(match.start(1))
        if zones[owner] is Zone.MAIN and not page.hidden[owner] and page.tag[owner] not in {"a", "option"}:
            return page.text[match.start(1) : match.end(1)]
    return ""


@cache
def _empty_words() -> re.Pattern[str]:
    """What every such sentence holds, for one quick look at the text: the words that hold no other word. Cased
    letters stand there in both forms since a pattern that ignores case cannot leap to its first character."""
    words = [comparable(word, "zh-Hant") for word in word_set("lists", "empty")]
    least = [word for word in words if not any(other in word for other in words if other != word)]
    forms = {form + word[1:] for word in least for form in (word[0].lower(), word[0].upper())}
    return re.compile("|".join(f"{re.escape(form[0])}(?i:{re.escape(form[1:])})" for form in sorted(forms)))


@cache
def _empty_sentence() -> re.Pattern[str]:
    words = "|".join(
        re.escape(comparable(word, "zh-Hant"))
        for word in sorted(word_set("lists", "empty"), key=len, reverse=True)
    )
    return re.compile(rf"(?m)^[^\n]{{0,12}}?((?:{words}))[^\n\d]{{0,8}}$", re.IGNORECASE)


def _entry(search: _Search, one: Dated) -> Entry | None:
    page = search.page
    element = page.owner_at(one.start)
    for _ in range(_HIGHEST_CLIMB):
        if element < 0 or page.tag[element] in _WITHOUT_LIST:
            return None
        enclosing = search.anchors.of(element)
        within = [enclosing] if enclosing is not None else search.anchors.within(page, element)
        links = [anchor for anchor in within if _may_be_title(anchor)]
        if links:
            return _of_links(search, one, element, links)
        if page.tag[element] == "tr" and _has_data_rows(search, page.parent[element]):
            return _of_row(page, one, element)
        element = page.parent[element]
    return None


def _may_be_title(anchor: Anchor) -> bool:
    said = anchor.plain.lower().strip("[]()<>.·")
    return len(said) >= _SHORTEST_TITLE and said not in word_set("lists", "more") and not said.isdecimal()


def _of_links(search: _Search, one: Dated, element: int, links: list[Anchor]) -> Entry | None:
    page = search.page
    start, stop = page.start[element], page.stop[element]
    inside = search.places[bisect_left(search.places, start) : bisect_left(search.places, stop)]
    if len(inside) > 1:
        link = _nearest(links, one, inside)
    elif start <= search.heading < stop or stop - start > _LONGEST_ENTRY or len(links) > _MOST_LINKS:
        return None
    else:
        link = _title_link(links)
    if link is None:
        return None
    title = _title(page, link, (one.start, one.stop))
    if len(squeezed(title)) < _SHORTEST_TITLE:
        return None
    day = one.day or (with_year(one.without_year, link.url, search.latest) if one.without_year else "")
    written = page.text[one.start : one.stop]
    holder = link.element if len(inside) > 1 else element
    return Entry(Item(title, link.url, day, collapsed(written)), holder, one.start)


def _title_link(links: list[Anchor]) -> Anchor:
    long = [link for link in links if len(link.plain) >= 6]
    return long[0] if long else max(links, key=lambda link: len(link.plain))


def _nearest(links: list[Anchor], one: Dated, inside: list[int]) -> Anchor | None:
    """In a block that holds several entries one after the other: the link on the date's side of the pattern."""
    place = bisect_left(inside, one.start)
    dates_first = inside[0] < links[0].start
    if dates_first:
        end = inside[place + 1] if place + 1 < len(inside) else one.stop + _LONGEST_ENTRY
        behind = [link for link in links if one.stop <= link.start < end]
        return behind[0] if behind else None
    begin = inside[place - 1] if place else one.start - _LONGEST_ENTRY
    before = [link for link in links if begin < link.stop and link.start < one.start]
    return before[-1] if before else None


def _title(page: Outline, link: Anchor, date_place: tuple[int, int]) -> str:
    text, start, stop = link.text, link.start, link.stop
    if start <= date_place[0] < stop or page.text.find("\n", start, stop) >= 0:
        text = _title_inside(page, link, date_place) or text
    if text and not text.endswith(_TRUNCATED):
        return text
    longer = collapsed(page.attributes[link.element].get("title") or "", 300)
    if text.endswith(_TRUNCATED) and len(longer) >= len(text) - 3 and "<" not in longer:
        return longer
    return text or longer


def _title_inside(page: Outline, link: Anchor, date_place: tuple[int, int]) -> str:
    """The title of an entry that is one link as a whole: its heading, else its longest first line."""
    for element in range(link.element + 1, page.last[link.element] + 1):
        if page.tag[element] in _TITLES or "title" in name_parts(page.class_names(element)):
            text = collapsed(page.shown(element))
            if len(text) >= _SHORTEST_TITLE and not page.start[element] <= date_place[0] < page.stop[element]:
                return text
    written = page.text[link.start : link.stop]
    if link.start <= date_place[0] < link.stop:
        cut = date_place[0] - link.start
        written = written[:cut] + "\n" + written[date_place[1] - link.start :]
    lines = [line.strip(" []()·") for line in written.split("\n")]
    lines = [line for line in lines if len(line) >= _SHORTEST_TITLE and not line.isdecimal()]
    long = [line for line in lines if len(line) >= 6]
    return collapsed((long or lines or [""])[0])


def _has_data_rows(search: _Search, table: int) -> bool:
    """Whether the table has several rows that hold a date and no link."""
    if table not in search.tables:
        page = search.page
        alike = [
            row
            for row in page.children(table)
            if page.tag[row] == "tr" and search.dates_within(row) and not search.anchors.within(page, row)
        ]
        search.tables[table] = len(alike) >= _ROWS
    return search.tables[table]


def _of_row(page: Outline, one: Dated, row: int) -> Entry | None:
    cells = [collapsed(page.shown(cell)) for cell in page.children(row)]
    texts = [cell for cell in cells if cell and not cell.isascii()]
    if not texts:
        return None
    return Entry(Item(texts[0], "", one.day, collapsed(page.text[one.start : one.stop])), row, one.start)


def is_list_entry(page: Outline, entry: Entry) -> bool:
    """Whether the entry is an element of a list with a link that reads like a title, and no line under a title."""
    start, stop = page.line_at(entry.place)
    if len(squeezed(entry.item.title)) < _ARTICLE_TITLE or has_line_words(page.plain[start:stop]):
        return False
    return page.tag[entry.element] in _ENTRIES


def _believable(page: Outline, entries: list[Entry], *, home: bool) -> list[Entry]:
    """Entries without those that stand alone in running text or in a line of tools."""
    holders = Counter(page.parent[entry.element] for entry in entries)
    shapes = Counter(_shape(page, entry.element) for entry in entries)
    seen: set[tuple[str, str, str, int]] = set()
    kept: list[Entry] = []
    for entry in entries:
        container = page.parent[entry.element]
        single = holders[container] < 2 and shapes[_shape(page, entry.element)] < 2
        if single and (page.tag[entry.element] in {"p", "a"} or _is_tool_line(page, entry)):
            continue
        if single and not home and len(entry.item.title) < 4:
            continue
        key = (entry.item.title, entry.item.url, entry.item.date, container)
        if key not in seen:
            seen.add(key)
            kept.append(entry)
    return kept


def _shape(page: Outline, element: int) -> tuple[str, ...]:
    return tuple(page.tag[one] for one in page.ancestors(element)[:4])


def _is_tool_line(page: Outline, entry: Entry) -> bool:
    start, stop = page.line_at(entry.place) if entry.place >= 0 else (0, 0)
    return has_line_words(page.plain[start:stop]) and len(entry.item.title) < 8


def _with_headings(
    page: Outline, zones: list[Zone], anchors: Anchors, entries: list[Entry], places: list[int]
) -> list[Entry]:
    known: dict[int, str] = {}
    found: list[Entry] = []
    for entry in entries:
        container = page.parent[entry.element]
        if container not in known:
            known[container] = _heading(page, zones, anchors, container, places)
        if not known[container]:
            found.append(entry)
            continue
        item = entry.item
        named = Item(item.title, item.url, item.date, item.date_text, known[container])
        found.append(Entry(named, entry.element, entry.place))
    return found


def _heading(page: Outline, zones: list[Zone], anchors: Anchors, container: int, places: list[int]) -> str:
    """Name of the block that ``container`` stands in: the short text before it. Of several tabs over several
    blocks, the one with the block's own number."""
    element = container
    panel = -1
    for _ in range(_HEADING_CLIMB):
        outer = page.parent[element]
        if outer < 0 or page.tag[element] in _WITHOUT_LIST:
            return ""
        siblings = page.children(outer)
        number = siblings.index(element)
        for sibling in reversed(siblings[:number]):
            if page.start[sibling] == page.stop[sibling] or page.tag[sibling] in _TABLES:
                continue
            if zones[sibling] is not Zone.MAIN:
                break
            if bisect_left(places, page.start[sibling]) != bisect_left(places, page.stop[sibling]):
                continue
            if squeezed(page.compared(sibling)).lower().strip(">+[]") in word_set("lists", "more"):
                continue
            name = _name_of_block(page, anchors, sibling, panel)
            if name:
                return name
            break
        alike = [
            one for one in siblings if page.tag[one] == page.tag[element] and page.stop[one] > page.start[one]
        ]
        if len(alike) > 1 and element in alike:
            panel = alike.index(element)
        element = outer
    return ""


@cache
def _more_behind() -> re.Pattern[str]:
    return re.compile(r"[ |]*(?:更多|more|MORE|查看)[^一-龥]{0,4}$")


def _name_of_block(page: Outline, anchors: Anchors, block: int, panel: int) -> str:
    text = page.shown(block)
    tabs = [
        anchor
        for anchor in anchors.within(page, block)
        if anchor.plain.lower() not in word_set("lists", "more")
    ]
    tabs = [anchor for anchor in tabs if len(anchor.plain) >= _SHORTEST_TITLE]
    if len(tabs) > 1 and 0 <= panel < len(tabs) and len(text) <= 12 * len(tabs):
        return tabs[panel].text
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or len(lines[0]) > _LONGEST_HEADING or len(text) > 2 * _LONGEST_HEADING:
        return ""
    name = tabs[0].text if len(tabs) == 1 and len(tabs[0].text) <= _LONGEST_HEADING else collapsed(lines[0])
    stripped = _more_behind().sub("", name.strip("[]>»+ "))
    return "" if squeezed(stripped).lower() in word_set("lists", "more") else stripped
