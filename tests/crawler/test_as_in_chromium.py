"""What browsers request is what we request: the same pages before a real Chromium and before the crawler, and the
request targets that either sends, byte by byte."""

from __future__ import annotations

import time
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from govaudit.inspection.run import Network
from tests.crawler.crawling import crawled, plan_for
from tests.crawler.pages_of_references import HEAD, HOSTS, PAGES, SCRIPTS, SHEETS
from tests.reports.browser import running_chromium
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

CLICK = """() => {
  const click = (one, index) => {
    const sink = document.createElement('iframe'); sink.name = 'sink' + index; document.body.append(sink);
    one.target = sink.name; one.click();
  };
  document.querySelectorAll('a[href],area[href]').forEach(click);
}"""


OURS_ALONE = {"x.cn /", "x.cn /sitemap.xml"}
PUT_TOGETHER = {
    f"x.cn {path}"
    for path in ("/a/5.html", "/b/c", "/s/ab.html", "/s/loc14.html", "/s/named.html", "/s/v.html")
}
"""What only running the script tells: never guessed."""
PATIENCE = 12.0


def answer(path: str) -> Reply:
    return Reply(
        200, "." if "css" not in path else "a{}", content_type="text/css" if "css" in path else "text/plain"
    )


def routes() -> dict[str, Reply]:
    found = {
        path: Reply(body=html.encode(charset, "xmlcharrefreplace"), content_type=kind)
        for path, (kind, charset, html) in PAGES.items()
    }
    found |= {path: Reply(body=f"{HEAD}</head><body>{html}") for path, html in SCRIPTS.items()}
    found |= {path: Reply(body=body, content_type=kind) for path, (kind, body) in SHEETS.items()}
    found["/"] = Reply(body="".join(f"<a href='{path}'>x</a>" for path in [*PAGES, *SCRIPTS]))
    return found


def asked(site: HttpSite) -> set[str]:
    """Host and target of all requests; a crawler asks every host for its rules besides."""
    return {
        f"{one.headers['host']} {one.path}"
        for one in list(site.requests)
        if "host" in one.headers and one.path != "/robots.txt"
    }


def crawl(site: HttpSite, store: Path) -> None:
    hosts = [host if ":" in host else f"{host}:80" for host in HOSTS]
    network = Network(
        rate=0, allow_private=True, connect_timeout=5, timeout=5,
        resolve=dict.fromkeys(hosts, ("127.0.0.1",)), connect_port=dict.fromkeys(hosts, site.port),
    )  # fmt: skip
    crawled(plan_for("http://x.cn/", network), store)


def browse(page: Page, path: str) -> None:
    # A refresh at once takes the page away while it loads.
    with suppress(Error) if "refresh" in path else nullcontext():
        page.goto(f"http://x.cn{path}", wait_until="domcontentloaded")
    if path in SCRIPTS:
        page.evaluate("document.querySelector('[onclick],a').click()")
    elif "refresh" not in path and "frames" not in path:
        page.evaluate(CLICK)


def test_the_crawler_requests_what_chromium_requests(tmp_path: Path) -> None:
    with HttpSite(routes(), otherwise=answer) as ours, HttpSite(routes(), otherwise=answer) as theirs:
        crawl(ours, tmp_path / "site.sqlite")
        for browser in running_chromium(f"--host-resolver-rules=MAP * 127.0.0.1:{theirs.port}"):
            usual, sharp = (browser.new_context(device_scale_factor=scale) for scale in (1, 2))
            for path in [*PAGES, *SCRIPTS]:
                browse(usual.new_page(), path)
            for path in ("/u/images.html", "/u/styles.html"):
                browse(sharp.new_page(), path)
            deadline = time.monotonic() + PATIENCE
            for one in (asked(ours) - OURS_ALONE) | PUT_TOGETHER:
                theirs.wait_for(1, one.partition(" ")[2], max(0.0, deadline - time.monotonic()))
    assert asked(ours) - OURS_ALONE == asked(theirs) - PUT_TOGETHER
    assert len(asked(ours)) > 200
