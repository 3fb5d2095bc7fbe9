"""IP6002: too few of the zone's name servers can be asked over IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from govaudit.checks.ipv6.measurements import (
    NameServer,
    ServerAnswer,
    Zone,
    measured_at,
    name_answer,
    server_answers,
    servers_transcript,
    silence_means_nothing,
    zone_of_host,
)
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_NOT_ASKED = frozenset({"no-route", "not-asked"})
_WORDS = {"refused": "denied"}
"""State → its word, where the word means something else for connections."""

Standing = Literal["answers", "broken", "unknown"]


class NameServerParams(Params):
    """``minimum``: how many servers have to answer over IPv6."""

    minimum: int = Field(default=2, ge=1)


@check(
    "IP6002",
    name="nameserver-no-ipv6",
    faults=("no-address", "no-answer"),
    params=NameServerParams,
    needs_host=True,
)
def nameserver_no_ipv6(context: Context, params: NameServerParams) -> Judgement:
    """The authoritative servers of the host's zone: whether enough of them have a usable AAAA record and answer for
    the zone when they are asked over IPv6.

    Visitors with nothing but IPv6, and their resolvers, reach a name only through such servers. The zone is found by
    asking for SOA records upwards from the host. A server that is silent over both families, or fails over both, is not
    held against IPv6.

    Clause: 国办秘函〔2019〕19号 功能设计/IPv6改造; 域名授权体系 of the national IPv6 monitoring.
    Reads: the zone's NS records with their addresses, the answers of the servers themselves over both families, the
    machine's test of itself.
    Could not tell: not-measured when the run did not ask, or ``--resolve`` stood in for the DNS; dns when zone or
    servers could not be found or asked for, or servers fail over both families; no-ipv6-here and ipv6-upstream when
    enough servers have an AAAA record and this machine cannot tell whether they answer; timeout when servers are
    silent over both families. That too few have an AAAA record at all is certain without any IPv6 here.
    """
    answer = name_answer(context)
    if answer is not None and answer.source == "literal":
        return Judgement(examined=0, applicable=False)
    zone = zone_of_host(context)
    if zone is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    if not zone.nameservers or (answer is not None and answer.hides_aaaa):
        why = zone.error if not zone.nameservers else "AAAA hidden"
        return Judgement(examined=0, reason=Reason.DNS, detail=f"{zone.zone or '-'} NS: {why}")
    return _counted(context, zone, server_answers(context), params.minimum)


def _counted(context: Context, zone: Zone, answers: tuple[ServerAnswer, ...], minimum: int) -> Judgement:
    more = zone.servers - len(zone.nameservers)
    with_address = [one for one in zone.nameservers if one.usable_v6]
    undecided = more + sum(not one.usable_v6 and _unresolved(one) for one in zone.nameservers)
    if len(with_address) + undecided < minimum:
        return _judged(context, zone, answers, "no-address", found=len(with_address), minimum=minimum)
    standings = [_standing(one, answers, context) for one in with_address]
    answering = standings.count("answers")
    if answering >= minimum:
        return Judgement(examined=len(zone.nameservers))
    if answering + standings.count("unknown") + undecided < minimum:
        return _judged(context, zone, answers, "no-answer", found=answering, minimum=minimum)
    return Judgement(
        examined=len(zone.nameservers),
        reason=silence_means_nothing(context) or _reason(answers),
        detail="; ".join(f"{one.server} {one.address} {one.state}" for one in answers if one.family == 6),
    )


def _reason(answers: tuple[ServerAnswer, ...]) -> Reason:
    states = {one.state for one in answers if one.family == 6}
    if "no-route" in states:
        return Reason.NO_IPV6_HERE
    return Reason.TIMEOUT if "timeout" in states else Reason.DNS


def _unresolved(server: NameServer) -> bool:
    return server.error.get("AAAA", "") in {"servfail", "timeout", "refused"}


def _standing(server: NameServer, answers: tuple[ServerAnswer, ...], context: Context) -> Standing:
    """How a server with an IPv6 address stands. That it does not serve the zone counts where it, or another server over
    IPv6, does answer properly: on some lines somebody else answers in the place of all name servers. Silence counts
    where the server answers over IPv4 and silence means something here."""
    own = [one for one in answers if one.server == server.name]
    over_six = {one.state for one in own if one.family == 6}
    if "good" in over_six:
        return "answers"
    if not over_six or over_six & _NOT_ASKED:
        return "unknown"
    over_four = {one.state for one in own if one.family == 4}
    if over_six <= {"lame", "refused"}:
        proper = "good" in over_four or any(one.family == 6 and one.state == "good" for one in answers)
        return "broken" if proper else "unknown"
    if over_four and "good" not in over_four:
        return "unknown"
    return "unknown" if silence_means_nothing(context) else "broken"


def _judged(
    context: Context, zone: Zone, answers: tuple[ServerAnswer, ...], fault: str, *, found: int, minimum: int
) -> Judgement:
    servers = "; ".join(_shown(one, answers) for one in zone.nameservers)
    return Judgement(
        examined=len(zone.nameservers),
        faults=[
            Fault(
                subject=zone.zone,
                page=context.home_url,
                fault=fault,
                arguments={
                    "zone": zone.zone,
                    "minimum": minimum,
                    "found": found,
                    "count": zone.servers,
                    "servers": servers,
                },
                evidence=(Evidence(kind="dns", text=servers_transcript(zone, answers)),),
                measured_at=measured_at(zone.at),
            )
        ],
    )


def _shown(server: NameServer, answers: tuple[ServerAnswer, ...]) -> str:
    if not server.usable_v6:
        return f"{server.name} [[{'unknown' if _unresolved(server) else 'no-aaaa'}]]"
    states = {one.address: one.state for one in answers if one.server == server.name and one.family == 6}
    told = ", ".join(f"{address} [[{_WORDS.get(state, state)}]]" for address, state in states.items())
    return f"{server.name} {told}"
