"""Days as document pages write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_NUMERALS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "O": 0,
}
_TENS = {"十": 10, "廿": 20, "卅": 30}
_WRITTEN = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\s?(?:年|[-/.])\s?(?P<m>\d{1,2})\s?(?:月|[-/.])\s?(?P<d>\d{1,2})(?!\d)\s?日?"
)
_IN_NUMERALS = re.compile(
    r"(?P<y>[一二][〇零○O一二三四五六七八九]{3})年(?P<m>[一二三四五六七八九十]{1,2})月"
    r"(?P<d>[一二三四五六七八九十廿卅]{1,3})日"
)


def day_in(text: str) -> date | None:
    """The first day that ``text`` names with its year, ``None`` when there is none."""
    found = day_and_end(text)
    return found[0] if found else None


def is_day(text: str) -> date | None:
    """The day, when ``text`` is nothing else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = day_and_end(plain)
    if found is None or plain[found[1] :].strip() or not plain[0].isalnum():
        return None
    return found[0] if _first(plain) == 0 else None


def day_and_end(text: str) -> tuple[date, int] | None:
    """The first day in ``text`` and where it ends in the text after width folding."""
    plain = unicodedata.normalize("NFKC", text)
    for match in sorted((*_WRITTEN.finditer(plain), *_IN_NUMERALS.finditer(plain)), key=re.Match.start):
        try:
            return date(*(_value(match[part]) for part in "ymd")), match.end()
        except ValueError:
            continue
    return None


def _first(plain: str) -> int:
    return min(
        (match.start() for one in (_WRITTEN, _IN_NUMERALS) if (match := one.search(plain))), default=-1
    )


def _value(written: str) -> int:
    if written.isdecimal() and written.isascii():
        return int(written)
    if any(character in _TENS for character in written):
        return _below_hundred(written)
    return int("".join(str(_NUMERALS[character]) for character in written))


def _below_hundred(written: str) -> int:
    """Numerals with a ten: 十, 十二, 二十, 二十一, 廿三."""
    at = next(place for place, character in enumerate(written) if character in _TENS)
    before, ten, after = written[:at], _TENS[written[at]], written[at + 1 :]
    tens = _NUMERALS[before] * ten if before else ten
    return tens + (_NUMERALS[after] if after else 0)
