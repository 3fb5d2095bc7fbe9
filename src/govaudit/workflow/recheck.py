"""Recheck findings of a run: visit what they rest on, say what is fixed, still wrong or could not be told, write it
down. A site that cannot be reached closes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.run import BEIJING, Network
from govaudit.inspection.verdict import State, Verdict
from govaudit.reports.findings_json import document
from govaudit.workflow.inspect import refuse_private
from govaudit.workflow.ledger import judgements_of
from govaudit.workflow.neighbours import addresses_of
from govaudit.workflow.processes import run_jobs
from govaudit.workflow.recheck_answers import Answer, Told
from govaudit.workflow.recheck_ledger import record_recheck
from govaudit.workflow.recheck_site import (
    RecheckJob,
    SiteRecheck,
    recheck_folder,
    recheck_site,
    site_file,
)
from govaudit.workflow.report import report_run, run_report
from govaudit.workflow.run_record import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.inspection.run import Progress
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.run_record import RunRecord

CLOSED = frozenset({State.FIXED, State.DISMISSED, State.WAIVED})
"""States of findings of which nothing is asked any more."""

Chosen = dict[str, tuple[str, ...]]
"""Site key → ids of its findings to recheck."""


class RecheckRecord(msgspec.Struct, frozen=True, kw_only=True):
    """``runs/<run>/recheck-<n>/recheck.json``. ``findings``: site key → ids; ``finished_at``: ``None`` while it is
    under way or was interrupted: the same question goes on with it."""

    run: str
    number: int
    as_of: datetime
    findings: Chosen
    started_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecheckEnd:
    """How a recheck ended. ``file``: what it wrote for machines; ``files``: the reports that it brought up to date."""

    record: RecheckRecord
    sites: tuple[SiteRecheck, ...]
    file: Path | None = None
    files: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = ()
    crashes: tuple[str, ...] = ()

    @property
    def told(self) -> list[Told]:
        """The answers, site by site."""
        return [told for site in self.sites for told in site.told]

    def exit_code(self) -> int:
        """4 work that broke off, 3 nothing could be checked, 0 done."""
        if self.crashes or self.problems:
            return 4
        told = self.told
        return 3 if told and all(one.answer is Answer.UNTOLD for one in told) else 0


def choose(
    workspace: Workspace, record: RunRecord, ids: Sequence[str], *, site: str = "", all_open: bool = False
) -> Chosen:
    """The findings of a run to recheck: those named, or all open ones (of one site).

    Raises ``InputError`` naming every id that the run does not hold or that was no fault, and an unknown site.
    """
    known = ", ".join(one.key for one in record.sites)
    if site and site not in {one.key for one in record.sites}:
        arguments: dict[str, str | int] = {"run": record.id, "site": site, "known": known}
        raise InputError(Problem("run.no-site", "--site", arguments=arguments))
    judgements = {
        one.site.key: one for one in judgements_of(workspace, record) if not site or one.site.key == site
    }
    if not ids:
        if not (site or all_open):
            raise InputError(Problem("recheck.nothing-named", "FINDING-ID"))
        chosen = {
            key: tuple(finding.id for finding in one.findings if _is_open(finding))
            for key, one in judgements.items()
        }
        return {key: found for key, found in chosen.items() if found}
    holders = {finding.id: (key, finding) for key, one in judgements.items() for finding in one.findings}
    problems = [
        Problem("recheck.unknown-finding", one, arguments={"run": record.id})
        for one in ids
        if one not in holders
    ]
    problems += [
        Problem("recheck.no-fault", one)
        for one in ids
        if one in holders and holders[one][1].verdict is Verdict.INCONCLUSIVE
    ]
    if problems:
        raise InputError(*problems)
    named: dict[str, dict[str, None]] = {}
    for one in ids:
        named.setdefault(holders[one][0], {})[one] = None
    return {key: tuple(found) for key, found in named.items()}


def recheck_run(
    workspace: Workspace,
    record: RunRecord,
    chosen: Chosen,
    network: Network,
    tell: Callable[[Progress], None],
    *,
    as_of: datetime | None = None,
    jobs: int = 0,
    formats: Sequence[str] = (),
) -> RecheckEnd:
    """Recheck the chosen findings. Sites are done side by side, those at one address one after the other; one that was
    interrupted begins again, those before it are not visited twice. Raises ``InputError`` for sites on private
    addresses when such are not allowed."""
    refuse_private([site for site in record.sites if site.key in chosen], network)
    begun = _begin(workspace, record, chosen, as_of)
    sites = {site.key: site for site in record.sites}
    todo = [
        RecheckJob(workspace.root, record.id, begun.number, sites[key], ids, begun.as_of, network)
        for key, ids in begun.findings.items()
    ]
    at_once = min(jobs or os.cpu_count() or 1, len(todo) or 1)
    shared = addresses_of([job.site for job in todo], network) if network.rate and at_once > 1 else {}
    ends = run_jobs(todo, recheck_site, at_once, tell, lambda job: shared.get(job.site.key, frozenset()))
    done = tuple(
        one for job in todo if (one := _read(site_file(workspace, record.id, begun.number, job.site.key)))
    )
    problems = tuple(problem for end in ends for problem in end.problems)
    crashes = tuple(end.crash for end in ends if end.crash)
    if not (problems or crashes):
        begun = msgspec.structs.replace(begun, finished_at=_now())
        _write(workspace, begun)
    record_recheck(workspace, record, begun.number, begun.as_of, done)
    file = _write_document(workspace, record, begun, done)
    files = tuple(report_run(workspace, record, formats))
    return RecheckEnd(begun, done, file, files, problems, crashes)


def after_recheck(told: Told) -> Finding:
    """The finding as a recheck leaves it: fixed, as it is found now, or inconclusive with the reason."""
    if told.answer is Answer.FIXED:
        return msgspec.structs.replace(told.before, state=State.FIXED)
    if told.answer is Answer.STILL and told.after is not None:
        return msgspec.structs.replace(told.after, id=told.before.id, state=told.before.state)
    return msgspec.structs.replace(told.before, verdict=Verdict.INCONCLUSIVE, reason=told.reason)


def _is_open(finding: Finding) -> bool:
    return finding.verdict is not Verdict.INCONCLUSIVE and finding.state not in CLOSED


def _begin(workspace: Workspace, record: RunRecord, chosen: Chosen, as_of: datetime | None) -> RecheckRecord:
    """A new recheck, or the last one when it was interrupted over the same question."""
    number = 1
    while (known := _record(workspace, record.id, number)) is not None:
        if known.finished_at is None and known.findings == chosen and as_of in {None, known.as_of}:
            return known
        number += 1
    now = _now()
    begun = RecheckRecord(
        run=record.id,
        number=number,
        as_of=max(as_of or now, record.as_of),
        findings=chosen,
        started_at=now,
    )
    _write(workspace, begun)
    return begun


def _record(workspace: Workspace, run: str, number: int) -> RecheckRecord | None:
    file = recheck_folder(workspace, run, number) / "recheck.json"
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=RecheckRecord)
    except msgspec.DecodeError as error:
        raise InputError(Problem("run.damaged", str(file), arguments={"why": str(error)})) from error


def _write(workspace: Workspace, record: RecheckRecord) -> None:
    file = recheck_folder(workspace, record.run, record.number) / "recheck.json"
    write_whole(file, msgspec.json.format(msgspec.json.encode(record), indent=1))


def _read(file: Path) -> SiteRecheck | None:
    return msgspec.json.decode(file.read_bytes(), type=SiteRecheck) if file.is_file() else None


def _write_document(
    workspace: Workspace, record: RunRecord, begun: RecheckRecord, sites: Sequence[SiteRecheck]
) -> Path:
    """``reports/<run>/recheck-<n>.json``: the rechecked findings in the public format."""
    whole = run_report(workspace, record)
    judgements = {one.site.key: one for one in whole.sites}
    report = replace(
        whole,
        as_of=begun.as_of,
        started_at=begun.started_at,
        finished_at=begun.finished_at,
        partial=True,
        sites=tuple(_rechecked(judgements[one.site.key], one) for one in sites),
    )
    file = workspace.report_folder(record.id) / f"recheck-{begun.number}.json"
    write_whole(file, msgspec.json.format(msgspec.json.encode(document(report)), indent=1) + b"\n")
    return file


def _rechecked(judgement: SiteJudgement, site: SiteRecheck) -> SiteJudgement:
    known = {finding.id: finding for finding in judgement.findings}
    return msgspec.structs.replace(
        judgement,
        findings=tuple(_told(known, told) for told in site.told),
        checks=site.checks,
        started_at=datetime.fromtimestamp(site.began, UTC).replace(microsecond=0),
        finished_at=datetime.fromtimestamp(site.ended, UTC).replace(microsecond=0),
    )


def _told(known: Mapping[str, Finding], told: Told) -> Finding:
    """A finding after its recheck, under what the ledger says of it by now."""
    found = after_recheck(told)
    entry = known.get(found.id)
    if entry is None:
        return found
    state = found.state if found.state is State.FIXED and entry.state not in CLOSED else entry.state
    return msgspec.structs.replace(
        found,
        state=state,
        first_seen=entry.first_seen,
        last_seen=entry.last_seen,
        deadline=entry.deadline,
        remark=entry.remark,
    )


def _now() -> datetime:
    return datetime.now(BEIJING).replace(microsecond=0)
