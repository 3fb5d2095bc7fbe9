"""Certificates for servers of tests, made on the spot."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def trusted_server(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> ssl.SSLContext:
    """A server that the crawl trusts, for the host ``name``."""
    authority = Authority(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.trusted))
    return authority.server(name)


class Authority:
    """A certificate authority of a test. ``trusted``: its own certificate, which ``SSL_CERT_FILE`` must name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = threading.Lock()
        self._issuer = certificate(folder, "authority", 300, None)
        self.trusted = folder / "trusted.pem"
        self.trusted.write_bytes(pem_of(self._issuer[0]))

    def server(self, name: str, *, signed: bool = True) -> ssl.SSLContext:
        """A server for the host ``name``; when it is not ``signed`` by the authority, by itself alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with self._writing:
            certificate(self._folder, name, 30, self._issuer if signed else None)
            context.load_cert_chain(self._folder / f"{name}.pem")
        return context


def pem_of(one: x509.Certificate) -> bytes:
    """The certificate as text."""
    return one.public_bytes(serialization.Encoding.PEM)


def certificate(
    folder: Path, name: str, days: int, issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate with its key for ``name``, valid for ``days`` from now, written to ``name.pem``; signed by itself
    without ``issuer``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=400))
        .not_valid_after(today + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "127.0.0.1":
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    made = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(
        issuer[1] if issuer else key, hashes.SHA256()
    )
    (folder / f"{name}.pem").write_bytes(
        pem_of(made)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made, key
