"""The next run of a site: what the server still vouches for is taken over, and the facts are those of a full crawl."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.crawler.crawl import crawl
from govaudit.inspection.facts import Revalidated
from govaudit.inspection.site_facts import SiteFacts
from tests.crawler.crawling import QUICK, Crawled, plan_for, rows
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from govaudit.inspection.run import CrawlPlan, Network

ARTICLES = 24
_DATED = (("Last-Modified", "Tue, 01 Sep 2026 08:00:00 GMT"), ("Date", "Fri, 02 Oct 2026 08:00:00 GMT"))


def tagged(body: str, **more: object) -> Reply:
    """A page with an ETag of its content."""
    tag = hashlib.sha256(body.encode()).hexdigest()[:16]
    return replace(Reply(body=body, headers=(("ETag", f'"{tag}"'),), confirms="honest"), **more)  # type: ignore[arg-type]


def article(number: int, text: str = "", **more: object) -> Reply:
    """An article that leads to a file."""
    content = page("/", f"/f{number}.pdf", title=f"第{number}篇", extra=f"<p>{text or '正文内容'}</p>" * 40)
    return tagged(content, **more)


def quarter(change: Callable[[Reply], Reply] = lambda reply: reply) -> dict[str, Reply]:
    """The routes of a site; ``change``: what is done to every article."""
    file = Reply(
        body=b"%PDF-1.4 " + b"x" * 9000, content_type="application/pdf", headers=_DATED, confirms="honest"
    )
    routes = {f"/a{number}": change(article(number)) for number in range(ARTICLES)}
    routes |= {f"/f{number}.pdf": file for number in range(ARTICLES)}
    home = page(
        "/moved", *(f"/a{number}" for number in range(ARTICLES)), extra='<link rel=stylesheet href="/s.css">'
    )
    style = Reply(
        body="a{background:url(/i.png)}", content_type="text/css", headers=_DATED, confirms="honest"
    )
    return {
        "/": tagged(home),
        "/moved": redirect("/target"),
        "/target": article(999),
        "/s.css": style,
        **routes,
    }


def first_run(site: HttpSite, path: Path, network: Network = QUICK) -> CrawlPlan:
    """Crawl a site; returns the plan of the next run."""
    crawl(plan_for(f"{site.url}/", network), path, lambda _: None)
    site.requests.clear()
    return msgspec.structs.replace(plan_for(f"{site.url}/", network), run="2027Q1", earlier="2026Q4")


def compared(plan: CrawlPlan, site: HttpSite, folder: Path) -> Crawled:
    """The next run, held against a full one: what they know must be the same."""
    state = crawl(plan, folder / "next.sqlite", lambda _: None, earlier=folder / "first.sqlite")
    asked = list(site.requests)
    full = msgspec.structs.replace(plan, earlier="")
    crawl(full, folder / "full.sqlite", lambda _: None)
    site.requests[:] = asked
    assert list(rows(folder / "next.sqlite")) == list(rows(folder / "full.sqlite"))
    crawled, whole = (
        Crawled(state, SiteFacts.open(folder / "next.sqlite")),
        SiteFacts.open(folder / "full.sqlite"),
    )
    for one, other in zip(crawled.facts.pages(), whole.pages(), strict=True):
        assert one.reading == other.reading
        assert crawled.facts.body(one.url) == whole.body(other.url)
        mine, its = crawled.last(one.url), whole.looks(one.url)[-1]
        assert (mine.content_type, mine.size, mine.magic) == (its.content_type, its.size, its.magic)
    return crawled


def confirmed(crawled: Crawled, site: HttpSite) -> set[str]:
    """Paths whose earlier answers were taken over."""
    return {
        target.url.removeprefix(site.url)
        for target, looks in crawled.facts.all_looks()
        if looks[-1].revalidated is not None
    }


def test_unchanged_pages_and_files_are_taken_over_and_changes_are_noticed(tmp_path: Path) -> None:
    with HttpSite(quarter()) as site:
        plan = first_run(site, tmp_path / "first.sqlite")
        site.add("/a3", article(3, "新的内容"))
        site.add("/a4", Reply(404, "x"))
        site.add("/a5", article(5, confirms="never", headers=()))
        crawled = compared(plan, site, tmp_path)
        taken = confirmed(crawled, site)
        assert not taken & {"/", "/a3", "/a4", "/a5", "/s.css"}
        assert len(taken) > ARTICLES
        look = crawled.last(f"{site.url}/f7.pdf" if "/f7.pdf" in taken else f"{site.url}/f8.pdf")
        assert isinstance(look.revalidated, Revalidated)
        assert (look.status, look.revalidated.status, look.revalidated.run) == (200, 304, "2026Q4")
        assert 0 < look.revalidated.since <= look.at
        assert ("x-cache", "HIT") in look.headers
        assert crawled.facts.state.contradicted == ""


def test_a_third_run_says_when_the_body_really_came(tmp_path: Path) -> None:
    with HttpSite(quarter()) as site:
        plan = first_run(site, tmp_path / "first.sqlite")
        second = compared(plan, site, tmp_path)
        later = msgspec.structs.replace(plan, run="2027Q2", earlier="2027Q1")
        crawl(later, tmp_path / "third.sqlite", lambda _: None, earlier=tmp_path / "next.sqlite")
        third = SiteFacts.open(tmp_path / "third.sqlite")
        for url in (f"{site.url}{path}" for path in confirmed(second, site)):
            assert third.looks(url)[-1].revalidated == second.last(url).revalidated
        assert third.body(f"{site.url}/a1") == second.facts.body(f"{site.url}/a1")


def _same_tag(reply: Reply) -> Reply:
    return replace(reply, headers=(("ETag", '"1"'),))


@pytest.mark.parametrize(
    "lie",
    [
        lambda reply: replace(reply, confirms="always"),
        _same_tag,
        lambda reply: replace(reply, headers=_DATED, body=reply.payload()),
    ],
    ids=["confirms everything", "one tag for all", "one date for all"],
)
def test_a_server_whose_word_is_untrue_is_asked_for_everything(
    tmp_path: Path, lie: Callable[[Reply], Reply]
) -> None:
    with HttpSite(quarter(lie)) as site:
        plan = first_run(site, tmp_path / "first.sqlite")
        for number in range(ARTICLES):
            site.add(f"/a{number}", lie(article(number, f"变化{number}")))
        crawled = compared(plan, site, tmp_path)
        assert confirmed(crawled, site) == set()
        assert crawled.state.contradicted.startswith(site.url)


def test_the_first_question_to_a_host_unmasks_one_that_confirms_everything(tmp_path: Path) -> None:
    routes = {path: replace(reply, confirms="always") for path, reply in quarter().items()}
    with HttpSite(routes) as site:
        plan = first_run(site, tmp_path / "first.sqlite")
        site.add("/a3", replace(article(3, "新的内容"), confirms="always"))
        crawled = compared(plan, site, tmp_path)
        assert confirmed(crawled, site) == set()
        assert crawled.state.contradicted.startswith(site.url)
        conditional = [one for one in site.requests if "if-none-match" in one.headers]
        assert len(conditional) <= 2 * QUICK.concurrency


def test_what_was_taken_over_is_thrown_away_when_the_word_proves_untrue_later(tmp_path: Path) -> None:
    """Part of the site stands behind a cache that confirms everything: whatever came before is fetched again."""
    cached = {f"/c{number}": tagged(page(title=f"缓存{number}"), confirms="always") for number in range(150)}
    honest = {f"/h{number}": tagged(page(*cached, title=f"原站{number}")) for number in range(30)}
    with HttpSite({"/": tagged(page(*honest)), **honest, **cached}) as site:
        plan = first_run(site, tmp_path / "first.sqlite")
        for number in range(150):
            site.add(f"/c{number}", tagged(page(title=f"变化{number}"), confirms="always"))
        crawled = compared(plan, site, tmp_path)
        assert any(
            "h" in one.path
            for one in site.requests
            if "govaudit" not in one.headers.get("if-none-match", "g")
        )
        assert confirmed(crawled, site) == set()
        assert crawled.state.contradicted.startswith(f"{site.url}/c")
        assert (crawled.facts.plan.earlier, crawled.state.revalidated) == ("", False)


@pytest.mark.parametrize(
    "network",
    [
        msgspec.structs.replace(QUICK, cookies=("a=b",)),
        msgspec.structs.replace(QUICK, headers=(("X-Token", "t"),)),
        msgspec.structs.replace(QUICK, user_agent="another"),
    ],
    ids=["cookies", "headers", "another name"],
)
def test_answers_to_somebody_else_are_not_taken_over(tmp_path: Path, network: Network) -> None:
    with HttpSite(quarter()) as site:
        plan = msgspec.structs.replace(first_run(site, tmp_path / "first.sqlite"), network=network)
        crawl(plan, tmp_path / "next.sqlite", lambda _: None, earlier=tmp_path / "first.sqlite")
        assert not any("if-none-match" in one.headers for one in site.requests)


@pytest.mark.parametrize("damage", ["gone", "no store", "unfinished"])
def test_an_earlier_run_that_cannot_be_read_is_done_without(tmp_path: Path, damage: str) -> None:
    with HttpSite(quarter()) as site:
        plan = first_run(site, tmp_path / "first.sqlite")
        earlier = tmp_path / "first.sqlite"
        if damage == "gone":
            earlier.unlink()
        if damage == "no store":
            earlier.write_bytes(b"not a store" * 1000)
        if damage == "unfinished":
            with closing(SiteFacts.open(earlier)) as facts:
                state = msgspec.structs.replace(facts.state, interrupted=True)
            _overwrite_state(earlier, msgspec.json.encode(state))
        crawled = compared(plan, site, tmp_path)
        assert confirmed(crawled, site) == set()


def _overwrite_state(path: Path, state: bytes) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE run SET value = ? WHERE key = 'state'", (state,))
    connection.close()


def test_a_second_look_asks_for_everything(tmp_path: Path) -> None:
    with HttpSite(quarter()) as site:
        plan = first_run(site, tmp_path / "first.sqlite")
        site.add("/a2", [Reply(500, "x"), article(2)])
        state = crawl(plan, tmp_path / "next.sqlite", lambda _: None, earlier=tmp_path / "first.sqlite")
        crawled = Crawled(state, SiteFacts.open(tmp_path / "next.sqlite"))
        asked = [one for one in site.requests if one.path == "/a2"]
        assert "if-none-match" not in asked[1].headers
        assert [(one.status, one.revalidated) for one in crawled.looks(f"{site.url}/a2")] == [
            (500, None),
            (200, None),
        ]
