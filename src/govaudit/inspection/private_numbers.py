"""Private numbers in text: identity cards, bank cards and mobile telephones of persons.

What is told apart: numbers of offices, documents, orders and units, and what somebody has masked before. Words and
prefixes are data (``private_numbers.yaml``).
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

NumberKind = Literal["identity", "card", "mobile", "contact"]
"""``contact``: a mobile telephone that stands where an office names whom to call."""

_NUMBER = re.compile(
    r"""
    (?<![0-9A-Za-z*_.=#-])(?:
      (?P<identity>[1-9][0-9]{5}[ ]?(?:19|20)[0-9]{2}[01][0-9][0-3][0-9][ ]?[0-9]{3}[0-9Xx])
    | (?P<card>[3-6][0-9]{3}(?P<gap>[ -]?)[0-9]{4}(?P=gap)[0-9]{4}(?P=gap)[0-9]{4}(?:(?P=gap)[0-9]{1,3})?)
    | (?P<mobile>(?:(?:\+|00)?86[ -]?)?1[3-9][0-9]([ -]?)[0-9]{4}\5[0-9]{4})
    )(?![0-9A-Za-z*]|[.-][0-9])
    """,
    re.VERBOSE,
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_SEPARATORS = re.compile(r"[ -]")
_LONG_RUN = re.compile(r"[0-9](?:[ -]?[0-9]){10,}[Xx]?")
_SHOWN = {"identity": (3, 2), "card": (4, 4), "mobile": (3, 4), "contact": (3, 4)}
_NEAR, _LABEL, _SENTENCE = 60, 14, 40


class PrivateNumber(msgspec.Struct, frozen=True, array_like=True):
    """A number as it may be told. ``masked``: as long as it is written; ``sentence``: the words around it, masked;
    ``place``: ``text``, ``attribute`` or ``script``."""

    kind: NumberKind
    masked: str
    sentence: str = ""
    place: str = "text"


class Found(msgspec.Struct, frozen=True):
    """A number in a text that is not masked yet."""

    kind: NumberKind
    start: int
    stop: int


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    divisions: dict[str, str]
    card_prefixes: tuple[str, ...]
    card_words: tuple[str, ...]
    other_numbers: tuple[str, ...]
    units: tuple[str, ...]
    contact_words: tuple[str, ...]
    person_words: tuple[str, ...]
    head_words: tuple[str, ...]


class _Words(msgspec.Struct, frozen=True):
    card: re.Pattern[str]
    other: re.Pattern[str]
    unit: re.Pattern[str]
    contact: re.Pattern[str]
    person: re.Pattern[str]


@cache
def _table() -> _Table:
    document = load_yaml(files("govaudit") / "inspection" / "private_numbers.yaml")
    try:
        return msgspec.convert(document.data, _Table)
    except msgspec.ValidationError as error:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": str(error)})) from error


def heads_of_persons(heads: Iterable[str]) -> str:
    """Those heads of a table's columns which say that its rows are persons."""
    words = _table().head_words
    return " ".join(head for head in heads if any(word in head for word in words))


@cache
def _divisions() -> frozenset[str]:
    """First four digits of identity numbers."""
    return frozenset(
        province + city for province, cities in _table().divisions.items() for city in cities.split()
    )


@cache
def _words() -> _Words:
    table = _table()
    return _Words(
        _any(table.card_words),
        re.compile(rf"(?:{_any(table.other_numbers).pattern})[^，。；、,;]{{0,6}}$", re.IGNORECASE),
        _any(table.units),
        _any(table.contact_words),
        _any(table.person_words),
    )


def _any(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE)


def private_numbers(text: str, heading: Callable[[int], str] = lambda _: "") -> list[Found]:
    """All numbers of persons in a text, in its order. ``heading``: what stands above the column or row of a table at
    a place, empty outside of tables."""
    found: list[Found] = []
    for match in _NUMBER.finditer(text):
        kind = _kind_of(match, text, heading)
        if kind is not None:
            found.append(Found(kind, match.start(), match.end()))
    return [_with_company(one, found, text) for one in found]


def _kind_of(match: re.Match[str], text: str, heading: Callable[[int], str]) -> NumberKind | None:
    words = _words()
    start, stop = match.span()
    line = text[max(text.rfind("\n", 0, start) + 1, start - _NEAR) : start]
    if words.other.search(line):
        return None
    digits = _SEPARATORS.sub("", match[0])
    if match["identity"]:
        return "identity" if is_identity_number(digits) else None
    above = heading(start)
    if match["card"]:
        near = f"{above}\n{line}"
        return "card" if is_card_number(digits) and words.card.search(near) else None
    if words.unit.match(text, stop) or line.endswith(("¥", "￥", "$")):
        return None
    if words.person.search(line) or words.person.search(above):
        return "mobile"
    return "contact" if words.contact.search(line) or words.contact.search(above) else "mobile"


def holds_number(text: str) -> bool:
    """Whether some number in a piece of text has the form and the check digit of a person's."""
    for match in _NUMBER.finditer(text):
        digits = _SEPARATORS.sub("", match[0])
        if match["mobile"] or (is_identity_number(digits) if match["identity"] else is_card_number(digits)):
            return True
    return False


def _with_company(one: Found, all_found: list[Found], text: str) -> Found:
    """A telephone beside the number of a person's card is that person's."""
    if one.kind != "contact":
        return one
    beside = any(
        other.kind in {"identity", "card"} and "\n" not in text[min(one.stop, other.stop) : max(one.start, other.start)]
        for other in all_found
    )  # fmt: skip
    return Found("mobile", one.start, one.stop) if beside else one


def is_identity_number(digits: str) -> bool:
    """Whether 18 characters are the number of an identity card: city, date of birth and check digit."""
    if len(digits) != 18 or digits[:4] not in _divisions():
        return False
    try:
        date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return _CHECK_DIGITS[total % 11] == digits[17].upper()


def is_card_number(digits: str) -> bool:
    """Whether digits are the number of a bank card: known prefix and Luhn's check digit."""
    if not digits.startswith(_table().card_prefixes):
        return False
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def masked(number: str, kind: NumberKind) -> str:
    """A number with stars in its middle, as long as it is written."""
    before, after = _SHOWN[kind]
    places = [place for place, character in enumerate(number) if character not in " -+"]
    hidden = set(places[before : len(places) - after])
    return "".join("*" if place in hidden else character for place, character in enumerate(number))


def without_numbers(text: str, found: list[Found]) -> str:
    """``text`` with the numbers that were found in it masked; as long as it was."""
    pieces, done = [], 0
    for one in found:
        pieces += [text[done : one.start], masked(text[one.start : one.stop], one.kind)]
        done = one.stop
    return "".join([*pieces, text[done:]])


def sentence_at(text: str, start: int, stop: int) -> str:
    """The words around a place of a text in which numbers are masked, in one line; no long number is left in it."""
    first = max(text.rfind("\n", 0, start) + 1, start - _SENTENCE)
    last = text.find("\n", stop)
    cut = text[first : min(len(text) if last < 0 else last, stop + _SENTENCE)]
    return " ".join(_LONG_RUN.sub(_stars, cut).split())


def _stars(match: re.Match[str]) -> str:
    return match[0][:3] + "*" * (len(match[0]) - 3)


def told(text: str, found: list[Found]) -> Iterator[PrivateNumber]:
    """The numbers of a text as they may be told."""
    safe = without_numbers(text, found)
    for one in found:
        yield PrivateNumber(one.kind, safe[one.start : one.stop], sentence_at(safe, one.start, one.stop))
