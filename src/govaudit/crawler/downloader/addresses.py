"""Names → addresses, asked once a crawl, and the guard that keeps the crawl out of private networks.

First words of a detail: ``nxdomain`` (no such name), ``no-address`` (the name has none of the wanted family),
``servfail`` (the name server failed), ``timeout`` (it did not answer), ``private`` (refused).
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import dns.asyncresolver
import dns.exception
import dns.resolver

from govaudit.inspection.run import nameserver_address
from govaudit.inspection.urls import address_kind, reached_address

if TYPE_CHECKING:
    from govaudit.inspection.run import Network

_METADATA = frozenset(
    {
        "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
    }
)  # fmt: skip
"""Addresses at which clouds hand out the secrets of their machines."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Addresses in the order in which they are tried. ``error``: why there are none; ``refused``: there are,
    but all of them are private."""

    addresses: tuple[str, ...] = ()
    error: str = ""
    refused: bool = False

    @property
    def is_silence(self) -> bool:
        """Whether no name server gave an answer, which may be our own network's fault."""
        return self.error.startswith(("timeout", "servfail"))


class AddressGuard:
    """Decides which IP addresses may be connected to."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    def allows(self, address: str) -> bool:
        """Public addresses always; loopback and private ones when that was asked for; metadata, link-local
        and multicast ones never."""
        return _is_allowed(address, self._allow_private)


@lru_cache(maxsize=4096)
def _is_allowed(address: str, allow_private: bool) -> bool:  # noqa: FBT001 - cached by position
    parsed = reached_address(address)
    if str(parsed) in _METADATA or parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified:
        return False
    return allow_private or address_kind(address) == "public"


class Addresses:
    """Resolver of one crawl: ``network.resolve`` first, then ``network.nameserver``, else the system's."""

    def __init__(self, network: Network, guard: AddressGuard) -> None:
        self._network = network
        self._guard = guard
        self._known: dict[tuple[str, int], Resolved] = {}
        self._asked: dict[str, asyncio.Future[Resolved]] = {}
        self._resolver = _resolver(network) if network.nameserver else None

    def known(self, host: str, port: int) -> Resolved | None:
        """The answer for a host that was asked for before."""
        return self._known.get((host, port))

    async def of(self, host: str, port: int) -> Resolved:
        """Usable addresses of ``host`` (a name or a literal without brackets)."""
        known = self._known.get((host, port))
        if known is not None:
            return known
        given = self._given(host, port)
        found = Resolved(given) if given else await self._ask_once(host)
        answer = self._usable(found)
        self._known[(host, port)] = answer
        return answer

    def forget_failures(self) -> None:
        """Ask again for the names that had no answer."""
        self._known = {key: answer for key, answer in self._known.items() if answer.addresses}

    async def names_can_be_asked(self, host: str) -> bool:
        """Whether name servers answer beyond the nearest one: asked for a name under ``host`` that nobody can have
        asked for before."""
        if _is_literal(host):
            return False
        return not (await self._ask(f"govaudit-{secrets.token_hex(6)}.{host}")).is_silence

    def _given(self, host: str, port: int) -> tuple[str, ...]:
        if _is_literal(host):
            return (host,)
        resolve = self._network.resolve
        listed = resolve.get(f"{host}:{port}") or resolve.get(f"*:{port}") or ()
        return tuple(address.strip("[]") for address in listed)

    async def _ask_once(self, host: str) -> Resolved:
        asked = self._asked.get(host)
        if asked is None:
            asked = asyncio.ensure_future(self._ask(host))
            self._asked[host] = asked
            asked.add_done_callback(lambda _: self._asked.pop(host, None))
        return await asyncio.shield(asked)

    async def _ask(self, host: str) -> Resolved:
        limit = self._network.connect_timeout
        try:
            async with asyncio.timeout(limit):
                if self._resolver is not None:
                    return await _by_nameserver(self._resolver, host, self._network.family)
                return await _by_system(host)
        except TimeoutError:
            return Resolved(error=f"timeout: no name server answer within {limit:g} s")

    def _usable(self, found: Resolved) -> Resolved:
        if not found.addresses:
            return found
        allowed = tuple(address for address in found.addresses if self._guard.allows(address))
        if not allowed:
            return Resolved(error=f"private: {', '.join(found.addresses)}", refused=True)
        wanted = _by_family(allowed, self._network.family)
        if not wanted:
            return Resolved(error=f"no-address: no IPv{self._network.family} address")
        return Resolved(wanted)


def _by_family(addresses: tuple[str, ...], family: str) -> tuple[str, ...]:
    old = tuple(address for address in addresses if ":" not in address)
    new = tuple(address for address in addresses if ":" in address)
    if family == "4":
        return old
    if family == "6":
        return new
    return old or new


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def _by_system(host: str) -> Resolved:
    loop = asyncio.get_running_loop()
    try:
        rows = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Resolved(error=_system_error(error))
    except UnicodeError as error:
        return Resolved(error=f"nxdomain: {error}")
    return Resolved(tuple(dict.fromkeys(str(row[4][0]) for row in rows)))


def _system_error(error: socket.gaierror) -> str:
    if error.errno == socket.EAI_NONAME:
        return f"nxdomain: {error.strerror}"
    if error.errno in {socket.EAI_NODATA, socket.EAI_ADDRFAMILY}:
        return f"no-address: {error.strerror}"
    return f"servfail: {error.strerror}"


def _resolver(network: Network) -> dns.asyncresolver.Resolver:
    resolver = dns.asyncresolver.Resolver(configure=False)
    host, port = nameserver_address(network.nameserver)
    resolver.nameservers = [host]
    resolver.port = port
    resolver.lifetime = min(network.connect_timeout, 8.0)
    resolver.timeout = resolver.lifetime / 2
    return resolver


async def _by_nameserver(resolver: dns.asyncresolver.Resolver, host: str, family: str) -> Resolved:
    kinds = {"4": ("A",), "6": ("AAAA",)}.get(family, ("A", "AAAA"))
    addresses: list[str] = []
    error = ""
    for kind in kinds:
        try:
            answer = await resolver.resolve(host, kind, search=False)
        except dns.resolver.NXDOMAIN:
            return Resolved(error="nxdomain: no such name")
        except dns.resolver.NoAnswer:
            error = error or "no-address: the name has no address"
        except dns.exception.Timeout:
            error = f"timeout: no name server answer within {resolver.lifetime:g} s"
        except dns.exception.DNSException as fault:
            error = f"servfail: {type(fault).__name__}"
        else:
            addresses.extend(str(record.address) for record in answer)
        if addresses:
            break
    return Resolved(tuple(addresses), "" if addresses else error)
