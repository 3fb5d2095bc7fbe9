"""The pages of a column: its own, those of the columns below it, and those that they lead to."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govaudit.checks.addresses import address_key, page_at
from govaudit.checks.columns.tree import Column, column_tree
from govaudit.checks.home import front_pages, home_addresses, reason_of, unvisited_reason
from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.urls import is_attachment
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Link
    from govaudit.inspection.page_text import Line

_CLICKED = frozenset({Tag.A, Tag.AREA, Tag.SCRIPTED})
_EMBEDDED = frozenset({Tag.IMAGE, Tag.OBJECT, Tag.MEDIA})
_MOST_PAGES = 300
_STEPS = 2
_COMPARED = 10
_UNREAD_PARTS = frozenset({"page", "list"})


@dataclass(slots=True)
class Reach:
    """What a visitor of a column finds in it. ``pages``: addresses, the column's own first; ``titles``: texts of the
    links and names of the columns that lead on, with their addresses; ``doubt``: why something that belongs to it was
    not read, with its address."""

    pages: list[str] = field(default_factory=list)
    titles: list[tuple[str, str]] = field(default_factory=list)
    doubt: tuple[Reason, str] | None = None

    def note(self, reason: Reason | None, url: str) -> None:
        """Something was not read; the first counts."""
        if reason is not None and self.doubt is None:
            self.doubt = reason, url


def reach_of(context: Context, columns: Iterable[Column], further: Iterable[str] = ()) -> Reach:
    """The pages of ``columns`` (and at the addresses ``further``) with those below them, two steps down at most."""
    return _Walk(context, columns, further).walk()


class _Walk:
    """Holds what was met on the way through the pages of a part of the site."""

    def __init__(self, context: Context, columns: Iterable[Column], further: Iterable[str]) -> None:
        self.context = context
        self.tree = context.derived(column_tree)
        self.template = context.derived(_template)
        self.reach = Reach()
        self.waiting: deque[tuple[str, int]] = deque()
        own = _with_children(context, columns)
        self.inside = {column.key for column in own}
        for column in own:
            self._enter(column)
        self.waiting.extend((url, 0) for url in further)

    def _enter(self, column: Column) -> None:
        self.reach.titles.append((column.name, column.url))
        self.reach.note(None if column.missing else column.unread or column.more_unread, column.url)
        if column.external:
            self.reach.note(Reason.NOT_MEASURED, column.url)
        self.waiting.extend((url, 0) for url in column.pages_read)
        for item in column.items:
            self.reach.titles.append((item.title, item.url))
            self.waiting.append((item.url, 1))

    def walk(self) -> Reach:
        seen: set[str] = set()
        while self.waiting:
            url, step = self.waiting.popleft()
            key = address_key(url) if url else ""
            if not url or key in seen or (step and self._is_elsewhere(url, key)):
                continue
            seen.add(key)
            page = page_at(self.context, url)
            if page is None:
                self.reach.note(_why_unread(self.context, url), url)
            elif len(self.reach.pages) >= _MOST_PAGES:
                self.reach.note(Reason.NOT_MEASURED, url)
                break
            else:
                self._read(page, step)
        return self.reach

    def _is_elsewhere(self, url: str, key: str) -> bool:
        """The home page, or another column."""
        column = self.tree.at(url)
        return key in self.template.homes or (column is not None and column.key not in self.inside)

    def _read(self, page: StoredPage, step: int) -> None:
        self.reach.pages.append(page.url)
        if _UNREAD_PARTS.intersection(page.reading.scripted):
            self.reach.note(Reason.BROWSER_NEEDED, page.url)
        for link in _own_links(self.context, page, self.template):
            if link.tag == Tag.FRAME or (link.tag in _CLICKED and step < _STEPS):
                self._follow(link, step)

    def _follow(self, link: Link, step: int) -> None:
        url = link.url or ""
        self.reach.titles.append((link.text, url))
        if is_attachment(url):
            self.reach.note(Reason.PARSE, url)
        elif self.context.scope.owns(url):
            self.waiting.append((url, step if link.tag == Tag.FRAME else step + 1))
        elif link.tag == Tag.FRAME:
            self.reach.note(Reason.NOT_MEASURED, url)


def _with_children(context: Context, columns: Iterable[Column]) -> list[Column]:
    found = {column.key: column for column in columns}
    paths = {column.path for column in found.values()}
    for column in context.derived(column_tree).columns:
        if any(column.path[:end] in paths for end in range(1, len(column.path))):
            found.setdefault(column.key, column)
    return list(found.values())


def _why_unread(context: Context, url: str) -> Reason | None:
    if not context.scope.owns(url):
        return Reason.NOT_MEASURED
    looks = context.looks.get(url)
    if not looks:
        return unvisited_reason(context, url)
    return None if looks[-1].status in {404, 410} else reason_of(looks[-1])


@dataclass(frozen=True, slots=True)
class _Template:
    """What stands around the pages of a site: ``targets`` of links and pictures of its home page and of some pages of
    every kind; ``lines``: of text."""

    homes: frozenset[str]
    targets: frozenset[str]
    pictures: frozenset[str]
    lines: frozenset[str]


def _template(context: Context) -> _Template:
    front = front_pages(context)
    linked = {link.url for page in front for link in context.facts.links(page.url_id) if link.url}
    pictures = {
        link.url for page in front for link in context.facts.links(page.url_id) if link.tag in _EMBEDDED
    }
    counted: dict[PageKind, int] = {}
    seen: dict[str, int] = {}
    for page in context.pages:
        if counted.get(page.kind, 0) >= _COMPARED:
            continue
        counted[page.kind] = counted.get(page.kind, 0) + 1
        for url in {one.url for one in context.facts.links(page.url_id) if one.url and one.tag in _EMBEDDED}:
            seen[url] = seen.get(url, 0) + 1
    pictures |= {url for url, count in seen.items() if count > 1}
    lines = {
        line.text for page in front for part in (page.text.lines, page.text.lines_around) for line in part
    }
    return _Template(
        homes=frozenset(map(address_key, home_addresses(context))),
        targets=frozenset(linked),
        pictures=frozenset(url for url in pictures if url),
        lines=frozenset(lines),
    )


def _own_links(context: Context, page: StoredPage, template: _Template) -> Iterator[Link]:
    trail = {address_key(crumb.url) for crumb in page.reading.breadcrumb if crumb.url}
    for link in context.facts.links(page.url_id):
        if link.url and link.url not in template.targets and address_key(link.url) not in trail:
            yield link


def links_of_page(context: Context, page: StoredPage) -> list[Link]:
    """References of this page that the home page does not bear and that lead no way back."""
    return list(_own_links(context, page, context.derived(_template)))


def pictures_of(context: Context, page: StoredPage) -> list[str]:
    """Pictures that stand on this page and not on others, as those of a template do."""
    template = context.derived(_template)
    return [
        link.url
        for link in context.facts.links(page.url_id)
        if link.tag in _EMBEDDED and link.url and link.url not in template.pictures
    ]


def lines_of_page(context: Context, page: StoredPage) -> Iterator[Line]:
    """The page's own lines, and those around them that the home page does not show."""
    template = context.derived(_template)
    text = page.text
    yield from text.lines
    yield from (line for line in text.lines_around if line.text not in template.lines)
