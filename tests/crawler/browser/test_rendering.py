"""Pages that scripts write, in a real Chromium: what is seen, what is left alone, where the crawl goes from there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.facts import MarkKind, PageKind
from govaudit.inspection.run import Budget
from govaudit.inspection.verdict import Reason
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.browser.scripted_site import MARKS, MENU, TEXT, scripted_routes
from tests.crawler.crawling import QUICK, Crawled, crawled, plan_for, rows
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = needs_chromium


class Portal:
    """The portal after a crawl."""

    def __init__(self, site: HttpSite, store: Crawled, path: Path) -> None:
        self.site = site
        self.store = store
        self.path = path
        self.asked = Counter((one.method, one.path.partition("?")[0]) for one in site.requests)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    path = tmp_path_factory.mktemp("portal") / "facts.sqlite"
    with HttpSite(scripted_routes()) as site:
        store = crawled(plan_for(f"{site.url}/"), path)
        yield Portal(site, store, path)
        store.facts.close()


def test_a_shell_is_seen_in_the_browser_and_as_it_came(portal: Portal) -> None:
    home = f"{portal.site.url}/"
    seen = portal.store.facts.page(home)
    plain = portal.store.facts.page(home, plain=True)
    assert seen is not None
    assert plain is not None
    assert seen.in_browser
    assert not plain.in_browser
    assert plain.reading.scripted == ("page",)
    assert seen.reading.scripted == ()
    assert [entry.text for entry in seen.reading.navigation] == [text for text, _ in MENU]
    assert seen.reading.kind is PageKind.HOME
    found = portal.store.facts.rendering(home)
    assert found is not None
    look, html = found
    assert look.settled
    assert look.status == 200
    assert look.browser.rpartition(" ")[2][0].isdigit()
    assert "通知公告" in (html or b"").decode()


def test_the_crawl_follows_what_only_the_browser_saw(portal: Portal) -> None:
    pages = {url.removeprefix(portal.site.url): depth for url, depth in portal.store.depths().items()}
    assert {url: pages.get(url) for _, url in MENU} == {url: 1 for _, url in MENU}
    references = [link.text for link in portal.store.links(f"{portal.site.url}/")]
    assert [text for text, _ in MENU] == [text for text in references if text]


def test_a_list_is_followed_through_its_own_pager(portal: Portal) -> None:
    page = portal.store.facts.page(f"{portal.site.url}/tzgg/index.html")
    assert page is not None
    assert [item.date for item in page.reading.items] == [
        f"2026-10-{day}" for day in (28, 27, 26, 25, 24, 23)
    ]
    assert page.reading.scripted == ("more",)
    assert portal.asked[("POST", "/api/list")] == 3 + 1
    assert f"{portal.site.url}/tzgg/t20261024_24.html" in portal.store.lanes()


def test_a_pager_that_leads_to_an_address_is_a_link(portal: Portal) -> None:
    page = portal.store.facts.page(f"{portal.site.url}/zcwj/index.html")
    assert page is not None
    assert page.reading.next_page == f"{portal.site.url}/zcwj/index_1.html"
    assert f"{portal.site.url}/zcwj/index_1.html" in portal.store.pages()


def test_what_a_script_did_not_get_stays_unknown(portal: Portal) -> None:
    page = portal.store.facts.page(f"{portal.site.url}/ldxx/index.html")
    found = portal.store.facts.rendering(f"{portal.site.url}/ldxx/index.html")
    assert page is not None
    assert found is not None
    assert found[0].failed == ((f"{portal.site.url}/api/broken?page=0", "status 404"),)
    assert page.reading.items == ()
    assert page.reading.scripted == ("page",)


def test_a_footer_is_looked_at_on_samples_of_its_template(portal: Portal) -> None:
    articles = [page for page in portal.store.facts.pages() if "/jgzn/" in page.url]
    seen = [page for page in articles if page.in_browser]
    unseen = [page for page in articles if not page.in_browser]
    assert (len(seen), len(unseen)) == (3, 2)
    assert all(page.reading.scripted == () for page in seen)
    assert all(
        {MarkKind.SITE_CODE, MarkKind.ICP} <= {one.kind for one in page.reading.marks} for page in seen
    )
    assert all("footer" in page.reading.scripted for page in unseen)


def test_a_redirect_by_script_is_followed_by_the_crawl(portal: Portal) -> None:
    page = portal.store.facts.page(f"{portal.site.url}/xxgk/index.html")
    assert page is not None
    assert page.reading.kind is PageKind.STUB
    assert page.reading.refresh == f"{portal.site.url}/gk.html"
    assert portal.store.depths()[f"{portal.site.url}/gk.html"] == 2


def test_the_browser_sends_no_forms_and_loads_no_pictures(portal: Portal) -> None:
    opened = portal.store.facts.rendering(f"{portal.site.url}/gk.html")
    assert opened is not None
    assert opened[0].settled
    assert portal.asked[("GET", "/logo.png")] == 2, "the crawl itself looks at it, twice as it is missing"
    assert {method for method, _ in portal.asked} == {"GET", "POST"}
    assert portal.asked[("POST", "/search")] == 0


def test_how_the_browser_was_used_is_told(portal: Portal) -> None:
    (probe,) = portal.store.facts.probes("browser")
    assert probe.result == {"problem": ""}
    stages = {one.stage for one in portal.store.progress}
    assert "done" in stages


def test_the_same_site_gives_the_same_facts(portal: Portal, tmp_path: Path) -> None:
    again = crawled(plan_for(f"{portal.site.url}/"), tmp_path / "facts.sqlite")
    again.facts.close()
    assert list(rows(portal.path)) == list(rows(tmp_path / "facts.sqlite"))


def test_never_leaves_the_browser_alone(tmp_path: Path) -> None:
    with HttpSite(scripted_routes()) as site:
        network = msgspec.structs.replace(QUICK, browser="never")
        store = crawled(plan_for(f"{site.url}/", network), tmp_path / "facts.sqlite")
        assert store.pages() == [f"{site.url}/"]
        assert store.facts.rendering(f"{site.url}/") is None
        assert store.facts.probes("browser") == []


def test_always_opens_every_page(tmp_path: Path) -> None:
    routes = {
        "/": Reply(body='<title>首页</title><a href="/a.html">一</a><p>' + "正文" * 100),
        "/a.html": Reply(body='<title>一</title><p onclick="alert(1)">' + "正文" * 100),
    }
    with HttpSite(routes) as site:
        network = msgspec.structs.replace(QUICK, browser="always")
        store = crawled(plan_for(f"{site.url}/", network), tmp_path / "facts.sqlite")
        assert [(page.url, page.in_browser) for page in store.facts.pages()] == [
            (f"{site.url}/", True), (f"{site.url}/a.html", True),
        ]  # fmt: skip


def test_the_budget_goes_to_the_home_page_first(tmp_path: Path) -> None:
    with HttpSite(scripted_routes()) as site:
        plan = plan_for(f"{site.url}/", budget=Budget(browser_pages=2))
        store = crawled(plan, tmp_path / "facts.sqlite")
        opened = [page.url.removeprefix(site.url) for page in store.facts.pages() if page.in_browser]
        assert opened == ["/", "/ldxx/index.html"]
        unopened = store.facts.page(f"{site.url}/tzgg/index.html")
        assert unopened is not None
        assert unopened.reading.scripted == ("page",)


def test_a_script_that_nothing_tells_of_is_found_by_samples(tmp_path: Path) -> None:
    """Pages without marks among others with marks are looked at; what their samples show holds for their template."""
    marked = Reply(body=f"<title>x</title><h1>说明</h1><p>{TEXT}</p><p>{MARKS}</p>")
    hidden = f'<title>x</title><h1>说明</h1><p>{TEXT}</p><div id="x9"></div><script src="/js/q.js"></script>'
    lacking = f"<title>x</title><h1>说明</h1><p>{TEXT}</p>"
    routes = {f"/m/t{number}.html": marked for number in range(10)}
    routes |= {f"/h/a/t{number}.html": Reply(body=hidden) for number in range(4)}
    routes |= {f"/l/a/b/t{number}.html": Reply(body=lacking) for number in range(4)}
    home = "".join(f'<a href="{path}">{path}</a>' for path in routes)
    routes["/"] = Reply(body=f"<title>首页</title>{home}<p>{MARKS}</p>")
    code = f'document.getElementById("x9").innerHTML = "<p>{MARKS}</p>";'
    routes["/js/q.js"] = Reply(body=code, content_type="text/javascript; charset=utf-8")
    with HttpSite(routes) as site:
        store = crawled(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite")
        seen = {page.url.removeprefix(site.url): page for page in store.facts.pages()}
        opened = {url for url, page in seen.items() if page.in_browser}
        assert opened == {f"{folder}/t{number}.html" for folder in ("/h/a", "/l/a/b") for number in range(3)}
        assert seen["/h/a/t0.html"].reading.marks
        assert seen["/h/a/t3.html"].reading.scripted == ("footer",)
        assert seen["/l/a/b/t0.html"].reading.scripted == ()
        assert seen["/l/a/b/t3.html"].reading.scripted == (), "its samples were seen to lack them"


def test_a_page_that_hides_from_the_browser_keeps_its_plain_reading(tmp_path: Path) -> None:
    shell = Reply(body='<title>首页</title><div id="app"></div><script src="/app.js"></script>')
    routes: dict[str, Reply | list[Reply]] = {
        "/": [shell, Reply(503, "busy")],
        "/app.js": Reply(body="", content_type="text/javascript"),
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite")
        page = store.facts.page(f"{site.url}/")
        found = store.facts.rendering(f"{site.url}/")
        assert page is not None
        assert found is not None
        assert not page.in_browser
        assert page.reading.scripted == ("page",)
        assert (found[0].status, found[0].reason) == (503, Reason.BLOCKED_STATUS)
        assert found[1] is None
