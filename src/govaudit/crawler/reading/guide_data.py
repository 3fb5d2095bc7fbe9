"""Guides that a page holds as data, from which a script makes what visitors see."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from govaudit.crawler.reading.guide_materials import forms_in, materials_in
from govaudit.crawler.reading.text import collapsed
from govaudit.crawler.reading.words import load, words
from govaudit.inspection.facts import GuideReading, Material

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from govaudit.crawler.reading.outline import Outline

_SHORTEST_CODE = 200
_LONGEST_CODE = 2_000_000
_LONGEST_VALUE = 6000
_FEWEST = 4
_TELLING = 2
_MOST_GUIDES = 20
_MOST_STARTS = 12
_DEEPEST = 12
_TAG = re.compile(r"<[^>]{1,300}>")
_BEGINS = re.compile(r"[=(:]\s*(?=[\[{])|^\s*(?=[\[{])")
_SEPARATORS = str.maketrans("", "", "_-")
_MATERIALS = "办理材料"


def guides_in_data(page: Outline, resolve: Callable[[str], str]) -> tuple[GuideReading, ...]:
    """Guides in inline scripts and data blocks. ``resolve``: absolute address of a written one."""
    hints = words("guides", "data-hints")
    found: list[GuideReading] = []
    for element, code in page.code.items():
        if page.tag[element] != "script" or not _SHORTEST_CODE <= len(code) <= _LONGEST_CODE:
            continue
        if any(hint in code for hint in hints):
            for value in _values(code):
                found.extend(_guides(value, resolve))
        if len(found) >= _MOST_GUIDES:
            break
    unique = {(guide.name, guide.code): guide for guide in found}
    return tuple(unique.values())[:_MOST_GUIDES]


def _values(code: str) -> Iterator[Any]:
    """The JSON values that a script holds."""
    decoder = json.JSONDecoder()
    place = 0
    for _ in range(_MOST_STARTS):
        match = _BEGINS.search(code, place)
        if match is None:
            return
        try:
            value, place = decoder.raw_decode(code, match.end())
            yield value
        except (ValueError, RecursionError):
            place = match.end() + 1


def _guides(value: Any, resolve: Callable[[str], str], depth: int = 0) -> Iterator[GuideReading]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _guides(one, resolve, depth + 1)
    elif isinstance(value, dict):
        guide = _guide(value, resolve)
        if guide is not None:
            yield guide
        else:
            for one in value.values():
                yield from _guides(one, resolve, depth + 1)


def _guide(record: dict[Any, Any], resolve: Callable[[str], str]) -> GuideReading | None:
    elements: dict[str, str] = {}
    materials: tuple[Material, ...] = ()
    for key, value in record.items():
        name = _elements_by_key().get(_folded(key))
        if name is None:
            continue
        if isinstance(value, list) and name == _MATERIALS:
            materials = tuple(_materials(value, resolve))
            elements[name] = collapsed(" ".join(one.text for one in materials), _LONGEST_VALUE)
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool) and not elements.get(name):
            elements[name] = _plain(str(value))
    telling = sum(name in elements for name in words("guides", "telling"))
    if len(elements) < _FEWEST or telling < _TELLING or not elements.get("事项名称"):
        return None
    if not materials and elements.get(_MATERIALS):
        materials = materials_in(elements[_MATERIALS])
    return GuideReading(
        elements["事项名称"], elements.get("事项编码", ""), elements, materials, from_data=True
    )


def _materials(rows: list[Any], resolve: Callable[[str], str]) -> Iterator[Material]:
    for row in rows:
        if not isinstance(row, dict):
            continue
        said = {
            _material_keys()[folded]: _plain(str(value))
            for key, value in row.items()
            if (folded := _folded(key)) in _material_keys() and isinstance(value, (str, int))
        }
        if not said.get("name"):
            continue
        url = resolve(said["form"]) if said.get("form") else ""
        yield Material(
            said["name"],
            forms_in(said.get("original", "")).original,
            said.get("copies", ""),
            forms_in(said.get("medium", "")).medium,
            (url,) if url else (),
            " ".join(said[kind] for kind in ("name", "original", "copies", "medium") if said.get(kind)),
        )


def _plain(text: str) -> str:
    return collapsed(_TAG.sub(" ", text), _LONGEST_VALUE)


def _folded(key: Any) -> str:
    return str(key).lower().translate(_SEPARATORS)


@cache
def _elements_by_key() -> dict[str, str]:
    return {key: name for name in load("guide-keys").data for key in words("guide-keys", name)}


@cache
def _material_keys() -> dict[str, str]:
    return {key: kind for kind in load("material-keys").data for key in words("material-keys", kind)}
