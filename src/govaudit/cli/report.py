"""``govaudit report``: write the reports of a judged run again, or publish them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.check import newest_run
from govaudit.cli.inspect import formats_of
from govaudit.cli.options import everywhere, hush, moment_of, network_of, networked, workspace_of
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import complain, say, text
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.messages import LANGUAGES

if TYPE_CHECKING:
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.recheck import Chosen, RecheckEnd
    from govaudit.workflow.run_record import RunRecord


@click.command("report", short_help=text("report.short"), help=text("report.help"))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@click.option("--formats", default="", metavar="NAME,…", help=text("options.formats"))
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help=text("options.lang"))
@click.option("--final", is_flag=True, help=text("options.final"))
@click.option("--reason", default="", metavar="TEXT", help=text("options.reason"))
@click.option("--offline", is_flag=True, help=text("options.offline"))
@click.option("--keep-fixed", is_flag=True, help=text("options.keep-fixed"))
@networked
@everywhere
def command(**options: Any) -> None:
    """Findings → files; their names go to standard output."""
    from govaudit.workflow.report import left_out_formats, report_run  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.run_record import existing_record  # noqa: PLC0415

    hush(verbose=options["verbose"])
    workspace = workspace_of(options["workspace"])
    record = existing_record(workspace, options["run"] or newest_run(workspace))
    formats = formats_of(options["formats"])
    if options["final"]:
        _publish(workspace, record, options)
        return
    if given := [name for name in ("reason", "offline", "keep_fixed") if options[name]]:
        raise InputError(*(Problem("final.options", f"--{name.replace('_', '-')}") for name in given))
    for file in report_run(workspace, record, formats, options["lang"] or ""):
        if not options["quiet"]:
            click.echo(file)
    complain(left_out_formats(workspace, record, formats))


def _publish(workspace: Workspace, record: RunRecord, options: dict[str, Any]) -> None:
    from govaudit.cli.recheck import tell_recheck  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.final import publish  # noqa: PLC0415
    from govaudit.workflow.recheck import recheck_run  # noqa: PLC0415
    from govaudit.workflow.report import left_out_formats  # noqa: PLC0415

    formats = formats_of(options["formats"])
    quiet = options["quiet"]
    network = None if options["offline"] else network_of(workspace, options)
    with ProgressDisplay(quiet=quiet) as display:

        def visit(vetoes: Chosen) -> RecheckEnd:
            assert network is not None, "not called offline"  # noqa: S101
            as_of = moment_of(options["as_of"])
            jobs = workspace.settings.jobs if options["jobs"] is None else options["jobs"]
            return recheck_run(
                workspace, record, vetoes, network, display.tell, as_of=as_of, jobs=jobs, formats=formats
            )

        done = publish(
            workspace,
            record,
            None if network is None else visit,
            reason=options["reason"],
            gone_count=options["keep_fixed"],
            formats=formats,
            language=options["lang"] or "",
        )
    if done.recheck is not None:
        tell_recheck(done.recheck, quiet=quiet)
    if quiet:
        return
    say("report.published", number=done.version.number, folder=done.folder, sha256=done.version.manifest)
    for file in done.files:
        click.echo(file)
    complain(left_out_formats(workspace, record, formats))
