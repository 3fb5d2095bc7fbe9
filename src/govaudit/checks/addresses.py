"""Pages by address as a visitor reaches them: whatever the scheme, ``www.``, index file or redirect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.inspection.facts import PageKind
from govaudit.inspection.urls import own_identity

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_INDEX_FILE = re.compile(r"/(?:index|default|main)\.(?:s?html?|jsp|jspx|php|aspx?|do)$", re.IGNORECASE)


def address_key(url: str) -> str:
    """The part of an address by which a page or column is known: no scheme, ``www.`` or index file."""
    return _INDEX_FILE.sub("/", own_identity(url))


def page_at(context: Context, url: str) -> StoredPage | None:
    """The page that a visitor of ``url`` sees, if it was read and is one for visitors."""
    return context.derived(pages_by_address).get(address_key(url)) if url else None


def pages_by_address(context: Context) -> dict[str, StoredPage]:
    """Key of an address → the page behind it, redirects and pages that only lead on followed."""
    pages: dict[str, StoredPage] = {}
    for page in context.pages:
        pages.setdefault(address_key(page.url), page)
        pages.setdefault(address_key(page.final_url), page)
    for url, looks in context.looks.items():
        final = looks[-1].final_url
        if final and final != url and looks[-1].opened and (page_behind := pages.get(address_key(final))):
            pages.setdefault(address_key(url), page_behind)
    for stub in context.facts.pages(PageKind.STUB):
        if stub.reading.refresh and (page_behind := pages.get(address_key(stub.reading.refresh))):
            pages.setdefault(address_key(stub.url), page_behind)
    return pages
