"""The columns that the profile requires of a site: which they are, and why they cannot be looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.home import home_problem
from govaudit.checks.registry import Judgement

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.profile import RequiredColumn


def required_here(context: Context) -> tuple[RequiredColumn, ...]:
    """Those that sites of this kind must have."""
    return tuple(one for one in context.profile.columns if context.site.kind in one.kinds)


def nothing_to_look_for(context: Context) -> Judgement | None:
    """The judgement where nothing is required, or the home page was not read; else ``None``."""
    if not required_here(context):
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    return Judgement(examined=0, reason=problem[0], detail=problem[1]) if problem is not None else None
