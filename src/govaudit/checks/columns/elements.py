"""Elements that a column or page has to hold, and where what its pages say names them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, field_validator

from govaudit.inspection.errors import InputError
from govaudit.inspection.validation import problems_of
from govaudit.inspection.vocabulary import fold, simplified
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.inspection.page_text import Line

_BEFORE_LABEL = re.compile(r"[一-龥A-Za-z]\Z")
_BEHIND_LABEL = re.compile(r"\s*(?:\([^()]{0,20}\))?\s*(?:[:\t]|$|(?=[ |/、)\]】》]))")
_LINKS_LABELS = re.compile(r"\s*[/、&(]\s*")
_FILLER = re.compile(r"[\W_xX]*")
_NUMBERED = re.compile(
    r"\s*(?:[(]?[一二三四五六七八九十]{1,3}[)、.]|第[一二三四五六七八九十]{1,3}[章节条部])"
)
_IS = re.compile(r"\s*[是为]\s*")
_ASKS = frozenset(":\t")
_TELLING = 4
"""A name of so many characters means its element wherever it stands; a shorter one only as a label."""
_LINES_BEHIND = 5
_BEHIND_IN_SENTENCE = 60
_QUOTED = 80


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...] = ()
    value: str = ""
    shown: str = ""

    @field_validator("value", "shown")
    @classmethod
    def _compiles(cls, text: str) -> str:
        re.compile(text)
        return text


_VOCABULARY = TypeAdapter(dict[str, _Entry])


@dataclass(frozen=True, slots=True)
class Element:
    """Something that a page has to say. ``endings``: names that mean it at the end of longer ones; ``label``: finds its
    names; ``value``: what is said of it behind a name inside a sentence; ``shown``: what shows it without a name."""

    name: str
    names: frozenset[str]
    endings: tuple[str, ...]
    label: re.Pattern[str]
    value: re.Pattern[str] | None
    shown: re.Pattern[str] | None

    def is_named(self, title: str) -> bool:
        """Whether a title says the element's name, or a longer one that ends with it."""
        folded = fold(title)
        return folded in self.names or folded.endswith(self.endings)


@dataclass(frozen=True, slots=True)
class Named:
    """An element as a page shows it: ``filled`` when something is said of it; ``text``: the words."""

    filled: bool
    text: str


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    entries: dict[str, _Entry]
    labels: re.Pattern[str]
    """Any name of any element, as a label at the beginning of what it stands in."""


@cache
def _vocabulary() -> _Vocabulary:
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "elements.yaml")
    try:
        entries = _VOCABULARY.validate_python(document.data)
    except ValidationError as error:
        raise InputError(*problems_of(error, document)) from error
    names = {name for canonical, entry in entries.items() for name in (canonical, *entry.names)}
    return _Vocabulary(
        entries, re.compile(rf"(?:{_alternatives(names)})\s*(?:\([^()]{{0,20}}\))?\s*(?:[:\t]|$)")
    )


def _alternatives(names: Iterable[str]) -> str:
    """A pattern for names, the longest first, with blanks between their characters."""
    ordered = sorted(map(plain, names), key=lambda name: (-len(name), name))
    return "|".join("[ ]{0,6}".join(map(re.escape, name)) for name in ordered)


@lru_cache(maxsize=65_536)  # the lines of a template come back on every page
def plain(text: str) -> str:
    """``text`` in narrow and simplified characters."""
    return simplified(unicodedata.normalize("NFKC", text))


def element_names() -> tuple[str, ...]:
    """The elements that the vocabulary knows."""
    return tuple(_vocabulary().entries)


@cache
def elements_of(written: tuple[str, ...]) -> tuple[Element, ...]:
    """The elements that a profile asks for. Each is a name of the vocabulary or one of its own, with further names
    behind ``|`` (``公示阶段|公示期``)."""
    return tuple(_element(one) for one in written)


def _element(written: str) -> Element:
    name, *more = (part.strip() for part in written.split("|"))
    entry = _vocabulary().entries.get(name, _Entry())
    names = (name, *more, *entry.names)
    folded = frozenset(map(fold, names))
    return Element(
        name=name,
        names=folded,
        endings=tuple(sorted(one for one in folded if len(one) >= _TELLING)),
        label=re.compile(_alternatives(names), re.IGNORECASE),
        value=re.compile(entry.value) if entry.value else None,
        shown=re.compile(entry.shown) if entry.shown else None,
    )


def read_elements(lines: Iterable[Line], elements: tuple[Element, ...]) -> dict[str, Named]:
    """Which of ``elements`` the lines of a page name, by name of the element; one that is filled anywhere is filled."""
    said = [(plain(line.text), line.heading) for line in lines]
    whole = "\n".join(line for line, _ in said)
    found: dict[str, Named] = {}
    for element in elements:
        shown = element.shown if element.shown is not None and element.shown.search(whole) else None
        if shown is None and element.label.search(whole) is None:
            continue
        for named in _sightings(said, element, shown):
            if element.name not in found or named.filled:
                found[element.name] = named
            if named.filled:
                break
    return found


def _sightings(
    said: list[tuple[str, bool]], element: Element, shown: re.Pattern[str] | None
) -> Iterator[Named]:
    for at, (line, _) in enumerate(said):
        for match in element.label.finditer(line):
            named = _named(said, at, match, element)
            if named is not None:
                yield named
        if shown is not None and (there := shown.search(line)) is not None:
            yield Named(filled=True, text=_quoted(line, there.start()))


def _named(said: list[tuple[str, bool]], at: int, match: re.Match[str], element: Element) -> Named | None:
    """What stands behind a name; ``None`` where the word names nothing."""
    line = said[at][0]
    rest = line[match.end() :]
    behind = _BEHIND_LABEL.match(rest)
    is_label = behind is not None and not _BEFORE_LABEL.search(line[: match.start()])
    if behind is None or not is_label:
        return _in_sentence(line, match, element)
    if _joined(rest):
        return Named(filled=True, text=_quoted(line, match.start()))
    value = rest[behind.end() :]
    if _vocabulary().labels.match(value.lstrip()) is None and _says_something(value):
        return Named(filled=True, text=_quoted(line, match.start()))
    following = _following(said, at, element)
    return Named(filled=bool(following), text=_quoted(f"{line} {following}", match.start()))


def _joined(rest: str) -> bool:
    """Whether another label shares what follows: 电话/传真：…"""
    linked = _LINKS_LABELS.match(rest)
    return linked is not None and _vocabulary().labels.match(rest, linked.end()) is not None


def _in_sentence(line: str, match: re.Match[str], element: Element) -> Named | None:
    rest = line[match.end() : match.end() + _BEHIND_IN_SENTENCE]
    stated = _IS.match(rest)
    if stated is None and element.value is None and len(match[0]) < _TELLING:
        return None
    said = element.value.search(rest) if element.value is not None else _says_something(rest)
    return Named(filled=True, text=_quoted(line, match.start())) if said else None


def _following(said: list[tuple[str, bool]], at: int, element: Element) -> str:
    """The lines behind a label that stands alone; empty where nothing is said of it.

    Several labels in a row are the heads of tabs, or the one half of a page whose other half says the answers: what
    comes behind them may belong to each. Only two headings one after the other leave the first without a text."""
    first, behind = at, at + 1
    while first > 0 and _is_label_alone(said[first - 1][0]):
        first -= 1
    while behind < len(said) and _is_label_alone(said[behind][0]):
        behind += 1
    if behind - at == 2 and first == at and said[at][1] and said[at + 1][1]:
        return ""
    answers = behind - first == 1 and not _ASKS.isdisjoint(said[at][0])
    taken: list[str] = []
    for line, _ in said[behind : behind + _LINES_BEHIND]:
        if answers and _vocabulary().labels.match(line.lstrip()) is not None:
            break
        if _says_something(line):
            taken.append(line)
    together = " ".join(taken)
    begins_new_part = bool(taken) and answers and _NUMBERED.match(taken[0]) is not None
    if begins_new_part and element.value is not None and element.value.search(together) is None:
        return ""
    return together


def _is_label_alone(line: str) -> bool:
    label = _vocabulary().labels.match(line.lstrip())
    return label is not None and not _says_something(line.lstrip()[label.end() :])


def _says_something(text: str) -> bool:
    return _FILLER.fullmatch(text) is None


def _quoted(line: str, start: int) -> str:
    begin = max(0, start - _QUOTED // 4)
    return " ".join(line[begin : begin + _QUOTED].split())
