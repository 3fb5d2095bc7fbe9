"""Where the references to a target stand: in a template or on single pages, on the home page or elsewhere."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from govaudit.checks.home import front_pages, home_addresses
from govaudit.inspection.facts import PageKind, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.context import Context, Reference

LEAST_OF_TEMPLATE = 5
"""So many pages of one kind at least, and half of them all, hold what a template writes."""

LEAST_OF_GATEWAY = 3
"""A home page that leads to so many columns, shows nothing dated and links no article is a gateway."""

_DATED_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})
_CLICKED = frozenset({Tag.A, Tag.AREA})


def pages_of_kinds(context: Context) -> Counter[str]:
    """How many own pages of each kind refer to something."""
    return Counter(str(page.kind) for page, _ in context.facts.references() if context.scope.owns(page.url))


def spread_of(context: Context, references: Iterable[Reference]) -> str:
    """``template``: a large part of all pages of a kind hold it; ``pages``: it stands on single pages."""
    totals = context.derived(pages_of_kinds)
    kinds = Counter(kind for _, kind in {(one.page, one.kind) for one in references})
    written = any(count >= LEAST_OF_TEMPLATE and 2 * count >= totals[kind] for kind, count in kinds.items())
    return "template" if written else "pages"


def counted_as_home(context: Context) -> frozenset[str]:
    """Pages whose faults count as those of the home page: its own addresses, and the second-level pages where it is
    a gateway that says nothing itself."""
    home = home_addresses(context)
    front = front_pages(context)
    if not front or any(item.date for page in front for item in page.reading.items):
        return home
    linked = {
        link.url
        for page in front
        for link in context.facts.links(page.url_id)
        if link.tag in _CLICKED and link.url and context.scope.owns(link.url)
    }
    second = [page for page in context.pages if page.url in linked]
    columns = [page for page in second if page.reading.kind is PageKind.COLUMN]
    if len(columns) < LEAST_OF_GATEWAY or any(page.reading.kind in _DATED_KINDS for page in second):
        return home
    return home.union(*({page.url, page.final_url} for page in second))
