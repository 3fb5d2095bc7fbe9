"""Lists of a page: repeated entries with a link and a date."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import cache
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.reading.dates import with_year
from govaudit.crawler.reading.headings import has_line_words
from govaudit.crawler.reading.links_of_page import Anchor
from govaudit.crawler.reading.roles import Role
from govaudit.crawler.reading.text import collapsed, comparable, squeezed
from govaudit.crawler.reading.words import alternatives, word_set, words
from govaudit.crawler.reading.zones import Zone, name_parts
from govaudit.inspection.facts import Item

if TYPE_CHECKING:
    from govaudit.crawler.reading.entry_dates import Dated, Latest
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
_ROW = frozenset(["tr"])
_TABLE = frozenset(["table"])
_UNRANKED = 1000
_TABLES = frozenset(["table", "thead", "tr", "th", "form"])
_AROUND_MORE = "<>«»‹›+[]()（）【】.…·|"
_TERMS = frozenset(["dt", "dd"])
_BOLD = frozenset(["b", "strong", "th", "h1", "h2", "h3", "h4", "font"])
_WITHOUT_LIST = frozenset(["html", "body"])
_TITLES = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_NUMBERED_PAGES = re.compile(
    r"createPage\w{0,12}\(\s{0,4}(?P<count>\d{1,5})\s{0,4},\s{0,4}(?P<own>\d{1,5})\s{0,4},"
    r"\s{0,4}[\"'](?P<name>[\w/.-]{1,60})[\"']\s{0,4},\s{0,4}[\"'](?P<extension>\w{2,6})[\"']",
    re.ASCII,
)
_NUMBER_BEFORE = re.compile(r"(?<!\d)(\d{1,4})[ \n\[\]|]{0,4}$")
_PAGE_ADDRESS = re.compile(r"(?:page|paged|pageno|pn|[?&]p)[=/_-]?\d|_\d{1,4}\.\w{3,5}$", re.IGNORECASE)
_LONGEST_NUMBER = 4
_LONGEST_NOTICE = 48
_NEIGHBOUR = 3
_PAGER_CLIMB = 5
_NEXT_WRITTEN = ('"next"', "'next'", "=next")
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
    latest: Latest
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
    dates: list[Dated],
    heading: int,
    latest: Latest,
    home: bool,
) -> list[Entry]:
    """Entries with a date, in document order. ``dates``: those that stand alone; ``heading``: where the page's
    own title stands, -1 for none."""
    dates = _told_best(page, dates)
    search = _Search(page, anchors, [one.start for one in dates], heading, latest, {})
    entries = [entry for one in dates if (entry := _entry(search, one)) is not None]
    return _with_headings(page, zones, anchors, _believable(page, entries, home=home), search.places)


def _told_best(page: Outline, dates: list[Dated]) -> list[Dated]:
    """Of several dates in a row of a table, the one whose column is called after the publication."""
    rows: dict[int, list[Dated]] = {}
    for one in dates if len(dates) > 1 and "tr" in page.by_tag else ():
        row = page.enclosing(page.owner_at(one.start), _ROW)
        if row >= 0:
            rows.setdefault(row, []).append(one)
    dropped: set[int] = set()
    for row, several in rows.items():
        if len(several) > 1 and (names := _column_names(page, row)):
            ranks = [_rank(names.get(_column_of(page, row, one.start), "")) for one in several]
            if min(ranks) < _UNRANKED:
                best = ranks.index(min(ranks))
                dropped.update(one.start for number, one in enumerate(several) if number != best)
    return [one for one in dates if one.start not in dropped] if dropped else dates


def _column_of(page: Outline, row: int, place: int) -> int:
    cells = page.children(row)
    return next(
        (number for number, cell in enumerate(cells) if page.start[cell] <= place < page.stop[cell]), -1
    )


def _column_names(page: Outline, row: int) -> dict[int, str]:
    """What the first row of the table says of its columns, by number; nothing when it holds a date itself."""
    table = page.enclosing(row, _TABLE)
    rows = page.within(page.of_tag("tr"), table) if table >= 0 else []
    if not rows or rows[0] == row:
        return {}
    return {number: squeezed(page.compared(cell)) for number, cell in enumerate(page.children(rows[0]))}


def _rank(name: str) -> int:
    """How well the name of a column speaks of publication, less is better."""
    best = (*words("dates", "table"), *words("dates", "published"))
    if name in best:
        return best.index(name)
    return _UNRANKED


def undated_entries(
    page: Outline, zones: list[Zone], anchors: Anchors, outside: tuple[int, int], dated: list[Entry]
) -> list[Undated]:
    """Entries of lists without dates: at least three links that read like titles, one in each of the repeated
    parts of a block of the main area. ``outside``: place of the breadcrumb; ``dated``: entries with dates, whose
    lists are left out."""
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
    places = sorted(entry.element for entry in dated)
    for container, members in groups.items():
        holds_dated = bisect_left(places, container) != bisect_left(places, page.last[container] + 1)
        if not holds_dated and _is_list_of_titles(members):
            heading = _heading(page, zones, anchors, container, [])
            found += [Undated(part, anchor, heading) for part, anchor in members]
    return sorted(found, key=attrgetter("element"))


def items_of(page: Outline, dated: list[Entry], undated: list[Undated]) -> tuple[Item, ...]:
    """The items that entries are, in document order."""
    found = [(entry.element, entry.item) for entry in dated]
    found += [
        (one.element, Item(_title(page, one.link, (0, 0)), one.link.url, heading=one.heading))
        for one in undated
    ]
    if undated:
        found.sort(key=itemgetter(0))
    return tuple(item for _, item in found)


def _is_list_of_titles(members: list[tuple[int, Anchor]]) -> bool:
    """Whether links read like titles, each in a part of its own; columns have shorter names."""
    parts = Counter(part for part, _ in members)
    if len(parts) < _ROWS or max(parts.values()) > 2:
        return False
    more = word_set("lists", "more")
    titles = [anchor.plain for _, anchor in members]
    alike = [one for one in titles if len(one) >= _ARTICLE_TITLE and not one.isascii() and one not in more]
    return len(alike) * 2 >= len(titles)


def next_page(
    page: Outline,
    zones: list[Zone],
    anchors: Anchors,
    roles: dict[Role, list[Anchor]],
    own: str,
    *,
    names_next: bool,
) -> str:
    """Address of the list's next page (as written where the head or a script tell it), empty when none is told.
    ``names_next``: the source may hold ``rel="next"``, see ``may_name_next``."""
    marks = [anchor for anchor in roles[Role.NEXT_MARK] if zones[anchor.element] is Zone.BESIDE]
    for anchor in sorted([*roles[Role.NEXT], *marks], key=lambda one: -one.element):
        if anchor.url and anchor.url != own and not page.hidden[anchor.element]:
            return anchor.url
    related = _related_next(page, anchors, own) if names_next else ""
    return related or _scripted_next(page) or _numbered_next(page, anchors, roles[Role.NUMBER], own)


def may_name_next(html: str) -> bool:
    """A quick look at the source for ``rel="next"`` before each link is asked."""
    return any(written in html for written in _NEXT_WRITTEN)


def _related_next(page: Outline, anchors: Anchors, own: str) -> str:
    """What a link in the page or in its head calls ``rel="next"``, as WordPress, Drupal and others write it."""
    attributes = page.attributes
    related = [anchor for anchor in anchors.all if "rel" in attributes[anchor.element]]
    for anchor in related:
        if _is_next(page, anchor.element):
            return anchor.url if anchor.url != own else ""
    # An article's head says so of the following article.
    for element in page.of_tag("link"):
        address = (page.attributes[element].get("href") or "") if _is_next(page, element) else ""
        if _PAGE_ADDRESS.search(address):
            return address
    return ""


def _is_next(page: Outline, element: int) -> bool:
    return "next" in (page.attributes[element].get("rel") or "").lower().split()


def _numbered_next(page: Outline, anchors: Anchors, numbered: list[Anchor], own: str) -> str:
    """The number behind that of the page itself, which leads nowhere else: 1 [2] [3]."""
    for anchor in numbered:
        before = _NUMBER_BEFORE.search(page.plain, max(0, anchor.start - _LONGEST_NUMBER - 6), anchor.start)
        if before is None or int(before[1]) + 1 != int(anchor.plain) or not anchor.url or anchor.url == own:
            continue
        current = anchors.around(page, before.start(1))
        names = (page.class_names(element) for element in page.ancestors(anchor.element)[:_PAGER_CLIMB])
        if (current is None or current.url in {"", own}) and any(
            name_parts(one) & word_set("lists", "pagers") for one in names
        ):
            return anchor.url
    return ""


def _scripted_next(page: Outline) -> str:
    """Next page of lists whose pages a script numbers: ``createPageHTML(25, 0, "index", "html")`` → index_1.html."""
    for element in page.of_tag("script"):
        match = _NUMBERED_PAGES.search(page.code.get(element, ""))
        if match is not None and int(match["own"]) + 1 < int(match["count"]):
            return f"{match['name']}_{int(match['own']) + 1}.{match['extension']}"
    return ""


def empty_text(page: Outline, zones: list[Zone]) -> str:
    """The words with which the main area says that it has nothing, as shown; empty when it does not."""
    for match in _empty_words().finditer(page.plain):
        begin, end = page.line_at(match.start())
        said = _empty_sentence().fullmatch(page.plain, begin, end) if end - begin <= _LONGEST_NOTICE else None
        if said is None:
            continue
        start, stop = said.span("listed") if said["listed"] else said.span("formed")
        owner = page.owner_at(start)
        if zones[owner] is Zone.MAIN and not page.hidden[owner] and page.tag[owner] not in {"a", "option"}:
            return page.text[start:stop]
    return ""


@cache
def _empty_words() -> re.Pattern[str]:
    """What every such sentence holds, for one quick look at the text: the words that hold no other word. Cased
    letters stand there in both forms since a pattern that ignores case cannot leap to its first character."""
    listed = [*word_set("lists", "empty"), *words("lists", "none")]
    told = [comparable(word, "zh-Hant") for word in listed]
    least = [word for word in told if not any(other in word for other in told if other != word)]
    forms = {form + word[1:] for word in least for form in (word[0].lower(), word[0].upper())}
    return re.compile("|".join(f"{re.escape(form[0])}(?i:{re.escape(form[1:])})" for form in sorted(forms)))


@cache
def _empty_sentence() -> re.Pattern[str]:
    """One of the sentences as listed, or one made of words for none and a noun: 暂无征集活动, 没有可显示的项目."""
    listed = "|".join(
        re.escape(comparable(word, "zh-Hant"))
        for word in sorted(word_set("lists", "empty"), key=len, reverse=True)
    )
    formed = (
        rf"(?:{alternatives('lists', 'none')})(?:{alternatives('lists', 'qualities')}){{0,3}}"
        rf"[^\n:,。]{{0,6}}?(?:{alternatives('lists', 'nouns')}){{1,2}}"
    )
    return re.compile(
        rf"[^\n]{{0,12}}?(?P<listed>(?:{listed}))[^\n\d]{{0,8}}"
        rf"|[^\n:。]{{0,12}}?(?P<formed>{formed})[^\n\d:]{{0,4}}(?:[。!,][^\n]{{0,24}})?",
        re.IGNORECASE,
    )


def _entry(search: _Search, one: Dated) -> Entry | None:
    page = search.page
    element = one.element if one.element >= 0 else page.owner_at(one.start)
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
    day = one.day or (with_year(one.without_year, link.url, search.latest.day) if one.without_year else "")
    written = page.text[one.start : one.stop] or one.day
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


def is_related(page: Outline, entry: Entry) -> bool:
    """Whether an entry leads to the neighbours of an article, or stands in a block of recommendations."""
    named = word_set("lists", "related")
    start, _ = page.line_at(page.start[entry.element])
    return squeezed(entry.item.heading) in named or page.plain[start : start + _NEIGHBOUR] in named


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
    first = _heading_row(page, container, places)
    if first:
        return first
    element = container
    panel = -1
    for _ in range(_HEADING_CLIMB):
        outer = page.parent[element]
        if outer < 0 or page.tag[element] in _WITHOUT_LIST:
            return ""
        if page.tag[element] in _TERMS:
            # What stands before is another entry.
            element = outer
            continue
        siblings = page.children(outer)
        before = _block_before(page, zones, siblings[: siblings.index(element)], places)
        name = _name_of_block(page, anchors, before, panel) if before >= 0 else ""
        if name:
            return name
        alike = [
            one for one in siblings if page.tag[one] == page.tag[element] and page.stop[one] > page.start[one]
        ]
        if len(alike) > 1 and element in alike:
            panel = alike.index(element)
        element = outer
    return ""


def _block_before(page: Outline, zones: list[Zone], siblings: list[int], places: list[int]) -> int:
    """The last of the blocks that may name what follows: no table, no entries, no link to more; -1 for none."""
    for sibling in reversed(siblings):
        if page.start[sibling] == page.stop[sibling] or page.hidden[sibling] or _is_grid(page, sibling):
            continue
        if zones[sibling] is not Zone.MAIN:
            return -1
        if bisect_left(places, page.start[sibling]) != bisect_left(places, page.stop[sibling]):
            continue
        if not _is_more(page.compared(sibling)):
            return sibling
    return -1


def _is_grid(page: Outline, element: int) -> bool:
    """Whether an element is a table or a part of one, and no title that a table of one row sets."""
    if page.tag[element] not in _TABLES:
        return False
    return page.tag[element] != "table" or len(page.within(page.of_tag("tr"), element)) > 1


def _heading_row(page: Outline, container: int, places: list[int]) -> str:
    """The name in the first row of a table that goes on with the entries: one cell, and a link to more."""
    rows = page.children(container)
    if (
        len(rows) < _ROWS
        or page.tag[rows[0]] != "tr"
        or bisect_left(places, page.start[rows[0]]) != bisect_left(places, page.stop[rows[0]])
    ):
        return ""
    cells = [cell for cell in page.children(rows[0]) if page.stop[cell] > page.start[cell]]
    said = [collapsed(page.shown(cell)) for cell in cells]
    named = [one for one in said if not _is_more(one)]
    if len(named) != 1 or len(named[0]) > _LONGEST_HEADING or named[0].isdecimal():
        return ""
    bold = any(page.tag[inner] in _BOLD for inner in range(rows[0], page.last[rows[0]] + 1))
    return named[0].strip("[]>»+ ") if len(said) > 1 or bold else ""


def _is_more(text: str) -> bool:
    """Whether a text is only a link to the rest of a list: 更多, MORE>>, [更多]."""
    return squeezed(text).lower().strip(_AROUND_MORE) in word_set("lists", "more")


@cache
def _more_behind() -> re.Pattern[str]:
    return re.compile(r"[ |]*(?:更多|more|MORE|查看)[^一-龥]{0,4}$")


def _name_of_block(page: Outline, anchors: Anchors, block: int, panel: int) -> str:
    text = page.shown(block)
    tabs = [
        anchor
        for anchor in anchors.within(page, block)
        if len(anchor.plain) >= _SHORTEST_TITLE and not _is_more(anchor.plain)
    ]
    if len(tabs) > 1 and 0 <= panel < len(tabs) and len(text) <= 12 * len(tabs):
        return tabs[panel].text
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or len(lines[0]) > _LONGEST_HEADING or len(text) > 2 * _LONGEST_HEADING:
        return ""
    name = tabs[0].text if len(tabs) == 1 and len(tabs[0].text) <= _LONGEST_HEADING else collapsed(lines[0])
    stripped = _more_behind().sub("", name.strip("[]>»+ "))
    return "" if stripped.isdecimal() or _is_more(stripped) else stripped
