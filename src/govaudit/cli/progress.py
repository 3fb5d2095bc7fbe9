"""Progress of long work: a live table on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

import click

from govaudit.cli.speech import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from govaudit.inspection.run import Progress

_LINE_EVERY = 5.0
"""Seconds between two plain lines about one site."""

_ALWAYS_TOLD = frozenset({"paused", "done", "failed", "interrupted"})


class ProgressDisplay:
    """Context manager whose ``tell`` takes what crawls say of themselves."""

    def __init__(self, *, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._clock = clock
        self._told: dict[str, float] = {}
        self._rich: RichProgress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - only for terminals
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

            self._rich = Progress(
                TextColumn("{task.fields[site]}"),
                BarColumn(),
                TextColumn("{task.fields[words]}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._rich is not None:
            self._rich.stop()

    def tell(self, progress: Progress) -> None:
        """Show how far one site is."""
        if self._quiet:
            return
        words = text(
            f"progress.{progress.stage}",
            pages=progress.pages,
            fetched=progress.fetched,
            waiting=progress.waiting,
            failed=progress.failed,
            detail=progress.detail,
        )
        if self._rich is None:
            self._line(progress, words)
            return
        task = self._tasks.get(progress.site)
        if task is None:
            task = self._tasks[progress.site] = self._rich.add_task("", site=progress.site, words=words)
        self._rich.update(
            task,
            words=words,
            completed=progress.fetched,
            total=max(progress.fetched + progress.waiting, 1),
        )

    def _line(self, progress: Progress, words: str) -> None:
        now = self._clock()
        last = self._told.get(progress.site)
        if progress.stage not in _ALWAYS_TOLD and last is not None and now - last < _LINE_EVERY:
            return
        self._told[progress.site] = now
        click.echo(f"{progress.site}  {words}", err=True)
