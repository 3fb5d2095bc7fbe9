"""The words that pages should not hold: those of the program with the user's on top."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.word_lists import Name, Wrong
from govaudit.inspection.yaml_text import load_yaml


class _Serious(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[Name, ...]
    wrong: tuple[Wrong, ...]


class _Typos(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wrong: tuple[Wrong, ...]


class Sign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``pattern``: what is looked for in a line; ``text``: without it the line is not looked at."""

    text: str
    pattern: str

    @property
    def compiled(self) -> re.Pattern[str]:
        """The pattern; letter case does not count."""
        return re.compile(self.pattern, re.IGNORECASE)


class Placeholders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See ``wording.yaml``."""

    lines: tuple[str, ...]
    anywhere: tuple[str, ...]
    templates: tuple[Sign, ...]


class Secrecy(msgspec.Struct, frozen=True, rename={"but": "except"}, forbid_unknown_fields=True):
    """See ``wording.yaml``."""

    longest: int
    patterns: tuple[Sign, ...]
    but: tuple[str, ...]


class Illegal(msgspec.Struct, frozen=True, rename={"but": "except"}, forbid_unknown_fields=True):
    """See ``wording.yaml``."""

    gambling: tuple[str, ...]
    pornography: tuple[str, ...]
    trade: tuple[str, ...]
    defaced: tuple[str, ...]
    hosts: tuple[str, ...]
    but: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """All words."""
        return (*self.gambling, *self.pornography, *self.trade, *self.defaced)


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file ``wording.yaml``."""

    serious: _Serious
    typos: _Typos
    corrections: tuple[str, ...]
    placeholders: Placeholders
    secrecy: Secrecy
    illegal: Illegal


@cache
def wording() -> Wording:
    """The words that come with the program. Raises ``InputError`` when the file is not right."""
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "wording.yaml")
    try:
        found = msgspec.convert(document.data, Wording, strict=False)
        for sign in (*found.placeholders.templates, *found.secrecy.patterns):
            re.compile(sign.pattern)
    except (msgspec.ValidationError, re.error) as error:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": str(error)})) from error
    return found
