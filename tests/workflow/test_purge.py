"""Old runs are deleted when somebody says so, with a line that stays; what others rest on is not."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.cli.main import main
from govaudit.inspection.ages import before, parse_age
from govaudit.inspection.errors import GovauditError, InputError
from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import Charset, Fetch, Lane, PageKind, Reading
from govaudit.inspection.run import BEIJING, Budget, CrawlPlan, CrawlState
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.purge import Order, plan_purge, purge, stored_runs
from govaudit.workflow.run_record import RunRecord, known_runs, write_record

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=BEIJING)
ORDER = Order("李某", "保存期满", NOW)


def with_run(
    workspace: Workspace,
    name: str,
    moment: datetime,
    *,
    finished: bool = True,
    run: str = "",
    listed: bool = True,
) -> Path:
    """A run that is nothing but a record and a file."""
    record = RunRecord(
        id=run or name, as_of=moment, sites=(Site(url="http://www.x.gov.cn/"),), budget=Budget(), family="auto",
        browser="auto", profiles={}, started_at=moment, finished_at=moment if finished else None, listed=listed,
    )  # fmt: skip
    folder = workspace.run_folder(name)
    write_record(workspace, msgspec.structs.replace(record, id=name))
    (folder / "run.json").write_bytes(msgspec.json.encode(record))
    (folder / "www.x.gov.cn.judged.json").write_bytes(b"{}")
    (folder / "evidence").mkdir()
    (folder / "evidence" / "shot.jpg").write_bytes(b"x" * 1000)
    for file in (folder / "run.json", folder / "www.x.gov.cn.judged.json", folder / "evidence" / "shot.jpg"):
        os.utime(file, (moment.timestamp(), moment.timestamp()))
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = Workspace(tmp_path, Settings())
    with_run(found, "2023Q3", datetime(2023, 9, 20, tzinfo=BEIJING))
    with_run(found, "2023Q4", datetime(2023, 12, 20, tzinfo=BEIJING))
    with_run(found, "2026Q4", datetime(2026, 11, 20, tzinfo=BEIJING))
    return found


def audit(workspace: Workspace) -> list[dict[str, object]]:
    file = workspace.root / "runs" / "purged.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.is_file() else []


def planned(workspace: Workspace, *names: str, age: str = "", bodies_only: bool = False) -> dict[str, str]:
    plan = plan_purge(workspace, names, age, NOW, bodies_only=bodies_only)
    return {one.run.name: one.what.value for one in plan}


def test_what_is_older_goes_and_a_line_says_who_and_why(workspace: Workspace) -> None:
    report = workspace.report_folder("2023Q3") / "index.html"
    report.parent.mkdir(parents=True)
    report.write_text("x")
    plan = plan_purge(workspace, (), "3y", NOW, bodies_only=False)
    assert [one.run.name for one in plan] == ["2023Q3"]
    ((_, freed),) = purge(workspace, plan, ORDER)
    assert freed > 1000
    assert known_runs(workspace) == ["2023Q4", "2026Q4"]
    assert report.is_file()
    begin, end = audit(workspace)
    assert begin == {
        "at": NOW.isoformat(), "by": "李某", "why": "保存期满", "run": "2023Q3", "what": "run",
        "as_of": "2023-09-20T00:00:00+08:00", "sites": 1, "event": "begin", "bytes": freed,
    }  # fmt: skip
    assert (end["event"], end["bytes"]) == ("end", freed)
    list(purge(workspace, plan_purge(workspace, ["2023Q4"], "", NOW, bodies_only=False), ORDER))
    assert audit(workspace)[:2] == [begin, end]
    assert len(audit(workspace)) == 4


def test_the_newest_run_is_held_even_when_it_is_old(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, Settings())
    with_run(workspace, "2020Q1", datetime(2020, 3, 1, tzinfo=BEIJING))
    with_run(workspace, "2020Q1.1", datetime(2020, 2, 1, tzinfo=BEIJING), run="2020Q1")
    with_run(workspace, "2020-05-01-1", datetime(2020, 5, 1, tzinfo=BEIJING), listed=False)
    assert set(planned(workspace, age="3y")) == {"2020Q1.1", "2020-05-01-1"}
    with pytest.raises(InputError, match=r"purge\.newest"):
        planned(workspace, "2020Q1", bodies_only=True)


def test_a_run_at_work_is_held_and_one_that_was_given_up_is_not(workspace: Workspace) -> None:
    old = datetime(2020, 1, 1, tzinfo=BEIJING)
    folder = with_run(workspace, "2020Q1", old, finished=False)
    assert "2020Q1" in planned(workspace, age="3y")
    moment = (NOW - timedelta(hours=1)).timestamp()
    os.utime(folder / "run.json", (moment, moment))
    assert "2020Q1" not in planned(workspace, age="3y")
    with pytest.raises(InputError, match=r"purge\.at-work"):
        planned(workspace, "2020Q1")


def test_of_a_published_run_only_the_facts_go(workspace: Workspace) -> None:
    frozen = workspace.report_folder("2023Q3") / "final-v1" / "circular.docx"
    frozen.parent.mkdir(parents=True)
    frozen.write_bytes(b"x")
    folder = workspace.run_folder("2023Q3")
    (folder / "www.x.gov.cn.sqlite").write_bytes(b"x" * 500)
    plan = plan_purge(workspace, ["2023Q3"], "", NOW, bodies_only=False)
    ((one, freed),) = purge(workspace, plan, ORDER)
    assert (one.what, freed) == ("facts", 500)
    assert frozen.is_file()
    assert {file.name for file in folder.iterdir()} == {"run.json", "www.x.gov.cn.judged.json", "evidence"}


def test_nothing_is_purged_that_was_not_named(workspace: Workspace) -> None:
    with pytest.raises(InputError, match=r"purge\.nothing-named"):
        planned(workspace)
    with pytest.raises(InputError, match=r"run\.unknown"):
        planned(workspace, "2023Q3", "none")


def test_what_cannot_be_deleted_is_told_and_the_order_stays_written_down(workspace: Workspace) -> None:
    plan = plan_purge(workspace, ["2023Q3"], "", NOW, bodies_only=False)
    workspace.run_folder("2023Q3").rename(workspace.root / "moved")
    with pytest.raises(GovauditError, match=r"purge\.cannot-delete"):
        list(purge(workspace, plan, ORDER))
    assert [one["event"] for one in audit(workspace)] == ["begin"]


def with_facts(workspace: Workspace, run: str, earlier: str = "", *, finished: bool = True) -> Path:
    """A stored page of the run's site; ``earlier``: the run that the crawl was begun with."""
    file = workspace.facts_file(run, "www.x.gov.cn")
    url = "http://www.x.gov.cn/"
    plan = CrawlPlan(run=run, site=Site(url=url), as_of=NOW, seed=1, earlier=earlier)
    with closing(FactWriter.open(file, plan)) as writer:
        writer.add_target(url, Lane.PAGE, 0)
        number = writer.add_fetch(Fetch(url=url, status=200, final_url=url), b"<p>body</p>")
        writer.add_page(url, number, 0, Reading(PageKind.HOME, (), "", Charset("utf-8")), [])
        writer.commit()
        writer.set_state(CrawlState(started_at=1.0, finished_at=2.0 if finished else 0.0))
    return file


def test_a_run_that_another_is_begun_with_is_held_until_that_one_is_finished(workspace: Workspace) -> None:
    folder = with_run(workspace, "2027Q1", NOW - timedelta(days=2), finished=False)
    file = with_facts(workspace, "2027Q1", "2023Q3", finished=False)
    os.utime(file, (0, 0))
    held = {one.name: one.held for one in stored_runs(workspace, NOW)}
    assert held == {"2023Q3": "built-on", "2023Q4": None, "2026Q4": "newest", "2027Q1": None}
    with pytest.raises(InputError, match=r"purge\.built-on"):
        planned(workspace, "2023Q3", bodies_only=True)
    record = msgspec.json.decode((folder / "run.json").read_bytes(), type=RunRecord)
    write_record(workspace, msgspec.structs.replace(record, finished_at=NOW))
    held = {one.name: one.held for one in stored_runs(workspace, NOW)}
    assert held == {"2023Q3": None, "2023Q4": None, "2026Q4": None, "2027Q1": "newest"}


def test_bodies_alone_can_go(workspace: Workspace) -> None:
    file = with_facts(workspace, "2023Q3")
    ((one, _),) = purge(workspace, plan_purge(workspace, ["2023Q3"], "", NOW, bodies_only=True), ORDER)
    assert one.what == "bodies"
    with closing(SiteFacts.open(file)) as facts:
        assert facts.state.archive == "none"
        assert len(list(facts.pages())) == 1
        assert facts.bodies("http://www.x.gov.cn/") == {}
    assert known_runs(workspace) == ["2023Q3", "2023Q4", "2026Q4"]
    assert [one["what"] for one in audit(workspace)] == ["bodies", "bodies"]


def test_the_command_deletes_only_when_told_by_whom_and_why(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workspace.root)

    def called(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["govaudit", "runs", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), capsys.readouterr().out

    code, out = called("list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["2023Q3", "2023Q4", "2026Q4"]
    assert called("purge") == (2, "")
    assert called("purge", "--older-than", "soon") == (2, "")
    assert called("purge", "--older-than", "3y", "--yes") == (2, "")
    code, out = called("purge", "--run", "2023Q3")
    assert (code, "2023Q3" in out) == (0, True)
    assert known_runs(workspace) == ["2023Q3", "2023Q4", "2026Q4"]
    assert audit(workspace) == []
    (workspace.root / "govaudit.toml").write_text('retention = "2y"\n')
    code, out = called("purge", "--yes", "--by", "Li", "--why", "over")
    assert (code, len(out.splitlines())) == (0, 2)
    assert known_runs(workspace) == ["2026Q4"]
    assert {one["by"] for one in audit(workspace)} == {"Li"}


@pytest.mark.parametrize(
    ("moment", "age", "expected"),
    [
        ("2026-11-22", "3y", "2023-11-22"),
        ("2024-02-29", "1y", "2023-02-28"),
        ("2026-03-31", "1m", "2026-02-28"),
        ("2026-01-15", "2m", "2025-11-15"),
        ("2026-11-22", "90d", "2026-08-24"),
    ],
)
def test_an_age_counts_back_by_the_calendar(moment: str, age: str, expected: str) -> None:
    assert before(datetime.fromisoformat(moment), age) == datetime.fromisoformat(expected)


@given(st.text(max_size=6))
def test_what_is_no_age_is_refused_with_a_value_error(text: str) -> None:
    try:
        number, unit = parse_age(text)
    except ValueError:
        return
    assert number > 0
    assert unit in "dmy"
