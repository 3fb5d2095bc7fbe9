"""``govaudit crawl``: the first stage alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from govaudit.cli.inspect import make_workspace, run_options, sites_to_inspect
from govaudit.cli.options import everywhere, hush, networked, workspace_of
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import complain, say, text
from govaudit.inspection.workspace import SETTINGS_FILE


@click.command("crawl", short_help=text("crawl.short"), help=text("crawl.help"))
@click.argument("urls", nargs=-1, metavar="[URL…]")
@click.option("--sites", "sites_file", type=click.Path(path_type=Path), help=text("options.sites"))
@click.option("--run", default="", metavar="NAME", help=text("options.run"))
@click.option("--profile", default="", metavar="NAME", help=text("options.profile"))
@click.option("--again", is_flag=True, help=text("options.again"))
@networked
@everywhere
@click.pass_context
def command(
    context: click.Context, /, urls: tuple[str, ...], sites_file: Path | None, **options: Any
) -> None:
    """Record the facts."""
    from govaudit.workflow.inspect import begin_run, crawl_run  # noqa: PLC0415 - help must be quick

    hush(verbose=options["verbose"])
    workspace = workspace_of(options["workspace"])
    sites, problems = sites_to_inspect(workspace, urls, sites_file, allow_private=options["allow_private"])
    asked = run_options(workspace, options)
    if not (workspace.root / SETTINGS_FILE).is_file():
        make_workspace(workspace)
    record = begin_run(workspace, sites, asked, listed=not urls)
    with ProgressDisplay(quiet=options["quiet"]) as display:
        ends = crawl_run(workspace, record, asked, display.tell, judge=False)
    complain((*problems, *(problem for end in ends for problem in end.problems)))
    crashes = [end.crash for end in ends if end.crash]
    for crash in crashes:
        click.echo(crash, err=True)
    say("crawl.end", run=record.id, folder=workspace.run_folder(record.id))
    stored = [site for site in record.sites if workspace.facts_file(record.id, site.key).is_file()]
    context.exit(4 if crashes else 0 if stored else 3)
