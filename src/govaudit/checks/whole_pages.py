"""The pages of a site that carry marks and labels of their own, and what to say when there is none."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from govaudit.checks.home import home_problem
from govaudit.checks.registry import Judgement
from govaudit.inspection.site_facts import Pages
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage


def whole_pages(context: Context) -> Pages:
    """Own pages that a visitor opens as a page, home page first, each final address once.

    Contents of frames and pages that send the visitor on at once are parts of other pages.
    """
    return context.derived(_whole_pages)


def _whole_pages(context: Context) -> Pages:
    moved = {page.final_url for page in context.pages if page.final_url != page.url}
    taken: set[str] = set()
    numbers = array("I")
    for page in context.pages:
        if page.url in context.framed or page.reading.refresh or page.final_url in taken:
            continue
        if page.final_url in moved:
            taken.add(page.final_url)
        numbers.append(page.url_id)
    return Pages(context.facts, numbers)


def unread_site(context: Context) -> Judgement:
    """Could not tell: nothing that the rule speaks of was read; the reason is that of the home page."""
    reason, detail = home_problem(context) or (Reason.NOT_MEASURED, context.home_url)
    return Judgement(examined=0, reason=reason, detail=detail)


def written_by_script(page: StoredPage, *parts: str) -> bool:
    """Whether one of ``parts`` (or the whole page) appears only after scripts ran: unread, not missing."""
    return any(part in page.reading.scripted for part in (*parts, "page"))
