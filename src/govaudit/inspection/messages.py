"""Message catalogues: everything that people read, in zh-CN first and en complete.

A catalogue is the folder ``<room>/messages/<language>/`` of YAML files; the file's name is the first part of a
key (``errors.run.other-plan``), nested mappings give the rest. Texts are ``str.format`` templates.

A file that says ``like: ladder`` takes over the faults of the file ``ladder.yaml``: every fault of its ``faults`` in
the ``forms`` that it names, with ``[[words]]`` filled by those of the fault and of the file that takes it over. What
that file says itself comes first.
"""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Any

from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from govaudit.inspection.finding import Said

LANGUAGES = ("zh-CN", "en")


class Catalogue:
    """The texts of one room in one language."""

    def __init__(self, room: str, language: str, entries: dict[str, str]) -> None:
        self.room = room
        self.language = language
        self.entries = entries

    def text(self, key: str, /, **arguments: object) -> str:
        """The text of ``key`` with its placeholders filled. Raises ``KeyError`` when either is missing."""
        return self.entries[key].format(**arguments)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.entries

    def placeholders(self, key: str) -> frozenset[str]:
        """Names of the placeholders in the text of ``key``."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.entries[key]) if name)


@cache
def catalogue(room: str, language: str) -> Catalogue:
    """The catalogue of ``room`` (``inspection``, ``checks``, ``reports``, ``cli`` …) in ``language``."""
    folder = files("govaudit") / room / "messages" / language
    entries: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            _flatten(load_yaml(file).data, file.name.removesuffix(".yaml"), entries)
    return Catalogue(room, language, _with_shared(entries))


_SHARED_WORD = re.compile(r"\[\[([a-z-]+)\]\]")


def _with_shared(entries: dict[str, str]) -> dict[str, str]:
    takers = {key.removesuffix(".like"): base for key, base in entries.items() if key.endswith(".like")}
    private = tuple({f"{base}." for base in takers.values()} | {f"{one}.words." for one in takers})
    own = {
        key: text
        for key, text in entries.items()
        if not key.startswith(private) and not key.endswith(".like")
    }
    for taker, base in takers.items():
        for key, text in _shared_by(entries, taker, base).items():
            own.setdefault(key, text)
    return own


def _shared_by(entries: dict[str, str], taker: str, base: str) -> dict[str, str]:
    words = _below(entries, f"{taker}.words.")
    forms = _below(entries, f"{base}.forms.")
    found: dict[str, str] = {}
    for key in (one for one in entries if one.startswith(f"{base}.faults.") and one.endswith(".forms")):
        fault = key.split(".")[2]
        said = words | _below(entries, f"{base}.faults.{fault}.")
        for form in entries[key].split():
            suffix = "" if form in {"certain", "doubt"} else f"-{form}"
            for part, template in forms.items():
                name, _, text_of = part.partition(".")
                if name == form:
                    found[f"{taker}.faults.{fault}{suffix}.{text_of}"] = _filled(template, said)
    return found


def _below(entries: dict[str, str], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): text for key, text in entries.items() if key.startswith(prefix)}


def _filled(template: str, words: dict[str, str]) -> str:
    """``template`` with its words, and the words of those, filled in. Raises ``KeyError`` for an unknown one."""
    text = template
    while _SHARED_WORD.search(text):
        text = _SHARED_WORD.sub(lambda match: words[match[1]], text)
    return text


def _flatten(data: Any, prefix: str, entries: dict[str, str]) -> None:
    if isinstance(data, dict):
        for name, value in data.items():
            _flatten(value, f"{prefix}.{name}", entries)
    else:
        entries[prefix] = str(data)


_WORDS_OF = {"place": "column-places", "origin": "date-sources", "type": "column-types"}
"""Arguments of lines whose values are words of the field, with the list that has them."""


def told(said: Said, language: str) -> str:
    """A line of evidence or of an explanation, in words. Raises ``KeyError`` naming what is missing."""
    words = catalogue("inspection", language)
    arguments = {
        name: words.text(f"{_WORDS_OF[name]}.{value}") if name in _WORDS_OF and value else value
        for name, value in said.arguments.items()
    }
    return catalogue("checks", language).text(said.key, **arguments)


def language_of_environment(environment: dict[str, str] | os._Environ[str] = os.environ) -> str:
    """``GOVAUDIT_LANG``, else the locale: Chinese locales read zh-CN, all others en; unset means zh-CN."""
    for name in ("GOVAUDIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value in LANGUAGES:
            return value
        if value.lower().startswith("zh"):
            return "zh-CN"
        if value and value not in {"C", "POSIX", "C.UTF-8", "C.utf8"}:
            return "en"
    return "zh-CN"
