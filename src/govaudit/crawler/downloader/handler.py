"""Scrapy's side of the downloader: requests carry a target, responses carry the visit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Response

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from govaudit.crawler.downloader.visit import Visit, Visitor


class VisitResponse(Response):
    """A response that is a visit. It stands for every outcome: a failed look has status 0."""

    __slots__ = ("visit",)

    def __init__(self, url: str, visit: Visit) -> None:
        super().__init__(url, status=visit.fetch.status)
        self.visit = visit


class VisitDownloadHandler(BaseDownloadHandler):
    """Download handler for http and https: ``request.meta["target"]`` and ``["look"]`` say what to look at."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        spider: Any = crawler.spider
        self._visitor: Visitor = spider.visitor

    async def download_request(self, request: Request) -> VisitResponse:
        """Visit the target of ``request``."""
        meta = request.meta
        target = meta["target"]
        visit = await self._visitor.visit(target.url, target.lane, meta["look"])
        return VisitResponse(request.url, visit)
