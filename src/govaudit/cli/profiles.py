"""``govaudit profiles``: the rule books."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govaudit.cli.inspect import known_profiles
from govaudit.cli.options import everywhere, workspace_of
from govaudit.cli.speech import complain, language, say, text, word
from govaudit.cli.table import aligned, cut, side_by_side, terminal_width, width, wrapped
from govaudit.inspection.calendar import NO_PERIOD
from govaudit.inspection.errors import InputError
from govaudit.inspection.profile import ALL_KINDS, Profile, RequiredColumn, Row, load_profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from govaudit.inspection.profile_diff import Difference, Value

_NARROWEST_SIDE = 24
_GAP_WIDTH = 2
_LINES = 4
"""Of a value in a comparison."""
_BELOW = " " * 6


@click.group("profiles", short_help=text("profiles.short"), help=text("profiles.help"))
def command() -> None:
    """Commands about rule books."""


@command.command("list", short_help=text("profiles.list-short"), help=text("profiles.list-help"))
@everywhere
def list_profiles(workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """One line a rule book."""
    opened = workspace_of(workspace)
    profiles = [load_profile(name, opened.profiles) for name in sorted(known_profiles(opened))]
    rows = [
        (one.name, f"{len(one.checks)}/{len(one.rows)}", one.digest[:19], one.extends or "-", one.title)
        for one in profiles
    ]
    _print(aligned(rows))


@command.command("show", short_help=text("profiles.show-short"), help=text("profiles.show-help"))
@click.argument("name")
@everywhere
def show(name: str, workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """The rows as a table that a person reads."""
    profile = _profile(name, workspace)
    click.echo(f"{profile.title}\n{profile.basis}\n{profile.digest}")
    if profile.extends:
        click.echo(text("profiles.extends", name=profile.extends))
    for part in ("veto", "deduct", "bonus", "open", "warn"):
        rows = [row for row in profile.rows if row.part == part]
        if rows:
            _print(_part(part, rows))
    if profile.columns:
        click.echo("\n" + text("profiles.columns"))
        _print(aligned([_column(column) for column in profile.columns], "  "))
    click.echo("\n" + text("profiles.checks"))
    for check, values in profile.checks.items():
        said = ", ".join(f"{key}={_value(value)}" for key, value in values.items()) or "-"
        _print(f"  {line}" for line in side_by_side([(check, 6), (said, terminal_width() - 10)]))


@command.command("diff", short_help=text("profiles.diff-short"), help=text("profiles.diff-help"))
@click.argument("a")
@click.argument("b")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table",
              help=text("profiles.diff-format"))  # fmt: skip
@everywhere
def diff(a: str, b: str, form: str, workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """What rule book B says otherwise than A."""
    from govaudit.inspection.profile_diff import differences  # noqa: PLC0415 - only here

    one, other = _profile(a, workspace), _profile(b, workspace)
    found = differences(one, other)
    if form == "json":
        import msgspec  # noqa: PLC0415 - only here

        document = {
            "schema": "govaudit.profile-diff/1",
            "a": {"name": one.name, "digest": one.digest},
            "b": {"name": other.name, "digest": other.digest},
            "differences": found,
        }
        click.echo(msgspec.json.format(msgspec.json.encode(document), indent=1).decode())
    elif not found:
        say("profiles.same", a=one.name, b=other.name)
    else:
        _print(_table(found, one, other))


@command.command("schema", short_help=text("profiles.schema-short"), help=text("profiles.schema-help"))
@everywhere
def schema(workspace: Path | None, *, quiet: bool, verbose: bool) -> None:  # noqa: ARG001
    """The JSON Schema of rule books, for editors."""
    from govaudit.workflow.profile_schema import profile_schema  # noqa: PLC0415 - loads all checks

    click.echo(json.dumps(profile_schema(language()), ensure_ascii=False, indent=1))


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
    """Name every mistake with file, line and key. NAME is a profile or a file."""
    from govaudit.workflow.run_record import usable_profile  # noqa: PLC0415 - loads all checks

    try:
        profile = usable_profile(*_named(name, workspace))
    except InputError as error:
        complain(error.problems)
        context.exit(2)
    if not quiet:
        say("profiles.valid", name=profile.name, checks=len(profile.checks), rows=len(profile.rows))


command.add_command(validate, "check")


def _named(name: str, workspace: Path | None) -> tuple[str, Path]:
    """The profile's name and the folder that it is looked for in first; ``name`` may be a file."""
    if name.endswith((".yaml", ".yml")):
        return Path(name).stem, Path(name).resolve().parent
    return name, workspace_of(workspace).profiles


def _profile(name: str, workspace: Path | None) -> Profile:
    return load_profile(*_named(name, workspace))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _part(part: str, rows: list[Row]) -> Iterator[str]:
    """One part of the table: a line for each row, below it the sentence and what decides it."""
    usual = [row for row in rows if not row.only]
    yield "\n" + text(f"profiles.part-{part}", count=len(usual), points=f"{sum(row.cap for row in usual):g}")
    cells = [
        (row.id, f"{row.cap:g}" if row.cap else "-", row.section, row.name, _who(row), _manual(row))
        for row in rows
    ]
    heads = [text(f"profiles.head-{name}") for name in ("id", "cap", "section", "name", "kinds")]
    head, *lines = aligned([(*heads, ""), *cells], "  ")
    yield head
    for row, line in zip(rows, lines, strict=True):
        yield line
        yield from _below(f"{row.clause} [{row.sure}]")
        if row.check_ids():
            yield from _below(text("profiles.row-checks", value=_series(sorted(row.check_ids()))))
        if row.topics:
            yield from _below(text("profiles.row-topics", value="、".join(row.topics)))


def _below(said: str) -> Iterator[str]:
    return (f"{_BELOW}{line}" for line in wrapped(said, terminal_width() - len(_BELOW)))


def _who(row: Row) -> str:
    """The sites that a row holds for."""
    tags = text("profiles.only", tags="、".join(row.only)) if row.only else ""
    unless = text("profiles.unless", tags="、".join(row.unless)) if row.unless else ""
    return _kinds(row.kinds) + tags + unless


def _manual(row: Row) -> str:
    if not row.manual:
        return ""
    return text("profiles.manual" if row.check_ids() else "profiles.all-manual")


def _series(checks: Sequence[str]) -> str:
    """Ids in a row, three and more that follow one another as from–to."""
    runs: list[list[str]] = []
    for check in checks:
        if runs and check[:3] == runs[-1][-1][:3] and int(check[3:]) == int(runs[-1][-1][3:]) + 1:
            runs[-1].append(check)
        else:
            runs.append([check])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _column(column: RequiredColumn) -> tuple[str, ...]:
    said = {
        "also": "、".join(column.also),
        "type": word(f"column-types.{column.type}") if column.type else "",
        "period": _period(column.period),
        "elements": "、".join(one.name for one in column.elements),
    }
    more = (text(f"profiles.column-{key}", value=value) for key, value in said.items() if value)
    kinds = _kinds(column.kinds) if column.kinds else text("profiles.not-required")
    return column.name, kinds, "  ".join(more)


def _period(period: str) -> str:
    from govaudit.reports.texts import Texts  # noqa: PLC0415 - help must be quick

    if period == NO_PERIOD:
        return text("profiles.no-period")
    return Texts(language()).period(period) if period else ""


def _kinds(kinds: Sequence[str]) -> str:
    if set(kinds) == set(ALL_KINDS):
        return text("profiles.all-kinds")
    return "、".join(word(f"site-kinds.{kind}") for kind in kinds)


def _table(found: Sequence[Difference], a: Profile, b: Profile) -> Iterator[str]:
    heads = [("", "", "")]
    sides = [(a.name, b.name)]
    for one in found:
        key = ".".join(part for part in (one.entry, one.key) if part)
        heads.append((text(f"profiles.in-{one.part}"), text(f"profiles.change-{one.change}"), key))
        sides.append((_told(one.part, one.key, one.a), _told(one.part, one.key, one.b)))
    lines = list(aligned([(*head, "") for head in heads]))
    wide = max(map(width, lines))
    side = max(_NARROWEST_SIDE, (terminal_width() - wide - 2 * _GAP_WIDTH) // 2)
    for line, (one_side, other_side) in zip(lines, sides, strict=True):
        yield from side_by_side(
            [(line, wide), (cut(one_side, _LINES * side), side), (cut(other_side, _LINES * side), side)]
        )


def _told(part: str, key: str, value: Value) -> str:
    """A value as a reader of both books is told it; of a whole row its name and sentence."""
    if key or not isinstance(value, dict):
        return _value(value)
    if part == "rows":
        return f"{value['name']} {value['clause']}"
    if part == "columns":
        return "  ".join(cell for cell in _column(RequiredColumn.model_validate(value))[1:] if cell)
    return _value(value) if value else text("profiles.by-default")


def _value(value: Value) -> str:
    """A value in one line, as a person writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_value(one)}" for key, one in value.items() if one) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return f"{value:g}"
    return "-" if value is None else str(value)
