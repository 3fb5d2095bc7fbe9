"""Run jobs in worker processes: as many at once as allowed, each telling its progress, none left behind.

Jobs that ask the same machine run one after the other: two of them would not be done sooner, only be twice the load.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import traceback
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Generic, TypeVar

from govaudit.inspection.errors import GovauditError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.context import ForkServerProcess

    from govaudit.inspection.run import Progress

J = TypeVar("J")

_PR_SET_PDEATHSIG = 1
_NEEDED_BY_ALL = ["govaudit.crawler.crawl", "govaudit.workflow.site_job"]
"""Loaded once, in the process that every worker is a copy of: a site of a few pages is read sooner than these."""
_TRIES = 2
"""A worker that dies without a word is started once more; its site goes on from its journal."""


@dataclass(slots=True)
class _Worker(Generic[J]):
    job: J
    tries: int
    process: ForkServerProcess
    pipe: Connection


@dataclass(frozen=True, slots=True)
class JobEnd(Generic[J]):
    """How a job ended: ``problems`` are sentences for the user, ``crash`` an unexpected error's traceback."""

    job: J
    problems: tuple[Problem, ...] = ()
    crash: str = ""


def run_jobs(
    jobs: Sequence[J],
    work: Callable[[J, Callable[[Progress], None]], None],
    at_once: int,
    tell: Callable[[Progress], None],
    addresses: Callable[[J], frozenset[str]] = lambda _: frozenset(),
) -> list[JobEnd[J]]:
    """Run ``work(job, tell)`` for every job, ``at_once`` at a time; a single job runs in this process.

    ``addresses``: of the machines that a job asks; jobs that share one never run at the same time.

    On ``KeyboardInterrupt`` running workers are asked to stop, waited for, and the interrupt is raised again.
    """
    if len(jobs) <= 1:
        return [JobEnd(job, *_outcome(job, work, tell)) for job in jobs]
    return _Crew(jobs, work, at_once, tell, addresses).run()


class _Crew(Generic[J]):
    """The workers of one run and the jobs that wait for them."""

    def __init__(
        self,
        jobs: Sequence[J],
        work: Callable[[J, Callable[[Progress], None]], None],
        at_once: int,
        tell: Callable[[Progress], None],
        addresses: Callable[[J], frozenset[str]],
    ) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_NEEDED_BY_ALL)
        self._waiting = deque((job, 1) for job in jobs)
        self._running: list[_Worker[J]] = []
        self._ends: list[JobEnd[J]] = []
        self._work = work
        self._at_once = at_once
        self._tell = tell
        self._addresses = addresses
        self._interrupted = False

    def run(self) -> list[JobEnd[J]]:
        while self._waiting or self._running:
            try:
                while len(self._running) < self._at_once and (due := self._next()):
                    self._start(*due)
                for pipe in wait([worker.pipe for worker in self._running]):
                    self._listen(next(worker for worker in self._running if worker.pipe is pipe))
            except KeyboardInterrupt:
                self._stop()
        if self._interrupted:
            raise KeyboardInterrupt
        return self._ends

    def _next(self) -> tuple[J, int] | None:
        """The first job that waits for nobody's machine."""
        busy = frozenset[str]().union(*(self._addresses(worker.job) for worker in self._running))
        due = next((one for one in self._waiting if busy.isdisjoint(self._addresses(one[0]))), None)
        if due is not None:
            self._waiting.remove(due)
        return due

    def _start(self, job: J, tries: int) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run_there, args=(job, self._work, theirs), daemon=True)
        process.start()
        theirs.close()
        self._running.append(_Worker(job, tries, process, ours))

    def _stop(self) -> None:
        self._interrupted = True
        self._waiting.clear()
        for worker in self._running:
            if worker.process.pid:
                os.kill(worker.process.pid, signal.SIGINT)

    def _listen(self, worker: _Worker[J]) -> None:
        """Take one message of a worker: progress, its end, or the silence of one that died."""
        try:
            message = worker.pipe.recv()
        except EOFError:
            self._bury(worker)
            return
        if not isinstance(message, tuple):
            self._tell(message)
            return
        worker.process.join()
        self._running.remove(worker)
        self._ends.append(JobEnd(worker.job, *message))

    def _bury(self, worker: _Worker[J]) -> None:
        worker.process.join()
        self._running.remove(worker)
        if self._interrupted:
            return
        if worker.tries < _TRIES:
            self._waiting.appendleft((worker.job, worker.tries + 1))
            return
        crash = f"worker ended with exit code {worker.process.exitcode}"
        self._ends.append(JobEnd(worker.job, crash=crash))


def _outcome(
    job: J, work: Callable[[J, Callable[[Progress], None]], None], tell: Callable[[Progress], None]
) -> tuple[tuple[Problem, ...], str]:
    try:
        work(job, tell)
    except GovauditError as error:
        return error.problems, ""
    except OSError as error:
        where = str(error.filename or "")
        return (Problem("file.cannot-write", where, arguments={"why": error.strerror or str(error)}),), ""
    except Exception:  # noqa: BLE001 - told to the user with the traceback, ends the command with 4
        return (), traceback.format_exc()
    return (), ""


def _run_there(job: J, work: Callable[[J, Callable[[Progress], None]], None], pipe: Connection) -> None:
    """In the worker: an own process group, so that Ctrl-C reaches it once, from its parent; dies with its parent,
    since the process that it is a copy of ends with it."""
    os.setpgrp()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is None or not parent.is_alive():
        return
    pipe.send(_outcome(job, work, pipe.send))
    pipe.close()
