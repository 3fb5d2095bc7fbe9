"""The columns of a site in one tree: from its navigation, breadcrumbs, labels and list pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from govaudit.checks.addresses import address_key, pages_by_address
from govaudit.checks.columns.vocabulary import place_words, site_vocabulary
from govaudit.checks.home import front_pages, home_addresses, reason_of, unvisited_reason
from govaudit.inspection.calendar import as_day, day_of
from govaudit.inspection.facts import DateSource, PageKind, Tag
from govaudit.inspection.finding import Arguments, Said
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from govaudit.checks.columns.vocabulary import ColumnRule, Match
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Item, MenuEntry, Reading

LIST_KINDS = frozenset({PageKind.COLUMN, PageKind.DISCLOSURE_PLATFORM})
NOT_COLUMNS = frozenset(
    {PageKind.HOME, PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.GUIDE, PageKind.MESSAGE, PageKind.SEARCH}
)
"""What a crumb or menu entry may lead to without being a column."""

_PAGE_NUMBER = re.compile(r"[_\-](\d{1,4})(\.[a-z]{2,5})$", re.IGNORECASE)
_NAV_LEVELS = 2
"""Down to this level an entry of the home navigation is one of the columns that a visitor is offered first."""
_LIST_PARTS = frozenset({"list", "page"})
_MOST_CONTINUATIONS = 500


class Place(StrEnum):
    """Where a column's name was seen."""

    NAVIGATION = "navigation"
    LABEL = "label"
    BREADCRUMB = "breadcrumb"
    HEADING = "heading"
    BLOCK = "block"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A name of a column with the kind of place that it was seen at, and the first page."""

    text: str
    place: Place
    page: str

    def named(self, name: str) -> Said:
        """That ``name`` itself was found here."""
        return Said(key="columns.named", arguments=self._arguments(name))

    def holding(self, name: str) -> Said:
        """That a longer name was found here which holds ``name``."""
        return Said(key="columns.held", arguments=self._arguments(name))

    def _arguments(self, name: str) -> Arguments:
        return {"text": self.text, "place": self.place.value, "page": self.page, "name": name}


@dataclass(frozen=True, slots=True)
class Recognised:
    """The column of the vocabulary that a name was taken for, and where that name stands."""

    match: Match
    sighting: Sighting

    def said(self) -> Said:
        """The name that was found, and where."""
        canonical = self.match.rule.name
        plain = self.sighting.named(canonical)
        if fold(self.sighting.text) == fold(canonical):
            return plain
        key = "columns.matched-nearly" if self.match.near else "columns.matched"
        return Said(key=key, arguments={**plain.arguments, "name": self.match.name, "canonical": canonical})


class DateOrigin(StrEnum):
    """Where the day of an item comes from."""

    LIST = "list"
    ARTICLE = "article"

    @property
    def source(self) -> DateSource:
        """The word of the field for it."""
        return DateSource.LIST if self is DateOrigin.LIST else DateSource.VISIBLE


_ARTICLE_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})
_TEXT_KINDS = _ARTICLE_KINDS | {PageKind.GUIDE, PageKind.MESSAGE, PageKind.OTHER}


@dataclass(frozen=True, slots=True)
class ColumnItem:
    """An entry of a column. ``unread``: why the page that could say its day was not read; ``undated_page``: that page
    was read and shows nothing like a date, nor does the list."""

    title: str
    url: str
    day: date | None
    origin: DateOrigin | None
    unread: Reason | None = None
    undated_page: bool = False


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest item that is not of the future."""

    day: date
    origin: DateOrigin
    title: str
    url: str


@dataclass(slots=True)
class Column:
    """A column as the site shows it.

    ``path``: names from the home page down to its own; ``depth``: clicks from the home page; ``first_level``: it is
    the topmost of its kind in the home page's navigation; ``pages_read``: addresses of its own list pages;
    ``more_unread``: why a further page of the list was not read; ``unread``: why the column itself was not;
    ``missing``: its address answers that nothing is there; ``archive``: by its name or place it holds a topic or
    old things; ``framed``: a part comes in a frame; ``newest_below``, ``unread_below``: of the columns of its own
    type below it.
    """

    key: str
    name: str
    recognised: Recognised | None
    url: str
    path: tuple[str, ...]
    depth: int
    seen: tuple[Sighting, ...]
    external: bool
    in_navigation: bool
    first_level: bool = False
    archive: bool = False
    kind: PageKind | None = None
    items: tuple[ColumnItem, ...] = ()
    newest: Newest | None = None
    future: bool = False
    pages_read: tuple[str, ...] = ()
    more_unread: Reason | None = None
    empty_text: str = ""
    unread: Reason | None = None
    missing: bool = False
    scripted: bool = False
    framed: bool = False
    has_children: bool = False
    children_types: frozenset[str] = frozenset()
    newest_below: Newest | None = None
    unread_below: Reason | None = None

    @property
    def rule(self) -> ColumnRule | None:
        """What the vocabulary says of the column, ``None`` for one that it does not know."""
        return self.recognised.match.rule if self.recognised else None

    @property
    def canonical(self) -> str | None:
        """Name in the vocabulary, ``None`` for a column that it does not know."""
        return self.rule.name if self.rule else None

    @property
    def type(self) -> str:
        """Type in the vocabulary, empty for a column that it does not know."""
        return self.rule.type if self.rule else ""

    @property
    def label(self) -> str:
        """The path as a reader is shown it."""
        return " > ".join(self.path)

    @property
    def identity(self) -> str:
        """What stays when a column moves to another address: canonical name and place in the tree."""
        return "/".join((*self.path[:-1], self.canonical or self.name))


@dataclass(slots=True)
class ColumnTree:
    """All columns, nearest to the home page first."""

    columns: tuple[Column, ...]
    by_key: dict[str, Column]

    def own(self) -> Iterator[Column]:
        """Columns on the site itself."""
        return (column for column in self.columns if not column.external)

    def at(self, url: str) -> Column | None:
        """The column at an address."""
        return self.by_key.get(address_key(url))


@dataclass(slots=True)
class _Draft:
    """What is gathered of one column before its pages are read."""

    url: str
    seen: dict[tuple[str, Place], Sighting] = field(default_factory=dict)
    home_path: tuple[str, ...] = ()
    other_path: tuple[str, ...] = ()

    def see(self, sighting: Sighting) -> None:
        """Note a name; the same one in the same kind of place, once."""
        self.seen.setdefault((sighting.text, sighting.place), sighting)


def column_tree(context: Context) -> ColumnTree:
    """Build the tree from all facts of a site."""
    return _Builder(context).build()


class _Builder:
    """Holds the pages by address while the tree is built."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.vocabulary = context.derived(site_vocabulary)
        self.words = site_words(context)
        self.home = {address_key(url) for url in home_addresses(context)}
        self.front = front_pages(context)
        self.pages = context.derived(pages_by_address)
        self.drafts: dict[str, _Draft] = {}
        self.continued: set[str] = set()
        self.newest_article = self._newest_articles()

    def build(self) -> ColumnTree:
        self._from_navigation()
        self._from_breadcrumbs()
        self._from_list_pages()
        columns = [self._column(key, draft) for key, draft in self.drafts.items() if self._is_column(key)]
        _mark_relations(columns)
        columns.sort(key=lambda column: (column.depth, column.path, column.key))
        return ColumnTree(tuple(columns), {column.key: column for column in columns})

    def _is_column(self, key: str) -> bool:
        page = self.pages.get(key)
        if key in self.continued:
            return False
        draft = self.drafts[key]
        in_navigation = any(one.place is Place.NAVIGATION for one in draft.seen.values())
        return in_navigation or page is None or page.reading.kind not in NOT_COLUMNS

    def _draft(self, url: str, sighting: Sighting) -> _Draft | None:
        key = address_key(url)
        if not url.startswith(("http://", "https://")) or key in self.home:
            return None
        if not sighting.text.strip() or self.vocabulary.is_home_word(sighting.text):
            return None
        draft = self.drafts.setdefault(key, _Draft(url))
        draft.see(sighting)
        return draft

    def _from_navigation(self) -> None:
        known: set[int] = set()
        front = {page.url for page in self.front}
        for page in (*self.front, *(one for one in self.context.pages if one.kind in LIST_KINDS)):
            if page.menu is None or page.menu in known:
                continue
            known.add(page.menu)
            for entry in page.reading.navigation:
                self._take_entry(entry, page, at_home=page.url in front)

    def _take_entry(self, entry: MenuEntry, page: StoredPage, *, at_home: bool) -> None:
        target = self.pages.get(address_key(entry.url))
        if target is not None and target.reading.kind in NOT_COLUMNS - {PageKind.ARTICLE}:
            return
        if not at_home and target is not None and target.reading.kind not in LIST_KINDS:
            return
        draft = self._draft(entry.url, Sighting(entry.text.strip(), Place.NAVIGATION, page.url))
        if draft is None:
            return
        path = tuple(text for text in entry.path if not self.vocabulary.is_home_word(text))
        if at_home:
            draft.home_path = min(draft.home_path or path, path, key=len)
        else:
            draft.other_path = draft.other_path or path

    def _from_breadcrumbs(self) -> None:
        for page in self.context.pages:
            texts: list[str] = []
            for crumb in page.reading.breadcrumb:
                text = crumb.text.strip()
                if not text or self.vocabulary.is_home_word(text) or address_key(crumb.url) in self.home:
                    continue
                texts.append(text)
                if not crumb.url or not self.context.scope.owns(crumb.url):
                    continue
                draft = self._draft(crumb.url, Sighting(text, Place.BREADCRUMB, page.url))
                if draft is not None:
                    draft.other_path = draft.other_path or tuple(texts)

    def _from_list_pages(self) -> None:
        for page in self.context.pages:
            if page.kind not in LIST_KINDS:
                continue
            key = address_key(page.url)
            if key in self.continued or self._continues_another(page):
                self.continued.add(key)
                continue
            name, place = self._name_of(page)
            draft = self._draft(page.url, Sighting(name, place, page.url))
            if draft is not None:
                draft.other_path = draft.other_path or self._path_of(page, name)
                label = _column_label(page)
                if label:
                    draft.see(Sighting(label, Place.LABEL, page.url))
            self.continued.update(
                address_key(one.url) for one in self._continuations(page) if one.url != page.url
            )

    def _name_of(self, page: StoredPage) -> tuple[str, Place]:
        crumbs = page.reading.breadcrumb
        if page.reading.heading.strip():
            return page.reading.heading.strip(), Place.HEADING
        if crumbs and address_key(crumbs[-1].url) == address_key(page.url):
            return crumbs[-1].text.strip(), Place.BREADCRUMB
        label = _column_label(page)
        if label:
            return label, Place.LABEL
        if crumbs and not self.vocabulary.is_home_word(crumbs[-1].text):
            return crumbs[-1].text.strip(), Place.BREADCRUMB
        return re.split(r"[-_|—–]", page.reading.title)[0].strip(), Place.HEADING

    def _path_of(self, page: StoredPage, name: str) -> tuple[str, ...]:
        texts = [crumb.text.strip() for crumb in page.reading.breadcrumb]
        trail = [text for text in texts if text and not self.vocabulary.is_home_word(text)]
        if not trail or fold(trail[-1]) != fold(name):
            trail.append(name)
        return tuple(trail)

    def _continues_another(self, page: StoredPage) -> bool:
        """A numbered page of a list whose first page is known."""
        first = _PAGE_NUMBER.sub(r"\2", page.url)
        if first == page.url:
            return False
        key = address_key(first)
        return key in self.pages and key != address_key(page.url)

    def _continuations(self, page: StoredPage) -> list[StoredPage]:
        """The list's pages one after another, its first included."""
        pages, keys = [page], {address_key(page.url)}
        while len(pages) < _MOST_CONTINUATIONS:
            following = pages[-1].reading.next_page
            found = self.pages.get(address_key(following)) if following else None
            if found is None or address_key(found.url) in keys or found.reading.kind not in LIST_KINDS:
                break
            keys.add(address_key(found.url))
            pages.append(found)
        return pages

    def _column(self, key: str, draft: _Draft) -> Column:
        page = self.pages.get(key)
        sightings = tuple(draft.seen.values())
        name = _shown_name(sightings)
        path = draft.home_path or draft.other_path or (name,)
        column = Column(
            key=key,
            name=name,
            recognised=self._recognised(sightings),
            url=page.url if page is not None else draft.url,
            path=path,
            depth=page.depth if page is not None else len(path),
            seen=sightings,
            external=not self.context.scope.owns(self._arrival(draft.url, page)),
            in_navigation=bool(draft.home_path),
        )
        year = day_of(self.context.as_of).year
        names = (*path, *(one.text for one in sightings))
        demanded = column.rule is not None and column.rule.local_period and not column.rule.evergreen
        column.archive = not demanded and (
            column.type == "topic" or any(self.vocabulary.is_archive_name(one, year) for one in names)
        )
        if page is not None:
            self._fill(column, page)
        elif not column.external:
            self._explain(column)
        return column

    def _arrival(self, url: str, page: StoredPage | None) -> str:
        """Where a visitor of ``url`` ends: a column that redirects to another site is that site's."""
        if page is not None:
            return page.final_url
        looks = self.context.looks.get(url)
        return (looks[-1].final_url or url) if looks and self.context.scope.owns(url) else url

    def _recognised(self, sightings: tuple[Sighting, ...]) -> Recognised | None:
        """The vocabulary's column for the names that visitors see; a label counts only where no name is shown.

        A name that is only nearly one of the vocabulary's can excuse a column from updates, never hold it to them.
        """
        shown = [one for one in sightings if one.place is not Place.LABEL] or list(sightings)
        for sighting in shown:
            match = self.vocabulary.match(sighting.text, self.words)
            if match is not None:
                return Recognised(match, sighting)
        for sighting in shown:
            match = self.vocabulary.match_nearly(sighting.text, self.words)
            if match is not None and match.rule.evergreen:
                return Recognised(match, sighting)
        return None

    def _explain(self, column: Column) -> None:
        looks = self.context.looks.get(column.url)
        if not looks:
            column.unread = unvisited_reason(self.context, column.url)
            return
        if looks[-1].status in {404, 410}:
            column.missing = True
        else:
            column.unread = reason_of(looks[-1])

    def _fill(self, column: Column, page: StoredPage) -> None:
        pages = self._continuations(page) if page.reading.kind in LIST_KINDS else [page]
        column.kind = page.reading.kind
        column.pages_read = tuple(one.url for one in pages)
        column.scripted = any(_LIST_PARTS.intersection(one.reading.scripted) for one in pages)
        column.empty_text = page.reading.empty_text
        column.framed = any(link.tag == Tag.FRAME for link in self.context.facts.links(page.url_id))
        following = pages[-1].reading.next_page
        if following and address_key(following) not in {address_key(one.url) for one in pages}:
            column.more_unread = self._why_unread(following)
        elif "more" in pages[-1].reading.scripted:
            column.more_unread = Reason.BROWSER_NEEDED
        column.items = tuple(
            self._item(item) for one in pages for item in one.reading.items if self._is_entry(item)
        )
        self._date(column)

    def _is_entry(self, item: Item) -> bool:
        """A menu of sub-columns beside the list looks like a list without dates."""
        if item.date or not item.url:
            return bool(item.title.strip())
        key = address_key(item.url)
        return bool(item.title.strip()) and key not in self.home and not self._is_known_column(key)

    def _is_known_column(self, key: str) -> bool:
        return key in self.drafts and self._is_column(key)

    def _why_unread(self, url: str) -> Reason | None:
        looks = self.context.looks.get(url)
        if not looks:
            return unvisited_reason(self.context, url)
        return None if looks[-1].status in {404, 410} or looks[-1].opened else reason_of(looks[-1])

    def _item(self, item: Item) -> ColumnItem:
        day = as_day(item.date)
        if day is not None:
            return ColumnItem(item.title, item.url, day, DateOrigin.LIST)
        page = self.pages.get(address_key(item.url)) if item.url else None
        if page is None:
            unread = self._why_unread(item.url) if item.url and self.context.scope.owns(item.url) else None
            return ColumnItem(item.title, item.url, None, None, unread=unread)
        if page.reading.published is None:
            return _undated(item, page.reading)
        day = as_day(page.reading.published.value)
        return ColumnItem(item.title, item.url, day, DateOrigin.ARTICLE)

    def _date(self, column: Column) -> None:
        today = day_of(self.context.as_of)
        dated = [(one.day, one) for one in column.items if one.day is not None]
        column.future = any(day > today for day, _ in dated)
        candidates = [
            Newest(day, item.origin or DateOrigin.LIST, item.title, item.url)
            for day, item in dated
            if day <= today
        ]
        if column.key in self.newest_article:
            candidates.append(self.newest_article[column.key])
        column.newest = max(candidates, key=lambda one: one.day, default=None)

    def _newest_articles(self) -> dict[str, Newest]:
        """Column → the newest article that says by its breadcrumb or address that it belongs there, whether or not
        the list was understood."""
        today = day_of(self.context.as_of)
        found: dict[str, Newest] = {}
        for page in self.context.pages:
            if page.kind not in _ARTICLE_KINDS:
                continue
            published = page.reading.published
            if published is None:
                continue
            day = as_day(published.value)
            if day is None or day > today:
                continue
            title = page.reading.heading or page.reading.title
            newest = Newest(day, DateOrigin.ARTICLE, title, page.url)
            for key in _columns_above(page):
                if key not in found or found[key].day < day:
                    found[key] = newest
        return found


def _undated(item: Item, reading: Reading) -> ColumnItem:
    """An entry whose own page was read and says no day that counts."""
    silent = reading.kind in _TEXT_KINDS and not (
        item.date_text or reading.date_like or {"page", "list"} & {*reading.scripted}
    )
    return ColumnItem(item.title, item.url, None, None, undated_page=silent)


def _columns_above(page: StoredPage) -> set[str]:
    """Keys of the columns that an article is in: those of its trail and the folders of its address."""
    keys = {address_key(crumb.url) for crumb in page.reading.breadcrumb if crumb.url}
    folder = own_identity(page.final_url).partition("?")[0].rpartition("/")[0]
    while "/" in folder:
        keys.add(f"{folder}/")
        folder = folder.rpartition("/")[0]
    return keys


def site_words(context: Context) -> tuple[str, ...]:
    """Words by which the site speaks of itself, from the registry and its own label."""
    names = [context.site.name, context.site.region, context.site.sponsor]
    for page in front_pages(context):
        names += [label.content for label in page.reading.labels if label.name.lower() == "sitename"]
        if not context.site.name:
            names.append(page.reading.title)
    return place_words(*names)


def _column_label(page: StoredPage) -> str:
    return next((one.content.strip() for one in page.reading.labels if one.name.lower() == "columnname"), "")


def _shown_name(sightings: Iterable[Sighting]) -> str:
    order = list(Place)
    return min(sightings, key=lambda one: order.index(one.place)).text


def _mark_relations(columns: list[Column]) -> None:
    """Parents, and which column is the topmost of its kind in the navigation."""
    by_path = {column.path: column for column in columns if not column.external}
    types_below: dict[tuple[str, ...], set[str]] = {}
    for column in columns:
        for end in range(1, len(column.path)):
            types_below.setdefault(column.path[:end], set()).add(column.type)
    for column in columns:
        column.has_children = column.path in types_below
        column.children_types = frozenset(types_below.get(column.path, ()))
        above = [by_path.get(column.path[:end]) for end in range(1, len(column.path))]
        same_type = [one for one in above if one is not None and one.type == column.type]
        column.first_level = (
            column.in_navigation and len(column.path) <= _NAV_LEVELS and bool(column.type) and not same_type
        )
        for one in same_type:
            _tell_above(column, one)


def _tell_above(column: Column, above: Column) -> None:
    if column.newest is not None and (
        above.newest_below is None or above.newest_below.day < column.newest.day
    ):
        above.newest_below = column.newest
    if above.unread_below is None:
        above.unread_below = column.unread or (Reason.BROWSER_NEEDED if column.scripted else None)
