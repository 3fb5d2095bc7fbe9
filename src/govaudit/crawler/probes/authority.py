"""What the authoritative servers of a zone say when they are asked themselves, over both families."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import dns.message
import dns.name
import dns.rdatatype
import msgspec

from govaudit.crawler.probes.dns_exchange import Exchange, Server, Transport, exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dns.rdatatype import RdataType

    from govaudit.crawler.probes.dns_exchange import Patience

PARALLEL = 6
"""Addresses asked at once; each of them is asked one question after the other."""
_WITHOUT_EDNS = frozenset({"formerr", "notimp", "badvers"})
"""What servers say that do not know extended queries."""
_NAMED = {"refused": "refused", "servfail": "servfail"}


class ServerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How one address of an authoritative server answers for its zone.

    ``state``: ``good``; ``refused`` and ``servfail`` (it said so); ``lame`` (it does not know the zone or does not
    speak for it); ``timeout``, ``unreachable``, ``closed``, ``malformed`` (no answer to be read); ``no-route`` (not
    asked: this machine has no way to that family); ``not-asked`` (time or questions were used up).
    ``udp``, ``tcp``: empty where an answer came that way, else why not. ``edns``: whether it takes extended queries.
    ``alias``: where the host is an alias to; ``AAAA``: the addresses that it gives for the host.
    """

    server: str
    address: str
    family: Literal[4, 6]
    zone: str
    state: str
    udp: str = ""
    tcp: str = ""
    edns: bool = True
    alias: str = ""
    AAAA: list[str] = []
    exchanges: list[Exchange] = []


async def interview_all(
    servers: Sequence[Server], zone: str, host: str, patience: Patience, *, over_ipv6: bool
) -> list[ServerAnswer]:
    """Ask every address. ``over_ipv6`` false: this machine has no way to those of IPv6."""
    slots = asyncio.Semaphore(PARALLEL)

    async def one(server: Server) -> ServerAnswer:
        if server.family == 6 and not over_ipv6:
            return _not_asked(server, zone, "no-route")
        async with slots:
            return await interview(server, zone, host, patience)

    return list(await asyncio.gather(*(one(server) for server in servers)))


async def interview(server: Server, zone: str, host: str, patience: Patience) -> ServerAnswer:
    """Ask one address for the zone's SOA record over UDP (after silence or a protest without EDNS) and over TCP, and
    for the host's AAAA record, over TCP when the answer was cut."""
    log: list[Exchange] = []

    async def ask(
        name: str, kind: RdataType, transport: Transport, *, edns: bool = True
    ) -> tuple[Exchange, dns.message.Message | None]:
        told, answer = await exchange(server, name, kind, patience, transport=transport, edns=edns)
        log.append(told)
        return told, answer

    told, answer = await ask(zone, dns.rdatatype.SOA, "udp")
    edns = True
    if told.error == "timeout" or told.rcode in _WITHOUT_EDNS:
        plain, plain_answer = await ask(zone, dns.rdatatype.SOA, "udp", edns=False)
        if plain.answered and told.error:
            # the packet may just have been lost
            told, answer = await ask(zone, dns.rdatatype.SOA, "udp")
        if plain.answered and (told.error or told.rcode in _WITHOUT_EDNS):
            told, answer, edns = plain, plain_answer, False
    streamed, streamed_answer = await ask(zone, dns.rdatatype.SOA, "tcp", edns=edns)
    datagram = told
    if not told.answered or told.truncated:
        told, answer = (streamed, streamed_answer) if streamed.answered else (told, answer)
    state = _state(told, answer, zone)
    aaaa: list[str] = []
    alias = ""
    if state == "good":
        over: Transport = "udp" if datagram.answered else "tcp"
        last, found = await ask(host, dns.rdatatype.AAAA, over, edns=edns)
        if last.truncated and over == "udp" and streamed.answered:
            _, found = await ask(host, dns.rdatatype.AAAA, "tcp", edns=edns)
        aaaa, alias = _addresses(found), _alias(found, host)
    return ServerAnswer(
        server=server.name,
        address=server.address,
        family=server.family,
        zone=zone,
        state=state,
        udp=datagram.error,
        tcp=streamed.error,
        edns=edns,
        alias=alias,
        AAAA=aaaa,
        exchanges=log,
    )


def _not_asked(server: Server, zone: str, why: str) -> ServerAnswer:
    return ServerAnswer(
        server=server.name,
        address=server.address,
        family=server.family,
        zone=zone,
        state=why,
        udp=why,
        tcp=why,
    )


def _state(told: Exchange, answer: dns.message.Message | None, zone: str) -> str:
    if answer is None:
        return told.error
    if told.rcode != "noerror":
        return _NAMED.get(told.rcode, "lame")
    apex = dns.name.from_text(zone)
    speaks = any(found.rdtype == dns.rdatatype.SOA and found.name == apex for found in answer.answer)
    return "good" if told.authoritative and speaks else "lame"


def _addresses(answer: dns.message.Message | None) -> list[str]:
    found = answer.answer if answer is not None else []
    return sorted({str(one.address) for all_ in found if all_.rdtype == dns.rdatatype.AAAA for one in all_})


def _alias(answer: dns.message.Message | None, host: str) -> str:
    name = dns.name.from_text(host)
    for found in answer.answer if answer is not None else []:
        if found.rdtype == dns.rdatatype.CNAME and found.name == name:
            return str(found[0].target).rstrip(".").lower()
    return ""
