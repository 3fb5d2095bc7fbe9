"""``govaudit crawl``: the first stage alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.inspect import begin
from govaudit.cli.options import starting_a_run
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import complain, say, text

if TYPE_CHECKING:
    from pathlib import Path


@click.command("crawl", short_help=text("crawl.short"), help=text("crawl.help"))
@starting_a_run
@click.pass_context
def command(
    context: click.Context, /, urls: tuple[str, ...], sites_file: Path | None, **options: Any
) -> None:
    """Record the facts."""
    from govaudit.workflow.inspect import crawl_run  # noqa: PLC0415 - help must be quick

    begun = begin(urls, sites_file, options)
    record = begun.record
    with ProgressDisplay(quiet=options["quiet"]) as display:
        ends = crawl_run(begun.workspace, record, begun.options, display.tell, judge=False)
    problems = [problem for end in ends for problem in end.problems]
    complain((*begun.problems, *problems))
    crashes = [end.crash for end in ends if end.crash]
    for crash in crashes:
        click.echo(crash, err=True)
    say("crawl.end", run=record.id, folder=begun.workspace.run_folder(record.id))
    stored = [site for site in record.sites if begun.workspace.facts_file(record.id, site.key).is_file()]
    context.exit(4 if crashes or problems else 0 if stored else 3)
