"""The spider that everybody writes first: LinkExtractor, one Request for every link. Measured beside govaudit.

python benchmarks/plain_spider.py START_URL OUTPUT_FILE
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import HtmlResponse
from scrapy.linkextractors import LinkExtractor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response


class PlainSpider(scrapy.Spider):
    """Follows every link of the start address's host and writes down those that are not there."""

    name = "plain"
    handle_httpstatus_all = True
    custom_settings = {  # noqa: RUF012 - Scrapy's own way
        "CONCURRENT_REQUESTS": 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
        "DOWNLOAD_DELAY": 0,
        "HTTPERROR_ALLOW_ALL": True,
        "LOG_LEVEL": "ERROR",
        "REMOTE_CONTROL_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
    }

    def __init__(self, start: str, output: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.start_urls = [start]
        self.allowed_domains = [urlsplit(start).hostname or ""]
        self.output = Path(output)
        self.broken: list[str] = []
        self.links = LinkExtractor(
            tags=("a", "area", "img", "script", "link"), attrs=("href", "src"), deny_extensions=()
        )

    def parse(self, response: Response, **_: Any) -> Iterator[scrapy.Request]:
        if response.status >= 400:
            self.broken.append(response.url)
            return
        if isinstance(response, HtmlResponse):
            for link in self.links.extract_links(response):
                yield scrapy.Request(link.url, callback=self.parse)

    def closed(self, reason: str) -> None:
        self.output.write_text("\n".join(self.broken), encoding="utf-8")
        self.logger.debug("closed: %s", reason)


def main() -> None:
    """Crawl ``argv[1]`` and write the broken addresses into ``argv[2]``."""
    process = AsyncCrawlerProcess()
    process.crawl(PlainSpider, start=sys.argv[1], output=sys.argv[2])
    process.start()


if __name__ == "__main__":
    main()
