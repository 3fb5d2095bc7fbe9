"""DOC007: the parts of the disclosure platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.names_seen import NamesSeen, names_seen
from govaudit.checks.columns.tree import column_tree, site_words
from govaudit.checks.columns.vocabulary import column_vocabulary
from govaudit.checks.documents.titles import columns_named
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.facts import NAVIGATION_TAGS, PageKind
from govaudit.inspection.finding import Arguments, Evidence
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

PLATFORM = "政府信息公开"
_MOST_PAGES = 50
_LONGEST = 40
_TELLING = 4
_UNREAD_PARTS = ("page", "list", "navigation")


class DisclosurePartsParams(Params):
    """``parts``: names of the vocabulary of columns, or others, that the platform has to offer."""

    parts: tuple[str, ...] = (
        "政府信息公开指南",
        "政府信息公开制度",
        "法定主动公开内容",
        "政府信息公开年报",
        "依申请公开",
    )


@check(
    "DOC007", name="disclosure-platform-parts", faults=("missing", "unclear"), params=DisclosurePartsParams
)
def disclosure_parts(context: Context, params: DisclosurePartsParams) -> Judgement:
    """The parts of the disclosure platform: guide, rules, what is disclosed of itself, annual reports, applications.

    A part is there when anything on the site is called by one of its names in full, or by a name that contains one:
    navigation, headings, breadcrumbs, labels, and every link of the pages of the platform. One finding for the site. A
    site without any platform is COL001.

    Clause: 国办公开办函〔2019〕61号 “必须统一名称、统一格式”: 政府信息公开指南、政府信息公开制度、法定主动公开内容、
    政府信息公开年报, 依申请公开.
    Reads: the column tree, all names that the site shows, the links of the platform's pages.
    Could not tell: not-measured where the platform is on another site; the reason for which a page of the navigation
    or of the platform was not read; browser-needed where a script writes it.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    pages = _platform_pages(context)
    platform = columns_named(context, PLATFORM)
    if not pages and not platform:
        return Judgement(examined=0, applicable=False)
    names = context.derived(names_seen)
    texts = {folded: sighting.text for folded, sighting in names.texts.items()}
    for text in _link_texts(context, pages):
        texts.setdefault(fold(text), text.strip())
    absent = [part for part in params.parts if not _is_named(context, part, texts)]
    if not absent:
        return Judgement(examined=len(params.parts))
    doubt = _doubt(context, pages, names)
    arguments: Arguments = {
        "missing": "、".join(absent),
        "found": "、".join(part for part in params.parts if part not in absent),
        "parts": "、".join(params.parts),
        "count": len(absent),
        "pages": len(pages),
        "unread": doubt[1] if doubt else "",
        **({"reason": doubt[0].value} if doubt else {}),
    }
    return Judgement(
        examined=len(params.parts),
        faults=[
            Fault(
                subject=PLATFORM,
                page=pages[0].url if pages else platform[0].url,
                fault="unclear" if doubt else "missing",
                verdict=Verdict.INCONCLUSIVE if doubt else Verdict.FAIL,
                reason=doubt[0] if doubt else None,
                arguments=arguments,
                column=PLATFORM,
                count=len(absent),
                evidence=(Evidence(kind="text", text="、".join(texts.values())),),
            )
        ],
    )


def _platform_pages(context: Context) -> list[StoredPage]:
    """The pages of the platform and of its columns, as far as they need be looked at."""
    wanted = {
        url
        for column in context.derived(column_tree).own()
        if column.type == "disclosure"
        for url in (column.url, *column.pages_read)
    }
    pages: list[StoredPage] = []
    for page in context.pages:
        if page.kind is PageKind.DISCLOSURE_PLATFORM or page.url in wanted:
            pages.append(page)
        if len(pages) >= _MOST_PAGES:
            break
    return pages


def _link_texts(context: Context, pages: list[StoredPage]) -> Iterator[str]:
    for page in pages:
        yield from (
            link.text
            for link in context.facts.links(page.url_id)
            if link.tag in NAVIGATION_TAGS and 0 < len(link.text) <= _LONGEST
        )
        yield from (line.text for line in page.text.lines if line.heading and len(line.text) <= _LONGEST)


def _is_named(context: Context, part: str, texts: dict[str, str]) -> bool:
    vocabulary = column_vocabulary()
    rule = vocabulary.match(part)
    names = {fold(part)} | (
        {fold(one) for one in (rule.name, *vocabulary.names[rule.name])} if rule else set()
    )
    words = site_words(context)
    for folded in texts:
        found = vocabulary.match(folded, words)
        if folded in names or (rule is not None and found is not None and found.name == rule.name):
            return True
    # What a compound name means is not sure, but it is enough not to accuse.
    return any(len(name) >= _TELLING and name in folded for name in names for folded in texts)


def _doubt(context: Context, pages: list[StoredPage], names: NamesSeen) -> tuple[Reason, str] | None:
    if names.unread is not None:
        return names.unread
    for page in pages:
        if any(part in page.reading.scripted for part in _UNREAD_PARTS):
            return Reason.BROWSER_NEEDED, page.url
    for column in columns_named(context, PLATFORM):
        if column.external:
            return Reason.NOT_MEASURED, column.url
        if column.unread is not None:
            return column.unread, column.url
        if column.framed:
            return Reason.NOT_MEASURED, column.url
    return None
