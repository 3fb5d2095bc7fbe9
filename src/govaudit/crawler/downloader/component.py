"""Scrapy's downloader, ours: requests carry a target, responses carry the visit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro

from govaudit.inspection.urls import hostname_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

    from govaudit.crawler.downloader.visit import Visit, Visitor


class VisitResponse(Response):
    """A response that is a visit. It stands for every outcome: a failed look has status 0."""

    __slots__ = ("visit",)

    def __init__(self, url: str, visit: Visit) -> None:
        super().__init__(url, status=visit.fetch.status)
        self.visit = visit


class VisitDownloader:
    """Scrapy's component that turns requests into responses: ``request.meta["target"]`` and ``["look"]`` say what to
    look at. Rate, redirects and decoding are the visitor's; here no host gets more requests at a time than the plan
    allows."""

    def __init__(self, crawler: Crawler) -> None:
        spider: Any = crawler.spider
        self._visitor: Visitor = spider.visitor
        self._concurrency = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._doors: dict[str, asyncio.Semaphore] = {}
        self.active: set[Request] = set()

    def fetch(self, request: Request) -> Deferred[VisitResponse]:
        """Visit the target of ``request``."""
        found: Deferred[VisitResponse] = deferred_from_coro(self._visit(request))
        return found

    async def _visit(self, request: Request) -> VisitResponse:
        meta = request.meta
        target = meta["target"]
        host = hostname_of(target.url)
        door = self._doors.get(host)
        if door is None:
            door = self._doors[host] = asyncio.Semaphore(self._concurrency)
        self.active.add(request)
        try:
            async with door:
                visit = await self._visitor.visit(target.url, target.lane, meta["look"])
        finally:
            self.active.discard(request)
        return VisitResponse(request.url, visit)

    def needs_backout(self) -> bool:
        """Never: the spider hands over no more requests than there is room for."""
        return False

    def close(self) -> None:
        """Nothing of its own to give back: the visitor is the crawl's."""
