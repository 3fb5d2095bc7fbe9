"""Probe results as the checks of https read them, and the commands by which anybody measures the same again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.urls import canonical, hostname_of, port_of, scheme_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.context import Context


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as sent. Dates: UTC seconds."""

    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    common_name: str = ""
    not_before: float = 0.0
    not_after: float = 0.0
    key: str = ""
    bits: int = 0
    signature: str = ""
    self_issued: bool = False
    issuer_at: str = ""
    fingerprint: str = ""
    pem: str = ""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A chain as sent. ``path``: places in ``sent`` of those that lead to trust; ``trust``: how far it leads."""

    sent: tuple[Certificate, ...] = ()
    path: tuple[int, ...] = ()
    trust: str = ""
    anchor: str = ""
    store: str = ""

    @property
    def own(self) -> Certificate:
        """The server's own certificate."""
        return self.sent[0]

    @property
    def used(self) -> tuple[Certificate, ...]:
        """Certificates of the path, the server's own first."""
        return tuple(self.sent[place] for place in self.path)


class Entrance(msgspec.Struct, frozen=True, kw_only=True):
    """The https entrance at one address. ``versions``: version → offered, refused, not-measured."""

    family: int
    address: str
    port: int
    error: str = ""
    version: str = ""
    suite: str = ""
    stapled: bool = False
    versions: dict[str, str] = {}
    chain: Chain | None = None
    at: float = 0.0

    @property
    def national(self) -> bool:
        """Whether it speaks the national protocols alone."""
        return any(self.versions.get(version) == "offered" for version in ("TLCP", "TLSv1.3-SM"))

    @property
    def absent(self) -> bool:
        """Whether there is nothing that speaks TLS, as far as that can be told from outside."""
        return self.error.startswith(("refused", "unreachable", "timeout: no connection", "plain"))

    @property
    def told(self) -> str:
        """Why there was no handshake, in short."""
        return f"{self.address}:{self.port} {'TLCP (GB/T 38636)' if self.national else self.error}"

    @property
    def said(self) -> str:
        """The same in words that every language has: ``203.0.113.7:443 [[refused]]``."""
        return f"{self.address}:{self.port} [[{self.error.partition(':')[0]}]]"

    @property
    def reason(self) -> Reason:
        """The named reason for which there was no handshake."""
        if self.national:
            return Reason.TLS
        word = self.error.partition(":")[0]
        if self.error.startswith("timeout: no connection"):
            return Reason.TIMEOUT
        named = {
            "no-ipv6-here": Reason.NO_IPV6_HERE,
            "refused": Reason.CONNECT,
            "unreachable": Reason.CONNECT,
            "reset": Reason.RESET,
            "closed": Reason.RESET,
        }
        return named.get(word, Reason.TLS)


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One answer on the way to the home page."""

    url: str
    status: int
    address: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """Value of the first header ``name`` (small letters), empty when there is none."""
        return next((value for known, value in self.headers if known == name), "")


class HomeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How the home page answered from one address on. ``reason``: why there was no usable end; ``left``: the foreign
    address that it led to; ``upgrades``: a script of the last page may lead on to https."""

    start: str
    hops: tuple[Hop, ...] = ()
    reason: str = ""
    detail: str = ""
    meta: dict[str, str] = {}
    left: str = ""
    upgrades: bool = False
    at: float = 0.0

    @property
    def opened(self) -> bool:
        """Whether the last answer is the page itself."""
        return bool(self.hops) and not self.reason and not self.left

    @property
    def end(self) -> Hop:
        """The last answer (of a way that had one)."""
        return self.hops[-1]

    @property
    def ends_at(self) -> str:
        """Scheme at which a visitor ends."""
        return scheme_of(self.left or (self.hops[-1].url if self.hops else ""))

    @property
    def told(self) -> str:
        """The way in short."""
        steps = [f"{hop.url} {hop.status}" for hop in self.hops]
        return " → ".join([*steps, *filter(None, (self.left, self.detail))]) or self.reason


def entrances(context: Context) -> tuple[Entrance, ...]:
    """The https entrance at each address that was measured."""
    host = hostname_of(context.home_url)
    return tuple(
        msgspec.convert({**probe.result, "at": probe.at}, Entrance)
        for probe in context.facts.probes("tls")
        if hostname_of(probe.subject) == host
    )


def home_answers(context: Context) -> dict[str, HomeAnswer]:
    """Scheme (``http``, ``https``) → how the home page answered by it."""
    return {
        scheme_of(probe.subject): msgspec.convert({**probe.result, "at": probe.at}, HomeAnswer)
        for probe in context.facts.probes("home-answer")
    }


def secure_url(context: Context) -> str:
    """The home page by https, as it is measured."""
    subjects = [probe.subject for probe in context.facts.probes("tls")]
    if subjects:
        return subjects[-1]
    home = context.home_url
    return home if scheme_of(home) == "https" else f"https://{home.partition('://')[2]}"


def measured_at(at: float) -> datetime | None:
    """Moment of a probe."""
    return datetime.fromtimestamp(at, UTC).replace(microsecond=0) if at else None


def names_match(host: str, names: Iterable[str]) -> bool:
    """Whether one of a certificate's names is for ``host`` (small letters, international names as ``xn--``). A wildcard
    stands for exactly one whole label, the leftmost."""
    wanted = host.rstrip(".").lower()
    _, _, parent = wanted.partition(".")
    for name in names:
        if name.startswith("*."):
            if parent and "." in parent and _plain(name[2:]) == parent:
                return True
        elif _plain(name) == wanted:
            return True
    return False


def _plain(name: str) -> str:
    written = f"[{name}]" if ":" in name else name
    return hostname_of(canonical(f"https://{written}/") or "").rstrip(".")


def day_of(moment: float) -> str:
    """A day in UTC as certificates state it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M")


def entrance_transcript(url: str, found: Iterable[Entrance]) -> str:
    """The commands that look at the same certificates, with what was seen, and the certificates as sent."""
    lines: list[str] = []
    pems: dict[str, str] = {}
    host = hostname_of(url)
    for one in found:
        address = f"[{one.address}]" if one.family == 6 else one.address
        name = "" if host in {one.address, address} else f" -servername '{host}'"
        lines.append(
            f"$ openssl s_client -connect '{address}:{one.port}'{name} -showcerts -status </dev/null"
        )
        if one.error:
            lines.append(f"# {one.error}")
        if one.chain is not None:
            lines.append(f"# {one.version} {one.suite}; OCSP stapling: {'yes' if one.stapled else 'no'}")
            lines.append(f"# trust: {one.chain.trust} {one.chain.anchor} {one.chain.store}".rstrip())
            for place, sent in enumerate(one.chain.sent):
                lines += _certificate_lines(place, sent)
                pems[sent.fingerprint or sent.pem] = sent.pem
        if one.versions:
            lines.append(
                f"$ openssl s_client -connect '{address}:{one.port}'{name} -tls1_2 </dev/null"
                "   # -tls1_3, -tls1_1, -tls1 with -cipher 'ALL:@SECLEVEL=0'"
            )
            lines += [f"# {version}: {said}" for version, said in one.versions.items()]
        lines.append("")
    return "\n".join([*lines, *pems.values()]).rstrip() + "\n"


def _certificate_lines(place: int, one: Certificate) -> list[str]:
    lines = [
        f"#  {place} s: {one.subject}",
        f"#    i: {one.issuer}",
        f"#    valid: {day_of(one.not_before)} to {day_of(one.not_after)} UTC",
        f"#    key: {one.key} {one.bits}; signature: {one.signature}; sha256: {one.fingerprint}",
    ]
    if place == 0:
        lines.append(f"#    names: {', '.join(one.names) or '-'}")
    if one.issuer_at:
        lines.append(f"#    issuer's certificate: {one.issuer_at}")
    return lines


def answer_transcript(answers: Iterable[HomeAnswer]) -> str:
    """The commands that ask for the same pages, with status, headers and redirects as they came."""
    lines = []
    for answer in answers:
        address = answer.hops[0].address if answer.hops else ""
        pinned = _pinned(answer.start, address)
        lines.append(f"$ curl -skL -D - -o /dev/null{pinned} '{answer.start}'")
        for hop in answer.hops:
            lines.append(f"# {hop.status} {hop.url}")
            lines += [f"#   {name}: {value}" for name, value in hop.headers]
        lines += [f"# <meta> {name}: {value}" for name, value in sorted(answer.meta.items())]
        if answer.left:
            lines.append(f"# leads to {answer.left}")
        if answer.reason:
            lines.append(f"# {answer.reason}: {answer.detail}")
    return "\n".join(lines) + "\n"


def _pinned(url: str, address: str) -> str:
    if not address or address == hostname_of(url):
        return ""
    shown = f"[{address}]" if ":" in address else address
    return f" --resolve '{hostname_of(url)}:{port_of(url)}:{shown}'"
