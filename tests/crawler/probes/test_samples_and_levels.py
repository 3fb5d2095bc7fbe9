"""What is asked for over both families: how much, of whom, and in which order."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.crawler.probes.levels import SECOND, THIRD, drawn_levels
from govaudit.crawler.probes.steps import failed_step
from govaudit.inspection.run import FamilySizes
from govaudit.inspection.site import SiteScope
from govaudit.inspection.verdict import Reason
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.facts import Probe
    from govaudit.inspection.run import CrawlPlan
    from tests.support.http_site import Route

HOST = "www.mou.gov.cn"


def plan(site: HttpSite, addresses: tuple[str, ...] = ("127.0.0.1", "::1"), **sizes: object) -> CrawlPlan:
    network = msgspec.structs.replace(
        QUICK, resolve={f"{HOST}:{site.port}": addresses}, connect_timeout=2, timeout=2
    )
    made = plan_for(f"http://{HOST}:{site.port}/", network)
    return msgspec.structs.replace(made, measures=("ipv6",), families=FamilySizes(**sizes))  # type: ignore[arg-type]


def only(probes: list[Probe]) -> Probe:
    assert len(probes) == 1
    return probes[0]


def visits_of_home(site: HttpSite) -> list[int]:
    return [one.family for one in site.requests if one.path == "/"]


def test_a_sample_says_what_each_step_took(tmp_path: Path) -> None:
    with HttpSite({"/": redirect("/zh/"), "/zh/": Reply(body=page(title="首页"))}) as site:
        with closing(crawled(plan(site, samples=2), tmp_path / "f.sqlite").facts) as facts:
            samples = only(facts.probes("samples")).result["ipv6"]
        size = len(page(title="首页").encode())
    assert isinstance(samples, list)
    for sample in samples:
        assert sample["ok"]
        assert (sample["status"], sample["step"], sample["error"], sample["bytes"]) == (200, "", "", size)
        assert 0 < sample["connect"] < sample["first_byte"] <= sample["total"]
        assert sample["tls"] == 0


@pytest.mark.parametrize(
    ("reply", "step", "error"),
    [
        (Reply(502, "bad"), "http", "server-error"),
        (Reply(404, "gone"), "http", "status: 404"),
        (Reply(403, "no"), "http", "blocked-status"),
        (Reply(drop=True), "http", "reset"),
        (redirect("http://nowhere.invalid/"), "dns", "dns"),
        (redirect("/"), "http", "parse: redirect without end"),
    ],
    ids=lambda value: getattr(value, "status", ""),
)
def test_a_failed_sample_names_the_step(reply: Reply, step: str, error: str, tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page())}, over_ipv6={"/": reply}) as site:
        made = plan(site, samples=1)
        network = msgspec.structs.replace(made.network, nameserver=silent_nameserver())
        with closing(
            crawled(msgspec.structs.replace(made, network=network), tmp_path / "f.sqlite").facts
        ) as facts:
            result = only(facts.probes("samples")).result
    assert isinstance(result["ipv6"], list)
    (sample,) = result["ipv6"]
    assert (sample["ok"], sample["step"]) == (False, step)
    assert sample["error"].startswith(error)
    assert isinstance(result["ipv4"], list)
    assert result["ipv4"][0]["ok"]


def silent_nameserver() -> str:
    """A port at which no name server listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def test_a_site_with_ipv4_alone_is_asked_over_ipv4_alone(tmp_path: Path) -> None:
    sizes = {"samples": 3, "second_level": 5, "third_level": 5, "contents": True}
    with HttpSite({"/": Reply(body=page("/a.html")), "/a.html": Reply(body=page())}) as site:
        with closing(crawled(plan(site, ("127.0.0.1",), **sizes), tmp_path / "f.sqlite").facts) as facts:
            result = only(facts.probes("samples")).result
            assert facts.probes("contents") == facts.probes("ipv6-level") == []
        assert [len(result[family]) for family in ("ipv4", "ipv6")] == [3, 0]  # type: ignore[arg-type]
        assert socket.AF_INET6 not in visits_of_home(site)


def test_only_what_is_planned_is_asked_for(tmp_path: Path) -> None:
    routes: dict[str, Route] = {"/": Reply(body=page("/a.html")), "/a.html": Reply(body=page())}
    with HttpSite(routes) as site:
        crawled(plan(site), tmp_path / "without.sqlite").facts.close()
        bare = len(site.requests)
        site.requests.clear()
        crawled(plan(site, samples=5), tmp_path / "samples.sqlite").facts.close()
        assert len(site.requests) == bare + 10
        site.requests.clear()
        crawled(plan(site, second_level=5), tmp_path / "levels.sqlite").facts.close()
        assert sum(one.family == socket.AF_INET6 and one.path == "/a.html" for one in site.requests) == 1


def test_a_finished_run_measures_nothing_twice(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page())}) as site:
        made = plan(site, samples=3, contents=True)
        crawled(made, tmp_path / "f.sqlite").facts.close()
        asked = len(site.requests)
        with closing(crawled(made, tmp_path / "f.sqlite").facts) as facts:
            assert len(facts.probes("samples")) == len(facts.probes("contents")) == 1
        assert len(site.requests) == asked


def site_of_levels() -> dict[str, Route]:
    second = [f"/a/{number}.html" for number in range(30)]
    third = [f"/b/{number}.html" for number in range(60)]
    routes: dict[str, Route] = {"/": Reply(body=page(*second, "/weg.html", "http://other.example/"))}
    routes |= {
        url: Reply(body=page(*third[2 * place : 2 * place + 2], "/")) for place, url in enumerate(second)
    }
    return routes | {url: Reply(body=page()) for url in third}


def test_levels_are_drawn_by_the_seed_of_what_opened(tmp_path: Path) -> None:
    with HttpSite(site_of_levels()) as site:
        facts = crawled(plan(site), tmp_path / "f.sqlite").facts
        owns, home = SiteScope(facts.plan.site).owns, facts.plan.site.url
        with closing(facts):
            drawn = drawn_levels(facts, home, owns, {SECOND: 10, THIRD: 100})
            again = drawn_levels(facts, home, owns, {SECOND: 10, THIRD: 100})
            whole = drawn_levels(facts, home, owns, {SECOND: 100, THIRD: 0})
    assert drawn[SECOND].urls == again[SECOND].urls
    assert (len(drawn[SECOND].urls), drawn[SECOND].whole, drawn[SECOND].population) == (10, False, 31)
    assert (len(drawn[THIRD].urls), drawn[THIRD].whole, drawn[THIRD].population) == (60, True, 60)
    assert drawn[SECOND].urls != sorted(drawn[SECOND].urls)
    assert not any("weg" in url for url in whole[SECOND].urls)
    assert (len(whole[SECOND].urls), whole[SECOND].whole, THIRD in whole) == (30, True, False)


def test_what_fails_over_ipv6_is_looked_at_twice_and_over_ipv4(tmp_path: Path) -> None:
    flaky = [Reply(502, "once"), Reply(body=page())]
    six: dict[str, Route] = {"/a/1.html": Reply(502, "always"), "/a/2.html": flaky}
    with HttpSite(site_of_levels(), over_ipv6=six) as site:
        made = plan(site, second_level=50)
        with closing(crawled(made, tmp_path / "f.sqlite").facts) as facts:
            pages = only(facts.probes("ipv6-level")).result["pages"]
        asked = [(one.path, one.family) for one in site.requests if one.family == socket.AF_INET6]
    assert isinstance(pages, list)
    by_path = {one["url"].partition(HOST)[2].partition("/")[2]: one for one in pages}
    assert by_path["a/2.html"]["ipv6"]["opened"]
    assert by_path["a/2.html"]["ipv4"] is None
    assert (by_path["a/1.html"]["ipv6"]["step"], by_path["a/1.html"]["ipv4"]["opened"]) == ("http", True)
    assert asked.count(("/a/1.html", socket.AF_INET6)) == asked.count(("/a/2.html", socket.AF_INET6)) == 2
    assert asked.count(("/a/3.html", socket.AF_INET6)) == 1


@pytest.mark.parametrize(
    ("status", "reason", "detail", "step"),
    [
        (200, None, "", ""),
        (404, None, "", "http"),
        (0, Reason.DNS, "nxdomain", "dns"),
        (0, Reason.CONNECT, "refused", "tcp"),
        (0, Reason.TLS, "expired", "tls"),
        (0, Reason.TIMEOUT, "no connection within 5 s", "tcp"),
        (0, Reason.TIMEOUT, "no TLS handshake within 5 s", "tls"),
        (0, Reason.TIMEOUT, "no answer within 15 s", "http"),
        (200, Reason.BLOCKED_PAGE, "wall", "http"),
    ],
)
def test_every_end_has_its_step(status: int, reason: Reason | None, detail: str, step: str) -> None:
    assert failed_step(status, reason, detail) == step
