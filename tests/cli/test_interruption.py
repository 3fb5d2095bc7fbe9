"""Ctrl-C saves, says how to go on and ends with 130; the same command then finishes the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(sys.executable).with_name("govaudit")


@pytest.fixture
def held() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize(("sites", "number"), [(1, signal.SIGINT), (2, signal.SIGTERM)])
def test_an_interrupted_run_goes_on(
    tmp_path: Path, held: threading.Event, sites: int, number: signal.Signals
) -> None:
    routes = {"/": Reply(body=page("/held")), "/held": Reply(body=page(), hold=held)}
    with HttpSite(routes) as site:
        addresses = [f"{site.url}/", f"{site.url.replace('127.0.0.1', 'localhost')}/"][:sites]
        command: list[str | Path] = [
            PROGRAM,
            "inspect",
            *addresses,
            "--run",
            "r",
            "--allow-private",
            "--rate",
            "0",
        ]
        command += [
            "--as-of",
            "2026-11-20",
            "--formats",
            "json",
            "--resolve",
            f"localhost:{site.port}:127.0.0.1",
        ]
        environment = {**os.environ, "GOVAUDIT_LANG": "en"}
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        assert site.wait_for(sites, "/held", 60)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
        assert process.returncode == 130, told
        assert "The same command goes on" in told
        held.set()
        again = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert again.returncode == 0, again.stderr
    assert (tmp_path / "reports" / "r" / "findings.json").is_file()
