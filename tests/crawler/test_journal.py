"""Killed, interrupted, out of disk: nothing that was stored is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from govaudit.crawler.crawl import crawl
from govaudit.crawler.downloader.politeness import Politeness
from govaudit.crawler.downloader.visit import Visitor
from govaudit.inspection.errors import InputError
from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import Lane, PageKind
from govaudit.inspection.run import Budget
from govaudit.inspection.site_facts import SiteFacts
from tests.crawler.crawling import QUICK, crawled, plan_for, rows
from tests.crawler.test_traps import large_portal
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from govaudit.inspection.facts import Fetch
    from govaudit.inspection.run import Progress

PAGES = 450
ROOT = Path(__file__).parents[2]


def _large_site(held: threading.Event) -> HttpSite:
    """A tree of pages in which every fourth link is dead; a page deep inside waits for ``held``."""

    def answer(path: str) -> Reply:
        name = path.removeprefix("/p")
        if not name.isdigit():
            return Reply(404, "x")
        number = int(name)
        links = (f"/p{child}" for child in range(number * 4 + 1, number * 4 + 5) if child < PAGES)
        body = page("/", *links, f"/dead{number}")
        return Reply(body=body, hold=held if number == PAGES - 100 else None)

    return HttpSite({"/": Reply(body=page("/p0"))}, otherwise=answer)


def _start(url: str, store: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crawler.crawl_process", url, str(store), *more],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_killed_crawl_goes_on_and_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    held = threading.Event()
    with _large_site(held) as site:
        process = _start(f"{site.url}/", tmp_path / "killed.sqlite")
        assert site.wait_for(1, f"/p{PAGES - 100}")
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        facts = SiteFacts.open(tmp_path / "killed.sqlite")
        stored = {target.url for target, _ in facts.all_looks()}
        assert 0 < len(stored) < PAGES
        assert facts.still_waiting() > 0
        assert facts.state.finished_at == 0
        facts.close()
        held.set()
        before = len(site.requests)
        resumed = _start(f"{site.url}/", tmp_path / "killed.sqlite")
        assert resumed.communicate()[0].split() == ["finished"]
        asked_again = {one.path for one in site.requests[before:]}
        stored_pages = {url for url in stored if "/dead" not in url and url != f"{site.url}/"}
        assert not asked_again & {url.removeprefix(site.url) for url in stored_pages}
        crawled(plan_for(f"{site.url}/"), tmp_path / "whole.sqlite")
        assert list(rows(tmp_path / "killed.sqlite")) == list(rows(tmp_path / "whole.sqlite"))
        with SiteFacts.open(tmp_path / "killed.sqlite")._connection as connection:
            doubled = connection.execute("SELECT url_id, look FROM fetch GROUP BY 1, 2 HAVING count(*) > 1")
            assert doubled.fetchall() == []


def test_a_killed_crawl_chooses_the_pages_that_an_undisturbed_one_chooses(tmp_path: Path) -> None:
    held, reached, asked = threading.Event(), threading.Event(), count(1)

    def answer(path: str) -> Reply:
        reply = large_portal(path)
        if next(asked) in {215, 330, 430} and not held.is_set():
            reached.set()
            return Reply(body=reply.body, hold=held)
        return reply

    with HttpSite(otherwise=answer) as site:
        for _ in range(3):
            reached.clear()
            process = _start(f"{site.url}/", tmp_path / "killed.sqlite", "450")
            assert reached.wait(60)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        held.set()
        resumed = _start(f"{site.url}/", tmp_path / "killed.sqlite", "450")
        assert resumed.communicate()[0].split() == ["finished"]
        store = crawled(plan_for(f"{site.url}/", budget=Budget(max_pages=450)), tmp_path / "whole.sqlite")
        assert len(store.pages()) == 450
        assert list(rows(tmp_path / "killed.sqlite")) == list(rows(tmp_path / "whole.sqlite"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_crawl_says_so_and_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    held = threading.Event()
    with _large_site(held) as site:
        process = _start(f"{site.url}/", tmp_path / "facts.sqlite")
        assert site.wait_for(1, f"/p{PAGES - 100}")
        process.send_signal(number)
        assert process.communicate()[0].split() == ["interrupted"]
        assert process.returncode == 0
        facts = SiteFacts.open(tmp_path / "facts.sqlite")
        assert facts.state.interrupted
        assert facts.still_waiting() > 0
        facts.close()
        held.set()
        resumed = _start(f"{site.url}/", tmp_path / "facts.sqlite")
        assert resumed.communicate()[0].split() == ["finished"]
        crawled(plan_for(f"{site.url}/"), tmp_path / "whole.sqlite")
        assert list(rows(tmp_path / "facts.sqlite")) == list(rows(tmp_path / "whole.sqlite"))
        answered = Counter(one.path for one in site.requests if one.path.startswith("/p"))
        assert max(answered.values()) <= 3


def _interrupt(progress: Progress) -> None:
    if progress.stage == "crawl":
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("step", ["redirect", "refresh"])
def test_a_home_page_that_sends_its_visitors_on_is_still_known_after_a_restart(
    tmp_path: Path, step: str
) -> None:
    refresh = '<meta http-equiv="refresh" content="0;url=/portal/index.html">'
    onward = {"redirect": redirect("/portal/index.html"), "refresh": Reply(body=page(extra=refresh))}[step]
    routes = {"/": onward, "/portal/index.html": Reply(body=page("/a", "/b", title="市政府门户网站"))}
    with HttpSite(routes, otherwise=lambda _: Reply(body=page("/portal/index.html"))) as site:
        begun = plan_for(f"{site.url}/")
        starts = 0
        while crawl(begun, tmp_path / "cut.sqlite", _interrupt).interrupted:
            starts += 1
            assert starts < 20
        assert starts
        crawled(begun, tmp_path / "whole.sqlite")
        readings = [
            {one.url: one.reading for one in SiteFacts.open(tmp_path / name).pages()}
            for name in ("cut.sqlite", "whole.sqlite")
        ]
        assert readings[0] == readings[1]
        assert readings[0][f"{site.url}/portal/index.html"].kind is PageKind.HOME


def test_a_clock_that_is_set_back_changes_neither_the_order_of_looks_nor_durations(tmp_path: Path) -> None:
    moments = iter([2_000_000_000.0, 1_000_000_000.0])

    async def welcome(_: str) -> bool:
        return True

    async def look_twice(site: HttpSite) -> list[Fetch]:
        clock = asyncio.get_running_loop().time
        politeness = Politeness(0, is_own=lambda _: True, clock=clock, wall_clock=lambda: 0.0)
        visitor = Visitor(
            QUICK, politeness, owns=lambda _: True, may_read=lambda _: True, may_ask=lambda _: True, clock=clock,
            wall_clock=lambda: next(moments), home=f"{site.url}/", lost=lambda: None, welcomes=welcome,
        )  # fmt: skip
        looks = [(await visitor.visit(f"{site.url}/", Lane.PAGE, number)).fetch for number in (1, 2)]
        visitor.close()
        return looks

    with HttpSite({"/": [Reply(500, "x"), Reply(body=page())]}) as site:
        looks = asyncio.run(look_twice(site))
        plan = plan_for(f"{site.url}/")
    assert [one.at for one in looks] == [2_000_000_000.0, 1_000_000_000.0]
    assert all(0 <= one.seconds < 60 for one in looks)
    with closing(FactWriter.open(tmp_path / "facts.sqlite", plan)) as writer:
        target = writer.add_target(plan.site.url, Lane.PAGE, 0)
        for one in looks:
            writer.add_fetch(one)
        writer.finish_target(target)
        writer.commit()
        assert [fetch.look for _, fetch in writer.looked()] == [2]
    facts = SiteFacts.open(tmp_path / "facts.sqlite")
    assert [one.status for one in facts.looks(plan.site.url)] == [500, 200]
    assert [len(looks) for _, looks in facts.flapping()] == [2]


def test_another_plan_is_refused(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page())}) as site:
        crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        with pytest.raises(InputError) as caught:
            crawled(plan_for(site.url, budget=Budget(max_pages=3)), tmp_path / "facts.sqlite")
        assert caught.value.problems[0].key == "run.other-plan"


def test_a_full_disk_is_told_and_what_was_committed_stays(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small file system here")
    try:
        held = threading.Event()
        held.set()
        with _large_site(held) as site:
            process = _start(f"{site.url}/", disk / "facts.sqlite")
            assert process.communicate()[0].split() == ["store.disk-full"]
            assert process.returncode == 4
            facts = SiteFacts.open(disk / "facts.sqlite")
            assert facts.state.finished_at == 0
            assert sum(1 for _ in facts.pages()) > 0
            assert facts._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            facts.close()
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            assert _start(f"{site.url}/", disk / "facts.sqlite").communicate()[0].split() == ["finished"]
            crawled(plan_for(f"{site.url}/"), tmp_path / "whole.sqlite")
            assert list(rows(disk / "facts.sqlite")) == list(rows(tmp_path / "whole.sqlite"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "facts.sqlite").mkdir()
    process = _start("http://127.0.0.1:1/", tmp_path / "facts.sqlite")
    assert process.communicate()[0].split() == ["store.unwritable"]
    assert os.access(tmp_path, os.W_OK)
