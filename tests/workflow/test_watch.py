"""The watch over days and weeks, in virtual time."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.run import BEIJING
from govaudit.inspection.watch_log import Outcome, WatchLog
from govaudit.inspection.watch_settings import WatchSettings, WebhookSettings
from govaudit.workflow.watch import only_one
from tests.workflow.watch_world import BROKEN, DAY, OPEN, REFUSED, World, page, posted, sites

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.inspection.watch_log import Look, Visit

START = datetime(2026, 11, 1, tzinfo=BEIJING)
BEGIN = START.timestamp()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[WatchLog]:
    with closing(WatchLog.open(tmp_path / "watch.sqlite")) as opened:
        yield opened


def visits(log: WatchLog, number: int = 0) -> list[Visit]:
    return list(log.visits(f"44010000{number:02}", 0, 1e12))


def test_a_week_has_its_visits_at_their_moments(log: WatchLog) -> None:
    world = World(START)
    world.watch(log, sites(5), 7 * DAY)
    for number in range(5):
        found = visits(log, number)
        assert len(found) >= 7 * 24
        assert all(one.outcome() is Outcome.OPEN for one in found)
        assert all(0 <= one.at - one.slot < 2 for one in found[1:])
        assert all(after.slot - before.slot >= 600 for before, after in pairwise(found))
    assert posted(log) == []


def test_a_restart_goes_on_with_the_same_plan_and_repeats_nothing(log: WatchLog, tmp_path: Path) -> None:
    world = World(START)
    for _ in range(9):
        world.watch(log, sites(3), DAY / 3)
    with closing(WatchLog.open(tmp_path / "other.sqlite")) as through:
        other = World(START)
        other.watch(through, sites(3), 3 * DAY)
        for number in range(3):
            slots = [one.slot for one in visits(through, number)]
            assert [one.slot for one in visits(log, number)] == slots
    assert len(world.visits) == len(other.visits)


def test_visits_that_were_missed_are_missing(log: WatchLog) -> None:
    world = World(START)
    world.watch(log, sites(1), DAY)
    world.start += timedelta(hours=10)
    world.watch(log, sites(1), DAY)
    found = visits(log)
    longest = max(after.slot - before.slot for before, after in pairwise(found))
    assert 9 * 3600 <= longest <= 11.7 * 3600
    assert len(found) <= 50


def test_two_failures_in_a_row_are_told_once_and_so_is_the_end(log: WatchLog) -> None:
    def finds(host: str, at: float) -> Look:
        return BROKEN if host == "s1.gov.cn" and DAY < at - BEGIN < 2 * DAY else OPEN

    World(START, finds).watch(log, sites(3), 3 * DAY)
    found = [one for one in posted(log) if one.kind in {"down", "up"}]
    assert [(one.kind, one.site, one.name) for one in found] == [
        ("down", "4401000001", "网站1"),
        ("up", "4401000001", "网站1"),
    ]
    down, up = found
    assert (down.step, down.reason, down.status) == ("http", "server-error", 503)
    assert DAY < down.since - BEGIN < DAY + 2 * 3600
    assert down.since < down.at < down.since + 2 * 3600
    assert up.since == down.since
    assert 2 * DAY < up.at - BEGIN < 2 * DAY + 2 * 3600


def test_one_failure_is_no_outage(log: WatchLog) -> None:
    def finds(_host: str, at: float) -> Look:
        return BROKEN if 0 < at - BEGIN - DAY < 1500 else OPEN

    World(START, finds).watch(log, sites(1), 2 * DAY)
    assert [one.kind for one in posted(log)] == []
    assert sum(one.outcome() is Outcome.FAILED for one in visits(log)) <= 1


def test_more_than_three_percent_of_a_week_is_warned_of_once(log: WatchLog) -> None:
    hours: set[int] = set()

    def finds(host: str, at: float) -> Look:
        hour = int((at - BEGIN) // 3600)
        if host == "s0.gov.cn" and hour % 16 == 0 and hour > 0:
            hours.add(hour)
            return BROKEN
        return OPEN

    World(START, finds).watch(log, sites(2), 8 * DAY)
    (warning,) = [one for one in posted(log) if one.kind == "warning"]
    assert warning.site == "4401000000"
    assert warning.failed > 0.03 * warning.measured
    assert warning.measured >= 100


def test_what_fails_while_nobody_answers_is_our_own_network(log: WatchLog) -> None:
    def away(at: float) -> bool:
        return DAY < at - BEGIN < 1.5 * DAY

    world = World(START, lambda _host, at: REFUSED if away(at) else OPEN, lambda _url, at: not away(at))
    world.watch(log, sites(4), 3 * DAY)
    for number in range(4):
        assert not [one for one in visits(log, number) if one.outcome() is Outcome.FAILED]
        marked = [one for one in visits(log, number) if one.ours]
        assert 11 <= len(marked) <= 13
        assert {one.ours for one in marked} == {"away"}
    assert [one.kind for one in posted(log)] == ["network-lost", "network-back"]


def test_what_fails_while_others_answer_is_the_sites_own(log: WatchLog) -> None:
    world = World(START, lambda host, _at: REFUSED if host == "s0.gov.cn" else OPEN)
    world.watch(log, sites(2), DAY)
    assert {one.outcome() for one in visits(log)[1:]} == {Outcome.FAILED}
    assert "http://s1.gov.cn/" in world.knocks


def test_another_site_on_the_same_server_tells_that_our_network_works(log: WatchLog) -> None:
    world = World(START, lambda host, _at: REFUSED if host == "s0.gov.cn" else OPEN, one_server=True)
    world.watch(log, sites(2), DAY)
    assert {one.outcome() for one in visits(log)[1:]} == {Outcome.FAILED}


def test_a_single_site_without_controls_is_never_accused(log: WatchLog) -> None:
    world = World(START, lambda _host, _at: REFUSED)
    world.watch(log, sites(1), DAY)
    assert {one.ours for one in visits(log)} == {"nobody-to-ask"}
    assert {one.outcome() for one in visits(log)} == {Outcome.UNCLEAR}


def test_a_control_makes_a_single_sites_failures_count(log: WatchLog) -> None:
    settings = WatchSettings(controls=("http://control.example/",))
    world = World(START, lambda _host, _at: REFUSED)
    world.watch(log, sites(1), DAY, settings)
    assert {one.outcome() for one in visits(log)} == {Outcome.FAILED}
    assert set(world.knocks) == {"http://control.example/"}


def test_a_site_that_answers_with_an_error_needs_no_control(log: WatchLog) -> None:
    world = World(START, lambda _host, _at: BROKEN)
    world.watch(log, sites(1), DAY)
    assert {one.outcome() for one in visits(log)} == {Outcome.FAILED}
    assert world.knocks == []


def test_most_servers_failing_at_once_is_our_own_network_even_if_one_answers(log: WatchLog) -> None:
    begin, end = BEGIN + 3 * 3600, BEGIN + 6 * 3600

    def finds(host: str, at: float) -> Look:
        return REFUSED if begin < at < end and not host.startswith("s1") else OPEN

    World(START, finds).watch(log, sites(80), 8 * 3600)
    found = [one for number in range(80) for one in visits(log, number)]
    assert sum(one.ours == "most" for one in found) > 100
    assert sum(one.outcome() is Outcome.FAILED for one in found) <= 4
    assert not [one for one in posted(log) if one.kind == "down"]
    assert "network-lost" in {one.kind for one in posted(log)}


def test_sites_that_are_down_for_long_are_not_taken_for_our_own_network(log: WatchLog) -> None:
    down = {f"s{number}.gov.cn" for number in range(50)}
    World(START, lambda host, _at: REFUSED if host in down else OPEN).watch(log, sites(80), 6 * 3600)
    found = [one for number in range(50) for one in visits(log, number)]
    assert sum(one.outcome() is Outcome.FAILED for one in found) > 0.9 * len(found)
    assert len([one for one in posted(log) if one.kind == "down"]) == 50


def test_a_changed_home_page_is_told_once(log: WatchLog) -> None:
    def finds(host: str, at: float) -> Look | tuple[Look, object]:
        hacked = host == "s0.gov.cn" and at - BEGIN > DAY
        return OPEN, page("彩票", "evil.example") if hacked else page()

    World(START, finds).watch(log, sites(2), 2 * DAY)  # type: ignore[arg-type]
    (event,) = posted(log)
    assert (event.kind, event.site) == ("changed", "4401000000")
    assert {(one.what, one.value, one.before) for one in event.changes} == {
        ("title", "彩票", ("某市",)),
        ("script", "evil.example", ()),
    }
    assert [one.what for one in log.changes("4401000000", BEGIN, BEGIN + 2 * DAY)] == ["title", "script"]


def test_only_events_that_were_asked_for_are_told(log: WatchLog) -> None:
    settings = WatchSettings(webhook=WebhookSettings(url="http://127.0.0.1/"), alerts=("up",))
    World(START, lambda _host, at: BROKEN if at - BEGIN < DAY else OPEN).watch(
        log, sites(1), 2 * DAY, settings
    )
    assert [one.kind for one in posted(log)] == ["up"]


def test_a_new_site_list_is_taken_over_while_the_watch_runs(log: WatchLog) -> None:
    later = iter([None] * 60 + [sites(2)])
    world = World(START)
    world.watch(log, sites(1), DAY, changed=lambda: next(later, None))
    assert len(visits(log, 0)) >= 24
    assert 20 <= len(visits(log, 1)) <= 24
    assert len({(host, at) for host, at in world.visits}) == len(world.visits)


def test_a_crash_is_not_swallowed(log: WatchLog) -> None:
    def finds(_host: str, _at: float) -> Look:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        World(START, finds).watch(log, sites(1), DAY)


def test_a_second_watch_in_the_workspace_is_refused(tmp_path: Path) -> None:
    with only_one(tmp_path / "watch.sqlite"):
        with pytest.raises(InputError) as raised, only_one(tmp_path / "watch.sqlite"):
            pass
        assert raised.value.problems[0].key == "watch.running"
    with only_one(tmp_path / "watch.sqlite"):
        pass
