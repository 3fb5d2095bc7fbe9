"""All probes of one site, in the order name, ways to the home page, zone and its servers, other ports, self-check."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.probes.address_kinds import scope_of, unusable_because
from govaudit.crawler.probes.dns_records import ask, new_resolver
from govaudit.crawler.probes.names import aaaa_of, names_of, new_patience, translation_of, without_made_up
from govaudit.crawler.probes.reach import Target, Way, public_trust, ways
from govaudit.crawler.probes.self_check import Control, SelfCheck, check_route, connected
from govaudit.crawler.probes.translation import is_made_up
from govaudit.inspection.facts import Probe
from govaudit.inspection.urls import hostname_of, port_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govaudit.crawler.probes.dns_records import NameRecords
    from govaudit.crawler.probes.names import Names
    from govaudit.inspection.run import CrawlPlan, Network

MAX_ADDRESSES = 8
"""Of each family; a host with more shows a sample."""
MAX_CONTROLS = 4


async def measure(plan: CrawlPlan, clock: Callable[[], float] = time.time) -> list[Probe]:
    """Measure the registered host of the plan's site over both families, whatever ``network.family`` says.

    ``clock``: UTC seconds. Kinds and results:

    ``self-check``, subject ``ipv6``: ``SelfCheck``.
    ``dns``, subject the host: ``NameRecords``.
    ``reach``, subject the home page, one for each usable address: ``{"family": 4 | 6, "address": str,
    "port": int, "steps": [{"step": "dns|tcp|tls|http", "ok": bool, "error": str, "seconds": float,
    "status": int}]}``; ``port`` is the registered one.
    ``port``, subject the root of the host at port 80 or 443, whichever is not the registered one: as ``reach``.
    ``zone``, subject the host: ``ZoneRecords``. ``name-server``, subject the server's name, one for each address:
    ``ServerAnswer``. Both only where the name was asked for in the DNS.

    Nothing is raised for what the network does: failures are results.
    """
    url, network = plan.site.url, plan.network
    host = hostname_of(url)
    asked_at = clock()
    records, seconds = await ask(url, network)
    translation = await translation_of(records, network)
    records = without_made_up(records, translation)
    target = Target(url, network, dns_seconds=seconds, trust=public_trust(network.trust))
    ways_at = clock()
    gone = await ways(target, _addresses(records))
    over_ipv6 = any(way.family == 6 and way.connected for way in gone)
    names = await names_of(host, records, network, translation, over_ipv6=over_ipv6)
    records = names.records
    if not records.usable("AAAA") and records.published:
        gone = [*await ways(target, records.published[:MAX_ADDRESSES]), *gone]
    addresses = [way.address for way in gone]
    others = {
        other: await _ways_to_port(replace(target, url=other), addresses)
        for other in _other_ports(url, records, network)
    }
    tried = [*gone, *(way for found in others.values() for way in found)]
    checked = await _self_check(names, tried, network)
    return [
        Probe(kind="self-check", subject="ipv6", at=asked_at, result=msgspec.to_builtins(checked)),
        Probe(kind="dns", subject=host, at=asked_at, result=msgspec.to_builtins(records)),
        *(Probe(kind="reach", subject=url, at=ways_at, result=msgspec.to_builtins(way)) for way in gone),
        *(
            Probe(kind="port", subject=other, at=ways_at, result=msgspec.to_builtins(way))
            for other, found in others.items()
            for way in found
        ),
        *(
            Probe(kind="zone", subject=host, at=asked_at, result=msgspec.to_builtins(zone))
            for zone in [names.zone]
            if zone is not None
        ),
        *(
            Probe(kind="name-server", subject=one.server, at=asked_at, result=msgspec.to_builtins(one))
            for one in names.answers
        ),
    ]


def _addresses(records: NameRecords) -> list[str]:
    return [*records.usable("AAAA")[:MAX_ADDRESSES], *records.usable("A")[:MAX_ADDRESSES]]


async def _ways_to_port(target: Target, addresses: Sequence[str]) -> list[Way]:
    """The ways to a port that nobody has to have. Those that failed are gone again only where others did not."""
    first = await ways(target, addresses, again=False)
    reached = any(way.reached for way in first)
    return await ways(target, addresses) if reached and not all(way.reached for way in first) else first


def _other_ports(url: str, records: NameRecords, network: Network) -> list[str]:
    """Roots of the host at the usual ports that are not the registered one. Addresses that an option gives are for
    one port only, and so is a world of which only some ports are told where they really are."""
    if records.source != "resolver" or any(
        scope_of(address) == "loopback" for address in (*records.usable("A"), *records.usable("AAAA"))
    ):
        return []
    host = hostname_of(url)
    shown = {80: f"http://{host}/", 443: f"https://{host}/"}
    real = network.connect_port
    return [
        root
        for port, root in shown.items()
        if port != port_of(url) and (f"{host}:{port_of(url)}" not in real or f"{host}:{port}" in real)
    ]


async def _self_check(names: Names, tried: Sequence[Way], network: Network) -> SelfCheck:
    """What happened outweighs what the routing table lets expect: address translation hides a working route."""
    new = names.records.usable("AAAA") or names.records.published
    asked = [one for one in names.answers if one.family == 6 and one.state != "no-route"]
    # what speaks for the zone is its server: on many lines something else answers in its place
    answering = [one for one in asked if one.state == "good"]
    reached = [way.address for way in tried if way.family == 6 and way.connected]
    witness = reached[0] if reached else f"{answering[0].server} {answering[0].address}" if answering else ""
    checked = check_route([*new, *(one.address for one in names.answers if one.family == 6)])
    if witness and not checked.route:
        checked = SelfCheck(route=True, scope=checked.scope, detail=f"connected to {witness}")
    controls: list[Control] = []
    if not witness and checked.route and checked.scope == "global" and (new or asked):
        controls = await _controls(network, names.translation)
        witness = next((f"{one.host} {one.address}" for one in controls if not one.error), "")
    return msgspec.structs.replace(
        checked,
        witness=witness,
        dns="answers" if answering else "silent" if asked else "",
        translation=names.translation,
        controls=controls,
    )


async def _controls(network: Network, translation: list[str]) -> list[Control]:
    """Connect to the control hosts, one after the other, until one answers. Addresses that a resolver makes up lead
    over this machine's own translator and prove nothing."""
    resolver, _ = new_resolver(network)
    patience = new_patience(network)
    asked: list[Control] = []
    for written in network.ipv6_controls[:MAX_CONTROLS]:
        host, _, port = written.partition(":")
        found = [
            address
            for address in await aaaa_of(host, resolver, patience)
            if not unusable_because(address, allow_private=network.allow_private)
            and not is_made_up(address, translation)
        ]
        if not found:
            asked.append(Control(host=host, address="", error="no AAAA"))
            continue
        number = network.connect_port.get(f"{host}:{port or 443}", int(port or 443))
        asked.append(await connected(host, found[0], number, network.connect_timeout))
        if not asked[-1].error:
            break
    return asked
