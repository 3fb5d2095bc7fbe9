"""Runs and the ledger: what a judged run writes into it, and what reports take from it."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.registry import all_checks
from govaudit.inspection.answers import read_answers
from govaudit.inspection.calendar import day_of
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.ledger.entries import Entry, Look, Rule
from govaudit.inspection.run import BEIJING, seed_of
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.urls import own_identity, scheme_of
from govaudit.inspection.verdict import Kind, Result, Verdict
from govaudit.inspection.workdays import UnknownYearError, read_calendar
from govaudit.inspection.workspace import NO_LEDGER, Workspace
from govaudit.workflow.judge import scored_with
from govaudit.workflow.run_record import profile_for
from govaudit.workflow.site_job import read_judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.inspection.ledger.states import Due
    from govaudit.inspection.ledger.store import Ledger, Pen
    from govaudit.inspection.profile import Profile
    from govaudit.workflow.run_record import RunRecord

_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.REVIEW})
_GONE = frozenset({404, 410})
"""Answers that say for certain that a page is no more, and with it what was wrong on it."""


def ledger_of(workspace: Workspace) -> Ledger | None:
    """The workspace's ledger; ``None`` when its settings say that none is kept. Raises ``InputError``."""
    from govaudit.inspection.ledger.store import open_ledger  # noqa: PLC0415 - the gate keeps no ledger

    settings = workspace.settings
    if settings.ledger == NO_LEDGER:
        return None
    if not settings.ledger:
        return open_ledger(workspace.ledger)
    name = settings.ledger_password_env
    if name and name not in os.environ:
        raise InputError(Problem("option.no-variable", "ledger_password_env", arguments={"name": name}))
    return open_ledger(settings.ledger, os.environ[name] if name else "")


def due_by(workspace: Workspace) -> Due:
    """Day of a finding → the last of the working days in which it has to be mended; ``None`` when the settings give no
    term, or nobody knows yet which days are worked then."""
    calendar, days = read_calendar(workspace.calendar), workspace.settings.rectify_days

    def due(day: date) -> date | None:
        try:
            return calendar.after(day, days) if days else None
        except UnknownYearError:
            return None

    return due


def record_run(workspace: Workspace, record: RunRecord) -> None:
    """Write what a judged run found into the ledger, in one transaction. Doing it again changes nothing."""
    ledger = ledger_of(workspace)
    if ledger is None:
        return
    due, now = due_by(workspace), datetime.now(BEIJING).replace(microsecond=0)
    with ledger.writing() as pen:
        for site in record.sites:
            if workspace.judgement_file(record.id, site.key).is_file():
                judgement = read_judgement(workspace, record, site)
                look = Look(
                    run=record.id,
                    as_of=record.as_of,
                    site=site,
                    rules=rules_of(judgement, profile_for(record, site, workspace)),
                    at=now,
                )
                observe(pen, look, judgement, workspace.facts_file(record.id, site.key), due)


def observe(pen: Pen, look: Look, judgement: SiteJudgement, facts_file: Path, due: Due) -> None:
    """Write a judgement into the ledger. ``facts_file``: what it rests on; without it nothing is closed."""
    with ExitStack() as stores:
        opened: list[SiteFacts] = []

        def facts() -> SiteFacts:
            if not opened:
                opened.append(stores.enter_context(closing(SiteFacts.open(facts_file))))
            return opened[0]

        def looked_at(entry: Entry) -> bool:
            return _could_tell(judgement, entry) and facts_file.is_file() and was_read(facts(), entry.finding)

        # A bonus that was not earned is nothing to be mended.
        faults = [one for one in judgement.findings if one.kind is not Kind.BONUS]
        pen.observe(look, faults, looked_at, due)


def rules_of(judgement: SiteJudgement, profile: Profile) -> dict[str, Rule]:
    """Check → rule by which a site was judged, of the checks that said something."""
    checks = all_checks()
    return {
        check: Rule(checks[check].version, profile.checks[check])
        for check, result in judgement.checks.items()
        if (result.verdict in _JUDGED or result.findings) and check in checks and check in profile.checks
    }


def was_read(facts: SiteFacts, finding: Finding) -> bool:
    """Whether a crawl read every page on which a fault was seen, or learnt for certain that it is gone, and left out
    nothing that the fault is about."""
    pages = finding.pages or (finding.page,)
    if not all(_was_read(facts, page) for page in pages if _is_address(page)):
        return False
    return not (
        _is_address(finding.subject)
        and any(facts.why_left_out(one) is not None for one in _ways_to_write(finding.subject))
    )


def _could_tell(judgement: SiteJudgement, entry: Entry) -> bool:
    """Whether the check of an entry could tell on the whole: absence alone proves nothing."""
    if judgement.partial or judgement.result in {Result.INCONCLUSIVE, Result.NOT_INSPECTED}:
        return False
    check = judgement.checks.get(entry.finding.check)
    return check is not None and check.verdict in _JUDGED and check.reason is None


def _was_read(facts: SiteFacts, page: str) -> bool:
    for address in _ways_to_write(page):
        asked = [address, *facts.led_to(address)]
        for looks in filter(None, map(facts.looks, asked)):
            last = looks[-1]
            if last.reason is None and (200 <= last.status < 400 or last.status in _GONE):
                return True
    return False


def _is_address(text: str) -> bool:
    return scheme_of(text) in {"http", "https"}


def _ways_to_write(url: str) -> list[str]:
    """An address with either scheme, with and without ``www.``: a site may have moved from one to another."""
    rest = own_identity(url)
    return [f"{scheme}://{www}{rest}" for scheme in ("https", "http") for www in ("", "www.")]


def with_ledger(
    workspace: Workspace, record: RunRecord, judgements: Iterable[SiteJudgement]
) -> tuple[SiteJudgement, ...]:
    """Judgements of a run under what the ledger says now: states, first and last sighting, deadlines and remarks of
    findings, and results by what people decided. The same ledger gives the same."""
    ledger = ledger_of(workspace)
    if ledger is None:
        return tuple(_sighted(judgement, record.id, {}) for judgement in judgements)
    answers = read_answers(workspace.answers_file(record.id))
    today = day_of(record.as_of)
    told = []
    with ledger.reading() as pages:
        for one in judgements:
            decided = pages.decisions(one.site.key, record.as_of, record.id) if one.findings else {}
            judgement = one
            if decided:
                judgement = scored_with(
                    one,
                    profile_for(record, one.site, workspace),
                    decided,
                    answers.points(one.site.key),
                    seed_of(record.id, one.site.key),
                )
            entries = pages.entries_of_site(one.site.key) if one.findings else {}
            standing = {name: entry.as_it_stands(today) for name, entry in entries.items()}
            told.append(_sighted(judgement, record.id, standing))
    return tuple(told)


def judgements_of(workspace: Workspace, record: RunRecord) -> tuple[SiteJudgement, ...]:
    """What a run says of its sites, under the ledger."""
    return with_ledger(workspace, record, (read_judgement(workspace, record, site) for site in record.sites))


def _sighted(judgement: SiteJudgement, run: str, entries: Mapping[str, Entry]) -> SiteJudgement:
    return msgspec.structs.replace(
        judgement, findings=tuple(_told(one, run, entries.get(one.id)) for one in judgement.findings)
    )


def _told(finding: Finding, run: str, entry: Entry | None) -> Finding:
    if entry is None:
        return msgspec.structs.replace(finding, first_seen=run, last_seen=run)
    return msgspec.structs.replace(
        finding,
        state=entry.state,
        first_seen=entry.first_run,
        last_seen=entry.last_run,
        deadline=entry.deadline,
        remark=entry.remark,
        remark_by=entry.remark_by,
    )
