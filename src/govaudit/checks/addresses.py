"""Pages by address as a visitor reaches them: whatever the scheme, ``www.``, index file or redirect."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from operator import itemgetter
from typing import TYPE_CHECKING

from govaudit.inspection.facts import PageKind
from govaudit.inspection.urls import index_file_of, own_identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.site_facts import Pages


def address_key(url: str) -> str:
    """The part of an address by which a page or column is known: no scheme, ``www.`` or index file."""
    identity = own_identity(url)
    return identity.removesuffix(index_file_of(identity))


def page_at(context: Context, url: str) -> StoredPage | None:
    """The page that a visitor of ``url`` sees, if it was read and is one for visitors."""
    return context.derived(pages_by_address).get(address_key(url)) if url else None


class PagesByAddress:
    """Key of an address → the page behind it. Takes twelve bytes a page, whatever the length of addresses."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        pairs = sorted(_keyed(pages), key=itemgetter(0))
        self._hashes = array("q", (one for one, _ in pairs))
        self._places = array("I", (place for _, place in pairs))
        self._leading: dict[str, StoredPage] = {}

    def lead(self, url: str, to: str) -> None:
        """Let the address ``url`` stand for the page behind ``to``, if there is one and ``url`` is no page itself."""
        key = address_key(url)
        if key not in self and (page := self.get(address_key(to))) is not None:
            self._leading[key] = page

    def get(self, key: str) -> StoredPage | None:
        """The page with that key."""
        wanted = hash(key)
        at = bisect_left(self._hashes, wanted)
        while at < len(self._hashes) and self._hashes[at] == wanted:
            page = self._pages[self._places[at]]
            if key in {address_key(page.url), address_key(page.final_url)}:
                return page
            at += 1
        return self._leading.get(key)

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None


def _keyed(pages: Pages) -> Iterator[tuple[int, int]]:
    for place, page in enumerate(pages):
        yield hash(address_key(page.url)), place
        if page.final_url != page.url:
            yield hash(address_key(page.final_url)), place


def pages_by_address(context: Context) -> PagesByAddress:
    """Key of an address → the page behind it, redirects and pages that only lead on followed."""
    pages = PagesByAddress(context.pages)
    for url, looks in context.looks.items():
        final = looks[-1].final_url
        if final and final != url and looks[-1].opened:
            pages.lead(url, final)
    for stub in context.facts.pages(PageKind.STUB):
        if stub.reading.refresh:
            pages.lead(stub.url, stub.reading.refresh)
    return pages
