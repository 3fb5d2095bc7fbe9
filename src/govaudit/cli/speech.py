"""What the commands say: texts of the catalogue in the user's language, human output on stderr."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import click

from govaudit.inspection.messages import Catalogue, catalogue, language_of_environment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.inspection.errors import Problem


@cache
def language() -> str:
    """Language of this process."""
    return language_of_environment()


@cache
def _texts(room: str) -> Catalogue:
    return catalogue(room, language())


def text(key: str, /, **arguments: object) -> str:
    """A text of the command line. A line ``\\b`` keeps the paragraph after it as it is written (click's mark)."""
    return _texts("cli").text(key, **arguments).replace("\\b\n", "\b\n")


def word(key: str) -> str:
    """A word of the field: a verdict, kind, reason, result (``results.qualified``)."""
    return _texts("inspection").text(key)


def say(key: str, /, **arguments: object) -> None:
    """Tell the person at the terminal something."""
    click.echo(text(key, **arguments), err=True)


def problem_line(problem: Problem) -> str:
    """One clear line: where, what is wrong, what to do."""
    place = problem.where
    if problem.line is not None:
        place += f":{problem.line}"
    if problem.column:
        place += f" [{problem.column}]"
    found = _texts("inspection")
    key = problem.key if found.has(problem.key) else f"errors.{problem.key}"
    return text("output.problem", place=place, what=found.text(key, **problem.arguments))


def complain(problems: Iterable[Problem]) -> None:
    """Print problems, a line each."""
    for problem in problems:
        click.echo(problem_line(problem), err=True)
