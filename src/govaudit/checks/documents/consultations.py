"""Public consultations of the government on drafts: the pages that call for opinions, and those that tell results."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from govaudit.checks.addresses import address_key, page_at
from govaudit.checks.columns.reach import links_of_page
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.documents.consultation_words import consultation_words
from govaudit.checks.documents.fields import OFFICE, read_fields
from govaudit.checks.documents.interpretations import first_day
from govaudit.checks.documents.offices import (
    is_of_place,
    is_own_office,
    office_of_title,
    own_offices,
    own_places,
)
from govaudit.checks.documents.own import document_title
from govaudit.checks.documents.terms import Term, longest_term
from govaudit.checks.documents.words import document_words
from govaudit.checks.whole_pages import whole_pages, written_by_script
from govaudit.inspection.facts import NAVIGATION_TAGS, PageKind
from govaudit.inspection.vocabulary import fold
from govaudit.inspection.workdays import UnknownYearError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_KINDS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.OTHER})
_QUOTED = re.compile(r"《([^》]{3,100})》")
_SHORTEST_SUBJECT = 4
_ALIKE = 85
"""Likeness in percent from which a title may speak of the same draft."""
_LONGEST_TITLE = 150
_LONGEST_HEADING = 40


@dataclass(frozen=True, slots=True)
class Consultation:
    """One call. ``subject``: folded name of the draft; ``issued``: first day of its page; ``term``: as far as the page
    tells one that can be counted; ``calendar_year``: the year that kept the term from being counted, else 0;
    ``scripted``: a script may write parts of the page."""

    url: str
    title: str
    subject: str
    issued: date | None
    term: Term | None
    calendar_year: int
    scripted: bool
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A page or link that tells the result of consultations. ``title``: folded."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Consultations:
    """``calls``: of the government itself, each draft once; ``again``: subjects on which the public was asked more than
    once, or that were prolonged, changed or withdrawn; ``results``: of all titles on the site; ``unread``: calls that
    only scripts write; ``places``: folded names that titles leave out; ``telling``: other pages whose text tells how
    many opinions came."""

    calls: tuple[Consultation, ...]
    again: frozenset[str]
    results: tuple[Result, ...]
    unread: tuple[str, ...]
    places: frozenset[str] = frozenset()
    telling: tuple[Result, ...] = ()

    def results_on(self, subject: str) -> list[Result]:
        """What may tell the result on a draft, in its favour."""
        core = self.without_place(subject)
        return [
            one for one in self.results if core in one.title or fuzz.partial_ratio(core, one.title) >= _ALIKE
        ]

    def without_place(self, subject: str) -> str:
        """The name of a draft as titles shorten it: 城市公园管理办法."""
        cores = (subject.removeprefix(place) for place in self.places)
        return min((one for one in cores if len(one) >= _SHORTEST_SUBJECT), key=len, default=subject)


def consultations(context: Context) -> Consultations:
    """All consultations of a site. Use ``context.derived(consultations)``."""
    words = consultation_words()
    found: dict[str, Consultation] = {}
    again: set[str] = set()
    titles: dict[str, Result] = {}
    telling: list[Result] = []
    for page in whole_pages(context):
        if page.kind not in _KINDS:
            continue
        title = document_title(page)
        folded = fold(title)
        if words.may.search(folded):
            titles[page.url] = Result(page.url, folded)
        if is_call(folded):
            if (call := _call(context, page, title)) is not None:
                _keep(context, call, found, again)
        elif words.told.search(page.text.main):
            telling.append(Result(page.url, folded))
    said = [*titles.values(), *_linked(context)]
    # Of a page its own title counts, lists cut it short.
    results = {one.url: one for one in reversed(said) if words.result.search(one.title)}
    changed = [one.title for one in said if words.changed.search(one.title)]
    again |= {subject for subject in found if any(subject in title for title in changed)}
    return Consultations(
        calls=tuple(found.values()),
        again=frozenset(again),
        results=tuple(results.values()),
        unread=_unread(context),
        places=own_places(own_offices(context)),
        telling=tuple(telling),
    )


def _call(context: Context, page: StoredPage, title: str) -> Consultation | None:
    subject = subject_of(title)
    own = bool(subject) and _is_own(context, page, title, subject)
    return _consultation(context, page, title, subject) if own else None


def _keep(context: Context, call: Consultation, found: dict[str, Consultation], again: set[str]) -> None:
    """Each draft once, and which of them were asked about more than once or for longer."""
    known = found.setdefault(call.subject, call)
    page = page_at(context, call.url)
    prolonged = page is not None and consultation_words().prolonged.search(page.text.main)
    if prolonged or known.title != call.title:
        again.add(call.subject)
    elif known is not call and _lasts_longer(call, known):
        found[call.subject] = call


def _lasts_longer(call: Consultation, known: Consultation) -> bool:
    """Of the same call on two pages the one with the longer term counts."""
    return call.term is not None and (known.term is None or call.term.last > known.term.last)


@cache
def is_call(folded: str) -> bool:
    """Whether a folded title calls for opinions on a draft."""
    words = consultation_words()
    return bool(
        words.call.search(folded) and not words.not_call.search(folded) and not words.excepted.search(folded)
    )


def subject_of(title: str) -> str:
    """The folded name of the draft on which a title asks for opinions; empty when it names none."""
    words = consultation_words()
    quoted = [one for one in _QUOTED.findall(title) if words.drafts.search(one)]
    if quoted:
        return _bare(fold(quoted[0]))
    before = words.call.split(fold(title))[0].rpartition(document_words().about)[2]
    return _bare(before) if words.drafts.search(before) else ""


def _bare(name: str) -> str:
    bare = consultation_words().draft_marks.sub("", name)
    return bare if len(bare) >= _SHORTEST_SUBJECT else ""


def _is_own(context: Context, page: StoredPage, title: str, subject: str) -> bool:
    """Whether every office that the page names is the site's own, or of a portal's own place, and something shows that
    it is: an office, the name of the draft, or the way in which the page speaks."""
    words = consultation_words()
    offices = own_offices(context)
    places = own_places(offices)
    fields = read_fields(page.text, page.reading)
    named = [office_of_title(title, document_words().about), fields.values.get(OFFICE, ""), fields.signed]
    source = page.reading.source
    if fold(source).endswith(document_words().offices):
        named.append(source)
    certain = False
    for office in (fold(one) for one in named if fold(one)):
        if words.offices_above.search(office) or words.other_offices.search(office):
            return False
        if is_own_office(office, offices) or (
            context.site.kind == "portal" and is_of_place(office, places) is True
        ):
            certain = True
        elif is_of_place(office, places) is not None:
            return False
    if words.offices_above.search(subject):
        return False
    if not certain and words.other_offices.search(page.text.main):
        return False
    return (
        certain
        or any(subject.startswith(place) for place in places)
        or bool(words.own_words.search(page.text.main))
    )


def _consultation(context: Context, page: StoredPage, title: str, subject: str) -> Consultation:
    issued = first_day(page)
    term, year = None, 0
    try:
        term = longest_term((line.text for line in page.text.lines), issued, context.calendar)
    except UnknownYearError as error:
        year = error.year
    return Consultation(
        url=page.url,
        title=title,
        subject=subject,
        issued=issued,
        term=term,
        calendar_year=year,
        scripted=not page.in_browser and bool(page.reading.scripted),
        columns=tuple(crumb.url for crumb in page.reading.breadcrumb if crumb.url),
    )


def _linked(context: Context) -> Iterator[Result]:
    """Links whose words may tell a result or a change of a call."""
    words = consultation_words()
    for _, link in context.facts.every_anchor():
        if link.tag not in NAVIGATION_TAGS or not link.url or not words.may.search(link.text):
            continue
        if _SHORTEST_SUBJECT < len(link.text) <= _LONGEST_TITLE:
            yield Result(link.url, fold(link.text))


def _unread(context: Context) -> tuple[str, ...]:
    """Entries of lists that call for opinions, whose pages only scripts write."""
    found: dict[str, None] = {}
    for column in context.derived(column_tree).own():
        for item in column.items:
            if item.url and is_call(fold(item.title)) and subject_of(item.title):
                page = page_at(context, item.url)
                if page is not None and written_by_script(page):
                    found[page.url] = None
    return tuple(found)


def own_result(context: Context, call: Consultation) -> str:
    """The address at which the page of a call leads to its result or tells it itself; empty when it does not."""
    words = consultation_words()
    page = page_at(context, call.url)
    if page is None:
        return ""
    for link in links_of_page(context, page):
        folded = fold(link.text)
        if link.url and words.result.search(folded) and not words.not_result.search(folded):
            same = call.subject in folded or len(folded) <= _LONGEST_HEADING // 3
            if same and address_key(link.url) != address_key(call.url):
                return link.url
    for line in page.text.lines:
        folded = fold(line.text)
        if len(folded) <= _LONGEST_HEADING // 2 and words.result_part.search(folded):
            return call.url
        if words.told.search(line.text):
            return call.url
    return ""


def columns_around(context: Context, call: Consultation) -> list[Column]:
    """The columns in which the page of a call stands."""
    tree = context.derived(column_tree)
    return [column for url in call.columns if (column := tree.at(url)) is not None]
