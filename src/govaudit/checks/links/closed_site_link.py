"""LNK010: links to sites that were closed, or whose names belong to somebody else by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.links.foreign import closed_sign
from govaudit.checks.links.references import references_to
from govaudit.checks.links.spread import counted_as_home
from govaudit.checks.links.verdict import fault_at, unfinished
from govaudit.checks.registry import Judgement, NoParams, check
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context


@check(
    "LNK010", name="closed-site-link", faults=("parked", "left-government", "closed", "taken"), params=NoParams,
    concerns_others=True,
)  # fmt: skip
def closed_site_link(context: Context, _: NoParams) -> Judgement:
    """Links to other sites that end at a broker or parking page of names, that lead from a government's name to
    somebody else's, whose page says that the site was closed or its name is for sale, or whose front page lives by
    gambling. All go to a person.

    Clause: none that was seen in an official text; shown without points.
    Reads: looks at targets outside the site: where they ended, and the title of what they showed.
    Could not tell: interrupted, the home page's reason when nothing was read. What did not open is LNK002.
    """
    foreign = {
        url: looks for url, looks in context.looks.items() if not context.scope.owns(url) and looks[-1].opened
    }
    found = {url: sign for url, looks in foreign.items() if (sign := closed_sign(looks[-1])) is not None}
    faults = [
        fault_at(
            context,
            references,
            context.derived(counted_as_home),
            subject=url,
            fault=found[url][0],
            verdict=Verdict.REVIEW,
            looks=context.looks[url],
            more={"sign": found[url][1]},
        )
        for url, references in references_to(context, found).items()
    ]
    stopped = unfinished(context, len(foreign))
    if stopped is not None:
        return stopped
    if not foreign:
        return Judgement(examined=0, applicable=False)
    return Judgement(examined=len(foreign), faults=faults)
