"""Message catalogues: everything that people read, in zh-CN first and en complete.

A catalogue is the folder ``<room>/messages/<language>/`` of YAML files; the file's name is the first part of a
key (``errors.run.other-plan``), nested mappings give the rest. Texts are ``str.format`` templates.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from govaudit.inspection.yaml_text import load_yaml

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
    return Catalogue(room, language, entries)


def _flatten(data: Any, prefix: str, entries: dict[str, str]) -> None:
    if isinstance(data, dict):
        for name, value in data.items():
            _flatten(value, f"{prefix}.{name}", entries)
    else:
        entries[prefix] = str(data)


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
