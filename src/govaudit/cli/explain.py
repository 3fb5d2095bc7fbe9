"""``govaudit explain``: one check in full."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from govaudit.cli.options import everywhere, workspace_of
from govaudit.cli.speech import language, text
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.messages import catalogue

if TYPE_CHECKING:
    from pathlib import Path


@click.command("explain", short_help=text("explain.short"), help=text("explain.help"))
@click.argument("check_id", metavar="CHECK-ID")
@click.option("--profile", default="", metavar="NAME", help=text("options.profile"))
@everywhere
def command(check_id: str, profile: str, workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """Rule, source sentence, parameters, texts."""
    from govaudit.checks.registry import all_checks  # noqa: PLC0415 - help must be quick
    from govaudit.inspection.profile import load_profile  # noqa: PLC0415

    check = all_checks().get(check_id.upper())
    if check is None:
        arguments: dict[str, str | int] = {"check": check_id, "known": ", ".join(all_checks())}
        raise InputError(Problem("check.unknown", check_id, arguments=arguments))
    opened = workspace_of(workspace)
    book = load_profile(profile or opened.settings.profile, opened.profiles)
    texts = catalogue("checks", language())
    click.echo(f"{check.id}  {check.name}  {texts.text(f'{check.id}.title')}")
    click.echo(f"\n{texts.text(f'{check.id}.summary')}\n{texts.text(f'{check.id}.why')}")
    click.echo(f"\n{inspect.cleandoc(check.documentation)}")
    for row in book.rows:
        if check.id in row.check_ids():
            click.echo(
                "\n" + text("explain.row", profile=book.name, row=row.name, part=row.part, clause=row.clause)
            )
    click.echo("\n" + text("explain.parameters", profile=book.name))
    if check.id in book.checks:
        for name, value in check.parameters(book.checks[check.id], book.name):
            click.echo(f"  {name} = {value}")
    else:
        click.echo("  " + text("explain.not-due"))
    click.echo("\n" + text("explain.faults"))
    for fault in check.faults:
        for part in ("message", "expected", "fix"):
            click.echo(f"  {fault}.{part}: {texts.entries[f'{check.id}.faults.{fault}.{part}']}")
