"""COV001: whether enough of the site was seen to judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.coverage.pages import count_pages
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Judgement, NoParams, check
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.context import Context


@check("COV001", name="coverage", faults=(), params=NoParams)
def inspection_coverage(context: Context, _: NoParams) -> Judgement:
    """How much of the site was seen; never a fault of the site.

    Pages due are the own pages of the plan: those that were read, that did not answer or not usably, and that a
    broken-off crawl left waiting. Pages outside the budget are the sample's remainder, addresses kept back by
    ``robots.txt`` the site's own wish, and a 404 is a broken link, not an unseen page. The share that was read
    has to reach the profile's ``minimum_coverage``.

    Clause: none; a result that rests on a small part of a site would accuse or acquit the rest unseen.
    Reads: targets, looks, left-out addresses, the state of the crawl.
    Could not tell: the reason for which the home page was not read; else the commonest reason of the unread
    pages (timeout, blocked-status, server-error, interrupted …) when too few were read.
    """
    problem = home_problem(context)
    counted = context.derived(count_pages)
    if problem is not None:
        return Judgement(examined=counted.reached, reason=problem[0], detail=problem[1])
    detail = f"{counted.reached}/{counted.due} = {counted.share:.1%}"
    if counted.share < context.profile.minimum_coverage:
        return Judgement(examined=counted.reached, reason=_commonest(context), detail=detail)
    return Judgement(examined=counted.reached, detail=detail)


def _commonest(context: Context) -> Reason:
    if context.facts.still_waiting():
        return Reason.INTERRUPTED
    return _most_frequent(
        looks[-1].reason or Reason.SERVER_ERROR
        for url, looks in context.looks.items()
        if context.scope.owns(url) and not looks[-1].opened
    )


def _most_frequent(reasons: Iterable[Reason]) -> Reason:
    counts: dict[Reason, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return max(counts, key=lambda reason: (counts[reason], reason.value), default=Reason.NOT_MEASURED)
