"""Hours of the day in which a site may be crawled: ``22:00-06:00``, in Beijing time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

_WRITTEN = re.compile(r"\s*([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)\s*")
_DAY = 24 * 60


class Hours(NamedTuple):
    """From ``opens`` to ``closes``, minutes after midnight; over midnight when it closes before it opens."""

    opens: int
    closes: int

    def opening(self, moment: datetime) -> datetime | None:
        """When the hours begin next; ``None`` while they last. ``moment``: in the zone of the hours."""
        minute = moment.hour * 60 + moment.minute
        if (minute - self.opens) % _DAY < (self.closes - self.opens) % _DAY:
            return None
        wait = timedelta(minutes=(self.opens - minute) % _DAY)
        return moment.replace(second=0, microsecond=0) + wait


def parse_hours(written: str) -> Hours:
    """``HH:MM-HH:MM``. Raises ``ValueError`` for anything else, and when it would be no time at all."""
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError(f"write hours as 22:00-06:00, not {written!r}")
    first, second, third, fourth = map(int, match.groups())
    hours = Hours(first * 60 + second, third * 60 + fourth)
    if hours.opens == hours.closes:
        raise ValueError(f"{written!r} begins and ends at the same minute")
    return hours
