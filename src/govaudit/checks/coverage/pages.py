"""What of a site was seen, counted in own pages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.links.ladder import LADDER, Rung, Standing, opened, rung_of
from govaudit.inspection.facts import Lane, Skipped
from govaudit.inspection.finding import Coverage

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Fetch

_FAILED = frozenset({Standing.ANSWERED, Standing.CERTAIN, Standing.PASSING})


@dataclass(frozen=True, slots=True)
class PageCount:
    """``coverage`` with what it is measured by: ``due`` pages of the plan, of which ``reached`` were read.

    Addresses that answered 404 or 410 are links to nothing, not pages that were missed."""

    coverage: Coverage
    due: int
    reached: int

    @property
    def share(self) -> float:
        """Part of the due pages that was read, 0 to 1."""
        return self.reached / self.due if self.due else 0.0


def coverage(context: Context) -> Coverage:
    """How many own pages were discovered, visited, skipped and why, failed, or gave no usable answer."""
    return context.derived(count_pages).coverage


def count_pages(context: Context) -> PageCount:
    """Count the own pages of a run."""
    visited = failed = inconclusive = gone = 0
    for target, looks in context.facts.all_looks():
        if target.lane is not Lane.PAGE or not context.scope.owns(target.url):
            continue
        if _opened(looks):
            visited += 1
        elif LADDER[rung := rung_of(looks[-1])] in _FAILED:
            failed += 1
            gone += rung in {Rung.NOT_FOUND, Rung.REMOVED}
        else:
            inconclusive += 1
    skipped = Counter(
        target.skipped
        for target in context.facts.left_out()
        if target.skipped and target.lane is Lane.PAGE and _counts(context, target.url, target.skipped)
    )
    waiting = context.facts.still_waiting()
    counted = Coverage(
        discovered=visited + failed + inconclusive + waiting + sum(skipped.values()),
        visited=visited,
        skipped=dict(sorted(skipped.items())),
        failed=failed,
        inconclusive=inconclusive,
        flapping=sum(context.scope.owns(target.url) for target, _ in context.facts.flapping()),
    )
    return PageCount(counted, due=visited + failed - gone + inconclusive + waiting, reached=visited)


def _opened(looks: list[Fetch]) -> bool:
    return any(opened(rung_of(fetch)) and 200 <= fetch.status < 300 for fetch in looks)


def _counts(context: Context, url: str, why: Skipped) -> bool:
    return why is Skipped.SCOPE or context.scope.owns(url)
