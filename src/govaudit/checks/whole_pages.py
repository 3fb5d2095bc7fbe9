"""The pages of a site that carry marks and labels of their own, and what to say when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.home import home_problem
from govaudit.checks.registry import Judgement
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage


def whole_pages(context: Context) -> tuple[StoredPage, ...]:
    """Own pages that a visitor opens as a page, home page first, each final address once.

    Contents of frames and pages that send the visitor on at once are parts of other pages.
    """
    pages: dict[str, StoredPage] = {}
    for page in context.pages:
        if not page.reading.refresh and page.url not in context.framed:
            pages.setdefault(page.final_url, page)
    return tuple(pages.values())


def unread_site(context: Context) -> Judgement:
    """Could not tell: nothing that the rule speaks of was read; the reason is that of the home page."""
    reason, detail = home_problem(context) or (Reason.NOT_MEASURED, context.home_url)
    return Judgement(examined=0, reason=reason, detail=detail)


def written_by_script(page: StoredPage, *parts: str) -> bool:
    """Whether one of ``parts`` (or the whole page) appears only after scripts ran: unread, not missing."""
    return any(part in page.reading.scripted for part in (*parts, "page"))
