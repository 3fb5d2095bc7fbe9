"""A site in this run beside an earlier one: what is new, what is still there, what is gone.

Only certain problems are compared. Nothing is called new that the earlier run could not have found, and nothing fixed
that this one could not have found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from govaudit.inspection.verdict import Kind, Result, State, Verdict
from govaudit.reports.run_report import ordered_findings

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.inspection.verdict import Reason
    from govaudit.reports.earlier import EarlierFinding, EarlierRun, EarlierSite
    from govaudit.reports.run_report import RunReport

_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.REVIEW})
_CLOSED = frozenset({State.FIXED, State.DISMISSED, State.WAIVED})
"""States of which a ledger does not say that the fault may still be there."""
_NOT_READ = frozenset({Result.INCONCLUSIVE, Result.NOT_INSPECTED})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Problems of a site. ``reopened``: gone in the earlier run, there in one before it; ``first``: the earlier run did
    not look, or by another rule; ``unclear``: of the earlier run, and this run could not tell whether they are gone.

    Problems now: new, reopened, still and first. Problems then: still, fixed and unclear.
    """

    new: tuple[Finding, ...]
    reopened: tuple[Finding, ...]
    still: tuple[Finding, ...]
    first: tuple[Finding, ...]
    fixed: tuple[EarlierFinding, ...]
    unclear: tuple[EarlierFinding, ...]


class _Checked(Protocol):
    @property
    def verdict(self) -> Verdict: ...
    @property
    def reason(self) -> Reason | None: ...
    @property
    def rule_version(self) -> int: ...


def compare(
    report: RunReport,
    judgement: SiteJudgement,
    earlier: EarlierRun | None = None,
    kinds: Set[Kind] = frozenset(Kind),
) -> Comparison | None:
    """Compare a site with an ``earlier`` run, the one before when none is named; ``None`` when it was not inspected
    there. ``kinds``: of the problems that count."""
    run = earlier or report.previous
    then = run.sites.get(judgement.site.key) if run else None
    if run is None or then is None or then.result is Result.NOT_INSPECTED:
        return None
    older = report.problems_before(run, judgement.site.key)
    return _compared(judgement, then, older, kinds, closed=_CLOSED if report.ledger else frozenset(State))


def _compared(
    judgement: SiteJudgement,
    then: EarlierSite,
    older: Set[str],
    kinds: Set[Kind],
    *,
    closed: Set[State],
) -> Comparison:
    dropped = {one.id for one in judgement.findings if one.standing is Verdict.PASS}
    before = {
        one.id: one
        for one in then.findings
        if one.standing is Verdict.FAIL and one.kind in kinds and one.id not in dropped
    }
    now = [one for one in ordered_findings(judgement) if one.standing is Verdict.FAIL and one.kind in kinds]
    present = {one.id for one in now}
    came = [one for one in now if one.id not in before]
    gone = sorted(
        (one for one in before.values() if one.id not in present),
        key=lambda one: (one.check, one.subject, one.id),
    )
    doubtful = {one.id for one in judgement.findings} - present

    def was_absent(one: Finding) -> bool:
        return then.result not in _NOT_READ and _looked_at(one.check, then.checks, judgement.checks)

    def is_absent(one: EarlierFinding) -> bool:
        if judgement.result in _NOT_READ or one.id in doubtful or one.state not in closed:
            return False
        return _looked_at(one.check, judgement.checks, then.checks)

    def again(one: Finding) -> bool:
        return one.state is State.REOPENED or (one.id in older and was_absent(one))

    return Comparison(
        new=tuple(one for one in came if was_absent(one) and not again(one)),
        reopened=tuple(one for one in came if again(one)),
        still=tuple(one for one in now if one.id in before),
        first=tuple(one for one in came if not was_absent(one) and not again(one)),
        fixed=tuple(one for one in gone if is_absent(one)),
        unclear=tuple(one for one in gone if not is_absent(one)),
    )


def _looked_at(check: str, one: Mapping[str, _Checked], other: Mapping[str, _Checked]) -> bool:
    """Whether ``one`` of two runs looked at everything that the check asks for, by the rule of the ``other``: only then
    does it mean something that a fault is not there."""
    seen, known = one.get(check), other.get(check)
    if seen is None or known is None or seen.rule_version != known.rule_version:
        return False
    return seen.verdict in _JUDGED and seen.reason is None
