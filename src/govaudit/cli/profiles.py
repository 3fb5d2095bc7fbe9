"""``govaudit profiles``: the rule books."""

from __future__ import annotations

from pathlib import Path

import click

from govaudit.cli.inspect import known_profiles
from govaudit.cli.options import everywhere, workspace_of
from govaudit.cli.speech import complain, say, text
from govaudit.inspection.errors import InputError
from govaudit.inspection.profile import Row, load_profile


@click.group("profiles", short_help=text("profiles.short"), help=text("profiles.help"))
def command() -> None:
    """Commands about rule books."""


@command.command("list", short_help=text("profiles.list-short"), help=text("profiles.list-help"))
@everywhere
def list_profiles(workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """One line a rule book."""
    opened = workspace_of(workspace)
    for name in sorted(known_profiles(opened)):
        profile = load_profile(name, opened.profiles)
        click.echo(
            f"{name}  {profile.title}  {len(profile.checks)}/{len(profile.rows)}  {profile.digest[:19]}"
        )


@command.command("show", short_help=text("profiles.show-short"), help=text("profiles.show-help"))
@click.argument("name")
@everywhere
def show(name: str, workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """The rows as a table that a person reads."""
    profile = load_profile(name, workspace_of(workspace).profiles)
    click.echo(f"{profile.title}\n{profile.basis}\n{profile.digest}")
    for part in ("veto", "deduct", "bonus", "open", "warn"):
        rows = [row for row in profile.rows if row.part == part]
        if rows:
            _part(part, rows)
    if profile.columns:
        click.echo("\n" + text("profiles.columns"))
        for column in profile.columns:
            also = f" ({', '.join(column.also)})" if column.also else ""
            click.echo(f"  {column.name}{also}  [{', '.join(column.kinds)}]")
    click.echo("\n" + text("profiles.checks"))
    for check, parameters in profile.checks.items():
        values = ", ".join(f"{key}={value}" for key, value in parameters.items())
        click.echo(f"  {check}  {values}")


def _part(part: str, rows: list[Row]) -> None:
    """One part of the table."""
    click.echo(
        "\n" + text(f"profiles.part-{part}", count=len(rows), points=f"{sum(row.cap for row in rows):g}")
    )
    for row in rows:
        points = f"{row.cap:g}" if row.cap else "-"
        checks = ", ".join(sorted(row.check_ids())) or "-"
        manual = text("profiles.manual") if row.manual else ""
        click.echo(f"  {row.id:<22} {points:>4}  {row.section} {row.name}  [{checks}] {manual}")
        click.echo(f"      {row.clause}  [{row.sure}]")


@command.command("validate", short_help=text("profiles.validate-short"), help=text("profiles.validate-help"))
@click.argument("name")
@everywhere
@click.pass_context
def validate(
    context: click.Context,
    name: str,
    workspace: Path | None,
    *,
    quiet: bool,
    verbose: bool,  # noqa: ARG001
) -> None:
    """Name every mistake with file, line and key. NAME is a profile or a file in ``profiles/``."""
    from govaudit.workflow.run_record import usable_profile  # noqa: PLC0415 - loads all checks

    folder = workspace_of(workspace).profiles
    if name.endswith((".yaml", ".yml")):
        folder, name = Path(name).resolve().parent, Path(name).stem
    try:
        profile = usable_profile(name, folder)
    except InputError as error:
        complain(error.problems)
        context.exit(2)
    if not quiet:
        say("profiles.valid", name=name, checks=len(profile.checks), rows=len(profile.rows))
