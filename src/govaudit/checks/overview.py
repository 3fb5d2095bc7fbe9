"""What was read of a site, faults or not: who it says it is, its columns and how recent they are."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from govaudit.checks.columns.age import age_of, newest_of
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.home import front_pages
from govaudit.inspection.facts import MarkKind
from govaudit.inspection.finding import ColumnOverview, Overview
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage


def overview(context: Context) -> Overview:
    """Identity from the marks and labels of the home page, else of the pages nearest to it; kinds of pages; all
    columns with their newest days."""
    front = front_pages(context)
    columns = tuple(_overview_of(column, context) for column in context.derived(column_tree).own())
    return Overview(
        title=front[0].reading.title if front else "",
        site_code=_mark(context, MarkKind.SITE_CODE) or _label(context, "siteidcode"),
        icp=_mark(context, MarkKind.ICP),
        police=_mark(context, MarkKind.POLICE),
        sponsor=_mark(context, MarkKind.SPONSOR),
        charset=front[0].reading.charset.used if front else "",
        newest=max((column.newest for column in columns), default=""),
        kinds=context.page_kinds(),
        columns=columns,
    )


def _identifying(context: Context) -> Iterator[StoredPage]:
    return chain(front_pages(context), context.pages)


def _mark(context: Context, kind: MarkKind) -> str:
    marks = (mark for page in _identifying(context) for mark in page.marks if mark.kind is kind)
    return next((mark.value or mark.text for mark in marks if mark.value or mark.text), "")


def _label(context: Context, name: str) -> str:
    labels = (
        label for page in _identifying(context) for label in page.reading.labels if label.name.lower() == name
    )
    return next((label.content.strip() for label in labels if label.content.strip()), "")


def _overview_of(column: Column, context: Context) -> ColumnOverview:
    period = column.rule.period_of(first_level=column.first_level) if column.rule else None
    if period is None or column.archive:
        verdict = Verdict.INCONCLUSIVE if column.unread else Verdict.NOT_APPLICABLE
    else:
        verdict = age_of(column, period, context.as_of).verdict
    newest = newest_of(column)
    return ColumnOverview(
        name=column.name,
        canonical=column.canonical or "",
        url=column.url,
        path=column.path,
        type=column.type,
        items=len(column.items),
        newest=newest.day.isoformat() if newest else "",
        newest_source=newest.origin.value if newest else "",
        period=str(period) if period else "",
        verdict=verdict,
    )
