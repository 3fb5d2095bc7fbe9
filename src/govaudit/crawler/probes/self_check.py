"""Whether this machine could measure IPv6: a route to the kind of network that the site is in, and something there
that answered.

A route alone proves nothing: behind a router whose own line is broken every site is silent. Silence counts against a
site only where somebody else answered over IPv6.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.crawler.probes.address_kinds import Scope, scope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

FAR_ADDRESS = "2001:503:ba3e::2:30"
"""A root name server: its address stays. Nothing is sent to it, it only stands for the whole outside."""

_WIDEST_FIRST: tuple[Scope, ...] = ("global", "private", "loopback")


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A host that is known to have IPv6. ``error``: empty when it took a connection."""

    host: str
    address: str
    error: str = ""


class SelfCheck(msgspec.Struct, frozen=True, kw_only=True):
    """``route``: whether packets can leave in that direction; ``scope``: the network that was tested, empty when
    the machine has no IPv6 at all; ``detail``: own address, or what the system said.

    ``witness``: what answered over IPv6 (an address of the site, a name server, a control host); empty: nothing did.
    ``dns``: whether name servers answer over IPv6, empty when none was asked. ``translation``: prefixes of the NAT64
    that this machine is behind. ``controls``: the control hosts, when they had to be asked."""

    route: bool
    scope: Scope | Literal[""]
    detail: str
    witness: str = ""
    dns: Literal["", "answers", "silent"] = ""
    translation: list[str] = []
    controls: list[Control] = []


def check_route(addresses: Sequence[str]) -> SelfCheck:
    """Ask the routing table for the way to the widest-reaching of ``addresses``, to the outside when there are
    none. A datagram socket is connected, which sends nothing."""
    target = min(addresses, key=lambda one: _WIDEST_FIRST.index(scope_of(one)), default=FAR_ADDRESS)
    try:
        probe = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    except OSError as error:
        return SelfCheck(route=False, scope="", detail=error.strerror or str(error))
    with probe:
        try:
            probe.connect((target, 53))
            source = str(probe.getsockname()[0])
        except OSError as error:
            return judged(target, "", error.strerror or str(error))
    return judged(target, source)


def judged(target: str, source: str, error: str = "") -> SelfCheck:
    """The result for the own address ``source`` that the system would use towards ``target``.

    A private own address towards the outside counts as no route: answers would not come back.
    """
    scope = scope_of(target)
    if error:
        return SelfCheck(route=False, scope=scope, detail=error)
    inside = _WIDEST_FIRST.index(scope_of(source)) > _WIDEST_FIRST.index(scope)
    return SelfCheck(route=not inside, scope=scope, detail=source)


async def connected(host: str, address: str, port: int, seconds: float) -> Control:
    """Connect to a control host and hang up; nothing is sent."""
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(address, port)
    except TimeoutError:
        return Control(host=host, address=address, error="timeout")
    except OSError as error:
        return Control(host=host, address=address, error=error.strerror or str(error))
    writer.transport.abort()
    return Control(host=host, address=address)
