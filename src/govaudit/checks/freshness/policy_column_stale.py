"""FRE003: first-level columns of notices, policy documents and interpretations without anything new."""

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


class PolicyColumnParams(Params):
    """``period``: within which a first-level column has to bring something new."""

    period: PeriodText = "6 months"


@check(
    "FRE003", name="policy-column-stale", faults=STALE_FAULTS, params=PolicyColumnParams, depends_on_date=True
)
def policy_column_stale(context: Context, params: PolicyColumnParams) -> Judgement:
    """First-level columns of notices (通知公告), policy documents and interpretations past the period.

    First-level is a column that the home page's navigation offers, as an entry or directly below one, and that
    is the topmost of its kind there: of 政策文件 with 规范性文件 below it only 政策文件, together with what is below.
    Deeper ones are held to a year by FRE004. Which columns the rule binds stands in the vocabulary
    (``first_level_only``). A period that the profile gives for a column goes before.

    Clause: 栏目不更新 “监测时间点前6个月内的通知公告、政策文件类一级栏目,累计超过(含)5个未更新”;
    政策文件、政策解读 “监测时间点前6个月内…类一级栏目未更新的,扣5分”.
    Reads: navigation of the home page, breadcrumbs, lists with their continuation pages, dates of linked pages.
    Could not tell: the reason for which the column or a page that could be newer was not read; browser-needed
    (a script writes the list); parse (entries whose date could not be understood, dates in the future).
    """
    period = Period(params.period)

    def period_of(column: Column) -> Period | None:
        rule = column.rule
        if rule is None or rule.evergreen or not (rule.first_level_only and column.first_level):
            return None
        return rule.period if rule.local_period else period

    return judge_stale_columns(context, period_of, with_sub_columns=True)
