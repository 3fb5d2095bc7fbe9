"""What a site's https entrance offers, over each of its addresses, and how its home page answers by both schemes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.crawler.probes.certificates import Chain, chain_of, trust_store
from govaudit.crawler.probes.dns_records import ask
from govaudit.crawler.probes.home_answers import home_answer
from govaudit.crawler.probes.self_check import check_route
from govaudit.crawler.probes.tls_hello import NATIONAL, STANDARD, Version, offered
from govaudit.crawler.probes.tls_talk import Handshake, Place, TalkError, ask_plainly, say_hello, shake_hands
from govaudit.inspection.facts import Probe
from govaudit.inspection.urls import (
    canonical,
    hostname_of,
    literal_address_kind,
    port_of,
    scheme_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govaudit.inspection.run import CrawlPlan, Network

KIND = "tls"
HOME_KIND = "home-answer"
MAX_ADDRESSES = 4
"""Of each family; a host with more shows a sample."""
PARALLEL = 4
HTTPS_PORT = 443
AFTER_SILENCE: tuple[Version, ...] = ("TLCP",)

Offer = Literal["offered", "refused", "not-measured"]


class Entrance(msgspec.Struct, frozen=True, kw_only=True):
    """The https entrance at one address. ``error``: why there was no handshake, its first word one of those of
    ``tls_talk`` or ``no-ipv6-here``; ``versions``: with the national ones only where no other was taken up;
    ``chain``: ``None`` without a handshake."""

    family: Literal[4, 6]
    address: str
    port: int
    error: str = ""
    version: str = ""
    suite: str = ""
    stapled: bool = False
    versions: dict[str, Offer] = {}
    chain: Chain | None = None


async def measure_tls(plan: CrawlPlan, clock: Callable[[], float] = time.time) -> list[Probe]:
    """Measure the https entrance of the plan's site. ``clock``: UTC seconds. Kinds and results:

    ``tls``, subject the https address of the home page, one for each usable address: ``Entrance``.
    ``home-answer``, subject an address of the home page, one for http and, where there was a handshake, one for https:
    ``HomeAnswer``.

    Nothing is measured where the host is a stand-in on another port alone (a served folder, a demo portal), nor for
    http on this machine. Nothing is raised for what the network does; ``InputError`` for a trust file that is none.
    """
    secure, plain = addresses_of(plan.site.url)
    network = plan.network
    trusted = trust_store(network.trust)
    if scheme_of(plan.site.url) == "http" and literal_address_kind(plain) == "loopback":
        return []
    at = clock()
    starts = [one for one in (secure, plain) if one and not _stands_in(network, one)]
    if not starts:
        return []
    records, _ = await ask(starts[0], network)
    own_route = check_route(records.usable("AAAA")).route
    entrances = []
    if secure in starts:
        new, old = records.usable("AAAA")[:MAX_ADDRESSES], records.usable("A")[:MAX_ADDRESSES]
        measured = await _entrances(secure, network, [*(new if own_route else ()), *old])
        entrances = [_unroutable(secure, address) for address in (() if own_route else new)]
        entrances += [_entrance(secure, one, chain_of(one.hands.chain, trusted)) for one in measured]
        if all(one.chain is None for one in entrances):
            starts.remove(secure)
    answers = [
        await home_answer(start, network, lambda address: ":" not in address or own_route) for start in starts
    ]
    return [
        *(Probe(kind=KIND, subject=secure, at=at, result=msgspec.to_builtins(one)) for one in entrances),
        *(
            Probe(kind=HOME_KIND, subject=one.start, at=at, result=msgspec.to_builtins(one))
            for one in answers
        ),
    ]


def addresses_of(url: str) -> tuple[str, str]:
    """The home page by https and by http. For a registered port that belongs to the other scheme the usual port is
    meant; without an http counterpart (https on a port of its own) the second is empty."""
    home = canonical(url) or url
    rest = home.partition("://")[2]
    authority, _, path = rest.partition("/")
    bare = authority.removesuffix(f":{port_of(home)}")
    if scheme_of(home) == "https":
        return home, "" if port_of(home) != HTTPS_PORT else f"http://{bare}/{path}"
    return f"https://{bare}/{path}", home


class _Talk(msgspec.Struct, frozen=True, kw_only=True):
    address: str
    hands: Handshake
    versions: dict[str, Offer] = {}


async def _entrances(url: str, network: Network, addresses: Sequence[str]) -> list[_Talk]:
    """Talk to every address; to those that gave no handshake once more, after all others."""
    first = await _all(url, network, addresses)
    again = iter(await _all(url, network, [one.address for one in first if one.hands.error]))
    return [next(again) if one.hands.error else one for one in first]


async def _all(url: str, network: Network, addresses: Sequence[str]) -> list[_Talk]:
    slots = asyncio.Semaphore(PARALLEL)

    async def one(address: str) -> _Talk:
        async with slots:
            return await _talk(url, network, address)

    return list(await asyncio.gather(*(one(address) for address in addresses)))


async def _talk(url: str, network: Network, address: str) -> _Talk:
    host, port = hostname_of(url), port_of(url)
    place = Place(
        host=host.rstrip("."),
        address=address,
        port=network.connect_port.get(f"{host}:{port}", port),
        seconds=network.connect_timeout,
    )
    hands = await shake_hands(place)
    if hands.error.startswith("timeout: no handshake") and (line := await ask_plainly(place)):
        hands = Handshake(error=f"plain: {line}")
    if hands.error.startswith(("timeout: no connection", "refused", "unreachable", "plain")):
        return _Talk(address=address, hands=hands)
    # Who keeps silent is not asked for everything: each silence lasts.
    asked = AFTER_SILENCE if hands.error.startswith("timeout") else STANDARD
    versions: dict[str, Offer] = {version: await _offer(place, version) for version in asked}
    if hands.error and asked is STANDARD and "offered" not in versions.values():
        versions |= {version: await _offer(place, version) for version in NATIONAL}
    return _Talk(address=address, hands=hands, versions=versions)


async def _offer(place: Place, version: Version) -> Offer:
    try:
        answer = await say_hello(place, version)
    except TalkError as error:
        return "refused" if str(error).startswith(("reset", "closed")) else "not-measured"
    return "offered" if offered(version, answer) else "refused"


def _entrance(url: str, talk: _Talk, chain: Chain) -> Entrance:
    hands = talk.hands
    return Entrance(
        family=6 if ":" in talk.address else 4,
        address=talk.address,
        port=port_of(url),
        error=hands.error,
        version=hands.version,
        suite=hands.suite,
        stapled=hands.stapled,
        versions=talk.versions,
        chain=None if hands.error else chain,
    )


def _unroutable(url: str, address: str) -> Entrance:
    return Entrance(family=6, address=address, port=port_of(url), error="no-ipv6-here")


def _stands_in(network: Network, url: str) -> bool:
    """Whether it is said where to find the host, but not for this port: what answers there is then another server."""
    host, port = hostname_of(url), port_of(url)
    said = {*network.connect_port, *network.resolve}
    if {f"{host}:{port}", f"*:{port}"} & said:
        return False
    return any(place.rpartition(":")[0] == host for place in said)
