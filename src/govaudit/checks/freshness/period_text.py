"""A period as a parameter of a check: written ``14 days``, ``6 months``, ``1 year``."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from govaudit.inspection.calendar import Period
from govaudit.inspection.validation import PERIOD_PATTERN


def _is_period(text: str) -> str:
    try:
        Period(text)
    except ValueError as error:
        raise PydanticCustomError("no_period", "no period") from error
    return text


PeriodText = Annotated[
    str,
    AfterValidator(_is_period),
    WithJsonSchema({"type": "string", "pattern": f"^{PERIOD_PATTERN}$"}),
]
"""Text that ``Period`` understands; anything else is refused when the profile is loaded."""
