"""DOC009: the annual report on the disclosure of government information."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.element_search import search
from govaudit.checks.columns.elements import elements_of, plain
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.reach import reach_of
from govaudit.checks.documents.titles import (
    Titled,
    column_doubt,
    columns_named,
    disclosure_words,
    names_other_unit,
    titled,
    years_in,
)
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.calendar import as_day, day_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.finding import Arguments

REPORTS = "政府信息公开年报"
_KINDS = frozenset({"portal", "department"})
_MOST_OWN = 20


class AnnualReportParams(Params):
    """``departments``, ``governments``: month and day until which last year's report has to be there. ``headings``: of
    the report, each with further wordings behind ``|``; those of the vocabulary when none are given."""

    departments: str = "01-31"
    governments: str = "03-31"
    headings: tuple[str, ...] = Field(default_factory=lambda: disclosure_words().report_headings)


@dataclass(frozen=True, slots=True)
class _Reports:
    """``years``: of all reports found; ``due``: those of the due year; ``unclear``: a link to a report whose year could
    not be read."""

    years: frozenset[int]
    due: tuple[Titled, ...]
    unclear: str


@check(
    "DOC009",
    name="annual-report",
    faults=("missing", "late", "headings", "unclear"),
    params=AnnualReportParams,
    depends_on_date=True,
)
def annual_report(context: Context, params: AnnualReportParams) -> Judgement:
    """Last year's report on disclosure: there, published in time, with the six parts.

    Until the day of the deadline the report of the year before last is due. A link anywhere on the site that names a
    report and the year, or an entry of the column for reports, is enough. Whether the unit's own report came in time
    (by the earliest date that list or page show) is for a person to confirm, since sites re-date what they move. Parts
    are looked for as headings or in sentences on the pages of the unit's own report; a page with fewer than half of
    them is taken for an announcement of it.

    Clause: 条例第四十九条 “县级以上人民政府部门应当在每年1月31日前…向社会公布”, “县级以上地方人民政府的政府信息公开工作
    主管部门应当在每年3月31日前向社会公布”; 第五十条.
    Reads: links that name reports, the column for reports with its entries and dates, the text of the report.
    Could not tell: not-measured where the reports are on another site or a link to one says no year; the reason for
    which the column was not read; browser-needed; parse where the report is a file or a picture.
    """
    if context.site.kind not in _KINDS:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    month, _, day = (params.governments if context.site.kind == "portal" else params.departments).partition(
        "-"
    )
    today = day_of(context.as_of)
    year = today.year - (1 if today > date(today.year, int(month), int(day)) else 2)
    reports = _reports(context, year)
    if not reports.due:
        return Judgement(examined=1, faults=[_absent(context, year, reports)])
    own = [one for one in reports.due if not names_other_unit(context, one.plain)][:_MOST_OWN]
    if not own:
        return Judgement(examined=1)
    faults = _late(context, own, year, date(year + 1, int(month), int(day)))
    faults += _headings(context, own, year, params.headings)
    return Judgement(examined=1, faults=faults)


def _reports(context: Context, year: int) -> _Reports:
    links = {one.url: one for one in titled(context, "annual-report")}
    columns = columns_named(context, REPORTS)
    for column in columns:
        for item in column.items:
            links.setdefault(item.url or item.title, Titled(item.title, plain(item.title), item.url))
    addresses = {column.url for column in columns}
    years: set[int] = set()
    due: list[Titled] = []
    unclear = ""
    for one in links.values():
        if one.url in addresses:
            continue
        found = one.years or _years_behind(context, one)
        years |= found
        if year in found:
            due.append(one)
        if not found:
            unclear = unclear or one.url
    return _Reports(frozenset(years), tuple(due), unclear)


def _years_behind(context: Context, one: Titled) -> frozenset[int]:
    page = page_at(context, one.url)
    if page is None:
        return frozenset()
    reading = page.reading
    return years_in(
        plain(" ".join((reading.title, reading.heading, *(item.title for item in reading.items))))
    )


def _absent(context: Context, year: int, reports: _Reports) -> Fault:
    columns = columns_named(context, REPORTS)
    doubt = column_doubt(columns) or context.derived(names_seen).unread
    if doubt is None and reports.unclear:
        doubt = Reason.NOT_MEASURED, reports.unclear
    arguments: Arguments = {
        "year": year,
        "years": "、".join(str(one) for one in sorted(reports.years, reverse=True)),
        "unread": doubt[1] if doubt else "",
        **({"reason": doubt[0].value} if doubt else {}),
    }
    return Fault(
        subject=REPORTS,
        page=columns[0].url if columns else context.home_url,
        fault="unclear" if doubt else "missing",
        verdict=Verdict.INCONCLUSIVE if doubt else Verdict.FAIL,
        reason=doubt[0] if doubt else None,
        arguments=arguments,
        column=REPORTS,
        aspect="year",
    )


def _late(context: Context, own: list[Titled], year: int, due: date) -> list[Fault]:
    listed = {
        item.url: item.day
        for column in columns_named(context, REPORTS)
        for item in column.items
        if item.day is not None
    }
    days: list[tuple[date, Titled]] = []
    for one in own:
        page = page_at(context, one.url)
        published = page.reading.published if page is not None else None
        shown = (listed.get(one.url), as_day(published.value) if published is not None else None)
        days += [(day, one) for day in shown if day is not None]
    if not days:
        return []
    day, first = min(days, key=lambda pair: pair[0])
    if day <= due:
        return []
    return [
        Fault(
            subject=f"{REPORTS} {year}",
            page=first.url,
            fault="late",
            verdict=Verdict.REVIEW,
            arguments={"year": year, "title": first.text, "day": day.isoformat(), "due": due.isoformat()},
            identity=f"late {year}",
            column=REPORTS,
            aspect="late",
        )
    ]


def _headings(context: Context, own: list[Titled], year: int, headings: tuple[str, ...]) -> list[Fault]:
    found = search(context, reach_of(context, (), [one.url for one in own]), elements_of(headings))
    if not found.missing:
        return []
    doubt = found.doubt
    if doubt is None and 2 * len(found.found) < len(headings):
        doubt = Reason.PARSE, own[0].url
    arguments: Arguments = {
        "year": year,
        "title": own[0].text,
        "missing": "、".join(found.missing),
        "count": len(found.missing),
        "years": str(year),
        "unread": doubt[1] if doubt else "",
        **({"reason": doubt[0].value} if doubt else {}),
    }
    return [
        Fault(
            subject=f"{REPORTS} {year}",
            page=own[0].url,
            fault="unclear" if doubt else "headings",
            verdict=Verdict.INCONCLUSIVE if doubt else Verdict.FAIL,
            reason=doubt[0] if doubt else None,
            arguments=arguments,
            identity=f"headings {year}",
            column=REPORTS,
            aspect="headings",
            count=len(found.missing),
            evidence=(found.evidence(),),
        )
    ]
