"""A certificate authority of the tests: a root, an intermediate one, and whatever they are asked to sign."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
ISSUER_AT = "http://pki.example/intermediate.crt"


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@cache
def private_key(kind: str) -> Key:
    """``ec256``, ``ec384``, ``rsa2048``, ``rsa1024``; the same one each time."""
    sizes: dict[str, Any] = {"ec256": ec.SECP256R1, "ec384": ec.SECP384R1}
    if kind in sizes:
        return ec.generate_private_key(sizes[kind]())
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def issue(
    name: str,
    issuer: Issued | None,
    *,
    as_of: datetime,
    days: tuple[float, float] = (-100, 265),
    names: Sequence[str] = (),
    key: str = "ec256",
    authority: bool = False,
    issuer_at: str = ISSUER_AT,
) -> Issued:
    """Sign a certificate, valid from and to ``days`` from ``as_of``; by itself without ``issuer``. ``names``: of hosts
    and addresses; ``authority``: whether it may sign others; ``issuer_at``: where it says its issuer is."""
    own = private_key(key)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(as_of + timedelta(days=days[0]))
        .not_valid_after(as_of + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general(one) for one in names]), critical=False
        )
    if issuer and issuer_at:
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer_at)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return Issued(builder.sign(issuer.key if issuer else own, hashes.SHA256()), own)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
