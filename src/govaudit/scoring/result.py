"""The result of a site: vetoes first, then the score of portals, and everything that stays undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.finding import CheckResult, Effect, Finding, RowScore, Score, VetoHit
from govaudit.inspection.verdict import Kind, Reason, Result, Verdict
from govaudit.scoring.rows import awarded, deduct, hangs, matching, open_reviews, sample_of, veto

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from govaudit.inspection.profile import Profile, Row
    from govaudit.inspection.site import Site

_GRAVITY = {kind: place for place, kind in enumerate(Kind)}

FULL_MARKS = 100.0

_WATCHED = frozenset({"AVL001"})
"""Checks that rest on the watch log, not on pages."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule book makes of a site's findings. ``findings``: with effects, kind and clause, gravest first.
    ``reason`` begins with a named reason. ``samples``: check id → pages drawn."""

    findings: tuple[Finding, ...]
    result: Result
    reason: str
    vetoes: tuple[VetoHit, ...]
    provisional: int
    undecided: tuple[str, ...]
    score: Score | None
    samples: dict[str, tuple[str, ...]]


def judge(
    site: Site,
    profile: Profile,
    *,
    findings: Sequence[Finding],
    checks: Mapping[str, CheckResult],
    populations: Mapping[str, Sequence[str]],
    seed: int,
    answers: Mapping[str, float] | None = None,
) -> Outcome:
    """Apply the rows of ``profile`` that hold for the site.

    ``populations``: check → judged pages; ``answers``: row id → points that a person takes or gives there, for a veto
    whether it applies.
    """
    answered = answers or {}
    ordered = sorted(findings, key=lambda one: (one.check, one.subject, one.id))
    rows = [row for row in profile.rows if row.holds_for(site)]
    samples = _samples(rows, populations, seed)
    effects: dict[str, list[Effect]] = {finding.id: [] for finding in ordered}
    vetoes = tuple(hit for row in rows if (hit := veto(row, ordered, answered.get(row.id))))
    vetoing = {(hit.row, finding) for hit in vetoes for finding in hit.findings}
    row_scores = []
    for row in rows:
        score, taken = deduct(row, ordered, samples, answered.get(row.id))
        if row.part == "deduct" and site.kind in profile.scored:
            row_scores.append(score)
        for finding in matching(ordered, sorted(row.check_ids()), ()):
            effect = _effect(row, finding, profile, taken, vetoing, scored=site.kind in profile.scored)
            if effect is not None:
                effects[finding.id].append(effect)
    reviews = {one.id for row in rows if row.id not in answered for one in open_reviews(row, ordered)}
    result, reason = _result(rows, vetoes, ordered, checks)
    score_of_site = None
    if site.kind in profile.scored and not vetoes and result is not Result.INCONCLUSIVE:
        full = _full_marks(profile.rows, rows, site)
        earned = {row.id: points for row in rows if (points := awarded(row, checks))}
        score_of_site = _score(profile, rows, row_scores, answered, earned, full=full)
        score_of_site = msgspec.structs.replace(
            score_of_site, complete=not score_of_site.manual_open and not _unknown(rows, checks)
        )
        if score_of_site.total < profile.pass_line:
            result, reason = Result.UNQUALIFIED, f"score: {score_of_site.total:g} < {profile.pass_line:g}"
    clauses = {row.name: row.clause for row in rows}
    finished = [_finished(one, tuple(effects[one.id]), clauses, profile) for one in ordered]
    return Outcome(
        findings=tuple(
            sorted(finished, key=lambda one: (_GRAVITY[one.kind], one.check, one.subject, one.id))
        ),
        result=result,
        reason=reason,
        vetoes=vetoes,
        provisional=len(reviews),
        undecided=_undecided(rows, checks, answered),
        score=score_of_site,
        samples={check: tuple(sorted(pages)) for (check, _), pages in sorted(samples.items())},
    )


def _samples(
    rows: Sequence[Row], populations: Mapping[str, Sequence[str]], seed: int
) -> dict[tuple[str, int], frozenset[str]]:
    return {
        (check, rule.sample): frozenset(sample_of(populations.get(check, ()), rule.sample, seed, check))
        for row in rows
        for rule in row.deduct
        if rule.sample
        for check in rule.checks
    }


def _effect(
    row: Row,
    finding: Finding,
    profile: Profile,
    taken: Mapping[str, float],
    vetoing: Set[tuple[str, str]],
    *,
    scored: bool,
) -> Effect | None:
    """What ``finding`` does to ``row``; ``None`` when no rule of the row speaks of its aspect."""
    if finding.verdict is Verdict.INCONCLUSIVE:
        return None
    if any(matching([finding], rule.checks, rule.aspects) for rule in row.veto):
        applies = (row.id, finding.id) in vetoing
        return Effect(profile=profile.name, row=row.name, kind=Kind.VETO, applies=applies)
    if any(matching([finding], rule.checks, rule.aspects) for rule in row.deduct):
        points = -taken[finding.id] if scored and finding.id in taken else None
        return Effect(profile=profile.name, row=row.name, kind=Kind.DEDUCT, points=points)
    if finding.check in row.shown and (not row.topics or not finding.topic or finding.topic in row.topics):
        return Effect(
            profile=profile.name,
            row=row.name,
            kind=Kind(row.part) if row.part in {"open", "bonus"} else Kind.WARN,
        )
    return None


def _finished(
    finding: Finding, effects: tuple[Effect, ...], clauses: Mapping[str, str], profile: Profile
) -> Finding:
    gravest = sorted(effects, key=lambda one: _GRAVITY[one.kind])
    return msgspec.structs.replace(
        finding,
        effects=effects,
        kind=gravest[0].kind if gravest else Kind.WARN,
        clause=clauses[gravest[0].row] if gravest else profile.basis,
    )


def _result(
    rows: Sequence[Row],
    vetoes: Sequence[VetoHit],
    findings: Sequence[Finding],
    checks: Mapping[str, CheckResult],
) -> tuple[Result, str]:
    coverage = checks.get("COV001")
    unread = coverage is not None and coverage.verdict is Verdict.INCONCLUSIVE and not coverage.examined
    # Whether a site opens was watched for days: that proof needs no page that the crawl read.
    if vetoes and (not unread or any(_WATCHED & set(hit.checks) for hit in vetoes)):
        return Result.UNQUALIFIED, "veto: " + ", ".join(dict.fromkeys(hit.name for hit in vetoes))
    if coverage is not None and coverage.verdict is Verdict.INCONCLUSIVE:
        return Result.INCONCLUSIVE, _named(coverage.reason, coverage.detail)
    for row in rows:
        for rule in row.veto:
            if unknown := hangs(rule, findings):
                reasons = sorted({one.reason for one in unknown if one.reason})
                return Result.INCONCLUSIVE, _named(reasons[0] if reasons else Reason.PARSE, row.name)
    return Result.QUALIFIED, ""


def _named(reason: Reason | None, detail: str) -> str:
    name = (reason or Reason.NOT_MEASURED).value
    return f"{name}: {detail}" if detail else name


def _undecided(
    rows: Sequence[Row], checks: Mapping[str, CheckResult], answered: Mapping[str, float]
) -> tuple[str, ...]:
    """Veto rows that wait for a person's answer, and checks of veto rows that could not tell or were not due."""
    found: dict[str, None] = {}
    for row in rows:
        if row.part != "veto" or row.id in answered:
            continue
        if row.manual:
            found[row.id] = None
        for check in sorted(row.check_ids()):
            result = checks.get(check)
            if result is None or result.verdict is Verdict.INCONCLUSIVE:
                found[check] = None
    return tuple(found)


def _full_marks(rows: Sequence[Row], held: Sequence[Row], site: Site) -> float:
    """100 points without those of the rows that a tag exempts the site from, with those that its tags add."""
    deductions = [row for row in rows if row.part == "deduct" and site.kind in row.kinds]
    exempt = sum(row.cap for row in deductions if row not in held and not row.only)
    return FULL_MARKS - exempt + sum(row.cap for row in deductions if row in held and row.only)


def _score(
    profile: Profile,
    rows: Sequence[Row],
    row_scores: list[RowScore],
    answered: Mapping[str, float],
    earned: Mapping[str, float],
    *,
    full: float,
) -> Score:
    """``earned``: row of bonuses → points that checks found to be won; ``full``: points of the rows that are checked on
    this site; they count for full marks. What the checks could not tell is left to the caller."""
    deducted = round(sum(score.deducted for score in row_scores), 2)
    factor = FULL_MARKS / full
    kept = round((full - deducted) * factor, 2)
    bonus_rows = tuple(
        _won(row, earned.get(row.id, 0), answered.get(row.id))
        for row in rows
        if row.part == "bonus" and (row.id in answered or row.id in earned)
    )
    bonus = round(sum(row.deducted for row in bonus_rows), 2) if kept > profile.bonus_line else 0.0
    unanswered = tuple(
        row.id for row in rows if row.part == "deduct" and row.manual and row.id not in answered
    )
    total = round(kept + bonus, 2)
    bands = [band for band in profile.bands if total > band.above]
    return Score(
        deducted=deducted,
        total=total,
        bonus=bonus,
        complete=not unanswered,
        manual_open=unanswered,
        rows=tuple(row_scores),
        factor=factor,
        bonus_rows=bonus_rows,
        band=max(bands, key=lambda band: band.above).name if bands else "",
    )


def _unknown(rows: Sequence[Row], checks: Mapping[str, CheckResult]) -> bool:
    """Whether a check that takes points could not tell."""
    return any(
        check not in checks or checks[check].verdict is Verdict.INCONCLUSIVE
        for row in rows
        if row.part == "deduct"
        for rule in row.deduct
        for check in rule.checks
    )


def _won(row: Row, earned: float, answered: float | None) -> RowScore:
    """What checks found to be won, and what a person gives on top, within the cap."""
    raw = round(earned + (answered or 0), 4)
    return RowScore(
        row=row.id, name=row.name, section=row.section, cap=row.cap, deducted=min(row.cap, raw), raw=raw,
        answered=answered,
    )  # fmt: skip
