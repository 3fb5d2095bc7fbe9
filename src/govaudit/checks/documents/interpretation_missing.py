"""DOC001: policy documents that nothing on the site interprets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.reach import links_of_page
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.documents.interpretations import interpretations, names_of
from govaudit.checks.documents.judging import judge_documents
from govaudit.checks.documents.numbers import numbers_in
from govaudit.checks.documents.own import document_title, own_documents
from govaudit.checks.documents.titles import column_doubt
from govaudit.checks.documents.words import document_words, has_any
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import whole_pages
from govaudit.inspection.calendar import Period, day_of
from govaudit.inspection.facts import NAVIGATION_TAGS, PageKind
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.checks.documents.numbers import DocumentNumber
    from govaudit.checks.documents.own import OwnDocument

_TYPE = "interpretation"
_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.OTHER})
_ALIKE = 85
"""Likeness in percent from which a title may speak of the same document."""
_LONGEST = 200


class InterpretationMissingParams(Params):
    """``within``: only documents published in this period are judged; ``grace``: not those of the last days."""

    within: PeriodText = "1 year"
    grace: int = 14


@dataclass(frozen=True, slots=True)
class _Interpreting:
    """All that interprets something: folded ``titles``, and ``numbers`` of documents that such pages name."""

    titles: tuple[str, ...]
    numbers: tuple[DocumentNumber, ...]


@check(
    "DOC001", name="interpretation-missing", faults=("missing", "unclear"), params=InterpretationMissingParams
)
def interpretation_missing(context: Context, params: InterpretationMissingParams) -> Judgement:
    """Policy documents of the office (those that lay down rules or measures) without an interpretation.

    Documents that hold no longer, and old ones by the year of their number that were put there again, are left out.
    A document has one when its page leads to something that its own words call an interpretation, when a title or link
    anywhere on the site that is one, or stands in a column of interpretations, names the document, nearly names it, or
    when such a page names its number. Which documents concern many people is for a person to say: all findings are
    reviews, and points come from three documents drawn by the run's seed.

    Clause: 随机抽查网站已发布的3个以本地区本部门或本地区本部门办公厅（室）名义印发的涉及面广、社会关注度高的政策文件，
    被解读的文件数量每少一个，扣1分（国办秘函〔2019〕19号 发布解读/解读比例）.
    Reads: document pages with their links, titles and text of interpretations, columns of interpretations.
    Could not tell: the reason for which a column of interpretations or of the navigation was not read, not-measured
    where it is on another site; browser-needed where a script may fill the place for related links or writes the
    documents; the reason of the crawl when no page was read.
    """
    documents = context.derived(own_documents)
    words = document_words()
    since = Period(params.within).before(context.as_of)
    until = day_of(context.as_of) - timedelta(days=params.grace)
    judged = [
        one
        for one in documents.own
        if (one.normative or has_any(fold(one.title), words.policies))
        and fold(one.validity) not in words.invalid
        and one.published is not None
        and since <= one.published <= until
        and (one.number is None or one.number.year >= since.year)
    ]
    if not judged:
        return judge_documents(context, documents, judged, ())
    told = context.derived(_interpreting)
    matched = {one.document.url for one in context.derived(interpretations)}
    doubt = _unread(context)
    faults = [
        _fault(one, _doubt_of(context, one) or doubt)
        for one in judged
        if one.url not in matched and not _leads_on(context, one) and not _is_told(one, told)
    ]
    return judge_documents(context, documents, judged, faults)


def _interpreting(context: Context) -> _Interpreting:
    signs = document_words().interpretation_titles
    titles = {fold(item.title) for column in _columns(context) for item in column.items}
    numbers: list[DocumentNumber] = []
    for page in whole_pages(context):
        if page.kind not in _KINDS:
            continue
        title = fold(document_title(page))
        if has_any(title, signs) or title in titles:
            titles.add(title)
            numbers += numbers_in(page.text.main)
    for _, link in context.facts.every_anchor():
        if link.tag in NAVIGATION_TAGS and len(link.text) <= _LONGEST and has_any(fold(link.text), signs):
            titles.add(fold(link.text))
    return _Interpreting(tuple(sorted(titles)), tuple(numbers))


def _columns(context: Context) -> list[Column]:
    return [one for one in context.derived(column_tree).columns if one.type == _TYPE and not one.missing]


def _is_told(document: OwnDocument, told: _Interpreting) -> bool:
    if document.number is not None and any(map(document.number.is_in, told.numbers)):
        return True
    names = names_of(document.title)
    return any(
        name in title or fuzz.partial_ratio(name, title, score_cutoff=_ALIKE) >= _ALIKE
        for title in told.titles
        for name in names
    )


def _leads_on(context: Context, document: OwnDocument) -> bool:
    """Whether a link of the page calls itself an interpretation; those that the whole site bears do not count."""
    page = page_at(context, document.url)
    signs = document_words().interpretation_titles
    tree = context.derived(column_tree)
    return page is not None and any(
        link.url is not None and has_any(fold(link.text), signs) and tree.at(link.url) is None
        for link in links_of_page(context, page)
    )


def _doubt_of(context: Context, document: OwnDocument) -> tuple[Reason, str] | None:
    page = page_at(context, document.url)
    if page is not None and not page.in_browser and page.reading.scripted:
        return Reason.BROWSER_NEEDED, document.url
    return None


def _unread(context: Context) -> tuple[Reason, str] | None:
    return column_doubt(_columns(context)) or context.derived(names_seen).unread


def _fault(document: OwnDocument, doubt: tuple[Reason, str] | None) -> Fault:
    return Fault(
        subject=document.url,
        page=document.url,
        fault="unclear" if doubt else "missing",
        arguments={
            "title": document.title,
            "number": str(document.number or ""),
            "unread": doubt[1] if doubt else "",
            **({"reason": doubt[0].value} if doubt else {}),
        },
        verdict=Verdict.INCONCLUSIVE if doubt else Verdict.REVIEW,
        reason=doubt[0] if doubt else None,
        column=document.column,
    )
