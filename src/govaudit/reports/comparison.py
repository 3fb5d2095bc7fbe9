"""This run beside the one before: what is new, what is still there, what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.inspection.verdict import Result, Verdict
from govaudit.reports.run_report import ordered_findings

if TYPE_CHECKING:
    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.reports.run_report import RunReport

_COUNTED = frozenset({Verdict.FAIL, Verdict.REVIEW})
_JUDGED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.REVIEW})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Problems of a site. ``unclear``: of the earlier run, and this run could not tell whether they are gone."""

    new: tuple[Finding, ...]
    still: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    unclear: tuple[Finding, ...]


def compare(report: RunReport, judgement: SiteJudgement) -> Comparison | None:
    """Compare a site with its earlier run; ``None`` when it was not in that run."""
    earlier = report.previous_findings.get(judgement.site.key)
    if earlier is None:
        return None
    before = {finding.id: finding for finding in earlier if finding.standing in _COUNTED}
    now = [finding for finding in ordered_findings(judgement) if finding.standing in _COUNTED]
    present = {finding.id for finding in judgement.findings if finding.verdict in _COUNTED}
    gone = sorted(
        (finding for finding in before.values() if finding.id not in present),
        key=lambda one: (one.check, one.subject, one.id),
    )
    return Comparison(
        new=tuple(finding for finding in now if finding.id not in before),
        still=tuple(finding for finding in now if finding.id in before),
        fixed=tuple(finding for finding in gone if _was_looked_at(finding, judgement)),
        unclear=tuple(finding for finding in gone if not _was_looked_at(finding, judgement)),
    )


def _was_looked_at(finding: Finding, judgement: SiteJudgement) -> bool:
    """Whether this run could have found the fault again: absence alone proves nothing."""
    if judgement.result in {Result.INCONCLUSIVE, Result.NOT_INSPECTED}:
        return False
    check = judgement.checks.get(finding.check)
    if check is None or check.verdict not in _JUDGED or check.reason is not None:
        return False
    return all(one.id != finding.id for one in judgement.findings)
