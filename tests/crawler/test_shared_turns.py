"""One budget an address, whoever asks: processes that know nothing of each other meet in one locked file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as some

from govaudit.crawler.downloader.shared_turns import SharedTurns, turns_file

TAKE = """
import sys, time
from pathlib import Path
from govaudit.crawler.downloader.shared_turns import SharedTurns
turns = SharedTurns(Path(sys.argv[1]), lambda: 1000.0)
for _ in range(int(sys.argv[2])):
    while (wait := turns.take("203.0.113.7", 0.5)) is None:
        time.sleep(0.001)
    print(wait)
"""

HOLD = """
import fcntl, os, signal, sys
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.lockf(file, fcntl.LOCK_EX)
print("locked", flush=True)
signal.pause()
"""


class Clock:
    """UTC seconds that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_processes_of_one_user_take_turns_at_an_address(tmp_path: Path) -> None:
    file = tmp_path / "turns"
    crawls = [
        subprocess.Popen([sys.executable, "-c", TAKE, str(file), "100"], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    waits = sorted(float(line) for one in crawls for line in one.communicate()[0].splitlines())
    assert waits == pytest.approx([number * 0.5 for number in range(300)])


def test_other_addresses_do_not_wait(tmp_path: Path) -> None:
    turns = SharedTurns(tmp_path / "turns", Clock())
    assert [turns.take(f"203.0.113.{number}", 9.0) for number in range(50)] == [0.0] * 50
    assert turns.take("203.0.113.7", 9.0) == 9.0


def test_a_holder_that_dies_holds_nobody_up(tmp_path: Path) -> None:
    file = tmp_path / "turns"
    turns = SharedTurns(file, Clock())
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    assert turns.take("203.0.113.7", 1.0) is None
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert turns.take("203.0.113.7", 1.0) == 0.0
    assert turns.take("203.0.113.7", 1.0) == 1.0


def test_a_clock_that_was_set_back_and_a_damaged_table_cost_nothing(tmp_path: Path) -> None:
    file = tmp_path / "turns"
    clock = Clock()
    turns = SharedTurns(file, clock)
    turns.take("203.0.113.7", 60.0)
    clock.now -= 1_000_000
    assert turns.take("203.0.113.7", 60.0) == 0.0
    file.write_bytes(os.urandom(3) + b"\xff" * 600_000)
    assert turns.take("203.0.113.7", 60.0) == 0.0
    file.write_bytes(b"")
    assert turns.take("203.0.113.7", 60.0) == 0.0
    assert turns.take("203.0.113.7", 60.0) == 60.0


@given(some.lists(some.tuples(some.floats(0, 30), some.floats(0.01, 5)), min_size=2, max_size=40))
def test_turns_are_never_nearer_than_was_left_between_them(steps: list[tuple[float, float]]) -> None:
    clock = Clock()
    with TemporaryDirectory() as folder:
        turns = SharedTurns(Path(folder) / "turns", clock)
        taken = []
        for passed, interval in steps:
            clock.now += passed
            wait = turns.take("203.0.113.7", interval)
            assert wait is not None
            taken.append((clock.now + wait, interval))
        assert all(later[0] - before[0] >= before[1] - 1e-6 for before, later in pairwise(taken))
        turns.close()


def test_somebody_elses_file_is_not_touched(tmp_path: Path) -> None:
    link = tmp_path / "turns"
    link.symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="turns"):
        SharedTurns(link, Clock())
    assert not (tmp_path / "victim").exists()
    (tmp_path / "led").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(PermissionError, match="led"):
        SharedTurns(tmp_path / "led" / "turns", Clock())


def test_the_file_lies_with_the_session_or_among_the_users_own_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert turns_file() == tmp_path / "govaudit" / "turns"
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/proc/nowhere")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert turns_file() == tmp_path / f"govaudit-{os.getuid()}" / "turns"
    SharedTurns(turns_file(), Clock()).close()
    assert turns_file().parent.stat().st_mode & 0o777 == 0o700
