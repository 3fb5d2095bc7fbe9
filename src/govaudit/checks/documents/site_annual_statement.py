"""DOC010: the annual statement of the site's work on its home page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.documents.titles import disclosure_words
from govaudit.checks.home import front_pages, home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.calendar import day_of
from govaudit.inspection.facts import NAVIGATION_TAGS
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Link

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


class SiteAnnualStatementParams(Params):
    """``due``: month and day until which last year's statement has to be there (``01-31``). ``names``: what titles of
    such statements contain, compared after folding; those of the vocabulary when none are given."""

    due: str = "01-31"
    names: tuple[str, ...] = Field(default_factory=lambda: disclosure_words().statement_names)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Years of the statements found; ``undated``: links that are or may be to statements whose year could not be
    read: without a year, or a picture without words to something of the site that was not read."""

    years: frozenset[int]
    undated: tuple[str, ...]


@check("DOC010", name="site-annual-statement", faults=("missing", "old"), params=SiteAnnualStatementParams,
       depends_on_date=True)  # fmt: skip
def site_annual_statement(context: Context, params: SiteAnnualStatementParams) -> Judgement:
    """The statement of the site's work in the last year (政府网站工作年度报表), from the home page, by 31 January.

    Until that day the statement of the year before last is the one that is due. A link without a year counts by the
    years that the page behind it shows.

    Clause: 国办函〔2018〕12号 “于每年1月31日前在本网站首页显著位置发布”.
    Reads: links and lists of the home page, the pages behind links that name such a statement.
    Could not tell: the reason for which the home page was not read; browser-needed or parse when it shows its links
    by script or in pictures; not-measured when a link without a year or without words leads to something that was
    not read.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    year = _year_due(day_of(context.as_of), params.due)
    seen = _statements(context, tuple(map(fold, params.names)))
    if any(one >= year for one in seen.years):
        return Judgement(examined=1)
    if seen.undated:
        return Judgement(examined=1, reason=Reason.NOT_MEASURED, detail=seen.undated[0])
    unread = context.derived(names_seen).unread
    if unread is not None and unread[0] in {Reason.BROWSER_NEEDED, Reason.PARSE}:
        return Judgement(examined=1, reason=unread[0], detail=unread[1])
    newest = max(seen.years, default=0)
    return Judgement(
        examined=1,
        faults=[
            Fault(
                subject="政府网站工作年度报表",
                page=context.home_url,
                fault="old" if newest else "missing",
                arguments={"year": year, **({"newest": newest} if newest else {})},
            )
        ],
    )


def _year_due(today: date, due: str) -> int:
    month, _, day = due.partition("-")
    passed = today > date(today.year, int(month), int(day))
    return today.year - 1 if passed else today.year - 2


def _statements(context: Context, names: tuple[str, ...]) -> _Seen:
    years: set[int] = set()
    undated: list[str] = []
    for link in _links(context):
        behind = page_at(context, link.url) if link.url else None
        title = f"{behind.reading.title} {behind.reading.heading}" if behind is not None else ""
        if not link.text.strip() and behind is None and link.url and context.scope.owns(link.url):
            undated.append(link.url)
        if not _names_one(link.text or title, names):
            continue
        found = _years(link.text or title)
        if not found and behind is None:
            undated.append(link.url or link.raw)
        elif not found and behind is not None:
            items = behind.reading.items
            found = _years(title, *(item.title for item in items), *(item.date for item in items))
        years |= found
    return _Seen(frozenset(years), tuple(undated))


def _links(context: Context) -> Iterator[Link]:
    for page in front_pages(context):
        for link in context.facts.links(page.url_id):
            if link.tag in NAVIGATION_TAGS:
                yield link


def _names_one(text: str, names: Iterable[str]) -> bool:
    folded = fold(text)
    return any(name in folded for name in names)


def _years(*texts: str) -> set[int]:
    return {int(year) for text in texts for year in _YEAR.findall(text)}
