"""Probe results as the IPv6 checks read them, and the commands by which anybody measures the same again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.inspection.urls import hostname_of, port_of
from govaudit.inspection.verdict import BLOCKED_STATUSES, Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context


class NameAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the name server (or ``--resolve``) says of a host. ``unusable``: address → why; ``error``: record type →
    why there is no answer; ``source``: resolver, option or literal."""

    A: tuple[str, ...] = ()
    AAAA: tuple[str, ...] = ()
    unusable: dict[str, str] = {}
    error: dict[str, str] = {}
    source: str = "resolver"
    nameserver: str = ""
    at: float = 0.0

    @property
    def usable(self) -> tuple[str, ...]:
        """IPv6 addresses that a visitor can be sent to."""
        return tuple(address for address in self.AAAA if address not in self.unusable)

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

    def told(self) -> str:
        """The way in short: ``2001:db8::1 tcp refused``."""
        if self.reached:
            return f"{self.address} http {self.steps[-1].status}"
        step = self.broken
        return " ".join(
            part for part in (self.address, step.step, step.error or str(step.status or "")) if part
        )


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


def route_here(context: Context) -> bool | None:
    """Whether the measuring machine had an IPv6 route to the site's kind of network; ``None``: not tested."""
    tests = [probe for probe in context.facts.probes("self-check") if probe.subject == "ipv6"]
    return bool(tests[-1].result.get("route")) if tests else None


def measured_at(at: float) -> datetime | None:
    """Moment of a probe."""
    return datetime.fromtimestamp(at, UTC).replace(microsecond=0) if at else None


def name_transcript(host: str, answer: NameAnswer) -> str:
    """The command that asks for the same record, with what was answered."""
    server = f" @{answer.nameserver}" if answer.nameserver else ""
    lines = [f"$ dig{server} {host} AAAA", *(f"AAAA {address}" for address in answer.AAAA)]
    lines += [f"# {address}: {why}" for address, why in sorted(answer.unusable_v6.items())]
    if error := answer.error.get("AAAA"):
        lines.append(f"# AAAA: {error}")
    lines += [f"$ dig{server} {host} A", *(f"A {address}" for address in answer.A)]
    if error := answer.error.get("A"):
        lines.append(f"# A: {error}")
    if answer.source != "resolver":
        lines.insert(0, f"# source: {answer.source}")
    return "\n".join(lines) + "\n"


def reach_transcript(url: str, ways: tuple[Reach, ...]) -> str:
    """The commands that go the same ways, with the steps as they went."""
    lines = []
    for way in ways:
        host, port = hostname_of(url), way.port or port_of(url)
        address = f"[{way.address}]" if way.family == 6 else way.address
        lines.append(f"$ curl -{way.family} -sv -o /dev/null --resolve '{host}:{port}:{address}' '{url}'")
        lines += [f"# {_step_line(step)}" for step in way.steps]
    return "\n".join(lines) + "\n"


def _step_line(step: Step) -> str:
    outcome = "ok" if step.ok else step.error or "failed"
    status = f" {step.status}" if step.status else ""
    return f"{step.step}{status}: {outcome} ({step.seconds:.3f} s)"
