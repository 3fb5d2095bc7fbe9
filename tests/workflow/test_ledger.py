"""Runs and the ledger, over real crawls: what opens, closes and returns, and what closes nothing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.ledger.entries import Cause
from govaudit.inspection.ledger.filters import Filter
from govaudit.inspection.run import Budget, Network, parse_moment
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Result, State
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.workflow.inspect import RunOptions, begin_run, check_run, inspect_run
from govaudit.workflow.ledger import due_by, judgements_of, ledger_of, record_run
from govaudit.workflow.run_record import existing_record
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.inspection.ledger.entries import Change, Entry
    from govaudit.inspection.ledger.store import Ledger
    from govaudit.workflow.inspect import RunEnd

CODE = "1234560001"
MOMENTS = {
    "2026Q3": "2026-09-10",
    "2026Q4": "2026-11-20",
    "2027Q1": "2027-02-20",
    "2027Q2": "2027-05-20",
    "2027Q3": "2027-08-20",
}
SAID = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path)


@pytest.fixture
def served() -> Iterator[HttpSite]:
    with HttpSite() as site:
        site.add("/", Reply(body=page("/a.html", "/b.html", title="云澜市人民政府")))
        site.add("/a.html", Reply(body=page("/", "/broken.html", title="文章")))
        site.add("/b.html", Reply(body=page("/", title="文章")))
        yield site


def inspect(workspace: Workspace, url: str, run: str, *, max_pages: int = 100) -> RunEnd:
    options = RunOptions(
        run=run,
        as_of=parse_moment(MOMENTS[run]),
        network=Network(allow_private=True, rate=0.0, browser="never", timeout=3.0),
        budget=Budget(max_pages=max_pages),
        formats=("json",),
    )
    record = begin_run(workspace, [Site(url=url, code=CODE, name="云澜市")], options, listed=True)
    return inspect_run(workspace, record, options, lambda _: None)


def opened(workspace: Workspace) -> Ledger:
    ledger = ledger_of(workspace)
    assert ledger is not None
    return ledger


def broken(workspace: Workspace, check: str = "LNK001", name: str = "/broken.html") -> Entry:
    found = [
        one
        for one in opened(workspace).entries(Filter(day=date(2026, 1, 1), checks=(check,)))
        if one.finding.subject.endswith(name)
    ]
    assert len(found) == 1
    return found[0]


def history(workspace: Workspace, finding: str) -> list[tuple[Cause, State | None, State]]:
    return [(one.cause, one.from_state, one.to_state) for one in opened(workspace).changes(finding)]


def reported(workspace: Workspace, run: str) -> dict[str, Any]:
    data = json.loads((workspace.report_folder(run) / "findings.json").read_text(encoding="utf-8"))
    return {one["id"]: one for one in data["findings"]}


def test_a_fault_is_open_then_fixed_then_returns_with_its_history(
    workspace: Workspace, served: HttpSite
) -> None:
    inspect(workspace, served.url, "2026Q3")
    entry = broken(workspace)
    assert (entry.state, entry.first_run, entry.deadline) == (State.OPEN, "2026Q3", date(2026, 9, 23))
    told = reported(workspace, "2026Q3")[entry.id]
    assert (told["state"], told["first_seen"], told["deadline"]) == ("open", "2026Q3", "2026-09-23")
    before = contents(workspace)
    check_run(workspace, "2026Q3", "")
    record_run(workspace, existing_record(workspace, "2026Q3"))
    assert contents(workspace) == before, "judging again changes nothing"
    served.add("/a.html", Reply(body=page("/", title="文章")))
    inspect(workspace, served.url, "2026Q4")
    assert broken(workspace).state is State.FIXED
    served.add("/a.html", Reply(body=page("/", "/broken.html", title="文章")))
    inspect(workspace, served.url, "2027Q1")
    returned = broken(workspace)
    assert (returned.state, returned.first_run, returned.last_run) == (State.REOPENED, "2026Q3", "2027Q1")
    assert history(workspace, entry.id) == [
        (Cause.FOUND, None, State.OPEN),
        (Cause.GONE, State.OPEN, State.FIXED),
        (Cause.RETURNED, State.FIXED, State.REOPENED),
    ]
    told = reported(workspace, "2027Q1")[entry.id]
    assert (told["state"], told["first_seen"], told["last_seen"]) == ("reopened", "2026Q3", "2027Q1")


def test_only_a_run_that_looked_closes(workspace: Workspace, served: HttpSite) -> None:
    inspect(workspace, served.url, "2026Q3")
    inspect(workspace, served.url, "2026Q4", max_pages=1)
    assert broken(workspace).state is State.OPEN, "beyond the budget"
    served.add("/a.html", Reply(status=503))
    inspect(workspace, served.url, "2027Q1")
    assert broken(workspace).state is State.OPEN, "a page that could not be read"
    served.add("/", Reply(drop=True))
    inspect(workspace, served.url, "2027Q2")
    entry = broken(workspace)
    assert (entry.state, entry.last_run) == (State.OPEN, "2026Q3"), "a site that could not be reached"
    served.add("/", Reply(body=page("/b.html", "/a.html", title="云澜市人民政府")))
    served.add("/a.html", Reply(status=404))
    inspect(workspace, served.url, "2027Q3")
    assert broken(workspace).state is State.FIXED, "a page that is gone for certain"


def contents(workspace: Workspace) -> list[tuple[Entry, list[Change]]]:
    """Everything, but for the evidence: pictures are taken with the network only."""
    ledger = opened(workspace)
    entries = ledger.entries(Filter(day=date(2026, 1, 1)))
    bare = [
        msgspec.structs.replace(one, finding=msgspec.structs.replace(one.finding, evidence=(), no_picture=""))
        for one in entries
    ]
    return [(one, ledger.changes(one.id)) for one in bare]


def test_a_run_of_an_earlier_moment_overwrites_no_newer_state(workspace: Workspace, served: HttpSite) -> None:
    inspect(workspace, served.url, "2026Q4")
    before = broken(workspace)
    inspect(workspace, served.url, "2026Q3")
    entry = broken(workspace)
    assert (entry.state, entry.first_run, entry.last_run) == (State.OPEN, "2026Q3", "2026Q4")
    assert entry.deadline == before.deadline
    assert history(workspace, entry.id)[-1] == (Cause.SEEN_EARLIER, State.OPEN, State.OPEN)


def test_what_people_decided_counts_and_judging_again_says_the_same(
    workspace: Workspace, served: HttpSite
) -> None:
    inspect(workspace, served.url, "2026Q4")
    record = existing_record(workspace, "2026Q4")
    (before,) = judgements_of(workspace, record)
    ledger, entry = opened(workspace), broken(workspace)
    points = next(one.points for one in before.findings if one.id == entry.id)
    assert points is not None
    assert before.score is not None
    with ledger.writing() as pen:
        pen.decide(
            entry.id, State.WAIVED, who="张三", why="迁移中", at=SAID, until=date(2027, 1, 31),
            due=due_by(workspace),
        )  # fmt: skip
    (after,) = judgements_of(workspace, record)
    assert after.score is not None
    assert after.score.total == pytest.approx(before.score.total - points)
    (again,) = check_run(workspace, "2026Q4", "")
    assert (again.score, again.result, again.provisional) == (after.score, after.result, after.provisional)
    assert [(one.id, one.state, one.decided) for one in again.findings] == [
        (one.id, one.state, one.decided) for one in after.findings
    ]
    inspect(workspace, served.url, "2027Q1")
    (later,) = judgements_of(workspace, existing_record(workspace, "2027Q1"))
    assert later.score is not None
    assert later.score.total == pytest.approx(before.score.total)
    assert broken(workspace).state is State.OPEN
    assert history(workspace, entry.id)[-1] == (Cause.WAIVER_EXPIRED, State.WAIVED, State.OPEN)
    (still,) = judgements_of(workspace, record)
    assert still.score == after.score


def test_no_ledger_is_kept_where_the_settings_say_so(workspace: Workspace, served: HttpSite) -> None:
    (workspace.root / "govaudit.toml").write_text('ledger = "none"\n', encoding="utf-8")
    bare = open_workspace(workspace.root)
    end = inspect(bare, served.url, "2026Q3")
    assert not workspace.ledger.exists()
    assert end.judgements[0].result is not Result.NOT_INSPECTED
    assert {one["first_seen"] for one in reported(bare, "2026Q3").values()} == {"2026Q3"}
    assert msgspec.json.encode(end.judgements[0])


def test_a_run_begins_only_when_its_ledger_can_be_opened(workspace: Workspace) -> None:
    (workspace.root / "govaudit.toml").write_text(
        'ledger = "postgresql+psycopg://govaudit@127.0.0.1:1/x?connect_timeout=2"\n', encoding="utf-8"
    )
    with pytest.raises(InputError) as refused:
        inspect(open_workspace(workspace.root), "http://127.0.0.1:1/", "2026Q4")
    assert [one.key for one in refused.value.problems] == ["ledger.unreachable"]


def test_the_password_of_a_server_comes_from_the_environment(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.root / "govaudit.toml").write_text(
        'ledger = "postgresql+psycopg://a@127.0.0.1:1/x?connect_timeout=2"\nledger_password_env = "LEDGER_SECRET"\n',
        encoding="utf-8",
    )
    guarded = open_workspace(workspace.root)
    with pytest.raises(InputError) as refused:
        ledger_of(guarded)
    assert [one.key for one in refused.value.problems] == ["option.no-variable"]
    monkeypatch.setenv("LEDGER_SECRET", "geheim")
    with pytest.raises(InputError) as refused:
        ledger_of(guarded)
    assert [one.key for one in refused.value.problems] == ["ledger.unreachable"]
    assert "geheim" not in repr(refused.value.problems)
