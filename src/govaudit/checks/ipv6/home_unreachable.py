"""IP6003: the home page does not open over IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.ipv6.measurements import (
    Reach,
    measured_at,
    name_answer,
    reach_transcript,
    reaches,
    route_here,
)
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context


@check(
    "IP6003",
    name="home-unreachable-ipv6",
    faults=("tcp-failed", "tls-failed", "http-failed"),
    params=NoParams,
    needs_host=True,
)
def home_unreachable_ipv6(context: Context, _: NoParams) -> Judgement:
    """The way to the home page over IPv6: name, connection, TLS, HTTP answer.

    At least one usable address has to lead to the page; then the check passes, since browsers go on to the next
    address, and dead ones stand in the detail. Otherwise one finding names the step and the address that came
    furthest, with all ways as evidence. When the page does not open over IPv4 either, the fault is not one of
    IPv6.

    Clause: 国办秘函〔2019〕19号 功能设计/IPv6改造: 未按照要求完成IPv6改造的，扣1分.
    Reads: the ways to the home page over both families, the name answer, the test of the machine's own route.
    Could not tell: no-ipv6-here when the measuring machine has no IPv6 route; not-measured when the run did not
    try; dns when the name server gave no answer; blocked-status when a wall answered; the reason of the IPv4 way
    when both fail. A host without a usable AAAA record is IP6001's alone.
    """
    ways = reaches(context, 6)
    reached = [way for way in ways if way.reached]
    if reached:
        dead = "; ".join(way.told() for way in ways if not way.reached)
        return Judgement(examined=len(ways), detail=dead)
    answer = name_answer(context)
    if answer is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    if not answer.usable:
        return _without_address(answer.error.get("AAAA", ""))
    if route_here(context) is False:
        return Judgement(examined=0, reason=Reason.NO_IPV6_HERE, detail=", ".join(answer.usable))
    if not ways or route_here(context) is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    return _unreached(context, ways)


def _without_address(error: str) -> Judgement:
    if error in {"servfail", "timeout", "refused"}:
        return Judgement(examined=0, reason=Reason.DNS, detail=f"AAAA: {error}")
    return Judgement(examined=0, applicable=False)


def _unreached(context: Context, ways: tuple[Reach, ...]) -> Judgement:
    furthest = max(ways, key=lambda way: len(way.steps))
    others = reaches(context, 4)
    if others and not any(way.reached for way in others):
        return Judgement(
            examined=len(ways), reason=others[0].reason, detail="; ".join(way.told() for way in others)
        )
    if furthest.reason is Reason.BLOCKED_STATUS:
        return Judgement(examined=len(ways), reason=Reason.BLOCKED_STATUS, detail=furthest.told())
    step = furthest.broken
    fault = Fault(
        subject=context.home_url,
        page=context.home_url,
        fault=f"{step.step if step.step in {'tls', 'http'} else 'tcp'}-failed",
        arguments={
            "url": context.home_url,
            "address": furthest.address,
            "error": step.error or str(step.status or step.step),
            "count": len(ways),
            "ways": "; ".join(way.told() for way in ways),
        },
        evidence=(Evidence(kind="text", text=reach_transcript(context.home_url, ways + others)),),
        measured_at=measured_at(furthest.at),
    )
    return Judgement(examined=len(ways), faults=[fault])
