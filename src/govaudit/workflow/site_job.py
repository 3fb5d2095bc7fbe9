"""What is done for one site of a run: crawl, judge, write the judgement. Runs in a worker process."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.answers import persons_rows, read_answers
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.finding import SiteJudgement
from govaudit.inspection.own_tables import own_tables
from govaudit.inspection.site_facts import SiteFacts, read_state, was_begun
from govaudit.inspection.word_lists import read_word_lists
from govaudit.inspection.workdays import read_calendar
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.workflow.capture import with_pictures
from govaudit.workflow.evidence import write_sums
from govaudit.workflow.judge import judge_site, not_inspected
from govaudit.workflow.peers import digests_of, judged_too_early, listener, peers_in, told_to
from govaudit.workflow.responses import with_responses
from govaudit.workflow.run_record import (
    existing_record,
    known_runs,
    profile_for,
    read_record,
    write_whole,
)
from govaudit.workflow.watch_window import keep_watch_window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from govaudit.inspection.run import CrawlPlan, Progress
    from govaudit.inspection.site import Site
    from govaudit.workflow.run_record import RunRecord


@dataclass(frozen=True, slots=True)
class SiteJob:
    """One site's work. ``crawl``/``judge``: which stages; ``not_applicable``: checks this target cannot answer;
    ``readers``: processors left for reading pages beside the crawl."""

    root: Path
    plan: CrawlPlan
    crawl: bool = True
    judge: bool = True
    not_applicable: frozenset[str] = frozenset()
    readers: int = 0


def do_site(job: SiteJob, tell: Callable[[Progress], None]) -> None:
    """Do the stages of one site. What is finished is not done again. Raises ``KeyboardInterrupt`` when the crawl
    was interrupted: it goes on from its journal at the next start; ``OSError`` with the place that failed."""
    workspace = open_workspace(job.root)
    facts_file = workspace.facts_file(job.plan.run, job.plan.site.key)
    try:
        _do_stages(job, workspace, facts_file, tell)
    except OSError as error:
        error.filename = error.filename or str(facts_file.parent)
        raise


def _do_stages(
    job: SiteJob, workspace: Workspace, facts_file: Path, tell: Callable[[Progress], None]
) -> None:
    if job.crawl and not finished(facts_file):
        from govaudit.crawler.crawl import crawl  # noqa: PLC0415 - check and report need no crawler

        earlier = earlier_facts(workspace, job.plan, facts_file)
        if crawl(job.plan, facts_file, tell, readers=job.readers, earlier=earlier).interrupted:
            raise KeyboardInterrupt
    if job.judge:
        record = existing_record(workspace, job.plan.run)
        pictures = job.plan if job.crawl else None
        judge_stored(workspace, record, job.plan.site, job.not_applicable, pictures=pictures, tell=tell)


def finished(facts_file: Path) -> bool:
    """Whether the crawl of a site came to its end."""
    state = read_state(facts_file)
    return state is not None and state.finished


def judge_stored(
    workspace: Workspace,
    record: RunRecord,
    site: Site,
    not_applicable: frozenset[str] = frozenset(),
    *,
    ipv6_witness: str = "",
    pictures: CrawlPlan | None = None,
    tell: Callable[[Progress], None] = lambda _: None,
) -> SiteJudgement:
    """Judge the stored facts of a site and write the judgement. ``ipv6_witness``: what another site of the run reached
    over IPv6 at about the same time; ``pictures``: the plan by which flagged places are looked at once more in a
    browser; without it the network is not touched."""
    evidence = workspace.evidence_folder(record.id, site.key)
    keep_watch_window(workspace, workspace.facts_file(record.id, site.key))
    told = told_to(workspace, record, site)
    with ExitStack() as stores:
        facts = stores.enter_context(closing(SiteFacts.open(workspace.facts_file(record.id, site.key))))
        before = previous_facts(workspace, record, site)
        profile = profile_for(record, site, workspace)
        answers = read_answers(workspace.answers_file(record.id))
        judgement = judge_site(
            facts,
            profile,
            record.sites,
            evidence,
            previous=stores.enter_context(closing(SiteFacts.open(before))) if before else None,
            calendar=read_calendar(workspace.calendar),
            word_lists=read_word_lists(workspace.words),
            not_applicable=not_applicable,
            answers=answers.points(site.key),
            language=workspace.settings.language,
            ipv6_witness=ipv6_witness,
            tables=own_tables(workspace.root),
            peers=peers_in(told),
            tell_peers=listener(workspace, record, site),
        )
        judgement = with_responses(judgement, facts, evidence)
    judgement = msgspec.structs.replace(judgement, heard=digests_of(told))
    judgement.persons_rows = persons_rows(profile, judgement, answers)
    judgement = with_pictures(judgement, evidence, pictures, tell)
    write_sums(judgement.findings, evidence)
    write_whole(workspace.judgement_file(record.id, site.key), msgspec.json.encode(judgement))
    return judgement


def settle_peers(
    workspace: Workspace, record: RunRecord, not_applicable: frozenset[str] = frozenset()
) -> list[str]:
    """Judge again the sites that were judged before a site that matters to them had told all. Gives their keys."""
    early = judged_too_early(workspace, record)
    for site in early:
        judge_stored(workspace, record, site, not_applicable)
    return [site.key for site in early]


def read_judgement(workspace: Workspace, record: RunRecord, site: Site) -> SiteJudgement:
    """The judgement of a site, or that it was not inspected and why."""
    file = workspace.judgement_file(record.id, site.key)
    if file.is_file():
        try:
            return msgspec.json.decode(file.read_bytes(), type=SiteJudgement)
        except msgspec.DecodeError as error:
            raise InputError(Problem("run.damaged", str(file), arguments={"why": str(error)})) from error
    reason = "interrupted" if site.enabled else "disabled"
    return not_inspected(site, profile_for(record, site, workspace), record.as_of, reason)


def earlier_facts(workspace: Workspace, plan: CrawlPlan, facts_file: Path) -> Path | None:
    """Facts of the run that the crawl was begun with (a crawl that goes on keeps to it), if they are still there."""
    run = plan.earlier
    if was_begun(facts_file):
        with closing(SiteFacts.open(facts_file)) as facts:
            run = facts.plan.earlier
    if not run:
        return None
    file = workspace.facts_file(run, plan.site.key)
    return file if file.is_file() else None


def run_to_build_on(workspace: Workspace, record: RunRecord, site: Site) -> str:
    """The newest run before this one whose crawl of the site came to its end; empty when there is none."""
    earlier = (
        record_ for run in known_runs(workspace) if (record_ := read_record(workspace, run)) is not None
    )
    before = [one for one in earlier if one.id != record.id and one.as_of < record.as_of]
    before.sort(key=lambda one: (one.as_of, one.started_at), reverse=True)
    return next((one.id for one in before if _was_crawled(workspace.facts_file(one.id, site.key))), "")


def _was_crawled(facts_file: Path) -> bool:
    try:
        return finished(facts_file)
    except InputError:
        return False


def earlier_records(workspace: Workspace, record: RunRecord) -> list[RunRecord]:
    """The runs before this one, by the moment at which they judge, oldest first. A run over a site list is compared
    with such runs alone: a look at single addresses says nothing of the others."""
    earlier = [
        other
        for run in known_runs(workspace)
        if run != record.id
        and (other := read_record(workspace, run)) is not None
        and other.as_of < record.as_of
        and (other.listed or not record.listed)
    ]
    return sorted(earlier, key=lambda one: (one.as_of, one.started_at))


def previous_record(workspace: Workspace, record: RunRecord) -> RunRecord | None:
    """The run before this one."""
    earlier = earlier_records(workspace, record)
    return earlier[-1] if earlier else None


def previous_facts(workspace: Workspace, record: RunRecord, site: Site) -> Path | None:
    """The stored facts of the run before this one, when it went through with the site and they can still be read."""
    earlier = previous_record(workspace, record)
    if earlier is None:
        return None
    file = workspace.facts_file(earlier.id, site.key)
    try:
        return file if finished(file) else None
    except (
        InputError
    ):  # written by another version: there is less to compare with, and nothing wrong with this run
        return None


def previous_judgement(workspace: Workspace, record: RunRecord, site: Site) -> SiteJudgement | None:
    """What the run before this one said of a site, if it inspected it."""
    earlier = previous_record(workspace, record)
    if earlier is None or not workspace.judgement_file(earlier.id, site.key).is_file():
        return None
    return read_judgement(workspace, earlier, site)
