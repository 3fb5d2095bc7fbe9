"""Which pages a browser opens: not the whole site, but enough of every template, and every list."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from govaudit.inspection.facts import PageKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from govaudit.inspection.fact_tables import ScriptedPage

SAMPLES = 3
"""Pages of one template that show what its scripts write on all of them."""
_LIST_KINDS = frozenset(
    [
        PageKind.HOME,
        PageKind.COLUMN,
        PageKind.MESSAGE_BOARD,
        PageKind.DISCLOSURE_PLATFORM,
        PageKind.SEARCH,
        PageKind.OTHER,
    ]
)
_NO_PAGES = frozenset([PageKind.ERROR, PageKind.CHALLENGE])

Family = tuple[str, PageKind, tuple[str, ...], int, str, bool]


def chosen(
    pages: Iterable[ScriptedPage], *, in_navigation: Callable[[str], bool], most: int
) -> list[ScriptedPage]:
    """The pages to open, at most ``most`` (0: no limit), in the order in which they are worth it: the home page,
    columns, samples of every template, further lists.

    ``pages``: as the store holds them, with those that were opened before.
    """
    wanted = _wanted(pages, in_navigation)
    ordered = heapq.nsmallest(most, wanted) if most else sorted(wanted)
    return [page for *_, page in ordered]


def may_be_opened(page: ScriptedPage) -> bool:
    """Whether there is something to see: not on error pages, nor where a page only leads on or frames another."""
    return page.kind not in _NO_PAGES and (page.kind is not PageKind.STUB or "page" in page.parts)


def _wanted(
    pages: Iterable[ScriptedPage], in_navigation: Callable[[str], bool]
) -> Iterator[tuple[int, int, str, ScriptedPage]]:
    seen: Counter[Family] = Counter()
    for page in pages:
        if not may_be_opened(page):
            continue
        family = family_of(page)
        seen[family] += 1
        if page.rendered:
            continue
        rank = _rank(page, sample=seen[family] <= SAMPLES, in_navigation=in_navigation)
        if rank is not None:
            yield rank, page.depth, page.url, page


def _rank(page: ScriptedPage, *, sample: bool, in_navigation: Callable[[str], bool]) -> int | None:
    """Lower is opened earlier; ``None``: not at all."""
    if page.kind is PageKind.HOME:
        return 0
    whole = "page" in page.parts or ("list" in page.parts and page.kind in _LIST_KINDS)
    if whole and (page.kind is not PageKind.OTHER or in_navigation(page.url)):
        return 1
    if sample:
        return 2
    return 3 if whole else None


def unexpected_families(pages: Iterable[ScriptedPage]) -> set[Family]:
    """Templates whose marks a browser showed although nothing in their source told of the script that writes them."""
    return {family_of(page) for page in pages if page.newly_marked and "footer" not in page.parts}


def family_of(page: ScriptedPage) -> Family:
    """What pages of one template have in common: host, kind, scripted parts, and the shape of the address."""
    parts = urlsplit(page.url)
    name = parts.path.rpartition("/")[2]
    extension = name.rpartition(".")[2] if "." in name else ""
    numbered = any(character.isdigit() for character in name + parts.query)
    return (parts.netloc, page.kind, page.parts, parts.path.count("/"), extension, numbered)
