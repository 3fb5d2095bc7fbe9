"""Our own network goes away for a while: nothing of that is laid at the site's door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.crawler.crawl import crawl
from govaudit.crawler.downloader.own_network import NAME_SERVERS, OwnNetwork
from govaudit.inspection.verdict import Reason
from tests.crawler.crawling import QUICK, crawled, plan_for, rows
from tests.support.gated_site import Outage
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.run import Network

PAGES = 40


def _answer(path: str) -> Reply:
    if path == "/":
        return Reply(body=page(*(f"/p{number}" for number in range(PAGES)), *_FOREIGN))
    if path.startswith("/p"):
        return Reply(body=page("/", f"/dead{path[2:]}"))
    return Reply(404, "x")


_FOREIGN = [f"http://other{number}.example/" for number in range(12)]


def _network(port: int) -> Network:
    hosts = [url.removeprefix("http://").rstrip("/") for url in _FOREIGN]
    return msgspec.structs.replace(
        QUICK,
        resolve={f"{host}:80": ("127.0.0.1",) for host in hosts},
        connect_port={f"{host}:80": port for host in hosts},
    )


@pytest.mark.parametrize(("after", "knocks"), [(30, 200), (80, 160)])
def test_a_lost_network_is_waited_for_and_leaves_no_trace(tmp_path: Path, after: int, knocks: int) -> None:
    outage = Outage(after, knocks)
    with outage.site(_answer) as site, outage.site(lambda _: Reply(body=page())) as other:
        plan = plan_for(f"{site.url}/", _network(other.port))
        store = crawled(plan, tmp_path / "cut.sqlite")
        assert outage.refused == knocks
        assert store.state.problem == ""
        assert list(store.facts.flapping()) == []
        crawled(plan, tmp_path / "whole.sqlite")
        assert list(rows(tmp_path / "cut.sqlite")) == list(rows(tmp_path / "whole.sqlite"))


def test_a_foreign_host_that_fails_while_others_answer_is_believed(tmp_path: Path) -> None:
    with HttpSite(otherwise=_answer) as site, HttpSite(otherwise=lambda _: Reply(reset=True)) as other:
        store = crawled(plan_for(f"{site.url}/", _network(other.port)), tmp_path / "facts.sqlite")
        for url in _FOREIGN:
            assert [one.reason for one in store.looks(url)] == [Reason.RESET, Reason.RESET]
        assert store.state.finished


def test_a_page_that_takes_the_server_down_is_not_asked_for_ever(tmp_path: Path) -> None:
    """Each time the page is asked for, the server is gone for the next knocks."""
    down = [0]

    def answer(path: str) -> Reply:
        if path == "/crash":
            down[0] = 3
        elif down[0]:
            down[0] -= 1
        elif path == "/":
            return Reply(body=page("/crash", "/fine"))
        else:
            return Reply(body=page())
        return Reply(reset=True)

    with HttpSite(otherwise=answer) as site:
        store = crawled(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite")
        assert {one.reason for one in store.looks(f"{site.url}/crash")} == {Reason.RESET}
        assert store.last(f"{site.url}/fine").opened


def test_a_site_that_never_answered_is_not_waited_for(tmp_path: Path) -> None:
    with HttpSite(otherwise=lambda _: Reply(reset=True)) as site:
        state = crawl(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite", lambda _: None)
        assert state.finished
        assert state.problem.startswith("reset: ")


class Ticking:
    """A clock that goes on by a minute at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 60.0
        return self.now


def _asked(controls: dict[str, bool], *, own: bool, known: bool = True) -> tuple[bool, bool, set[str]]:
    """Whether the network was away, is lost, and who was knocked at."""
    knocked = set()

    async def knock(url: str) -> bool:
        knocked.add(url)
        return controls.get(url, False)

    async def ask() -> tuple[bool, bool, set[str]]:
        network = OwnNetwork("http://home.example/", knock, Ticking(), longest=100.0)
        if known:
            network.answered("http://home.example/a", own=True)
            for number in range(5):
                network.answered(f"http://o{number}.example/", own=False)
        return await network.was_away(own=own, since=0.0), network.lost, knocked

    return asyncio.run(ask())


def test_own_failures_are_held_against_the_site_and_foreign_ones_against_anybody() -> None:
    others = {NAME_SERVERS: True, "http://o4.example/": True}
    assert _asked(others, own=False)[:2] == (False, False)
    away, lost, knocked = _asked(others, own=True)
    assert (away, lost) == (True, True)
    assert knocked == {"http://home.example/", "http://home.example/a"}
    assert _asked({"http://home.example/a": True}, own=True)[:2] == (False, False)
    assert _asked({}, own=False, known=False) == (False, False, set())


def test_a_network_that_stays_away_breaks_the_crawl_off_and_the_next_start_goes_on(tmp_path: Path) -> None:
    outage = Outage(30, 10**6)
    with outage.site(_answer) as site, outage.site(lambda _: Reply(body=page())) as other:
        impatient = msgspec.structs.replace(_network(other.port), longest_outage=0.2)
        plan = plan_for(f"{site.url}/", impatient)
        state = crawl(plan, tmp_path / "cut.sqlite", lambda _: None)
        assert state.problem.startswith("connect: ")
        assert (state.network_lost, state.interrupted, state.finished) == (True, False, False)
        outage.knocks = 0
        store = crawled(plan, tmp_path / "cut.sqlite")
        assert (store.state.problem, store.state.finished) == ("", True)
        crawled(plan, tmp_path / "whole.sqlite")
        assert list(rows(tmp_path / "cut.sqlite")) == list(rows(tmp_path / "whole.sqlite"))
