"""The policy documents of a site's own office, told from everything else that bears a number or an index.

Only what is certain is taken: the document is the office's own by its title, its table or its signature, none of
these speaks of another office, and it is no letter passed on, draft, interpretation or matter of single persons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.documents.fields import (
    CLASS,
    EXPIRY,
    FIELDS,
    OFFICE,
    TOPIC,
    VALIDITY,
    DocumentFields,
    field_of,
    holds_label,
    read_fields,
)
from govaudit.checks.documents.numbers import without_number
from govaudit.checks.documents.offices import is_own_office, office_of_title, own_offices
from govaudit.checks.documents.words import document_words, has_any
from govaudit.checks.whole_pages import whole_pages, written_by_script
from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from govaudit.checks.context import Context
    from govaudit.checks.documents.numbers import DocumentNumber
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Link
    from govaudit.inspection.page_text import Line, PageText

_LONGEST_MARK_LINE = 8
_BRACKETED = re.compile(r"[【\[(（〔]([^】\])）〕]{2,12})[】\])）〕]")
_PARTS = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """What is kept of one document. ``shown``: fields that its page tells; ``validity``: as its page labels it;
    ``marked``: it says in some way whether the document holds; ``days`` as ``DocumentFields`` gives them."""

    url_id: int
    url: str
    title: str
    number: DocumentNumber | None
    shown: tuple[str, ...]
    validity: str
    marked: bool
    normative: bool
    made: date | None
    made_latest: date | None
    published: date | None
    published_first: date | None
    column: str


@dataclass(frozen=True, slots=True)
class NumberedDocument:
    """A page that shows a document with its number, whosever it is. ``made``: ISO day, empty where the page names
    none or several; ``validity``: ``valid``, ``invalid`` or empty."""

    number: str
    title: str
    url: str
    made: str
    validity: str


@dataclass(frozen=True, slots=True)
class Documents:
    """``own`` and ``numbered``: in the order of pages; ``unread``: addresses of document pages that scripts write;
    ``seen``: how many document pages there are."""

    own: tuple[OwnDocument, ...]
    unread: tuple[str, ...]
    seen: int
    numbered: tuple[NumberedDocument, ...] = ()


def own_documents(context: Context) -> Documents:
    """All documents of the site's own office. Use ``context.derived(own_documents)``."""
    own: list[OwnDocument] = []
    numbered: list[NumberedDocument] = []
    seen = 0
    offices = own_offices(context)
    taken: set[tuple[str, str]] = set()
    for page in whole_pages(context):
        if page.kind is not PageKind.DOCUMENT and not _is_article_among_policies(page):
            continue
        seen += 1
        title = document_title(page)
        if not is_policy_title(title) or _stands_with_others(page):
            continue
        fields = read_fields(page.text, page.reading)
        if fields.number is not None:
            numbered.append(_numbered(page, title, fields))
        found = _document(context, page, title, fields, offices)
        if found is None:
            continue
        key = (str(found.number or ""), fold(found.title))
        if key not in taken:
            taken.add(key)
            own.append(found)
    unread = _unread(context)
    return Documents(tuple(own), unread, seen + len(unread), tuple(numbered))


def _numbered(page: StoredPage, title: str, fields: DocumentFields) -> NumberedDocument:
    words = document_words()
    said = fold(fields.values.get(VALIDITY, ""))
    certain = fields.made is not None and fields.made == fields.made_latest
    return NumberedDocument(
        number=str(fields.number),
        title=title,
        url=page.url,
        made=fields.made.isoformat() if certain and fields.made else "",
        validity="valid" if said in words.valid else "invalid" if said in words.invalid else "",
    )


def _unread(context: Context) -> tuple[str, ...]:
    """Entries of the columns of policies whose pages only scripts write."""
    others = document_words().others_columns
    found: dict[str, None] = {}
    for column in context.derived(column_tree).own():
        if column.type != "policy" or any(has_any(fold(name), others) for name in column.path):
            continue
        for item in column.items:
            page = page_at(context, item.url)
            if page is not None and written_by_script(page):
                found[page.url] = None
    return tuple(found)


def _document(
    context: Context, page: StoredPage, title: str, fields: DocumentFields, offices: frozenset[str]
) -> OwnDocument | None:
    if not _is_own(title, fields, offices) or not _is_policy(page, title, fields):
        return None
    links = context.facts.links(page.url_id)
    return OwnDocument(
        url_id=page.url_id,
        url=page.url,
        title=title,
        number=fields.number,
        shown=tuple(field for field in FIELDS if fields.shows(field)),
        validity=shown_validity(fields, links),
        marked=says_validity(title, fields, page.text, links),
        normative=_is_normative(page, fields),
        made=fields.made,
        made_latest=fields.made_latest,
        published=fields.published,
        published_first=fields.published_first,
        column=page.reading.breadcrumb[-1].text if page.reading.breadcrumb else "",
    )


def document_title(page: StoredPage) -> str:
    """Heading of the page, or else its title, without a number in front of it."""
    return without_number(page.reading.heading or page.reading.title)


def is_policy_title(title: str) -> bool:
    """Whether a title may be that of a policy document: no letter passed on, draft, interpretation, appointment."""
    return not has_any(fold(title), document_words().not_own_titles)


def _stands_with_others(page: StoredPage) -> bool:
    words = document_words().others_columns
    return any(has_any(fold(crumb.text), words) for crumb in page.reading.breadcrumb)


def _is_own(title: str, fields: DocumentFields, offices: frozenset[str]) -> bool:
    """Whether all offices that the page names are the site's own, and it names one."""
    words = document_words()
    if fields.number is not None and fields.number.code.startswith(words.others_numbers):
        return False
    labelled = _PARTS.split(fields.values.get(OFFICE, "").strip())[0]
    named = [
        office for office in (office_of_title(title, words.about), labelled, fields.signed) if fold(office)
    ]
    return bool(named) and all(is_own_office(office, offices) for office in named)


def _is_article_among_policies(page: StoredPage) -> bool:
    """Documents without a table of elements are articles like others, but for their column (and their number)."""
    return page.kind is PageKind.ARTICLE and _is_in_own_column(page)


def _is_in_own_column(page: StoredPage) -> bool:
    columns = document_words().own_columns
    return any(fold(crumb.text) in columns for crumb in page.reading.breadcrumb)


def _is_policy(page: StoredPage, title: str, fields: DocumentFields) -> bool:
    if fields.number is not None:
        return True
    if page.kind is not PageKind.DOCUMENT or not _is_in_own_column(page):
        return False
    return fold(title).endswith(document_words().document_kinds)


def _is_normative(page: StoredPage, fields: DocumentFields) -> bool:
    words = document_words()
    if fields.number is not None and fields.number.code.endswith(words.normative_numbers):
        return True
    told = (fields.values.get(TOPIC, ""), fields.values.get(CLASS, ""))
    classes = map(fold, (*told, *(crumb.text for crumb in page.reading.breadcrumb)))
    return any(has_any(one, words.normative) and not has_any(one, words.not_normative) for one in classes)


def shown_validity(fields: DocumentFields, links: Iterable[Link]) -> str:
    """Whether the document holds, as its page labels it, or as the one picture says that has such a word."""
    labelled = fields.values.get(VALIDITY, "")
    if fold(labelled):
        return labelled
    words = document_words()
    told = {one.text for one in links if one.tag == Tag.IMAGE and has_any(fold(one.text), words.marks)}
    whole = {text for text in told if fold(text) in (*words.valid, *words.invalid)}
    return whole.pop() if len(whole) == len(told) == 1 else labelled


def says_validity(title: str, fields: DocumentFields, text: PageText, links: Iterable[Link]) -> bool:
    """Whether the page says if the document holds: in its table, in brackets, on a line of its own, by a picture."""
    labelled = fold(fields.values.get(VALIDITY, ""))
    if (labelled and labelled not in document_words().no_validity) or fold(fields.values.get(EXPIRY, "")):
        return True
    if any(map(_is_mark, _BRACKETED.findall(title))):
        return True
    for line in text.lines:
        short = len(line.text) <= _LONGEST_MARK_LINE and _is_mark(line.text) and not _is_labelled(line)
        if short or any(map(_is_mark, _BRACKETED.findall(line.text))):
            return True
    return any(link.tag == Tag.IMAGE and _is_mark(link.text) for link in links)


def _is_labelled(line: Line) -> bool:
    return field_of(line.cells[0].strip()) is not None or holds_label(line.text)


def _is_mark(text: str) -> bool:
    """Whether a few words say that the document holds or not; the empty label 有效性 says nothing."""
    return field_of(text.strip()) is None and has_any(fold(text), document_words().marks)
