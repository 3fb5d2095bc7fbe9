"""What findings do to the rows of a rule book: points up to the cap, and vetoes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govaudit.inspection.finding import CheckResult, Finding, RowScore, VetoHit
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from govaudit.inspection.profile import Deduction, Row, VetoRule


_OF_ONE_POPULATION = "GUI"
"""Beginning of the ids of checks that judge the same pages: service guides."""


def counts(finding: Finding) -> bool:
    """Whether a finding may cost a site anything: certain or confirmed, neither dismissed nor waived. What was mended
    after the run counts in it all the same."""
    return finding.standing is Verdict.FAIL


def matching(findings: Iterable[Finding], checks: Sequence[str], aspects: Sequence[str]) -> list[Finding]:
    """Findings that a rule of a row speaks of."""
    return [one for one in findings if one.check in checks and (not aspects or one.aspect in aspects)]


def occurrences(finding: Finding, aspects: Sequence[str]) -> int:
    """How often a finding occurs where one of the aspects counts."""
    if not aspects or not finding.spread:
        return finding.count if not aspects or finding.aspect in aspects else 0
    return sum(finding.spread.get(aspect, 0) for aspect in aspects)


def sample_of(population: Iterable[str], size: int, seed: int, check: str) -> tuple[str, ...]:
    """``size`` pages of the judged ones, the same for the same run, site and pages. All checks
    of service guides draw the same ones."""
    pages = sorted(set(population))
    if len(pages) <= size:
        return tuple(pages)
    drawn_for = _OF_ONE_POPULATION if check.startswith(_OF_ONE_POPULATION) else check
    draw = random.Random(f"{seed}\n{drawn_for}")  # noqa: S311 - repeatable on purpose
    return tuple(sorted(draw.sample(pages, size)))


@dataclass(slots=True)
class _RowPoints:
    """Points of one row as they add up; ``taken``: finding id → points that the finding really costs."""

    cap: float
    raw: float = 0.0
    deducted: float = 0.0
    taken: dict[str, float] = field(default_factory=dict)

    def answer(self, points: float) -> None:
        """What a person found, within the cap."""
        self.raw += points
        self.deducted = round(min(self.cap, self.deducted + points), 4)

    def take(self, finding: Finding, points: float) -> None:
        self.raw += points
        granted = round(min(points, self.cap - self.deducted), 4)
        self.deducted = round(self.deducted + granted, 4)
        self.taken[finding.id] = round(self.taken.get(finding.id, 0.0) + granted, 4)


def deduct(
    row: Row,
    findings: Sequence[Finding],
    samples: Mapping[tuple[str, int], frozenset[str]],
    answered: float | None = None,
) -> tuple[RowScore, dict[str, float]]:
    """Points that a row loses, and how many of them each finding costs (by finding id, positive).

    ``samples``: (check, size) → sampled pages. Findings are taken in their order until the cap is reached, then the
    points that a person ``answered``.
    """
    points = _RowPoints(row.cap)
    for rule in row.deduct:
        # Of what occurs on the home page and elsewhere each part counts by its own rule.
        aspects = () if rule.per == "occurrence" else rule.aspects
        concerned = [one for one in matching(findings, rule.checks, aspects) if counts(one)]
        _apply(rule, concerned, samples, points)
    if answered is not None:
        points.answer(answered)
    score = RowScore(
        row=row.id, name=row.name, section=row.section, cap=row.cap,
        deducted=round(points.deducted, 2), raw=round(points.raw, 2), findings=tuple(points.taken),
        answered=answered,
    )  # fmt: skip
    return score, points.taken


def _apply(
    rule: Deduction,
    findings: Sequence[Finding],
    samples: Mapping[tuple[str, int], frozenset[str]],
    points: _RowPoints,
) -> None:
    if rule.per == "once":
        if findings:
            points.take(findings[0], rule.points)
        return
    counted: set[str] = set()
    for finding in findings:
        pages = list(finding.pages or (finding.page,))
        if rule.sample:
            sample = samples.get((finding.check, rule.sample), frozenset())
            pages = [page for page in pages if page in sample]
            if not pages:
                continue
        if rule.per in {"page", "part"}:
            concerned = pages if rule.per == "page" else finding.parts
            fresh = [one for one in concerned if one not in counted]
            counted.update(fresh)
            if fresh:
                points.take(finding, rule.points * len(fresh))
        else:
            times = occurrences(finding, rule.aspects) if rule.per == "occurrence" else 1
            if times:
                points.take(finding, rule.points * times)


def awarded(row: Row, checks: Mapping[str, CheckResult]) -> float:
    """Points of a row of bonuses that its checks found to be won, each rule once."""
    return sum(
        rule.points
        for rule in row.award
        if any(set(rule.aspects) & set(checks[check].awards) for check in rule.checks if check in checks)
    )


def veto(row: Row, findings: Sequence[Finding], answered: float | None = None) -> VetoHit | None:
    """The veto of a row, if the certain findings suffice for one of its rules, or a person ``answered`` so."""
    for rule in row.veto:
        certain = [one for one in matching(findings, rule.checks, rule.aspects) if counts(one)]
        if _subjects(certain) >= rule.at_least:
            return VetoHit(
                row=row.id,
                name=row.name,
                checks=tuple(sorted({one.check for one in certain})),
                findings=tuple(one.id for one in certain),
            )
    return (
        VetoHit(row=row.id, name=row.name, checks=(), findings=())
        if answered and row.part == "veto"
        else None
    )


def open_reviews(row: Row, findings: Sequence[Finding]) -> list[Finding]:
    """Findings that would veto if a person confirmed them."""
    waiting: list[Finding] = []
    for rule in row.veto:
        concerned = [
            one
            for one in matching(findings, rule.checks, rule.aspects)
            if counts(one) or one.standing is Verdict.REVIEW
        ]
        if _subjects(concerned) >= rule.at_least:
            waiting += [one for one in concerned if not counts(one)]
    return waiting


def hangs(rule: VetoRule, findings: Sequence[Finding]) -> list[Finding]:
    """Could-not-tell findings on which a counting veto hangs: without them too few, with them enough."""
    if rule.at_least == 1:
        return []
    concerned = matching(findings, rule.checks, rule.aspects)
    certain = [one for one in concerned if counts(one)]
    unknown = [one for one in concerned if one.verdict is Verdict.INCONCLUSIVE]
    if _subjects(certain) < rule.at_least <= _subjects([*certain, *unknown]):
        return unknown
    return []


def _subjects(findings: Iterable[Finding]) -> int:
    return len({(one.check, one.subject) for one in findings})
