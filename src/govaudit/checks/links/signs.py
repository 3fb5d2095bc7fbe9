"""The signs by which links are told apart; see ``vocabulary/links.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.urls import hostname_of, literal_address_kind
from govaudit.inspection.yaml_text import load_yaml

_INNER_ENDINGS = (".local", ".lan", ".internal", ".intranet", ".localdomain", ".corp", ".home")


class Templates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pieces of a template that were not filled in: on the server, or perhaps later in the browser."""

    server: tuple[str, ...]
    browser: tuple[str, ...]


class Signs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it stands."""

    schemes: frozenset[str]
    template: Templates
    idle_fragments: frozenset[str]
    home_words: frozenset[str]
    login_words: frozenset[str]
    login_titles: tuple[str, ...]
    parking_hosts: tuple[str, ...]
    closed_titles: tuple[str, ...]
    taken_titles: tuple[str, ...]
    files: dict[str, frozenset[str]]
    public_hosts: tuple[str, ...]
    government_endings: tuple[str, ...]


@cache
def signs() -> Signs:
    """The signs of the program. Raises ``InputError`` when the file is not right."""
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "links.yaml")
    try:
        return msgspec.convert(document.data, Signs, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": str(error)})) from error


def has_leftover(raw: str) -> bool:
    """Whether a template left a piece of itself in a reference."""
    return any(sign in raw for sign in (*signs().template.server, *signs().template.browser))


def is_inner(url: str) -> bool:
    """Whether an address can only be meant for an inner network: a private literal or a name without a domain."""
    if literal_address_kind(url) in {"private", "loopback"}:
        return True
    host = hostname_of(url).rstrip(".")
    return bool(host) and ":" not in host and ("." not in host or host.endswith(_INNER_ENDINGS))


def is_government(host: str) -> bool:
    """Whether a host bears a name that only governments and public bodies get."""
    return _ends_with(host, signs().government_endings)


def is_public(host: str) -> bool:
    """Whether a host belongs to a government or holds the marks and records that sites have to link."""
    return is_government(host) or _ends_with(host, signs().public_hosts)


def _ends_with(host: str, endings: tuple[str, ...]) -> bool:
    return any(host == ending or host.endswith(f".{ending}") for ending in endings)
