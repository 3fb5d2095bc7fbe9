"""The reader's word lists: YAML files beside the code, checked when they are loaded."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.yaml_text import YamlDocument, load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPACE = r"[ \n]{0,4}"


def load(name: str) -> YamlDocument:
    """The file ``words/<name>.yaml``."""
    return load_yaml(files("govaudit") / "crawler" / "reading" / "words" / f"{name}.yaml")


@cache
def words(name: str, key: str) -> tuple[str, ...]:
    """The list ``key`` of ``words/<name>.yaml``. Raises ``InputError`` when it is missing, empty, no list of
    texts, or says the same word twice."""
    document = load(name)
    found = document.data.get(key) if isinstance(document.data, dict) else None
    line = document.line_of((key,))
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and one for one in found):
        raise InputError(Problem("words.no-list", document.where, line, key))
    if len(set(found)) != len(found):
        raise InputError(Problem("words.doubled", document.where, line, key))
    return tuple(found)


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """The list ``key`` of ``words/<name>.yaml`` as a set."""
    return frozenset(words(name, key))


@cache
def alternatives(name: str, *keys: str, spaced: bool = False) -> str:
    """A regular expression for any of the words, longest first. ``spaced``: Chinese characters of a word may
    stand apart (``发 布 时 间``), as old layouts write them."""
    chosen = sorted({word for key in keys for word in words(name, key)}, key=lambda word: (-len(word), word))
    return "|".join(_spaced(word) if spaced else re.escape(word) for word in chosen)


def words_not_behind(chosen: Iterable[str], character_class: str) -> str:
    """A regular expression for any of the words, longest first, their characters apart or not, where no character
    of the class stands before. It begins with the words' first characters, so that a scan leaps from one of them
    to the next; a lookbehind at its head would be tried at every place of the text."""
    tails: dict[str, list[str]] = {}
    for word in sorted(set(chosen), key=lambda word: (-len(word), word)):
        tails.setdefault(word[0], []).append(_spaced(word)[len(re.escape(word[0])) :])
    return "|".join(
        f"{re.escape(first)}(?<!{character_class}.)(?:{'|'.join(rest)})" for first, rest in tails.items()
    )


def _spaced(word: str) -> str:
    if word.isascii():
        return re.escape(word)
    return _SPACE.join(map(re.escape, word))
