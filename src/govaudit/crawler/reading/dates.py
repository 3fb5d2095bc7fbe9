"""Dates in text: every form that pages of public bodies use, with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

import msgspec

_FIRST_YEAR, _LAST_YEAR = 1949, 2099
_ROC_OFFSET = 1911
_TIME = (
    r"(?:[ T,\n]{0,3}(?P<h>[01]?\d|2[0-4])[:时](?P<n>[0-5]\d)"
    r"(?:[:分](?P<s>[0-5]\d)(?:\.\d{1,3})?秒?|分)?(?!\d|[:]\d))?"
)
_END = r"(?:(?!\d|\.\d|[-/]\d)|(?=\d\d:\d\d))"
# What may not stand before a date is looked at behind its year: a scan leaps to the years that way.
_FULL = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?<!\d\d{4})(?<!\d[-/.]\d{4})"
    rf"(?:(?: ?- ?(?P<m1>\d{{1,2}}) ?- ?(?P<d1>\d{{1,2}})|/(?P<m2>\d{{1,2}})/(?P<d2>\d{{1,2}})"
    rf"|\.(?P<m3>\d{{1,2}})\.(?P<d3>\d{{1,2}})){_END}"
    r"|[ \n]?年[ \n]?(?P<m4>\d{1,2})[ \n]?月[ \n]?(?P<d4>\d{1,2})(?:[ \n]?[日号]|(?!\d)))" + _TIME
)
_CENTURIES = ("19", "20")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
# Tried at a year: the words before it, and the time behind it.
_ENGLISH_BEFORE = re.compile(
    rf"(?:(?<![A-Z]){_MONTH_NAME}[ \n](?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?"
    rf"|(?<!\d)(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?[ \n]{_MONTH_NAME.replace('<month>', '<month2>')},?)[ \n]$"
)
_ENGLISH_YEAR = re.compile(r"(?P<y>(?:19|20)\d\d)(?!\d)" + _TIME)
_LONGEST_ENGLISH = 20
_DIGITS = "〇零一二三四五六七八九"
_CHINESE = re.compile(
    r"(?P<y>[一二][〇零一二三四五六七八九]{3})[ \n]?年[ \n]?(?P<m>[一二三四五六七八九十元]{1,2}|十[一二])[ \n]?月[ \n]?"
    r"(?P<d>[一二三四五六七八九十廿卅]{1,3})[ \n]?日"
)
_CHINESE_CENTURIES = ("二〇", "二零", "一九")
_ROC = re.compile(
    r"(?:中华)?民国[ \n]?(?P<y>\d{2,3}|[一二三四五六七八九十百〇零]{1,5})[ \n]?[年.]"
    r"[ \n]?(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})[ \n]?[月.]"
    r"[ \n]?(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})[ \n]?日?"
)
_COMPACT = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH_DAY = re.compile(
    r"(?<![\d年./-])(?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2})|月(?P<d2>\d{1,2})日?)(?![\d%./-])"
)
_RELATIVE = re.compile(
    r"(?P<word>刚刚|今天|今日|昨天|昨日|前天)(?: ?(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?"
    r"|(?P<n>\d{1,3}) ?(?P<unit>分钟|小时|天|日)前"
)
_RELATIVE_DAYS = {"刚刚": 0, "今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_LIKE = re.compile(
    r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d|[〇零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月"
    r"|民国.{1,4}年|(?<!\d)\d{1,2}月\d{1,2}日|(?<![\d-])\d\d-\d\d(?![\d-])|(?<!\d)\d\d[-/.]\d\d[-/.]\d\d(?!\d)"
    r"|(?<![A-Za-z])(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.? \d"
    r"|\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,? (?:19|20)\d\d"
)
_IN_ADDRESS = (
    re.compile(r"/(?P<y>20\d\d|19\d\d)/(?P<m>\d{1,2})/(?P<d>\d{1,2})(?=/)"),
    re.compile(r"/(?P<y>20\d\d|19\d\d)-(?P<m>\d\d)[-/](?P<d>\d\d)(?=\D|$)"),
    re.compile(r"/t?(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?=[_/.]|\d{4,11}\.|$)"),
    re.compile(r"[_-](?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?=[_/.]|$)"),
)
_MONTH_IN_ADDRESS = re.compile(r"/(?P<y>20\d\d|19\d\d)[-/]?(?P<m>0[1-9]|1[0-2])(?=/)")
_YEAR_IN_ADDRESS = re.compile(r"/(?P<y>20\d\d)(?=/)")


class Found(msgspec.Struct, frozen=True, gc=False):
    """A date at ``start``–``stop`` of the text. ``value``: ISO date, with `` HH:MM`` when ``exact``."""

    start: int
    stop: int
    value: str

    @property
    def day(self) -> str:
        """ISO date without the time."""
        return self.value[:10]


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A date without its year."""

    month: int
    day: int


def find_dates(text: str) -> list[Found]:
    """All full dates of ``text`` (narrow, simplified) in order: 2026-09-30, 2026/9/30, 2026.09.30, 2026年9月30日,
    二〇二六年九月三十日, 民国115年9月30日, September 30, 2026, 30 Sept 2026; with the time of day when that follows."""
    found = _numeric_and_english(text)
    if any(century in text for century in _CHINESE_CENTURIES):
        found += [one for match in _CHINESE.finditer(text) if (one := _of_chinese(match)) is not None]
    if "民国" in text:
        found += [one for match in _ROC.finditer(text) if (one := _of_roc(match)) is not None]
        found = _outermost(found)
    found.sort(key=lambda one: one.start)
    return found


def _numeric_and_english(text: str) -> list[Found]:
    """What ``_FULL`` finds, tried only where a year may begin: looking for its century is much faster. Behind a
    blank that year may end an English date."""
    found: list[Found] = []
    stop = 0
    for place in _centuries(text):
        if place < stop:
            continue
        match = _FULL.match(text, place)
        one = _of_full(match) if match is not None else None
        if match is None and place and text[place - 1] in " \n":
            one = _of_english(text, stop, place)
        if match is not None:
            stop = match.end()
        if one is not None:
            found.append(one)
            stop = one.stop
    return found


def _of_english(text: str, begin: int, place: int) -> Found | None:
    before = text[max(begin, place - _LONGEST_ENGLISH) : place]
    if not before[-3:].isascii():
        return None
    words = _ENGLISH_BEFORE.search(before)
    year = _ENGLISH_YEAR.match(text, place) if words is not None else None
    if words is None or year is None:
        return None
    month = _MONTHS.index((words["month"] or words["month2"])[:3].lower()) + 1
    day = _day(_int(year["y"]), month, _int(words["day"] or words["day2"]))
    if day is None:
        return None
    start = place - len(before) + words.start()
    return Found(start, year.end(), day.isoformat() + _time(year))


def _centuries(text: str) -> list[int]:
    found: list[int] = []
    for century in _CENTURIES:
        place = text.find(century)
        while place >= 0:
            found.append(place)
            place = text.find(century, place + 1)
    found.sort()
    return found


def only_date(text: str) -> Found | None:
    """The date of a text that is expected to be one, which allows 20260930 too."""
    found = find_dates(text)
    if found:
        return found[0]
    match = _COMPACT.search(text)
    return _found(match, _int(match["y"]), _int(match["m"]), _int(match["d"])) if match else None


def month_day(text: str) -> tuple[MonthDay, int, int] | None:
    """A date without year in ``text`` (``09-30``, ``9月30日``), with start and stop."""
    match = _MONTH_DAY.search(text)
    if match is None:
        return None
    month, day = _int(match["m"]), _int(match["d"] or match["d2"])
    if not (1 <= month <= 12 and 1 <= day <= 31) or _day(2000, month, day) is None:
        return None
    return MonthDay(month, day), match.start(), match.end()


def is_relative_day(text: str) -> bool:
    """Whether ``text`` is a word like 今天, 昨天, 3天前."""
    return _RELATIVE.fullmatch(text.strip()) is not None


def relative_day(text: str, today: str) -> str:
    """ISO date of 今天, 昨天, 3天前 … seen from ``today`` (ISO), empty when ``text`` is no such word."""
    match = _RELATIVE.fullmatch(text.strip())
    if match is None or not today:
        return ""
    days = _RELATIVE_DAYS.get(match["word"] or "", 0)
    if match["n"] and match["unit"] in {"天", "日"}:
        days = _int(match["n"])
    return (date.fromisoformat(today) - timedelta(days=days)).isoformat()


def with_year(found: MonthDay, address: str, latest: str) -> str:
    """ISO date of a date without year, empty when nothing tells the year.

    The address of the entry tells it best (``/202310/``, ``t20231011_``): the year that brings the date nearest
    to it. Else it is the newest year in which the date is not after ``latest``, the newest day that the
    entries of the page may have. A year is never taken from the clock.
    """
    hint = address_date(address) or _month_of_address(address)
    if hint:
        near = date.fromisoformat(hint)
        days = [
            day
            for year in (near.year - 1, near.year, near.year + 1)
            if (day := _day(year, found.month, found.day))
        ]
        return min(days, key=lambda day: abs((day - near).days)).isoformat() if days else ""
    if not latest:
        year = _YEAR_IN_ADDRESS.search(address)
        day = _day(_int(year["y"]), found.month, found.day) if year else None
        return day.isoformat() if day else ""
    end = date.fromisoformat(latest)
    for year_number in range(end.year, end.year - 5, -1):
        candidate = _day(year_number, found.month, found.day)
        if candidate is not None and candidate <= end:
            return candidate.isoformat()
    return ""


@lru_cache(maxsize=8192)
def address_date(address: str) -> str:
    """ISO date that an address holds (``/art/2016/11/22/``, ``t20260511_``), empty when it holds none."""
    path = "/" + address.partition("://")[2].partition("/")[2]
    for pattern in _IN_ADDRESS:
        match = pattern.search(path)
        if match:
            day = _day(_int(match["y"]), _int(match["m"]), _int(match["d"]))
            if day is not None:
                return day.isoformat()
    return ""


def looks_like_date(text: str) -> bool:
    """Whether some part of ``text`` (narrow, simplified) looks like a date, understood or not."""
    return _LIKE.search(text) is not None


def _month_of_address(address: str) -> str:
    match = _MONTH_IN_ADDRESS.search("/" + address.partition("://")[2].partition("/")[2])
    if match is None:
        return ""
    day = _day(_int(match["y"]), _int(match["m"]), 15)
    return day.isoformat() if day else ""


def _of_full(match: re.Match[str]) -> Found | None:
    month = match["m1"] or match["m2"] or match["m3"] or match["m4"]
    day = match["d1"] or match["d2"] or match["d3"] or match["d4"]
    return _found(match, _int(match["y"]), _int(month), _int(day), _time(match))


def _time(match: re.Match[str]) -> str:
    if match["h"] is None or _int(match["h"]) > 23:
        return ""
    return f" {_int(match['h']):02d}:{match['n']}"


def _of_chinese(match: re.Match[str]) -> Found | None:
    year = _int(
        "".join(
            str(_DIGITS.replace("零", "").index(character)) for character in match["y"].replace("零", "〇")
        )
    )
    return _found(match, year, _chinese_number(match["m"]), _chinese_number(match["d"]))


def _of_roc(match: re.Match[str]) -> Found | None:
    year = _int(match["y"]) if match["y"].isdecimal() else _chinese_number(match["y"])
    return _found(match, year + _ROC_OFFSET, _number(match["m"]), _number(match["d"]))


def _number(text: str) -> int:
    return _int(text) if text.isdecimal() else _chinese_number(text)


@cache
def _usual_numbers() -> dict[str, int]:
    """1 to 99 as dates write them."""
    ones = ("", *"一二三四五六七八九")
    tens = ("", "十", *(f"{digit}十" for digit in ones[2:]))
    return {tens[number // 10] + ones[number % 10]: number for number in range(1, 100)}


@lru_cache(maxsize=256)
def _chinese_number(text: str) -> int:
    """A Chinese number as text → number, 0 when it is none."""
    written = text.replace("元", "一").replace("廿", "二十").replace("卅", "三十").replace("〇", "零")
    usual = _usual_numbers().get(written)
    if usual is not None:
        return usual
    try:
        import cn2an  # noqa: PLC0415 - compiles for half a second, and only unusual numerals need it

        return int(cn2an.cn2an(written, "smart"))
    except ValueError:
        return 0


def _found(match: re.Match[str], year: int, month: int, day: int, time: str = "") -> Found | None:
    real = _day(year, month, day)
    if real is None:
        return None
    return Found(match.start(), match.end(), real.isoformat() + time)


def _outermost(found: list[Found]) -> list[Found]:
    ordered = sorted(found, key=lambda one: (one.start, -one.stop))
    kept: list[Found] = []
    for one in ordered:
        if not kept or one.start >= kept[-1].stop:
            kept.append(one)
    return kept


def _int(text: str) -> int:
    return int(text)


def _day(year: int, month: int, day: int) -> date | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
