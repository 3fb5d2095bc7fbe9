"""FRE007: how articles write the time of their publication."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, whole_pages
from govaudit.inspection.facts import DateSource, PageKind
from govaudit.inspection.finding import Locator
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_DATED_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})
_NUMBER = re.compile(r"\d+|[〇零一二三四五六七八九十]+")


class DateFormatParams(Params):
    """``pattern``: what the written time has to contain."""

    pattern: re.Pattern[str] = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})?(?!\d)")


@check("FRE007", name="date-format", faults=("format",), params=DateFormatParams)
def date_format(context: Context, params: DateFormatParams) -> Judgement:
    """Articles whose visible publication time is not written as YYYY-MM-DD HH:MM (seconds are accepted).

    One finding for each way of writing, with all pages that use it: it comes from a template. Dates in the table
    of a document are not publication times of the page, and a page without any date is FRE005.

    Clause: 国办发〔2017〕47号 附件《网页设计规范》 “网站内容要清晰显示发布时间,时间格式为YYYY-MM-DD HH:MM”.
    Reads: the visible publication time of article and document pages as written.
    Could not tell: browser-needed when every such page shows its date by script only; the reason of the crawl
    when no page was read.
    """
    if not context.pages:
        return unread_site(context)
    articles = [page for page in whole_pages(context) if page.reading.kind in _DATED_KINDS]
    dated = [page for page in articles if _visible_time(page)]
    if not dated:
        scripted = [page for page in articles if "page" in page.reading.scripted]
        if not scripted:
            return Judgement(examined=0, applicable=False)
        return Judgement(examined=0, reason=Reason.BROWSER_NEEDED, detail=scripted[0].url)
    found: dict[str, list[StoredPage]] = defaultdict(list)
    for page in dated:
        written = _visible_time(page)
        if not params.pattern.search(written):
            found[_NUMBER.sub("0", _without_label(page))].append(page)
    return Judgement(
        examined=len(dated),
        faults=[_fault(way, pages) for way, pages in sorted(found.items())],
        population=tuple(page.url for page in dated),
    )


def _visible_time(page: StoredPage) -> str:
    published = page.reading.published
    if published is None or published.source is not DateSource.VISIBLE:
        return ""
    return published.text


def _without_label(page: StoredPage) -> str:
    """The way of writing, whatever the label before it."""
    published = page.reading.published
    written = published.text if published else ""
    first = _NUMBER.search(written)
    return written[first.start() :].strip() if first else written.strip()


def _fault(way: str, pages: list[StoredPage]) -> Fault:
    example = _visible_time(pages[0])
    return Fault(
        subject=way,
        page=pages[0].url,
        fault="format",
        arguments={"text": example, "count": len(pages)},
        locator=Locator(text=example),
        count=len(pages),
        pages=tuple(page.url for page in pages),
    )
