"""How message boards name the parts of a message; see ``vocabulary/messages.yaml``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.vocabulary import fold
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable


class MessageFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Labels of each part of a message."""

    title: tuple[str, ...]
    asked: tuple[str, ...]
    asker: tuple[str, ...]
    number: tuple[str, ...]
    question: tuple[str, ...]
    unit: tuple[str, ...]
    answered: tuple[str, ...]
    answer: tuple[str, ...]
    state: tuple[str, ...]


class MessageWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it stands."""

    fields: MessageFields
    long: frozenset[str]
    short_labels: frozenset[str]
    answer_endings: tuple[str, ...]
    no_answer_heading: tuple[str, ...]
    open: frozenset[str]
    closed: frozenset[str]
    no_answer: frozenset[str]
    after_answer: tuple[str, ...]
    excepted_columns: tuple[str, ...]
    excepted_labels: frozenset[str]
    organs: tuple[str, ...]
    unit_endings: tuple[str, ...]
    columns: frozenset[str]


@cache
def message_words() -> MessageWords:
    """The vocabulary of messages. Raises ``InputError`` when the file is not as it has to be."""
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "messages.yaml")
    try:
        return msgspec.convert(document.data, MessageWords)
    except msgspec.ValidationError as error:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": str(error)})) from error


@cache
def field_of_label() -> dict[str, str]:
    """Folded label → the part that it stands for."""
    fields = msgspec.structs.asdict(message_words().fields)
    return {fold(label): field for field, labels in fields.items() for label in labels}


@cache
def leading_label() -> re.Pattern[str]:
    """A label with what parts it from its text, at the beginning of a cell: a colon, a bracket around it, or, for
    labels that are no everyday words, a blank."""
    words = message_words()
    every = _any(label for labels in msgspec.structs.astuple(words.fields) for label in labels)
    plain = _any(
        label
        for labels in msgspec.structs.astuple(words.fields)
        for label in labels
        if label not in words.short_labels
    )
    return re.compile(rf"\s*(?:[【\[]({every})[】\]]\s*[:：]?|({every})\s*[:：]|({plain})\s)\s*")


@cache
def further_label() -> re.Pattern[str]:
    """A label with its colon, inside a cell that begins with one."""
    words = message_words()
    return re.compile(
        rf"({_any(one for labels in msgspec.structs.astuple(words.fields) for one in labels if len(one) > 2)})\s*[:：]"
    )


@cache
def answer_heading() -> re.Pattern[str]:
    """The beginning of an answer: perhaps a unit, the word, and a colon or the line's end."""
    return re.compile(
        rf"([一-龥（）()]{{0,24}}?)(?:{'|'.join(message_words().answer_endings)})\s*(?:[:：]\s*|$)"
    )


def _any(labels: Iterable[str]) -> str:
    chosen = sorted(set(labels), key=lambda one: (-len(one), one))
    return "|".join(r"[ \u3000]{0,4}".join(map(re.escape, label)) for label in chosen)
