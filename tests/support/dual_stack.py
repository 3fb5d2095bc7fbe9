"""A small internet of both families for tests: name servers, sites and broken ways, described by a row of YAML.

Where the process may make network namespaces, addresses and ports are as on the real internet (53, 80, 443, public
addresses), and packets can vanish; elsewhere the world stands on loopback, and worlds that need more are left out.

A world says by words where things are: ``four``, ``four-b``, ``six``, ``six-b`` are addresses of the site,
``ns1-four``, ``ns1-six``, ``ns2-four``, ``ns2-six`` those of its name servers, ``cdn-four`` of somebody else,
``control-six`` of a host that is known to have IPv6; ``silent-four``, ``silent-six`` swallow packets and
``unreachable-six`` has no way to it.
"""

from __future__ import annotations

import re
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from pydantic import BaseModel, ConfigDict

from govaudit.demo.dns_server import dns_server
from govaudit.inspection.run import Network
from govaudit.inspection.urls import hostname_of, port_of, scheme_of
from tests.support.http_site import HttpSite, Reply, closed_port, page
from tests.support.own_network import in_own_network, may_have_own_network

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

    from govaudit.demo.dns_server import Edit
    from tests.support.certificates import Authority

T = TypeVar("T")
Names = dict[str, dict[str, list[str] | str] | str]
"""Name → record type → values, or a behaviour of the name server for a type or for the name."""

SOA = "ns1.mou.gov.cn. admin.mou.gov.cn. 2026112201 3600 600 604800 60"
PUBLIC = {
    "four": "202.96.128.86",
    "four-b": "202.96.128.87",
    "ns1-four": "202.96.128.53",
    "ns2-four": "202.96.129.53",
    "cdn-four": "202.96.130.80",
    "silent-four": "202.99.1.1",
    "six": "2400:3200:6::80",
    "six-b": "2400:3200:6::81",
    "ns1-six": "2400:3200:6::53",
    "ns2-six": "2400:3200:7::53",
    "control-six": "2400:3200:8::80",
    "silent-six": "2400:3200:dead::1",
    "unreachable-six": "2400:3200:bad::1",
    "resolver": "127.0.0.53",
}
LOOPBACK = {
    "four": "127.0.0.1",
    "four-b": "127.0.0.2",
    "ns1-four": "127.0.0.3",
    "ns2-four": "127.0.0.4",
    "cdn-four": "127.0.0.5",
    "six": "::1",
    "ns1-six": "::1",
    "ns2-six": "::1",
    "resolver": "127.0.0.1",
}
_ELSEWHERE = ("silent-four", "silent-six", "unreachable-six")
_TO_NOWHERE = (
    "link add void0 type veth peer name void1",
    "link set void0 arp off up",
    "link set void1 up",
    "route add 202.99.0.0/16 dev void0",
)

MANNERS = ("page", "not-found", "slow", "silent", "wall", "wrong-certificate", "other-name", "plain")
"""How a site answers at an address: ``slow`` sends the page with pauses, ``silent`` takes the connection and says
nothing, ``wrong-certificate`` is signed by nobody, ``other-name`` is a certificate for another host, ``plain`` speaks
HTTP where TLS is expected."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NameServerSpec(_Strict):
    """A name server of the zone. ``at``: words of addresses; ``answers``: ``good``, ``refused``, ``servfail``,
    ``lame`` (knows nothing of the zone and says so politely), ``silent``, ``no-tcp``, ``truncated`` (over UDP),
    ``no-edns`` (does not know extended queries); ``published``: words of the addresses in the DNS, when these are
    others; ``silent_over``: answers as ``silent`` at these of its addresses."""

    at: tuple[str, ...] = ()
    answers: str = "good"
    published: tuple[str, ...] | None = None
    silent_over: tuple[str, ...] = ()


class WorldSpec(_Strict):
    """A world. ``names``: name → record type → values (words of addresses or literal), relative to the zone, beside
    the zone's own; ``listens``: word of an address → manner, or path → HTML; ``encrypted``: the same for port 443
    beside the registered one; ``machine``: ``dual``, ``no-ipv6``, ``lost-upstream`` (a route, and nothing comes
    back); ``resolver``: ``good``, ``down``, ``dns64``, ``hides-aaaa``, ``secure``, ``bogus``."""

    url: str = "http://www.mou.gov.cn/"
    zone: str = "mou.gov.cn"
    names: Names = {}
    servers: dict[str, NameServerSpec] = {
        "ns1": NameServerSpec(at=("ns1-four", "ns1-six")),
        "ns2": NameServerSpec(at=("ns2-four", "ns2-six")),
    }
    listens: dict[str, str | dict[str, str]] = {}
    encrypted: dict[str, str | dict[str, str]] = {}
    machine: str = "dual"
    resolver: str = "good"
    network: dict[str, Any] = {}

    def words(self) -> set[str]:
        """Words of addresses that the world uses."""
        values = [
            value
            for records in self.names.values()
            if isinstance(records, dict)
            for given in records.values()
            for value in ([given] if isinstance(given, str) else given)
        ]
        servers = [word for one in self.servers.values() for word in (*one.at, *(one.published or ()))]
        return {word for word in (*values, *servers, *self.listens, *self.encrypted) if word in PUBLIC}

    @property
    def needs_own_network(self) -> bool:
        """Whether loopback is not enough."""
        return self.machine != "dual" or bool(self.encrypted) or not self.words() <= set(LOOPBACK)


@dataclass
class World:
    """A running world. ``network``: how its sites are to be asked; ``addresses``: word → address; ``sites``: servers by
    the word of their address."""

    spec: WorldSpec
    network: Network
    addresses: Mapping[str, str]
    sites: dict[str, HttpSite] = field(default_factory=dict)

    def words_in(self, text: str) -> str:
        """``text`` with addresses replaced by their words, so that expectations hold everywhere."""
        for word, address in self.addresses.items():
            text = re.sub(rf"(?<![0-9a-f:.]){re.escape(address)}(?![0-9a-f])", word, text)
        return text


def can_stand_here(spec: WorldSpec) -> bool:
    """Whether the machine that tests run on can hold this world."""
    return may_have_own_network() or not spec.needs_own_network


def in_world(spec: WorldSpec, authority: Authority, work: Callable[[World], T]) -> T:
    """Do ``work`` while the world runs. ``authority``: signs for encrypted sites."""

    def run(addresses: Mapping[str, str], *, real_ports: bool) -> T:
        with _running(spec, authority, addresses, real_ports=real_ports) as world:
            return work(world)

    if not may_have_own_network():
        return run(LOOPBACK, real_ports=False)
    return in_own_network(_commands(spec), lambda: run(PUBLIC, real_ports=True))


def _commands(spec: WorldSpec) -> list[str]:
    own = [address for word, address in PUBLIC.items() if word not in _ELSEWHERE and word != "resolver"]
    old = [f"addr add {address}/32 dev lo" for address in own if ":" not in address]
    new = [f"addr add {address}/128 dev lo nodad" for address in own if ":" in address]
    commands = ["link set lo up", *old, *_TO_NOWHERE]
    if spec.machine == "no-ipv6":
        return commands
    if spec.machine == "lost-upstream":
        return [*commands, "addr add 2400:3200:99::2/128 dev lo nodad", "route add ::/0 dev void0"]
    return [*commands, *new, "route add ::/0 dev void0", "route add unreachable 2400:3200:bad::/48"]


@contextmanager
def _running(
    spec: WorldSpec, authority: Authority, addresses: Mapping[str, str], *, real_ports: bool
) -> Iterator[World]:
    with ExitStack() as stack:
        records = _records(spec, addresses)
        connect_port: dict[str, int] = {}
        for name, server in spec.servers.items():
            for word in server.at:
                if not _is_here(spec, addresses[word]):
                    continue
                manner = "silent" if word in server.silent_over else server.answers
                port = 53 if real_ports else connect_port.get(f"{name}.{spec.zone}:53", 0)
                at = stack.enter_context(
                    dns_server(records, addresses[word], port, _name_server_manner(manner, spec.zone))
                )
                connect_port[f"{name}.{spec.zone}:53"] = int(at.rpartition(":")[2])
        nameserver = _resolver(spec, records, addresses, stack, real_ports=real_ports)
        port = port_of(spec.url) if real_ports else closed_port()
        certified = _host_if_encrypted(spec.url)
        sites = {
            word: stack.enter_context(_site(given, certified, (addresses[word], port), authority))
            for word, given in spec.listens.items()
            if _is_here(spec, addresses[word])
        }
        for word, given in spec.encrypted.items():
            stack.enter_context(_site(given, hostname_of(spec.url), (addresses[word], 443), authority))
        if sites:
            host, port = hostname_of(spec.url), port_of(spec.url)
            connect_port[f"{host}:{port}"] = next(iter(sites.values())).port
        settings: dict[str, Any] = {
            "nameserver": nameserver,
            "allow_private": not real_ports,
            "connect_port": {} if real_ports else connect_port,
            "connect_timeout": 0.4,
            "timeout": 1.5,
            "rate": 0,
            **spec.network,
        }
        yield World(spec, Network(**settings), addresses, sites)


def _is_here(spec: WorldSpec, address: str) -> bool:
    return ":" not in address or spec.machine == "dual"


def _records(spec: WorldSpec, addresses: Mapping[str, str]) -> Names:
    """All names of the world with all their records."""
    zone = spec.zone
    records: Names = {zone: {"SOA": [SOA], "NS": [f"{name}.{zone}." for name in spec.servers]}}
    for name, server in spec.servers.items():
        published = [
            addresses[word] for word in (server.at if server.published is None else server.published)
        ]
        records[f"{name}.{zone}"] = {
            kind: found
            for kind, found in (
                ("A", [address for address in published if ":" not in address]),
                ("AAAA", [address for address in published if ":" in address]),
            )
            if found
        }
    for name, given in spec.names.items():
        full = name.rstrip(".") if name.endswith(".") else f"{name}.{zone}" if name != "@" else zone
        if isinstance(given, str):
            records[full] = given
            continue
        before = records.get(full, {})
        made = {
            kind: value if isinstance(value, str) else [addresses.get(one, one) for one in value]
            for kind, value in given.items()
        }
        records[full] = {**(before if isinstance(before, dict) else {}), **made}
    return records


def _resolver(
    spec: WorldSpec,
    records: Names,
    addresses: Mapping[str, str],
    stack: ExitStack,
    *,
    real_ports: bool,
) -> str:
    """The recursive server of the world: it knows all of it."""
    if spec.resolver == "down":
        return f"{addresses['resolver']}:{closed_port()}"
    known = dict(records)
    if spec.resolver == "dns64":
        known = _with_synthesis(known)
    port = 53 if real_ports else 0
    return stack.enter_context(
        dns_server(known, addresses["resolver"], port, _resolver_manner(spec.resolver))
    )


def _with_synthesis(
    records: Names,
) -> Names:
    """What a resolver in an IPv6-only network makes of names that have IPv4 addresses only (RFC 6147)."""
    made: Names = {
        "ipv4only.arpa": {"A": ["192.0.0.170", "192.0.0.171"]},
        **records,
    }
    for name, given in made.items():
        if isinstance(given, dict) and "A" in given and "AAAA" not in given:
            made[name] = {**given, "AAAA": [f"{SYNTHESIS_PREFIX}{address}" for address in given["A"]]}
    return made


SYNTHESIS_PREFIX = "2400:3200:64::"
"""Of the network's own translator; /96."""


def _resolver_manner(kind: str) -> Edit:
    def edit(
        query: dns.message.Message, response: dns.message.Message, _transport: str
    ) -> dns.message.Message:
        response.flags &= ~dns.flags.AA
        response.flags |= dns.flags.RA
        asked = query.question[0].rdtype if query.question else dns.rdatatype.NONE
        if kind == "secure" and response.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            response.flags |= dns.flags.AD
        if kind == "hides-aaaa" and asked == dns.rdatatype.AAAA:
            response.answer = [found for found in response.answer if found.rdtype != dns.rdatatype.AAAA]
        if kind == "bogus" and not query.flags & dns.flags.CD and asked != dns.rdatatype.DS:
            return _refusing(response, dns.rcode.SERVFAIL)
        return response

    return edit


def _name_server_manner(manner: str, zone: str) -> Edit:
    apex = dns.name.from_text(zone)

    def edit(
        query: dns.message.Message, response: dns.message.Message, transport: str
    ) -> dns.message.Message | None:
        if manner == "silent" or (manner == "no-tcp" and transport == "tcp"):
            return None
        response.answer = [found for found in response.answer if found.name.is_subdomain(apex)]
        if manner in {"refused", "servfail"}:
            return _refusing(response, dns.rcode.from_text(manner.upper()))
        if manner == "lame":
            response.flags &= ~dns.flags.AA
            return _refusing(response, dns.rcode.NOERROR)
        if manner == "no-edns" and query.edns >= 0:
            return _refusing(response, dns.rcode.FORMERR)
        if manner == "truncated" and transport == "udp":
            response.answer.clear()
            response.flags |= dns.flags.TC
        return response

    return edit


def _refusing(response: dns.message.Message, code: dns.rcode.Rcode) -> dns.message.Message:
    response.answer.clear()
    response.authority.clear()
    response.set_rcode(code)
    return response


def _host_if_encrypted(url: str) -> str:
    return hostname_of(url) if scheme_of(url) == "https" else ""


def _site(
    manner: str | dict[str, str], certified: str, at: tuple[str, int], authority: Authority
) -> HttpSite:
    """``certified``: the host of the certificate, empty for plain HTTP."""
    tls = _tls(certified, manner if isinstance(manner, str) else "page", authority)
    return HttpSite(routes=_routes(manner), tls=tls, at=[at])


def _routes(manner: str | dict[str, str]) -> dict[str, Reply]:
    if isinstance(manner, dict):
        return {path: Reply(body=html) for path, html in manner.items()}
    if manner not in MANNERS:
        raise ValueError(f"no manner of a site: {manner}")
    home = page(title="某市人民政府")
    replies = {
        "not-found": Reply(404, "not here"),
        "slow": Reply(body=home[:60], drip=0.01),
        "silent": Reply(act=lambda _: time.sleep(2)),
        "wall": Reply(403, "blocked"),
    }
    return {"/": replies.get(manner, Reply(body=home))}


def _tls(host: str, manner: str, authority: Authority) -> ssl.SSLContext | None:
    if not host or manner == "plain":
        return None
    name = "www.other.gov.cn" if manner == "other-name" else host
    return authority.server(name, signed=manner != "wrong-certificate")
