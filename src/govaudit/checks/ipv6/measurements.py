"""Probe results as the IPv6 checks read them, and the commands by which anybody measures the same again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.inspection.urls import hostname_of, port_of
from govaudit.inspection.verdict import BLOCKED_STATUSES, Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a chain of aliases. ``zone``: of the target."""

    name: str
    target: str
    zone: str = ""


class NameServer(msgspec.Struct, frozen=True, kw_only=True):
    """An NS record of a zone with the addresses of its host."""

    name: str
    A: tuple[str, ...] = ()
    AAAA: tuple[str, ...] = ()
    unusable: dict[str, str] = {}
    error: dict[str, str] = {}

    @property
    def usable_v6(self) -> tuple[str, ...]:
        """IPv6 addresses that can be asked."""
        return tuple(address for address in self.AAAA if address not in self.unusable)


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """The zone of the host. ``error``: why it, or its servers, are not known; ``servers``: how many there are."""

    zone: str = ""
    error: str = ""
    servers: int = 0
    nameservers: tuple[NameServer, ...] = ()
    at: float = 0.0


class ServerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How one address of an authoritative server answers. ``state``: ``good``, ``refused``, ``servfail``, ``lame``,
    ``timeout``, ``unreachable``, ``closed``, ``malformed``, ``no-route``, ``not-asked``."""

    server: str
    address: str
    family: int
    state: str
    zone: str = ""
    udp: str = ""
    tcp: str = ""
    edns: bool = True
    alias: str = ""
    AAAA: tuple[str, ...] = ()


class SelfCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What the measuring machine could do. ``scope``: the site's kind of network; ``witness``: what answered over
    IPv6; ``translation``: prefixes of the NAT64 that the machine is behind."""

    route: bool = False
    scope: str = ""
    witness: str = ""
    translation: tuple[str, ...] = ()


class NameAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the name server (or ``--resolve``) says of a host. ``unusable``: address → why; ``error``: record type →
    why there is no answer; ``source``: resolver, option or literal. ``made_up``: addresses that only the resolver
    makes (DNS64); ``published``: usable IPv6 addresses that the authoritative servers gave; ``hides_aaaa``: the
    resolver knows no AAAA record of anybody; ``chain``: the aliases."""

    A: tuple[str, ...] = ()
    AAAA: tuple[str, ...] = ()
    unusable: dict[str, str] = {}
    error: dict[str, str] = {}
    source: str = "resolver"
    nameserver: str = ""
    made_up: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    hides_aaaa: bool = False
    chain: tuple[Alias, ...] = ()
    at: float = 0.0

    @property
    def usable(self) -> tuple[str, ...]:
        """IPv6 addresses that a visitor can be sent to: the resolver's, else those of the authoritative servers."""
        given = tuple(address for address in self.AAAA if address not in self.unusable)
        return given or self.published

    @property
    def unusable_v6(self) -> dict[str, str]:
        """IPv6 addresses that cannot be used, with the reason."""
        return {address: why for address, why in self.unusable.items() if ":" in address}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step on the way to a page: ``dns``, ``tcp``, ``tls``, ``http``. ``status``: of the HTTP answer, else 0."""

    step: str
    ok: bool
    error: str = ""
    seconds: float = 0.0
    status: int = 0


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """The way to a page over one address."""

    family: int
    address: str
    port: int = 0
    steps: tuple[Step, ...] = ()
    at: float = 0.0

    @property
    def reached(self) -> bool:
        """Whether the page itself answered."""
        return bool(self.steps) and self.steps[-1].step == "http" and all(step.ok for step in self.steps)

    @property
    def connected(self) -> bool:
        """Whether the address took a connection."""
        return any(step.step == "tcp" and step.ok for step in self.steps)

    @property
    def broken(self) -> Step:
        """The step at which it ended (of a way that did not reach the page)."""
        return next((step for step in self.steps if not step.ok), Step(step="tcp", ok=False, error=""))

    @property
    def reason(self) -> Reason:
        """The named reason of the broken step."""
        step = self.broken
        if step.step == "tls":
            return Reason.TLS
        if step.status in BLOCKED_STATUSES:
            return Reason.BLOCKED_STATUS
        if step.status:
            return Reason.SERVER_ERROR
        if step.step == "dns":
            return Reason.DNS
        named = {"timeout": Reason.TIMEOUT, "reset": Reason.RESET}
        return next((reason for word, reason in named.items() if word in step.error.lower()), Reason.CONNECT)

    def shown(self) -> str:
        """The way in short, for texts: ``2001:db8::1 [[tcp]] [[refused]]``."""
        if self.reached:
            return f"{self.address} [[http]] {self.steps[-1].status}"
        return f"{self.address} [[{self.broken.step}]] {shown_error(self.broken)}"

    def told(self) -> str:
        """The way in short: ``2001:db8::1 tcp refused``."""
        if self.reached:
            return f"{self.address} http {self.steps[-1].status}"
        step = self.broken
        return " ".join(
            part for part in (self.address, step.step, step.error or str(step.status or "")) if part
        )


def shown_error(step: Step) -> str:
    """Why a step failed, as a word that every language has: ``[[refused]]``, ``[[status]] 404``."""
    if step.status:
        return f"[[status]] {step.status}"
    word = step.error.partition(":")[0].strip()
    return f"[[{'handshake' if word == 'tls' else word or 'closed'}]]"


def name_answer(context: Context) -> NameAnswer | None:
    """The last answer for the registered host; ``None`` when it was not asked for."""
    host = hostname_of(context.home_url)
    found = [
        probe
        for probe in context.facts.probes("dns")
        if probe.subject.strip("[]") == host or hostname_of(f"//{probe.subject}") == host
    ]
    if not found:
        return None
    return msgspec.convert({**found[-1].result, "at": found[-1].at}, NameAnswer)


def reaches(context: Context, family: Literal[4, 6]) -> tuple[Reach, ...]:
    """The ways to the home page over one family, one for each usable address."""
    host = hostname_of(context.home_url)
    found = (
        msgspec.convert({**probe.result, "at": probe.at}, Reach)
        for probe in context.facts.probes("reach")
        if hostname_of(probe.subject) == host
    )
    return tuple(one for one in found if one.family == family)


def other_ports(context: Context) -> dict[str, tuple[Reach, ...]]:
    """The host's root at the usual ports that are not the registered one → the ways there."""
    found: dict[str, list[Reach]] = {}
    for probe in context.facts.probes("port"):
        way = msgspec.convert({**probe.result, "at": probe.at}, Reach)
        found.setdefault(probe.subject, []).append(way)
    return {url: tuple(ways) for url, ways in found.items()}


def zone_of_host(context: Context) -> Zone | None:
    """The zone of the registered host; ``None``: the run did not ask."""
    found = context.facts.probes("zone")
    return msgspec.convert({**found[-1].result, "at": found[-1].at}, Zone) if found else None


def server_answers(context: Context) -> tuple[ServerAnswer, ...]:
    """What the authoritative servers said, one for each address that was known."""
    return tuple(msgspec.convert(probe.result, ServerAnswer) for probe in context.facts.probes("name-server"))


def self_check(context: Context) -> SelfCheck | None:
    """The measuring machine's test of itself; ``None``: there was none."""
    tests = [probe for probe in context.facts.probes("self-check") if probe.subject == "ipv6"]
    return msgspec.convert(tests[-1].result, SelfCheck) if tests else None


def route_here(context: Context) -> bool | None:
    """Whether the measuring machine had an IPv6 route to the site's kind of network; ``None``: not tested."""
    tested = self_check(context)
    return None if tested is None else tested.route


def ipv6_witness(context: Context) -> str:
    """Who answered this machine over IPv6; empty when nothing is known of that."""
    tested = self_check(context)
    return (tested.witness if tested is not None else "") or context.ipv6_witness


def silence_means_nothing(context: Context) -> Reason | None:
    """Why nothing may be concluded from what did not answer over IPv6; ``None``: it may, since the machine has a route
    and somebody in the site's kind of network answered: the site itself, a name server, a control host, or, at about
    the same time, another site of the run."""
    tested = self_check(context)
    if tested is None:
        return Reason.NOT_MEASURED
    if not tested.route:
        return Reason.NO_IPV6_HERE
    return None if tested.scope != "global" or ipv6_witness(context) else Reason.IPV6_UPSTREAM


def measured_at(at: float) -> datetime | None:
    """Moment of a probe."""
    return datetime.fromtimestamp(at, UTC).replace(microsecond=0) if at else None


def name_transcript(host: str, answer: NameAnswer, answers: tuple[ServerAnswer, ...] = ()) -> str:
    """The commands that ask for the same record, of the resolver and of the authoritative servers, with what was
    answered."""
    server = f" @{answer.nameserver}" if answer.nameserver else ""
    lines = [f"$ dig{server} {host} AAAA", *(f"AAAA {address}" for address in answer.AAAA)]
    lines += [f"# {address}: {why}" for address, why in sorted(answer.unusable_v6.items())]
    if error := answer.error.get("AAAA"):
        lines.append(f"# AAAA: {error}")
    lines += [f"$ dig{server} {host} A", *(f"A {address}" for address in answer.A)]
    if error := answer.error.get("A"):
        lines.append(f"# A: {error}")
    lines[:0] = [f"# {one.name} is an alias of {one.target} ({one.zone or '?'})" for one in answer.chain]
    if answer.made_up:
        lines.append(f"# made up by the resolver (DNS64): {', '.join(answer.made_up)}")
    if answer.source != "resolver":
        lines.insert(0, f"# source: {answer.source}")
    for one in answers:
        if one.state in {"no-route", "not-asked"}:
            continue
        lines.append(f"$ dig @{one.address} +norecurse {host} AAAA    # {one.server}")
        lines += [f"AAAA {address}" for address in one.AAAA]
        if one.alias:
            lines.append(f"CNAME {one.alias}")
        if not one.AAAA:
            lines.append(f"# AAAA: {'no-answer' if one.state == 'good' else one.state}")
    return "\n".join(lines) + "\n"


def servers_transcript(zone: Zone, answers: tuple[ServerAnswer, ...]) -> str:
    """The commands that ask the zone's servers themselves, with what they said."""
    lines = [f"$ dig {zone.zone} NS", *(f"NS {one.name}" for one in zone.nameservers)]
    for server in zone.nameservers:
        lines += [f"$ dig {server.name} AAAA", *(f"AAAA {address}" for address in server.AAAA)]
        lines += [f"# {address}: {why}" for address, why in sorted(server.unusable.items()) if ":" in address]
        if error := server.error.get("AAAA"):
            lines.append(f"# AAAA: {error}")
    for one in answers:
        lines.append(f"$ dig -{one.family} @{one.address} +norecurse {zone.zone} SOA    # {one.server}")
        lines.append(f"# {one.state}; udp: {one.udp or 'ok'}; tcp: {one.tcp or 'ok'}")
    return "\n".join(lines) + "\n"


def reach_transcript(url: str, ways: tuple[Reach, ...]) -> str:
    """The commands that go the same ways, with the steps as they went."""
    lines = []
    for way in ways:
        host, port = hostname_of(url), way.port or port_of(url)
        address = f"[{way.address}]" if way.family == 6 else way.address
        lines.append(f"$ curl -{way.family} -sv -o /dev/null --resolve '{host}:{port}:{address}' '{url}'")
        if not way.reached and way.broken.step == "tls":
            lines.append(f"$ openssl s_client -connect '{address}:{port}' -servername '{host}' </dev/null")
        lines += [f"# {_step_line(step)}" for step in way.steps]
    return "\n".join(lines) + "\n"


def _step_line(step: Step) -> str:
    outcome = "ok" if step.ok else step.error or "failed"
    status = f" {step.status}" if step.status else ""
    return f"{step.step}{status}: {outcome} ({step.seconds:.3f} s)"
