"""Documents that a site itself says hold no longer: lists of repealed documents, and clauses of those that replace
them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.documents.days import day_in
from govaudit.checks.documents.numbers import numbers_in
from govaudit.checks.documents.words import document_words, has_any
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from govaudit.checks.documents.numbers import DocumentNumber
    from govaudit.inspection.page_text import Line, PageText

_LONGEST_HEADING = 120
_QUOTED = re.compile(r"《([^》]{4,100})》")
_SENTENCES = re.compile(r"(?<=[。；;])")
_SHORTEST_TITLE = 6


@dataclass(frozen=True, slots=True)
class Repeal:
    """``number`` and ``titles`` (folded) of the document; ``since``: the first day on which it holds no longer;
    ``page``: where that stands; ``text``: the line."""

    number: DocumentNumber
    titles: tuple[str, ...]
    since: date
    page: str
    text: str

    def names(self, number: DocumentNumber, title: str) -> bool:
        """Whether that is the document with ``number`` and ``title``: both have to agree."""
        folded = fold(title)
        return number.is_in(self.number) and any(one in folded or folded in one for one in self.titles)


def repeals_in_list(text: PageText, page: str, published: date) -> Iterator[Repeal]:
    """Documents in the parts of a list that are headed as repealed; the title of the page alone heads nothing. Parts of
    documents that stay in force or are changed are left out, and so is what is repealed only from a day to come."""
    words = document_words()
    repealed = False
    since = published
    for line in text.lines:
        folded = fold(line.text)
        entry = _entry(line)
        if entry is None and len(line.text) <= _LONGEST_HEADING:
            if has_any(folded, words.kept_parts):
                repealed = False
            elif has_any(folded, words.repeal_parts) and has_any(folded, words.list_words):
                repealed, since = True, max(published, day_in(line.text) or published)
        if repealed and entry is not None and not has_any(folded, words.kept_parts):
            yield Repeal(*entry, since, page, line.text)


def repeals_in_clauses(text: PageText, page: str, made: date | None) -> Iterator[Repeal]:
    """Documents that a document's own last article repeals: 《…》（…号）同时废止. The day is that of coming into force,
    which the article names; where it is that of issue, ``made``. Without a day nothing is said."""
    words = document_words()
    for line in text.lines:
        if not has_any(line.text, words.repeal_clauses):
            continue
        since = day_in(line.text.partition("《")[0]) or (
            made if has_any(line.text, words.from_issue) else None
        )
        if since is None:
            continue
        for sentence in _SENTENCES.split(line.text):
            before, clause, _ = _parted(sentence, words.repeal_clauses)
            numbers, titles = list(numbers_in(before)), _titles(_QUOTED.findall(before))
            if clause and len(numbers) == 1 and len(titles) == 1:
                yield Repeal(numbers[0], titles, since, page, line.text)


def _parted(sentence: str, words: tuple[str, ...]) -> tuple[str, str, str]:
    for word in words:
        if word in sentence:
            return sentence.partition(word)
    return sentence, "", ""


def _entry(line: Line) -> tuple[DocumentNumber, tuple[str, ...]] | None:
    """The one document that a line or row names with number and title."""
    numbers = list(numbers_in(line.text))
    if len(numbers) != 1:
        return None
    cells = line.cells
    titles = _titles(_QUOTED.findall(line.text) or (cells if len(cells) > 1 else []))
    return (numbers[0], titles) if titles else None


def _titles(texts: list[str]) -> tuple[str, ...]:
    return tuple(folded for text in texts if len(folded := fold(text)) >= _SHORTEST_TITLE)
