"""``govaudit check``: judge a stored run again, without the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from govaudit.cli.options import everywhere, hush, workspace_of
from govaudit.cli.speech import say, text, word
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.verdict import Result

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.workspace import Workspace


@click.command("check", short_help=text("check.short"), help=text("check.help"))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@click.option("--profile", default="", metavar="NAME", help=text("options.profile"))
@everywhere
@click.pass_context
def command(
    context: click.Context, run: str, profile: str, workspace: Path | None, *, quiet: bool, verbose: bool
) -> None:
    """Facts → findings."""
    from govaudit.workflow.inspect import check_run  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.judge import crashed  # noqa: PLC0415

    hush(verbose=verbose)
    opened = workspace_of(workspace)
    judgements = check_run(opened, run or newest_run(opened), profile)
    if not quiet:
        for one in judgements:
            say(
                "check.site",
                key=one.site.key,
                name=one.site.name or one.overview.title,
                result=word(f"results.{one.result}"),
                findings=len(one.findings),
                reason=one.reason,
            )
    if any(crashed(one) for one in judgements):
        context.exit(4)
    checked = [one for one in judgements if one.result in {Result.QUALIFIED, Result.UNQUALIFIED}]
    context.exit(0 if checked else 3)


def newest_run(workspace: Workspace) -> str:
    """The run that judges latest. Raises ``InputError`` when the workspace holds none."""
    from govaudit.workflow.run_record import known_runs  # noqa: PLC0415 - help must be quick

    runs = known_runs(workspace)
    if not runs:
        raise InputError(Problem("run.none", str(workspace.root)))
    return runs[-1]
