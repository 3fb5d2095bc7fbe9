"""``govaudit report``: write the reports of a judged run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from govaudit.cli.check import newest_run
from govaudit.cli.inspect import formats_of
from govaudit.cli.options import everywhere, hush, workspace_of
from govaudit.cli.speech import complain, text
from govaudit.inspection.messages import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path


@click.command("report", short_help=text("report.short"), help=text("report.help"))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@click.option("--formats", default="", metavar="NAME,…", help=text("options.formats"))
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help=text("options.lang"))
@everywhere
def command(
    run: str, formats: str, lang: str | None, workspace: Path | None, *, quiet: bool, verbose: bool
) -> None:
    """Findings → files; their names go to standard output."""
    from govaudit.workflow.report import left_out_formats, report_run  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.run_record import existing_record  # noqa: PLC0415

    hush(verbose=verbose)
    opened = workspace_of(workspace)
    record = existing_record(opened, run or newest_run(opened))
    for file in report_run(opened, record, formats_of(formats), lang or ""):
        if not quiet:
            click.echo(file)
    complain(left_out_formats(opened, record, formats_of(formats)))
