"""Whether this machine has an IPv6 route to the kind of network that the site is in."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.crawler.probes.address_kinds import Scope, scope_of

if TYPE_CHECKING:
    from collections.abc import Sequence

FAR_ADDRESS = "2001:503:ba3e::2:30"
"""A root name server: its address stays. Nothing is sent to it, it only stands for the whole outside."""

_WIDEST_FIRST: tuple[Scope, ...] = ("global", "private", "loopback")


class SelfCheck(msgspec.Struct, frozen=True, kw_only=True):
    """``route``: whether packets can leave in that direction; ``scope``: the network that was tested, empty when
    the machine has no IPv6 at all; ``detail``: own address, or what the system said."""

    route: bool
    scope: Scope | Literal[""]
    detail: str


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
