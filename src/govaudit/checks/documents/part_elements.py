"""Whether a part of the disclosure platform says what it has to: what DOC008 and DOC021 share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.element_search import search
from govaudit.checks.columns.elements import elements_of
from govaudit.checks.columns.reach import reach_of
from govaudit.checks.registry import Fault, Judgement
from govaudit.inspection.finding import Arguments, Examined
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context

PART_FAULTS = ("missing", "unclear")


def judge_part(
    context: Context,
    subject: str,
    columns: Sequence[Column],
    linked: Sequence[str],
    elements: tuple[str, ...],
) -> Judgement:
    """One finding with all ``elements`` that neither ``columns`` nor the pages at ``linked`` hold, or could not tell;
    not applicable where there is neither, or nothing at all is said there."""
    if not columns and not linked:
        return Judgement(examined=0, applicable=False)
    found = search(context, reach_of(context, columns, linked), elements_of(elements))
    if found.blank:
        return Judgement(examined=0, applicable=False)
    reason = found.doubt[0] if found.doubt and found.missing else None
    verdict = Verdict.PASS if not found.missing else Verdict.INCONCLUSIVE if reason else Verdict.FAIL
    arguments: Arguments = {
        "column": columns[0].label if columns else subject,
        "missing": "、".join(found.missing),
        "found": "、".join(found.found),
        "elements": "、".join(one.partition("|")[0] for one in elements),
        "count": len(found.missing),
        "pages": found.pages,
        "unread": found.doubt[1] if found.doubt else "",
        **({"reason": reason.value} if reason else {}),
    }
    fault = Fault(
        subject=subject,
        page=columns[0].url if columns else linked[0],
        fault="unclear" if reason else "missing",
        verdict=verdict,
        reason=reason,
        arguments=arguments,
        column=subject,
        count=len(found.missing),
        evidence=(found.evidence(),),
    )
    return Judgement(
        examined=len(elements),
        faults=[fault] if found.missing else [],
        trace=(Examined(subject=subject, verdict=verdict, reason=reason, arguments=arguments),),
    )
