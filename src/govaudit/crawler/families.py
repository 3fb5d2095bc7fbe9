"""Which addresses are of one make: the unit by which a large site is sampled and endless series are told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.rules.tables import traps
from govaudit.inspection.urls import own_identity

if TYPE_CHECKING:
    from collections.abc import Iterable

_SERIAL = re.compile(r"[0-9A-Fa-f]{16,}|[0-9]+")
_SERIAL_OR_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+|[0-9A-Fa-f]{16,}|[0-9]+")
_DATE_IN_PATH = re.compile(
    r"/((?:19|20|21|22)\d\d)[-_/]?(?:0?[1-9]|1[0-2])(?=[-_/.]|(?:0[1-9]|[12]\d|3[01])(?:[/.]|\Z)|\Z)"
)
"""A year with its month: a year alone may be any serial number."""
_DATE = re.compile(r"(\d{4})(?:\D?(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Shape:
    """``family``: what addresses of one make have in common; ``parameters``: names of the query's parameters that
    do not choose the program; ``year``: of a date that the address names, 0 when it names none."""

    family: str
    parameters: frozenset[str] = frozenset()
    year: int = 0


def family_of(url: str) -> str:
    """The common part of addresses of one make: serial numbers are left out, of the query only the parameters that
    choose a program stay. Paths that go round in circles are one make."""
    path, question_mark, query = own_identity(url).partition("?")
    parts = path.split("/")
    if repeats(parts[1:]):
        return f"{parts[0]}/{parts[1]}/…"
    masked = _SERIAL_OR_ESCAPE.sub(_mask, path) if "%" in path else _SERIAL.sub("#", path)
    if not question_mark:
        return masked
    routes = _routes()
    chosen = sorted(one for one in query.split("&") if one.partition("=")[0].lower() in routes)
    return f"{masked}?{'&'.join(chosen)}"


def shape_of(url: str) -> Shape:
    """Everything that an address tells of its make."""
    path, question_mark, query = url.partition("?")
    if not question_mark:
        return Shape(family_of(url), year=_year_of_path(path))
    names, year = set(), 0
    for one in query.split("&"):
        name, _, value = one.partition("=")
        name = name.lower()
        if name not in _routes():
            names.add(name)
        if name in _date_parameters() and (match := _DATE.match(value)):
            year = int(match[1])
    return Shape(family_of(url), frozenset(names), year or _year_of_path(path))


def repeats(segments: Iterable[str]) -> int:
    """How many parts of a path occurred before in it; serial numbers and names of files are not counted."""
    words = [one for one in segments if one and "." not in one and not one.isdigit()]
    return len(words) - len(set(words))


def without_parameter(url: str, name: str) -> str:
    """``url`` without all parameters called ``name``."""
    path, _, query = url.partition("?")
    kept = [one for one in query.split("&") if one.partition("=")[0] != name]
    return f"{path}?{'&'.join(kept)}" if kept else path


def _mask(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("%") else "#"


def _year_of_path(path: str) -> int:
    match = _DATE_IN_PATH.search(path, path.find("/", 8))
    return int(match[1]) if match else 0


@cache
def _routes() -> frozenset[str]:
    return traps().route_parameters


@cache
def _date_parameters() -> frozenset[str]:
    return traps().date_parameters
