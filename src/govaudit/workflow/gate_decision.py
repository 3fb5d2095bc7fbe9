"""What a gate decides: a judgement and a policy in, rule by rule what came of it out. No network, no files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from govaudit.checks.registry import all_checks
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.facts import Skipped
from govaudit.inspection.gate_policy import GatePolicy, GateRule
from govaudit.inspection.messages import catalogue
from govaudit.inspection.site import SiteScope
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict
from govaudit.workflow.changed_pages import other_address
from govaudit.workflow.judge import crashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.inspection.profile import Profile

_SETTLED = frozenset({State.DISMISSED, State.WAIVED, State.FIXED})


@dataclass(frozen=True, slots=True)
class Why:
    """Why something could not be checked: ``key`` of its sentence (``gate.why.*``) with what fills it. ``reason``: a
    named one, with ``detail``."""

    key: str
    reason: Reason
    detail: str = ""
    count: int = 0
    subject: str = ""


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What came of one rule. ``found``: findings that belong to it; ``known``: those of them that the baseline holds
    and that do not count; ``counted``: the others."""

    rule: GateRule
    found: tuple[Finding, ...]
    known: tuple[Finding, ...]
    counted: tuple[Finding, ...]

    @property
    def closed(self) -> bool:
        """Whether it closes the gate."""
        return self.rule.closes and len(self.counted) > self.rule.at_most


@dataclass(frozen=True, slots=True)
class GateEnd:
    """What the gate says. ``over``: findings that close it; ``known``: held by the baseline; ``shown``: the rest.
    ``unchecked``: why it could not be decided; ``warned``: what could not be checked and closes nothing;
    ``elsewhere``: findings on pages that this gate was not asked about; ``not_applicable``: checks that this target
    cannot answer; ``undecided``: due checks that could not tell; ``output``: what goes to standard output."""

    rules: tuple[RuleOutcome, ...]
    over: tuple[Finding, ...]
    known: tuple[Finding, ...]
    shown: tuple[Finding, ...]
    elsewhere: tuple[Finding, ...]
    unchecked: tuple[Why, ...]
    warned: tuple[Why, ...]
    not_applicable: tuple[str, ...]
    undecided: tuple[str, ...]
    judgement: SiteJudgement | None
    crashes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[Path, ...] = ()
    output: bytes = b""

    def exit_code(self, *, report_only: bool) -> int:
        """4 internal error, 3 could not be checked, 1 over the gate, 0 nothing over it."""
        if self.crashes or self.problems:
            return 4
        if self.unchecked:
            return 3
        return 1 if self.over and not report_only else 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a gate goes by. ``known``: ids of the baseline; ``pages``: the changed pages it is asked about, ``None``:
    all; ``hostless``: checks that this target cannot answer; ``took``: seconds that the crawl was at work."""

    policy: GatePolicy = field(default_factory=GatePolicy)
    known: frozenset[str] = frozenset()
    pages: frozenset[str] | None = None
    hostless: frozenset[str] = frozenset()
    took: float = 0.0
    same_page: bool = False
    """Pages are found with their ending and without, as in a folder."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Pages that it is asked about and that did not open, each with what came instead."""

    def concern(self, finding: Finding) -> bool:
        """Whether a finding lies on a page that the gate is asked about."""
        if self.pages is None:
            return True
        on = {finding.page, *finding.pages}
        return not self.pages.isdisjoint(on | set(map(other_address, on)) if self.same_page else on)


def decide(judgement: SiteJudgement | None, terms: Terms) -> GateEnd:
    """Apply a policy to the judgement of a site; ``None``: there is none."""
    findings = judgement.findings if judgement else ()
    here = [one for one in findings if terms.concern(one)]
    rules = _outcomes(here, terms)
    over = tuple(
        sorted((one for outcome in rules if outcome.closed for one in outcome.counted), key=_gravity)
    )
    known = tuple(one for one in here if one.id in terms.known)
    named = {one.id for one in (*over, *known)}
    unchecked, warned = _unchecked(judgement, here, terms)
    checks = judgement.checks if judgement else {}
    return GateEnd(
        rules=rules,
        over=over,
        known=known,
        shown=tuple(one for one in here if one.id not in named),
        elsewhere=tuple(one for one in findings if not terms.concern(one)),
        unchecked=tuple(unchecked),
        warned=tuple(warned),
        not_applicable=tuple(sorted(terms.hostless & checks.keys())),
        undecided=tuple(
            check for check, one in checks.items() if one.reason is not None and check != "COV001"
        ),
        judgement=judgement,
        crashes=tuple(f"{check}: {checks[check].detail}" for check in crashed(judgement))
        if judgement
        else (),
    )


def why_in_words(why: Why, language: str) -> str:
    """Why something could not be checked, as a sentence."""
    reason = catalogue("inspection", language).text(f"reasons.{why.reason.value}")
    return catalogue("workflow", language).text(
        f"gate.why.{why.key}", reason=reason, detail=why.detail or "-", count=why.count, subject=why.subject
    )


def refuse_unknown_checks(policy: GatePolicy, profile: Profile, where: str) -> None:
    """Raise ``InputError`` for patterns that mean no check at all, and for checks that the rule book does not ask for:
    a rule that can never be broken would let everything pass."""
    problems = []
    for rule in policy.in_order:
        for pattern in rule.checks:
            alone = GateRule(checks=(pattern,))
            meant = [check for check in all_checks() if alone.means_check(check, must_be_named=False)]
            place = f"gate.rules.{rule.name}.checks" if rule.name else "gate.checks"
            if not meant:
                problems.append(Problem("gate.unknown-check", where, None, place, {"check": pattern}))
            elif not profile.checks.keys() & set(meant):
                arguments: dict[str, str | int] = {"check": pattern, "profile": profile.name}
                problems.append(Problem("gate.check-not-due", where, None, place, arguments))
    if problems:
        raise InputError(*problems)


def _gravity(finding: Finding) -> tuple[int, str, str]:
    return tuple(Kind).index(finding.kind), finding.check, finding.subject


def _outcomes(findings: Sequence[Finding], terms: Terms) -> tuple[RuleOutcome, ...]:
    """Every finding that may count goes to the first rule that it fits."""
    rules = terms.policy.in_order
    taken: list[list[Finding]] = [[] for _ in rules]
    for finding in findings:
        if finding.verdict is not Verdict.FAIL or finding.state in _SETTLED:
            continue
        place = next((at for at, rule in enumerate(rules) if _fits(finding, rule)), None)
        if place is not None:
            taken[place].append(finding)
    known = terms.known if terms.policy.new_only else frozenset[str]()
    return tuple(
        RuleOutcome(
            rule=rule,
            found=tuple(found),
            known=tuple(one for one in found if one.id in known),
            counted=tuple(one for one in found if one.id not in known),
        )
        for rule, found in zip(rules, taken, strict=True)
    )


def _fits(finding: Finding, rule: GateRule) -> bool:
    check = all_checks()[finding.check]
    must_be_named = check.depends_on_date or check.concerns_others
    return (
        rule.means_check(finding.check, must_be_named=must_be_named)
        and rule.means_kind(finding.kind)
        and rule.means_paths([_path_of(page) for page in (finding.pages or (finding.page,))])
    )


def _path_of(page: str) -> str:
    return unquote(urlsplit(page).path) or "/"


def _unchecked(
    judgement: SiteJudgement | None, findings: Sequence[Finding], terms: Terms
) -> tuple[list[Why], list[Why]]:
    """Why the gate cannot say yes, and what it only warns of."""
    if judgement is None or judgement.result is Result.NOT_INSPECTED:
        return [_reasoned("none", judgement.reason if judgement else "not-measured")], []
    if not judgement.coverage.visited:
        return [_reasoned("none", judgement.reason or "not-measured")], []
    closing: list[Why] = []
    warned: list[Why] = []
    limit = terms.policy.seconds
    if limit and terms.took >= limit:
        read = judgement.coverage.visited
        closing.append(Why("time", Reason.BUDGET, detail=f"{limit:g}", count=read))
    coverage = judgement.checks.get("COV001")
    if coverage is not None and coverage.verdict is Verdict.INCONCLUSIVE:
        closing.append(Why("coverage", coverage.reason or Reason.NOT_MEASURED, coverage.detail))
    own = warned if terms.policy.inconclusive == "warn" else closing
    others = closing if terms.policy.inconclusive_external == "fail" else warned
    if not closing and terms.pages is None and judgement.coverage.inconclusive:
        own.append(Why("pages", Reason.NOT_MEASURED, count=judgement.coverage.inconclusive))
    for url, detail in sorted(terms.unread.items()):
        own.append(Why("address", Reason.NOT_MEASURED, detail, subject=url))
    left_out = judgement.coverage.skipped.get(Skipped.BUDGET, 0)
    if left_out and terms.pages is None:
        warned.append(Why("left-out", Reason.BUDGET, count=left_out))
    own += _could_not_tell(judgement, terms)
    for finding in findings:
        if finding.verdict is Verdict.INCONCLUSIVE and finding.subject.startswith("http"):
            is_own = SiteScope(judgement.site).owns(finding.subject)
            why = Why(
                "address", finding.reason or Reason.NOT_MEASURED, finding.check, subject=finding.subject
            )
            (own if is_own else others).append(why)
    return closing, warned


def _could_not_tell(judgement: SiteJudgement, terms: Terms) -> Iterator[Why]:
    """Checks that a rule names and that said nothing of the whole site: they were not passed."""
    for check, result in judgement.checks.items():
        if not any(rule.closes and check in rule.checks for rule in terms.policy.in_order):
            continue
        if check in terms.hostless:
            yield Why("no-host", Reason.NOT_MEASURED, subject=check)
        elif result.reason is not None:
            yield Why("check", result.reason, result.detail, subject=check)


def _reasoned(key: str, reason: str) -> Why:
    name, _, detail = reason.partition(":")
    known = next((one for one in Reason if one.value == name), Reason.NOT_MEASURED)
    return Why(key, known, detail.strip())
