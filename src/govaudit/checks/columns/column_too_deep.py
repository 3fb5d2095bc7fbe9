"""COL003: required columns that lie too many clicks away from the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.required import nothing_to_look_for, required_here
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.columns.vocabulary import site_vocabulary
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.facts import Lane, Skipped
from govaudit.inspection.finding import Evidence, Examined, Said
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context

_CUT = {
    Skipped.ROBOTS: Reason.ROBOTS,
    Skipped.BUDGET: Reason.BUDGET,
    Skipped.HOST_DOWN: Reason.CONNECT,
}


class ColumnTooDeepParams(Params):
    """``clicks``: how many clicks from the home page a required column may lie away."""

    clicks: int = 3


@check("COL003", name="column-too-deep", faults=("deep",), params=ColumnTooDeepParams)
def column_too_deep(context: Context, params: ColumnTooDeepParams) -> Judgement:
    """Columns that the profile requires and that a visitor reaches only after more than three clicks.

    The nearest column of that name counts. A column that is not there at all is COL001.

    Clause: “重要栏目页面层级是否能在3次点击内即可从首页到达任一最底层页面”, a local rule: shown, no points.
    Reads: the column tree with the clicks from the home page, the profile's required columns.
    Could not tell: the reason for which a nearer page was not read, since a shorter way may lead over it.
    """
    nothing = nothing_to_look_for(context)
    if nothing is not None:
        return nothing
    nearest = {
        one.name: column
        for one in required_here(context)
        if (column := _nearest(context, one.name)) is not None
    }
    deep = {name: column for name, column in nearest.items() if column.depth > params.clicks}
    doubt = _doubt(context, params.clicks) if deep else None
    if doubt is not None:
        return Judgement(examined=len(nearest), reason=doubt[0], detail=doubt[1])
    return Judgement(
        examined=len(nearest),
        faults=[_fault(name, column, params.clicks) for name, column in deep.items()],
        trace=tuple(_examined(name, column, deep=name in deep) for name, column in nearest.items()),
    )


def _nearest(context: Context, name: str) -> Column | None:
    match = context.derived(site_vocabulary).match(name)
    wanted = match.rule.name if match is not None else name
    columns = [
        one
        for one in context.derived(column_tree).own()
        if wanted == one.name or (wanted == one.canonical and not _is_near(one))
    ]
    return min(columns, key=lambda one: (one.depth, one.key), default=None)


def _is_near(column: Column) -> bool:
    return column.recognised is not None and column.recognised.match.near


def _examined(name: str, column: Column, *, deep: bool) -> Examined:
    return Examined(
        subject=name,
        verdict=Verdict.FAIL if deep else Verdict.PASS,
        arguments={"column": name, "clicks": column.depth, "path": column.label},
        said=(column.recognised.said(),) if column.recognised else (),
    )


def _doubt(context: Context, clicks: int) -> tuple[Reason, str] | None:
    """Why a shorter way may not have been seen."""
    unread = context.derived(names_seen).unread
    if unread is not None:
        return unread
    for target in context.facts.left_out():
        if target.lane is Lane.PAGE and target.depth < clicks and target.skipped in _CUT:
            return _CUT[target.skipped], target.url
    for target in context.targets.values():
        last = context.looks[target.url][-1]
        if target.lane is Lane.PAGE and target.depth < clicks and last.reason is not None:
            return last.reason, target.url
    return None


def _fault(name: str, column: Column, clicks: int) -> Fault:
    return Fault(
        subject=name,
        page=column.url,
        fault="deep",
        arguments={"column": name, "clicks": column.depth, "allowed": clicks, "path": column.label},
        column=column.name,
        evidence=(_evidence(column),),
    )


def _evidence(column: Column) -> Evidence:
    """The way to the column, and by which name it was known."""
    place = Said(key="columns.place", arguments={"path": column.label, "url": column.url})
    known = (column.recognised.said(),) if column.recognised else ()
    return Evidence(kind="text", said=(place, *known))
