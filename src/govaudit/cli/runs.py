"""``govaudit runs``: the stored runs, and purging them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from govaudit.cli.options import everywhere, hush, workspace_of
from govaudit.cli.speech import say, text
from govaudit.cli.table import aligned
from govaudit.inspection.ages import parse_age
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.run import BEIJING

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.workflow.purge import StoredRun

_UNIT = 1024


@click.group("runs", short_help=text("runs.short"), help=text("runs.help"))
def command() -> None:
    """Commands about stored runs."""


@command.command("list", short_help=text("runs.list-short"), help=text("runs.list-help"))
@everywhere
def list_(workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001 - nothing but data is said
    """One line a run, to standard output."""
    from govaudit.workflow.purge import stored_runs  # noqa: PLC0415 - help must be quick

    hush(verbose=verbose)
    rows = [_cells(one) for one in stored_runs(workspace_of(workspace), _now())]
    for line in aligned(rows) if rows else ():
        click.echo(line)


@command.command("purge", short_help=text("runs.purge-short"), help=text("runs.purge-help"))
@click.option("--run", "names", multiple=True, metavar="NAME", help=text("runs.run-option"))
@click.option("--older-than", "age", default="", metavar="AGE", help=text("runs.older-option"))
@click.option("--bodies-only", is_flag=True, help=text("runs.bodies-option"))
@click.option("--yes", is_flag=True, help=text("runs.yes-option"))
@click.option("--by", "who", default="", metavar="NAME", help=text("runs.by-option"))
@click.option("--why", default="", metavar="TEXT", help=text("runs.why-option"))
@everywhere
def purge_(
    *, names: tuple[str, ...], age: str, bodies_only: bool, yes: bool, who: str, why: str, workspace: Path | None,
    quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Say what would be deleted, or delete it."""
    from govaudit.workflow.purge import Order, clear_rests, plan_purge, purge  # noqa: PLC0415 - help must be quick

    hush(verbose=verbose)
    if yes and not (who.strip() and why.strip()):
        raise InputError(Problem("purge.nobody", "--yes"))
    opened = workspace_of(workspace)
    plan = plan_purge(opened, names, _age(age) or opened.settings.retention, _now(), bodies_only=bodies_only)
    if not yes:
        for one in plan:
            said = {"what": text(f"runs.what.{one.what}"), "run": one.run.name, "size": _size(one.run.size)}
            click.echo(text("runs.would", **said))
        if not quiet:
            say("runs.dry" if plan else "runs.none")
        return
    clear_rests(opened)
    for one, freed in purge(opened, plan, Order(who.strip(), why.strip(), _now())):
        click.echo(text("runs.did", what=text(f"runs.what.{one.what}"), run=one.run.name, size=_size(freed)))
    if not plan and not quiet:
        say("runs.none")


def _now() -> datetime:
    return datetime.now(BEIJING).replace(microsecond=0)


def _age(value: str) -> str:
    if value:
        try:
            parse_age(value)
        except ValueError as error:
            raise InputError(Problem("purge.no-age", "--older-than", arguments={"value": value})) from error
    return value


def _cells(run: StoredRun) -> tuple[str, ...]:
    state = "published" if run.published else "complete" if run.record.finished_at else "unfinished"
    return (
        run.name,
        f"{run.record.as_of.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        str(len(run.record.sites)),
        _size(run.size),
        text(f"runs.states.{state}"),
        text(f"runs.held.{run.held}") if run.held else "-",
    )


def _size(count: int) -> str:
    """Bytes as a person reads them."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < _UNIT:
            return f"{size:.0f} {unit}"
        size /= _UNIT
    return f"{size:.1f} GiB"
