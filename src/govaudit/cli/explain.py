"""``govaudit explain``: one check in full, or how a site came out."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from govaudit.cli.check import newest_run
from govaudit.cli.options import everywhere, workspace_of
from govaudit.cli.speech import language, text, word
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.messages import catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.workspace import Workspace


@click.command("explain", short_help=text("explain.short"), help=text("explain.help"))
@click.argument("check_id", metavar="[CHECK-ID]", default="")
@click.option("--site", default="", metavar="CODE", help=text("explain.site"))
@click.option("--row", default="", metavar="NAME", help=text("explain.row-option"))
@click.option("--score", is_flag=True, help=text("explain.score-option"))
@click.option("--run", default="", metavar="NAME", help=text("options.stored-run"))
@click.option("--profile", default="", metavar="NAME", help=text("options.profile"))
@everywhere
def command(
    *, check_id: str, site: str, row: str, score: bool, run: str, profile: str, workspace: Path | None,
    quiet: bool, verbose: bool,  # noqa: ARG001
) -> None:  # fmt: skip
    """Rule, source sentence, parameters, texts; with a site, what was looked at and decided."""
    if site:
        asked = Asked(row=row, check=check_id.upper(), score=score)
        _explain_site(workspace_of(workspace), site, asked, run)
    elif check_id:
        _explain_check(workspace_of(workspace), check_id, profile)
    else:
        raise click.UsageError(text("explain.nothing-asked"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a site's judgement is asked for: a check, its score, a row, or (nothing named) all rows."""

    row: str = ""
    check: str = ""
    score: bool = False


def _explain_site(opened: Workspace, key: str, asked: Asked, run: str) -> None:
    from govaudit.cli.explain_site import (  # noqa: PLC0415
        explain_check,
        explain_row,
        explain_rows,
        explain_score,
    )
    from govaudit.workflow.ledger import with_ledger  # noqa: PLC0415
    from govaudit.workflow.run_record import existing_record, profile_for  # noqa: PLC0415
    from govaudit.workflow.site_job import read_judgement  # noqa: PLC0415

    record = existing_record(opened, run or newest_run(opened))
    site = next((one for one in record.sites if key in {one.key, one.host}), None)
    if site is None:
        known = ", ".join(one.key for one in record.sites)
        raise InputError(
            Problem("run.no-site", key, arguments={"site": key, "run": record.id, "known": known})
        )
    (judgement,) = with_ledger(opened, record, [read_judgement(opened, record, site)])
    book = profile_for(record, site, opened)
    click.echo(
        text(
            "explain.heading",
            name=site.name or site.key, key=site.key, run=record.id, profile=judgement.profile,
            as_of=judgement.as_of.isoformat(timespec="minutes"),
        )
    )  # fmt: skip
    if asked.check:
        lines = explain_check(judgement, asked.check)
    elif asked.score:
        lines = explain_score(judgement, book)
    elif asked.row:
        lines = explain_row(judgement, book, asked.row)
    else:
        lines = explain_rows(judgement, book)
    for line in lines:
        click.echo(line)


def _explain_check(opened: Workspace, check_id: str, profile: str) -> None:
    from govaudit.checks.registry import all_checks  # noqa: PLC0415 - help must be quick
    from govaudit.inspection.profile import load_profile  # noqa: PLC0415

    check = all_checks().get(check_id.upper())
    if check is None:
        arguments: dict[str, str | int] = {"check": check_id, "known": ", ".join(all_checks())}
        raise InputError(Problem("check.unknown", check_id, arguments=arguments))
    book = load_profile(profile or opened.settings.profile, opened.profiles)
    texts = catalogue("checks", language())
    click.echo(f"{check.id}  {check.name}  {texts.text(f'{check.id}.title')}")
    click.echo(f"\n{texts.text(f'{check.id}.summary')}\n{texts.text(f'{check.id}.why')}")
    click.echo(f"\n{inspect.cleandoc(check.documentation)}")
    for row in book.rows:
        if check.id in row.check_ids():
            part = word(f"kinds.{row.part}")
            click.echo(
                "\n" + text("explain.row", profile=book.name, row=row.name, part=part, clause=row.clause)
            )
    click.echo("\n" + text("explain.parameters", profile=book.name))
    if check.id in book.checks:
        for name, value in check.parameters(book.checks[check.id], book.name):
            click.echo(f"  {name} = {value}")
    else:
        click.echo("  " + text("explain.not-due"))
    click.echo("\n" + text("explain.faults"))
    for fault in check.faults:
        for part in ("message", "expected", "fix"):
            click.echo(f"  {fault}.{part}: {texts.entries[f'{check.id}.faults.{fault}.{part}']}")
