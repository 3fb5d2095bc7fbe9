"""Which walls stood before a site, for the sentence that tells its owner whom to let pass."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from govaudit.inspection.finding import WallsMet
from govaudit.inspection.urls import address_kind
from govaudit.inspection.verdict import BLOCKED

if TYPE_CHECKING:
    from govaudit.checks.context import Context


def walls_met(context: Context) -> WallsMet | None:
    """Walls by the last look at every own address; ``None`` when there were none."""
    signatures = Counter(
        looks[-1].detail.removeprefix("wall: ")
        for url, looks in context.looks.items()
        if looks[-1].reason in BLOCKED and context.scope.owns(url)
    )
    if not signatures:
        return None
    return WallsMet(
        signatures=dict(sorted(signatures.items(), key=lambda one: (-one[1], one[0]))),
        user_agent=context.facts.plan.network.user_agent,
        addresses=tuple(one for one in context.facts.state.blocked_from if address_kind(one) == "public"),
    )
