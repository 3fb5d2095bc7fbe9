"""``govaudit report``: write the reports of a judged run again, or publish them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.check import newest_run
from govaudit.cli.inspect import formats_of
from govaudit.cli.options import everywhere, hush, moment_of, network_of, networked, workspace_of
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import complain, say, text
from govaudit.inspection.errors import GovauditError, InputError, Problem
from govaudit.inspection.messages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.recheck import Chosen, RecheckEnd
    from govaudit.workflow.run_record import RunRecord


@click.command("report", short_help=text("report.short"), help=text("report.help"))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@click.option("--formats", default="", metavar="NAME,…", help=text("options.formats"))
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help=text("options.lang"))
@click.option("--bundle", is_flag=True, help=text("report.bundle-option"))
@click.option("--site", "codes", multiple=True, metavar="CODE", help=text("report.site-option"))
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

    if options["codes"] and not options["bundle"]:
        raise InputError(Problem("option.site-without-bundle", "--site"))
    if options["final"] and options["bundle"]:
        raise InputError(Problem("option.final-with-bundle", "--bundle"))
    hush(verbose=options["verbose"])
    workspace = workspace_of(options["workspace"])
    record = existing_record(workspace, options["run"] or newest_run(workspace))
    formats = formats_of(options["formats"])
    if options["final"]:
        _publish(workspace, record, options)
        return
    if given := [name for name in ("reason", "offline", "keep_fixed") if options[name]]:
        raise InputError(*(Problem("final.options", f"--{name.replace('_', '-')}") for name in given))
    if options["bundle"]:
        formats = _with_papers(formats or workspace.settings.formats, listed=record.listed)
    try:
        files = report_run(workspace, record, formats, options["lang"] or "")
    except OSError as error:
        where, why = str(error.filename or workspace.report_folder(record.id)), error.strerror or str(error)
        raise GovauditError(Problem("file.cannot-write", where, arguments={"why": why})) from error
    for file in files:
        if not options["quiet"]:
            click.echo(file)
    complain(left_out_formats(workspace, record, formats))
    if options["bundle"]:
        _bundle(workspace, record, files, options["codes"], options["lang"] or "", quiet=options["quiet"])


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


def _with_papers(names: tuple[str, ...], *, listed: bool) -> tuple[str, ...]:
    """The formats that are named, with those of the papers that a bundle holds; empty: all."""
    papers = ("html", "docx") if listed else ("html",)
    return tuple(dict.fromkeys((*names, *papers))) if names else ()


def _bundle(
    workspace: Workspace,
    record: RunRecord,
    files: Sequence[Path],
    codes: tuple[str, ...],
    lang: str,
    *,
    quiet: bool,
) -> None:
    from govaudit.workflow.bundle import bundle_run  # noqa: PLC0415 - rarely needed

    for one in bundle_run(workspace, record, frozenset(files), codes, lang):
        click.echo(one.file)
        if not quiet:
            say("report.bundled", file=one.file, digest=one.digest)
            for absent in one.absent:
                say(f"report.absent-{absent.why}", file=one.file, path=absent.path)
