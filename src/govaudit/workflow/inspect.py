"""The main job: site list → crawl → judgement → report, resumable at any point."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import GovauditError, InputError, Problem, UncheckedError
from govaudit.inspection.run import BEIJING, Budget, Network, Progress, quarter_of
from govaudit.inspection.urls import canonical, literal_address_kind
from govaudit.inspection.verdict import Result
from govaudit.inspection.workdays import read_calendar
from govaudit.reports.write import known_formats
from govaudit.workflow.archive import prune_run
from govaudit.workflow.ipv6_witnesses import settle_silence
from govaudit.workflow.judge import crashed
from govaudit.workflow.ledger import judgements_of, ledger_of, record_run
from govaudit.workflow.neighbours import addresses_of
from govaudit.workflow.processes import JobEnd, run_jobs
from govaudit.workflow.report import left_out_formats, report_run
from govaudit.workflow.run_record import (
    RunRecord,
    existing_record,
    known_runs,
    plan_for,
    profile_for,
    read_record,
    usable_profile,
    write_record,
)
from govaudit.workflow.site_job import (
    SiteJob,
    do_site,
    finished,
    read_judgement,
    run_to_build_on,
    settle_peers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.inspection.run import CrawlPlan
    from govaudit.inspection.site import Site
    from govaudit.inspection.workspace import Workspace


_HURRIED = 50.0
"""Requests a second from which one processor no longer reads as fast as a site answers."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a user may say about a run; ``None``: not said, the run's own or the default holds."""

    run: str = ""
    as_of: datetime | None = None
    profile: str = ""
    network: Network = field(default_factory=Network)
    budget: Budget = field(default_factory=Budget)
    jobs: int = 0
    again: bool = False
    strict: bool = False
    formats: tuple[str, ...] = ()
    revalidate: bool = True
    """Take over pages of an earlier run of which the server says that they still hold."""
    start_urls: tuple[str, ...] = ()
    """Further addresses to begin with."""


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended. ``problems``: sentences for the user by site; ``crashes``: unexpected errors."""

    record: RunRecord
    judgements: tuple[SiteJudgement, ...] = ()
    files: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
    crashes: tuple[str, ...] = ()
    left_out: tuple[Problem, ...] = ()
    """Formats that this installation cannot write."""

    @property
    def inspected(self) -> list[SiteJudgement]:
        """Judgements of sites that really were inspected."""
        return [one for one in self.judgements if one.result in {Result.QUALIFIED, Result.UNQUALIFIED}]

    def exit_code(self, *, strict: bool) -> int:
        """By contract: 4 work that broke off (an internal error, a full disk), 3 nothing (or, when strict, not
        everything) could be checked, 0 done."""
        if self.crashes or self.problems or any(crashed(one) for one in self.judgements):
            return 4
        due = [one for one in self.judgements if one.site.enabled]
        unread = [one for one in due if one not in self.inspected]
        if not self.inspected or (strict and unread):
            return 3
        return 0


def begin_run(workspace: Workspace, sites: Sequence[Site], options: RunOptions, *, listed: bool) -> RunRecord:
    """The record of a new run, or of the one that goes on. ``listed``: the sites come from a site list.

    Raises ``InputError`` when a run of that name was begun under other terms, or the workspace cannot be written.
    """
    refuse_private(sites, options.network)
    _usable_name(options.run)
    known_formats(options.formats or workspace.settings.formats)
    read_calendar(workspace.calendar)
    ledger_of(workspace)
    now = datetime.now(BEIJING).replace(microsecond=0)
    run = options.run or _run_name(workspace, sites, options.as_of or now, listed=listed)
    stored = read_record(workspace, run)
    if stored is not None and options.again:
        _set_aside(workspace, run)
        stored = None
    as_of = options.as_of or (stored.as_of if stored else now)
    record = RunRecord(
        id=run,
        as_of=as_of,
        sites=tuple(sites),
        budget=options.budget,
        family=options.network.family,
        browser=options.network.browser,
        profiles={},
        profile=options.profile,
        default_profile=workspace.settings.profile,
        ignore_robots=options.network.ignore_robots,
        started_at=stored.started_at if stored else now,
        listed=listed,
    )
    names = {record.profile_of(site) for site in sites}
    digests = {name: usable_profile(name, workspace.profiles).digest for name in sorted(names)}
    record = msgspec.structs.replace(record, profiles=digests)
    if stored is not None:
        if changed := stored.differences(record):
            arguments: dict[str, str | int] = {"run": run, "changed": ", ".join(changed)}
            raise InputError(Problem("run.other-terms", str(workspace.run_folder(run)), arguments=arguments))
        return stored
    try:
        write_record(workspace, record)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Problem("file.cannot-write", str(workspace.root), arguments={"why": why})) from error
    return record


def crawl_run(
    workspace: Workspace,
    record: RunRecord,
    options: RunOptions,
    tell: Callable[[Progress], None],
    *,
    judge: bool,
    not_applicable: frozenset[str] = frozenset(),
) -> list[JobEnd[SiteJob]]:
    """Crawl (and judge) every enabled site of a run that is not finished yet."""
    due = [site for site in record.sites if site.enabled and not _done(workspace, record, site, judged=judge)]
    processors = os.cpu_count() or 1
    at_once = min(options.jobs or processors, len(due) or 1)
    hurried = options.network.rate == 0 or options.network.rate >= _HURRIED
    jobs = [
        SiteJob(
            workspace.root,
            _plan(workspace, record, site, options, not_applicable),
            judge=judge,
            not_applicable=not_applicable,
            readers=max(0, processors // at_once - 1) if hurried else 0,
        )
        for site in due
    ]
    shared = addresses_of(due, options.network) if options.network.rate and at_once > 1 else {}
    return run_jobs(jobs, do_site, at_once, tell, lambda job: shared.get(job.plan.site.key, frozenset()))


def inspect_run(
    workspace: Workspace,
    record: RunRecord,
    options: RunOptions,
    tell: Callable[[Progress], None],
    *,
    not_applicable: frozenset[str] = frozenset(),
) -> RunEnd:
    """Crawl, judge and report a run. Sites that fail do not keep the others from being reported."""
    ends = crawl_run(workspace, record, options, tell, judge=True, not_applicable=not_applicable)
    try:
        settle_peers(workspace, record, not_applicable)
        settle_silence(workspace, record, not_applicable)
        return close_run(workspace, record, ends, options.formats)
    except OSError as error:
        where, why = str(error.filename or workspace.root), error.strerror or str(error)
        told = [problem for end in ends for problem in end.problems]
        raise GovauditError(*told, Problem("file.cannot-write", where, arguments={"why": why})) from error


def close_run(
    workspace: Workspace, record: RunRecord, ends: Sequence[JobEnd[SiteJob]], formats: Sequence[str]
) -> RunEnd:
    """Write the record, the ledger and the reports of a run whose sites are through."""
    record = msgspec.structs.replace(record, finished_at=datetime.now(BEIJING).replace(microsecond=0))
    write_record(workspace, record)
    try:
        record_run(workspace, record)
    except InputError as error:
        # The ledger could be opened when the run began; what was found is stored and can be recorded later.
        raise GovauditError(*error.problems) from error
    files = tuple(report_run(workspace, record, formats))
    _, unpruned = prune_run(workspace, record, workspace.settings.archive)
    return RunEnd(
        record,
        judgements_of(workspace, record),
        files,
        (*(problem for end in ends for problem in end.problems), *unpruned),
        tuple(end.crash for end in ends if end.crash),
        left_out_formats(workspace, record, formats),
    )


def check_run(workspace: Workspace, run: str, profile: str) -> list[SiteJudgement]:
    """Judge a stored run again, under another profile when one is given. Touches no network."""
    record = existing_record(workspace, run)
    if profile and profile != record.profile:
        record = msgspec.structs.replace(record, profile=profile)
    names = {record.profile_of(site) for site in record.sites}
    digests = {name: usable_profile(name, workspace.profiles).digest for name in sorted(names)}
    record = msgspec.structs.replace(record, profiles=digests)
    stored = [site for site in record.sites if workspace.facts_file(run, site.key).is_file()]
    if not stored:
        raise UncheckedError(
            Problem("run.nothing-stored", str(workspace.run_folder(run)), arguments={"run": run})
        )
    jobs = [
        SiteJob(workspace.root, plan_for(record, site, Network(), workspace), crawl=False, judge=True)
        for site in stored
    ]
    write_record(workspace, record)
    ends = run_jobs(jobs, do_site, os.cpu_count() or 1, lambda _: None)
    problems = [problem for end in ends for problem in end.problems]
    if problems:
        raise InputError(*problems)
    crashes = [end.crash for end in ends if end.crash]
    if crashes:
        raise RuntimeError("\n".join(crashes))
    settle_peers(workspace, record)
    settle_silence(workspace, record)
    record_run(workspace, record)
    return list(judgements_of(workspace, record))


def _plan(
    workspace: Workspace, record: RunRecord, site: Site, options: RunOptions, not_applicable: frozenset[str]
) -> CrawlPlan:
    plan = plan_for(record, site, options.network, workspace, not_applicable)
    if options.start_urls:
        plan = msgspec.structs.replace(plan, start_urls=options.start_urls)
    if not options.revalidate or options.again:
        return plan
    return msgspec.structs.replace(plan, earlier=run_to_build_on(workspace, record, site))


def _done(workspace: Workspace, record: RunRecord, site: Site, *, judged: bool) -> bool:
    if not finished(workspace.facts_file(record.id, site.key)):
        return False
    if not judged:
        return True
    if not workspace.judgement_file(record.id, site.key).is_file():
        return False
    judgement = read_judgement(workspace, record, site)
    return judgement.profile_hash == profile_for(record, site, workspace).digest


def _run_name(workspace: Workspace, sites: Sequence[Site], moment: datetime, *, listed: bool) -> str:
    """The quarter for a site list; for single addresses the day and a serial, going on with an unfinished one."""
    if listed:
        return quarter_of(moment)
    day = moment.astimezone(BEIJING).date().isoformat()
    known = [run for run in known_runs(workspace) if run.startswith(f"{day}-")]
    for run in reversed(known):
        record = read_record(workspace, run)
        if record is not None and record.finished_at is None and record.sites == tuple(sites):
            return run
    serials = [int(run.rpartition("-")[2]) for run in known if run.rpartition("-")[2].isdigit()]
    return f"{day}-{max(serials, default=0) + 1}"


def refuse_private(sites: Iterable[Site], network: Network) -> None:
    """Raises ``InputError`` that names every site on a private address when such are not allowed."""
    if network.allow_private:
        return
    problems = [
        Problem("target.private", site.url)
        for site in sites
        if literal_address_kind(canonical(site.url) or site.url) in {"private", "loopback"}
    ]
    if problems:
        raise InputError(*problems)


def _usable_name(run: str) -> None:
    """A run is a folder of the workspace: its name may not lead elsewhere. Raises ``InputError``."""
    if run and (run.startswith(".") or not run.isprintable() or set(run) & set('/\\:*?"<>|')):
        raise InputError(Problem("run.no-name", "--run", arguments={"run": run}))


def _set_aside(workspace: Workspace, run: str) -> None:
    """Keep what an earlier run of that name left, under ``runs/<run>.<n>``."""
    folder = workspace.run_folder(run)
    serial = 1
    while folder.with_name(f"{run}.{serial}").exists():
        serial += 1
    shutil.move(folder, folder.with_name(f"{run}.{serial}"))
