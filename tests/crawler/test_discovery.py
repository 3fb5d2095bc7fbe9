"""Pages that only machines are told of are found too: site maps, feeds, linked data, headers of the answer."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.facts import Tag
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from pathlib import Path

RSS = (
    "<?xml version='1.0' encoding='gb2312'?><rss version='2.0'><channel><title>要闻</title>"
    "<item><link>/from-feed?a=1&b=2</link></item></channel></rss>"
)
ARTICLE = '<script type="application/ld+json">{"url": "/from-data", "mainEntityOfPage": "/gone"}</script>'


def test_what_is_only_announced_is_visited(tmp_path: Path) -> None:
    home = page("/a.html", extra=f'{ARTICLE}<link rel=alternate type="application/rss+xml" href="/feed">')
    headers = (("Link", '</from-header>; rel="next"'),)
    with HttpSite({"/": Reply(body=home, headers=headers)}) as site:
        for path in ("/a.html", "/from-feed?a=1&b=2", "/from-data", "/from-header", "/mapped", "/listed"):
            site.add(path, Reply(body=page()))
        site.add("/feed", Reply(body=RSS.encode("gbk"), content_type="application/rss+xml"))
        site.add(
            "/robots.txt",
            Reply(body="Sitemap: maps/1.xml.gz\nSitemap: /maps/2.txt", content_type="text/plain"),
        )
        packed = gzip.compress(b"<urlset><url><loc>../mapped</loc></url></urlset>")
        site.add("/maps/1.xml.gz", Reply(body=packed, content_type="application/x-gzip"))
        listed = gzip.compress(f"{site.url}/listed\n".encode())
        site.add(
            "/maps/2.txt",
            Reply(body=listed, content_type="text/plain", headers=(("Content-Encoding", "gzip"),)),
        )
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert sorted(url.removeprefix(site.url) for url in store.pages()) == [
            "/", "/a.html", "/from-data", "/from-feed?a=1&b=2", "/from-header", "/listed", "/mapped",
        ]  # fmt: skip
        tags = {link.raw: Tag(link.tag) for link in store.links(f"{site.url}/")}
        assert tags["/gone"] is tags["/from-data"] is Tag.ANNOUNCED
        assert tags["/from-header"] is Tag.CANONICAL


@pytest.mark.parametrize(("size", "kept"), [(4000, True), (5000, True), (70_000, False)])
def test_a_rest_that_is_cheaper_than_a_new_connection_is_read(tmp_path: Path, size: int, kept: bool) -> None:
    file = Reply(body=b"%PDF-1.7" + b"0" * (size - 8), content_type="application/pdf")
    network = msgspec.structs.replace(QUICK, probe_bytes=4096, concurrency=1)
    with HttpSite({"/": Reply(body=page(*(f"/{number}.pdf" for number in range(6))))}) as site:
        for number in range(6):
            site.add(f"/{number}.pdf", file)
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        fetch = store.last(f"{site.url}/2.pdf")
        assert (fetch.magic, fetch.size, fetch.truncated) == ("pdf", min(size, 4096), size > 4096)
        assert dict(fetch.headers)["content-length"] == str(size)
        used = {request.connection for request in site.requests if request.path.endswith(".pdf")}
        assert (len(used) < 6) is kept
