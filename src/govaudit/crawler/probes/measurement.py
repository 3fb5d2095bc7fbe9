"""All probes of one site, in the order self-check, name, ways to the home page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.probes.dns_records import ask
from govaudit.crawler.probes.reach import Target, Way, ways
from govaudit.crawler.probes.self_check import SelfCheck, check_route
from govaudit.inspection.facts import Probe
from govaudit.inspection.urls import hostname_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from govaudit.inspection.run import CrawlPlan

MAX_ADDRESSES = 8
"""Of each family; a host with more shows a sample."""


async def measure(plan: CrawlPlan, clock: Callable[[], float] = time.time) -> list[Probe]:
    """Measure the registered host of the plan's site over both families, whatever ``network.family`` says.

    ``clock``: UTC seconds. Kinds and results:

    ``self-check``, subject ``ipv6``: ``SelfCheck``.
    ``dns``, subject the host: ``NameRecords``.
    ``reach``, subject the home page, one for each usable address: ``{"family": 4 | 6, "address": str,
    "port": int, "steps": [{"step": "dns|tcp|tls|http", "ok": bool, "error": str, "seconds": float,
    "status": int}]}``; ``port`` is the registered one.

    Nothing is raised for what the network does: failures are results.
    """
    url = plan.site.url
    host = hostname_of(url)
    asked_at = clock()
    records, seconds = await ask(url, plan.network)
    addresses = [*records.usable("AAAA")[:MAX_ADDRESSES], *records.usable("A")[:MAX_ADDRESSES]]
    ways_at = clock()
    gone = await ways(Target(url, plan.network, dns_seconds=seconds), addresses)
    route = _measured_route(check_route(records.usable("AAAA")), gone)
    return [
        Probe(kind="self-check", subject="ipv6", at=asked_at, result=msgspec.to_builtins(route)),
        Probe(kind="dns", subject=host, at=asked_at, result=msgspec.to_builtins(records)),
        *(Probe(kind="reach", subject=url, at=ways_at, result=msgspec.to_builtins(way)) for way in gone),
    ]


def _measured_route(checked: SelfCheck, gone: Iterable[Way]) -> SelfCheck:
    """What happened outweighs what the routing table lets expect: address translation hides a working route."""
    connected = [way.address for way in gone if way.family == 6 and way.connected]
    if checked.route or not connected:
        return checked
    return SelfCheck(route=True, scope=checked.scope, detail=f"connected to {connected[0]}")
