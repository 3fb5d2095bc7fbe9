"""IP6006: pages of the second level that do not open over IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.ipv6.levels import FAULTS, LevelParams, judge_level
from govaudit.checks.registry import Judgement, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context


@check("IP6006", name="second-level-ipv6", faults=FAULTS, params=LevelParams, needs_host=True)
def second_level_ipv6(context: Context, params: LevelParams) -> Judgement:
    """Own pages that the home page links, opened over IPv6 alone.

    A page fails when it opens over IPv4 and on two looks not over IPv6; one that opens over neither is a broken link,
    one behind a wall counts for nothing. Where not all pages of the level were opened, the share is an estimate from
    a drawn sample, and a finding needs its whole 95 % interval (Wilson) to lie below the limit.

    Clause: 二级内链IPv6支持率, as inspections of IPv6 support count it; the limit is ours.
    Reads: probes ``ipv6-level``, the name answer, the ways to the home page, the test of the machine's own route.
    Could not tell: no-ipv6-here; budget when the sample is too small; blocked-status; not-measured; dns.
    """
    return judge_level(context, params, 2)
