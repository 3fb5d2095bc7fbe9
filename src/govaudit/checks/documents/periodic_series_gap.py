"""DOC019: months and quarters that are missing from what a site publishes regularly."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.documents.periodic_series import (
    Series,
    all_series,
    index_of,
    is_of_figures,
    shown,
    untimed,
)
from govaudit.checks.documents.titles import column_doubt
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.calendar import day_of
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_ALIKE = 60
"""Likeness of two names in percent from which one may be the other after a change of its wording."""
_LONGEST_GAP = 3
"""Missing months from which a series may have another rhythm, or a part of it another place."""
_JANUARY, _MONTHS = 0, 12


class PeriodicSeriesGapParams(Params):
    """``members``: of a series, from which its titles show that it is monthly (half as many, but four, for a quarterly
    one). ``months``: before today that are looked at. ``grace``: days after the end of a month or quarter until which
    its figures may still come. ``series``: names that have to be published every month, parts of titles, each with
    other wordings behind ``|``."""

    members: int = 6
    months: int = 12
    grace: int = 45
    series: tuple[str, ...] = ()


@check(
    "DOC019",
    name="periodic-series-gap",
    faults=("gap", "stopped", "none", "unclear"),
    params=PeriodicSeriesGapParams,
    depends_on_date=True,
)
def periodic_series_gap(context: Context, params: PeriodicSeriesGapParams) -> Judgement:
    """Months or quarters of the last year that a series of figures lacks: 2026年3月…商品房销售情况.

    A series is what columns of the site list under one name with a month or quarter in the title, as often and as
    regularly as the parameters say. Its months begin with its first member. A month is there when anything under the
    name, or under one much like it, tells of it: also several months together, a half year or a year; January is when
    February is. Lists of things that only happen now and then (penalties, appointments) are no series. A month
    that is missing every year belongs to a season. An entry of the due days whose title tells no month, or another one
    than is usual, may be the missing one. That a series stopped, came in larger steps afterwards, or lacks many months,
    is for a person to confirm: it may have moved or ended.

    Clause: “按月公开商品房销售、竣工、投资等数据” (遂宁市安居区住建局2017年政务公开工作安排，地方做法).
    Reads: titles and days of the entries of all columns, texts of links.
    Could not tell: the reason for which a column that lists the series was not read to its end, browser-needed;
    the reason for which the home page was not read.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    today = day_of(context.as_of)
    first = index_of(today) - params.months
    due = index_of(today - timedelta(days=params.grace)) - 1
    series = context.derived(all_series)
    faults: list[Fault] = []
    judged = 0
    for one in sorted(series.values(), key=lambda one: one.name):
        step = 1 if _is_asked(one, params) else one.step(first - _MONTHS, params.members)
        if not one.columns or not step or not (is_of_figures(one.name) or _is_asked(one, params)):
            continue
        judged += 1
        missing = _missing(one, step, (first, due), series, context.derived(untimed))
        if missing:
            faults.append(_fault(one, missing, step, asked=_is_asked(one, params)))
    absent = [
        name
        for name in params.series
        if not any(_named(one, name) and one.columns for one in series.values())
    ]
    faults += [_none(context, name) for name in absent]
    examined = judged + len(absent)
    return Judgement(examined=examined, faults=faults, applicable=bool(examined))


def _is_asked(series: Series, params: PeriodicSeriesGapParams) -> bool:
    return bool(series.members(1)) and any(_named(series, name) for name in params.series)


def _named(series: Series, name: str) -> bool:
    return any(fold(one) in simplified(series.name) for one in name.split("|"))


def _missing(
    one: Series,
    step: int,
    looked_at: tuple[int, int],
    series: dict[str, Series],
    loose: tuple[tuple[str, int], ...],
) -> list[int]:
    """Months that nothing tells of, or the last ones of quarters, between the first and the last ``looked_at``."""
    first, due = looked_at
    there = one.filled()
    begin = _begin(one.members(step), step)
    if max(there) < first:
        return []
    wanted = [month for month in range(max(begin, first), due + 1) if step == 1 or month % step == step - 1]
    missing = [month for month in wanted if month not in there]
    if missing:
        for other in series.values():
            if other.name != one.name and _alike(other.name, one.name):
                there |= other.filled()
    return [
        month
        for month in missing
        if month not in there
        and not (step == 1 and month % _MONTHS == _JANUARY and (month + 1 in there or month + 1 > due))
        and not (month - _MONTHS >= begin and month - _MONTHS not in there)
        and not one.may_be_mistitled(month)
        and not any(0 <= day - month <= step + 1 and _alike(name, one.name) for name, day in loose)
    ]


def _begin(months: list[int], step: int) -> int:
    """Where a series begins; members far before the next one, as a wrong year tells, do not begin it."""
    begins = (month for month, later in pairwise(months) if later - month <= _LONGEST_GAP * step)
    return next(begins, months[-1])


def _alike(name: str, other: str) -> bool:
    return fuzz.ratio(name, other) >= _ALIKE


def _fault(one: Series, missing: list[int], step: int, *, asked: bool) -> Fault:
    columns = one.homes()
    column = columns[0]
    doubt = column_doubt(columns)
    stopped = not any(told.last > missing[0] and told.step <= step for told in one.told)
    rare = len(missing) > _LONGEST_GAP
    verdict = Verdict.REVIEW if (stopped or rare) and not asked else Verdict.FAIL
    return Fault(
        subject=one.name,
        page=column.url,
        fault="unclear" if doubt else "stopped" if stopped else "gap",
        verdict=Verdict.INCONCLUSIVE if doubt else verdict,
        reason=doubt[0] if doubt else None,
        arguments={
            "name": one.name,
            "title": one.title,
            "missing": "、".join(map(shown, missing)),
            "count": len(missing),
            "newest": shown(one.newest),
            "column": column.name,
            "unread": doubt[1] if doubt else "",
            **({"reason": doubt[0].value} if doubt else {}),
        },
        column=column.name,
        aspect="monthly" if step == 1 else "quarterly",
        count=len(missing),
    )


def _none(context: Context, name: str) -> Fault:
    doubt: tuple[Reason, str] | None = context.derived(names_seen).unread
    said = name.partition("|")[0]
    return Fault(
        subject=said,
        page=context.home_url,
        fault="unclear" if doubt else "none",
        verdict=Verdict.INCONCLUSIVE if doubt else Verdict.REVIEW,
        reason=doubt[0] if doubt else None,
        arguments={
            "name": said,
            "title": "",
            "missing": "",
            "count": 0,
            "newest": "",
            "column": "",
            "unread": doubt[1] if doubt else "",
            **({"reason": doubt[0].value} if doubt else {}),
        },
        aspect="monthly",
    )
