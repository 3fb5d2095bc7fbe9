"""Hours of the day, over midnight too."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from govaudit.inspection.hours import Hours, parse_hours
from govaudit.inspection.run import BEIJING


@pytest.mark.parametrize(
    ("written", "moment", "opens"),
    [
        ("22:00-06:00", "2026-11-22 12:00", "2026-11-22 22:00"),
        ("22:00-06:00", "2026-11-22 21:59", "2026-11-22 22:00"),
        ("22:00-06:00", "2026-11-22 22:00", None),
        ("22:00-06:00", "2026-11-23 05:59", None),
        ("22:00-06:00", "2026-11-23 06:00", "2026-11-23 22:00"),
        (" 1:30 - 5:00 ", "2026-12-31 05:00", "2027-01-01 01:30"),
        ("01:30-05:00", "2026-11-22 03:00", None),
        ("00:00-23:59", "2026-11-22 23:59", "2026-11-23 00:00"),
    ],
)
def test_when_the_hours_begin_next(written: str, moment: str, opens: str | None) -> None:
    found = parse_hours(written).opening(datetime.fromisoformat(moment).replace(tzinfo=BEIJING))
    assert found == (datetime.fromisoformat(opens).replace(tzinfo=BEIJING) if opens else None)


@pytest.mark.parametrize(
    "written", ["", "22-6", "24:00-06:00", "22:60-06:00", "22:00", "22:00–06:00", "06:00-06:00"]
)
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"22:00-06:00|same minute"):
        parse_hours(written)


minutes = some.integers(0, 1439)


@given(minutes, minutes, some.datetimes(timezones=some.just(BEIJING)))
def test_at_the_opening_the_hours_last_and_just_before_they_do_not(
    opens: int, closes: int, moment: datetime
) -> None:
    hours = Hours(opens, closes)
    assume(opens != closes and 1 < moment.year < 9999)
    opening = hours.opening(moment)
    if opening is None:
        return
    assert timedelta(0) < opening - moment <= timedelta(days=1)
    assert hours.opening(opening) is None
    assert hours.opening(opening - timedelta(seconds=1)) is not None
