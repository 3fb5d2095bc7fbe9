"""The moments at which home pages are visited."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from govaudit.workflow.watch_plan import DAY, due, following, moments

KEYS = st.text(min_size=1, max_size=20)
DAYS = st.integers(min_value=0, max_value=40_000)
PER_DAY = st.integers(min_value=20, max_value=288)


@settings(max_examples=30)
@given(key=KEYS, day=DAYS, per_day=PER_DAY)
def test_a_day_has_all_its_moments_well_apart_in_beijing_time(key: str, day: int, per_day: int) -> None:
    found = list(moments(key, day, per_day))
    assert len(found) == per_day
    assert found == list(moments(key, day, per_day))
    assert all((one + 8 * 3600) // DAY == day for one in found)
    assert all(after - before >= 0.19 * DAY / per_day for before, after in pairwise(found))


def test_sites_are_not_visited_all_at_once() -> None:
    minutes = {next(moments(f"44010000{number:02}", 20_000, 24)) // 60 for number in range(60)}
    assert len(minutes) > 20


@given(key=KEYS, now=st.integers(min_value=10**9, max_value=2 * 10**9), per_day=PER_DAY)
def test_the_next_moment_becomes_due_and_is_used_once(key: str, now: int, per_day: int) -> None:
    moment = following(key, per_day, now)
    assert now < moment <= now + 2 * DAY / per_day
    assert due(key, per_day, moment, now) == moment
    assert due(key, per_day, moment, moment) is None
    assert following(key, per_day, moment) > moment


@given(key=KEYS, now=st.integers(min_value=10**9, max_value=2 * 10**9))
def test_a_site_that_was_never_visited_is_due_at_once(key: str, now: int) -> None:
    found = due(key, 24, now, None)
    assert found is not None
    assert now - 2 * 3600 < found <= now
    assert due(key, 24, now, found) is None


@given(
    key=KEYS,
    now=st.integers(min_value=10**9, max_value=2 * 10**9),
    away=st.integers(min_value=1, max_value=3 * DAY),
)
def test_after_a_time_away_one_visit_is_due_and_none_is_made_up(key: str, now: int, away: int) -> None:
    found = due(key, 24, now + away, now)
    if found is not None:
        assert max(now, now + away - 3600) < found <= now + away
        assert due(key, 24, now + away, found) is None


@settings(max_examples=10)
@given(key=KEYS, start=st.integers(min_value=10**9, max_value=2 * 10**9))
def test_a_timer_of_ten_minutes_makes_every_visit_of_a_day(key: str, start: int) -> None:
    used: list[int] = []
    for now in range(start, start + DAY, 600):
        found = due(key, 24, now, used[-1] if used else now - 3600)
        if found is not None:
            used.append(found)
    assert len(used) >= 23
    assert len(set(used)) == len(used)
