"""DOC011: consultations on drafts that ask for opinions for too short a time."""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.documents.consultation_words import consultation_words
from govaudit.checks.documents.consultations import consultations
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.calendar import Period, months_before
from govaudit.inspection.finding import Locator
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.workdays import UnknownYearError

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.documents.consultations import Consultation
    from govaudit.inspection.fact_tables import StoredPage


_DAYS_OF_MONTH = 30


class ConsultationTooShortParams(Params):
    """``days``: that a consultation has to last; ``working_days``: the same in working days, which counts instead where
    it is not 0. ``within``: only those published in this period are judged."""

    days: int = 30
    working_days: int = 0
    within: PeriodText = "1 year"


@check(
    "DOC011",
    name="consultation-too-short",
    faults=("too-short", "maybe-too-short", "too-short-in-working-days", "calendar-unknown"),
    params=ConsultationTooShortParams,
)
def consultation_too_short(context: Context, params: ConsultationTooShortParams) -> Judgement:
    """The days between the first and the last of a consultation on a draft of the government, both counted.

    The term is read from sentences: from a day to a day (自…至…), until a day (截止…, …前反馈), or so many days from
    the announcement; without a first day it begins with the publication of the page. Of several the longest counts.
    A rule in calendar days is that of major decisions and rules of governments (规章): where the page does not call the
    draft one, a person has to say. A whole month, also February, is thirty days.
    Consultations that are asked again or prolonged, that give a reason for being short (情况紧急), and those whose
    length other laws set (environment, land, standards) are not judged; nor are those whose term no sentence tells.

    Clause: 《重大行政决策程序暂行条例》第十五条 “公开征求意见的期限一般不少于30日；因情况紧急等原因需要缩短期限的，
    公开征求意见时应当予以说明”.
    Reads: titles, sentences and days of pages that call for opinions; the official calendar of working days.
    Could not tell: parse where no page tells a term that can be counted; calendar when the days lie in a year whose
    working days are not known; browser-needed when only scripts write the pages; the reason of the crawl when no page
    was read.
    """
    if not context.pages:
        return unread_site(context)
    found = context.derived(consultations)
    since = Period(params.within).before(context.as_of)
    due = [one for one in found.calls if one.issued is None or one.issued >= since]
    if not due:
        if found.unread:
            return Judgement(examined=0, reason=Reason.BROWSER_NEEDED, detail=found.unread[0])
        return Judgement(examined=0, applicable=False)
    known = [one for one in due if one.term is not None or one.calendar_year]
    if not known:
        return Judgement(examined=0, reason=Reason.PARSE, detail=due[0].url)
    faults = [
        fault
        for one in known
        if one.subject not in found.again and (fault := _judged(context, one, params)) is not None
    ]
    return Judgement(examined=len(known), faults=faults, population=tuple(one.url for one in known))


def _judged(context: Context, call: Consultation, params: ConsultationTooShortParams) -> Fault | None:
    limit = params.working_days or params.days
    term = call.term
    if term is None:
        return _unknown(call, call.calendar_year)
    try:
        lasted = term.working_days(context.calendar) if params.working_days else term.days
    except UnknownYearError as error:
        return _unknown(call, error.year)
    page = page_at(context, call.url)
    said = f"{call.title}\n{page.text.main}" if page is not None else call.title
    if not params.working_days and months_before(term.last + timedelta(days=1), 1) >= term.first:
        lasted = max(lasted, _DAYS_OF_MONTH)
    if lasted >= limit or consultation_words().urgent.search(said):
        return None
    certain = params.working_days or _is_major(call, page)
    return Fault(
        subject=call.url,
        page=call.url,
        fault="too-short-in-working-days"
        if params.working_days
        else "too-short"
        if certain
        else "maybe-too-short",
        arguments={
            "title": call.title,
            "first": term.first.isoformat(),
            "last": term.last.isoformat(),
            "days": lasted,
            "limit": limit,
            "told": term.told[:120],
        },
        verdict=Verdict.FAIL if certain else Verdict.REVIEW,
        aspect="term",
        locator=Locator(text=term.told[:60]),
    )


def _is_major(call: Consultation, page: StoredPage | None) -> bool:
    """Whether the announcement, before the draft begins, calls it a decision or rule for which thirty days are due."""
    words = consultation_words()
    lines = (line.text.strip() for line in page.text.lines) if page is not None else ()
    said = takewhile(lambda line: not words.draft_begins.search(line), lines)
    return any(words.major.search(line) for line in (call.title, *said))


def _unknown(call: Consultation, year: int) -> Fault:
    return Fault(
        subject=call.url,
        page=call.url,
        fault="calendar-unknown",
        arguments={"title": call.title, "year": year},
        verdict=Verdict.INCONCLUSIVE,
        reason=Reason.CALENDAR,
    )
