"""Scrapy as this crawler uses it: no reactor, nothing that listens, nothing that logs every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.logformatter import LogFormatter

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response

    from govaudit.inspection.run import CrawlPlan

EXTERNAL_CONCURRENCY = 16
"""How many other hosts are asked at the same time."""


class QuietLogFormatter(LogFormatter):
    """Says nothing about single pages: the fact store holds them."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> None:  # type: ignore[override]  # noqa: ARG002
        """No line for a page."""
        return


def own_concurrency(plan: CrawlPlan) -> int:
    """Requests of the site's own lanes that are handed to Scrapy at a time: enough to keep the site busy while pages
    are read."""
    return 2 * max(1, plan.network.concurrency)


def scrapy_settings(plan: CrawlPlan) -> dict[str, Any]:
    """Settings of one crawl. Nothing of Scrapy's own stands between the spider and the visits: rate, redirects, second
    looks, robots and decoding are the visitor's."""
    return {
        "BOT_NAME": "govaudit",
        "USER_AGENT": plan.network.user_agent,
        "TWISTED_REACTOR_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "STATS_DUMP": False,
        "LOG_ENABLED": False,
        "LOG_FORMATTER": "govaudit.crawler.settings.QuietLogFormatter",
        "CONCURRENT_ITEMS": 1,
        "CONCURRENT_REQUESTS": own_concurrency(plan) + EXTERNAL_CONCURRENCY,
        "CONCURRENT_REQUESTS_PER_DOMAIN": max(1, plan.network.concurrency),
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
        "DOWNLOADER": "govaudit.crawler.downloader.component.VisitDownloader",
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
    }
