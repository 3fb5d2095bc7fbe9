"""Judge a stored run: facts → findings → result, without the network."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.availability.week import availability
from govaudit.checks.context import Context
from govaudit.checks.coverage.pages import coverage
from govaudit.checks.coverage.walls import walls_met
from govaudit.checks.ipv6.figures import ipv6_figures
from govaudit.checks.overview import overview
from govaudit.checks.registry import Check, Fault, Judgement, all_checks
from govaudit.checks.told import told_by
from govaudit.inspection.errors import PrunedError
from govaudit.inspection.finding import CheckResult, Finding, SiteJudgement, finding_id
from govaudit.inspection.messages import LANGUAGES
from govaudit.inspection.own_tables import NO_TABLES, OwnTables
from govaudit.inspection.site import SiteScope
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason, Result, State, Verdict
from govaudit.inspection.word_lists import WordLists
from govaudit.inspection.workdays import WorkCalendar
from govaudit.scoring.result import judge
from govaudit.workflow.evidence import keep_evidence
from govaudit.workflow.locate import located

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from govaudit.inspection.peers import Peer
    from govaudit.inspection.profile import Profile
    from govaudit.inspection.site import Site
    from govaudit.inspection.site_facts import SiteFacts

CRASHED = "internal error"
"""Begins the detail of a check that crashed: its findings are unknown and the command ends with 4."""


def judge_site(
    facts: SiteFacts,
    profile: Profile,
    registry: tuple[Site, ...],
    evidence_folder: Path,
    *,
    previous: SiteFacts | None = None,
    calendar: WorkCalendar | None = None,
    word_lists: WordLists | None = None,
    not_applicable: frozenset[str] = frozenset(),
    answers: Mapping[str, float] | None = None,
    language: str = LANGUAGES[0],
    ipv6_witness: str = "",
    tables: OwnTables = NO_TABLES,
    peers: tuple[Peer, ...] = (),
    tell_peers: Callable[[Peer], None] | None = None,
) -> SiteJudgement:
    """Run every due check over a site's facts and apply the rule book. ``previous``: the facts of the run before;
    ``calendar``: the working days of the workspace, without it those of the official calendar; ``word_lists``:
    those of the workspace; ``answers``: what people
    said of manual rows, row id → points; ``language``: that of the evidence; ``ipv6_witness``: what another site of the
    run reached over IPv6 at about the same time; ``tables``: the user's own; ``peers``: what other sites of the run
    told; ``tell_peers``: takes what this one tells them.

    ``not_applicable``: due checks that this kind of target cannot answer. A check that crashes is
    ``inconclusive`` with the error named; ``crashed`` tells whether one did.
    """
    site = facts.plan.site
    context = context_of(
        facts,
        profile,
        registry,
        previous=previous,
        calendar=calendar,
        word_lists=word_lists,
        ipv6_witness=ipv6_witness,
        tables=tables,
        peers=peers,
    )
    if tell_peers is not None:
        tell_peers(told_by(context))
    checks: dict[str, CheckResult] = {}
    populations: dict[str, tuple[str, ...]] = {}
    findings: list[Finding] = []
    known = all_checks()
    for check_id in sorted(profile.checks):
        check = known[check_id]
        if check_id in not_applicable:
            judgement = Judgement(examined=0, applicable=False)
        else:
            judgement = run_check(check, context, profile)
        populations[check_id] = judgement.population
        checks[check_id] = CheckResult(
            verdict=judgement.verdict,
            findings=len(judgement.faults),
            examined=judgement.examined,
            reason=judgement.reason,
            detail=judgement.detail,
            trace=judgement.trace,
            awards=judgement.awards,
            rule_version=check.version,
        )
        findings += [finding_of(check, fault, context) for fault in judgement.faults]
    outcome = judge(
        site,
        profile,
        findings=findings,
        checks=checks,
        populations=populations,
        seed=facts.plan.seed,
        answers=answers,
    )
    finished = tuple(located(outcome.findings, facts))
    return SiteJudgement(
        site=site,
        profile=profile.name,
        profile_hash=profile.digest,
        as_of=facts.plan.as_of,
        result=outcome.result,
        reason=outcome.reason,
        provisional=outcome.provisional,
        undecided=outcome.undecided,
        score=outcome.score,
        vetoes=outcome.vetoes,
        coverage=coverage(context),
        checks={
            check: msgspec.structs.replace(result, sample=outcome.samples.get(check, ()))
            for check, result in checks.items()
        },
        findings=tuple(keep_evidence(finished, facts, evidence_folder, language)),
        overview=overview(context),
        walls=walls_met(context),
        started_at=_moment(facts.state.started_at),
        finished_at=_moment(facts.state.finished_at),
        partial=facts.state.interrupted or not facts.state.finished_at,
        availability=availability(context),
        ipv6=ipv6_figures(context, checks),
        populations={check: populations[check] for check in sorted(_sampled(profile) & populations.keys())},
    )


def context_of(
    facts: SiteFacts,
    profile: Profile,
    registry: tuple[Site, ...],
    *,
    previous: SiteFacts | None = None,
    calendar: WorkCalendar | None = None,
    word_lists: WordLists | None = None,
    ipv6_witness: str = "",
    tables: OwnTables = NO_TABLES,
    peers: tuple[Peer, ...] = (),
) -> Context:
    """What the checks of a site may look at; the arguments are those of ``judge_site``."""
    site = facts.plan.site
    return Context(
        facts=facts,
        site=site,
        scope=SiteScope(site, frozenset(facts.plan.other_hosts)),
        as_of=facts.plan.as_of,
        profile=profile,
        registry=registry,
        previous=previous,
        calendar=calendar or WorkCalendar(),
        ipv6_witness=ipv6_witness,
        tables=tables,
        word_lists=word_lists or WordLists(),
        peers=peers,
    )


def crashed(judgement: SiteJudgement) -> list[str]:
    """Ids of the checks that crashed on a site."""
    return [check for check, result in judgement.checks.items() if result.detail.startswith(CRASHED)]


def not_inspected(site: Site, profile: Profile, as_of: datetime, reason: str) -> SiteJudgement:
    """The judgement of a site that a run never reached; it stands in every report with the reason."""
    return SiteJudgement(
        site=site,
        profile=profile.name,
        profile_hash=profile.digest,
        as_of=as_of,
        result=Result.NOT_INSPECTED,
        reason=reason,
    )


def scored_with(
    judgement: SiteJudgement,
    profile: Profile,
    decided: Mapping[str, State],
    answers: Mapping[str, float],
    seed: int,
) -> SiteJudgement:
    """The judgement with what people decided of single findings. ``decided``: finding id → confirmed, dismissed or
    waived; ``answers``: what people said of whole rows. Looks at no facts."""
    findings = [msgspec.structs.replace(one, decided=decided.get(one.id)) for one in judgement.findings]
    outcome = judge(
        judgement.site,
        profile,
        findings=findings,
        checks=judgement.checks,
        populations=judgement.populations,
        seed=seed,
        answers=answers,
    )
    return msgspec.structs.replace(
        judgement,
        result=outcome.result,
        reason=outcome.reason,
        provisional=outcome.provisional,
        undecided=outcome.undecided,
        score=outcome.score,
        vetoes=outcome.vetoes,
        findings=outcome.findings,
    )


def _sampled(profile: Profile) -> set[str]:
    return {check for row in profile.rows for rule in row.deduct if rule.sample for check in rule.checks}


def run_check(check: Check, context: Context, profile: Profile) -> Judgement:  # type: ignore[type-arg]
    """What one check says. A crash of it is said, not raised."""
    params = check.parameters(profile.checks[check.id], profile.name)
    try:
        return check.function(context, params)
    except PrunedError as error:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=str(error))
    except Exception as error:  # noqa: BLE001 - one broken check must not hide what the others found
        place = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{CRASHED}: {type(error).__name__}: {error} ({place.name}:{place.lineno})"
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=detail)


def finding_of(check: Check, fault: Fault, context: Context) -> Finding:  # type: ignore[type-arg]
    """The fault with its identity, before any rule book is applied."""
    subject = fault.identity or fault.subject
    identity = own_identity(subject) if context.scope.owns(subject) else subject
    return Finding(
        id=finding_id(check.id, context.site.key, identity),
        check=check.id,
        verdict=fault.verdict,
        site=context.site.key,
        page=fault.page,
        subject=fault.subject,
        fault=fault.fault,
        arguments=fault.arguments,
        rule_version=check.version,
        measured_at=fault.measured_at or _moment(context.facts.state.finished_at) or context.as_of,
        locator=fault.locator,
        column=fault.column,
        aspect=fault.aspect,
        reason=fault.reason,
        state=State.REVIEW if fault.verdict is Verdict.REVIEW else State.OPEN,
        count=fault.count,
        pages=fault.pages,
        evidence=fault.evidence,
        spread=fault.spread,
        both_families=fault.both_families,
        identity=identity,
        topic=fault.topic,
        parts=fault.parts,
    )


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0) if seconds else None
