"""SEC004: the certificate or the protocols of the https entrance would make browsers warn or refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.security.measurements import (
    Certificate,
    Chain,
    Entrance,
    day_of,
    entrance_transcript,
    entrances,
    measured_at,
    names_match,
    secure_url,
)
from govaudit.inspection.finding import Arguments, Evidence
from govaudit.inspection.urls import hostname_of, literal_address_kind, scheme_of, without_www
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context

DAY = 86_400.0
MODERN = ("TLSv1.2", "TLSv1.3")
OBSOLETE = ("TLSv1.1", "TLSv1", "SSLv3")
_UNKNOWN = frozenset({"national", "unreadable"})
_UNTRUSTED = frozenset({"self-signed", "untrusted-root", "incomplete", "unknown-issuer"})


class CertificateParams(Params):
    """``days``: how long before its end a certificate is to be renewed; ``share``: for one of short life, which part of
    that life; ``rsa_bits``, ``ec_bits``: smallest keys; ``weak_hashes``: of signatures that browsers refuse."""

    days: int = Field(default=30, ge=0)
    share: int = Field(default=4, ge=1)
    rsa_bits: int = Field(default=2048, ge=0)
    ec_bits: int = Field(default=224, ge=0)
    weak_hashes: tuple[str, ...] = ("md2", "md4", "md5", "sha1")


@dataclass(slots=True)
class _Seen:
    """A fault with the addresses that show it."""

    arguments: Arguments
    entrances: list[Entrance] = field(default_factory=list)


@check(
    "SEC004",
    name="certificate-fault",
    faults=(
        "expired", "not-yet-valid", "expires-soon", "wrong-host", "incomplete", "unknown-issuer", "self-signed",
        "untrusted-root", "weak-key", "weak-signature", "obsolete-protocol",
    ),
    params=CertificateParams,
    needs_host=True,
    depends_on_date=True,
)  # fmt: skip
def certificate_fault(context: Context, params: CertificateParams) -> Judgement:
    """The certificates of the https entrance as every address sends them, and the versions of TLS that it speaks.

    Judged at the moment of the inspection: dates of all certificates on the way to a trusted root (a renewal that was
    made between that moment and the measurement counts as made), less than ``days`` left (for certificates of short
    life less than the ``share``-th part of it, since those renew themselves), names, keys, signatures, a chain that
    lacks its intermediate certificates, and entrances that speak nothing newer than TLS 1.1. Browsers that fetch
    missing certificates by themselves, or remember them, hide a chain that is incomplete; many other programs do not
    open the site then. Each kind of fault is one finding, with all addresses that show it.

    Clause: none that was seen in an official text; what browsers require, shown without points.
    Reads: probes ``tls``.
    Could not tell: not-measured; tls when the handshake fails, or where the entrance speaks the national protocols
    alone (GM/T), which cannot be checked here; no-ipv6-here. A site without https is SEC005's alone.
    """
    found = entrances(context)
    if scheme_of(context.home_url) == "http" and literal_address_kind(context.home_url) == "loopback":
        return Judgement(examined=0, applicable=False)
    if not found:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    here = [one for one in found if one.error != "no-ipv6-here"]
    if here and all(one.absent for one in here):
        return Judgement(examined=0, applicable=False)
    seen: dict[str, _Seen] = {}
    doubts: list[tuple[Reason, str]] = []
    examined = 0
    host = hostname_of(secure_url(context))
    for one in found:
        doubt = _doubt(one)
        if doubt is not None:
            doubts.append(doubt)
        for fault, arguments in _faults(context, host, one, params):
            seen.setdefault(fault, _Seen(arguments)).entrances.append(one)
        examined += one.chain is not None
    faults = [_fault(context, host, name, one) for name, one in sorted(seen.items())]
    reason, detail = doubts[0] if doubts else (None, "")
    return Judgement(examined=examined, faults=faults, reason=reason, detail=detail)


def _doubt(one: Entrance) -> tuple[Reason, str] | None:
    """Why nothing, or not all, can be said of an address."""
    if one.chain is None:
        if one.absent or _obsolete(one):
            return None
        return one.reason, one.told
    if one.chain.trust in _UNKNOWN:
        return Reason.TLS, f"{one.address}:{one.port} {one.chain.own.key.upper()} {one.chain.trust}"
    return None


def _faults(
    context: Context, host: str, one: Entrance, params: CertificateParams
) -> Iterator[tuple[str, Arguments]]:
    if _obsolete(one):
        spoken = [version for version in OBSOLETE if one.versions.get(version) == "offered"]
        yield "obsolete-protocol", {"versions": ", ".join(spoken)}
    chain = one.chain
    if chain is None or chain.trust in _UNKNOWN:
        return
    yield from _dates(context, one, chain, params)
    if not names_match(host, chain.own.names):
        yield "wrong-host", {"names": ", ".join(chain.own.names) or "-"}
    if chain.trust in _UNTRUSTED:
        last = chain.used[-1]
        yield (
            chain.trust,
            {"issuer": last.issuer or "-", "address": last.issuer_at or "-", "sent": len(chain.sent)},
        )
    yield from _strength(chain, params)


def _dates(
    context: Context, one: Entrance, chain: Chain, params: CertificateParams
) -> Iterator[tuple[str, Arguments]]:
    moment = context.as_of.timestamp()
    first = min(chain.used, key=lambda sent: sent.not_after)
    left = first.not_after - moment
    arguments: Arguments = {"subject": first.subject or "-", "end": day_of(first.not_after)}
    late = max(chain.used, key=lambda sent: sent.not_before)
    # Whoever judges as of tomorrow does not know what is renewed by then.
    if first.not_after < min(moment, one.at):
        yield "expired", {**arguments, "days": int(-left // DAY)}
    elif left < min(params.days * DAY, (first.not_after - first.not_before) / params.share):
        yield "expires-soon", {**arguments, "days": max(0, int(left // DAY))}
    # One that was put in place after the moment that is judged is valid for whoever looks now.
    if late.not_before > max(moment, one.at):
        yield "not-yet-valid", {"subject": late.subject or "-", "begin": day_of(late.not_before)}


def _strength(chain: Chain, params: CertificateParams) -> Iterator[tuple[str, Arguments]]:
    weak = next((sent for sent in chain.used if _weak_key(sent, params)), None)
    if weak is not None:
        yield "weak-key", {"subject": weak.subject or "-", "key": f"{weak.key.upper()} {weak.bits}"}
    hashed = next(
        (sent for sent in chain.used if not sent.self_issued and sent.signature in params.weak_hashes), None
    )
    if hashed is not None:
        yield "weak-signature", {"subject": hashed.subject or "-", "hash": hashed.signature.upper()}


def _weak_key(sent: Certificate, params: CertificateParams) -> bool:
    least = {"rsa": params.rsa_bits, "ec": params.ec_bits}
    return sent.key == "dsa" or (sent.key in least and sent.bits < least[sent.key])


def _obsolete(one: Entrance) -> bool:
    """Whether nothing but old versions is spoken: the newer ones were refused, not merely unanswered."""
    return (
        all(one.versions.get(version) == "refused" for version in MODERN)
        and any(one.versions.get(version) == "offered" for version in OBSOLETE)
        and one.version not in MODERN
    )


def _fault(context: Context, host: str, name: str, seen: _Seen) -> Fault:
    url = secure_url(context)
    return Fault(
        subject=url,
        page=url,
        fault=name,
        identity=f"{name} {without_www(host)}",
        aspect=name,
        arguments={
            "host": host,
            "addresses": ", ".join(one.address for one in seen.entrances),
            **seen.arguments,
        },
        evidence=(Evidence(kind="text", text=entrance_transcript(url, seen.entrances)),),
        measured_at=measured_at(seen.entrances[0].at),
    )
