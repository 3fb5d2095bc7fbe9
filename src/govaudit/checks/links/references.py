"""The places at which chosen references stand."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from govaudit.checks.context import Reference
from govaudit.checks.links.survey import own_references
from govaudit.inspection.facts import Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Link

CLICKED = frozenset({Tag.A, Tag.AREA})


def references_where(context: Context, key_of: Callable[[Link], str]) -> dict[str, list[Reference]]:
    """References of own pages by a key, those with an empty key left out. Each different reference is looked at
    once, and the pages only where some were chosen."""
    chosen = {number: (key, link) for number, link in context.facts.every_anchor() if (key := key_of(link))}
    found: dict[str, list[Reference]] = defaultdict(list)
    if chosen:
        for page, numbers in own_references(context):
            for number in numbers:
                if number in chosen:
                    key, link = chosen[number]
                    found[key].append(Reference(page.url, page.depth, link, page.kind))
    return dict(sorted(found.items()))


def references_to(context: Context, urls: Collection[str]) -> dict[str, list[Reference]]:
    """References by the address that they lead to, of those in ``urls`` that a visitor clicks."""
    if not urls:
        return {}

    def key_of(link: Link) -> str:
        return link.url if link.url is not None and link.tag in CLICKED and link.url in urls else ""

    return references_where(context, key_of)
