"""What the name server says of a host: its addresses of both families, or why there are none."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING, Literal

import dns.asyncresolver
import dns.exception
import dns.ipv6
import dns.name
import dns.rcode
import dns.resolver
import msgspec

from govaudit.crawler.probes.address_kinds import unusable_because
from govaudit.inspection.run import nameserver_address
from govaudit.inspection.urls import hostname_of, port_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.inspection.run import Network

RecordType = Literal["A", "AAAA"]
RECORD_TYPES: tuple[RecordType, ...] = ("A", "AAAA")
ATTEMPTS = 2
"""Failures of the name server are asked about once more before they are a fact."""
MAX_LIFETIME = 8.0


class NameRecords(msgspec.Struct, frozen=True, kw_only=True):
    """``unusable``: address → why a visitor cannot be sent there. ``error``: record type → ``nxdomain``,
    ``no-answer``, ``servfail``, ``timeout``, ``refused``, or empty. ``source``: ``resolver``, ``option``
    (``--resolve``), ``literal``. ``nameserver``: which was asked, empty for the other sources."""

    A: list[str]
    AAAA: list[str]
    unusable: dict[str, str]
    error: dict[str, str]
    source: Literal["resolver", "option", "literal"]
    nameserver: str = ""

    def usable(self, record_type: RecordType) -> list[str]:
        """Addresses of one family that a visitor can be sent to."""
        addresses = self.A if record_type == "A" else self.AAAA
        return [address for address in addresses if address not in self.unusable]


async def ask(url: str, network: Network) -> tuple[NameRecords, float]:
    """The addresses of the host of ``url`` and the seconds that the slower of the two questions took.

    ``--resolve`` counts as the answer of the name server; literals and ``localhost`` need none.
    """
    host, port = hostname_of(url), port_of(url)
    literal = _literal(host)
    if literal:
        return _given(literal, network, "literal"), 0.0
    listed = network.resolve.get(f"{host}:{port}") or network.resolve.get(f"*:{port}")
    if listed:
        return _given(listed, network, "option"), 0.0
    resolver, nameserver = _resolver(network)
    loop = asyncio.get_running_loop()
    start = loop.time()
    answers = await asyncio.gather(*(_question(resolver, host, kind) for kind in RECORD_TYPES))
    seconds = loop.time() - start
    addresses = {kind: found for kind, (found, _) in zip(RECORD_TYPES, answers, strict=True)}
    return NameRecords(
        A=addresses["A"],
        AAAA=addresses["AAAA"],
        unusable=_unusable([*addresses["A"], *addresses["AAAA"]], network),
        error={kind: error for kind, (_, error) in zip(RECORD_TYPES, answers, strict=True)},
        source="resolver",
        nameserver=nameserver,
    ), seconds


def _literal(host: str) -> tuple[str, ...]:
    """Addresses that a host has without a name server."""
    if host == "localhost" or host.endswith(".localhost"):
        return ("127.0.0.1", "::1")
    try:
        return (_shown(host),)
    except ValueError:
        return ()


def _shown(address: str) -> str:
    """An address as name servers' answers show it: lower case, shortened, mapped ones dotted."""
    parsed = ipaddress.ip_address(address)
    return dns.ipv6.inet_ntoa(parsed.packed) if parsed.version == 6 else str(parsed)


def _given(addresses: Iterable[str], network: Network, source: Literal["option", "literal"]) -> NameRecords:
    plain = [_shown(address.strip("[]")) for address in addresses]
    old = [address for address in plain if ":" not in address]
    new = [address for address in plain if ":" in address]
    return NameRecords(
        A=old,
        AAAA=new,
        unusable=_unusable(plain, network),
        error={"A": "" if old else "no-answer", "AAAA": "" if new else "no-answer"},
        source=source,
    )


def _unusable(addresses: Iterable[str], network: Network) -> dict[str, str]:
    reasons = {
        address: unusable_because(address, allow_private=network.allow_private) for address in addresses
    }
    return {address: reason for address, reason in reasons.items() if reason}


def _resolver(network: Network) -> tuple[dns.asyncresolver.Resolver, str]:
    """The resolver and how its name server is called."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    if network.nameserver:
        address, port = nameserver_address(network.nameserver)
        resolver.nameservers = [address]
        resolver.port = port
    else:
        resolver.nameservers = _system_nameservers()
    resolver.lifetime = min(network.connect_timeout, MAX_LIFETIME)
    resolver.timeout = resolver.lifetime / 2
    return resolver, network.nameserver or ", ".join(map(str, resolver.nameservers))


def _system_nameservers() -> list[str]:
    try:
        found = dns.asyncresolver.Resolver().nameservers
    except dns.resolver.NoResolverConfiguration:
        found = []
    # Without any configuration every C library asks this machine.
    return [str(nameserver) for nameserver in found] or ["127.0.0.1"]


async def _question(
    resolver: dns.asyncresolver.Resolver, host: str, record_type: RecordType
) -> tuple[list[str], str]:
    """Addresses, and the word for why there are none."""
    addresses: list[str] = []
    error = ""
    for _ in range(ATTEMPTS):
        addresses, error = await _ask_once(resolver, host, record_type)
        if error not in {"servfail", "refused"}:
            break
    return addresses, error


async def _ask_once(
    resolver: dns.asyncresolver.Resolver, host: str, record_type: RecordType
) -> tuple[list[str], str]:
    try:
        answer = await resolver.resolve(host, record_type, search=False)
    except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
        return [], "nxdomain"
    except dns.resolver.NoAnswer:
        return [], "no-answer"
    except (dns.resolver.NoNameservers, dns.exception.Timeout) as error:
        return [], _failure(error)
    except (dns.exception.DNSException, OSError):
        return [], "servfail"
    return sorted({str(record.address) for record in answer}), ""


def _failure(error: dns.resolver.NoNameservers | dns.exception.Timeout) -> str:
    """Tell a refusing from a failing and a silent name server by what each attempt met."""
    attempts = error.kwargs.get("errors") or []
    codes = {attempt[4].rcode() for attempt in attempts if attempt[4] is not None}
    if dns.rcode.REFUSED in codes:
        return "refused"
    return "servfail" if codes or not isinstance(error, dns.exception.Timeout) else "timeout"
