"""Connections that end with the handshake: what a server says of itself before anybody decides to trust it.

First words of an error: ``timeout``, ``refused``, ``unreachable``, ``reset``, ``closed``, ``alert``, ``plain`` (the
answer is no TLS), ``tls``.
"""

from __future__ import annotations

import asyncio
import errno
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
from OpenSSL import SSL, crypto

from govaudit.crawler.probes.tls_hello import (
    HelloAnswer,
    Version,
    client_hello,
    read_answer,
    record_length,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_READ_BYTES = 16_384
_LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT: servers without secure renegotiation are talked to all the same."""
_PLAIN_BYTES = 64


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where to connect: ``host`` is asked for (SNI), ``address`` and ``port`` are connected to; ``seconds``: for the
    connection, and again for what follows."""

    host: str
    address: str
    port: int
    seconds: float


class Handshake(msgspec.Struct, frozen=True, kw_only=True):
    """``chain``: the certificates as sent (DER), the server's own first. ``stapled``: whether an OCSP answer came with
    them. ``error``: why there was no handshake, empty when there was."""

    chain: tuple[bytes, ...] = ()
    version: str = ""
    suite: str = ""
    stapled: bool = False
    error: str = ""


class TalkError(Exception):
    """The talk ended early; the text begins with one of the words above."""


async def shake_hands(place: Place) -> Handshake:
    """A handshake in the best version that both sides know, without judging the certificates."""
    stapled: list[bytes] = []
    try:
        async with _connected(place) as (reader, writer):
            connection = _connection(place, stapled)
            await _pump(connection, reader, writer)
    except TalkError as error:
        return Handshake(error=str(error))
    chain = connection.get_peer_cert_chain() or []
    return Handshake(
        chain=tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, one) for one in chain),
        version=connection.get_protocol_version_name(),
        suite=connection.get_cipher_name() or "",
        stapled=any(stapled),
    )


async def say_hello(place: Place, version: Version) -> HelloAnswer:
    """Offer one version alone. Raises ``TalkError`` when no answer comes."""
    async with _connected(place) as (reader, writer):
        writer.write(client_hello(place.host, version))
        head = await _exactly(reader, 5)
        length = record_length(head) if len(head) == 5 else None
        if length is None:
            return HelloAnswer(plain=head + await reader.read(_PLAIN_BYTES))
        return read_answer(head, await _exactly(reader, length))


async def ask_plainly(place: Place) -> str:
    """The first line of an HTTP answer without TLS, empty when there is none: some servers wait for the end of what
    they take for a request, and are silent until then."""
    try:
        async with _connected(place) as (reader, writer):
            writer.write(f"HEAD / HTTP/1.0\r\nHost: {place.host}\r\n\r\n".encode("ascii"))
            line = (await reader.readline())[:_PLAIN_BYTES].decode("latin-1").strip()
    except TalkError:
        return ""
    return line if line.startswith("HTTP/") else ""


@asynccontextmanager
async def _connected(place: Place) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(place.seconds):
            reader, writer = await asyncio.open_connection(place.address, place.port)
        async with asyncio.timeout(place.seconds):
            yield reader, writer
    except TimeoutError as error:
        what = "no connection" if writer is None else "no handshake"
        raise TalkError(f"timeout: {what} within {place.seconds:g} s") from error
    except OSError as error:
        raise TalkError(_told(error, connected=writer is not None)) from error
    finally:
        if writer is not None:
            writer.transport.abort()


def _told(error: OSError, *, connected: bool) -> str:
    text = os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
    if isinstance(error, ConnectionRefusedError):
        return f"refused: {text}"
    if connected or isinstance(error, ConnectionError):
        return f"reset: {text}"
    return f"{'unreachable' if error.errno in _UNREACHABLE else 'refused'}: {text}"


async def _exactly(reader: asyncio.StreamReader, count: int) -> bytes:
    """``count`` bytes, fewer when the other side stops before. Raises ``TalkError`` when it said nothing."""
    try:
        return await reader.readexactly(count)
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            raise TalkError("closed: connection closed without an answer") from error
        return error.partial


def _connection(place: Place, stapled: list[bytes]) -> SSL.Connection:
    def taken(_: SSL.Connection, answer: bytes, __: object) -> bool:
        stapled.append(answer)
        return True

    context = SSL.Context(SSL.TLS_METHOD)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    context.set_options(_LEGACY_SERVER_CONNECT)
    context.set_ocsp_client_callback(taken)
    connection = SSL.Connection(context, None)
    if not place.host.replace(".", "").isdigit() and ":" not in place.host:
        connection.set_tlsext_host_name(place.host.encode("ascii"))
    connection.request_ocsp()
    connection.set_connect_state()
    return connection


async def _pump(
    connection: SSL.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Carry records between the library and the network until the handshake is done."""
    first = b""
    while True:
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            _flush(connection, writer)
        except SSL.Error as error:
            _flush(connection, writer)
            raise TalkError(_library_error(error, first)) from error
        else:
            # The server is still owed the last message and a farewell: without them its log fills with errors.
            connection.shutdown()
            _flush(connection, writer)
            await writer.drain()
            return
        received = await reader.read(_READ_BYTES)
        if not received:
            raise TalkError("closed: connection closed during the handshake")
        first = first or received
        connection.bio_write(received)


def _flush(connection: SSL.Connection, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            writer.write(connection.bio_read(_READ_BYTES))
    except SSL.WantReadError:
        return


def _library_error(error: SSL.Error, first: bytes) -> str:
    if len(first) >= 5 and record_length(first[:5]) is None:
        return f"plain: {first[:_PLAIN_BYTES].decode('latin-1').splitlines()[0]}"
    reasons = [str(part[-1]) for part in error.args[0]] if error.args and error.args[0] else []
    text = "; ".join(reasons) or "handshake failed"
    return f"alert: {text}" if "alert" in text else f"tls: {text}"
