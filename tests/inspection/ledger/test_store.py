"""The store on SQLite and on a real PostgreSQL server: migrations, several writers, kills, filters."""

from __future__ import annotations

import multiprocessing
import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from govaudit.inspection.errors import GovauditError, InputError
from govaudit.inspection.ledger import schema
from govaudit.inspection.ledger.entries import Cause, Rule
from govaudit.inspection.ledger.filters import Filter
from govaudit.inspection.ledger.states import RefusedError
from govaudit.inspection.ledger.store import _MIGRATIONS, Ledger, _engine, _url, migrate, open_ledger
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, State, Verdict
from tests.inspection.ledger.samples import RULES, SITE, START, due, finding, look

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event
    from pathlib import Path

    from govaudit.inspection.finding import Finding

DAY = START.date()
OTHER = Site(url="http://www.y.gov.cn/", code="4401000002", name="青湖区人民政府", region="青湖区")


def observe(
    ledger: Ledger, number: int, *findings: Finding, site: Site = SITE, rules: dict[str, Rule] = RULES
) -> None:
    with ledger.writing() as pen:
        pen.observe(look(number, site=site, rules=rules), findings, lambda _: True, due)


def ids(ledger: Ledger, **wanted: object) -> list[str]:
    chosen = msgspec.structs.replace(Filter(day=DAY), **wanted)
    return [one.id for one in ledger.entries(chosen)]


def test_the_migrations_make_the_tables_that_the_code_reads(location: Path | str) -> None:
    ledger = open_ledger(location)
    assert ScriptDirectory(str(_MIGRATIONS)).get_current_head() == schema.HEAD
    with ledger._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_a_ledger_of_an_earlier_program_is_brought_up_with_all_that_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    engine = _engine(_url(file, ""))
    with engine.begin() as connection:
        migrate(connection, None, "0001")
        connection.execute(
            text("INSERT INTO sites VALUES (:key, :name, :region, :host, :body)"),
            {
                "key": SITE.key, "name": SITE.name, "region": "", "host": SITE.host,
                "body": msgspec.json.encode(SITE).decode(),
            },
        )  # fmt: skip
        connection.execute(
            text(
                "INSERT INTO entries VALUES (:id, :site, 'LNK001', 'deduct', '', '', 'open', NULL, NULL, NULL, '已改',"
                " NULL, NULL, 'run-0', :at, 'run-0', :at, 'run-0', :at, :finding)"
            ),
            {
                "id": finding().id, "site": SITE.key, "at": START.isoformat(),
                "finding": msgspec.json.encode(finding()).decode(),
            },
        )  # fmt: skip
    (entry,) = open_ledger(file).entries(Filter(day=DAY))
    assert (entry.finding, entry.remark, entry.remark_by) == (finding(), "已改", "")


def test_a_ledger_of_a_newer_program_is_refused(location: Path | str) -> None:
    with open_ledger(location)._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError) as refused:
        open_ledger(location)
    assert [(one.key, one.arguments) for one in refused.value.problems] == [
        ("ledger.newer", {"found": "9999", "known": schema.HEAD})
    ]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("mysql://a/b", "ledger.no-address"),
        ("ledger", "ledger.no-address"),
        ("postgresql://a:secret@h/b", "ledger.open-password"),
        ("postgresql+psycopg://govaudit@127.0.0.1:1/x?connect_timeout=2", "ledger.unreachable"),
    ],
)
def test_addresses_that_are_none_are_named(address: str, problem: str) -> None:
    with pytest.raises(InputError) as refused:
        open_ledger(address)
    assert [one.key for one in refused.value.problems] == [problem]
    assert "secret" not in str(refused.value)


def _write(location: Path | str, first: int, count: int) -> None:
    site = msgspec.structs.replace(SITE, code=f"44010000{first:02}")
    ledger = open_ledger(location)
    for number in range(count):
        one = finding(f"http://www.x.gov.cn/{first}-{number}.html", site=site)
        with ledger.writing() as pen:
            pen.observe(look(number, site=site), [one], lambda _: False, due)


def test_several_processes_write_at_once(location: Path | str) -> None:
    open_ledger(location)
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(location, first, 5)) for first in range(3)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert [one.exitcode for one in writers] == [0, 0, 0]
    assert len(open_ledger(location).entries(Filter(day=DAY))) == 15


def _stop_half_way(location: Path | str, half_way: Event) -> None:
    with open_ledger(location).writing() as pen:
        pen.observe(look(1), [finding(), finding("http://www.x.gov.cn/b.html")], lambda _: True, due)
        half_way.set()
        signal.pause()


def test_a_kill_in_the_middle_leaves_nothing_half(location: Path | str) -> None:
    ledger = open_ledger(location)
    observe(ledger, 0, finding())
    context = multiprocessing.get_context("fork")
    half_way = context.Event()
    writer = context.Process(target=_stop_half_way, args=(location, half_way))
    writer.start()
    assert half_way.wait(60)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    (entry,) = ledger.entries(Filter(day=DAY))
    assert (entry.last_run, len(ledger.changes(entry.id))) == ("run-0", 1)
    observe(ledger, 1)
    assert ledger.entries(Filter(day=DAY))[0].state is State.FIXED


def test_filters_choose_by_everything_that_is_shown(location: Path | str) -> None:
    ledger = open_ledger(location)
    link, news = (
        finding("http://www.x.gov.cn/zwgk/50%_a.html"),
        finding("要闻", check="FRE006", verdict=Verdict.REVIEW),
    )
    other = finding("http://www.y.gov.cn/b.html", site=OTHER)
    observe(ledger, 0, link, news)
    observe(ledger, 1, other, site=OTHER)
    everything = sorted([link.id, news.id, other.id])
    assert sorted(ids(ledger)) == everything
    assert ids(ledger, ids=(link.id[:8],)) == [link.id]
    for site in ("4401000002", "www.y.gov.cn", "青湖区人民政府"):
        assert ids(ledger, sites=(site,)) == [other.id]
    assert ids(ledger, regions=("青湖区",)) == [other.id]
    assert ids(ledger, checks=("FRE",)) == [news.id]
    assert ids(ledger, checks=("%",)) == []
    assert sorted(ids(ledger, kinds=(Kind.DEDUCT,))) == everything
    assert ids(ledger, kinds=(Kind.VETO,)) == []
    assert ids(ledger, states=(State.REVIEW,)) == [news.id]
    assert ids(ledger, runs=("run-1",)) == [other.id]
    assert ids(ledger, pages=("zwgk/*_a",)) == [link.id]
    assert ids(ledger, pages=("zwgk/_0",)) == []
    assert ids(ledger, overdue=True) == []
    assert ids(ledger, overdue=True, day=DAY + timedelta(days=11)) == [link.id]
    assert ids(ledger, due_by=DAY + timedelta(days=10)) == [link.id]


def test_a_waiver_that_has_run_out_is_open_for_every_reader(location: Path | str) -> None:
    ledger = open_ledger(location)
    observe(ledger, 0, finding())
    with ledger.writing() as pen:
        end = DAY + timedelta(days=20)
        pen.decide(finding().id, State.WAIVED, who="张三", why="迁移", at=START, until=end, due=due)
    assert ids(ledger, states=(State.WAIVED,), day=end) == [finding().id]
    assert ids(ledger, states=(State.WAIVED,), day=end + timedelta(days=1)) == []
    assert ids(ledger, states=(State.OPEN,), day=end + timedelta(days=1)) == [finding().id]


def test_a_changed_rule_makes_nothing_new_or_fixed_in_silence(location: Path | str) -> None:
    ledger = open_ledger(location)
    old = finding("要闻", check="FRE006")
    observe(ledger, 0, old)
    stricter = {**RULES, "FRE006": Rule(1, {"days": "7", "added": "x"})}
    new = finding("通知公告", check="FRE006")
    observe(ledger, 1, old, new, rules=stricter)
    assert [(one.cause, one.why) for one in ledger.changes(old.id)][1:] == [
        (Cause.RULE_CHANGED, "days: 14 → 7")
    ]
    assert [one.cause for one in ledger.changes(new.id)] == [Cause.FOUND_BY_OTHER_RULE]
    observe(ledger, 2, rules={**RULES, "FRE006": Rule(2, {"days": "7"})})
    for one in (old, new):
        last = ledger.changes(one.id)[-1]
        assert (last.cause, last.why, last.to_state) == (Cause.GONE_BY_OTHER_RULE, "1 → 2", State.DISMISSED)
    observe(ledger, 3, old, rules={**RULES, "FRE006": Rule(2, {"days": "7"})})
    assert ledger.changes(old.id)[-1].to_state is State.REOPENED


def test_what_nobody_knows_cannot_be_decided(location: Path | str) -> None:
    ledger = open_ledger(location)
    with ledger.writing() as pen, pytest.raises(RefusedError) as refused:
        pen.decide("0123456789abcdef", State.CONFIRMED, who="张三", why="", at=START, due=due)
    assert refused.value.key == "unknown"


def test_a_ledger_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.sqlite")
    with ledger._engine.begin() as connection:
        connection.execute(text("DROP TABLE sightings"))
    with pytest.raises(GovauditError) as failed:
        observe(ledger, 0, finding())
    assert [one.key for one in failed.value.problems] == ["ledger.unreachable"]
    assert ledger.entries(Filter(day=DAY)) == []
