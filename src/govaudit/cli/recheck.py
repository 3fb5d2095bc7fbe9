"""``govaudit recheck``: is it fixed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.check import newest_run
from govaudit.cli.inspect import formats_of
from govaudit.cli.options import everywhere, hush, moment_of, network_of, networked, workspace_of
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import complain, language, say, text, word

if TYPE_CHECKING:
    from govaudit.reports.texts import Texts
    from govaudit.workflow.recheck import RecheckEnd
    from govaudit.workflow.recheck_answers import Told


@click.command("recheck", short_help=text("recheck.short"), help=text("recheck.help"))
@click.argument("findings", nargs=-1, metavar="[FINDING-ID…]")
@click.option("--site", default="", metavar="CODE", help=text("options.recheck-site"))
@click.option("--all-open", is_flag=True, help=text("options.all-open"))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@click.option("--formats", default="", metavar="NAME,…", help=text("options.formats"))
@networked
@everywhere
@click.pass_context
def command(context: click.Context, /, findings: tuple[str, ...], **options: Any) -> None:
    """Visit, judge, compare; the name of the file that it wrote goes to standard output."""
    from govaudit.workflow.recheck import choose, recheck_run  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.run_record import existing_record  # noqa: PLC0415

    hush(verbose=options["verbose"])
    workspace = workspace_of(options["workspace"])
    record = existing_record(workspace, options["run"] or newest_run(workspace))
    chosen = choose(workspace, record, findings, site=options["site"], all_open=options["all_open"])
    network = network_of(workspace, options)
    if not chosen:
        say("recheck.nothing-open", run=record.id)
        return
    with ProgressDisplay(quiet=options["quiet"]) as display:
        end = recheck_run(
            workspace,
            record,
            chosen,
            network,
            display.tell,
            as_of=moment_of(options["as_of"]),
            jobs=workspace.settings.jobs if options["jobs"] is None else options["jobs"],
            formats=formats_of(options["formats"]),
        )
    tell_recheck(end, quiet=options["quiet"])
    if end.file is not None:
        click.echo(end.file)
    context.exit(end.exit_code())


def tell_recheck(end: RecheckEnd, *, quiet: bool) -> None:
    """What came of every finding, what is still wrong first, and everything that broke off."""
    from govaudit.reports.texts import Texts  # noqa: PLC0415 - help must be quick

    for crash in end.crashes:
        click.echo(crash, err=True)
    complain(end.problems)
    if quiet:
        return
    texts = Texts(language())
    for answer in ("still", "untold", "fixed"):
        told = [one for one in end.told if one.answer.value == answer]
        if told:
            say(f"recheck.{answer}", count=len(told))
        for one in told:
            _tell(one, texts)
    say(
        "recheck.end",
        sites=len(end.sites),
        visits=sum(site.visits for site in end.sites),
        **{
            answer: sum(one.answer.value == answer for one in end.told)
            for answer in ("fixed", "still", "untold")
        },
    )


def _tell(told: Told, texts: Texts) -> None:
    shown = told.after or told.before
    say(
        "recheck.finding",
        id=told.before.id,
        check=told.before.check,
        message=texts.finding(shown).message,
        page=shown.page,
    )
    if told.reason is not None:
        say("recheck.why", reason=word(f"reasons.{told.reason.value}"), place=told.place)
    if told.because:
        say(f"recheck.because.{told.because}", place=told.place)
    if told.rule_changed:
        say("recheck.because.rule-changed", before=told.before.rule_version)
    if told.profile_changed:
        say("recheck.because.profile-changed")
