"""Copy the part of the watch log that a run is judged by into the run, so that judging it again gives the same."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import Probe
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.urls import canonical
from govaudit.inspection.watch_log import WatchLog, WatchWindow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from govaudit.inspection.workspace import Workspace

KIND = "watch"
_SECONDS = 14 * 86_400
"""More than any rule book asks for."""


def keep_watch_window(workspace: Workspace, facts_file: Path, clock: Callable[[], float] = time.time) -> None:
    """Copy the days before ``as_of`` of the run's site, if there is a log and no whole copy yet. A copy taken before
    ``as_of`` lacks what came later and is taken again."""
    if not workspace.watch_log.is_file():
        return
    with closing(SiteFacts.open(facts_file)) as facts:
        plan = facts.plan
        copies = facts.probes(KIND)
    until = plan.as_of.timestamp()
    if copies and msgspec.convert(copies[-1].result, WatchWindow).taken_at >= until:
        return
    log = WatchLog.read(workspace.watch_log)
    if log is None:
        return
    with closing(log):
        window = log.window(plan.site.key, until - _SECONDS, until, clock())
    if not window.visits:
        return
    with closing(FactWriter.open(facts_file, plan)) as writer:
        subject = canonical(plan.site.url) or plan.site.url
        writer.add_probe(
            Probe(kind=KIND, subject=subject, at=window.taken_at, result=msgspec.to_builtins(window))
        )
