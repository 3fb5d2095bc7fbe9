"""``govaudit watch``: visits home pages day and night."""

from __future__ import annotations

import sys
import time
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.inspect import make_workspace, sites_to_inspect
from govaudit.cli.options import everywhere, hush, network_of, visiting, workspace_of
from govaudit.cli.speech import complain, say, text, word
from govaudit.inspection.errors import InputError, Problem, UncheckedError
from govaudit.inspection.run import BEIJING
from govaudit.inspection.workspace import SETTINGS_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govaudit.inspection.site import Site
    from govaudit.inspection.watch_log import Visit
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.watch_status import SiteStatus

_COLUMNS = ("state", "site", "share", "visits", "short", "gaps", "last", "next", "fault")
_LONGEST_NAME = 30
_LONGEST_FAULT = 60


@click.group("watch", short_help=text("watch.short"), help=text("watch.help"), invoke_without_command=True)
@click.option("--once", is_flag=True, help=text("watch.once"))
@click.option("--sites", "sites_file", type=click.Path(path_type=Path), help=text("options.sites"))
@visiting
@everywhere
@click.pass_context
def command(context: click.Context, /, *, once: bool, sites_file: Path | None, **options: Any) -> None:
    """Watch, unless a subcommand was given."""
    if context.invoked_subcommand is not None:
        return
    from govaudit.workflow.watch import watch  # noqa: PLC0415 - help must be quick

    hush(verbose=options["verbose"])
    workspace = workspace_of(options["workspace"])
    sites, problems = sites_to_inspect(workspace, (), sites_file, allow_private=options["allow_private"])
    complain(problems)
    network = network_of(
        workspace, {**options, "browser": "never", "ignore_robots": False, "concurrency": None}
    )
    if not (workspace.root / SETTINGS_FILE).is_file():
        make_workspace(workspace)
    quiet = options["quiet"]
    settings = workspace.settings.watch
    if not quiet:
        say("watch.begins", count=sum(one.enabled for one in sites), per_day=settings.per_day)
        if len(sites) + len(settings.controls) < 2:
            say("watch.nobody-to-ask")
    told = (lambda _key, _visit: None) if quiet else _tell
    file = sites_file or workspace.site_list
    changed = _changes(workspace, file, allow_private=options["allow_private"])
    end = watch(workspace, sites, network, once=once, tell=told, changed=changed)
    if end.interrupted:
        raise KeyboardInterrupt
    if not quiet:
        say("watch.done", visited=end.visited, measured=end.measured)
    context.exit(3 if end.visited and not end.measured else 0)


@command.command("status", short_help=text("watch.status-short"), help=text("watch.status-help"))
@click.option("--sites", "sites_file", type=click.Path(path_type=Path), help=text("options.sites"))
@click.option("--allow-private", is_flag=True, help=text("options.allow-private"))
@everywhere
def status(
    sites_file: Path | None,
    workspace: Path | None,
    *,
    allow_private: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001
) -> None:
    """A line a site, those that are down first; with ``--quiet`` only those that are not up."""
    from govaudit.inspection.watch_log import WatchLog  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.watch_status import site_statuses  # noqa: PLC0415

    opened = workspace_of(workspace)
    sites, _ = sites_to_inspect(opened, (), sites_file, allow_private=allow_private)
    log = WatchLog.read(opened.watch_log)
    if log is None:
        raise UncheckedError(Problem("watch.no-log", str(opened.watch_log)))
    try:
        found = site_statuses(log, sites, opened.settings.watch.per_day, time.time())
        unsent, why = log.unsent()
        lost = log.value("network-lost")
    finally:
        log.close()
    shown = [one for one in found if not (quiet and one.state == "up")]
    rows = [[text(f"watch.column.{name}") for name in _COLUMNS], *(_row(one) for one in shown)]
    for line in _aligned(rows):
        click.echo(line)
    if lost is not None:
        say("watch.network-lost", since=_moment(lost))
    if unsent:
        say("watch.unsent", count=unsent, why=why or "-")


def _changes(workspace: Workspace, file: Path, *, allow_private: bool) -> Callable[[], Sequence[Site] | None]:
    """The site list whenever its file was written anew and can be used; what is wrong with it is told once."""
    known = _written(file)

    def changed() -> Sequence[Site] | None:
        nonlocal known
        written = _written(file)
        if written == known:
            return None
        known = written
        try:
            return sites_to_inspect(workspace, (), file, allow_private=allow_private)[0]
        except InputError as error:
            complain(error.problems)
            return None

    return changed


def _written(file: Path) -> float:
    return file.stat().st_mtime if file.is_file() else 0.0


def _row(one: SiteStatus) -> list[str]:
    fault = one.last.fault if one.last and one.state in {"down", "failing", "unclear"} else None
    week = one.week
    told = ""
    if one.last is not None and one.last.ours:
        told = text(f"watch.ours.{one.last.ours}")
    elif fault is not None and fault.reason is not None:
        told = f"{text(f'watch.step.{fault.step}')} {word(f'reasons.{fault.reason.value}')}"
    return [
        text(f"watch.state.{one.state}"),
        (one.site.name or one.site.host)[:_LONGEST_NAME],
        f"{week.share:.1%}" if week.measured else "-",
        f"{week.failed}/{week.measured}",
        str(sum(day.measured < week.required for day in week.days)),
        str(len(week.gaps)),
        _moment(one.last.at) if one.last else "-",
        _moment(one.next_at),
        told[:_LONGEST_FAULT],
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns under each other; Chinese characters are two wide."""
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(shown: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in shown)


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, BEIJING):%m-%d %H:%M}"


def _tell(key: str, visit: Visit) -> None:
    """A line for each visit at a terminal that did not open; those that did say nothing."""
    outcome = visit.outcome()
    fault = visit.fault
    if outcome == "open" or fault is None or not sys.stderr.isatty():
        return
    say(
        "watch.visit",
        at=_moment(visit.at),
        site=key,
        state=text(f"watch.outcome.{'ours' if visit.ours else outcome.value}"),
        fault=fault.error or fault.status,
    )
