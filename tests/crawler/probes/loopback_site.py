"""Real servers on loopback that behave as sites do, well and badly, and certificates for them."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

PAGE = "<!doctype html><title>某市人民政府</title>".encode()


def answer(status: str = "200 OK", *headers: str, body: bytes = PAGE, length: int | None = None) -> bytes:
    """An HTTP answer; ``length`` announces another length than the body has."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class LoopbackSite:
    """One listening port. ``requests``: heads that came in, in order; ``peers``: how many connections."""

    def __init__(self, answers: Callable[[bytes], bytes | None]) -> None:
        self._answers = answers
        self.requests: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(request)
            sent = self._answers(request)
            if sent is None:
                await reader.read()
                return
            writer.write(sent)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def site(
    answers: bytes | Callable[[bytes], bytes | None] | None = None,
    *,
    hosts: tuple[str, ...] = ("127.0.0.1",),
    tls: ssl.SSLContext | None = None,
    port: int = 0,
) -> AsyncIterator[LoopbackSite]:
    """A site that gives the same answer to everything, or what ``answers`` makes of a request.

    ``None`` as an answer keeps the connection open without a word.
    """
    given = answer() if answers is None else answers
    served = LoopbackSite(given if callable(given) else lambda _: given)
    served.port = port
    servers = []
    try:
        for host in hosts:
            server = await asyncio.start_server(served.serve, host, served.port, ssl=tls)
            servers.append(server)
            served.port = server.sockets[0].getsockname()[1]
        yield served
    finally:
        for server in servers:
            server.close()


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A self-signed certificate for ``host``: the server's context, and one of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{host}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))
