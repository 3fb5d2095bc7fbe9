"""Addresses of the hosts of others that the upper levels of the site refer to.

One probe of the kind ``host-records``. Subject: the home page. Result: ``hosts``: host → ``NameRecords``; ``left_out``:
how many hosts were not asked for because there were too many.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import msgspec

from govaudit.crawler.probes.dns_records import ask
from govaudit.inspection.facts import Probe
from govaudit.inspection.foreign_hosts import foreign_hosts

if TYPE_CHECKING:
    from collections.abc import Callable

    from govaudit.inspection.foreign_hosts import HostUse
    from govaudit.inspection.run import Network
    from govaudit.inspection.site_facts import SiteFacts

KIND = "host-records"
_AT_ONCE = 8
_LONGEST = 120.0
"""Seconds for all hosts together: name servers that do not answer take their time."""
_KEPT_FOR = 3600.0
"""Seconds: sites of one run refer to the same hosts again and again."""
_MOST_KEPT = 20_000
_KNOWN: dict[tuple[str, str, bool], tuple[float, Any]] = {}
_FAILED = frozenset({"servfail", "timeout", "refused"})


async def ask_for_hosts(
    facts: SiteFacts,
    home: str,
    owns: Callable[[str], bool],
    most: int,
    *,
    clock: Callable[[], float],
    stopped: Callable[[], bool],
) -> Probe | None:
    """Ask for the addresses of ``most`` hosts, those first on which most pages depend. ``clock``: UTC seconds;
    ``stopped``: whether the crawl is ending, then ``None``."""
    uses = foreign_hosts(facts, owns)
    gate = asyncio.Semaphore(_AT_ONCE)
    began = clock()

    async def records(use: HostUse) -> Any:
        async with gate:
            if stopped() or clock() - began > _LONGEST:
                return None
            return await _records(use.url, use.host, facts.plan.network)

    wanted = list(uses.values())[:most]
    answers = await asyncio.gather(*map(records, wanted))
    if stopped():
        return None
    hosts = {use.host: answer for use, answer in zip(wanted, answers, strict=True) if answer is not None}
    result = {"hosts": hosts, "left_out": len(uses) - len(hosts)}
    return Probe(kind=KIND, subject=home, at=began, result=result)


async def _records(url: str, host: str, network: Network) -> Any:
    key = host, network.nameserver, network.allow_private
    asked, known = _KNOWN.get(key, (0.0, None))
    if known is not None and time.monotonic() - asked < _KEPT_FOR:
        return known
    records, _ = await ask(url, network)
    told = msgspec.to_builtins(records)
    if records.source == "resolver" and not _FAILED & set(records.error.values()):
        if len(_KNOWN) >= _MOST_KEPT:
            _KNOWN.clear()
        _KNOWN[key] = time.monotonic(), told
    return told
