"""What a site owner may rely on, against real servers: robots.txt, nofollow, forms, links that act, hours, 429."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.facts import Skipped
from govaudit.inspection.run import BEIJING, DEFAULT_USER_AGENT, Network
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.verdict import Reason
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply, closed_port, page, redirect

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.run import Progress

NAMED = "User-agent: *\nDisallow:\n\nUser-agent: GovAudit/2 # the inspectors\nDisallow: /x\n"


def text(body: str) -> Reply:
    return Reply(body=body, content_type="text/plain")


def beside(other: HttpSite, network: Network = QUICK) -> Network:
    """The server ``other`` is known as http://other.example/."""
    return msgspec.structs.replace(
        network,
        resolve={"other.example:80": ("127.0.0.1",)},
        connect_port={"other.example:80": other.port},
    )


# -- robots.txt --------------------------------------------------------------------------------------------


def test_somebody_elses_rules_count_when_they_name_us_and_are_asked_for_once(tmp_path: Path) -> None:
    routes = {"/robots.txt": text(NAMED)}
    with HttpSite(routes, otherwise=lambda _: Reply(body=page())) as other:
        links = ["http://other.example/x/1", "http://other.example/x/2", "http://other.example/y"]
        with HttpSite({"/": Reply(body=page(*links))}) as site:
            store = crawled(plan_for(site.url, beside(other)), tmp_path / "facts.sqlite")
            assert [one.path for one in other.requests] == ["/robots.txt", "/y"]
            assert store.left_out() == dict.fromkeys(links[:2], Skipped.ROBOTS)
            assert store.last(links[2]).opened


@pytest.mark.parametrize(
    "robots",
    [text("User-agent: *\nDisallow: /\n"), text("User-agent: govauditor\nDisallow: /\n"), Reply(500, "x"),
     Reply(drop=True), Reply(body="<html>govaudit</html>"), Reply(body=b"\x00User-agent: govaudit\xff")],
)  # fmt: skip
def test_rules_for_everybody_and_rules_that_cannot_be_read_keep_no_link_from_being_tried(
    tmp_path: Path, robots: Reply
) -> None:
    with (
        HttpSite({"/robots.txt": robots, "/x": Reply(body=page())}) as other,
        HttpSite({"/": Reply(body=page("http://other.example/x"))}) as site,
    ):
        store = crawled(plan_for(site.url, beside(other)), tmp_path / "facts.sqlite")
        assert store.last("http://other.example/x").opened


def test_whoever_ignores_robots_does_not_ask_for_them(tmp_path: Path) -> None:
    network = msgspec.structs.replace(QUICK, ignore_robots=True)
    with (
        HttpSite({"/robots.txt": text(NAMED), "/x": Reply(body=page())}) as other,
        HttpSite({"/": Reply(body=page("http://other.example/x"))}) as site,
    ):
        crawled(plan_for(site.url, beside(other, network)), tmp_path / "facts.sqlite")
        assert [one.path for one in other.requests] == ["/x"]


@pytest.mark.parametrize(
    ("agent", "group", "forbidden"),
    [
        (DEFAULT_USER_AGENT, "govaudit", True),
        (DEFAULT_USER_AGENT, "GOVAUDIT", True),
        (DEFAULT_USER_AGENT, "*", True),
        (DEFAULT_USER_AGENT, "Mozilla", False),
        (DEFAULT_USER_AGENT, "compatible", False),
        ("OfficeBot/1.0 (+https://office.example/)", "officebot", True),
        ("OfficeBot/1.0 (+https://office.example/)", "govaudit", False),
        ("Mozilla/5.0 (compatible; OfficeBot/1.0)", "officebot", True),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", "govaudit", True),
    ],
)
def test_the_name_in_the_user_agent_is_the_name_in_robots(
    tmp_path: Path, agent: str, group: str, forbidden: bool
) -> None:
    network = msgspec.structs.replace(QUICK, user_agent=agent)
    routes = {
        "/": Reply(body=page("/closed")),
        "/closed": Reply(body=page()),
        "/robots.txt": text(f"User-agent: {group}\nDisallow: /closed\n"),
    }
    with HttpSite(routes) as site:
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        assert (store.left_out() == {f"{site.url}/closed": Skipped.ROBOTS}) is forbidden
        assert {one.headers["user-agent"] for one in site.requests} == {agent}


# -- nofollow, forms, links that act -----------------------------------------------------------------------

MARKED = page(
    "/plain",
    extra='<a href="/marked" rel="external NoFollow">x</a><a href="/both" rel="nofollow">x</a>',
)


@pytest.mark.parametrize("nofollow", ["ignore", "respect"])
def test_nofollow_is_respected_as_configured(tmp_path: Path, nofollow: str) -> None:
    routes = {
        "/": Reply(body=MARKED),
        "/plain": Reply(
            body='<html><head><meta name="Robots" content="noarchive, NOFOLLOW"></head><body>'
            '<img src="/i.png"><a href="/meta">x</a></body></html>'
        ),
        "/marked": Reply(body=page("/both")),
    }
    network = msgspec.structs.replace(QUICK, nofollow=nofollow)
    with HttpSite(routes, otherwise=lambda _: Reply(body=page())) as site:
        crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        everything = {"/", "/plain", "/marked", "/both", "/meta", "/i.png"}
        assert set(site.paths()) == (everything if nofollow == "ignore" else {"/", "/plain", "/i.png"})


def test_a_link_that_one_page_marks_is_followed_from_another(tmp_path: Path) -> None:
    routes = {"/": Reply(body=MARKED), "/plain": Reply(body=page("/both"))}
    network = msgspec.structs.replace(QUICK, nofollow="respect")
    with HttpSite(routes, otherwise=lambda _: Reply(body=page())) as site:
        crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        assert set(site.paths()) == {"/", "/plain", "/both"}


def test_forms_are_never_sent_and_links_that_act_never_followed(tmp_path: Path) -> None:
    forms = (
        '<form action="/search" method="get"><input name="q"></form>'
        '<form action="/guestbook/save.do" method="POST"><button formaction="/guestbook/draft.do">x</button></form>'
        '<form action="/vote"><button formmethod="post" formaction="/vote/up">x</button></form>'
    )
    acting = ["/user/logout", "/a?action=delete&id=7", "/message/delete/17"]
    with HttpSite(
        {"/": Reply(body=page("/a", *acting, extra=forms))}, otherwise=lambda _: Reply(body=page())
    ) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert set(site.paths()) == {"/", "/a", "/search", "/vote"}
        assert {one.method for one in site.requests} == {"GET"}
        assert store.left_out() == dict.fromkeys((f"{site.url}{path}" for path in acting), Skipped.ACTION)
        assert any(link.raw == "/guestbook/save.do" for link in store.links(f"{site.url}/"))


# -- pace --------------------------------------------------------------------------------------------------


def test_a_site_that_asks_to_wait_is_waited_for_and_looked_at_again(tmp_path: Path) -> None:
    busy = Reply(429, "slow down", (("Retry-After", "1"),))
    with HttpSite({"/": Reply(body=page("/a")), "/a": [busy, Reply(body=page())]}) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        first, second = store.looks(f"{site.url}/a")
        assert (first.status, second.status) == (429, 200)
        assert second.at - first.at >= 0.99


def test_crawls_of_one_address_find_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    network = msgspec.structs.replace(QUICK, rate=200.0)
    with HttpSite({"/": Reply(body=page("/a", "/b"))}, otherwise=lambda _: Reply(body=page())) as site:
        crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        table = (tmp_path / "govaudit" / "turns").read_bytes()
        assert 0 < len(table) <= 8 * 65_536
        assert len(table.replace(b"\x00", b"")) <= 8


def test_a_site_that_dies_is_not_asked_for_ever_and_the_rest_is_left_out(tmp_path: Path) -> None:
    links = [f"/{number}" for number in range(80)]
    with HttpSite({"/": Reply(body=page(*links))}, otherwise=lambda _: Reply(drop=True)) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        left_out = store.left_out()
        assert set(left_out.values()) == {Skipped.HOST_DOWN}
        assert 24 <= 80 - len(left_out) < 40
        assert store.facts.still_waiting() == 0
        assert len(site.paths()) < 60


def test_a_redirect_to_a_host_that_is_down_is_no_fault_of_either(tmp_path: Path) -> None:
    dead = [f"http://dead.example/{number}" for number in range(5)]
    network = msgspec.structs.replace(
        QUICK, resolve={"dead.example:80": ("127.0.0.1",)}, connect_port={"dead.example:80": closed_port()}
    )
    routes = {"/": Reply(body=page("/1")), "/1": Reply(body=page(*dead, "/2")), "/2": Reply(body=page("/go"))}
    with HttpSite({**routes, "/go": redirect("http://dead.example/go")}) as site:
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        look = store.last(f"{site.url}/go")
        assert look.reason is Reason.CONNECT
        assert len(look.hops) == 1


# -- hours -------------------------------------------------------------------------------------------------


def closed_now() -> str:
    """Hours that begin in a while."""
    now = datetime.now(BEIJING)
    return f"{now + timedelta(hours=2):%H:%M}-{now + timedelta(hours=3):%H:%M}"


def crawl_until_interrupted(url: str, path: Path, hours: str) -> None:
    told: list[Progress] = []

    def tell(progress: Progress) -> None:
        told.append(progress)
        if progress.stage == "paused":
            os.kill(os.getpid(), signal.SIGINT)

    from govaudit.crawler.crawl import crawl  # noqa: PLC0415 - in the process of its own

    state = crawl(plan_for(url, msgspec.structs.replace(QUICK, hours=hours)), path, tell)
    good = state.interrupted and told[0].stage == "paused" and told[0].detail.endswith(hours[:5])
    os._exit(0 if good else 1)


def test_a_crawl_outside_of_its_hours_asks_nothing_and_can_be_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "facts.sqlite"
    with HttpSite({"/": Reply(body=page("/a")), "/a": Reply(body=page())}) as site:
        process = multiprocessing.get_context("spawn").Process(
            target=crawl_until_interrupted, args=(site.url, path, closed_now())
        )
        process.start()
        process.join(20)
        assert process.exitcode == 0
        assert site.requests == []
        facts = SiteFacts.open(path)
        assert facts.still_waiting() == 1
        facts.close()
        store = crawled(plan_for(site.url), path)
        assert len(store.pages()) == 2
        assert store.state.started_at <= time.time()
