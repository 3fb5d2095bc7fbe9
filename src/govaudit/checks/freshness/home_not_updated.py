"""FRE001: a home page that leads to nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.addresses import address_key, page_at
from govaudit.checks.columns.tree import Column, DateOrigin, column_tree
from govaudit.checks.columns.vocabulary import column_vocabulary
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.home import front_pages, home_problem, reason_of, unvisited_reason
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.calendar import Period, as_day, day_of
from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.finding import Evidence, Said
from govaudit.inspection.urls import is_attachment
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Item

_DATED_KINDS = frozenset(
    {PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.GUIDE, PageKind.MESSAGE, PageKind.OTHER}
)
_UNWRITTEN = frozenset({"list", "page", "navigation"})
_CLICKED = frozenset({Tag.A, Tag.AREA, Tag.SCRIPTED, Tag.FRAME})
_SHORTEST_HEADLINE = 10
"""Foreign links with fewer characters are names of other sites, not headlines."""
_SHOWN_ENTRIES = 20


class HomeParams(Params):
    """``period``: within which the home page has to lead to something new."""

    period: PeriodText = "14 days"


@dataclass(frozen=True, slots=True)
class _Dated:
    day: date
    title: str
    url: str
    origin: DateOrigin


@dataclass(slots=True)
class _View:
    """What the home page (or, of a gateway, the pages behind it) leads to."""

    dated: list[_Dated]
    doubt: tuple[Reason, str] | None
    examined: int


@check(
    "FRE001",
    name="home-not-updated",
    faults=("stale", "gateway-stale", "undated"),
    params=HomeParams,
    depends_on_date=True,
)
def home_not_updated(context: Context, params: HomeParams) -> Judgement:
    """A home page on which nothing dated within the period stands or is linked.

    Dates of entries on the home page and publication dates of the pages that it links to count alike. A home page
    without any dated entry that only leads to columns (a gateway) is judged by all its second-level pages. Pages
    that show no date count as not updated only when nothing on them looks like one.

    Clause: 首页不更新 “监测2周,首页无信息更新的,即单项否决。如首页仅为网站栏目导航入口,
    所有二级页面无信息更新的,即单项否决。(注:稿件发布页未注明发布时间的视为不更新,下同。)”.
    Reads: entries and links of the home page, dates of the pages behind them; of a gateway the columns' entries.
    Could not tell: the reason for which the home page or a page behind it was not read; browser-needed (a script
    writes the home page's lists); parse (dates that could not be understood).
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    front = front_pages(context)
    first_day = Period(params.period).before(context.as_of)
    view = _view_of_home(context, front)
    fault = "stale"
    if not view.dated and view.doubt is None:
        view, fault = _view_of_second_level(context), "gateway-stale"
    today = day_of(context.as_of)
    if any(first_day <= one.day <= today for one in view.dated):
        return Judgement(examined=view.examined)
    doubt = view.doubt or _doubt_of_future(view.dated, today)
    if doubt is not None:
        return Judgement(examined=view.examined, reason=doubt[0], detail=doubt[1])
    if not view.examined:
        return Judgement(examined=0, reason=Reason.PARSE, detail=context.home_url)
    return Judgement(examined=view.examined, faults=[_fault(context, view, fault, first_day)])


def _fault(context: Context, view: _View, fault: str, first_day: date) -> Fault:
    dated = sorted(view.dated, key=lambda one: one.day, reverse=True)
    newest = dated[0] if dated else None
    shown = (
        Said(
            key="columns.dated",
            arguments={
                "day": one.day.isoformat(),
                "origin": one.origin.source.value,
                "title": one.title,
                "url": one.url,
            },
        )
        for one in dated[:_SHOWN_ENTRIES]
    )
    return Fault(
        subject=context.home_url,
        page=context.home_url,
        fault=fault if newest else "undated",
        arguments={
            "newest": newest.day.isoformat() if newest else "",
            "title": newest.title if newest else "",
            "days": (day_of(context.as_of) - newest.day).days if newest else -1,
            "examined": view.examined,
            "since": first_day.isoformat(),
        },
        evidence=(
            Evidence(
                kind="text",
                said=(Said(key="columns.looked-at", arguments={"count": view.examined}), *shown),
            ),
        ),
    )


def _doubt_of_future(dated: Iterable[_Dated], today: date) -> tuple[Reason, str] | None:
    return next(((Reason.PARSE, f"{one.url} {one.day}") for one in dated if one.day > today), None)


def _view_of_home(context: Context, front: tuple[StoredPage, ...]) -> _View:
    view = _View([], None, 0)
    for page in front:
        if _UNWRITTEN.intersection(page.reading.scripted):
            view.doubt = view.doubt or (Reason.BROWSER_NEEDED, page.url)
        for item in page.reading.items:
            _take_item(context, item, view)
        for link in context.facts.links(page.url_id):
            if link.tag in _CLICKED and link.url and context.scope.owns(link.url):
                _take_target(context, link.url, link.text, page_at(context, link.url), view)
    return view


def _take_item(context: Context, item: Item, view: _View) -> None:
    day = as_day(item.date)
    if day is not None:
        view.examined += 1
        view.dated.append(_Dated(day, item.title, item.url, DateOrigin.LIST))
    elif not context.scope.owns(item.url) and _is_headline(item.title):
        view.doubt = view.doubt or (Reason.PARSE, item.url or item.title)


def _is_headline(text: str) -> bool:
    return len(fold(text)) >= _SHORTEST_HEADLINE and not column_vocabulary().is_site_name(text)


def _take_target(context: Context, url: str, text: str, page: StoredPage | None, view: _View) -> None:
    if page is None:
        if (reason := _why_unread(context, url)) is not None:
            view.doubt = view.doubt or (reason, url)
        return
    reading = page.reading
    if reading.kind not in _DATED_KINDS:
        return
    day = as_day(reading.published.value) if reading.published else None
    if day is not None:
        view.examined += 1
        view.dated.append(_Dated(day, reading.heading or text or reading.title, page.url, DateOrigin.ARTICLE))
    elif reading.kind is not PageKind.OTHER:
        view.examined += 1
        if reading.date_like or "page" in reading.scripted:
            view.doubt = view.doubt or (Reason.PARSE, page.url)


def _why_unread(context: Context, url: str) -> Reason | None:
    """Why a page that may hold something new was not read; ``None`` where there is nothing to read."""
    looks = context.looks.get(url)
    if looks is None:
        return None if is_attachment(url) else unvisited_reason(context, url)
    if looks[-1].opened or looks[-1].status in {404, 410}:
        return None
    return reason_of(looks[-1])


def _view_of_second_level(context: Context) -> _View:
    view = _View([], None, 0)
    linked = {
        address_key(link.url)
        for page in front_pages(context)
        for link in context.facts.links(page.url_id)
        if link.url and context.scope.owns(link.url)
    }
    for column in context.derived(column_tree).own():
        if column.key in linked or column.in_navigation:
            _take_column(column, view)
    return view


def _take_column(column: Column, view: _View) -> None:
    view.examined += 1
    if column.unread is not None:
        view.doubt = view.doubt or (column.unread, column.url)
    if column.scripted:
        view.doubt = view.doubt or (Reason.BROWSER_NEEDED, column.url)
    for item in column.items:
        if item.day is not None:
            view.dated.append(_Dated(item.day, item.title, item.url, item.origin or DateOrigin.LIST))
        elif item.unread is not None:
            view.doubt = view.doubt or (item.unread, item.url)
        elif not item.undated_page:
            view.doubt = view.doubt or (Reason.PARSE, item.url or column.url)
