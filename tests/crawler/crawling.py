"""Crawls of a test server, and a look at what they stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from govaudit.crawler.crawl import crawl
from govaudit.inspection.run import BEIJING, Budget, CrawlPlan, CrawlState, Network, Progress
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.inspection.facts import Fetch, Lane, Link, Skipped

AS_OF = datetime(2026, 11, 22, 12, tzinfo=BEIJING)
QUICK = Network(rate=0, allow_private=True, connect_timeout=5, timeout=5)


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


def plan_for(url: str, network: Network = QUICK, budget: Budget | None = None) -> CrawlPlan:
    """A plan for the site at ``url``."""
    return CrawlPlan(
        run="2026Q4", site=Site(url=url), as_of=AS_OF, seed=7, network=network, budget=budget or Budget()
    )


def crawled(plan: CrawlPlan, path: Path) -> Crawled:
    """Crawl and open what was stored."""
    progress: list[Progress] = []
    state = crawl(plan, path, progress.append)
    return Crawled(state, SiteFacts.open(path), progress)


def rows(path: Path) -> Iterator[tuple[object, ...]]:
    """Everything that must not depend on when and in which order things were visited: targets with their state,
    pages with their references, the looks without times."""
    facts = SiteFacts.open(path)
    try:
        for target, looks in facts.all_looks():
            yield (
                "looks",
                target.url,
                target.lane,
                target.depth,
                [(one.look, one.status, one.reason) for one in looks],
            )
        for target in facts.left_out():
            yield ("left out", target.url, target.lane, target.depth, target.skipped)
        for page in facts.pages():
            yield ("page", page.url, page.depth, facts.links(page.url_id))
    finally:
        facts.close()
