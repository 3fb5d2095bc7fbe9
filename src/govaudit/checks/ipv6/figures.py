"""The figures of a site that the table of regions adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.ipv6.both_families import level_of
from govaudit.checks.ipv6.measurements import name_answer
from govaudit.inspection.ipv6_figures import IPv6Figures
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govaudit.checks.context import Context
    from govaudit.inspection.finding import CheckResult

_CERTAIN = frozenset({Verdict.PASS, Verdict.FAIL})


def ipv6_figures(context: Context, checks: Mapping[str, CheckResult]) -> IPv6Figures | None:
    """What ``checks`` (by id, those that were due) said of IPv6, in figures; ``None`` when nothing was measured."""
    answer = name_answer(context)
    if answer is None:
        return None
    address = _certain(checks, "IP6001")
    if address is Verdict.INCONCLUSIVE and answer.source == "literal":
        address = Verdict.PASS if answer.usable else Verdict.FAIL
    windows = checks.get("IP6008")
    return IPv6Figures(
        address=address,
        home=Verdict.FAIL if address is Verdict.FAIL else _certain(checks, "IP6003"),
        second=_counts(context, 2),
        third=_counts(context, 3),
        windows=windows.findings if windows is not None and windows.verdict in _CERTAIN else -1,
    )


def _certain(checks: Mapping[str, CheckResult], check: str) -> Verdict:
    result = checks.get(check)
    return result.verdict if result is not None and result.verdict in _CERTAIN else Verdict.INCONCLUSIVE


def _counts(context: Context, number: int) -> tuple[int, int]:
    level = level_of(context, number)
    if level is None:
        return 0, 0
    return len(level.opened), len(level.opened) + len(level.failed)
