"""The filter options that all commands about findings share."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from govaudit.cli.options import moment_of
from govaudit.cli.speech import text
from govaudit.inspection.calendar import day_of
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.run import BEIJING
from govaudit.inspection.verdict import Kind, State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govaudit.inspection.ledger.filters import Filter

F = TypeVar("F", bound="Callable[..., object]")

_MANY = (
    ("--site", "sites", "CODE"),
    ("--region", "regions", "NAME"),
    ("--check", "checks", "ID"),
    ("--run", "runs", "NAME"),
    ("--page", "pages", "TEXT"),
)


def choosing(function: F) -> F:
    """Options that choose findings. What they hold comes to the command as ``**options``, for ``filter_of``."""
    options = [
        click.option(flag, name, metavar=f"{metavar}[,…]", multiple=True, help=text(f"findings.by.{name}"))
        for flag, name, metavar in _MANY
    ]
    options += [
        click.option("--kind", "kinds", multiple=True, type=_one_of(Kind), help=text("findings.by.kinds")),
        click.option(
            "--state", "states", multiple=True, type=_one_of(State), help=text("findings.by.states")
        ),
        click.option("--overdue", is_flag=True, help=text("findings.by.overdue")),
        click.option("--due-by", metavar="DATE", default="", help=text("findings.by.due-by")),
        click.option("--as-of", metavar="ISO", default="", help=text("findings.by.as-of")),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _one_of(words: type[Kind | State]) -> click.Choice[str]:
    return click.Choice([one.value for one in words])


def now() -> datetime:
    """This moment, to the second."""
    return datetime.now(BEIJING).replace(microsecond=0)


def day_said(options: dict[str, Any]) -> date:
    """The day of ``--as-of``, else today."""
    return day_of(moment_of(options["as_of"]) or now())


def filter_of(options: dict[str, Any], ids: Sequence[str] = ()) -> Filter:
    """The filter that the options make. Values may be separated by commas. Raises ``InputError``."""
    from govaudit.inspection.ledger.filters import Filter  # noqa: PLC0415 - help must be quick

    many = {name: _apart(options[name]) for _, name, _ in _MANY}
    return Filter(
        day=day_said(options),
        ids=tuple(ids),
        kinds=tuple(map(Kind, options["kinds"])),
        states=tuple(map(State, options["states"])),
        overdue=options["overdue"],
        due_by=date_of(options["due_by"], "--due-by"),
        **many,
    )


def date_of(value: str, option: str) -> date | None:
    """A day; ``None`` for nothing. Raises ``InputError``."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InputError(Problem("calendar.no-date", option, arguments={"value": value})) from error


def _apart(values: Sequence[str]) -> tuple[str, ...]:
    parts = (one.strip() for value in values for one in value.split(","))
    return tuple(filter(None, parts))
