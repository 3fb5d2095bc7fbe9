"""Phone numbers in the texts of guides."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from govaudit.checks.guides.wording import word_list

_FILE = "contact_numbers"
_CANDIDATE = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?[(]?0?[0-9]{2,4}[)]?(?:[- ][0-9]{2,8}){1,3}(?![0-9])"
    r"|(?<![0-9A-Za-z])[(]0[0-9]{2,3}[)] ?[0-9]{5,9}"
    r"|(?<![0-9A-Za-z.])(?:\+?86)?[0-9]{3,14}(?![0-9A-Za-z])"
)
_TIME_OR_DATE = re.compile(
    r"[0-9]{1,2}[:时][0-9]{0,2}|(?:19|20)[0-9]{2}[-年./][0-9]{1,2}[-月./][0-9]{1,2}|[0-9]{1,2}月[0-9]{1,2}日"
    r"|[0-9]+[号楼室层路栋幢单元座区米天日份页]"
)
_DASHES = re.compile("[—–‐‑−]")
_MOBILE = re.compile(r"(?:86)?1[3-9][0-9]{9}")
_WITH_AREA = re.compile(r"(?:86)?0?(?:(?<=0)|(?<=86))(?:10|2[0-9]|[3-9][0-9]{2})([2-9][0-9]{6,7})")
_SERVICE = re.compile(r"(?:400|800)[0-9]{7}")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}")
_AREA = re.compile(r"^(?:86)?(010|02[0-9]|0[3-9][0-9]{2})")

_EXTENSION = 5
_WITH_AREA_FROM = 10


@dataclass(frozen=True, slots=True)
class Phone:
    """``text``: as written, narrow; ``digits``: without signs; ``sound``: it can be dialled."""

    text: str
    digits: str
    sound: bool

    @property
    def area(self) -> str:
        """Area code, empty when there is none."""
        match = _AREA.match(self.digits)
        return match[1] if match and _WITH_AREA.match(self.digits) else ""

    @property
    def local(self) -> str:
        """The number without its area code and extension, for comparing."""
        match = _WITH_AREA.match(self.digits)
        if match:
            return match[1]
        return _AREA.sub("", self.digits) if len(self.digits) >= _WITH_AREA_FROM else self.digits

    @property
    def placeholder(self) -> bool:
        """Whether somebody meant to replace it."""
        known = {re.sub(r"\D", "", one) for one in word_list(_FILE, "placeholders")}
        return self.digits in known or self.local in known or set(self.local) in ({"0"}, {"1"})


def phones_in(text: str) -> list[Phone]:
    """The phone numbers of a text in their order; numbers of another kind (times, dates, house numbers) are none."""
    narrow = _TIME_OR_DATE.sub("|", _DASHES.sub("-", unicodedata.normalize("NFKC", text)))
    found: list[Phone] = []
    for match in _CANDIDATE.finditer(narrow):
        found.extend(_parts(match[0].strip()))
    return found


def _parts(text: str) -> list[Phone]:
    digits = re.sub(r"[^0-9]", "", text)
    if _is_sound(digits):
        return [Phone(text, digits, sound=True)]
    pieces = re.split(r"[- ]+", text)
    for cut in (len(pieces) - 1, len(pieces) - 2):
        # 0990-6612345-803: an extension; 6612345-6612346: two numbers.
        head, tail = "".join(pieces[:cut]), "".join(pieces[cut:])
        head_digits, tail_digits = re.sub(r"\D", "", head), re.sub(r"\D", "", tail)
        if cut > 0 and _is_sound(head_digits) and (len(tail_digits) <= _EXTENSION or _is_sound(tail_digits)):
            more = [Phone(tail, tail_digits, sound=True)] if _is_sound(tail_digits) else []
            return [Phone(head, head_digits, sound=True), *more]
    if len(digits) < 5 and not _is_short(digits):
        return []
    return [Phone(text, digits, sound=_is_short(digits))]


def _is_sound(digits: str) -> bool:
    return any(one.fullmatch(digits) for one in (_MOBILE, _WITH_AREA, _SERVICE, _LOCAL)) or _is_short(digits)


def _is_short(digits: str) -> bool:
    """A service number such as 12345, also behind an area code."""
    bare = _AREA.sub("", digits) if len(digits) >= 8 else digits
    return any(re.fullmatch(one, bare) for one in word_list(_FILE, "short-numbers"))
