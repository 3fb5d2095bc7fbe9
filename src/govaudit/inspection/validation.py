"""What pydantic has against a document, as problems with file, line, key and a sentence of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from govaudit.inspection.calendar import NO_PERIOD, period_or_none
from govaudit.inspection.errors import Problem

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from govaudit.inspection.yaml_text import YamlDocument

_SENTENCES = {
    "missing": "missing",
    "extra_forbidden": "unknown-key",
    "literal_error": "no-choice",
    "string_type": "no-text",
    "tuple_type": "no-list",
    "list_type": "no-list",
    "dict_type": "no-mapping",
    "model_type": "no-mapping",
    "float_parsing": "no-number",
    "float_type": "no-number",
    "int_parsing": "no-number",
    "int_type": "no-number",
    "bool_parsing": "no-truth",
    "bool_type": "no-truth",
    "too_short": "too-few",
    "greater_than": "too-small",
    "greater_than_equal": "too-small",
    "string_pattern_mismatch": "no-match",
    "no_period": "no-period",
    "no_path": "no-path",
    "no_names": "no-names",
    "enum": "no-choice",
}
"""Type of pydantic's error → sentence ``errors.invalid.*``; any other one is told in pydantic's words."""

_UNION_TAGS = frozenset({"str", "list[str]"})
_LONGEST_VALUE = 60


def _period(text: str) -> str:
    try:
        if text:
            period_or_none(text)
    except ValueError as error:
        raise PydanticCustomError("no_period", "no period") from error
    return text


PERIOD_PATTERN = r"\d+ *(days?|months?|years?)"
PeriodOrNone = Annotated[
    str,
    AfterValidator(_period),
    WithJsonSchema({"type": "string", "pattern": f"^({PERIOD_PATTERN}|{NO_PERIOD})$"}),
]
"""Text such as ``14 days``, ``6 months``, ``1 year`` or ``none``; empty: nothing is said."""


def problems_of(error: ValidationError, document: YamlDocument) -> list[Problem]:
    """One problem for each mistake, at the nearest line that the document holds."""
    problems = []
    for one in error.errors():
        path = tuple(step for step in one["loc"] if step not in _UNION_TAGS)
        problem = invalid(one, document.where, ".".join(map(str, path)), document.line_of(path))
        if problem not in problems:
            problems.append(problem)
    return problems


def invalid(error: ErrorDetails, where: str, key: str, line: int | None = None) -> Problem:
    """The problem that an error of pydantic tells, at the place given."""
    name = _SENTENCES.get(error["type"], "other")
    value = "" if isinstance(error["input"], (dict, list)) else str(error["input"])[:_LONGEST_VALUE]
    context: dict[str, Any] = error.get("ctx", {})
    arguments: dict[str, str | int] = {
        "value": value,
        "expected": str(context.get("expected", context.get("pattern", ""))).replace(" or ", ", "),
        "least": str(context.get("gt", context.get("ge", context.get("min_length", "")))),
        "why": error["msg"],
    }
    return Problem(f"invalid.{name}", where, line, key or None, arguments)
