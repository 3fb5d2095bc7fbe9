"""Loading of the tables, each once a process."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_T = TypeVar("_T")


class Wall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signature of a protective wall; see ``walls.yaml``."""

    name: str
    statuses: frozenset[int]
    header: str = ""
    cookie: str = ""


class Actions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Addresses that act; see ``actions.yaml``."""

    paths: frozenset[str]
    parameters: dict[str, frozenset[str]]


class Traps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits against addresses without end; see ``traps.yaml``."""

    url_length: int
    repeated_segment: int
    repeated_segments: int
    query_variants: int
    session_parameters: tuple[str, ...]
    barren_pages: int
    first_wave: int
    wave_growth: int
    largest_wave: int
    years_ahead: int
    earliest_year: int
    beyond_calendar: int
    copies: int
    route_parameters: frozenset[str]
    date_parameters: frozenset[str]
    column_share: float
    newest_share: float
    top_items: int
    first_list_pages: int
    column_files: frozenset[str]


class LeavePrompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signs of a prompt before a visitor leaves; see ``leave-prompts.yaml``."""

    words: tuple[str, ...]
    handlers: tuple[str, ...]
    libraries: tuple[str, ...]
    governments: tuple[str, ...]


class Concealment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signs of links that visitors do not see; see ``concealment.yaml``."""

    around: dict[str, tuple[str, ...]]
    own: dict[str, tuple[str, ...]]
    script: dict[str, tuple[str, ...]]


class FileType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Magic bytes of a type of file; see ``file-types.yaml``."""

    type: str
    bytes: str
    entry: str = ""
    declares: str = ""


def _table(name: str, kind: type[_T]) -> _T:
    file: Traversable = files("govaudit") / "crawler" / "rules" / name
    document = load_yaml(file)
    try:
        return msgspec.convert(document.data, kind, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": str(error)})) from error


@cache
def walls() -> tuple[Wall, ...]:
    """Signatures of walls in the order of the file. Raises ``InputError`` when the file is not right."""
    return _table("walls.yaml", tuple[Wall, ...])


@cache
def actions() -> Actions:
    """Addresses that act. Raises ``InputError`` when the file is not right."""
    return _table("actions.yaml", Actions)


@cache
def traps() -> Traps:
    """Limits against traps. Raises ``InputError`` when the file is not right."""
    return _table("traps.yaml", Traps)


@cache
def file_types() -> tuple[FileType, ...]:
    """Magic bytes in the order of the file. Raises ``InputError`` when the file is not right."""
    return _table("file-types.yaml", tuple[FileType, ...])


@cache
def leave_prompts() -> LeavePrompts:
    """Signs of a prompt before a visitor leaves. Raises ``InputError`` when the file is not right."""
    return _table("leave-prompts.yaml", LeavePrompts)


@cache
def concealment() -> Concealment:
    """Signs of concealed links. Raises ``InputError`` when the file is not right."""
    return _table("concealment.yaml", Concealment)
