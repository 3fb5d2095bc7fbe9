"""Pages one and two clicks from the home page, opened over IPv6 alone.

Two probes of the kind ``ipv6-level``. Subject: the home page. Result: ``level`` (2: linked from the home page, 3:
linked from those), ``population``: different own addresses on that level, ``whole``: all of them were looked at,
``pages``: in the order in which they were drawn, each ``{"url", "ipv6", "ipv4"}`` with the visits ``{"opened",
"status", "reason", "step", "error", "address", "at"}``; ``ipv4`` is the control and null for what opened over IPv6.

Only what the crawl itself opened, and what stayed on the site then, is asked for. What fails is looked at once more
after all others, over a new connection, and right after that over IPv4.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

from govaudit.crawler.probes.steps import error_of, step_of
from govaudit.inspection.facts import Lane, PageKind, Probe, Tag
from govaudit.inspection.urls import own_identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from govaudit.crawler.downloader.visit import Visitor
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Fetch
    from govaudit.inspection.site_facts import SiteFacts

KIND = "ipv6-level"
SECOND, THIRD = 2, 3
_CLICKED = frozenset({Tag.A, Tag.AREA})
_MOST_LINKING_PAGES = 1_000


def drawn_levels(
    facts: SiteFacts, home: str, owns: Callable[[str], bool], sizes: dict[int, int]
) -> dict[int, Drawn]:
    """Level → what is asked for; ``sizes``: how many pages of each."""
    homepage = facts.page(home) or next(facts.pages(PageKind.HOME), None)
    if homepage is None:
        return {}
    known = {own_identity(url) for url in (home, homepage.url, homepage.final_url)}
    second = _new_links(facts, [homepage], owns, known)
    known |= second.keys()
    linking = (facts.page(url) for url in sorted(second.values())[:_MOST_LINKING_PAGES])
    third = _new_links(facts, (page for page in linking if page is not None), owns, known)
    return {
        level: Drawn(facts, level, list(links.values()), owns, sizes[level])
        for level, links in ((SECOND, second), (THIRD, third))
        if sizes[level]
    }


def _new_links(
    facts: SiteFacts, pages: Iterable[StoredPage], owns: Callable[[str], bool], known: set[str]
) -> dict[str, str]:
    """Own addresses that visitors can click on ``pages``, by what identifies them."""
    found: dict[str, str] = {}
    for page in pages:
        for link in facts.links(page.url_id):
            if link.tag in _CLICKED and link.url is not None and owns(link.url):
                identity = own_identity(link.url)
                if identity not in known:
                    found.setdefault(identity, link.url)
    return found


class Drawn:
    """The addresses of one level that are asked for: a seeded sample of those that the crawl opened."""

    def __init__(
        self, facts: SiteFacts, level: int, urls: Sequence[str], owns: Callable[[str], bool], size: int
    ) -> None:
        self.level = level
        self.population = len(urls)
        self.urls: list[str] = []
        choice = random.Random(f"{facts.plan.seed}\n{KIND} {level}")  # noqa: S311 - repeatable on purpose
        self.whole = True
        for url in choice.sample(sorted(urls), len(urls)):
            if len(self.urls) >= size:
                self.whole = False
                break
            looks = facts.looks(url)
            if looks and looks[-1].opened and owns(looks[-1].final_url):
                self.urls.append(url)


async def open_level(drawn: Drawn, home: str, six: Visitor, four: Visitor, slots: int) -> Probe | None:
    """Open what was drawn. ``None``: the crawl is ending, or IPv6 went away altogether."""
    gate = asyncio.Semaphore(slots)

    async def look(visitor: Visitor, url: str, number: int) -> Fetch | None:
        async with gate:
            visit = await visitor.visit(url, Lane.PAGE, look=number, limit=_LIMIT)
            return None if visit.stopped else visit.fetch

    async def again(url: str) -> tuple[Fetch | None, Fetch | None]:
        fetch = await look(six, url, 2)
        if fetch is None or fetch.opened:
            return fetch, None
        return fetch, await look(four, url, 2)

    first = await asyncio.gather(*(look(six, url, 1) for url in drawn.urls))
    failed = [url for url, fetch in zip(drawn.urls, first, strict=True) if fetch and not fetch.opened]
    controls = dict(zip(failed, await asyncio.gather(*map(again, failed)), strict=True))
    pages: list[dict[str, Any]] = []
    for url, fetch in zip(drawn.urls, first, strict=True):
        last, control = controls.get(url, (fetch, None))
        if last is None or (not last.opened and control is None):
            return None
        pages.append({"url": url, "ipv6": _told(last), "ipv4": None if control is None else _told(control)})
    return Probe(
        kind=KIND,
        subject=home,
        at=pages[0]["ipv6"]["at"] if pages else 0.0,
        result={
            "level": drawn.level,
            "population": drawn.population,
            "whole": drawn.whole,
            "pages": pages,
        },
    )


_LIMIT = 65_536
"""Bytes of a page that are read: small packets pass where large ones are lost, so a beginning is not enough."""


def _told(fetch: Fetch) -> dict[str, Any]:
    return {
        "opened": fetch.opened,
        "status": fetch.status,
        "reason": fetch.reason.value if fetch.reason else "",
        "step": step_of(fetch),
        "error": error_of(fetch),
        "address": fetch.address,
        "at": fetch.at,
    }
