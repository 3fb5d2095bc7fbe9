"""``govaudit init``: a workspace to start from."""

from __future__ import annotations

from pathlib import Path

import click

from govaudit.cli.options import everywhere
from govaudit.cli.speech import language, say, text


@click.command("init", short_help=text("init_workspace.short"), help=text("init_workspace.help"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="[DIR]")
@everywhere
def command(folder: Path, workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """Settings, a site list with an example, a local profile to edit."""
    from govaudit.workflow.new_workspace import new_workspace  # noqa: PLC0415 - rarely needed

    target = workspace or folder
    for file in new_workspace(target.resolve(), language()):
        if not quiet:
            say("init_workspace.wrote", file=file)
