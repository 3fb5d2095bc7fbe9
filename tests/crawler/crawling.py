"""Crawls of a test server, and a look at what they stored."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from govaudit.crawler.crawl import crawl
from govaudit.inspection.fact_store import SiteFacts
from govaudit.inspection.facts import Charset, Lane, Link, MenuEntry, PageKind, RawLink, Reading, Skipped, Tag
from govaudit.inspection.run import BEIJING, Budget, CrawlPlan, CrawlState, Network, Progress
from govaudit.inspection.site import Site
from govaudit.inspection.urls import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.inspection.facts import Fetch

AS_OF = datetime(2026, 11, 22, 12, tzinfo=BEIJING)
QUICK = Network(rate=0, allow_private=True, connect_timeout=5, timeout=5)

_LINK = re.compile(
    r"""<(?:(?P<tag>a|img|link|script|iframe)\b[^>]*?\b(?:href|src)="(?P<raw>[^"]*)"[^>]*>(?P<text>[^<]*)
        |base\ href="(?P<base>[^"]*)"|nav\ href="(?P<nav>[^"]*)">)""",
    re.VERBOSE,
)
_TAGS = {"a": Tag.A, "img": Tag.IMAGE, "link": Tag.STYLE, "script": Tag.SCRIPT, "iframe": Tag.FRAME}


def read_simply(
    body: bytes, url: str, content_type: str = "", *, home: bool = False
) -> tuple[Reading, list[RawLink]]:
    """References, base, charset and navigation (``<nav href>``) of a page written for a test."""
    declared = re.search(r"charset=([\w-]+)", content_type) or re.search(rb"charset=([\w-]+)", body[:500])
    name = declared.group(1) if declared else "utf-8"
    charset = name.decode() if isinstance(name, bytes) else name
    text = body.decode(charset, errors="replace")
    links, base, menu = [], "", []
    for found in _LINK.finditer(text):
        if found["base"]:
            base = resolve(url, found["base"]) or ""
        elif found["nav"]:
            menu.append(MenuEntry("栏目", resolve(url, found["nav"]) or "", ("栏目",)))
            links.append(RawLink(Tag.A, found["nav"], "栏目"))
        else:
            links.append(RawLink(_TAGS[found["tag"]], found["raw"], found["text"].strip()))
    wall = "check-browser" if "<!--challenge-->" in text else ""
    kind = PageKind.CHALLENGE if wall else PageKind.HOME if home else PageKind.OTHER
    reading = Reading(kind, (), "题", Charset(charset), navigation=tuple(menu), challenge=wall, base=base)
    return reading, links


@dataclass
class Crawled:
    """What a crawl left."""

    state: CrawlState
    facts: SiteFacts
    progress: list[Progress] = field(default_factory=list)

    def last(self, url: str) -> Fetch:
        """The last look at ``url``."""
        return self.facts.looks(url)[-1]

    def looks(self, url: str) -> list[Fetch]:
        """All looks at ``url``."""
        return self.facts.looks(url)

    def pages(self) -> list[str]:
        """Addresses of the pages that were read."""
        return [page.url for page in self.facts.pages()]

    def depths(self) -> dict[str, int]:
        """Address → depth of the pages that were read."""
        return {page.url: page.depth for page in self.facts.pages()}

    def lanes(self) -> dict[str, Lane]:
        """Address → lane of everything that was visited."""
        return {target.url: target.lane for target, _ in self.facts.all_looks()}

    def left_out(self) -> dict[str, Skipped | None]:
        """Address → reason for everything that was not visited."""
        return {target.url: target.skipped for target in self.facts.left_out()}

    def links(self, url: str) -> list[Link]:
        """References of a page."""
        page = self.facts.page(url)
        assert page is not None, url
        return self.facts.links(page.url_id)


def plan_for(
    url: str,
    network: Network = QUICK,
    budget: Budget = Budget(),  # noqa: B008 - frozen
    **more: object,
) -> CrawlPlan:
    """A plan for the site at ``url``."""
    scope = more.pop("scope", ())
    return CrawlPlan(
        run="2026Q4", site=Site(url=url, scope=scope), as_of=AS_OF, seed=7, network=network, budget=budget, **more
    )  # type: ignore[arg-type]


def crawled(plan: CrawlPlan, path: Path) -> Crawled:
    """Crawl and open what was stored."""
    progress: list[Progress] = []
    state = crawl(plan, path, progress.append, read_page=read_simply)
    return Crawled(state, SiteFacts.open(path), progress)


def rows(path: Path) -> Iterator[tuple[object, ...]]:
    """Everything that must not depend on when and in which order things were visited: targets with their state,
    pages with their references, the looks without times."""
    facts = SiteFacts.open(path)
    try:
        for target, looks in facts.all_looks():
            yield ("looks", target.url, target.lane, target.depth, [(one.look, one.status, one.reason) for one in looks])
        for target in facts.left_out():
            yield ("left out", target.url, target.lane, target.depth, target.skipped)
        for page in facts.pages():
            yield ("page", page.url, page.depth, facts.links(page.url_id))
    finally:
        facts.close()
