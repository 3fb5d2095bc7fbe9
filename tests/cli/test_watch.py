"""``govaudit watch`` as a timer, a daemon and a table."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.watch_log import Outcome, WatchLog
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

PROGRAM = Path(sys.executable).with_name("govaudit")
HOME = Reply(body=page("/a", title="某市人民政府"))


def environment(language: str = "en") -> dict[str, str]:
    return {**os.environ, "GOVAUDIT_LANG": language}


@pytest.fixture
def govaudit(tmp_path: Path) -> Run:
    def run(*arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=tmp_path,
            env=environment(language),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def listed(folder: Path, *urls: str) -> None:
    rows = [f"44010000{number:02},网站{number},{url}" for number, url in enumerate(urls)]
    (folder / "sites.csv").write_text("\n".join(["code,name,url", *rows]) + "\n", encoding="utf-8")


def last_outcome(folder: Path, number: int = 0) -> Outcome | None:
    log = WatchLog.read(folder / "watch.sqlite")
    if log is None:
        return None
    with closing(log):
        visit = log.last_visit(f"44010000{number:02}")
    return visit.outcome() if visit else None


def test_a_timer_makes_the_visits_that_are_due_and_no_others(tmp_path: Path, govaudit: Run) -> None:
    with HttpSite({"/": HOME}) as one, HttpSite({"/": Reply(403)}) as other:
        listed(tmp_path, one.url + "/", other.url + "/")
        first = govaudit("watch", "--once", "--allow-private")
        made = len(one.requests)
        second = govaudit("watch", "--once", "--allow-private")
        assert (first.returncode, second.returncode) == (0, 0)
        assert made == 1
        assert len(one.requests) <= 2
    assert "2 visits were due, 1 of them measured" in first.stderr
    assert (last_outcome(tmp_path, 0), last_outcome(tmp_path, 1)) == (Outcome.OPEN, Outcome.UNCLEAR)
    table = govaudit("watch", "status", "--allow-private")
    assert table.returncode == 0
    header, walled, up = table.stdout.splitlines()
    assert header.startswith("State")
    assert walled.startswith("unclear")
    assert "网站1" in walled
    assert up.startswith("up")
    assert "0/1" in up
    chinese = govaudit("watch", "status", "--allow-private", "-q", language="zh-CN").stdout.splitlines()
    assert [line.split()[0] for line in chinese] == ["状态", "无法判定"]


def test_when_nothing_could_be_measured_the_exit_code_says_so(tmp_path: Path, govaudit: Run) -> None:
    with HttpSite({"/": Reply(403)}) as site:
        listed(tmp_path, site.url + "/")
        end = govaudit("watch", "--once", "--allow-private")
    assert end.returncode == 3
    assert "cannot be told from our own network's" in end.stderr


def test_addresses_of_this_machine_need_leave(tmp_path: Path, govaudit: Run) -> None:
    listed(tmp_path, "http://127.0.0.1:1/")
    end = govaudit("watch", "--once")
    assert end.returncode == 2
    assert "sites.csv:2" in end.stderr
    assert not (tmp_path / "watch.sqlite").exists()


def test_status_without_a_log(tmp_path: Path, govaudit: Run) -> None:
    listed(tmp_path, "http://www.x.gov.cn/")
    assert govaudit("watch", "status").returncode == 3


def test_a_secret_that_is_not_there_is_named(tmp_path: Path, govaudit: Run) -> None:
    listed(tmp_path, "http://www.x.gov.cn/")
    (tmp_path / "govaudit.toml").write_text(
        "[watch.webhook]\nurl = 'http://x/'\nsecret_env = 'NO_SUCH_VARIABLE'\n", encoding="utf-8"
    )
    end = govaudit("watch", "--once")
    assert end.returncode == 2
    assert "NO_SUCH_VARIABLE" in end.stderr


class Daemon:
    """A watch that runs on."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "watch", "--allow-private"],
            cwd=folder,
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_daemon_records_at_once_and_may_be_killed_and_started_again(tmp_path: Path, govaudit: Run) -> None:
    with HttpSite({"/": HOME}) as one, HttpSite({"/": HOME}) as other:
        listed(tmp_path, one.url + "/", other.url + "/")
        daemon = Daemon(tmp_path)
        wait_until(lambda: last_outcome(tmp_path, 0) is last_outcome(tmp_path, 1) is Outcome.OPEN)
        second = govaudit("watch", "--once", "--allow-private")
        assert second.returncode == 2
        assert [line for line in second.stderr.splitlines() if "another watch" in line]
        assert daemon.end(signal.SIGKILL) == -signal.SIGKILL
        assert last_outcome(tmp_path) is Outcome.OPEN
        again = Daemon(tmp_path)
        assert again.process.stderr is not None
        assert "Watching 2 sites" in again.process.stderr.readline()
        assert again.end(signal.SIGTERM) == 130
        assert govaudit("watch", "--once", "--allow-private").returncode == 0
