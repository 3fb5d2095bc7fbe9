"""Which runs a report looks back on, and what it reads of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.run import Budget
from govaudit.inspection.verdict import Result, Verdict
from govaudit.inspection.workspace import open_workspace
from govaudit.workflow.report import run_report
from govaudit.workflow.run_record import RunRecord, write_record
from govaudit.workflow.site_job import previous_record
from tests.reports.sample_run import sample_report

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.site import Site
    from govaudit.inspection.workspace import Workspace

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PORTAL, DEPARTMENT, *_ = sample_report(per_site=6).sites


def record(run: str, days: int, *sites: Site, listed: bool = True) -> RunRecord:
    moment = NOW - timedelta(days=days)
    return RunRecord(
        id=run, as_of=moment, sites=sites, budget=Budget(), family="auto", browser="never", profiles={},
        default_profile="gov-2019", started_at=moment, listed=listed,
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    opened = open_workspace(tmp_path)
    write_record(opened, record("2025Q4", 365, PORTAL.site))
    write_record(opened, record("2026Q3", 92, PORTAL.site, DEPARTMENT.site))
    write_record(opened, record("20261101-1", 21, DEPARTMENT.site, listed=False))
    write_record(opened, record("2027Q1", -90, PORTAL.site))
    opened.judgement_file("2026Q3", PORTAL.site.key).write_bytes(msgspec.json.encode(PORTAL))
    return opened


def test_a_run_over_the_list_looks_back_on_such_runs_alone(workspace: Workspace) -> None:
    report = run_report(workspace, record("2026Q4", 0, PORTAL.site))
    assert [one.run for one in report.earlier] == ["2025Q4", "2026Q3"]
    assert report.previous_run == "2026Q3"
    assert report.year_ago is not None
    assert report.year_ago.run == "2025Q4"
    single = previous_record(workspace, record("20261122-1", 0, PORTAL.site, listed=False))
    assert single is not None
    assert single.id == "20261101-1"


def test_what_was_stored_of_earlier_runs_is_read(workspace: Workspace) -> None:
    last = run_report(workspace, record("2026Q4", 0, PORTAL.site)).earlier[-1]
    portal, department = last.sites[PORTAL.site.key], last.sites[DEPARTMENT.site.key]
    assert (portal.result, portal.profile_hash) == (PORTAL.result, PORTAL.profile_hash)
    assert [(one.id, one.standing, one.kind) for one in portal.findings] == [
        (one.id, one.standing, one.kind) for one in PORTAL.findings
    ]
    assert any(one.standing is Verdict.FAIL for one in portal.findings)
    assert department.result is Result.NOT_INSPECTED


def test_a_damaged_judgement_of_an_earlier_run_is_named(workspace: Workspace) -> None:
    file = workspace.judgement_file("2026Q3", PORTAL.site.key)
    file.write_bytes(b'{"result": "good"}')
    with pytest.raises(InputError) as caught:
        run_report(workspace, record("2026Q4", 0, PORTAL.site))
    (problem,) = caught.value.problems
    assert (problem.key, problem.where) == ("run.damaged", str(file))
