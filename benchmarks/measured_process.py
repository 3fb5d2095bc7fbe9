"""One program run to its end, with what it took: time, processor time and memory of all its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAMPLE_SECONDS = 0.1
PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class Run:
    """``seconds``: wall time; ``cpu_seconds``: user and system time of the process and all that it waited for;
    ``megabytes``: peak of the resident memory of its session, summed over the processes; ``cut``: it took longer
    than it was given and was ended."""

    exit_code: int
    seconds: float
    cpu_seconds: float
    megabytes: float
    cut: bool


def run_measured(
    command: Sequence[str], *, folder: Path, output: Path, limit: float, environment: Mapping[str, str]
) -> Run:
    """Run ``command`` in ``folder``, its output into a file, for at most ``limit`` seconds."""
    with output.open("wb") as sink:
        start = time.monotonic()
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **environment},
        )
        memory = _MemoryWatch(child.pid)
        alarm = threading.Timer(limit, _end_session, [child.pid])
        memory.start()
        alarm.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
            seconds = time.monotonic() - start
            child.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            _end_session(child.pid)
            raise
        finally:
            alarm.cancel()
            memory.stop()
    return Run(
        exit_code=child.returncode,
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        megabytes=max(memory.peak_megabytes, usage.ru_maxrss / 1024),
        cut=seconds >= limit,
    )


def _end_session(leader: int) -> None:
    """End the processes of a session that this program started."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


class _MemoryWatch(threading.Thread):
    """Looks at the memory of all processes of a session ten times a second."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self._session = session
        self._over = threading.Event()
        self.peak_megabytes = 0.0

    def run(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.peak_megabytes = max(self.peak_megabytes, session_use(self._session)[0])

    def stop(self) -> None:
        self._over.set()
        self.join()


def session_use(session: int) -> tuple[float, float]:
    """Resident megabytes and processor seconds of all processes of a session and those that they waited for."""
    page = os.sysconf("SC_PAGE_SIZE") / 2**20
    ticks = os.sysconf("SC_CLK_TCK")
    pages = used = 0
    for entry in PROCESSES.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            pages += int(fields[21])
            used += sum(map(int, fields[11:15]))
    return pages * page, used / ticks
