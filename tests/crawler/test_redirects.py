"""Redirects are walked step by step, and every step is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.inspection.facts import Hop
from govaudit.inspection.verdict import Reason
from tests.crawler.crawling import crawled, plan_for
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from pathlib import Path


def test_a_chain_is_recorded_and_its_end_is_read_once(tmp_path: Path) -> None:
    routes = {
        "/": Reply(body=page("/a", "/also", "/end")),
        "/a": redirect("/b", 301),
        "/b": redirect("/end", 307),
        "/also": redirect("/end"),
        "/end": Reply(body=page("/further")),
        "/further": Reply(body=page()),
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        fetch = store.last(f"{site.url}/a")
        assert fetch.hops == (Hop(f"{site.url}/a", 301), Hop(f"{site.url}/b", 307))
        assert (fetch.final_url, fetch.status) == (f"{site.url}/end", 200)
        assert store.depths() == {f"{site.url}/": 0, f"{site.url}/end": 1, f"{site.url}/further": 2}


def test_the_end_of_a_chain_that_nothing_links_to_needs_no_second_request(tmp_path: Path) -> None:
    routes = {"/": Reply(body=page("/a")), "/a": redirect("/end"), "/end": Reply(body=page("/a"))}
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert site.paths() == ["/", "/a", "/end"]
        assert store.depths() == {f"{site.url}/": 0, f"{site.url}/end": 1}
        assert store.last(f"{site.url}/end").hops == ()
        assert store.facts.body(f"{site.url}/end") == page("/a").encode()


def test_a_page_that_was_found_deeper_rises_to_the_redirect(tmp_path: Path) -> None:
    routes = {
        "/": Reply(body=page("/b", "/a")),
        "/b": Reply(body=page("/end")),
        "/a": redirect("/end"),
        "/end": Reply(body=page()),
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.depths()[f"{site.url}/end"] == 1


def test_the_home_page_may_move(tmp_path: Path) -> None:
    routes = {
        "/": redirect("/index.html"),
        "/index.html": Reply(body=page("/a")),
        "/a": Reply(body=page("/")),
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.state.problem == ""
        assert store.depths() == {f"{site.url}/index.html": 0, f"{site.url}/a": 1}
        assert [page.reading.kind for page in store.facts.pages()] == ["home", "other"]


def test_loops_are_found_and_named(tmp_path: Path) -> None:
    routes: dict[str, Reply | list[Reply]] = {
        "/": Reply(body=page("/self", "/ping", "/chain0", "/nowhere", "/app")),
        "/self": redirect("/self"),
        "/ping": redirect("/pong"),
        "/pong": redirect("/ping"),
        "/nowhere": redirect("http://[bad/"),
        "/app": redirect("weixin://dl/business"),
        **{f"/chain{number}": redirect(f"/chain{number + 1}") for number in range(30)},
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        details = {
            name: store.last(f"{site.url}/{name}") for name in ("self", "ping", "chain0", "nowhere", "app")
        }
        assert {name: fetch.detail.partition(":")[0] for name, fetch in details.items()} == {
            "self": "redirect-loop", "ping": "redirect-loop", "chain0": "redirect-endless",
            "nowhere": "redirect-nowhere", "app": "redirect-nowhere",
        }  # fmt: skip
        assert {fetch.status for fetch in details.values()} == {302}
        assert {fetch.reason for fetch in details.values()} == {None}
        assert not any(fetch.opened for fetch in details.values())
        assert len(details["chain0"].hops) == 11


def test_a_redirect_to_itself_with_a_cookie_is_no_loop(tmp_path: Path) -> None:
    routes: dict[str, Reply | list[Reply]] = {
        "/": Reply(body=page("/door")),
        "/door": [redirect("/door", 302, ("Set-Cookie", "seen=1; Path=/")), Reply(body=page())],
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.last(f"{site.url}/door").opened
        assert [one.headers.get("cookie") for one in site.requests if one.path == "/door"] == [None, "seen=1"]


def test_a_chain_that_leaves_the_site_is_opened_but_not_read(tmp_path: Path) -> None:
    with HttpSite({"/there": Reply(body=page("/deeper"))}) as other:
        network_routes = {
            "/": Reply(body=page("/out")),
            "/out": redirect(f"http://127.0.0.1:{other.port}/there"),
        }
        with HttpSite(network_routes) as site:
            plan = plan_for(site.url)
            store = crawled(plan, tmp_path / "facts.sqlite")
            fetch = store.last(f"{site.url}/out")
            assert fetch.reason is Reason.CONNECT
            assert fetch.detail.startswith("private: redirect to")
            assert other.requests == []


def test_locations_outside_ascii_are_understood(tmp_path: Path) -> None:
    routes = {
        "/": Reply(body=page("/a")),
        "/a": redirect("/目录/"),
        "/%E7%9B%AE%E5%BD%95/": Reply(body=page()),
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.last(f"{site.url}/a").final_url == f"{site.url}/%E7%9B%AE%E5%BD%95/"
        assert store.last(f"{site.url}/a").opened
