"""What certificates say, and the path from a server's own to one that is trusted.

Dates are facts here: whether they hold is judged later, as of the moment of the inspection. Of several paths the one
that stays valid longest is taken, as browsers look for one that is valid.
"""

from __future__ import annotations

import base64
import binascii
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from warnings import catch_warnings, simplefilter

import certifi
import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID, NameOID

from govaudit.inspection.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Trust = Literal[
    "trusted", "self-signed", "untrusted-root", "incomplete", "unknown-issuer", "national", "unreadable"
]
"""``incomplete``: the issuer was not sent, and the certificate names an address to fetch it from; ``unknown-issuer``:
it was not sent, and no address is named, as with private authorities; ``national``: signed by an algorithm that
cannot be checked here (SM2)."""

_SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")
"""Object identifier 1.2.156.10197.1.301 as it stands in a certificate."""
_SM2_SIGNATURE = "1.2.156.10197.1.501"
_MAX_PATH = 8
_BEGIN = b"-----BEGIN CERTIFICATE-----"
_END = b"-----END CERTIFICATE-----"


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """``names``: of hosts, as the certificate writes them; ``common_name``: which browsers do not look at. Dates: UTC
    seconds. ``key``: ``rsa``, ``ec``, ``sm2``, ``dsa``, ``ed25519`` …; ``bits``: its size; ``signature``: the hash it
    was signed with (``sha256``), ``sm3`` or an object identifier; ``issuer_at``: address at which the issuer's
    certificate is; ``pem``: empty for one out of a trust store."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    common_name: str
    not_before: float
    not_after: float
    key: str
    bits: int
    signature: str
    self_issued: bool
    issuer_at: str
    fingerprint: str
    pem: str = ""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A chain as sent. ``path``: places in ``sent`` of those that lead to trust, the server's own first; ``trust``:
    how far it leads; ``anchor``: subject of the trusted root; ``store``: where that is trusted (``public``,
    ``system``, ``option``)."""

    sent: tuple[Certificate, ...]
    path: tuple[int, ...]
    trust: Trust
    anchor: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Trusted certificates by subject, each with the store that it is from."""

    by_subject: dict[bytes, list[tuple[x509.Certificate, str]]]

    def issuers(self, of: x509.Certificate) -> list[tuple[x509.Certificate, str]]:
        """Trusted certificates that signed ``of``, or are ``of`` itself."""
        found = self.by_subject.get(of.issuer.public_bytes(), ())
        return [(one, store) for one, store in found if one == of or _signed(of, one)]


@cache
def trust_store(extra: str) -> TrustStore:
    """Public authorities, those of the system, and those in the file ``extra``. Raises ``InputError`` for a file that
    holds no certificate."""
    by_subject: dict[bytes, list[tuple[x509.Certificate, str]]] = {}
    known: set[bytes] = set()
    for store, content in _stores(extra):
        for one in _parsed(content):
            fingerprint = one.public_bytes(Encoding.DER)
            if fingerprint not in known:
                known.add(fingerprint)
                by_subject.setdefault(one.subject.public_bytes(), []).append((one, store))
    return TrustStore(by_subject)


def extra_certificates(file: str) -> bytes:
    """Content of a file of certificates. Raises ``InputError`` when it cannot be read or holds none."""
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Problem("file.unreadable", file, arguments={"why": why})) from error
    if not _parsed(content):
        raise InputError(Problem("option.no-trust", file))
    return content


def chain_of(sent: Sequence[bytes], trusted: TrustStore) -> Chain:
    """Read a chain (DER) and look for its way to trust."""
    read = [_read(one) for one in sent]
    facts = tuple(_facts(one, der) for one, der in zip(read, sent, strict=True))
    if not read or read[0] is None:
        return Chain(sent=facts, path=(0,) if facts else (), trust="unreadable")
    ways = list(_ways([0], read, trusted))
    whole = [way for way in ways if way[1]]
    if not whole:
        path, _ = max(ways, key=lambda way: len(way[0]))
        return Chain(sent=facts, path=tuple(path), trust=_missing(read[path[-1]], facts[path[-1]], path))
    path, anchors = max(whole, key=lambda way: min(facts[one].not_after for one in way[0]))
    anchor, store = anchors[0]
    return Chain(
        sent=facts, path=tuple(path), trust="trusted", anchor=anchor.subject.rfc4514_string(), store=store
    )


def _stores(extra: str) -> Iterator[tuple[str, bytes]]:
    yield "public", Path(certifi.where()).read_bytes()
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        yield "system", Path(paths.cafile).read_bytes()
    elif paths.capath:
        for file in sorted(Path(paths.capath).glob("*.pem")):
            yield "system", file.read_bytes()
    if extra:
        yield "option", extra_certificates(extra)


def _parsed(content: bytes) -> list[x509.Certificate]:
    """Certificates of a PEM file, read one by one: stores hold old ones that today's rules refuse."""
    parts = (part.partition(_END)[0] for part in content.split(_BEGIN)[1:])
    read = (_read(_decoded(part)) for part in parts)
    return [one for one in read if one is not None]


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


def _read(der: bytes) -> x509.Certificate | None:
    with catch_warnings():
        # Serial numbers of old roots are negative: no reason to do without them.
        simplefilter("ignore", CryptographyDeprecationWarning)
        try:
            return x509.load_der_x509_certificate(der)
        except ValueError:
            return None


def _ways(
    path: list[int], read: Sequence[x509.Certificate | None], trusted: TrustStore
) -> Iterator[tuple[list[int], list[tuple[x509.Certificate, str]]]]:
    """All paths from the last of ``path``, with the trusted certificates at their ends (none: a dead end)."""
    last = read[path[-1]]
    if last is None:
        return
    if anchors := trusted.issuers(last):
        yield path, anchors
    following = [
        place
        for place, one in enumerate(read)
        if one is not None and place not in path and one.subject == last.issuer and _signed(last, one)
    ]
    if not following or len(path) >= _MAX_PATH:
        if not anchors:
            yield path, []
        return
    for place in following:
        yield from _ways([*path, place], read, trusted)


def _missing(last: x509.Certificate | None, facts: Certificate, path: Sequence[int]) -> Trust:
    """Why the path ends at ``last``."""
    if last is None:
        return "unreadable"
    if facts.signature == "sm3" or facts.key == "sm2":
        return "national"
    if facts.self_issued and _signed(last, last):
        return "self-signed" if len(path) == 1 else "untrusted-root"
    return "incomplete" if facts.issuer_at else "unknown-issuer"


def _signed(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _facts(one: x509.Certificate | None, der: bytes) -> Certificate:
    pem = ssl.DER_cert_to_PEM_cert(der)
    if one is None:
        return Certificate(
            subject="", issuer="", names=(), common_name="", not_before=0.0, not_after=0.0, key="", bits=0,
            signature="", self_issued=False, issuer_at="", fingerprint="", pem=pem,
        )  # fmt: skip
    key, bits = _key(one)
    return Certificate(
        subject=one.subject.rfc4514_string(),
        issuer=one.issuer.rfc4514_string(),
        names=tuple(_names(one)),
        common_name=_common_name(one.subject),
        not_before=one.not_valid_before_utc.timestamp(),
        not_after=one.not_valid_after_utc.timestamp(),
        key=key,
        bits=bits,
        signature=_signature(one),
        self_issued=one.subject == one.issuer,
        issuer_at=_issuer_at(one),
        fingerprint=one.fingerprint(SHA256()).hex(),
        pem=pem,
    )


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _names(one: x509.Certificate) -> list[str]:
    extension = _extension(one, ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
    if not isinstance(extension, x509.SubjectAlternativeName):
        return []
    hosts = extension.get_values_for_type(x509.DNSName)
    return [*hosts, *map(str, extension.get_values_for_type(x509.IPAddress))]


def _issuer_at(one: x509.Certificate) -> str:
    extension = _extension(one, ExtensionOID.AUTHORITY_INFORMATION_ACCESS)
    if not isinstance(extension, x509.AuthorityInformationAccess):
        return ""
    return next(
        (
            str(access.access_location.value)
            for access in extension
            if access.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        ),
        "",
    )


def _extension(one: x509.Certificate, kind: x509.ObjectIdentifier) -> x509.ExtensionType | None:
    try:
        return one.extensions.get_extension_for_oid(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None


def _signature(one: x509.Certificate) -> str:
    if one.signature_algorithm_oid.dotted_string == _SM2_SIGNATURE:
        return "sm3"
    try:
        used = one.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return one.signature_algorithm_oid.dotted_string
    # Ed25519 and Ed448 have their hash within.
    return used.name if used else one.signature_algorithm_oid.dotted_string


def _key(one: x509.Certificate) -> tuple[str, int]:
    """Kind and size of the key."""
    try:
        key = one.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return ("sm2", 256) if _SM2_CURVE in one.tbs_certificate_bytes else ("unknown", 0)
    if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey):
        kinds = {"rsa": rsa.RSAPublicKey, "ec": ec.EllipticCurvePublicKey, "dsa": dsa.DSAPublicKey}
        return next(name for name, kind in kinds.items() if isinstance(key, kind)), key.key_size
    fixed = {"ed25519": ed25519.Ed25519PublicKey, "ed448": ed448.Ed448PublicKey}
    return next((name for name, kind in fixed.items() if isinstance(key, kind)), "unknown"), 0
