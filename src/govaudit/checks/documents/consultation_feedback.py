"""DOC013: consultations on drafts of which nobody learns what became of the opinions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.reach import links_of_page, pictures_of
from govaudit.checks.documents.consultation_words import consultation_words
from govaudit.checks.documents.consultations import columns_around, consultations, own_result
from govaudit.checks.documents.days import is_day
from govaudit.checks.documents.interpretations import first_day
from govaudit.checks.documents.own import document_title
from govaudit.checks.documents.titles import column_doubt, columns_named
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, written_by_script
from govaudit.inspection.calendar import Period, day_of, months_before
from govaudit.inspection.urls import is_attachment
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from datetime import date

    from govaudit.checks.context import Context
    from govaudit.checks.documents.consultations import Consultation, Result
    from govaudit.inspection.fact_tables import StoredPage

PLACES = ("意见征集", "征集反馈", "通知公告")
"""Columns in which results are published."""


class ConsultationFeedbackParams(Params):
    """``months``: after the end of a consultation until which its result has to be there. ``within``: only those that
    ended in this period are judged. ``reasons``: opinions that were not adopted need a reason."""

    months: int = 1
    within: PeriodText = "1 year"
    reasons: bool = True


@dataclass(frozen=True, slots=True)
class _Ended:
    call: Consultation
    end: date
    due: date


@check(
    "DOC013",
    name="consultation-no-feedback",
    faults=("missing", "unclear", "late", "no-outcome", "no-reasons"),
    params=ConsultationFeedbackParams,
    depends_on_date=True,
)
def consultation_feedback(context: Context, params: ConsultationFeedbackParams) -> Judgement:
    """The result of every consultation on a draft that ended: there, in time, with what was adopted and why not.

    A result is a link from the page of the call, a part of it, a page or link anywhere on the site whose title
    speaks of a result and of the draft, or a page on the draft that says how many opinions came. Only
    consultations whose last day is known are judged; one that was prolonged, withdrawn or made again is left to a
    person. What a result says of adoption and reasons is for a person to confirm.

    Clause: 监测时间点前1年内开展的调查征集活动结束后1个月内均公开反馈结果的，得1分（国办秘函〔2019〕19号 调查征集）；
    “意见采纳情况及相对集中的意见未予采纳的原因” (安徽省霍邱县，地方做法).
    Reads: titles, links, days and text of calls and results; the columns of consultations, of results and of notices.
    Could not tell: the reason for which one of these columns or of the pages was not read, not-measured where they are
    on another site; browser-needed; calendar; the reason of the crawl when no page was read.
    """
    if not context.pages:
        return unread_site(context)
    found = context.derived(consultations)
    today, since = day_of(context.as_of), Period(params.within).before(context.as_of)
    ended = [
        _Ended(one, one.term.last, due)
        for one in found.calls
        if one.term is not None and one.term.last >= since
        if (due := months_before(one.term.last, -params.months)) < today
    ]
    if not ended:
        if found.unread:
            return Judgement(examined=0, reason=Reason.BROWSER_NEEDED, detail=found.unread[0])
        return Judgement(examined=0, applicable=False)
    faults = [fault for one in ended if (fault := _judged(context, one, params)) is not None]
    return Judgement(examined=len(ended), faults=faults, population=tuple(one.call.url for one in ended))


def _judged(context: Context, ended: _Ended, params: ConsultationFeedbackParams) -> Fault | None:
    addresses = _results(context, ended.call)
    if not addresses:
        doubt = _doubt(context, ended.call)
        return _fault(ended, "unclear" if doubt else "missing", "", "", doubt)
    pages = [page_at(context, url) for url in addresses]
    read = [page for page in pages if page is not None and page.url != ended.call.url]
    if len(read) < len(addresses):
        return None
    days = [day for page in read if (day := _earliest(page)) is not None]
    if len(days) == len(read) and min(days) > ended.due:
        return _fault(ended, "late", read[0].url, min(days).isoformat(), None)
    unsaid = _unsaid(context, read, params) if read else ""
    return _fault(ended, unsaid, read[0].url, "", None) if unsaid else None


def _earliest(page: StoredPage) -> date | None:
    """Its first day, or that under its text where that is earlier: pages are dated anew when a site moves."""
    signed = (is_day(line.text) for line in page.text.lines if line.text.strip())
    return min(filter(None, (first_day(page), *signed)), default=None)


def _unsaid(context: Context, read: list[StoredPage], params: ConsultationFeedbackParams) -> str:
    """What the pages of a result do not say, as far as all that they say could be read."""
    if not all(_can_be_read(context, page) for page in read):
        return ""
    words = consultation_words()
    said = "\n".join(_body(page) for page in read)
    if not words.outcome.search(said):
        return "no-outcome"
    refused = words.refused.search(said) and not words.none_refused.search(said)
    return "no-reasons" if params.reasons and refused and not words.reasons.search(said) else ""


def _body(page: StoredPage) -> str:
    """What a page says besides its title."""
    title = fold(document_title(page))
    return simplified("\n".join(line.text for line in page.text.lines if title not in fold(line.text)))


def _results(context: Context, call: Consultation) -> list[str]:
    calls = context.derived(consultations)
    found = {one.url: None for one in calls.results_on(call.subject)}
    own = own_result(context, call)
    if not found and not own:
        core = calls.without_place(call.subject)
        found = {one.url: None for one in calls.telling if _speaks_of(context, one, core)}
    return [*found, *([own] if own and own not in found else [])]


def _speaks_of(context: Context, one: Result, core: str) -> bool:
    if core in one.title:
        return True
    page = page_at(context, one.url)
    return page is not None and core in fold(page.text.main)


def _can_be_read(context: Context, page: StoredPage) -> bool:
    """Whether all that a result says stands in its text."""
    if written_by_script(page) or pictures_of(context, page):
        return False
    return not any(is_attachment(link.url or "") for link in links_of_page(context, page))


def _doubt(context: Context, call: Consultation) -> tuple[Reason, str] | None:
    found = context.derived(consultations)
    if call.scripted:
        return Reason.BROWSER_NEEDED, call.url
    if call.subject in found.again:
        return Reason.PARSE, call.url
    for one in found.results:
        # A result on several drafts names them in its file or picture alone.
        page = page_at(context, one.url) if not consultation_words().drafts.search(one.title) else None
        if page is not None and not _can_be_read(context, page):
            return Reason.PARSE, one.url
    columns = [column for name in PLACES for column in columns_named(context, name)]
    return column_doubt([*columns, *columns_around(context, call)]) or context.derived(names_seen).unread


def _fault(ended: _Ended, fault: str, result: str, published: str, doubt: tuple[Reason, str] | None) -> Fault:
    verdict = {"missing": Verdict.FAIL, "late": Verdict.FAIL, "unclear": Verdict.INCONCLUSIVE}
    return Fault(
        subject=ended.call.url,
        page=ended.call.url,
        fault=fault,
        arguments={
            "title": ended.call.title,
            "end": ended.end.isoformat(),
            "due": ended.due.isoformat(),
            "result": result,
            "published": published,
            "unread": doubt[1] if doubt else "",
            **({"reason": doubt[0].value} if doubt else {}),
        },
        verdict=verdict.get(fault, Verdict.REVIEW),
        reason=doubt[0] if doubt else None,
        aspect="missing" if fault == "unclear" else fault,
    )
