"""FRE002: news columns without news."""

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


class NewsColumnParams(Params):
    """``period``: within which a news column has to bring something new."""

    period: PeriodText = "14 days"


@check("FRE002", name="news-column-stale", faults=STALE_FAULTS, params=NewsColumnParams, depends_on_date=True)
def news_column_stale(context: Context, params: NewsColumnParams) -> Judgement:
    """Columns of news (动态、要闻) at any level of the site whose newest entry is older than the period.

    The newest of all entries counts, wherever in the list it stands; an entry without a date takes that of the
    page it leads to. Columns under topics and archives (历史性工作专题栏目) are left out, and so is a column whose
    sub-columns are news columns themselves. A period that the profile gives for a column goes before.

    Clause: 栏目不更新 “1.监测时间点前2周内的动态、要闻类栏目…累计超过(含)5个未更新”;
    动态要闻 “监测时间点前2周内未更新的,扣5分”.
    Reads: navigation, breadcrumbs, lists with their continuation pages, dates of linked pages.
    Could not tell: the reason for which the column or a page that could be newer was not read; browser-needed
    (a script writes the list); parse (entries whose date could not be understood, dates in the future).
    """

    period = Period(params.period)

    def period_of(column: Column) -> Period | None:
        if column.rule is None or column.type != "news":
            return None
        return column.rule.period if column.rule.local_period else period

    return judge_stale_columns(context, period_of)
