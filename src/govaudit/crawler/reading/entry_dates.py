"""Dates that stand alone, as dates of list entries do: whole, without year, in separate blocks, as words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.dates import MonthDay, find_dates, is_relative_day, month_day, relative_day
from govaudit.crawler.reading.words import alternatives
from govaudit.crawler.reading.zones import Zone

if TYPE_CHECKING:
    from govaudit.crawler.reading.dates import Found
    from govaudit.crawler.reading.outline import Outline

_LONGEST_RUN = 24
_REMAINS = re.compile(r"[ \n\[\]()<>:：|·•.,，。\-—/*~]+")
_YEAR_MONTH = re.compile(r"(?P<y>20\d\d)(?:[-./]|年)(?P<m>\d{1,2})月?")
_YEAR_MONTH_WORDS = re.compile(r"(?P<m>\d{1,2})(?:月|[-./])(?P<y>20\d\d)年?")
_DAY = re.compile(r"(?P<d>\d{1,2})日?")
_MONTH = re.compile(r"(?P<m>\d{1,2})月")
# The only characters of Chinese writing that such a date begins with: 刚刚, 今天, 昨天, 前天.
_DAYS_IN_WORDS = "刚今昨前"
_AROUND = " []()·•:-"
_AROUND_BLOCKS = " /-."


@dataclass(slots=True)
class Dated:
    """A date that stands alone, as dates of entries do."""

    start: int
    stop: int
    day: str
    without_year: MonthDay | None = None


@cache
def _date_words() -> re.Pattern[str]:
    return re.compile(alternatives("dates", "published", "published-beside-title", "table", spaced=True))


def standing_alone(
    page: Outline, zones: list[Zone], full: list[Found], latest: str, *, home: bool
) -> list[Dated]:
    """Such dates of the main area in order (of a home page: of everything but header and foot). ``latest``: ISO
    date from which words like 昨天 are counted."""
    found = [Dated(one.start, one.stop, one.day) for one in full]
    found = [one for one in found if _alone(page, one.start, one.stop, tail=True)]
    found += _short_dates(page, latest)
    found.sort(key=lambda one: one.start)
    kept: list[Dated] = []
    for one in found:
        owner = page.owner_at(one.start)
        zone = zones[owner]
        if zone is Zone.FOOTER or (zone is not Zone.MAIN and not home) or zone is Zone.HEADER:
            continue
        if kept and one.start < kept[-1].stop:
            continue
        kept.append(one)
    return kept


def _alone(page: Outline, start: int, stop: int, *, tail: bool) -> bool:
    """Whether the date is all that its text says, apart from brackets and a label; ``tail``: or the last word of
    a line after a blank or in brackets."""
    run_start = page.run_start[page.run_at(start)]
    run_stop = page.run_stop[page.run_at(stop - 1)]
    before, behind = page.plain[run_start:start], page.plain[stop:run_stop]
    rest = _date_words().sub("", before) + behind
    if not _REMAINS.sub("", rest):
        return True
    if not tail or _REMAINS.sub("", behind):
        return False
    if _REMAINS.sub("", before) == "":
        return True
    return before[-1:] in "[( " and not _REMAINS.sub("", behind)


def _short_dates(page: Outline, latest: str) -> list[Dated]:
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
        one = _short_date(page, run, said, latest)
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


def _short_date(page: Outline, run: int, said: str, latest: str) -> Dated | None:
    start, stop = page.run_start[run], page.run_stop[run]
    blocks = _blocks(page, run, said)
    if blocks is not None:
        return blocks
    day = relative_day(said, latest)
    if day:
        return Dated(start, stop, day)
    short = _whole_month_day(said)
    return Dated(start, stop, "", short) if short is not None else None


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
            return Dated(start, stop, dates[0].day) if dates else None
        only_month = _MONTH.fullmatch(month_text)
        if only_month is not None:
            short = month_day(f"{only_month['m']}-{day['d']}")
            return Dated(start, stop, "", short[0]) if short else None
    return None
