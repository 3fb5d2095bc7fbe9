"""The words of public consultations; see ``vocabulary/consultations.yaml``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, ValidationError

from govaudit.inspection.errors import InputError
from govaudit.inspection.validation import problems_of
from govaudit.inspection.yaml_text import load_yaml


class Element(BaseModel):
    """By what an element of a call is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: re.Pattern[str]
    links: re.Pattern[str]
    files: bool = False
    long: int = 0
    form: bool = False
    term: bool = False


class ConsultationWords(BaseModel):
    """The file, every pattern compiled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    call: re.Pattern[str]
    not_call: re.Pattern[str]
    changed: re.Pattern[str]
    prolonged: re.Pattern[str]
    drafts: re.Pattern[str]
    excepted: re.Pattern[str]
    draft_marks: re.Pattern[str]
    other_offices: re.Pattern[str]
    offices_above: re.Pattern[str]
    own_words: re.Pattern[str]
    result: re.Pattern[str]
    may: re.Pattern[str]
    result_part: re.Pattern[str]
    not_result: re.Pattern[str]
    outcome: re.Pattern[str]
    refused: re.Pattern[str]
    none_refused: re.Pattern[str]
    reasons: re.Pattern[str]
    announcement: re.Pattern[str]
    major: re.Pattern[str]
    told: re.Pattern[str]
    in_file: re.Pattern[str]
    file_names: re.Pattern[str]
    urgent: re.Pattern[str]
    term: re.Pattern[str]
    not_term: re.Pattern[str]
    draft_begins: re.Pattern[str]
    between: str
    before: str
    until: str
    begins: str
    counted_from: str
    counted_fill: str
    fill: str
    units: dict[str, str]
    numerals: str
    ten: str
    elements: dict[str, Element]


@cache
def consultation_words() -> ConsultationWords:
    """The words of the program. Raises ``InputError`` when the file is not right."""
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "consultations.yaml")
    try:
        return ConsultationWords.model_validate(document.data)
    except ValidationError as error:
        raise InputError(*problems_of(error, document)) from error
