"""Second looks, levels, budgets, lanes: which targets are visited, and when."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.facts import Lane, PageKind, Skipped, Tag
from govaudit.inspection.run import Budget
from govaudit.inspection.verdict import Reason
from tests.crawler.crawling import QUICK, crawled, plan_for, rows
from tests.support.http_site import HttpSite, Reply, closed_port, page, redirect

if TYPE_CHECKING:
    from pathlib import Path


def test_a_second_look_over_a_new_connection_recovers_a_page_and_its_links(tmp_path: Path) -> None:
    routes: dict[str, Reply | list[Reply]] = {
        "/": Reply(body=page("/flaky", "/fine", "/always")),
        "/flaky": [Reply(500, "x"), Reply(body=page("/behind"))],
        "/behind": Reply(body=page()),
        "/fine": Reply(body=page()),
        "/always": Reply(404, "x"),
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert [(one.look, one.status) for one in store.looks(f"{site.url}/flaky")] == [(1, 500), (2, 200)]
        assert [(one.look, one.status) for one in store.looks(f"{site.url}/always")] == [(1, 404), (2, 404)]
        assert store.depths()[f"{site.url}/behind"] == 2
        second = [one for one in site.requests if one.path == "/flaky"][1]
        others = {one.connection for one in site.requests if one is not second and one.path != "/behind"}
        assert second.connection not in others
        order = site.paths()
        assert order.index("/fine") < [place for place, path in enumerate(order) if path == "/flaky"][1]


def test_too_many_requests_are_waited_out(tmp_path: Path) -> None:
    busy = Reply(429, "x", (("Retry-After", "0"),))
    with HttpSite({"/": Reply(body=page("/busy")), "/busy": [busy, Reply(body=page())]}) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        looks = store.looks(f"{site.url}/busy")
        assert [(one.status, one.reason) for one in looks] == [(429, Reason.BLOCKED_STATUS), (200, None)]


def test_a_home_page_that_fails_once_is_no_problem(tmp_path: Path) -> None:
    with HttpSite({"/": [Reply(drop=True), Reply(drop=True), Reply(body=page("/a"))]}) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.state.problem == "" or len(store.looks(f"{site.url}/")) == 2


def test_sixty_links_to_one_page_are_one_visit(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page(*["/a"] * 60)), "/a": Reply(body=page(*["/", "/a"] * 30))}) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert sorted(site.paths()) == ["/", "/a"]
        assert len(store.links(f"{site.url}/")) == 60
        (anchors,) = store.facts._connection.execute("SELECT count(*) FROM anchor").fetchone()
        assert anchors == 2


def test_depth_is_the_shortest_way_whoever_answers_first(tmp_path: Path) -> None:
    slow = threading.Event()
    routes = {
        "/": Reply(body=page("/slow", "/quick")),
        "/slow": Reply(body=page("/target"), hold=slow),
        "/quick": Reply(body=page("/long")),
        "/long": Reply(body=page("/target")),
        "/target": Reply(body=page()),
    }
    with HttpSite(routes) as site:

        def open_later() -> None:
            site.wait_for(1, "/quick")
            slow.set()

        opener = threading.Thread(target=open_later)
        opener.start()
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        opener.join()
        assert store.depths()[f"{site.url}/target"] == 2


NAVIGATION = """<div class="nav"><ul><li><a href="/nav1">政务公开</a></li><li><a href="/nav2">办事服务</a></li>
<li><a href="/p0">新闻中心</a></li><li><a href="/p1">互动交流</a></li></ul></div>"""


def _wide_site() -> dict[str, Reply | list[Reply]]:
    routes: dict[str, Reply | list[Reply]] = {
        "/": Reply(body=page(*(f"/p{number}" for number in range(40)), extra=NAVIGATION)),
        "/nav1": Reply(body=page(*(f"/n1-{number}" for number in range(20)))),
        "/nav2": Reply(body=page(*(f"/n2-{number}" for number in range(20)))),
    }
    for number in range(40):
        routes[f"/p{number}"] = Reply(body=page(*(f"/q{number}-{other}" for other in range(5))))
    return routes


def test_a_budget_chooses_the_same_pages_in_every_run(tmp_path: Path) -> None:
    budget = Budget(max_pages=20)
    with HttpSite(_wide_site(), otherwise=lambda _: Reply(body=page())) as site:
        first = crawled(plan_for(site.url, budget=budget), tmp_path / "first.sqlite")
        second = crawled(
            plan_for(site.url, msgspec.structs.replace(QUICK, concurrency=1), budget),
            tmp_path / "second.sqlite",
        )
        assert list(rows(tmp_path / "first.sqlite")) == list(rows(tmp_path / "second.sqlite"))
        assert len(first.pages()) == 20
        assert {site.url + path for path in ("/", "/nav1", "/nav2", "/p0", "/p1")} <= set(first.pages())
        assert Skipped.BUDGET in first.left_out().values()
        assert first.pages() == second.pages()
        other_seed = msgspec.structs.replace(plan_for(site.url, budget=budget), seed=8)
        assert crawled(other_seed, tmp_path / "third.sqlite").pages() != first.pages()


def test_depth_and_time_are_budgets_too(tmp_path: Path) -> None:
    with HttpSite(_wide_site(), otherwise=lambda _: Reply(body=page())) as site:
        shallow = crawled(plan_for(site.url, budget=Budget(max_depth=1)), tmp_path / "shallow.sqlite")
        assert max(shallow.depths().values()) == 1
        assert set(shallow.left_out().values()) == {Skipped.BUDGET}
        short = crawled(plan_for(site.url, budget=Budget(max_seconds=1e-6)), tmp_path / "short.sqlite")
        assert short.pages() == [f"{site.url}/"]
        assert short.facts.still_waiting() == 0
        assert set(short.left_out().values()) == {Skipped.BUDGET}
        assert not short.state.interrupted


def test_lanes(tmp_path: Path) -> None:
    home = page(
        "/a",
        "/file.docx",
        "http://other.example/",
        "mailto:x@y.cn",
        "javascript:void(0)",
        "tel:12345",
        "#top",
        "http://[bad/",
    )
    home += '<img src="/i.png"><link rel="stylesheet" href="/s.css"><iframe src="/frame.html"></iframe>'
    css = "@import 'more.css'; body { background: url(img/b.png) } @font-face { src: url('f.woff2') }"
    routes = {
        "/": Reply(body=home),
        "/frame.html": Reply(body=page("/from-frame")),
        "/s.css": Reply(body=css, content_type="text/css"),
        "/more.css": Reply(body=".x{background:url(/c.gif)}", content_type="text/css"),
    }
    network = msgspec.structs.replace(QUICK, resolve={"other.example:80": ("127.0.0.1",)})
    with HttpSite(routes) as site:
        network = msgspec.structs.replace(network, connect_port={"other.example:80": site.port})
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        assert {url.removeprefix(site.url): lane for url, lane in store.lanes().items()} == {
            "/": Lane.PAGE, "/a": Lane.PAGE, "/frame.html": Lane.PAGE, "/from-frame": Lane.PAGE,
            "/file.docx": Lane.ATTACHMENT, "http://other.example/": Lane.EXTERNAL,
            "/i.png": Lane.RESOURCE, "/s.css": Lane.RESOURCE, "/more.css": Lane.RESOURCE,
            "/img/b.png": Lane.RESOURCE, "/f.woff2": Lane.RESOURCE, "/c.gif": Lane.RESOURCE,
        }  # fmt: skip
        links = {link.raw: link for link in store.links(f"{site.url}/")}
        assert [
            links[raw].url for raw in ("mailto:x@y.cn", "javascript:void(0)", "tel:12345", "http://[bad/")
        ] == [None] * 4
        assert (links["#top"].url, links["#top"].fragment) == (f"{site.url}/", "top")
        sheet = store.facts.page(f"{site.url}/s.css")
        assert sheet is not None
        assert sheet.reading.kind is PageKind.STUB
        assert [link.tag for link in store.links(f"{site.url}/s.css")] == [Tag.STYLE, Tag.IMAGE, Tag.FONT]


def test_external_pages_are_opened_once_and_their_links_left_alone(tmp_path: Path) -> None:
    network = msgspec.structs.replace(QUICK, resolve={"other.example:80": ("127.0.0.1",)})
    with HttpSite({"/x": Reply(body=page("/never", *["/deeper"] * 9))}) as other:
        network = msgspec.structs.replace(network, connect_port={"other.example:80": other.port})
        routes = {
            "/": Reply(body=page("/a", "http://other.example/x")),
            "/a": Reply(body=page("http://other.example/x#part")),
        }
        with HttpSite(routes) as site:
            store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
            assert other.paths() == ["/x"]
            assert store.last("http://other.example/x").opened
            assert [one.path for one in other.requests] == ["/robots.txt", "/x"]


def test_links_that_act_and_traps_are_left_out(tmp_path: Path) -> None:
    acting = ("/user/logout.do", "/news?action=delete&id=3", "/vote?act=vote")
    endless = ("/a/b/a/b/a/b/a/b/", "/x?" + "y" * 2100)
    with HttpSite({"/": Reply(body=page(*acting, *endless, "/news?action=view"))}) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.left_out() == {
            **{site.url + path: Skipped.ACTION for path in acting},
            **{site.url + path: Skipped.TRAP for path in endless},
        }
        assert sorted(set(site.paths())) == ["/", "/news?action=view"]


def test_queries_are_written_in_the_charset_of_the_page(tmp_path: Path) -> None:
    body = page("/s?q=公告", "/路?x=1").replace("<head>", '<head><meta charset=gb2312">').encode("gbk")
    with HttpSite(
        {"/": Reply(body=body, content_type="text/html")}, otherwise=lambda _: Reply(body=page())
    ) as site:
        crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert set(site.paths()) == {"/", "/s?q=%B9%AB%B8%E6", "/%E8%B7%AF?x=1"}


def test_a_session_in_the_address_does_not_multiply_pages(tmp_path: Path) -> None:
    links = (f"/a.jsp;jsessionid={number:032X}" for number in range(9))
    more = (f"/b.jsp?PHPSESSID={number}&id=1" for number in range(9))
    with HttpSite({"/": Reply(body=page(*links, *more))}, otherwise=lambda _: Reply(body=page())) as site:
        crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert sorted(site.paths()) == ["/", "/a.jsp", "/b.jsp?id=1"]


def test_base_and_folders_are_honoured(tmp_path: Path) -> None:
    routes = {
        "/": Reply(body=page("/one/p", "/two/p", "/based")),
        "/one/p": Reply(body=page("same.html")),
        "/two/p": Reply(body=page("same.html")),
        "/based": Reply(body='<base href="/elsewhere/">' + page("same.html")),
    }
    with HttpSite(routes, otherwise=lambda _: Reply(body=page())) as site:
        crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert {"/one/same.html", "/two/same.html", "/elsewhere/same.html"} <= set(site.paths())


def test_robots_are_obeyed_for_own_pages_and_ignored_on_demand(tmp_path: Path) -> None:
    robots = Reply(body="User-agent: *\nDisallow: /private/\n", content_type="text/plain")
    home = page("/private/a", "/open", "/jump") + '<img src="/private/i.png">'
    routes = {"/robots.txt": robots, "/": Reply(body=home), "/jump": redirect("/private/b")}
    with HttpSite(routes, otherwise=lambda _: Reply(body=page())) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.left_out() == {f"{site.url}/private/a": Skipped.ROBOTS}
        assert store.last(f"{site.url}/jump").reason is Reason.ROBOTS
        assert sorted(site.paths()) == ["/", "/jump", "/open", "/private/i.png"]
        ignoring = msgspec.structs.replace(QUICK, ignore_robots=True)
        store = crawled(plan_for(site.url, ignoring), tmp_path / "ignored.sqlite")
        assert f"{site.url}/private/a" in store.pages()


def test_a_site_that_forbids_its_home_page_says_so(tmp_path: Path) -> None:
    robots = Reply(body="User-agent: *\nDisallow: /\n", content_type="text/plain")
    with HttpSite({"/robots.txt": robots, "/": Reply(body=page())}) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.state.problem == f"robots: {site.url}/"
        assert site.paths() == []


def test_site_maps_lead_to_pages_that_nothing_links_to(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page("/a")), "/a": Reply(body=page())}) as site:
        index = f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>{site.url}/map2.xml</loc></sitemap></sitemapindex>"
        urls = f"<urlset><url><loc>{site.url}/orphan</loc></url><url><loc>http://foreign.example/</loc></url><url><loc>{site.url}/a</loc></url></urlset>"
        site.add("/sitemap.xml", Reply(body=index, content_type="text/xml"))
        site.add("/map2.xml", Reply(body=urls, content_type="text/xml"))
        site.add("/orphan", Reply(body=page()))
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.depths() == {f"{site.url}/": 0, f"{site.url}/a": 1, f"{site.url}/orphan": 2}


@pytest.mark.parametrize("rounds", [3])
def test_many_crawls_in_one_process(tmp_path: Path, rounds: int) -> None:
    with HttpSite({"/": Reply(body=page("/a")), "/a": Reply(body=page())}) as site:
        for number in range(rounds):
            assert len(crawled(plan_for(site.url), tmp_path / f"{number}.sqlite").pages()) == 2


def test_a_finished_run_is_not_crawled_again(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page())}) as site:
        first = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        asked = len(site.requests)
        again = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert again.state == first.state
        assert len(site.requests) == asked


def test_probes_are_measured_once_and_stored(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page())}) as site:
        plan = msgspec.structs.replace(plan_for(site.url), measures=("ipv6",))
        store = crawled(plan, tmp_path / "facts.sqlite")
        assert len(store.facts.probes("self-check")) == 1
        assert store.progress[0].stage == "probe"


def test_a_dead_host_is_not_asked_for_ever(tmp_path: Path) -> None:
    port = closed_port()
    links = [f"http://dead.example:{port}/{number}" for number in range(30)]
    network = msgspec.structs.replace(QUICK, resolve={f"dead.example:{port}": ("127.0.0.1",)})
    with HttpSite({"/": Reply(body=page(*links))}) as site:
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        asked = [url for url in links if store.looks(url)]
        assert 0 < len(asked) < 6
        assert {store.last(url).reason for url in asked} == {Reason.CONNECT}
        assert store.left_out() == dict.fromkeys(
            (url for url in links if url not in asked), Skipped.HOST_DOWN
        )


def test_addresses_that_are_odd_end_no_crawl(tmp_path: Path) -> None:
    odd = [
        "http://a..b/", "http://x_y.example/", "http://例子.测试/路?q=中", "/%", "/a%zz?b=%", "/a|b^c`{}", "/\\x",
        "http://user:pa ss@h.example/", "http://h.example:99999/", "/\ufffd", "?;&=", "http://-/", "http://[::ffff:7f00:1]/",
    ]  # fmt: skip
    network = msgspec.structs.replace(QUICK, connect_timeout=0.5, nameserver=f"127.0.0.1:{closed_port()}")
    with HttpSite({"/": Reply(body=page(*odd, "/last"))}, otherwise=lambda _: Reply(body=page())) as site:
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        assert f"{site.url}/last" in store.pages()
        assert store.facts.still_waiting() == 0


def test_a_third_look_where_two_failures_disagree(tmp_path: Path) -> None:
    gone = Reply(404, "x")
    routes: dict[str, Reply | list[Reply]] = {
        "/": Reply(body=page("/changing", "/settled", "/opens")),
        "/changing": [Reply(500, "x"), gone, gone],
        "/settled": gone,
        "/opens": [Reply(500, "x"), gone, Reply(body=page())],
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert [one.status for one in store.looks(f"{site.url}/changing")] == [500, 404, 404]
        assert [one.status for one in store.looks(f"{site.url}/settled")] == [404, 404]
        assert [one.look for one in store.looks(f"{site.url}/opens")] == [1, 2, 3]
        assert [target.url for target, _ in store.facts.flapping()] == [f"{site.url}/opens"]


def test_a_host_that_comes_back_is_asked_for_everything(tmp_path: Path) -> None:
    links = [f"http://other.example/{number}" for number in range(9)]
    with HttpSite(
        {"/robots.txt": Reply(404, "x", close=True)}, otherwise=lambda _: Reply(drop=True)
    ) as other:
        network = msgspec.structs.replace(
            QUICK, resolve={"other.example:80": ("127.0.0.1",)}, connect_port={"other.example:80": other.port}
        )
        routes = {"/": Reply(body=page(*links)), "/robots.txt": Reply(404, "x")}
        with HttpSite(routes) as site:
            back = Reply(body=page())
            for number in range(9):
                other.add(f"/{number}", [Reply(drop=True), back] if number < 3 else back)
            store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
            assert all(store.last(url).opened for url in links)
            assert {target.url for target, _ in store.facts.flapping()} == set(links[:3])
            assert store.left_out() == {}
