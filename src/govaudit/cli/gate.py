"""``govaudit gate``: may this release go out?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.inspect import formats_of
from govaudit.cli.options import budget_of, everywhere, hush, moment_of, network_of, networked, workspace_of
from govaudit.cli.progress import ProgressDisplay
from govaudit.cli.speech import complain, language, say, text, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.finding import Finding
    from govaudit.workflow.gate import GateEnd

_FIRST = 20
"""How many findings over the gate are printed; the reports hold all."""


@click.command("gate", short_help=text("gate.short"), help=text("gate.help"))
@click.argument("target")
@click.option("--profile", default="", metavar="NAME", help=text("options.profile"))
@click.option(
    "--kind",
    type=click.Choice(["portal", "department", "service"]),
    default="portal",
    help=text("options.kind"),
)
@click.option("--base-url", default="", metavar="URL", help=text("options.base-url"))
@click.option("--baseline", type=click.Path(path_type=Path, dir_okay=False), help=text("options.baseline"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help=text("options.out"))
@click.option("--formats", default="", metavar="NAME,…", help=text("options.formats"))
@click.option("--report-only", is_flag=True, help=text("options.report-only"))
@networked
@everywhere
@click.pass_context
def command(context: click.Context, /, target: str, baseline: Path | None, **options: Any) -> None:
    """Inspect and decide."""
    from govaudit.workflow.gate import gate, on_this_machine, read_baseline  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.inspect import RunOptions  # noqa: PLC0415

    hush(verbose=options["verbose"])
    workspace = workspace_of(options["workspace"])
    known = read_baseline(baseline) if baseline else frozenset()
    asked = RunOptions(
        as_of=moment_of(options["as_of"]),
        profile=options["profile"],
        network=network_of(workspace, options, own_machine=on_this_machine(target)),
        budget=budget_of(workspace, options),
        formats=formats_of(options["formats"]),
    )
    with ProgressDisplay(quiet=options["quiet"]) as display:
        end = gate(
            target,
            workspace,
            asked,
            display.tell,
            kind=options["kind"],
            base_url=options["base_url"],
            baseline=known,
            out=options["out"],
        )
    _tell(end, quiet=options["quiet"])
    context.exit(end.exit_code(report_only=options["report_only"]))


def _tell(end: GateEnd, *, quiet: bool) -> None:
    """All causes, gravest first; then what is over the gate."""
    for crash in end.crashes:
        click.echo(crash, err=True)
    complain(end.problems)
    for why in end.unchecked:
        name, _, detail = why.partition(":")
        say("gate.unchecked", reason=word(f"reasons.{name}"), detail=detail.strip())
    if quiet:
        return
    _list("gate.over", end.over)
    _list("gate.shown", end.shown, first=5)
    say(
        "gate.end",
        over=len(end.over),
        known=len(end.known),
        shown=len(end.shown),
        pages=end.judgement.coverage.visited if end.judgement else 0,
    )
    for file in end.files:
        if file.name in {"findings.json", "index.html"} and file.parent.name != "sites":
            say("gate.file", file=file)


def _list(key: str, findings: Sequence[Finding], first: int = _FIRST) -> None:
    from govaudit.reports.texts import Texts  # noqa: PLC0415 - help must be quick

    if not findings:
        return
    texts = Texts(language())
    say(key, count=len(findings))
    for finding in findings[:first]:
        click.echo(f"  {finding.check}  {texts.finding(finding).message}\n      {finding.page}", err=True)
    if len(findings) > first:
        say("gate.more", count=len(findings) - first)
