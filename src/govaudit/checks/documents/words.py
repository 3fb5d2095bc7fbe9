"""The words by which documents are told from other pages; see ``vocabulary/documents.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.vocabulary import fold
from govaudit.inspection.yaml_text import load_yaml


class DocumentWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file with every word folded."""

    not_own_titles: tuple[str, ...]
    own_columns: tuple[str, ...]
    others_columns: tuple[str, ...]
    others_numbers: tuple[str, ...]
    document_kinds: tuple[str, ...]
    policies: tuple[str, ...]
    normative: tuple[str, ...]
    not_normative: tuple[str, ...]
    normative_numbers: tuple[str, ...]
    interpretation_titles: tuple[str, ...]
    valid: tuple[str, ...]
    invalid: tuple[str, ...]
    no_validity: tuple[str, ...]
    marks: tuple[str, ...]
    repeal_titles: tuple[str, ...]
    repeal_parts: tuple[str, ...]
    kept_parts: tuple[str, ...]
    repeal_clauses: tuple[str, ...]
    related: tuple[str, ...]
    offices: tuple[str, ...]
    joint_offices: tuple[str, ...]
    numbered_kinds: tuple[str, ...]
    site_endings: tuple[str, ...]
    own_offices: tuple[str, ...]
    about: str
    list_words: tuple[str, ...]
    from_issue: tuple[str, ...]
    issuing: tuple[str, ...]
    notices: tuple[str, ...]
    parts: tuple[str, ...]
    field_title: str
    field_made: str
    field_validity: str


@cache
def document_words() -> DocumentWords:
    """The words of the program. Raises ``InputError`` when the file is not right."""
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "documents.yaml")
    try:
        written = msgspec.convert(document.data, dict[str, tuple[str, ...] | str])
        folded = {
            name: fold(words) if isinstance(words, str) else tuple(map(fold, words))
            for name, words in written.items()
        }
        return msgspec.convert(folded, DocumentWords)
    except msgspec.ValidationError as error:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": str(error)})) from error


def has_any(text: str, words: tuple[str, ...]) -> bool:
    """Whether folded ``text`` holds one of ``words``."""
    return any(word in text for word in words)
