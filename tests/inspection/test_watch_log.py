"""The watch log keeps what it was told, through kills and for readers, and forgets what is old."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.verdict import Reason
from govaudit.inspection.watch_log import Look, Outcome, Visit, WatchLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPEN = Look(4, Outcome.OPEN, status=200, after=0.3, seconds=0.3, address="203.0.113.7")
FAILED = Look(4, Outcome.FAILED, step="tcp", reason=Reason.CONNECT, error="refused", after=15.0, tries=4)
WALL = Look(4, Outcome.UNCLEAR, reason=Reason.BLOCKED_STATUS, status=403)
NO_ROUTE = Look(6, Outcome.UNCLEAR, step="tcp", reason=Reason.NO_IPV6_HERE)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[WatchLog]:
    with closing(WatchLog.open(tmp_path / "watch.sqlite")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("looks", "ours", "outcome"),
    [
        ((OPEN,), "", Outcome.OPEN),
        ((FAILED,), "", Outcome.FAILED),
        ((FAILED, Look(6, Outcome.OPEN, after=2.0)), "", Outcome.OPEN),
        ((OPEN, Look(6, Outcome.FAILED)), "", Outcome.OPEN),
        ((Look(4, Outcome.OPEN, after=15.0),), "", Outcome.FAILED),
        ((FAILED,), "away", Outcome.UNCLEAR),
        ((WALL,), "", Outcome.UNCLEAR),
        ((FAILED, WALL), "", Outcome.UNCLEAR),
        ((FAILED, NO_ROUTE), "", Outcome.FAILED),
        ((NO_ROUTE,), "", Outcome.UNCLEAR),
        ((), "", Outcome.UNCLEAR),
    ],
)
def test_what_a_visit_says(looks: tuple[Look, ...], ours: str, outcome: Outcome) -> None:
    assert Visit(1, 1.0, looks, ours).outcome() is outcome


def test_visits_come_back_as_they_were_recorded(log: WatchLog, tmp_path: Path) -> None:
    visits = [Visit(slot, slot + 0.5, (OPEN, FAILED), "") for slot in (100, 200, 300)]
    with log:
        for visit in visits:
            log.record("a", visit)
        log.record("b", Visit(150, 150.0, (FAILED,), "away"))
    reader = WatchLog.read(tmp_path / "watch.sqlite")
    assert reader is not None
    with closing(reader):
        assert list(reader.visits("a", 100, 300)) == visits[1:]
        assert reader.last_visit("b") == Visit(150, 150.0, (FAILED,), "away")
        assert reader.last_visit("c") is None
        window = reader.window("a", 0, 250, taken_at=900.0)
        assert window.visits == tuple(visits[:2])


def test_what_belongs_together_is_recorded_together_or_not_at_all(log: WatchLog) -> None:
    def interrupted() -> None:
        with log:
            log.record("a", Visit(100, 100.0, (OPEN,)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert log.last_visit("a") is None
    with log:
        log.record("a", Visit(200, 200.0, (OPEN,)))
    assert [one.slot for one in log.visits("a", 0, 1000)] == [200]


def test_failures_are_counted_without_what_says_nothing(log: WatchLog) -> None:
    with log:
        for slot, look in ((10, FAILED), (20, FAILED), (30, OPEN), (40, WALL)):
            log.record("a", Visit(slot, slot, (look,)))
        log.record("a", Visit(50, 50, (FAILED,), "away"))
    assert log.counts("a", 10) == (1, 2)
    assert log.counts("a", 0) == (2, 3)
    before = log.last_measured("a", 60)
    assert before is not None
    assert before.slot == 30
    log.disown("a", 20, "most")
    log.disown("a", 30, "most")
    assert log.counts("a", 0) == (1, 2)


def test_only_what_a_page_never_showed_is_a_change(log: WatchLog) -> None:
    shown = {"title": ["某市"], "script": ["js.example"], "frame": [], "dns": ["203.0.113.0/24"]}
    assert log.see("a", 1.0, shown) == []
    assert log.see("a", 2.0, shown) == []
    found = log.see("a", 3.0, {**shown, "title": ["彩票"], "script": ["js.example", "evil.example"]})
    assert [(one.what, one.value, one.before) for one in found] == [
        ("title", "彩票", ("某市",)),
        ("script", "evil.example", ("js.example",)),
    ]
    assert log.see("a", 4.0, shown) == []
    assert log.see("a", 5.0, {"frame": ["frame.example"]})[0].before == ()
    assert [one.value for one in log.changes("a", 0, 9)] == ["彩票", "evil.example", "frame.example"]
    assert log.changes("a", 3.0, 4.5) == []
    assert log.see("b", 6.0, shown) == []


def test_a_name_that_leads_elsewhere_is_a_change_only_when_nothing_of_it_is_known(log: WatchLog) -> None:
    log.see("a", 1.0, {"dns": ["203.0.113.0/24", "198.51.100.0/24"]})
    assert log.see("a", 2.0, {"dns": ["203.0.113.0/24", "192.0.2.0/24"]}) == []
    assert [one.value for one in log.see("a", 3.0, {"dns": ["2001:db8:7::/48"]})] == ["2001:db8:7::/48"]


def test_old_visits_are_forgotten_and_what_a_page_shows_is_not(log: WatchLog) -> None:
    with log:
        log.record("a", Visit(10, 10.0, (OPEN,)))
        log.record("a", Visit(90, 90.0, (OPEN,)))
        log.see("a", 10.0, {"title": ["某市"]})
        log.post(["email"], 10.0, b"{}")
    log.prune(50.0)
    assert [one.slot for one in log.visits("a", 0, 100)] == [90]
    assert log.see("a", 91.0, {"title": ["某市"]}) == []
    assert log.unsent() == (0, "")


def test_a_log_of_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "watch.sqlite"
    WatchLog.open(file).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version=99")
    for way in (WatchLog.open, WatchLog.read):
        with pytest.raises(InputError) as raised:
            way(file)
        assert raised.value.problems[0].key == "watch.other-schema"
    file.write_bytes(b"not a database, but long enough to look at" * 40)
    with pytest.raises(InputError) as raised:
        WatchLog.open(file)
    assert raised.value.problems[0].key == "watch.unusable"


WRITER = """
import sys, pathlib
from govaudit.inspection.watch_log import Look, Outcome, Visit, WatchLog
log = WatchLog.open(pathlib.Path(sys.argv[1]))
for slot in range(1, 100_000):
    with log:
        log.record("a", Visit(slot, float(slot), (Look(4, Outcome.OPEN),)))
    print(slot, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_it_recorded(tmp_path: Path) -> None:
    file = tmp_path / "watch.sqlite"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(40)]
        os.kill(writer.pid, signal.SIGKILL)
        said += writer.stdout.readlines()
    last = int(said[-1]) if said[-1].endswith(b"\n") else int(said[-2])
    with closing(WatchLog.open(file)) as log:
        found = [one.slot for one in log.visits("a", 0, 1e6)]
    assert found[:last] == list(range(1, last + 1))
