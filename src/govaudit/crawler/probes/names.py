"""What the DNS says of a host beyond its addresses: the zone, its servers, and whether the resolver can be trusted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dns.asyncresolver
import dns.rdatatype
import msgspec

from govaudit.crawler.probes.address_kinds import unusable_because
from govaudit.crawler.probes.authority import ServerAnswer, interview_all
from govaudit.crawler.probes.dns_exchange import Patience, Server
from govaudit.crawler.probes.dns_records import NameRecords, consult, new_resolver
from govaudit.crawler.probes.self_check import check_route
from govaudit.crawler.probes.translation import KNOWN_NAME, is_made_up, prefixes_of
from govaudit.crawler.probes.zone import Dnssec, ZoneRecords, alias_zones, dnssec_of, survey

if TYPE_CHECKING:
    from govaudit.inspection.run import Network

MAX_SERVER_ADDRESSES = 2
"""Of each family, of one name server."""
MAX_QUESTIONS = 240
MAX_ANSWER_SECONDS = 2.0
MAX_NAME_SECONDS = 40.0
"""After which no name server is asked any more."""
KNOWN_TO_HAVE_AAAA = "a.root-servers.net"
"""A resolver that knows its A record and no AAAA record hides AAAA records."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the DNS says. ``zone``: nothing where no name server was asked for the host."""

    records: NameRecords
    zone: ZoneRecords | None = None
    answers: list[ServerAnswer] = field(default_factory=list)
    translation: list[str] = field(default_factory=list)


def new_patience(network: Network) -> Patience:
    """What the names of one site may cost."""
    until = asyncio.get_running_loop().time() + MAX_NAME_SECONDS
    return Patience(min(network.connect_timeout, MAX_ANSWER_SECONDS), MAX_QUESTIONS, until)


async def translation_of(records: NameRecords, network: Network) -> list[str]:
    """Prefixes of the addresses that the resolver makes up; none where no resolver was asked."""
    if records.source != "resolver":
        return []
    resolver, _ = new_resolver(network)
    return prefixes_of(await aaaa_of(KNOWN_NAME, resolver, new_patience(network)))


def without_made_up(records: NameRecords, translation: list[str]) -> NameRecords:
    """The records with the addresses apart that the resolver makes up."""
    made_up = [address for address in records.AAAA if is_made_up(address, translation)]
    if not made_up:
        return records
    kept = [address for address in records.AAAA if address not in made_up]
    return msgspec.structs.replace(
        records,
        AAAA=kept,
        unusable={address: why for address, why in records.unusable.items() if address not in made_up},
        made_up=made_up,
        error=records.error if kept else {**records.error, "AAAA": "no-answer"},
    )


async def names_of(
    host: str, records: NameRecords, network: Network, translation: list[str], *, over_ipv6: bool
) -> Names:
    """What else the DNS says of a host whose addresses the resolver gave. ``over_ipv6``: something was reached so."""
    if records.source != "resolver":
        return Names(records)
    patience = new_patience(network)
    if all(records.error.values()) and not records.made_up:
        error = records.error["A"]
        state: tuple[Dnssec, str] = ("indeterminate", error)
        if error == "servfail":
            state = await dnssec_of(host, network, patience)
        zone = ZoneRecords(host=host, error=error, dnssec=state[0], dnssec_because=state[1])
        return Names(records, zone, [], translation)
    zone = await survey(host, network, patience, translation)
    answers = await _answers(host, zone, network, patience, over_ipv6=over_ipv6)
    zones = await alias_zones([one.target for one in records.chain], network, patience)
    published = sorted({address for one in answers for address in one.AAAA})
    return Names(
        msgspec.structs.replace(
            records,
            chain=[msgspec.structs.replace(one, zone=zones.get(one.target, "")) for one in records.chain],
            published=[
                one for one in published if not unusable_because(one, allow_private=network.allow_private)
            ],
            hides_aaaa=not records.AAAA and bool(records.A) and await _hides_aaaa(network, patience),
        ),
        zone,
        answers,
        translation,
    )


async def _answers(
    host: str, zone: ZoneRecords, network: Network, patience: Patience, *, over_ipv6: bool
) -> list[ServerAnswer]:
    """What each usable address of the zone's servers says."""
    if not zone.zone:
        return []
    servers = []
    for one in zone.nameservers:
        port = network.connect_port.get(f"{one.name}:53", 53)
        for addresses in (one.A, one.AAAA):
            usable = [address for address in addresses if address not in one.unusable]
            servers += [Server(one.name, address, port) for address in usable[:MAX_SERVER_ADDRESSES]]
    new = [one.address for one in servers if one.family == 6]
    routed = over_ipv6 or check_route(new).route
    return await interview_all(servers, zone.zone, host, patience, over_ipv6=routed)


async def _hides_aaaa(network: Network, patience: Patience) -> bool:
    resolver, _ = new_resolver(network)
    message, error = await consult(resolver, KNOWN_TO_HAVE_AAAA, dns.rdatatype.A, patience)
    if message is None or error:
        return False
    message, error = await consult(resolver, KNOWN_TO_HAVE_AAAA, dns.rdatatype.AAAA, patience)
    return error in {"no-answer", "nxdomain"}


async def aaaa_of(name: str, resolver: dns.asyncresolver.Resolver, patience: Patience) -> list[str]:
    """IPv6 addresses that the resolver gives for a name."""
    message, _ = await consult(resolver, name, dns.rdatatype.AAAA, patience)
    found = message.answer if message is not None else []
    return [str(one.address) for all_ in found if all_.rdtype == dns.rdatatype.AAAA for one in all_]
