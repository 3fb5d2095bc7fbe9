"""The term of a consultation as its page tells it: from a day to a day, until a day, or so many days."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from govaudit.checks.documents.consultation_words import consultation_words
from govaudit.checks.documents.days import is_day
from govaudit.inspection.calendar import months_before
from govaudit.inspection.vocabulary import simplified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.inspection.workdays import WorkCalendar

_SENTENCES = re.compile(r"(?<=[。;；!])")
_QUOTED = re.compile(r"《[^》]*》|“[^”]*”")
_LONGEST_SENTENCE = 400
_DAYS_OF_WEEK = 7
_DAYS_OF_MONTH = 30


@dataclass(frozen=True, slots=True)
class Term:
    """``first`` and ``last`` day, both counted; ``told``: the sentence."""

    first: date
    last: date
    told: str

    @property
    def days(self) -> int:
        """Calendar days, in the site's favour with both ends."""
        return (self.last - self.first).days + 1

    def working_days(self, calendar: WorkCalendar) -> int:
        """The same in working days. Raises ``UnknownYearError``."""
        return calendar.between(self.first - timedelta(days=1), self.last)


def longest_term(lines: Iterable[str], issued: date | None, calendar: WorkCalendar) -> Term | None:
    """The longest term that the lines of a page tell, up to where a draft begins; ``None`` when they tell none that
    can be counted. ``issued``: the first day of the page. Raises ``UnknownYearError``."""
    words = consultation_words()
    found: list[Term] = []
    begun = issued
    for line in lines:
        plain = simplified(unicodedata.normalize("NFKC", line)).strip()
        if words.draft_begins.search(plain):
            break
        begun = min(
            filter(None, (_labelled_begin(plain, begun), is_day(plain) if plain else None)), default=None
        )
        for sentence in _SENTENCES.split(plain.replace("\t", " ")):
            bare = _QUOTED.sub("", sentence)
            if len(bare) <= _LONGEST_SENTENCE and words.term.search(bare) and not words.not_term.search(bare):
                found += _terms(bare, begun, issued, calendar)
    return max(found, key=lambda one: (one.days, one.last), default=None)


def _terms(sentence: str, begun: date | None, issued: date | None, calendar: WorkCalendar) -> Iterator[Term]:
    first = min(filter(None, (begun, issued)), default=None)
    for match in _patterns().span.finditer(sentence):
        span = _span(match, issued)
        if span is not None:
            yield Term(min(span[0], first) if first and first <= span[1] else span[0], span[1], sentence)
    if first is None:
        return
    for pattern in (_patterns().until, _patterns().before):
        for match in pattern.finditer(sentence):
            last = _day(match["y"], match["m"], match["d"], first)
            if last is not None and last >= first:
                yield Term(first, last, sentence)
    for match in _patterns().counted.finditer(sentence):
        count = _number(match["n"])
        if count:
            yield Term(first, _last(first, count, match, calendar), sentence)


def _last(first: date, count: int, unit: re.Match[str], calendar: WorkCalendar) -> date:
    """The last day of a term that begins on the day after ``first``; ``unit``: with its group."""
    if unit["working"]:
        return calendar.after(first, count)
    if unit["months"]:
        # In the site's favour a month is never under the thirty days that a rule may count.
        return max(months_before(first, -count), first + timedelta(days=_DAYS_OF_MONTH * count))
    return first + timedelta(days=count * (_DAYS_OF_WEEK if unit["weeks"] else 1))


def _labelled_begin(plain: str, known: date | None) -> date | None:
    match = _patterns().begin.search(plain)
    day = _day(match["y"], match["m"], match["d"], None) if match else None
    return min(filter(None, (day, known)), default=None)


def _span(match: re.Match[str], issued: date | None) -> tuple[date, date] | None:
    year = match["y1"] or match["y2"] or (str(issued.year) if issued else "")
    if not year:
        return None
    first = _day(year, match["m1"], match["d1"], None)
    if first is None:
        return None
    last = _day(match["y2"] or str(first.year), match["m2"] or str(first.month), match["d2"], None)
    if last is not None and last < first and not match["y2"]:
        last = _day(str(first.year + 1), match["m2"] or str(first.month), match["d2"], None)
    return (first, last) if last is not None and last >= first else None


def _day(year: str | None, month: str, day: str, after: date | None) -> date | None:
    """A day; without a year the first one from ``after`` on."""
    if year is None and after is None:
        return None
    try:
        if year is not None:
            return date(int(year), int(month), int(day))
        found = date(after.year, int(month), int(day)) if after else None
        return found.replace(year=found.year + 1) if found and after and found < after else found
    except ValueError:
        return None


def _number(text: str) -> int:
    """A number below a hundred in digits or Chinese numerals; 0 for anything else."""
    if text.isdecimal():
        return int(text)
    words = consultation_words()
    tens, ten, ones = text.rpartition(words.ten)
    if max(len(tens), len(ones)) > 1:
        return 0
    digits = [max(0, words.numerals.find(one)) if one else 0 for one in (tens, ones)]
    return (10 * (digits[0] if tens else 1) if ten else 0) + digits[1]


@dataclass(frozen=True, slots=True)
class _Patterns:
    span: re.Pattern[str]
    until: re.Pattern[str]
    before: re.Pattern[str]
    counted: re.Pattern[str]
    begin: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = consultation_words()
    one = _day_pattern("")
    fill = rf"(?:\s|\([^)]{{0,12}}\)|{words.fill})*"
    units = "|".join(f"(?P<{name}>{pattern})" for name, pattern in words.units.items())
    first, second = _day_pattern("1"), _day_pattern("2", month_optional=True)
    return _Patterns(
        span=re.compile(rf"{first}{fill}(?:{words.between}){fill}{second}"),
        until=re.compile(rf"(?:{words.until})[^。;；\d]{{0,12}}{one}"),
        before=re.compile(rf"{one}{fill}(?:{words.before})"),
        counted=re.compile(
            rf"(?:{words.counted_from})\s*(?:{words.counted_fill})*\s*"
            rf"(?P<n>\d{{1,3}}|[{words.numerals}{words.ten}]{{1,3}})\s*(?:{units})"
        ),
        begin=re.compile(rf"(?:{words.begins})\s*:?\s*{one}"),
    )


def _day_pattern(name: str, *, month_optional: bool = False) -> str:
    """A day with or without its year; without a year only as 月…日. ``month_optional``: the day alone will do."""
    year, month, day = f"(?P<y{name}>", f"(?P<m{name}>", f"(?P<d{name}>"
    whole = (
        rf"(?<!\d)(?:{year}20\d\d)\s*(?:年|[-/.])\s*)?{month}(?:0?[1-9]|1[0-2]))\s*(?:月|(?<=\d)[-/.])\s*"
        rf"{day}(?:0?[1-9]|[12]\d|3[01]))(?!\d)\s*日?"
    )
    if not month_optional:
        return whole
    return (
        rf"(?:(?:{year}20\d\d)\s*(?:年|[-/.])\s*)?(?:{month}(?:0?[1-9]|1[0-2]))\s*(?:月|[-/.])\s*)?"
        rf"{day}(?:0?[1-9]|[12]\d|3[01]))(?!\d)(?!\s*[年月])\s*日?)"
    )
