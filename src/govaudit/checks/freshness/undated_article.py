"""FRE005: articles that do not say when they were published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.tree import column_tree
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.facts import PageKind
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_DATED_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})


@check("FRE005", name="undated-article", faults=("undated",), params=NoParams)
def undated_article(context: Context, _: NoParams) -> Judgement:
    """Article pages on which nothing outside header and footer looks like a date.

    A page that shows something like a date which could not be understood as its publication is never accused.
    Columns that consist of a single text (introductions, duties) are not articles.

    Clause: 首页不更新 “(注:稿件发布页未注明发布时间的视为不更新,下同。)”.
    Reads: kind, publication date and date-like text of every article and document page.
    Could not tell: parse (a date-like text that may be the publication date; the detail counts such pages),
    browser-needed (the page is written by a script), the home page's reason when nothing was read.
    """
    columns = context.derived(column_tree)
    pages = [
        page for page in context.pages if page.kind in _DATED_KINDS and columns.at(page.final_url) is None
    ]
    if not pages:
        problem = home_problem(context)
        if problem is not None:
            return Judgement(examined=0, reason=problem[0], detail=problem[1])
        return Judgement(examined=0, applicable=False)
    undated = [page for page in pages if page.reading.published is None]
    scripted = [page for page in undated if "page" in page.reading.scripted]
    doubtful = [page for page in undated if "page" not in page.reading.scripted and page.reading.date_like]
    faults = [
        _fault(page) for page in undated if not page.reading.date_like and "page" not in page.reading.scripted
    ]
    examined = len(pages) - len(doubtful) - len(scripted)
    population = tuple(page.url for page in pages)
    if not doubtful and not scripted:
        return Judgement(examined=examined, faults=faults, population=population)
    first = (doubtful or scripted)[0]
    return Judgement(
        examined=examined,
        faults=faults,
        reason=Reason.PARSE if doubtful else Reason.BROWSER_NEEDED,
        detail=f"{first.url} ({len(doubtful) + len(scripted)}/{len(pages)})",
        population=population,
    )


def _fault(page: StoredPage) -> Fault:
    trail = page.reading.breadcrumb
    title = page.reading.heading or page.reading.title
    return Fault(
        subject=page.url,
        page=page.url,
        fault="undated",
        arguments={"title": title},
        column=trail[-1].text if trail else "",
    )
