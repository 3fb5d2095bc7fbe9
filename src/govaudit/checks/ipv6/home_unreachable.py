"""IP6003: the home page does not open over IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.ipv6.measurements import (
    Reach,
    ipv6_witness,
    measured_at,
    name_answer,
    other_ports,
    reach_transcript,
    reaches,
    route_here,
    shown_error,
    silence_means_nothing,
)
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.context import Context


@check(
    "IP6003",
    name="home-unreachable-ipv6",
    faults=("tcp-failed", "tls-failed", "http-failed", "partly-unreachable", "port-unreachable"),
    params=NoParams,
    needs_host=True,
)
def home_unreachable_ipv6(context: Context, _: NoParams) -> Judgement:
    """The way to the home page over IPv6: name, connection, TLS, HTTP answer.

    At least one usable address has to lead to the page. Otherwise one finding names the step and the address that came
    furthest, with all ways as evidence. When the page does not open over IPv4 either, the fault is not one of IPv6.

    Where the page opens, two things are told for a person to confirm: addresses that lead nowhere while others do
    (browsers go on to the next, after a wait), and the usual port (80, 443) beside the registered one that opens over
    IPv4 only.

    An address that takes no connection counts only when somebody else answered over IPv6: another address, a name
    server of the site, a control host, or another site of the run within the hour. A machine whose own line to the
    outside is broken meets the same silence everywhere.

    Clause: 国办秘函〔2019〕19号 功能设计/IPv6改造: 未按照要求完成IPv6改造的，扣1分.
    Reads: the ways to the home page over both families, the name answer, the machine's test of itself.
    Could not tell: no-ipv6-here when the measuring machine has no IPv6 route; ipv6-upstream when nothing answered it
    over IPv6; not-measured when the run did not try; dns when the name server gave no answer; blocked-status when a
    wall answered; the reason of the IPv4 way when both fail. A host without a usable AAAA record is IP6001's alone.
    """
    ways = reaches(context, 6)
    reached = [way for way in ways if way.reached]
    if reached:
        return Judgement(examined=len(ways), faults=[*_partly(context, ways), *_ports(context)])
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
    unproven = None if furthest.connected else silence_means_nothing(context)
    if unproven is not None:
        return Judgement(examined=len(ways), reason=unproven, detail="; ".join(way.told() for way in ways))
    step = furthest.broken
    fault = f"{step.step if step.step in {'tls', 'http'} else 'tcp'}-failed"
    return Judgement(
        examined=len(ways),
        faults=[_fault(context, fault, context.home_url, way=furthest, ways=ways, others=others)],
    )


def _partly(context: Context, ways: tuple[Reach, ...]) -> Iterable[Fault]:
    """Addresses that lead nowhere, beside those that lead to the page."""
    dead = [way for way in ways if not way.reached and way.reason is not Reason.BLOCKED_STATUS]
    if dead:
        yield _fault(context, "partly-unreachable", context.home_url, way=dead[0], ways=ways, shown=dead)


def _ports(context: Context) -> Iterable[Fault]:
    """Usual ports that open over IPv4 and over no address of IPv6."""
    for url, ways in other_ports(context).items():
        new = tuple(way for way in ways if way.family == 6)
        old = tuple(way for way in ways if way.family == 4)
        opens = any(way.reached for way in old)
        # what answers in the words of HTTP is there, whatever it says
        silent = [way for way in new if not any(step.status for step in way.steps)]
        if opens and new and len(silent) == len(new):
            yield _fault(context, "port-unreachable", url, way=silent[0], ways=new, others=old)


def _fault(
    context: Context,
    fault: str,
    url: str,
    *,
    way: Reach,
    ways: tuple[Reach, ...],
    others: tuple[Reach, ...] = (),
    shown: Iterable[Reach] = (),
) -> Fault:
    step = way.broken
    witness = ipv6_witness(context)
    answered = f"# answered over IPv6: {witness}\n" if witness else ""
    candidate = fault in {"partly-unreachable", "port-unreachable"}
    return Fault(
        subject=url,
        page=context.home_url,
        fault=fault,
        verdict=Verdict.REVIEW if candidate else Verdict.FAIL,
        aspect=fault if candidate else "",
        identity=f"{fault} {url}" if candidate else "",
        arguments={
            "url": url,
            "address": way.address,
            "port": way.port,
            "error": shown_error(step),
            "count": len(ways),
            "ways": "; ".join(one.shown() for one in shown or ways),
        },
        evidence=(Evidence(kind="text", text=reach_transcript(url, ways + others) + answered),),
        measured_at=measured_at(way.at),
    )
