"""The columns that the profile requires of a site: which they are, by what name rows speak of them, and why they cannot
be looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.vocabulary import column_vocabulary
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Judgement

if TYPE_CHECKING:
    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.inspection.profile import RequiredColumn


def required_here(context: Context) -> tuple[RequiredColumn, ...]:
    """Those that sites of this kind must have."""
    return tuple(one for one in context.profile.columns if context.site.kind in one.kinds)


def topic_of(context: Context, column: Column) -> str:
    """The name by which the profile speaks of a column, else that of the vocabulary, else the site's own."""
    name = column.canonical or column.name
    return context.derived(_topics).get(name, name)


def _topics(context: Context) -> dict[str, str]:
    """Canonical name → the name that the profile requires the column by."""
    vocabulary = column_vocabulary()
    matches = ((one.name, vocabulary.match(one.name)) for one in context.profile.columns)
    return {match.rule.name: name for name, match in matches if match is not None}


def nothing_to_look_for(context: Context) -> Judgement | None:
    """The judgement where nothing is required, or the home page was not read; else ``None``."""
    if not required_here(context):
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    return Judgement(examined=0, reason=problem[0], detail=problem[1]) if problem is not None else None
