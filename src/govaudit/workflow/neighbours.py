"""Where the sites of a run lie: sites at one address are crawled one after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from govaudit.crawler.downloader.addresses import Addresses, AddressGuard
from govaudit.crawler.downloader.politeness import place_of
from govaudit.inspection.urls import canonical, hostname_of, port_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.inspection.run import Network
    from govaudit.inspection.site import Site

_ASKED_AT_ONCE = 32


def addresses_of(sites: Iterable[Site], network: Network) -> dict[str, frozenset[str]]:
    """Site key → places that share a budget, by its home page's host; none for a name that cannot be resolved."""
    return asyncio.run(_all(list(sites), network))


async def _all(sites: list[Site], network: Network) -> dict[str, frozenset[str]]:
    addresses = Addresses(network, AddressGuard(allow_private=network.allow_private))
    room = asyncio.Semaphore(_ASKED_AT_ONCE)

    async def one(site: Site) -> frozenset[str]:
        url = canonical(site.url) or site.url
        async with room:
            host, port = hostname_of(url), port_of(url)
            connected = network.connect_port.get(f"{host}:{port}", port)
            return frozenset(place_of(one, connected) for one in (await addresses.of(host, port)).addresses)

    found = await asyncio.gather(*map(one, sites))
    return {site.key: places for site, places in zip(sites, found, strict=True)}
