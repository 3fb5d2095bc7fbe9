"""``govaudit doctor``: what can this machine do?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from govaudit.cli.options import everywhere, hush, workspace_of
from govaudit.cli.speech import text

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.workflow.doctor import Ability


@click.command("doctor", short_help=text("doctor.short"), help=text("doctor.help"))
@everywhere
def command(workspace: Path | None, *, quiet: bool, verbose: bool) -> None:
    """Say what works; with ``--quiet`` only what does not. Nothing that is missing is an error."""
    from govaudit.workflow.doctor import examine  # noqa: PLC0415 - help must be quick

    hush(verbose=verbose)
    for ability in examine(workspace_of(workspace).root):
        if not (quiet and ability.works):
            _tell(ability)


def _tell(ability: Ability) -> None:
    state = text("doctor.works" if ability.works else "doctor.lacks")
    name = text(f"doctor.subject.{ability.subject}")
    click.echo(text("doctor.line", name=name, state=state, detail=ability.detail).rstrip())
    if ability.works:
        return
    click.echo(f"  {text(f'doctor.consequence.{ability.subject}')}")
    if ability.install:
        click.echo(f"  {text('doctor.install', line=ability.install)}")
