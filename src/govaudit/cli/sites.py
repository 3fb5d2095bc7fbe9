"""``govaudit sites``: the site list."""

from __future__ import annotations

from pathlib import Path

import click

from govaudit.cli.inspect import known_profiles
from govaudit.cli.options import everywhere, workspace_of
from govaudit.cli.speech import complain, say, text


@click.group("sites", short_help=text("sites.short"), help=text("sites.help"))
def command() -> None:
    """Commands about the site list."""


@command.command("check", short_help=text("sites.check-short"), help=text("sites.check-help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--allow-private", is_flag=True, help=text("options.allow-private"))
@everywhere
@click.pass_context
def check(
    context: click.Context,
    file: Path,
    workspace: Path | None,
    *,
    allow_private: bool,
    quiet: bool,
    verbose: bool,  # noqa: ARG001
) -> None:
    """Name every bad row."""
    from govaudit.inspection.site_list import read_site_list  # noqa: PLC0415 - reads spreadsheets

    listed = read_site_list(
        file, known_profiles=known_profiles(workspace_of(workspace)), allow_private=allow_private
    )
    complain(listed.problems)
    if not quiet:
        say("sites.checked", good=len(listed.sites), problems=len(listed.problems))
    context.exit(2 if listed.errors else 0)
