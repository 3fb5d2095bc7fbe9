"""The vocabulary of columns: which names mean which column, and how often it has to say something new."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from operator import ne
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from govaudit.inspection.calendar import NO_PERIOD, Period, period_or_none
from govaudit.inspection.column_types import ColumnType
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.validation import PeriodOrNone, problems_of
from govaudit.inspection.vocabulary import fold
from govaudit.inspection.yaml_text import YamlDocument, load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.profile import RequiredColumn

_SHORTEST_NEAR = 6
"""In shorter names a single character makes too much of a difference."""
_FILE = "columns"
_ENDINGS = tuple(map(fold, ("更多", "more", "栏目", "列表", "频道")))
_PLACE = re.compile(r"[^省市县区州盟旗]{2,8}?(?:省|市|县|区|州|盟|旗)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SITE_ENDING = re.compile(r"(?:人民)?政府|门户网站|网站|办公室|网$")


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What the vocabulary says of a column. ``period``: ``None`` when it needs no update; ``deeper_period``: holds
    instead of ``period`` where that binds first-level columns only; ``local_period``: the profile gave ``period``."""

    name: str
    type: ColumnType
    period: Period | None
    deeper_period: Period | None
    first_level_only: bool
    may_be_empty: bool
    local_period: bool = False

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
    period: PeriodOrNone = Field(min_length=1)
    first_level_only: bool = False
    deeper_period: PeriodOrNone = Field(default=NO_PERIOD, min_length=1)


class _ColumnEntry(_Strict):
    type: ColumnType
    names: tuple[str, ...] = ()
    traditional: tuple[str, ...] = ()
    period: PeriodOrNone = ""
    first_level_only: bool | None = None
    may_be_empty: bool = False


class _File(_Strict):
    opposites: tuple[str, ...] = ()
    archive_words: tuple[str, ...]
    home_words: tuple[str, ...]
    site_name_endings: tuple[str, ...]
    types: dict[ColumnType, _TypeEntry]
    columns: dict[str, _ColumnEntry]


@dataclass(frozen=True, slots=True)
class Match:
    """``name``: the name of the vocabulary that a text was taken for; ``near``: they differ by one character."""

    rule: ColumnRule
    name: str
    near: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """Folded words by which names are told apart."""

    archive: tuple[str, ...]
    home: frozenset[str]
    site_endings: tuple[str, ...]
    opposites: frozenset[str]


class ColumnVocabulary:
    """Canonical columns with their rules. ``names``: all names of each, its own included."""

    def __init__(
        self, rules: dict[str, ColumnRule], names: dict[str, tuple[str, ...]], words: _Words
    ) -> None:
        self.rules = rules
        self.names = names
        self._words = words
        self._known: dict[str, tuple[str, str]] = {}
        for canonical, all_names in names.items():
            for name in all_names:
                self._known.setdefault(fold(name), (canonical, name))

    def with_columns(self, columns: Iterable[RequiredColumn]) -> ColumnVocabulary:
        """This vocabulary with what a profile says of columns: further names, types, periods. A name that the
        vocabulary gives to another column stays with that one."""
        rules, names = dict(self.rules), dict(self.names)
        for column in columns:
            known = self._known.get(fold(column.name))
            canonical = known[0] if known else column.name
            names[canonical] = tuple(dict.fromkeys((*names.get(canonical, ()), column.name, *column.also)))
            rules[canonical] = _demanded(rules.get(canonical), canonical, column)
        return ColumnVocabulary(rules, names, self._words)

    def is_home_word(self, text: str) -> bool:
        """Whether ``text`` is what sites call their home page."""
        return fold(text) in self._words.home

    def is_site_name(self, text: str) -> bool:
        """Whether the text of a foreign link names a site rather than something new on it."""
        return fold(text).endswith(self._words.site_endings)

    def is_archive_name(self, text: str, year: int) -> bool:
        """Whether a name speaks of a topic or of old things, a year before ``year`` among them."""
        folded = fold(text)
        years = (int(found) for found in _YEAR.findall(text))
        return any(word in folded for word in self._words.archive) or any(found < year for found in years)

    def match(self, text: str, place_words: tuple[str, ...] = ()) -> Match | None:
        """The column that ``text`` names: as it stands, without an ending such as 更多, or without the name of the
        site's own place before or behind it."""
        for candidate in _candidates(text, place_words):
            found = self._known.get(candidate)
            if found is not None:
                return Match(self.rules[found[0]], found[1])
        return None

    def match_nearly(self, text: str, place_words: tuple[str, ...] = ()) -> Match | None:
        """The one column of which a long name differs from ``text`` by a single character, while the names of all
        other columns differ by more. Characters that turn a name round (不, 非, 失 …) are no such difference."""
        for candidate in _candidates(text, place_words):
            near = [
                self._known[name]
                for name in self._neighbours(candidate)
                if self._words.opposites.isdisjoint({*candidate} ^ {*name})
            ]
            if len({canonical for canonical, _ in near}) == 1:
                canonical, name = min(near)
                return Match(self.rules[canonical], name, near=True)
        return None

    def _neighbours(self, text: str) -> set[str]:
        """Folded names that one character added, left out or put in another's place makes of ``text``."""
        if len(text) < _SHORTEST_NEAR:
            return set()
        shorter = set(_shortened(text))
        found = {name for name in shorter if name in self._known} | set(self._longer.get(text, ()))
        for one in shorter:
            found.update(
                name
                for name in self._longer.get(one, ())
                if len(name) == len(text) and sum(map(ne, name, text)) == 1
            )
        return {name for name in found if len(name) >= _SHORTEST_NEAR}

    @cached_property
    def _longer(self) -> dict[str, list[str]]:
        """A text → the names that lack one character to be it."""
        longer: dict[str, list[str]] = {}
        for name in self._known:
            if len(name) >= _SHORTEST_NEAR:
                for shorter in set(_shortened(name)):
                    longer.setdefault(shorter, []).append(name)
        return longer


def _shortened(text: str) -> Iterator[str]:
    return (text[:place] + text[place + 1 :] for place in range(len(text)))


def _candidates(text: str, place_words: tuple[str, ...]) -> tuple[str, ...]:
    folded = fold(text)
    return (folded, *_without_ending(folded), *_without_place(folded, place_words))


def _without_ending(folded: str) -> tuple[str, ...]:
    return tuple(folded.removesuffix(end) for end in _ENDINGS if folded.endswith(end) and folded != end)


def _without_place(folded: str, place_words: tuple[str, ...]) -> tuple[str, ...]:
    stripped = [folded[len(word) :] for word in place_words if folded.startswith(word)]
    stripped += [folded[: -len(word)] for word in place_words if folded.endswith(word)]
    return tuple(rest for rest in stripped if len(rest) >= 2)


def _demanded(rule: ColumnRule | None, canonical: str, column: RequiredColumn) -> ColumnRule:
    """The rule of a column as the profile wants it."""
    base = rule or ColumnRule(canonical, "other", None, None, first_level_only=False, may_be_empty=False)
    if column.type:
        base = replace(base, type=column.type)
    if column.may_be_empty is not None:
        base = replace(base, may_be_empty=column.may_be_empty)
    if column.period:
        period = period_or_none(column.period)
        base = replace(base, period=period, local_period=True)
        if period is None:
            base = replace(base, deeper_period=None)
    return base


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
        raise InputError(*problems_of(error, document)) from error
    _refuse_doubles(content, document)
    rules = {name: _rule(name, entry, content.types[entry.type]) for name, entry in content.columns.items()}
    names = {name: (name, *entry.names, *entry.traditional) for name, entry in content.columns.items()}
    words = _Words(
        archive=tuple(map(fold, content.archive_words)),
        home=frozenset(map(fold, content.home_words)),
        site_endings=tuple(map(fold, content.site_name_endings)),
        opposites=frozenset("".join(content.opposites)),
    )
    return ColumnVocabulary(rules, names, words)


def site_vocabulary(context: Context) -> ColumnVocabulary:
    """The vocabulary with what the profile of a site says of columns."""
    return column_vocabulary().with_columns(context.profile.columns)


def _rule(name: str, entry: _ColumnEntry, base: _TypeEntry) -> ColumnRule:
    first_level_only = base.first_level_only if entry.first_level_only is None else entry.first_level_only
    period = period_or_none(entry.period or base.period)
    return ColumnRule(
        name=name,
        type=entry.type,
        period=period,
        deeper_period=period_or_none(base.deeper_period) if period is not None else None,
        first_level_only=first_level_only,
        may_be_empty=entry.may_be_empty,
    )


def _refuse_doubles(content: _File, document: YamlDocument) -> None:
    owners: dict[str, str] = {}
    problems = []
    for name, entry in content.columns.items():
        for one in (name, *entry.names, *entry.traditional):
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
