"""DOC003: interpretations that came out too long after their document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.documents.interpretations import Interpretation, interpretations
from govaudit.checks.documents.own import own_documents
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.calendar import Period
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.workdays import UnknownYearError

if TYPE_CHECKING:
    from datetime import date

    from govaudit.checks.context import Context


class InterpretationLateParams(Params):
    """``working_days``: that an interpretation may take. ``within``: only documents published in this period."""

    working_days: int = 3
    within: PeriodText = "1 year"


@check(
    "DOC003",
    name="interpretation-late",
    faults=("late", "calendar-unknown"),
    params=InterpretationLateParams,
)
def interpretation_late(context: Context, params: InterpretationLateParams) -> Judgement:
    """Working days from the publication of a document to that of its first interpretation.

    Of an interpretation the first day counts that its page gives, of a document the last; of several interpretations
    the earliest. Only interpretations whose document is certain (see DOC002) are judged.

    Clause: “最迟应在政策文件公开发布后3个工作日内发布” (郑州市2016年要求).
    Reads: days on the pages of documents and interpretations; the official calendar of working days.
    Could not tell: calendar when the days lie in a year whose working days are not known; browser-needed when only
    scripts write the documents; the reason of the crawl when no page was read.
    """
    if not context.pages:
        return unread_site(context)
    since = Period(params.within).before(context.as_of)
    first: dict[str, tuple[Interpretation, date, date]] = {}
    for one in context.derived(interpretations):
        issued = one.document.published
        if one.published is None or issued is None or issued < since:
            continue
        known = first.get(one.document.url)
        if known is None or one.published < known[1]:
            first[one.document.url] = (one, one.published, issued)
    if not first:
        unread = context.derived(own_documents).unread
        if unread:
            return Judgement(examined=0, reason=Reason.BROWSER_NEEDED, detail=unread[0])
        return Judgement(examined=0, applicable=False)
    faults = [
        fault
        for one, published, issued in first.values()
        if (fault := _judged(context, one, published, issued, params.working_days)) is not None
    ]
    return Judgement(
        examined=len(first), faults=faults, population=tuple(one.url for one, _, _ in first.values())
    )


def _judged(context: Context, one: Interpretation, published: date, issued: date, limit: int) -> Fault | None:
    if (published - issued).days <= limit:
        return None
    arguments: dict[str, str | int] = {
        "title": one.title,
        "document": one.document.title,
        "issued": issued.isoformat(),
        "published": published.isoformat(),
        "limit": limit,
    }
    try:
        days = context.calendar.between(issued, published)
    except UnknownYearError:
        return Fault(
            subject=one.url,
            page=one.url,
            fault="calendar-unknown",
            arguments=arguments,
            verdict=Verdict.INCONCLUSIVE,
            reason=Reason.CALENDAR,
        )
    if days <= limit:
        return None
    return Fault(subject=one.url, page=one.url, fault="late", arguments={**arguments, "days": days})
