"""The fact store is also the journal: what was committed is there after any end, and nothing stands twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from array import array
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection import fact_writer, site_facts
from govaudit.inspection.errors import InputError
from govaudit.inspection.fact_tables import Target
from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import (
    Charset,
    Fetch,
    Lane,
    Link,
    Mark,
    MarkKind,
    MenuEntry,
    PageKind,
    Probe,
    Reading,
    Skipped,
    Tag,
)
from govaudit.inspection.run import BEIJING, Budget, CrawlPlan, CrawlState, Network
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import Looks, Pages, SiteFacts, Targets, read_state
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from pathlib import Path

HOME = "http://www.x.gov.cn/"
PLAN = CrawlPlan(
    run="2026Q4",
    site=Site(url=HOME, code="1234560001"),
    as_of=datetime(2026, 11, 20, tzinfo=BEIJING),
    seed=7,
    network=Network(headers=(("Authorization", "Bearer secret"),), cookies=("session=secret",)),
)


def reading(kind: PageKind = PageKind.ARTICLE, title: str = "标题") -> Reading:
    return Reading(
        kind=kind,
        kind_reasons=("test",),
        title=title,
        charset=Charset(used="utf-8"),
        navigation=(MenuEntry("要闻", f"{HOME}yw/", ("要闻",)),),
        marks=(Mark(MarkKind.ICP, "京ICP备12345678号", "京ICP备12345678号", ""),),
    )


def write_site(path: Path) -> None:
    with closing(FactWriter.open(path, PLAN)) as writer:
        for url, depth in ((HOME, 0), (f"{HOME}b", 1), (f"{HOME}a", 1)):
            writer.add_target(url, Lane.PAGE, depth)
            fetch = writer.add_fetch(Fetch(url=url, status=200, final_url=url, at=1.0, size=5), b"<p>x</p>")
            anchors = [
                writer.anchor(Link(Tag.A, f"{HOME}a", "a", "甲")),
                writer.anchor(Link(Tag.A, None, "http://[", "坏")),
            ]
            writer.add_page(
                url, fetch, depth, reading(PageKind.HOME if depth == 0 else PageKind.ARTICLE), anchors
            )
            writer.finish_target(writer.url_id(url))
        writer.skip_target(f"{HOME}admin", Lane.PAGE, 1, Skipped.ROBOTS)
        writer.commit()


def test_what_was_written_is_read_back_in_an_order_that_the_crawl_does_not_decide(tmp_path: Path) -> None:
    write_site(tmp_path / "site.sqlite")
    with closing(SiteFacts.open(tmp_path / "site.sqlite")) as facts:
        pages = list(facts.pages())
        assert [page.url for page in pages] == [HOME, f"{HOME}a", f"{HOME}b"]
        assert pages[0].reading == reading(PageKind.HOME)
        assert [link.text for link in facts.links(pages[0].url_id)] == ["甲", "坏"]
        assert facts.links(pages[0].url_id)[1].url is None
        assert facts.body(HOME) == b"<p>x</p>"
        assert [(one.url, one.skipped) for one in facts.left_out()] == [(f"{HOME}admin", Skipped.ROBOTS)]
        assert facts.still_waiting() == 0


def test_menus_and_marks_that_repeat_on_every_page_are_kept_once(tmp_path: Path) -> None:
    write_site(tmp_path / "site.sqlite")
    with closing(sqlite3.connect(tmp_path / "site.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM part").fetchone() == (2,)


def test_all_looks_at_an_address_are_kept_with_their_reasons(tmp_path: Path) -> None:
    url = f"{HOME}gone"
    with closing(FactWriter.open(tmp_path / "site.sqlite", PLAN)) as writer:
        writer.add_target(url, Lane.PAGE, 1)
        writer.add_fetch(
            Fetch(url=url, look=1, status=0, reason=Reason.TIMEOUT, detail="no answer within 15 s")
        )
        writer.finish_target(writer.url_id(url))
        writer.commit()
        assert [(target.url, fetch.look) for target, fetch in writer.looked()] == [(url, 1)]
        writer.add_fetch(Fetch(url=url, look=2, status=404, final_url=url))
        writer.commit()
        assert [fetch.status for _, fetch in writer.looked()] == [404]
    with closing(SiteFacts.open(tmp_path / "site.sqlite")) as facts:
        looks = facts.looks(url)
        assert [(one.look, one.status, one.reason, one.opened) for one in looks] == [
            (1, 0, Reason.TIMEOUT, False),
            (2, 404, None, False),
        ]
        ((target, both),) = list(facts.all_looks())
        assert (target.url, len(both)) == (url, 2)


def test_a_writer_that_is_killed_loses_only_what_was_not_committed(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tests.inspection.test_fact_writer import PLAN, HOME, FactWriter, Lane\n"
        "writer = FactWriter.open(Path(sys.argv[1]), PLAN)\n"
        "writer.add_target(HOME, Lane.PAGE, 0); writer.commit()\n"
        "writer.add_target(HOME + 'lost', Lane.PAGE, 1)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    end = subprocess.run([sys.executable, "-c", script, path], check=False, cwd=os.getcwd())  # noqa: PTH109
    assert end.returncode == -signal.SIGKILL
    with closing(FactWriter.open(path, PLAN)) as writer:
        assert [target.url for target, *_ in writer.targets()] == [HOME]


def test_the_first_way_to_an_address_stays_whoever_finds_it_later(tmp_path: Path) -> None:
    with closing(FactWriter.open(tmp_path / "site.sqlite", PLAN)) as writer:
        writer.add_target(HOME, Lane.PAGE, 0)
        writer.commit()
        writer.add_target(HOME, Lane.EXTERNAL, 5)
        writer.commit()
        assert [(one.lane, one.depth) for one, *_ in writer.targets()] == [(Lane.PAGE, 0)]


def test_a_run_goes_on_only_under_the_same_plan(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    FactWriter.open(path, PLAN).close()
    faster = msgspec.structs.replace(
        PLAN, network=msgspec.structs.replace(PLAN.network, rate=1.0, nameserver="127.0.0.1:53")
    )
    FactWriter.open(path, faster).close()
    smaller = msgspec.structs.replace(PLAN, budget=Budget(max_pages=5), seed=8)
    with pytest.raises(InputError) as caught:
        FactWriter.open(path, smaller)
    assert caught.value.problems[0].key == "run.other-plan"
    assert caught.value.problems[0].arguments["changed"] == "seed, budget"


def test_credentials_are_never_stored(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    FactWriter.open(path, PLAN).close()
    with closing(sqlite3.connect(path)) as connection:
        stored = b"".join(value for (value,) in connection.execute("SELECT value FROM run"))
    assert b"secret" not in stored


def test_how_far_a_crawl_came_is_known_to_others(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    assert read_state(path) is None
    with closing(FactWriter.open(path, PLAN)) as writer:
        writer.set_state(CrawlState(started_at=1.0, finished_at=2.0))
    assert read_state(path) == CrawlState(started_at=1.0, finished_at=2.0)


def test_measurements_are_kept_in_order(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    with closing(FactWriter.open(path, PLAN)) as writer:
        writer.add_probe(Probe(kind="dns", subject="www.x.gov.cn", at=1.0, result={"A": ["192.0.2.1"]}))
        assert writer.probe_kinds() == {"dns"}
    with closing(SiteFacts.open(path)) as facts:
        assert [probe.result for probe in facts.probes("dns")] == [{"A": ["192.0.2.1"]}]
        assert facts.probes("reach") == []


@pytest.mark.parametrize("content", [b"", b"rubbish" * 500])
def test_a_file_that_is_no_fact_store_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "site.sqlite"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        SiteFacts.open(path)
    assert caught.value.problems[0].where == str(path)


def test_a_store_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        SiteFacts.open(tmp_path / "none.sqlite")
    assert caught.value.problems[0].key == "facts.missing"


def test_a_store_of_another_make_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    FactWriter.open(path, PLAN).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE run SET value = x'31' WHERE key = 'schema'")
        connection.commit()
    for opened in (lambda: SiteFacts.open(path), lambda: FactWriter.open(path, PLAN)):
        with pytest.raises(InputError) as caught:
            opened()
        assert caught.value.problems[0].key == "facts.other-schema"


def test_an_address_keeps_its_number_when_it_is_no_longer_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fact_writer, "_MOST_RECENT", 3)
    monkeypatch.setattr(fact_writer, "url_key", len)
    urls = [f"{HOME}{letter}" for letter in "abcdefghij"]
    with closing(FactWriter.open(tmp_path / "site.sqlite", PLAN)) as writer:
        numbers = {}
        for url in urls:
            numbers[url] = writer.add_target(url, Lane.PAGE, 2)
            assert writer.target(numbers[url]) == Target(numbers[url], url, Lane.PAGE, 2)
            writer.commit()
        assert len(set(numbers.values())) == len(urls)
        assert {url: writer.number_of(url) for url in urls} == numbers
        assert writer.number_of(f"{HOME}k") is None
        assert [writer.target(number).url for number in numbers.values()] == urls
        with pytest.raises(LookupError):
            writer.target(99)


def test_a_reference_is_stored_once_also_after_it_was_committed(tmp_path: Path) -> None:
    link, other = Link(Tag.A, f"{HOME}a", "a", "甲"), Link(Tag.A, f"{HOME}a", "a", "乙")
    with closing(FactWriter.open(tmp_path / "site.sqlite", PLAN)) as writer:
        first = writer.anchor(link)
        assert (writer.anchor(link), writer.anchor(other)) == (first, first + 1)
        writer.commit()
        assert (writer.anchor(link), writer.anchor(other)) == (first, first + 1)


def test_many_targets_are_left_out_at_once(tmp_path: Path) -> None:
    with closing(FactWriter.open(tmp_path / "site.sqlite", PLAN)) as writer:
        numbers = [writer.add_target(f"{HOME}{letter}", Lane.PAGE, 1) for letter in "abc"]
        writer.skip_targets(numbers[1:], Skipped.BUDGET)
        assert [(one.url, one.skipped, waits) for one, waits, _ in writer.targets()] == [
            (f"{HOME}a", None, True),
            (f"{HOME}b", Skipped.BUDGET, False),
            (f"{HOME}c", Skipped.BUDGET, False),
        ]
    with closing(SiteFacts.open(tmp_path / "site.sqlite")) as facts:
        assert facts.why_left_out(f"{HOME}b") is Skipped.BUDGET
        assert facts.why_left_out(f"{HOME}a") is None


def test_a_large_site_reads_like_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(tmp_path / "site.sqlite")

    def told() -> list[object]:
        with closing(SiteFacts.open(tmp_path / "site.sqlite")) as facts:
            pages = Pages(facts, array("I", [page.url_id for page in facts.pages()]))
            looks, targets = Looks(facts), Targets(facts)
            return [
                [
                    (page.url, page.kind, page.reading, page.marks, page.menu)
                    for _ in range(2)
                    for page in pages
                ],
                [page.url for page in (pages[0], *pages[1:], *pages.where([False, True, False]))],
                [[link.text for link in facts.links(page.url_id)] for page in pages],
                [(key.url, list(numbers)) for key, numbers in facts.references()],
                (
                    list(looks),
                    list(looks.items()),
                    list(looks.values()),
                    len(looks),
                    looks.get(f"{HOME}none"),
                ),
                (list(targets.items()), list(targets.values()), targets[HOME], targets.get(f"{HOME}admin")),
                [(target.url, len(both)) for target, both in facts.all_looks()],
            ]

    small = told()
    for name in ("_MOST_READINGS", "_MOST_LOOKS", "_MOST_RECENT", "_MOST_LINKS", "_MOST_PARTS", "_AT_ONCE"):
        monkeypatch.setattr(site_facts, name, 1)
    assert told() == small
    assert small[1] == [HOME, f"{HOME}a", f"{HOME}b", f"{HOME}a"]
