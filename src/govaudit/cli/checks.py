"""``govaudit checks``: the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from govaudit.cli.options import everywhere
from govaudit.cli.speech import language, text
from govaudit.inspection.messages import catalogue

if TYPE_CHECKING:
    from pathlib import Path


@click.command("checks", short_help=text("checks.short"), help=text("checks.help"))
@everywhere
def command(workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """One line a check."""
    from govaudit.checks.registry import all_checks  # noqa: PLC0415 - help must be quick

    texts = catalogue("checks", language())
    for check in all_checks().values():
        click.echo(f"{check.id}  {check.name:<26}  {texts.text(f'{check.id}.title')}")
