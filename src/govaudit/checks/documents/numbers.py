"""Numbers of official documents (文号): code of the office, year, serial number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.inspection.vocabulary import simplified

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = r"[一-龥][一-龥A-Za-z·]{0,14}(?:\([一-龥]{1,4}\))?[一-龥]{0,3}"
_NUMBER = re.compile(
    rf"(?P<code>{_CODE})\s*[〔\[(【〈<]\s*(?P<year>(?:19|20)\d\d)\s*(?:年)?\s*[〕\])】〉>]\s*(?:第\s*)?"
    r"(?P<serial>\d{1,5})\s*号"
)
_IN_TITLE = (
    r"[一-龥]{2,12}\s*[〔\[(（【﹝［]\s*(?:19|20)\d\d\s*年?\s*[〕\])）】﹞］]\s*(?:第\s*)?\d{1,5}\s*[号號]"
)
_BEFORE_TITLE = re.compile(rf"\s*(?:[（(【\[]\s*{_IN_TITLE}\s*[）)】\]]\s*|{_IN_TITLE}[\s:：]+)")


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """``code``: of the office, in simplified characters; the brackets do not matter."""

    code: str
    year: int
    serial: int

    def __str__(self) -> str:
        return f"{self.code}〔{self.year}〕{self.serial}号"

    def is_in(self, other: DocumentNumber) -> bool:
        """Whether ``other``, read from running text with what may stand before its code, is this number."""
        return (self.year, self.serial) == (other.year, other.serial) and other.code.endswith(self.code)


def parse_number(text: str) -> DocumentNumber | None:
    """The number that ``text`` consists of, brackets around it left off; ``None`` when it is none."""
    plain = _plain(text).strip().strip("()").strip()
    match = _NUMBER.fullmatch(plain) or _NUMBER.fullmatch(plain + ")")
    return _made(match) if match else None


def numbers_in(text: str) -> Iterator[DocumentNumber]:
    """All numbers in running text, in order. A code may have the words before it in front: see ``is_in``."""
    return map(_made, _NUMBER.finditer(_plain(text)))


def without_number(title: str) -> str:
    """A title without the number, in brackets or not, that some sites put in front of it."""
    match = _BEFORE_TITLE.match(title)
    return title[match.end() :] or title if match else title


def _made(match: re.Match[str]) -> DocumentNumber:
    return DocumentNumber("".join(match["code"].split()), int(match["year"]), int(match["serial"]))


def _plain(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text))
