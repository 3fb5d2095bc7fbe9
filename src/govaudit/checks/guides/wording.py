"""The word lists of the checks of guides, checked when they are loaded."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.vocabulary import fold
from govaudit.inspection.yaml_text import YamlDocument, load_yaml


@cache
def table(name: str) -> YamlDocument:
    """The file ``checks/vocabulary/<name>.yaml``."""
    return load_yaml(files("govaudit") / "checks" / "vocabulary" / f"{name}.yaml")


@cache
def word_list(name: str, key: str) -> tuple[str, ...]:
    """The list ``key`` of a file, as written. Raises ``InputError`` when it is missing, empty or no list of texts."""
    document = table(name)
    found = document.data.get(key) if isinstance(document.data, dict) else None
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and one for one in found):
        raise InputError(Problem("vocabulary.no-list", document.where, document.line_of((key,)), key))
    return tuple(found)


@cache
def folded_set(name: str, key: str) -> frozenset[str]:
    """The list ``key`` of a file, folded for comparing."""
    return frozenset(fold(one) for one in word_list(name, key))
