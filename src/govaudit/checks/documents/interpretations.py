"""Interpretations of the office's own documents, each with the document that it is certainly about."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.addresses import address_key
from govaudit.checks.documents.numbers import numbers_in, without_number
from govaudit.checks.documents.own import OwnDocument, document_title, own_documents
from govaudit.checks.documents.words import document_words, has_any
from govaudit.checks.whole_pages import whole_pages
from govaudit.inspection.calendar import as_day
from govaudit.inspection.facts import NAVIGATION_TAGS, DateSource, PageKind
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Link

_QUOTED = re.compile(r"《([^》]{4,100})》")
_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})
_SHORTEST_TITLE = 8
_SAID = frozenset({DateSource.VISIBLE, DateSource.TABLE, DateSource.LABEL})


@dataclass(frozen=True, slots=True)
class Interpretation:
    """``document``: what it interprets. ``to_document``/``to_interpretation``: whether each page leads to the other;
    ``doubtful``: a page has a place for such links that a script may fill. ``published``: the first day that its page
    gives for its publication."""

    url: str
    title: str
    document: OwnDocument
    to_document: bool
    to_interpretation: bool
    doubtful_here: bool
    doubtful_there: bool
    published: date | None


def interpretations(context: Context) -> tuple[Interpretation, ...]:
    """All interpretations whose document is on the site. Use ``context.derived(interpretations)``."""
    documents = context.derived(own_documents).own
    if not documents:
        return ()
    by_title = _Titles(documents)
    found: list[Interpretation] = []
    for page in whole_pages(context):
        if page.kind not in _KINDS:
            continue
        title = document_title(page)
        if not has_any(fold(title), document_words().interpretation_titles):
            continue
        document = by_title.of(page, title)
        if document is not None:
            found.append(_interpretation(context, page, title, document))
    return tuple(found)


class _Titles:
    """Documents by what interpretations call them."""

    def __init__(self, documents: tuple[OwnDocument, ...]) -> None:
        self._documents = documents
        self._by_title: defaultdict[str, list[OwnDocument]] = defaultdict(list)
        for document in documents:
            for name in names_of(document.title):
                self._by_title[name].append(document)

    def of(self, page: StoredPage, title: str) -> OwnDocument | None:
        """The one document that the title of an interpretation quotes, or whose title or number stands in it."""
        quoted = [fold(without_number(one)) for one in _QUOTED.findall(title)]
        if len(quoted) != 1:
            return None
        found = self._by_title.get(quoted[0], [])
        if len(found) == 1:
            return found[0]
        numbers = list(numbers_in(page.text.main))
        named = [one for one in found if one.number and any(map(one.number.is_in, numbers))]
        return named[0] if len(named) == 1 else None


def names_of(title: str) -> set[str]:
    """What a document is called: its title with and without the office, and what it issues (关于印发…的通知)."""
    words = document_words()
    folded = fold(title)
    names = {folded, *map(fold, _QUOTED.findall(title))}
    _, about, subject = folded.partition(words.about)
    if about:
        names.add(about + subject)
        for ending in words.notices:
            if subject.endswith(ending):
                subject = subject.removesuffix(ending)
                break
        for word in words.issuing:
            if subject.startswith(word):
                names.add(subject.removeprefix(word))
    return {name for name in names if len(name) >= _SHORTEST_TITLE}


def _interpretation(context: Context, page: StoredPage, title: str, document: OwnDocument) -> Interpretation:
    here = context.facts.links(page.url_id)
    there = context.facts.links(document.url_id)
    stored = context.facts.page(document.url)
    return Interpretation(
        url=page.url,
        title=title,
        document=document,
        to_document=_leads(here, document.url, names_of(document.title)),
        to_interpretation=_leads(there, page.url, {fold(title)}) or _leads_to_another(there),
        doubtful_here=_may_be_filled(page),
        doubtful_there=stored is None or _may_be_filled(stored),
        published=first_day(page),
    )


def first_day(page: StoredPage) -> date | None:
    """The first day that the page itself says of its publication; its address may bear that of a draft."""
    days = (as_day(one.value) for one in page.reading.dates if one.source in _SAID)
    return min(filter(None, days), default=None)


def _leads(links: list[Link], url: str, names: set[str]) -> bool:
    """Whether a link leads to the page, or by its text to the same thing at another address."""
    key = address_key(url)
    return any(
        link.url is not None
        and (address_key(link.url) == key or any(name in fold(link.text) for name in names))
        for link in links
        if link.tag in NAVIGATION_TAGS
    )


def _leads_to_another(links: list[Link]) -> bool:
    """Whether a link's own words call it an interpretation of something: another form of the same, elsewhere."""
    words = document_words().interpretation_titles
    return any(
        link.url is not None and len(fold(link.text)) >= _SHORTEST_TITLE and has_any(fold(link.text), words)
        for link in links
        if link.tag in NAVIGATION_TAGS
    )


def _may_be_filled(page: StoredPage) -> bool:
    """Whether the page, as plain HTTP brought it, has a heading for such links or leaves parts to scripts."""
    return not page.in_browser and (bool(page.reading.scripted) or any(_related_headings(page)))


def _related_headings(page: StoredPage) -> Iterator[bool]:
    related = document_words().related
    return (fold(line.text) in related for line in page.text.lines)
