"""Columns past their period: what FRE002, FRE003 and FRE004 share. No column is judged by two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.age import Age, age_of, newest_of
from govaudit.checks.columns.required import topic_of
from govaudit.checks.columns.tree import Column, column_tree
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement
from govaudit.inspection.finding import Arguments, Evidence, Examined, Said
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.calendar import Period

STALE_FAULTS = ("stale", "undated", "unclear")
_SHOWN_ITEMS = 10


def judge_stale_columns(
    context: Context, period_of: Callable[[Column], Period | None], *, with_sub_columns: bool = False
) -> Judgement:
    """Judge every own column to which ``period_of`` gives a period.

    Topics and archives owe nothing new; the same list under two addresses counts once. Of a column with
    sub-columns of its own type only these are judged, or, ``with_sub_columns``, it is judged together with them.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    faults: list[Fault] = []
    trace: list[Examined] = []
    judged = 0
    known: set[tuple[str, tuple[str, ...]]] = set()
    for column in context.derived(column_tree).own():
        period = period_of(column)
        if period is None:
            continue
        age = age_of(column, period, context.as_of)
        arguments = _arguments(context, column, age, period)
        left_out = _left_out(column, age, known, with_sub_columns=with_sub_columns)
        trace.append(
            Examined(
                subject=column.label,
                verdict=Verdict.NOT_APPLICABLE if left_out else age.verdict,
                reason=None if left_out else age.reason,
                arguments=arguments,
                said=(*_known_by(column), *left_out),
            )
        )
        if left_out:
            continue
        judged += age.verdict is not Verdict.INCONCLUSIVE
        if age.verdict is not Verdict.PASS:
            faults.append(_fault(context, column, age, arguments))
    return Judgement(examined=judged, faults=faults, applicable=bool(judged or faults), trace=tuple(trace))


def _left_out(
    column: Column, age: Age, known: set[tuple[str, tuple[str, ...]]], *, with_sub_columns: bool
) -> tuple[Said, ...]:
    """Why a column that has a period is not judged; empty when it is."""
    key = ""
    if column.archive:
        key = "archive"
    elif column.type in column.children_types and not with_sub_columns:
        key = "judged-below"
    elif _is_known(column, known):
        key = "judged-already"
    elif age.verdict is Verdict.NOT_APPLICABLE:
        key = "missing" if column.missing else "without-entries"
    return (Said(key=f"columns.left-out-{key}"),) if key else ()


def _is_known(column: Column, known: set[tuple[str, tuple[str, ...]]]) -> bool:
    if not column.items:
        return False
    mark = (column.canonical or column.name, tuple(sorted({item.url or item.title for item in column.items})))
    if mark in known:
        return True
    known.add(mark)
    return False


def _arguments(context: Context, column: Column, age: Age, period: Period) -> Arguments:
    newest = newest_of(column)
    return {
        "column": column.label,
        "newest": newest.day.isoformat() if newest else "",
        "origin": newest.origin.source.value if newest else "",
        "title": newest.title if newest else "",
        "days": age.days,
        "items": len(column.items),
        "period": str(period),
        "since": period.before(context.as_of).isoformat(),
        **({"reason": age.reason.value} if age.reason else {}),
    }


def _fault(context: Context, column: Column, age: Age, arguments: Arguments) -> Fault:
    return Fault(
        subject=column.label,
        identity=column.identity,
        page=column.url,
        pages=column.pages_read or (column.url,),
        fault=_kind(age),
        verdict=age.verdict,
        reason=age.reason,
        arguments=arguments,
        column=column.name,
        aspect=column.type or "other",
        topic=topic_of(context, column),
        evidence=(Evidence(kind="text", said=tuple(_dates(column))),),
    )


def _kind(age: Age) -> str:
    if age.verdict is not Verdict.FAIL:
        return "unclear"
    return "stale" if age.days >= 0 else "undated"


def _known_by(column: Column) -> tuple[Said, ...]:
    return (column.recognised.said(),) if column.recognised else ()


def _dates(column: Column) -> Iterator[Said]:
    """The column, the name that it was known by, and the newest entries with the origin of their dates."""
    dated = sorted(
        ((item.day, item) for item in column.items if item.day is not None),
        key=lambda pair: pair[0],
        reverse=True,
    )
    yield Said(key="columns.place", arguments={"path": column.label, "url": column.url})
    yield from _known_by(column)
    yield Said(key="columns.counted", arguments={"items": len(column.items), "dated": len(dated)})
    for day, item in dated[:_SHOWN_ITEMS]:
        origin = item.origin.source.value if item.origin else ""
        yield Said(
            key="columns.dated",
            arguments={"day": day.isoformat(), "origin": origin, "title": item.title, "url": item.url},
        )
    if not dated:
        for item in column.items[:_SHOWN_ITEMS]:
            yield Said(key="columns.undated", arguments={"title": item.title, "url": item.url})
