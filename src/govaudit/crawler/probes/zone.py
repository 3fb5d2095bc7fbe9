"""The zone that a host lies in: where it is cut, who serves it, whether it is signed, who may certify it.

Asked of the resolver. The cut is where an SOA record answers for the name itself: no list of public suffixes knows how
an office has delegated its names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import dns.asyncresolver
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import msgspec

from govaudit.crawler.probes.address_kinds import unusable_because
from govaudit.crawler.probes.dns_records import RECORD_TYPES, consult, new_resolver
from govaudit.crawler.probes.translation import is_made_up

if TYPE_CHECKING:
    from govaudit.crawler.probes.dns_exchange import Patience
    from govaudit.inspection.run import Network

Dnssec = Literal["secure", "insecure", "bogus", "indeterminate"]

MAX_SERVERS = 8
MAX_ALIASES = 6
_LABELS = 6
"""Names above a host that are tried as its zone."""


class NameServer(msgspec.Struct, frozen=True, kw_only=True):
    """An NS record with the addresses of its host. ``unusable``: address → why nobody can be sent there; ``error``:
    record type → why there is none (as of ``NameRecords``)."""

    name: str
    A: list[str] = []
    AAAA: list[str] = []
    unusable: dict[str, str] = {}
    error: dict[str, str] = {}


class ZoneRecords(msgspec.Struct, frozen=True, kw_only=True):
    """``zone``: empty when it could not be found, then ``error`` says why. ``servers``: how many NS records there are;
    the addresses of at most ``MAX_SERVERS`` are looked up. ``dnssec`` with ``dnssec_because``: see ``dnssec_of``.
    ``caa``: the CAA records that hold for the host, which stand at ``caa_at``."""

    host: str
    zone: str = ""
    error: str = ""
    soa: str = ""
    servers: int = 0
    nameservers: list[NameServer] = []
    dnssec: Dnssec = "indeterminate"
    dnssec_because: str = ""
    caa: list[str] = []
    caa_at: str = ""


async def survey(host: str, network: Network, patience: Patience, translation: list[str]) -> ZoneRecords:
    """Everything that the resolver says of the zone of ``host``. ``translation``: prefixes of the addresses that it
    makes up, which are none of a server's own."""
    resolver, _ = new_resolver(network)
    zone, soa, error = await zone_of(host, resolver, patience)
    if not zone:
        return ZoneRecords(host=host, error=error)
    names, error = await _server_names(zone, resolver, patience)
    servers = [await _server(name, resolver, network, patience, translation) for name in names[:MAX_SERVERS]]
    dnssec, because = await dnssec_of(zone, network, patience)
    caa, caa_at = await _caa(host, resolver, patience)
    return ZoneRecords(
        host=host,
        zone=zone,
        error=error,
        soa=soa,
        servers=len(names),
        nameservers=servers,
        dnssec=dnssec,
        dnssec_because=because,
        caa=caa,
        caa_at=caa_at,
    )


async def zone_of(
    host: str, resolver: dns.asyncresolver.Resolver, patience: Patience
) -> tuple[str, str, str]:
    """The nearest zone cut at or above ``host``, its SOA record, and why there is none."""
    name = dns.name.from_text(host)
    error = "no-answer"
    for _ in range(_LABELS):
        if len(name) <= 1:
            break
        message, error = await consult(resolver, name.to_text(), dns.rdatatype.SOA, patience)
        if message is None:
            return "", "", error
        start = _start_of_authority(message, name)
        if start is not None:
            return start.name.to_text(omit_final_dot=True).lower(), str(start[0]), ""
        name = name.parent()
    return "", "", error or "no-answer"


def _start_of_authority(message: dns.message.Message, name: dns.name.Name) -> dns.rrset.RRset | None:
    """The SOA record that holds for ``name``, from the answer or the grounds of a denial; that of an alias's target
    says nothing of the name itself."""
    if any(found.rdtype == dns.rdatatype.CNAME and found.name == name for found in message.answer):
        return None
    for found in (*message.answer, *message.authority):
        if found.rdtype == dns.rdatatype.SOA and name.is_subdomain(found.name) and len(found.name) > 1:
            return found
    return None


async def alias_zones(aliases: list[str], network: Network, patience: Patience) -> dict[str, str]:
    """Alias → the zone that it lies in; empty where that could not be told."""
    resolver, _ = new_resolver(network)
    return {name: (await zone_of(name, resolver, patience))[0] for name in aliases[:MAX_ALIASES]}


async def _server_names(
    zone: str, resolver: dns.asyncresolver.Resolver, patience: Patience
) -> tuple[list[str], str]:
    message, error = await consult(resolver, zone, dns.rdatatype.NS, patience)
    names = {
        str(one.target).rstrip(".").lower()
        for found in (message.answer if message is not None else [])
        if found.rdtype == dns.rdatatype.NS
        for one in found
    }
    return sorted(names), "" if names else error or "no-answer"


async def _server(
    name: str,
    resolver: dns.asyncresolver.Resolver,
    network: Network,
    patience: Patience,
    translation: list[str],
) -> NameServer:
    addresses: dict[str, list[str]] = {}
    errors: dict[str, str] = {}
    for kind in RECORD_TYPES:
        wanted = dns.rdatatype.from_text(kind)
        message, error = await consult(resolver, name, wanted, patience)
        addresses[kind] = sorted(
            str(one.address)
            for found in (message.answer if message is not None else [])
            if found.rdtype == wanted
            for one in found
            if not is_made_up(str(one.address), translation)
        )
        errors[kind] = "" if addresses[kind] else error or "no-answer"
    reasons = {
        address: unusable_because(address, allow_private=network.allow_private)
        for kind in RECORD_TYPES
        for address in addresses[kind]
    }
    return NameServer(
        name=name,
        A=addresses["A"],
        AAAA=addresses["AAAA"],
        unusable={address: why for address, why in reasons.items() if why},
        error=errors,
    )


async def dnssec_of(zone: str, network: Network, patience: Patience) -> tuple[Dnssec, str]:
    """What can be told without checking signatures oneself.

    ``secure``: the resolver says that it has checked them (AD). ``bogus``: it fails, and answers as soon as it is told
    not to check (CD). ``insecure``: the parent zone says that this one is not signed (no DS record) and the resolver
    does not object. ``indeterminate``: there is a DS record and the resolver checks nothing, or it does not answer.
    The resolver's word is as good as the way to it.
    """
    checking, _ = new_resolver(network)
    checking.use_edns(0, dns.flags.DO, 1232)
    checking.flags = dns.flags.RD | dns.flags.AD
    message, error = await consult(checking, zone, dns.rdatatype.SOA, patience)
    if message is not None and message.flags & dns.flags.AD:
        return "secure", "AD"
    if message is None and error == "servfail":
        checking.flags = dns.flags.RD | dns.flags.CD
        unchecked, _ = await consult(checking, zone, dns.rdatatype.SOA, patience)
        return ("bogus", "CD") if unchecked is not None else ("indeterminate", error)
    if message is None:
        return "indeterminate", error
    checking.flags = dns.flags.RD
    signed, error = await consult(checking, zone, dns.rdatatype.DS, patience)
    if signed is None:
        return "indeterminate", error
    if any(found.rdtype == dns.rdatatype.DS for found in signed.answer):
        return "indeterminate", "unchecked"
    return "insecure", "no DS"


async def _caa(host: str, resolver: dns.asyncresolver.Resolver, patience: Patience) -> tuple[list[str], str]:
    """CAA records at the host or at the nearest name above that has any (RFC 8659, 3)."""
    name = dns.name.from_text(host)
    while len(name) > 2:
        message, _ = await consult(resolver, name.to_text(), dns.rdatatype.CAA, patience)
        found = [
            str(one)
            for records in (message.answer if message is not None else [])
            if records.rdtype == dns.rdatatype.CAA
            for one in records
        ]
        if found:
            return sorted(found), name.to_text(omit_final_dot=True).lower()
        name = name.parent()
    return [], ""
