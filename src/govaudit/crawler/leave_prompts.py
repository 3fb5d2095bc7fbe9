"""Whether pages tell their visitors that a link leads away from the site.

A probe of the kind ``leave-prompt`` for some pages with links to other sites. Subject: the page; result: ``words`` (of
a prompt in the page or its scripts, empty when there are none), ``guarded`` (links as written that carry code of their
own), ``handlers`` (code may take hold of links, or load more), ``unread`` (own scripts that could not be read) and
``clicked`` (link as written → what became of a click in a browser: ``asked``, ``held`` or ``went``).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.page_text import tree_of
from govaudit.crawler.rules.tables import leave_prompts
from govaudit.inspection.facts import Lane, PageKind, Probe, Tag
from govaudit.inspection.urls import canonical, hostname_of, resolve, without_fragment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from selectolax.lexbor import LexborHTMLParser

    from govaudit.crawler.browser.renderer import Click, View
    from govaudit.crawler.downloader.visit import Visitor
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Link
    from govaudit.inspection.site_facts import SiteFacts

    Read = Callable[[View], Awaitable[None]]

KIND = "leave-prompt"
MOST_PAGES = 40
MOST_SCRIPTS = 20
MOST_OPENED = 8
"""Pages whose scripts leave it open and that a browser opens."""
MOST_CLICKED = 8
"""Links of one page that are clicked there."""
_SEARCHED = 2_000
"""So many pages, nearest to the home page first, are searched for links to sites that no earlier page links."""
_LONGEST = 524_288
_NOT_READ = frozenset({PageKind.ERROR, PageKind.CHALLENGE, PageKind.STUB})


async def look_for_prompts(
    facts: SiteFacts, visitor: Visitor, *, owns: Callable[[str], bool], may_read: Callable[[str], bool],
    look: Callable[[str, Read], Awaitable[View | None]],
) -> list[Probe]:  # fmt: skip
    """Read pages that link other sites, and the scripts they load. ``look``: opens a page in a browser, if there is
    one: links are clicked there whose fate the scripts leave open."""
    scripts = _Scripts(visitor, owns, may_read)
    leaving = _pages(facts, owns)
    probes = [await _probe(facts, page, scripts) for page in leaving]
    if any(probe.result["words"] for probe in probes):
        return probes
    seen: set[str] = set()
    opened = 0
    for page, probe in zip(leaving, probes, strict=True):
        links = [
            one for one in _leaving(facts, page, owns) if _is_open(probe, one) and _host(one) not in seen
        ]
        if links and opened < MOST_OPENED:
            opened += 1
            if not await _click(probe, links[:MOST_CLICKED], look, owns):
                break
            seen.update(map(_host, links[:MOST_CLICKED]))
    return probes


def _is_open(probe: Probe, link: Link) -> bool:
    """Whether what the page's scripts do about a link cannot be read from them."""
    guarded = probe.result["guarded"]
    return bool(
        probe.result["handlers"]
        or probe.result["unread"]
        or (isinstance(guarded, list) and link.raw in guarded)
    )


async def _click(
    probe: Probe,
    links: list[Link],
    look: Callable[[str, Read], Awaitable[View | None]],
    owns: Callable[[str], bool],
) -> bool:
    """Click links in a browser. ``False``: there is none."""
    clicked: dict[str, str] = {}

    async def read(view: View) -> None:
        if not view.complete:
            return
        for link in links:
            click = await view.clicked(link.raw, leave_prompts().words)
            if click is not None:
                clicked[link.raw] = fate_of(click, link.url or "", owns)

    view = await look(probe.subject, read)
    probe.result["clicked"] = clicked
    return view is not None


def fate_of(click: Click, target: str, owns: Callable[[str], bool]) -> str:
    """``asked``: the visitor was told; ``went``: the browser would have left for ``target`` at once; ``held``: the page
    did something else, such as to lead to a page of its own."""
    if click.asked:
        return "asked"
    ways = [canonical(one) or "" for one in (click.opened if click.held or click.opened else (click.leads,))]
    if ways and all(hostname_of(one) == hostname_of(target) and not owns(one) for one in ways):
        return "went"
    return "held"


def _host(link: Link) -> str:
    return hostname_of(link.url or "")


def _leaving(facts: SiteFacts, page: StoredPage, owns: Callable[[str], bool]) -> list[Link]:
    """One link of a page to each site that is not of the government."""
    found: dict[str, Link] = {}
    for link in facts.links(page.url_id):
        if link.tag == Tag.A and link.url and not owns(link.url) and not _is_governments(_host(link)):
            found.setdefault(_host(link), link)
    return list(found.values())


def _is_governments(host: str) -> bool:
    return any(host == ending or host.endswith(f".{ending}") for ending in leave_prompts().governments)


def _pages(facts: SiteFacts, owns: Callable[[str], bool]) -> list[StoredPage]:
    """Pages that link sites which none before them links."""
    found: list[StoredPage] = []
    linked: set[str] = set()
    for place, page in enumerate(facts.pages()):
        if place >= _SEARCHED or len(found) >= MOST_PAGES:
            break
        if page.reading.kind in _NOT_READ or not owns(page.url):
            continue
        hosts = set(map(_host, _leaving(facts, page, owns)))
        if not hosts <= linked:
            linked |= hosts
            found.append(page)
    return found


async def _probe(facts: SiteFacts, page: StoredPage, scripts: _Scripts) -> Probe:
    rendering = facts.rendering(page.url) if page.in_browser else None
    if rendering is not None and rendering[1]:
        tree = tree_of(rendering[1], "utf-8")
    else:
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
        "handlers": any(pattern.search(together) for pattern in _handlers())
        or bool(tree.css("[onclick] a[href], [onmousedown] a[href], a[onmousedown]")),
        "unread": unread,
        "clicked": {},
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
