"""How old a column is against its period, and when that cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from govaudit.inspection.calendar import Period, day_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from govaudit.checks.columns.tree import Column, ColumnItem, Newest

_LEAST_ITEMS = 3
_TURNS_ALLOWED = 0.25
"""Share of neighbours in a list that may stand in the wrong order (pinned entries) in a list newest first."""


@dataclass(frozen=True, slots=True)
class Age:
    """Whether a column is up to date. ``days``: since its newest item, -1 when there is none; a column can fail
    without one because none of its items says when it was published."""

    verdict: Verdict
    days: int = -1
    reason: Reason | None = None


def newest_of(column: Column) -> Newest | None:
    """The newest entry of a column and of the columns of its own type below it."""
    known = [one for one in (column.newest, column.newest_below) if one is not None]
    return max(known, key=lambda one: one.day, default=None)


def age_of(column: Column, period: Period, as_of: datetime) -> Age:
    """Judge one column of the site itself, together with those of its own type below it.

    Stale only when every entry that could be newer was dated: neither an unread page nor a script nor an
    entry without a date leaves room for one. A list whose pages were all read and show nothing like a date is not
    updated either (稿件发布页未注明发布时间的视为不更新), whatever labels and addresses tell.
    A column without entries is ``not-applicable`` here.
    """
    newest = newest_of(column)
    days = (day_of(as_of) - newest.day).days if newest else -1
    if newest is not None and newest.day >= period.before(as_of):
        return Age(Verdict.PASS, days)
    if column.missing:
        return Age(Verdict.NOT_APPLICABLE)
    if doubt := _doubt(column):
        return Age(Verdict.INCONCLUSIVE, days, doubt)
    if not column.items:
        return Age(Verdict.NOT_APPLICABLE)
    if newest is None and not _nowhere_dated(column):
        return Age(Verdict.INCONCLUSIVE, days, Reason.PARSE)
    return Age(Verdict.FAIL, days)


def _nowhere_dated(column: Column) -> bool:
    """Whether enough items make a list and each was read and shows no date at all."""
    return len(column.items) >= _LEAST_ITEMS and all(item.undated_page for item in column.items)


def _doubt(column: Column) -> Reason | None:
    if column.unread is not None:
        return column.unread
    if column.scripted or (column.framed and not column.items):
        return Reason.BROWSER_NEEDED
    if column.unread_below is not None:
        return column.unread_below
    if column.future:
        return Reason.PARSE
    if column.more_unread is not None and not newest_first(column.items):
        return column.more_unread
    return next(filter(None, map(_doubt_of_item, _open_items(column))), None)


def _open_items(column: Column) -> list[ColumnItem]:
    return [one for one in column.items if one.day is None]


def _doubt_of_item(item: ColumnItem) -> Reason | None:
    if item.unread is not None:
        return item.unread
    return None if item.undated_page else Reason.PARSE


def newest_first(items: tuple[ColumnItem, ...]) -> bool:
    """Whether a list runs from new to old, pinned entries aside."""
    days = [one.day for one in items if one.day is not None]
    turns = sum(later > earlier for earlier, later in pairwise(days))
    return bool(days) and turns <= _TURNS_ALLOWED * max(len(days) - 1, 1)
