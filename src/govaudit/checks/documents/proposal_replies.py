"""DOC014: answers to the proposals of deputies of the people's congress and members of the consultative conference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.reach import links_of_page, pictures_of
from govaudit.checks.documents.days import day_in
from govaudit.checks.documents.interpretations import first_day
from govaudit.checks.documents.own import document_title
from govaudit.checks.documents.titles import (
    column_doubt,
    columns_named,
    disclosure_words,
    is_titled,
    titled,
    years_in,
)
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import written_by_script
from govaudit.inspection.calendar import Period
from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.urls import is_attachment
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.finding import Arguments

COLUMN = "建议提案"
TOPIC = "proposal"
TOPIC_COLUMN = "proposal-column"
_REPLY = "proposal-reply"
_KINDS = frozenset({"portal", "department"})
_TEXT_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.OTHER})
_LONGEST_META = 80
_MOST_PAGES = 500
_PDF_VIEWER = "pdf"


class ProposalRepliesParams(Params):
    """``within``: period in which something has to be published. ``characters``: of the text of an answer, besides its
    title and dates, under which it is a title only."""

    within: PeriodText = "1 year"
    characters: int = 40


@dataclass(frozen=True, slots=True)
class _Reply:
    title: str
    url: str
    day: date | None

    def is_since(self, first: date) -> bool:
        """Whether it may be of the period that begins with ``first``; without a day by the years of its title."""
        if self.day is not None:
            return self.day >= first
        return not (years := years_in(self.title)) or max(years) >= first.year


@check(
    "DOC014",
    name="proposal-replies",
    faults=("missing", "unclear", "title-only"),
    params=ProposalRepliesParams,
    depends_on_date=True,
)
def proposal_replies(context: Context, params: ProposalRepliesParams) -> Judgement:
    """Answers to proposals (人大代表建议、政协委员提案): some in the last year, each with its full text.

    Entries of the column for them and all links whose words name proposals count. A page has only a title when it says
    next to nothing beside title, path and dates and has neither attachment nor picture; one that says that its answer
    is not for the public or stands elsewhere is no such page. A department without such a
    column may have had no proposals and is not judged; that nothing new stands in one is for a person to confirm, as is
    everything on a site that no list names.

    Clause: “建议和提案……原则上公开答复全文” (地方政务公开工作要点); 人大建议、政协提案办理结果 (贵阳市测评指标).
    Reads: the column, links that name proposals, days and text of the answers.
    Could not tell: the reason for which the column was not read, not-measured where it is on another site;
    browser-needed.
    """
    if context.site.kind not in _KINDS:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    since = Period(params.within).before(context.as_of)
    found = list(_replies(context))
    recent = [one for one in found if one.is_since(since)]
    if not recent:
        if context.site.kind != "portal" and not columns_named(context, COLUMN):
            return Judgement(examined=0, applicable=False)
        return Judgement(examined=1, faults=[_absent(context, found, params)])
    only_titles = [
        one
        for one in recent[:_MOST_PAGES]
        if is_titled(one.title, _REPLY) and _is_title_only(context, one.url, params.characters)
    ]
    return Judgement(
        examined=len(recent),
        faults=[
            Fault(
                subject=one.url,
                page=one.url,
                fault="title-only",
                arguments={"title": one.title, "characters": params.characters},
                column=COLUMN,
                aspect="text",
            )
            for one in only_titles
        ],
        population=tuple(one.url for one in recent),
    )


def _replies(context: Context) -> Iterator[_Reply]:
    columns = columns_named(context, COLUMN)
    known = {column.url for column in columns}
    for column in columns:
        for item in column.items:
            if item.url not in known:
                known.add(item.url or item.title)
                yield _Reply(item.title, item.url, item.day)
    for one in titled(context, TOPIC):
        page = page_at(context, one.url)
        if one.url not in known and (page is None or page.kind in _TEXT_KINDS):
            yield _Reply(one.text, one.url, first_day(page) if page is not None else None)


def _is_title_only(context: Context, url: str, characters: int) -> bool:
    page = page_at(context, url)
    if page is None or page.kind not in _TEXT_KINDS or page.url in context.framed:
        return False
    if written_by_script(page) or page.reading.scripted or pictures_of(context, page):
        return False
    links = links_of_page(context, page)
    if any(link.tag in {Tag.FRAME, Tag.OBJECT, Tag.MEDIA} or is_attachment(link.url or "") for link in links):
        return False
    if any(
        link.tag == Tag.SCRIPT and _PDF_VIEWER in link.raw.lower()
        for link in context.facts.links(page.url_id)
    ):
        return False
    said = list(_said(page))
    return sum(map(len, said)) < characters and not disclosure_words().answered.search("\n".join(said))


def _said(page: StoredPage) -> Iterator[str]:
    """Lines that are neither the title nor the path nor a line of dates."""
    title = fold(document_title(page))
    crumbs = [fold(crumb.text) for crumb in page.reading.breadcrumb]
    for line in page.text.lines:
        folded = fold(line.text)
        is_path = len(crumbs) > 1 and all(crumb in folded for crumb in crumbs)
        is_meta = len(line.text) <= _LONGEST_META and day_in(line.text) is not None
        if title not in folded and not is_path and not is_meta:
            yield line.text


def _elsewhere(context: Context) -> tuple[Reason, str] | None:
    """A link to another site that is about proposals: the congress, the conference or the government above."""
    for one in titled(context, TOPIC_COLUMN):
        if not context.scope.owns(one.url):
            return Reason.NOT_MEASURED, one.url
    return None


def _absent(context: Context, found: list[_Reply], params: ProposalRepliesParams) -> Fault:
    columns = columns_named(context, COLUMN)
    doubt = column_doubt(columns) or _elsewhere(context) or context.derived(names_seen).unread
    days = [one.day for one in found if one.day is not None]
    arguments: Arguments = {
        "within": params.within,
        "newest": max(days).isoformat() if days else "",
        "unread": doubt[1] if doubt else "",
        **({"reason": doubt[0].value} if doubt else {}),
    }
    # A single address counts as a portal; only a site list says that it is one.
    listed = bool(context.site.code or context.site.level)
    accused = Verdict.FAIL if context.site.kind == "portal" and listed else Verdict.REVIEW
    return Fault(
        subject=COLUMN,
        page=columns[0].url if columns else context.home_url,
        fault="unclear" if doubt else "missing",
        verdict=Verdict.INCONCLUSIVE if doubt else accused,
        reason=doubt[0] if doubt else None,
        arguments=arguments,
        column=COLUMN,
        aspect="missing",
    )
