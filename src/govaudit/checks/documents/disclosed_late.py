"""DOC006: documents that were made public too late."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from govaudit.checks.documents.judging import judge_documents
from govaudit.checks.documents.own import OwnDocument, own_documents
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.calendar import Period
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.workdays import UnknownYearError

if TYPE_CHECKING:
    from datetime import date

    from govaudit.checks.context import Context


class DisclosedLateParams(Params):
    """``working_days``: that a document may take. ``within``: only documents published in this period are judged.
    ``again``: calendar days from which a person has to say whether it is an old document that was put there again;
    ``many``: so many late documents of one day are taken for a move of the site, and a person has to say."""

    working_days: int = 20
    within: PeriodText = "1 year"
    again: int = 365
    many: int = 5


@check(
    "DOC006",
    name="disclosed-late",
    faults=("late", "calendar-unknown"),
    params=DisclosedLateParams,
)
def disclosed_late(context: Context, params: DisclosedLateParams) -> Judgement:
    """Working days between the day on which a document was made (成文日期) and that of its publication.

    Where a page names several days, the last that it may have been made on and the first that it may have been
    published on count. Review instead of fail where the document is much older, or many late ones appeared on one day:
    old documents may have been put there again.

    Clause: “应当自该政府信息形成或者变更之日起20个工作日内及时公开” (《中华人民共和国政府信息公开条例》第二十六条).
    Reads: days in the tables, datelines and signatures of document pages; the official calendar of working days.
    Could not tell: calendar when the days lie in a year whose working days are not known; browser-needed for documents
    that only scripts write; the reason of the crawl when no page was read. Without documents that show both days there
    is nothing to judge.
    """
    documents = context.derived(own_documents)
    first = Period(params.within).before(context.as_of)
    judged: list[OwnDocument] = []
    late: list[tuple[OwnDocument, date, date, int | None]] = []
    for document in documents.own:
        made, published = document.made_latest, document.published_first
        if made is None or published is None or published < first:
            continue
        judged.append(document)
        days = _working_days_beyond(context, made, published, params.working_days)
        if days != 0:
            late.append((document, made, published, days))
    at_once = Counter(published for _, _, published, _ in late)
    faults = [
        _fault(document, made, published, days, params, many=at_once[published] >= params.many)
        for document, made, published, days in late
    ]
    return judge_documents(context, documents, judged, faults)


def _working_days_beyond(context: Context, made: date, published: date, limit: int) -> int | None:
    """Working days that it took when they are more than ``limit``, else 0; ``None`` when the calendar cannot tell."""
    if (published - made).days <= limit:
        return 0
    try:
        days = context.calendar.between(made, published)
    except UnknownYearError:
        return None
    return days if days > limit else 0


def _fault(
    document: OwnDocument,
    made: date,
    published: date,
    days: int | None,
    params: DisclosedLateParams,
    *,
    many: bool,
) -> Fault:
    arguments: dict[str, str | int] = {
        "title": document.title,
        "made": made.isoformat(),
        "published": published.isoformat(),
        "limit": params.working_days,
    }
    if days is None:
        return Fault(
            subject=document.url,
            page=document.url,
            fault="calendar-unknown",
            arguments=arguments,
            verdict=Verdict.INCONCLUSIVE,
            reason=Reason.CALENDAR,
            column=document.column,
        )
    doubtful = many or (published - made).days >= params.again
    return Fault(
        subject=document.url,
        page=document.url,
        fault="late",
        arguments={**arguments, "days": days},
        verdict=Verdict.REVIEW if doubtful else Verdict.FAIL,
        column=document.column,
    )
