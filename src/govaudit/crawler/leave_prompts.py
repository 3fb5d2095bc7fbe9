"""Whether pages tell their visitors that a link leads away from the site.

A probe of the kind ``leave-prompt`` for some pages with links to other sites. Subject: the page; result: ``words`` (of
a prompt in the page or its scripts, empty when there are none), ``guarded`` (links as written that carry code of their
own), ``handlers`` (some script takes hold of links in general) and ``unread`` (own scripts that could not be read).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.page_text import tree_of
from govaudit.crawler.rules.tables import leave_prompts
from govaudit.inspection.facts import Lane, PageKind, Probe, Tag
from govaudit.inspection.urls import hostname_of, resolve, without_fragment

if TYPE_CHECKING:
    from collections.abc import Callable

    from selectolax.lexbor import LexborHTMLParser

    from govaudit.crawler.downloader.visit import Visitor
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.site_facts import SiteFacts

KIND = "leave-prompt"
MOST_PAGES = 12
MOST_SCRIPTS = 12
_SEARCHED = 500
"""So many pages, nearest to the home page first, are searched for links to other sites."""
_LONGEST = 524_288
_NOT_READ = frozenset({PageKind.ERROR, PageKind.CHALLENGE, PageKind.STUB})


async def look_for_prompts(
    facts: SiteFacts, visitor: Visitor, *, owns: Callable[[str], bool], may_read: Callable[[str], bool]
) -> list[Probe]:
    """Read the pages of each kind that are nearest to the home page, and the scripts they load."""
    scripts = _Scripts(visitor, owns, may_read)
    return [await _probe(facts, page, scripts) for page in _pages(facts, owns)]


def _pages(facts: SiteFacts, owns: Callable[[str], bool]) -> list[StoredPage]:
    found: list[StoredPage] = []
    for place, page in enumerate(facts.pages()):
        if place >= _SEARCHED or len(found) >= MOST_PAGES:
            break
        if page.reading.kind in _NOT_READ or not owns(page.url):
            continue
        if any(link.tag == Tag.A and link.url and not owns(link.url) for link in facts.links(page.url_id)):
            found.append(page)
    return found


async def _probe(facts: SiteFacts, page: StoredPage, scripts: _Scripts) -> Probe:
    tree = tree_of(facts.body(page.url) or b"", page.reading.charset.used)
    code = [node.text() for node in tree.css("script:not([src])")]
    addresses = [node.attributes.get("src") or "" for node in tree.css("script[src]")]
    unread = 0
    for address in addresses:
        text = await scripts.text(resolve(page.reading.base or page.final_url, address) or "")
        if text is None:
            unread += 1
        else:
            code.append(text)
    together = "\n".join(code)
    result: dict[str, object] = {
        "words": _prompt_in(together) or _prompt_in(tree.html or ""),
        "guarded": _guarded(tree),
        "handlers": any(pattern.search(together) for pattern in _handlers()),
        "unread": unread,
    }
    return Probe(kind=KIND, subject=page.url, at=facts.state.started_at, result=result)


class _Scripts:
    """Texts of scripts, each asked for once; known libraries count as read and say nothing."""

    def __init__(
        self, visitor: Visitor, owns: Callable[[str], bool], may_read: Callable[[str], bool]
    ) -> None:
        self._visitor = visitor
        self._owns = owns
        self._may_read = may_read
        self._known: dict[str, str | None] = {}

    async def text(self, url: str) -> str | None:
        """What the script says; ``None`` when nobody could or may read it."""
        url = without_fragment(url)
        if any(name in url.rpartition("/")[2].lower() for name in leave_prompts().libraries):
            return ""
        if url in self._known:
            return self._known[url]
        asked = sum(text is not None for text in self._known.values())
        if asked >= MOST_SCRIPTS or not hostname_of(url) or not self._owns(url) or not self._may_read(url):
            return None
        visit = await self._visitor.visit(url, Lane.RESOURCE, limit=_LONGEST)
        whole = visit.fetch.opened and not visit.fetch.truncated and not visit.stopped
        self._known[url] = visit.body.decode("utf-8", errors="replace") if whole else None
        return self._known[url]


def _guarded(tree: LexborHTMLParser) -> list[str]:
    return sorted({node.attributes.get("href") or "" for node in tree.css("a[href][onclick]")})


def _prompt_in(text: str) -> str:
    lowered = text.lower()
    return next((word for word in leave_prompts().words if word.lower() in lowered), "")


@cache
def _handlers() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in leave_prompts().handlers)
