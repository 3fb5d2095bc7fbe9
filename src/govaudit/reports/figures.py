"""The figures that every format shows, counted once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Protocol

from govaudit.inspection.verdict import Result, Verdict
from govaudit.reports.run_report import Outcome, is_pending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class _Finding(Protocol):
    @property
    def standing(self) -> Verdict: ...


class Judged(Outcome, Protocol):
    """A site with its findings, of this run or an earlier one."""

    @property
    def findings(self) -> Sequence[_Finding]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``pending``: qualified so far, but a veto waits for a person; left out of the pass rate.

    ``findings`` by verdict: ``fail`` are problems, ``review`` wait for a person, ``inconclusive`` could not be told.
    """

    listed: int
    qualified: int
    unqualified: int
    pending: int
    inconclusive: int
    not_inspected: int
    fail: int
    review: int
    unsure: int

    @property
    def inspected(self) -> int:
        """Sites that the run reached, whatever came of it."""
        return self.listed - self.not_inspected

    @property
    def judged(self) -> int:
        """Sites with a result that stands: the base of the pass rate."""
        return self.qualified + self.unqualified

    @property
    def pass_rate(self) -> str:
        """Qualified of judged in per cent; ``-`` when none could be judged."""
        return per_cent(self.qualified, self.judged)


def figures(sites: Iterable[Judged]) -> Figures:
    """Count results and findings of sites."""
    listed = tuple(sites)
    pending = sum(is_pending(one) for one in listed)
    results = [one.result for one in listed]
    verdicts = [finding.standing for one in listed for finding in one.findings]
    return Figures(
        listed=len(listed),
        qualified=results.count(Result.QUALIFIED) - pending,
        unqualified=results.count(Result.UNQUALIFIED),
        pending=pending,
        inconclusive=results.count(Result.INCONCLUSIVE),
        not_inspected=results.count(Result.NOT_INSPECTED),
        fail=verdicts.count(Verdict.FAIL),
        review=verdicts.count(Verdict.REVIEW),
        unsure=verdicts.count(Verdict.INCONCLUSIVE),
    )


def per_cent(part: int, whole: int) -> str:
    """``96.7%``; ``100%`` and ``0%`` only when it is exactly so; ``-`` of nothing."""
    if not whole:
        return "-"
    if part in {0, whole}:
        return "100%" if part else "0%"
    share = Decimal(100 * part) / Decimal(whole)
    shown = share.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if shown in {Decimal("100.0"), Decimal("0.0")}:
        shown = max(share.quantize(Decimal("0.01"), ROUND_DOWN), Decimal("0.01"))
    return f"{shown}%"
