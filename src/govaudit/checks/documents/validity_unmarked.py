"""DOC004: normative documents that do not say whether they hold, and repealed ones that are shown as valid."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from govaudit.checks.documents.judging import judge_documents
from govaudit.checks.documents.offices import is_own_office, office_of_title, own_offices
from govaudit.checks.documents.own import OwnDocument, document_title, own_documents
from govaudit.checks.documents.repeals import Repeal, repeals_in_clauses, repeals_in_list
from govaudit.checks.documents.words import document_words, has_any
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import whole_pages
from govaudit.inspection.calendar import as_day, day_of
from govaudit.inspection.facts import PageKind
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_LIST_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})


class ValidityParams(Params):
    """``grace``: days that an office has to mark a document after its repeal."""

    grace: int = 30


@check(
    "DOC004",
    name="validity-unmarked",
    faults=("unmarked", "repealed-shown-valid"),
    params=ValidityParams,
)
def validity_unmarked(context: Context, params: ValidityParams) -> Judgement:
    """Whether each normative document (规范性文件) of the office says if it holds, and whether one that the site itself
    lists as repealed is still shown as valid.

    A mark is a filled label (有效性, 时效性, 失效日期 …), a word in brackets or on a line of its own, or a picture with
    such a word. Normative are documents in a column or of a class of that name, and those whose number says so. What is
    repealed is read from the site's own decisions and lists, by part, and from the last articles of documents that
    replace others; number and title both have to agree, and the day of repeal must have come. Review instead of fail
    where a label of validity stands with 无 behind it.

    Clause: “如相关文件资料发生修改、废止、失效等情况，应及时公开，并在已发布的原文件上作出明确标注。”
    (国务院办公厅关于印发政府网站发展指引的通知，国办发〔2017〕47号).
    Reads: text of document pages and of lists of repealed documents.
    Could not tell: browser-needed for documents that only scripts write; the reason of the crawl when no page was
    read. A site without such documents has none to judge.
    """
    documents = context.derived(own_documents)
    repealed = _repealed(context, day_of(context.as_of) - timedelta(days=params.grace))
    faults: list[Fault] = []
    judged: list[OwnDocument] = []
    for document in documents.own:
        repeal = _repeal_of(document, repealed)
        if repeal is not None or document.normative:
            judged.append(document)
        if repeal is not None and is_shown_as_valid(document):
            faults.append(_shown_as_valid(document, repeal))
        elif document.normative and not document.marked:
            faults.append(_unmarked(document))
    return judge_documents(context, documents, judged, faults)


def is_shown_as_valid(document: OwnDocument) -> bool:
    """Whether the page says in so many words that the document holds."""
    return fold(document.validity) in document_words().valid


def _repeal_of(document: OwnDocument, repealed: dict[tuple[int, int], list[Repeal]]) -> Repeal | None:
    number = document.number
    if number is None:
        return None
    found = repealed.get((number.year, number.serial), ())
    return next((one for one in found if one.names(number, document.title)), None)


def _repealed(context: Context, until: date) -> dict[tuple[int, int], list[Repeal]]:
    """What the site says is repealed on or before ``until``, by year and serial number."""
    found: defaultdict[tuple[int, int], list[Repeal]] = defaultdict(list)
    for document in context.derived(own_documents).own:
        page = context.facts.page(document.url)
        if page is not None:
            for one in repeals_in_clauses(page.text, page.url, document.made):
                found[one.number.year, one.number.serial].append(one)
    words, offices = document_words(), own_offices(context)
    for page in whole_pages(context):
        if page.kind not in _LIST_KINDS:
            continue
        title, day = document_title(page), page.reading.published
        if day is None or not has_any(fold(title), words.repeal_titles) or not _is_own(title, offices):
            continue
        published = as_day(day.value)
        if published is not None:
            for one in repeals_in_list(page.text, page.url, published):
                found[one.number.year, one.number.serial].append(one)
    return {key: kept for key, ones in found.items() if (kept := [one for one in ones if one.since <= until])}


def _is_own(title: str, offices: frozenset[str]) -> bool:
    """Whether a list is the office's own: of its title, no draft of one, no interpretation."""
    words = document_words()
    office = office_of_title(title, words.about)
    return bool(office) and is_own_office(office, offices) and not has_any(fold(title), words.not_own_titles)


def _unmarked(document: OwnDocument) -> Fault:
    return Fault(
        subject=document.url,
        page=document.url,
        fault="unmarked",
        arguments={"title": document.title},
        verdict=Verdict.REVIEW if fold(document.validity) else Verdict.FAIL,
        column=document.column,
        aspect="unmarked",
    )


def _shown_as_valid(document: OwnDocument, repeal: Repeal) -> Fault:
    return Fault(
        subject=document.url,
        page=document.url,
        fault="repealed-shown-valid",
        arguments={
            "title": document.title,
            "number": str(document.number),
            "validity": document.validity,
            "since": repeal.since.isoformat(),
            "list": repeal.page,
            "line": repeal.text,
        },
        column=document.column,
        aspect="repealed",
        pages=(document.url, repeal.page),
    )
