"""Titles and headings that say that nothing was found; see ``vocabulary/error_pages.yaml``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.vocabulary import fold
from govaudit.inspection.yaml_text import load_yaml

_PARTS = re.compile(r"[-_|—–]")
_SIGNS = ".,!:;?。…~"
_PART_OF_TITLE = 3


class _Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phrases: tuple[str, ...]
    whole: frozenset[str]
    regrets: tuple[str, ...]


def says_missing(text: str) -> bool:
    """Whether a title or heading is that of an error page."""
    phrases = _phrases()
    for part in _PARTS.split(fold(text).replace(" ", "")):
        said = part
        for word in phrases.regrets:
            said = said.replace(word, "")
        if said.strip(_SIGNS) in phrases.whole:
            return True
        # Titles that only speak of such pages say more than that.
        if any(phrase in said and _PART_OF_TITLE * len(phrase) >= len(said) for phrase in phrases.phrases):
            return True
    return False


@cache
def _phrases() -> _Phrases:
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "error_pages.yaml")
    try:
        return msgspec.convert(document.data, _Phrases)
    except msgspec.ValidationError as error:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": str(error)})) from error
