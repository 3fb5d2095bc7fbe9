"""Ages as settings write them: ``3y``, ``18m``, ``90d``."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_AGE = re.compile(r"([1-9][0-9]{0,3})([dmy])")


def parse_age(text: str) -> tuple[int, str]:
    """Number and unit (``d``, ``m``, ``y``). Raises ``ValueError`` for anything else."""
    match = _AGE.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"no age such as 3y, 18m or 90d: {text}")
    return int(match[1]), match[2]


def before(moment: datetime, age: str) -> datetime:
    """The moment that lies ``age`` before: months end on the same day number, or the month's last. Raises
    ``ValueError`` for what is no age or lies before all calendars."""
    number, unit = parse_age(age)
    if unit == "d":
        return moment - timedelta(days=number)
    months = moment.year * 12 + moment.month - 1 - (number if unit == "m" else number * 12)
    year, month = divmod(months, 12)
    if year < 1:
        raise ValueError(f"before all calendars: {age}")
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
