"""FRE004: columns that should be updated and were not for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.freshness.stale_columns import STALE_FAULTS, judge_stale_columns
from govaudit.checks.registry import Params, check
from govaudit.inspection.calendar import Period

if TYPE_CHECKING:
    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


class LongStaleParams(Params):
    """``unknown_period``: for columns with dated lists that the vocabulary does not know; without it they are
    not judged."""

    unknown_period: PeriodText | None = None


@check("FRE004", name="column-long-stale", faults=STALE_FAULTS, params=LongStaleParams, depends_on_date=True)
def column_long_stale(context: Context, params: LongStaleParams) -> Judgement:
    """Columns past the period of their kind (mostly a year): personnel, plans, statistics, finance, disclosure
    fields, deeper columns of notices and policy.

    Columns of news and first-level columns of notices, policy and interpretation are judged by FRE002 and FRE003
    and never here. Introductions, leaders, organisation, services, topics and archives owe nothing new. A column
    that the vocabulary does not know may be a finished project: it is left out unless the profile gives
    ``unknown_period``, or names the column with a period of its own.

    Clause: 栏目不更新 “2.应更新但长期未更新的栏目数量超过(含)10个”;
    其他栏目 “其他栏目存在应更新未更新的,每发现一个,扣1分”.
    Reads: navigation, breadcrumbs, lists with their continuation pages, dates of linked pages, the vocabulary.
    Could not tell: the reason for which the column or a page that could be newer was not read; browser-needed
    (a script writes the list); parse (entries whose date could not be understood, dates in the future).
    """
    unknown = Period(params.unknown_period) if params.unknown_period else None

    def period_of(column: Column) -> Period | None:
        rule = column.rule
        if rule is None:
            return unknown if column.newest is not None else None
        if rule.type == "news" or (rule.first_level_only and column.first_level):
            return None
        return rule.period_of(first_level=column.first_level)

    return judge_stale_columns(context, period_of)
