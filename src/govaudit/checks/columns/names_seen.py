"""Every short text of a site that may be a column's name, and what of the site was not read for names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.addresses import address_key
from govaudit.checks.columns.tree import LIST_KINDS, Place, Sighting, column_tree
from govaudit.checks.home import front_pages
from govaudit.inspection.facts import MarkKind, PageKind, Tag
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_LONGEST_NAME = 14
_CLICKED = frozenset({Tag.A, Tag.AREA, Tag.SCRIPTED})
_NAMING_PARTS = frozenset({"navigation", "page", "list"})
_SITE_MAP = "网站地图"
_FEWEST_NAMES = 3
"""A home page with fewer readable names shows its navigation in a way that was not understood."""


@dataclass(frozen=True, slots=True)
class NamesSeen:
    """``texts``: folded → as written and where first seen, nearest page first. ``places``: addresses that were
    searched. ``unread``: why a place where a name may stand was not read, with its address."""

    texts: dict[str, Sighting]
    places: tuple[str, ...]
    unread: tuple[Reason, str] | None


def names_seen(context: Context) -> NamesSeen:
    """Look through navigation, headings, crumbs and labels of all pages, and the links of the home page, the
    pages that its navigation offers, and the site map."""
    front = front_pages(context)
    main = _main_pages(context, front)
    texts: dict[str, Sighting] = {}
    for text, place, page in _texts(context, main):
        folded = fold(text)
        if 0 < len(folded) <= _LONGEST_NAME and folded not in texts:
            texts[folded] = Sighting(text.strip(), place, page)
    return NamesSeen(texts, tuple(page.url for page in main), _unread(context, front, main, texts))


def _main_pages(context: Context, front: tuple[StoredPage, ...]) -> list[StoredPage]:
    tree = context.derived(column_tree)
    wanted = {column.key for column in tree.own() if column.in_navigation}
    wanted |= {
        address_key(mark.url)
        for page in front
        for mark in page.reading.marks
        if mark.kind is MarkKind.SITE_MAP and mark.url
    }
    wanted |= {column.key for column in tree.own() if column.canonical == _SITE_MAP}
    front_keys = {page.url for page in front}
    others = [
        page
        for page in context.pages
        if page.url not in front_keys
        and page.kind not in {PageKind.ARTICLE, PageKind.DOCUMENT}
        and (address_key(page.url) in wanted or address_key(page.final_url) in wanted)
    ]
    return [*front, *others]


def _texts(context: Context, main: list[StoredPage]) -> Iterator[tuple[str, Place, str]]:
    known: set[int] = set()
    for page in context.pages:
        reading = page.reading
        if page.menu is not None and page.menu not in known:
            known.add(page.menu)
            for entry in reading.navigation:
                yield from ((text, Place.NAVIGATION, page.url) for text in entry.path)
        yield from ((crumb.text, Place.BREADCRUMB, page.url) for crumb in reading.breadcrumb)
        for label in reading.labels:
            if label.name.lower() == "columnname":
                yield label.content, Place.LABEL, page.url
        if reading.kind in LIST_KINDS or reading.kind is PageKind.OTHER:
            yield reading.heading, Place.HEADING, page.url
        yield from ((item.heading, Place.BLOCK, page.url) for item in reading.items)
    for page in main:
        links = context.facts.links(page.url_id)
        yield from ((link.text, Place.LINK, page.url) for link in links if link.tag in _CLICKED)
    for column in context.derived(column_tree).columns:
        yield from ((sighting.text, sighting.place, sighting.page) for sighting in column.seen)


def _unread(
    context: Context, front: tuple[StoredPage, ...], main: list[StoredPage], texts: dict[str, Sighting]
) -> tuple[Reason, str] | None:
    for page in main:
        if _NAMING_PARTS.intersection(page.reading.scripted):
            return Reason.BROWSER_NEEDED, page.url
    for column in context.derived(column_tree).own():
        if column.in_navigation and column.unread is not None:
            return column.unread, column.url
    if front and (len(texts) < _FEWEST_NAMES or _speaks_in_pictures(context, front)):
        return Reason.PARSE, front[0].url
    return None


def _speaks_in_pictures(context: Context, front: tuple[StoredPage, ...]) -> bool:
    """Whether the home page leads on by links without text to pages that were not read: names drawn in pictures."""
    named = {
        address_key(link.url)
        for page in front
        for link in context.facts.links(page.url_id)
        if link.url and link.text.strip()
    }
    drawn = {
        address_key(link.url)
        for page in front
        for link in context.facts.links(page.url_id)
        if link.tag in _CLICKED and link.url and not link.text.strip() and context.scope.owns(link.url)
    } - named
    return bool(drawn) and not drawn <= {
        key for page in context.pages if (key := address_key(page.url)) in drawn
    }
