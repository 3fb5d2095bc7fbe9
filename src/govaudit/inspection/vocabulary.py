"""Names under which the same thing appears on different sites: folding, and tables of synonyms."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

import opencc

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.yaml_text import load_yaml

_IGNORED = re.compile(r"[\W_]+")
_LEADING_NUMBER = re.compile(r"^(?:[（(]?[0-9一二三四五六七八九十]{1,3}[)）、.．])+")


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """``text`` in simplified characters."""
    return text if text.isascii() else str(_converter().convert(text))


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """A name after width, space, punctuation, bracket, leading-number and traditional→simplified folding."""
    narrow = unicodedata.normalize("NFKC", name).strip().lower()
    return simplified(_IGNORED.sub("", _LEADING_NUMBER.sub("", narrow)))


class NameTable:
    """Canonical names with their synonyms; matching is exact after folding."""

    def __init__(self, names: dict[str, tuple[str, ...]]) -> None:
        self._canonical = {fold(name): name for name in names}
        for name, synonyms in names.items():
            for synonym in synonyms:
                self._canonical.setdefault(fold(synonym), name)

    def match(self, name: str) -> str | None:
        """The canonical name that ``name`` stands for, or ``None``."""
        return self._canonical.get(fold(name))


@cache
def name_table(vocabulary: str) -> NameTable:
    """The table ``checks/vocabulary/<vocabulary>.yaml``: a mapping canonical name → list of synonyms."""
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / f"{vocabulary}.yaml")
    names: dict[str, tuple[str, ...]] = {}
    for name, synonyms in document.data.items():
        if not isinstance(synonyms, list) or not all(isinstance(one, str) for one in synonyms):
            raise InputError(Problem("vocabulary.no-list", document.where, document.line_of((name,)), name))
        names[name] = tuple(synonyms)
    return NameTable(names)
