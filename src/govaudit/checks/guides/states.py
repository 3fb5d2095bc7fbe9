"""Which laws and units are no more, by the built-in tables and the user's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from govaudit.checks.guides.wording import word_list
from govaudit.inspection.own_tables import IN_FORCE, Law, OwnTables, Unit, read_laws, read_units
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_COUNTRY = "中华人民共和国"
_NAMED = re.compile(r"《([^《》]{3,80})》")
_BEFORE, _BEHIND = 8, 200
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?=年|[-.）)〕\]])")
_BRACKETS = re.compile(r"[（(][^（()）]{0,40}[)）]")


@dataclass(frozen=True, slots=True)
class NamedLaw:
    """A law named in a text that is no more. ``historical``: the text itself speaks of the past."""

    law: Law
    quoted: str
    historical: bool


def laws_gone(text: str, as_of: date, tables: OwnTables) -> Iterator[NamedLaw]:
    """Laws in 《》 that are no longer in force under that name (and number, where the table has one).

    A later year behind the name, or in it, is another version and no hit."""
    table = _laws(tables.laws)
    for match in _NAMED.finditer(text):
        name = _BRACKETS.sub("", match[1])
        behind = text[match.end() : match.end() + _BEHIND].partition("《")[0]
        for law in table.get(_key(name), ()):
            cited = match[1] + behind
            if law.since > as_of or (law.number and not _is_that_version(cited, law.number)):
                continue
            if any(int(year) > law.since.year for year in _YEAR.findall(cited)):
                continue
            before = text[max(0, match.start() - _BEFORE) : match.start()]
            yield NamedLaw(law, match[0], _is_past(before, behind))
            break


def units_gone(text: str, as_of: date, tables: OwnTables) -> Iterator[tuple[Unit, str]]:
    """Abolished units that a text names as they were; “原…” and names in brackets behind the new one are none."""
    text = simplified(text)
    for unit in _units(tables.units):
        if unit.since > as_of:
            continue
        for match in re.finditer(re.escape(unit.name), text):
            start = max(text.rfind(sign, 0, match.start()) for sign in "，。；、,; （(") + 1
            named = text[start : match.end()]
            if any(word in named for word in word_list("contact_numbers", "zones")):
                continue
            if named.startswith("原") or text[max(0, start - 1) : start] in {"（", "("} or "原" in named[:3]:
                continue
            yield unit, named[-24:]
            break


def _is_past(before: str, behind: str) -> bool:
    return before.endswith(word_list("contact_numbers", "past-before")) or any(
        word in behind[:30] for word in word_list("contact_numbers", "past-behind")
    )


def _is_that_version(cited: str, number: str) -> bool:
    """Whether a citation is of the version with that number; one that goes on to tell of revisions is not."""
    if any(word in cited for word in word_list("contact_numbers", "revised")):
        return False
    digits = re.findall(r"[0-9]+", number)
    return bool(digits) and re.search(rf"(?<![0-9]){digits[-1]}(?![0-9]) ?号", cited) is not None


def _key(name: str) -> str:
    return fold(name).removeprefix(_COUNTRY)


@lru_cache(maxsize=8)
def _laws(own: tuple[Law, ...]) -> dict[str, list[Law]]:
    rows: dict[tuple[str, str], Law] = {}
    for law in (*_known_laws(), *own):
        if law.state == IN_FORCE:
            rows = {key: one for key, one in rows.items() if key[0] != _key(law.name)}
        else:
            rows[_key(law.name), fold(law.number)] = law
    found: dict[str, list[Law]] = {}
    for (key, _), law in rows.items():
        found.setdefault(key, []).append(law)
    return found


@lru_cache(maxsize=8)
def _units(own: tuple[Unit, ...]) -> list[Unit]:
    rows = {unit.name: unit for unit in (*_known_units(), *own)}
    return [unit for unit in rows.values() if unit.state != IN_FORCE]


@cache
def _known_laws() -> tuple[Law, ...]:
    return tuple(read_laws(files("govaudit") / "checks" / "vocabulary" / "laws.csv"))


@cache
def _known_units() -> tuple[Unit, ...]:
    return tuple(read_units(files("govaudit") / "checks" / "vocabulary" / "abolished_units.csv"))
