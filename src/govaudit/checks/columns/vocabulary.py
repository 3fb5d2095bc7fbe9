"""The vocabulary of columns: which names mean which column, and how often it has to say something new."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from govaudit.inspection.calendar import Period
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.vocabulary import NameTable, fold
from govaudit.inspection.yaml_text import YamlDocument, load_yaml

ColumnType = Literal[
    "news",
    "notices",
    "policy",
    "interpretation",
    "personnel",
    "plans",
    "statistics",
    "leaders",
    "organisation",
    "overview",
    "finance",
    "service",
    "interaction",
    "disclosure",
    "topic",
    "other",
]

NO_PERIOD = "none"
_FILE = "columns"
_ENDINGS = tuple(map(fold, ("更多", "more", "栏目", "列表", "频道")))
_PLACE = re.compile(r"[^省市县区州盟旗]{2,8}?(?:省|市|县|区|州|盟|旗)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SITE_ENDING = re.compile(r"(?:人民)?政府|门户网站|网站|办公室|网$")


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What the vocabulary says of a column. ``period``: ``None`` when it needs no update; ``deeper_period``: holds
    instead of ``period`` where that binds first-level columns only."""

    name: str
    type: ColumnType
    period: Period | None
    deeper_period: Period | None
    first_level_only: bool
    may_be_empty: bool

    @property
    def evergreen(self) -> bool:
        """Whether the column needs no update."""
        return self.period is None

    def period_of(self, *, first_level: bool) -> Period | None:
        """The period that binds such a column at its place in the tree."""
        return self.deeper_period if self.first_level_only and not first_level else self.period


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _TypeEntry(_Strict):
    period: str
    first_level_only: bool = False
    deeper_period: str = NO_PERIOD

    @field_validator("period", "deeper_period")
    @classmethod
    def _known(cls, text: str) -> str:
        _period(text)
        return text


class _ColumnEntry(_Strict):
    type: ColumnType
    names: tuple[str, ...] = ()
    period: str = ""
    first_level_only: bool | None = None
    may_be_empty: bool = False

    @field_validator("period")
    @classmethod
    def _known(cls, text: str) -> str:
        if text:
            _period(text)
        return text


class _File(_Strict):
    archive_words: tuple[str, ...]
    home_words: tuple[str, ...]
    site_name_endings: tuple[str, ...]
    types: dict[ColumnType, _TypeEntry]
    columns: dict[str, _ColumnEntry]


def _period(text: str) -> Period | None:
    return None if text == NO_PERIOD else Period(text)


class ColumnVocabulary:
    """Canonical columns with their rules."""

    def __init__(
        self,
        rules: dict[str, ColumnRule],
        names: dict[str, tuple[str, ...]],
        archive_words: tuple[str, ...],
        home_words: tuple[str, ...],
        site_name_endings: tuple[str, ...],
    ) -> None:
        self.rules = rules
        self.names = names
        self._table = NameTable(names)
        self._archive_words = tuple(map(fold, archive_words))
        self._home_words = frozenset(map(fold, home_words))
        self._site_name_endings = tuple(map(fold, site_name_endings))

    def is_home_word(self, text: str) -> bool:
        """Whether ``text`` is what sites call their home page."""
        return fold(text) in self._home_words

    def is_site_name(self, text: str) -> bool:
        """Whether the text of a foreign link names a site rather than something new on it."""
        return fold(text).endswith(self._site_name_endings)

    def is_archive_name(self, text: str, year: int) -> bool:
        """Whether a name speaks of a topic or of old things, a year before ``year`` among them."""
        folded = fold(text)
        years = (int(found) for found in _YEAR.findall(text))
        return any(word in folded for word in self._archive_words) or any(found < year for found in years)

    def match(self, text: str, place_words: tuple[str, ...] = ()) -> ColumnRule | None:
        """The column that ``text`` names: as it stands, without an ending such as 更多, or without the name of the
        site's own place before or behind it. Nothing else is guessed."""
        folded = fold(text)
        for candidate in (folded, *_without_ending(folded), *_without_place(folded, place_words)):
            name = self._table.match(candidate)
            if name is not None:
                return self.rules[name]
        return None


def _without_ending(folded: str) -> tuple[str, ...]:
    return tuple(folded.removesuffix(end) for end in _ENDINGS if folded.endswith(end) and folded != end)


def _without_place(folded: str, place_words: tuple[str, ...]) -> tuple[str, ...]:
    stripped = [folded[len(word) :] for word in place_words if folded.startswith(word)]
    stripped += [folded[: -len(word)] for word in place_words if folded.endswith(word)]
    return tuple(rest for rest in stripped if len(rest) >= 2)


def place_words(*names: str) -> tuple[str, ...]:
    """Folded words by which a site speaks of itself, longest first: of 云澜市人民政府 also 云澜市 and 云澜."""
    words: set[str] = set()
    for name in names:
        if not name:
            continue
        words.update((name, _SITE_ENDING.sub("", name)))
        for place in _PLACE.findall(name):
            words.update((place, place[:-1]))
    folded = {fold(word) for word in words}
    return tuple(sorted((word for word in folded if len(word) >= 2), key=lambda word: (-len(word), word)))


@cache
def column_vocabulary() -> ColumnVocabulary:
    """The vocabulary of the program. Raises ``InputError`` naming file, line and key of each mistake."""
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / f"{_FILE}.yaml")
    return read_vocabulary(document)


def read_vocabulary(document: YamlDocument) -> ColumnVocabulary:
    """The vocabulary in a document. Raises ``InputError`` naming file, line and key of each mistake."""
    try:
        content = _File.model_validate(document.data)
    except ValidationError as error:
        raise InputError(
            *(
                Problem(
                    "vocabulary.invalid",
                    document.where,
                    document.line_of(tuple(one["loc"])),
                    ".".join(str(step) for step in one["loc"]),
                    {"why": one["msg"]},
                )
                for one in error.errors()
            )
        ) from error
    _refuse_doubles(content, document)
    rules = {name: _rule(name, entry, content.types[entry.type]) for name, entry in content.columns.items()}
    names = {name: entry.names for name, entry in content.columns.items()}
    return ColumnVocabulary(
        rules, names, content.archive_words, content.home_words, content.site_name_endings
    )


def _rule(name: str, entry: _ColumnEntry, base: _TypeEntry) -> ColumnRule:
    first_level_only = base.first_level_only if entry.first_level_only is None else entry.first_level_only
    period = _period(entry.period or base.period)
    return ColumnRule(
        name=name,
        type=entry.type,
        period=period,
        deeper_period=_period(base.deeper_period) if period is not None else None,
        first_level_only=first_level_only,
        may_be_empty=entry.may_be_empty,
    )


def _refuse_doubles(content: _File, document: YamlDocument) -> None:
    owners: dict[str, str] = {}
    problems = []
    for name, entry in content.columns.items():
        for one in (name, *entry.names):
            owner = owners.setdefault(fold(one), name)
            if owner != name:
                problems.append(
                    Problem(
                        "vocabulary.double-name",
                        document.where,
                        document.line_of(("columns", name)),
                        one,
                        {"first": owner, "second": name},
                    )
                )
    if problems:
        raise InputError(*problems)
