"""Days and months as the inspection rules count them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta

from govaudit.inspection.run import BEIJING

_PERIOD = re.compile(r"(\d+)\s*(days?|months?|years?)")


class Period:
    """A span such as ``14 days``, ``6 months`` or ``1 year``. Months end on the same day number or the last."""

    __slots__ = ("count", "unit")

    def __init__(self, text: str) -> None:
        """Raises ``ValueError`` when the text is no period."""
        match = _PERIOD.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"no period: {text!r} (14 days, 6 months, 1 year)")
        self.count = int(match.group(1))
        self.unit = match.group(2).rstrip("s")

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'s' if self.count != 1 else ''}"

    def before(self, moment: datetime) -> date:
        """First day that still lies within the period that ends at ``moment`` (Beijing days)."""
        today = day_of(moment)
        if self.unit == "day":
            return today - timedelta(days=self.count)
        return months_before(today, self.count * (12 if self.unit == "year" else 1))

    def after(self, day: date) -> date:
        """Last day that still lies within the period that begins on ``day``."""
        if self.unit == "day":
            return day + timedelta(days=self.count)
        return months_before(day, -self.count * (12 if self.unit == "year" else 1))


NO_PERIOD = "none"
"""Written in place of a period where nothing new is owed."""


def period_or_none(text: str) -> Period | None:
    """The period that a text gives; ``None`` for ``none``. Raises ``ValueError`` for anything else."""
    return None if text == NO_PERIOD else Period(text)


def day_of(moment: datetime) -> date:
    """The calendar day in Beijing."""
    return moment.astimezone(BEIJING).date()


def months_before(day: date, months: int) -> date:
    """The day ``months`` earlier: the same day number, or the month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def as_day(text: str) -> date | None:
    """Day of an ISO date or moment as facts hold them; ``None`` for empty text."""
    return date.fromisoformat(text[:10]) if text else None
