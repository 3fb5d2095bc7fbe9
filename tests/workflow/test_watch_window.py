"""What a run keeps of the watch log, and what it is judged by."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import Fetch, Lane
from govaudit.inspection.run import BEIJING, Budget, CrawlPlan, CrawlState, seed_of
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.verdict import Reason, Result, Verdict
from govaudit.inspection.watch_log import Look, Outcome, Visit, WatchLog
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.run_record import RunRecord, usable_profile, write_record
from govaudit.workflow.site_job import judge_stored
from govaudit.workflow.watch_window import keep_watch_window

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = datetime(2026, 11, 20, 9, tzinfo=BEIJING)
SITE = Site(url="http://www.yunlan.gov.cn/", code="4401000001", name="云岚市")
OPEN = Look(4, Outcome.OPEN, status=200, after=0.3, seconds=0.3)
FAILED = Look(4, Outcome.FAILED, step="tcp", reason=Reason.CONNECT, error="refused", after=15.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, Settings())


@pytest.fixture
def record(workspace: Workspace) -> RunRecord:
    """A run whose site did not answer the crawl."""
    profile = usable_profile("gov-2019", None)
    plan = CrawlPlan(run="2026Q4", site=SITE, as_of=AS_OF, seed=seed_of("2026Q4", SITE.key))
    with closing(FactWriter.open(workspace.facts_file("2026Q4", SITE.key), plan)) as writer:
        number = writer.add_target(SITE.url, Lane.PAGE, 0)
        at = AS_OF.timestamp() + 60
        writer.add_fetch(Fetch(url=SITE.url, at=at, reason=Reason.TIMEOUT, detail="no answer within 15 s"))
        writer.finish_target(number)
        writer.commit()
        writer.set_state(
            CrawlState(started_at=at, finished_at=at + 60, problem="timeout: no answer within 15 s")
        )
    made = RunRecord(
        id="2026Q4",
        as_of=AS_OF,
        sites=(SITE,),
        budget=Budget(),
        family="auto",
        browser="never",
        profiles={profile.name: profile.digest},
        default_profile=profile.name,
        started_at=AS_OF,
    )
    write_record(workspace, made)
    return made


def watched(workspace: Workspace, look: Look, *, days: int = 8, until: datetime = AS_OF) -> None:
    """Visits each hour before ``until``."""
    with closing(WatchLog.open(workspace.watch_log)) as log, log:
        for hour in range(days * 24):
            slot = int((until - timedelta(hours=hour, minutes=30)).timestamp())
            log.record(SITE.key, Visit(slot, slot + 0.5, (look,)))


def test_a_site_that_was_down_all_week_is_vetoed_though_its_home_page_was_never_read(
    workspace: Workspace, record: RunRecord
) -> None:
    watched(workspace, FAILED)
    judgement = judge_stored(workspace, record, SITE)
    assert judgement.result is Result.UNQUALIFIED
    assert [hit.name for hit in judgement.vetoes] == ["站点无法访问"]
    (finding,) = [one for one in judgement.findings if one.check == "AVL001"]
    assert finding.clause.startswith("监测1周")
    evidence = workspace.run_folder("2026Q4") / finding.evidence[0].path
    assert "tcp connect refused" in evidence.read_text(encoding="utf-8")
    assert judgement.availability is not None
    assert [(day.measured, day.failed) for day in judgement.availability.days] == [(24, 24)] * 7


def test_without_a_log_the_site_is_inconclusive_and_the_row_undecided(
    workspace: Workspace, record: RunRecord
) -> None:
    judgement = judge_stored(workspace, record, SITE)
    assert judgement.result is Result.INCONCLUSIVE
    assert judgement.checks["AVL001"].reason is Reason.NOT_MEASURED
    assert "AVL001" in judgement.undecided
    assert judgement.availability is None
    assert not workspace.watch_log.exists()


def test_judging_again_gives_the_same_whatever_the_log_says_by_then(
    workspace: Workspace, record: RunRecord
) -> None:
    watched(workspace, OPEN)
    first = judge_stored(workspace, record, SITE)
    watched(workspace, FAILED)
    workspace.watch_log.unlink()
    watched(workspace, FAILED)
    second = judge_stored(workspace, record, SITE)
    assert second.checks["AVL001"] == first.checks["AVL001"]
    assert first.checks["AVL001"].verdict is Verdict.PASS
    assert second.availability == first.availability


def test_what_came_after_the_moment_of_judgement_is_left_out(workspace: Workspace, record: RunRecord) -> None:
    watched(workspace, FAILED, days=7, until=AS_OF + timedelta(days=7))
    watched(workspace, OPEN, days=7)
    judgement = judge_stored(workspace, record, SITE)
    assert judgement.checks["AVL001"].verdict is Verdict.PASS
    assert judgement.checks["AVL001"].detail.startswith("0/168")


def test_a_copy_that_was_taken_too_early_is_taken_again(workspace: Workspace, record: RunRecord) -> None:
    facts_file = workspace.facts_file(record.id, SITE.key)
    watched(workspace, OPEN, days=3, until=AS_OF - timedelta(days=2))
    keep_watch_window(workspace, facts_file, lambda: AS_OF.timestamp() - 100)
    watched(workspace, OPEN)
    keep_watch_window(workspace, facts_file, lambda: AS_OF.timestamp() + 100)
    watched(workspace, FAILED)
    keep_watch_window(workspace, facts_file, lambda: AS_OF.timestamp() + 200)
    with closing(SiteFacts.open(facts_file)) as facts:
        copies = facts.probes("watch")
    assert [len(one.result["visits"]) for one in copies] == [72, 192]  # type: ignore[arg-type]
