"""Whether an office that a document names is the one whose site it stands on."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from govaudit.checks.documents.words import document_words
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_PLACE = re.compile(r"(.*(?:[省市县区州盟旗]|[乡镇](?=人民|政府)))?(.*)", re.DOTALL)
_SHORTEST_UNIT = 2
_SITE_NAME = "SiteName"
_LONGEST_OFFICE = 40


def own_offices(context: Context) -> frozenset[str]:
    """Folded names of the office that the site belongs to: as registered, and as its home page calls itself."""
    names = [context.site.name, context.site.sponsor]
    if context.home is not None:
        names += [label.content for label in context.home.reading.labels if label.name == _SITE_NAME]
    return frozenset(filter(None, map(_bare, names)))


def is_own_office(name: str, own: frozenset[str]) -> bool:
    """Whether ``name`` means one of the offices ``own``, written in full or shortened (市住建局): the same place, and
    the rest of the name made of characters of the full one in their order."""
    place, unit = _parts(_bare(name))
    if len(unit) < _SHORTEST_UNIT:
        return False
    for office in own:
        full_place, full_unit = _parts(office)
        if bool(place) is not bool(full_place) or not full_place.endswith(place):
            continue
        if unit[-1] == full_unit[-1:] and _is_made_of(unit, full_unit):
            return True
    return False


def own_places(own: frozenset[str]) -> frozenset[str]:
    """Folded names of the places that the offices ``own`` are of (云澜市 of 云澜市教育局)."""
    return frozenset(place for office in own if (place := _parts(office)[0]))


def is_of_place(name: str, places: frozenset[str]) -> bool | None:
    """Whether an office is of one of ``places``, whose names may be shortened (市教育局); ``None`` when it names no
    place."""
    place = _parts(_bare(name))[0]
    return any(one.endswith(place) for one in places) if place else None


def office_of_title(title: str, about: str) -> str:
    """The office with which a title begins (云澜市人民政府 of 云澜市人民政府关于…), empty when it names none.
    ``about``: the word behind it."""
    before, word, _ = fold(title).partition(about)
    if not word or len(before) > _LONGEST_OFFICE or not before.endswith(document_words().offices):
        return ""
    return before


@cache
def _bare(name: str) -> str:
    words = document_words()
    folded = fold(name)
    for ending in (*words.site_endings, *words.own_offices):
        folded = folded.removesuffix(ending)
    return folded


def _parts(office: str) -> tuple[str, str]:
    match = _PLACE.fullmatch(office)
    return (match[1] or "", match[2]) if match else ("", office)


def _is_made_of(short: str, full: str) -> bool:
    rest = iter(full)
    return all(character in rest for character in short)
