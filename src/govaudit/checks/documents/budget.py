"""DOC015: budgets and final accounts of the due years."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.elements import plain
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.documents.titles import column_doubt, columns_named, titled, years_in
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.calendar import day_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.finding import Arguments

FINANCE = "财政预决算"
_KINDS = frozenset({"portal", "department"})
_SUBJECTS = {"budget": "预算公开", "account": "决算公开"}


class BudgetParams(Params):
    """``budget``: month and day from which this year's budget has to be there; ``account``: the same for last year's
    final account. Until then those of the year before are due."""

    budget: str = "06-30"
    account: str = "10-31"


@check(
    "DOC015",
    name="budget-disclosure",
    faults=("budget", "account", "budget-unclear", "account-unclear"),
    params=BudgetParams,
    depends_on_date=True,
)
def budget_disclosure(context: Context, params: BudgetParams) -> Judgement:
    """The budget of this year and the final account of last year, of the government on a portal, of the unit elsewhere.

    Anything that a link on the site names budget (预算) or account (决算) with the year is enough, whoever's it is; so
    is a link without a year whose page says it. Since the day of approval differs from place to place, the due days
    are late ones.

    Clause: 预算法第十四条 “在批准后二十日内由本级政府财政部门向社会公开”, “在批复后二十日内由各部门向社会公开”.
    Reads: links that name budgets and accounts, the pages behind those without a year, the column for finance.
    Could not tell: not-measured where the column leads to another site or a link says no year; the reason for which the
    column was not read; browser-needed.
    """
    if context.site.kind not in _KINDS:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    today = day_of(context.as_of)
    due = {
        "budget": today.year - (0 if _passed(today, params.budget) else 1),
        "account": today.year - (1 if _passed(today, params.account) else 2),
    }
    faults = [fault for topic in _SUBJECTS if (fault := _fault(context, topic, due[topic])) is not None]
    return Judgement(examined=len(_SUBJECTS), faults=faults)


def _passed(today: date, day: str) -> bool:
    month, _, number = day.partition("-")
    return today > date(today.year, int(month), int(number))


def _fault(context: Context, topic: str, year: int) -> Fault | None:
    years: set[int] = set()
    unclear = ""
    columns = columns_named(context, FINANCE)
    addresses = {column.url for column in columns}
    for one in titled(context, topic):
        if one.url in addresses:
            continue
        found = one.years or _years_behind(context, one.url)
        years |= found
        if not found and not _is_list(context, one.url):
            unclear = unclear or one.url
    if year in years:
        return None
    doubt = column_doubt(columns) or context.derived(names_seen).unread
    if doubt is None and unclear:
        doubt = Reason.NOT_MEASURED, unclear
    arguments: Arguments = {
        "year": year,
        "years": "、".join(str(one) for one in sorted(years, reverse=True)),
        "unread": doubt[1] if doubt else "",
        **({"reason": doubt[0].value} if doubt else {}),
    }
    return Fault(
        subject=_SUBJECTS[topic],
        page=columns[0].url if columns else context.home_url,
        fault=f"{topic}-unclear" if doubt else topic,
        verdict=Verdict.INCONCLUSIVE if doubt else Verdict.FAIL,
        reason=doubt[0] if doubt else None,
        arguments=arguments,
        column=FINANCE,
        aspect=topic,
    )


def _years_behind(context: Context, url: str) -> frozenset[int]:
    """Years that the page behind a link says in title and heading."""
    page = page_at(context, url)
    return (
        years_in(plain(f"{page.reading.title} {page.reading.heading}")) if page is not None else frozenset()
    )


def _is_list(context: Context, url: str) -> bool:
    """Whether a link leads to a list that was read: its entries are links themselves."""
    page = page_at(context, url)
    return page is not None and bool(page.reading.items)
