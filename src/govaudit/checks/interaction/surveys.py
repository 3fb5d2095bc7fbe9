"""INT006: surveys and calls for opinions, as far as they earn a bonus."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.addresses import address_key, page_at
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.guides.wording import word_list
from govaudit.checks.home import home_problem
from govaudit.checks.interaction.channels import FILE
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.calendar import Period, day_of
from govaudit.inspection.facts import NAVIGATION_TAGS
from govaudit.inspection.forms import FormUse, forms_by_page
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.columns.tree import Column, ColumnItem
    from govaudit.checks.context import Context

OFTEN, ANSWERED = "often", "answered"
"""What earns a bonus: enough surveys, and results of all that ended, in time."""
_ONLINE = frozenset({FormUse.WRITING, FormUse.CHOOSING})
_DAY = re.compile(r"(?:((?:19|20)\d\d)\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_AHEAD = 60
"""So many characters behind a word of the end its day stands."""
_SHORTEST = 4
_LONGEST_NAME = 14


class SurveysParams(Params):
    """``within``: how far back surveys count. ``fewest``: how many earn the bonus. ``results``: within which time
    after its end the results of each have to be public. ``kinds``: kinds of site that earn it."""

    within: PeriodText = "1 year"
    fewest: int = Field(default=6, ge=1)
    results: PeriodText = "1 month"
    kinds: tuple[str, ...] = ("portal",)


@dataclass(frozen=True, slots=True)
class _Survey:
    title: str
    url: str
    day: date
    end: date | None


@check("INT006", name="surveys", faults=("few", "unanswered"), params=SurveysParams, depends_on_date=True)
def surveys(context: Context, params: SurveysParams) -> Judgement:
    """Surveys and calls for opinions of the last year: whether there were enough, and whether results followed in time.

    A bonus, no duty: two awards of a row (``often``, ``answered``); what is missing is listed and costs nothing. The
    first is earned by enough surveys and a form to answer them online (an address for e-mail does not count), the
    second when the results of all that ended are public within a month of their end. Where the end of one, or the
    page of a result, was not read, a person has to look.

    Clause: 国办秘函〔2019〕19号 加分指标/调查征集: 1.提供在线调查征集渠道（不含电子邮件形式），且监测时间点前1年内开展
    活动超过（含）6次的，得2分。2.监测时间点前1年内开展的调查征集活动结束后1个月内均公开反馈结果的，得1分。
    Reads: columns of surveys and of their results, text and forms of the surveys' pages, links.
    Could not tell: the reason for which such a column was not read; not-measured (it is another site's); parse (its
    entries show no days, or no form was seen though there were surveys enough).
    """
    if context.site.kind not in params.kinds:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    columns = _columns(context)
    doubt = _unread(columns)
    found = _held(context, columns, Period(params.within).before(context.as_of))
    is_enough = len(found) >= params.fewest
    if not is_enough:
        doubt = doubt or _elsewhere(context) or context.derived(names_seen).unread
    if not is_enough and doubt is not None:
        return Judgement(examined=len(found), reason=doubt[0], detail=doubt[1])
    if is_enough and not _is_online(context, columns, found):
        return Judgement(examined=len(found), reason=Reason.PARSE, detail=found[0].url)
    faults = [] if is_enough else [_few(context, columns, found, params.fewest)]
    awards = [OFTEN] if is_enough else []
    period = Period(params.results)
    ended = [one for one in found if one.end is not None and one.end < period.before(context.as_of)]
    late = [one for one in ended if not _has_result(context, one, period)]
    faults += [_unanswered(one) for one in late]
    all_known = doubt is None and all(one.end is not None for one in found)
    if ended and not late and all_known:
        awards.append(ANSWERED)
    return Judgement(examined=len(found), faults=faults, awards=tuple(awards))


def _few(context: Context, columns: list[Column], found: list[_Survey], fewest: int) -> Fault:
    return Fault(
        subject="调查征集",
        page=columns[0].url if columns else context.home_url,
        fault="few",
        aspect=OFTEN,
        arguments={"found": len(found), "fewest": fewest},
    )


def _unanswered(survey: _Survey) -> Fault:
    return Fault(
        subject=survey.url,
        page=survey.url,
        fault="unanswered",
        aspect=ANSWERED,
        arguments={"title": survey.title, "end": survey.end.isoformat() if survey.end else ""},
    )


def _columns(context: Context) -> list[Column]:
    wanted = frozenset(word_list(FILE, "surveys"))
    return [one for one in context.derived(column_tree).columns if one.canonical in wanted]


def _unread(columns: list[Column]) -> tuple[Reason, str] | None:
    for column in columns:
        if column.external:
            return Reason.NOT_MEASURED, column.url
        reason = column.unread or column.more_unread
        if reason is None and column.scripted and not column.items:
            reason = Reason.BROWSER_NEEDED
        if reason is None and any(item.day is None for item in column.items):
            reason = Reason.PARSE
        if reason is not None:
            return reason, column.url
    return None


def _elsewhere(context: Context) -> tuple[Reason, str] | None:
    """A link that speaks of surveys and leads to another site."""
    for _, link in context.facts.every_anchor():
        if link.tag not in NAVIGATION_TAGS or not link.url or len(link.text) > _LONGEST_NAME:
            continue
        if context.scope.owns(link.url):
            continue
        if any(word in link.text for word in word_list(FILE, "survey-names")):
            return Reason.NOT_MEASURED, link.url
    return None


def _held(context: Context, columns: list[Column], first: date) -> list[_Survey]:
    """Surveys of the time since ``first``, each once; their results are none."""
    found: dict[str, _Survey] = {}
    for item in _items(columns):
        is_result = any(word in item.title for word in word_list(FILE, "results"))
        if item.day is not None and first <= item.day <= day_of(context.as_of) and not is_result:
            survey = _Survey(item.title, item.url, item.day, _end_of(context, item.url, item.day))
            found.setdefault(address_key(item.url) or fold(item.title), survey)
    return list(found.values())


def _items(columns: list[Column]) -> Iterator[ColumnItem]:
    for column in columns:
        yield from column.items


def _end_of(context: Context, url: str, begun: date) -> date | None:
    """The last day that the page of a survey names behind a word for its end."""
    page = page_at(context, url)
    if page is None:
        return None
    days = []
    for line in page.text.lines:
        for match in _ending().finditer(line.text):
            for found in _DAY.finditer(line.text[match.end() : match.end() + _AHEAD]):
                day = _as_date(found, begun)
                if day is not None:
                    days.append(day)
    return max(days, default=None)


def _as_date(found: re.Match[str], begun: date) -> date | None:
    """The day that was written; without a year the first such day since the survey began."""
    year, month, day = found[1], int(found[2]), int(found[3])
    try:
        if year:
            return date(int(year), month, day)
        this = date(begun.year, month, day)
        return this if this >= begun else date(begun.year + 1, month, day)
    except ValueError:
        return None


@cache
def _ending() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, word_list(FILE, "survey-ends"))))


def _is_online(context: Context, columns: list[Column], found: list[_Survey]) -> bool:
    """Whether a survey, or the column of them, can be answered on the site or on a platform for that."""
    forms = forms_by_page(context.facts)
    places = [*(one.url for one in found), *(url for column in columns for url in column.pages_read)]
    for url in places:
        page = page_at(context, url)
        if page is not None and any(one.use in _ONLINE for one in forms.get(page.url, ())):
            return True
    return False


def _has_result(context: Context, survey: _Survey, period: Period) -> bool:
    """Whether results were published in time: by a link of the survey's page, or an entry of the same name. What has
    no day counts."""
    assert survey.end is not None, "only those that ended"  # noqa: S101
    latest = period.after(survey.end)
    core = _core(survey.title)
    page = page_at(context, survey.url)
    if page is not None:
        for link in context.facts.links(page.url_id):
            if link.tag in NAVIGATION_TAGS and _is_result(link.text) and _is_alike(_core(link.text), core):
                return True
        text = "\n".join(line.text for line in page.text.lines)
        if any(word in text for word in word_list(FILE, "results-said")):
            return True
    for column in context.derived(column_tree).own():
        for item in column.items:
            if not _is_result(item.title) or not _is_alike(_core(item.title), core):
                continue
            if item.day is None or item.day <= latest:
                return True
    return False


def _is_result(title: str) -> bool:
    return any(word in title for word in word_list(FILE, "results"))


def _core(title: str) -> str:
    """What a survey is about, without the words that it does not share with its results."""
    text = fold(title)
    for word in sorted(word_list(FILE, "survey-left-out"), key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _is_alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST and short in long
