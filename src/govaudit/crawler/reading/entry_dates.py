"""Dates that stand alone, as dates of list entries do: whole, without year, in separate blocks, as words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from govaudit.crawler.reading.dates import MonthDay, find_dates, is_relative_day, month_day, relative_day
from govaudit.crawler.reading.words import alternatives, words
from govaudit.crawler.reading.zones import Zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.crawler.reading.dates import Found
    from govaudit.crawler.reading.outline import Outline

_LONGEST_RUN = 24
_REMAINS = re.compile(r"[ \n\[\]()<>:：|·•.,，。\-—/*~]+")
_YEAR_MONTH = re.compile(r"(?P<y>20\d\d)(?:[-./]|年)(?P<m>\d{1,2})月?")
_YEAR_MONTH_WORDS = re.compile(r"(?P<m>\d{1,2})(?:月|[-./])(?P<y>20\d\d)年?")
_YEAR = re.compile(r"(?P<y>20\d\d)年?")
_DAY = re.compile(r"(?P<d>\d{1,2})日?")
_MONTH = re.compile(r"(?P<m>\d{1,2})月")
# The only characters of Chinese writing that such a date begins with: 刚刚, 今天, 昨天, 前天.
_DAYS_IN_WORDS = "刚今昨前"
_AROUND = " []()·•:-"
_AROUND_BLOCKS = " /-."
_BEFORE_TODAY = 12
_HEAD = 400
_DATA = "data-"
_LINKS = frozenset(["a"])
_SLIGHTLY_NEWER = timedelta(days=7)


class Latest(NamedTuple):
    """What the page itself tells of the time. ``day``: ISO date that none of its entries can be newer than;
    ``today``: ISO date on which it was made, from which words like 昨天 are counted. Empty when it does not tell."""

    day: str
    today: str


@dataclass(slots=True)
class Dated:
    """A date that stands alone, as dates of entries do."""

    start: int
    stop: int
    day: str
    without_year: MonthDay | None = None
    own: bool = False
    """It may be the date of the page: shown, but no date as a whole in the text."""
    element: int = -1
    """What has it as an attribute, -1 for a date in the text."""


@cache
def _calendar() -> re.Pattern[str]:
    return re.compile(rf"[ \n]{{0,3}}[(]?(?:{alternatives('dates', 'calendar')})")


@cache
def _today_before() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{alternatives('dates', 'today')})[ \n:]{{0,3}}(?:公元|公历)?$"
        rf"|(?:^|(?<=[ \n(]))(?:{alternatives('dates', 'weekdays')})[ ,.]{{1,3}}$"
    )


def is_today(page: Outline, found: Found) -> bool:
    """Whether a date is today's, as calendars in the head of a page show it."""
    before = page.plain[max(0, found.start - _BEFORE_TODAY) : found.start]
    return bool(_calendar().match(page.plain, found.stop) or _today_before().search(before))


@cache
def _date_words() -> re.Pattern[str]:
    return re.compile(alternatives("dates", "published", "published-beside-title", "table", spaced=True))


@cache
def _ends_with_label() -> re.Pattern[str]:
    return re.compile(rf"(?:{_date_words().pattern})[ :]{{1,3}}$")


@cache
def _other_labels() -> re.Pattern[str]:
    """Other labels of a dateline with what they say."""
    return re.compile(
        rf"(?:{alternatives('dates', 'line', spaced=True)}|[次数量率])+[ :]{{0,3}}[^ \n|]{{0,20}}"
    )


def latest_of(page: Outline, zones: list[Zone], found: list[Found], made: str) -> Latest:
    """``found``: full dates of the page; ``made``: ISO date on which its system says that it was made. Where the
    page does not show today's date, entries without a year may be a few days newer than the newest full date."""
    today = max((one.day for one in _of_head(page, zones, found) if is_today(page, one)), default="")
    if today:
        return Latest(today, max(today, made))
    newest = max((one.day for one in found), default="")
    if made:
        return Latest(max(made, newest), made)
    if not newest:
        return Latest("", "")
    return Latest((date.fromisoformat(newest) + _SLIGHTLY_NEWER).isoformat(), "")


def _of_head(page: Outline, zones: list[Zone], found: list[Found]) -> Iterator[Found]:
    """The dates that the head of the page shows outside links."""
    for one in found:
        owner = page.owner_at(one.start)
        if one.start >= _HEAD and zones[owner] is not Zone.HEADER:
            return
        if page.enclosing(owner, _LINKS) < 0:
            yield one


def standing_alone(
    page: Outline,
    zones: list[Zone],
    full: list[Found],
    today: str,
    *,
    home: bool,
    attributes: tuple[str, ...] = (),
) -> list[Dated]:
    """Such dates of the main area in order (of a home page: of everything but header and foot). ``today``: ISO
    date from which words like 昨天 are counted, empty when the page does not tell it; ``attributes``: names of
    attributes with dates that stand somewhere in the page's source."""
    found = [Dated(one.start, one.stop, one.day) for one in full]
    found = [one for one in found if _alone(page, one.start, one.stop, tail=True)]
    found += _short_dates(page, today)
    told = _of_attributes(page, {one.start for one in full}, attributes)
    if told:
        taken = [(one.start, max(one.stop, one.start + 1)) for one in told]
        found = [one for one in found if not any(start <= one.start < stop for start, stop in taken)] + told
    found.sort(key=lambda one: one.start)
    kept: list[Dated] = []
    for one in found:
        owner = one.element if one.element >= 0 else page.owner_at(one.start)
        zone = zones[owner]
        if zone is Zone.FOOTER or (zone is not Zone.MAIN and not home) or zone is Zone.HEADER:
            continue
        if kept and one.start < kept[-1].stop:
            continue
        kept.append(one)
    return kept


def attributes_in(html: str) -> tuple[str, ...]:
    """Names of attributes for scripts that show dates, as far as they stand in the source."""
    return tuple(sorted(set(_attributes().findall(html)))) if _DATA in html else ()


@cache
def _attributes() -> re.Pattern[str]:
    return re.compile(
        rf"{_DATA}(?:{'|'.join(name.removeprefix(_DATA) for name in words('dates', 'attributes'))})(?==)"
    )


def _of_attributes(page: Outline, full: set[int], names: tuple[str, ...]) -> list[Dated]:
    """Dates that ``<time datetime>`` tells where its text does not, and those that a script shows in the empty
    element that has them."""
    found: list[Dated] = []
    for element in page.of_tag("time"):
        start, stop = page.start[element], page.stop[element]
        day = _day_of(page.attributes[element].get("datetime"))
        if day and not any(start <= place < stop for place in full):
            found.append(Dated(start, stop, day, own=start < stop, element=element))
    for element, attributes in enumerate(page.attributes) if names else ():
        if attributes and page.start[element] == page.stop[element]:
            day = next((day for name in names if (day := _day_of(attributes.get(name)))), "")
            if day:
                found.append(Dated(page.start[element], page.stop[element], day, element=element))
    return found


def _day_of(written: str | None) -> str:
    dates = find_dates(written) if written else []
    return dates[0].day if len(dates) == 1 else ""


def _alone(page: Outline, start: int, stop: int, *, tail: bool) -> bool:
    """Whether the date is all that its text says, apart from brackets and a label; ``tail``: or the last word of
    a line after a blank or in brackets."""
    run_start = page.run_start[page.run_at(start)]
    run_stop = page.run_stop[page.run_at(stop - 1)]
    before, behind = page.plain[run_start:start], page.plain[stop:run_stop]
    labels = _date_words()
    rest = labels.sub("", before) + behind
    if not _REMAINS.sub("", rest):
        return True
    # 作者：佚名 更新时间：2026-09-30 点击：77
    if before and before[-1] in ": " and _ends_with_label().search(before):
        rest = _other_labels().sub("", labels.sub("", before) + "\n" + behind)
        if not _REMAINS.sub("", rest):
            return True
    if not tail or _REMAINS.sub("", behind):
        return False
    if _REMAINS.sub("", before) == "":
        return True
    return before[-1:] in "[( " and not _REMAINS.sub("", behind)


def _short_dates(page: Outline, today: str) -> list[Dated]:
    """Dates of entries without year, in separate blocks, or as words."""
    found: list[Dated] = []
    previous = -1
    plain, starts, stops = page.plain, page.run_start, page.run_stop
    short = [
        (run, said)
        for run, (start, stop) in enumerate(zip(starts, stops, strict=True))
        if stop - start <= _LONGEST_RUN
        and (not "一" <= plain[start] <= "龥" or plain[start] in _DAYS_IN_WORDS)
        and (said := _date_text(plain[start:stop]))
    ]
    for run, said in short:
        if run == previous:
            continue
        stop = stops[run]
        one = _short_date(page, run, said, today)
        if one is not None:
            found.append(one)
            previous = run + 1 if one.stop > stop else run
    return found


@lru_cache(maxsize=16384)
def _date_text(run: str) -> str:
    """The text of a run without brackets when it may be such a date or a part of one, else empty. Kept over pages:
    most runs are words of menus and titles, the same on all of them."""
    said = run.strip(_AROUND)
    part = said.strip(_AROUND_BLOCKS)
    may_be = (
        is_relative_day(said)
        or _whole_month_day(said) is not None
        or any(form.fullmatch(part) for form in (_DAY, _MONTH, _YEAR_MONTH, _YEAR_MONTH_WORDS))
    )
    return said if may_be else ""


def _whole_month_day(said: str) -> MonthDay | None:
    """The date without year that ``said`` is as a whole."""
    short = month_day(said)
    if short is not None and short[1] == 0 and short[2] == len(said) and ("." not in said or len(said) == 5):
        return short[0]
    return None


def _short_date(page: Outline, run: int, said: str, today: str) -> Dated | None:
    start, stop = page.run_start[run], page.run_stop[run]
    blocks = _blocks(page, run, said)
    if blocks is not None:
        return blocks
    if is_relative_day(said):
        return Dated(start, stop, relative_day(said, today))
    short = _whole_month_day(said)
    return Dated(start, stop, "", short) if short is not None else None


def _year_behind(page: Outline, run: int) -> tuple[str, int] | None:
    """The year that a text near day and month is as a whole, and where it ends."""
    if run >= len(page.run_start) or page.run_start[run] - page.run_stop[run - 1] > 1:
        return None
    match = _YEAR.fullmatch(page.plain[page.run_start[run] : page.run_stop[run]].strip(_AROUND_BLOCKS))
    return (match["y"], page.run_stop[run]) if match is not None else None


def _blocks(page: Outline, run: int, said: str) -> Dated | None:
    """Day and month in neighbouring blocks: ``30`` over ``2026-09``, or ``2026-09`` over ``30``."""
    if run + 1 >= len(page.run_start):
        return None
    start, stop = page.run_start[run], page.run_stop[run + 1]
    if stop - start > _LONGEST_RUN:
        return None
    following = page.plain[page.run_start[run + 1] : stop].strip(" []()/-.")
    first, second = said.strip(_AROUND_BLOCKS), following
    for day_text, month_text in ((first, second), (second, first)):
        day = _DAY.fullmatch(day_text)
        if day is None:
            continue
        month = _YEAR_MONTH.fullmatch(month_text) or _YEAR_MONTH_WORDS.fullmatch(month_text)
        if month is not None:
            dates = find_dates(f"{month['y']}-{month['m']}-{day['d']}")
            return Dated(start, stop, dates[0].day, own=True) if dates else None
        only_month = _MONTH.fullmatch(month_text)
        if only_month is not None:
            year = _year_behind(page, run + 2)
            if year is not None:
                dates = find_dates(f"{year[0]}-{only_month['m']}-{day['d']}")
                return Dated(start, year[1], dates[0].day, own=True) if dates else None
            short = month_day(f"{only_month['m']}-{day['d']}")
            return Dated(start, stop, "", short[0]) if short else None
    return None
