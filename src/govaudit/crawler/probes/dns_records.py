"""What the name server says of a host: its addresses of both families, or why there are none."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING, Literal

import dns.asyncresolver
import dns.exception
import dns.ipv6
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import msgspec

from govaudit.crawler.probes.address_kinds import unusable_because
from govaudit.inspection.run import nameserver_address
from govaudit.inspection.urls import hostname_of, port_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns.rdatatype import RdataType

    from govaudit.crawler.probes.dns_exchange import Patience
    from govaudit.inspection.run import Network

RecordType = Literal["A", "AAAA"]
RECORD_TYPES: tuple[RecordType, ...] = ("A", "AAAA")
ATTEMPTS = 2
"""Failures of the name server are asked about once more before they are a fact."""
MAX_LIFETIME = 8.0


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a chain of aliases. ``zone``: in which ``target`` lies; empty when it could not be told."""

    name: str
    target: str
    zone: str = ""


class NameRecords(msgspec.Struct, frozen=True, kw_only=True):
    """``unusable``: address → why a visitor cannot be sent there. ``error``: record type → ``nxdomain``,
    ``no-answer``, ``servfail``, ``timeout``, ``refused``, or empty. ``source``: ``resolver``, ``option``
    (``--resolve``), ``literal``. ``nameserver``: which was asked, empty for the other sources.

    ``chain``: the names that the host is an alias to, one after the other, with their zones. ``made_up``: addresses
    that the resolver makes for names without any (DNS64); they do not stand in ``AAAA``. ``published``: usable IPv6
    addresses that the authoritative servers gave when they were asked themselves. ``hides_aaaa``: the resolver answers
    as if names had no AAAA records that are known to have some."""

    A: list[str]
    AAAA: list[str]
    unusable: dict[str, str]
    error: dict[str, str]
    source: Literal["resolver", "option", "literal"]
    nameserver: str = ""
    chain: list[Alias] = []
    made_up: list[str] = []
    published: list[str] = []
    hides_aaaa: bool = False

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
    resolver, nameserver = new_resolver(network)
    loop = asyncio.get_running_loop()
    start = loop.time()
    answers = await asyncio.gather(*(_question(resolver, host, kind) for kind in RECORD_TYPES))
    seconds = loop.time() - start
    addresses = {kind: found for kind, (found, _, _) in zip(RECORD_TYPES, answers, strict=True)}
    return NameRecords(
        A=addresses["A"],
        AAAA=addresses["AAAA"],
        unusable=_unusable([*addresses["A"], *addresses["AAAA"]], network),
        error={kind: error for kind, (_, error, _) in zip(RECORD_TYPES, answers, strict=True)},
        source="resolver",
        nameserver=nameserver,
        chain=max((chain for _, _, chain in answers), key=len),
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


def new_resolver(network: Network) -> tuple[dns.asyncresolver.Resolver, str]:
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
) -> tuple[list[str], str, list[Alias]]:
    """Addresses, the word for why there are none, and the aliases on the way."""
    kind = dns.rdatatype.from_text(record_type)
    message, error = await consult(resolver, host, kind)
    records = message.answer if message is not None else []
    found = sorted({str(one.address) for all_ in records if all_.rdtype == kind for one in all_})
    return found, "" if found else error or "no-answer", _chain(host, message)


async def consult(
    resolver: dns.asyncresolver.Resolver, name: str, kind: RdataType, patience: Patience | None = None
) -> tuple[dns.message.Message | None, str]:
    """The resolver's answer, and the word for what is wrong with it: ``nxdomain``, ``no-answer``, ``servfail``,
    ``timeout``, ``refused``, or empty. A denial has a message too, which holds its grounds. A failure is asked about
    once more."""
    message: dns.message.Message | None = None
    error = ""
    for _ in range(ATTEMPTS):
        if patience is not None and not patience.spend():
            return message, error or "timeout"
        message, error = await _ask_once(resolver, name, kind)
        if error not in {"servfail", "refused"}:
            break
    return message, error


async def _ask_once(
    resolver: dns.asyncresolver.Resolver, name: str, kind: RdataType
) -> tuple[dns.message.Message | None, str]:
    try:
        answer = await resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN as denial:
        return denial.kwargs["responses"].get(denial.kwargs["qnames"][0]), "nxdomain"
    except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
        return None, "nxdomain"
    except (dns.resolver.NoNameservers, dns.exception.Timeout) as error:
        return None, _failure(error)
    except (dns.exception.DNSException, OSError):
        return None, "servfail"
    return answer.response, "" if answer.rrset is not None else "no-answer"


def _chain(host: str, message: dns.message.Message | None) -> list[Alias]:
    aliases = {
        found.name: found[0].target
        for found in (message.answer if message is not None else [])
        if found.rdtype == dns.rdatatype.CNAME
    }
    chain: list[Alias] = []
    try:
        name = dns.name.from_text(host)
    except dns.exception.DNSException:
        return []
    while name in aliases and len(chain) < len(aliases):
        target = aliases[name]
        chain.append(Alias(name=_plain(name), target=_plain(target)))
        name = target
    return chain


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _failure(error: dns.resolver.NoNameservers | dns.exception.Timeout) -> str:
    """Tell a refusing from a failing and a silent name server by what each attempt met."""
    attempts = error.kwargs.get("errors") or []
    codes = {attempt[4].rcode() for attempt in attempts if attempt[4] is not None}
    if dns.rcode.REFUSED in codes:
        return "refused"
    return "servfail" if codes or not isinstance(error, dns.exception.Timeout) else "timeout"
