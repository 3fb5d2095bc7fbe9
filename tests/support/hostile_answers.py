"""Answers that no server should give, each played on a real socket."""

from __future__ import annotations

import gzip
import socket
import time
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import zstandard

from govaudit.inspection.verdict import Reason
from tests.support.http_site import Reply, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 100_000
ZEROS = b"<html>" + b"\0" * 30_000_000
SMALL = page("/behind", title="正文").encode()


def _head(*lines: bytes, status: bytes = b"200 OK") -> bytes:
    return (
        b"\r\n".join((b"HTTP/1.1 " + status, b"Content-Type: text/html; charset=utf-8", *lines)) + b"\r\n\r\n"
    )


def _play(pieces: Callable[[], Iterator[bytes]]) -> Reply:
    def act(connection: socket.socket) -> None:
        for piece in pieces():
            connection.sendall(piece)

    return Reply(act=act)


def _endless_chunks() -> Iterator[bytes]:
    yield _head(b"Transfer-Encoding: chunked")
    for _ in range(ROUNDS):
        yield b"4000\r\n" + b"x" * 0x4000 + b"\r\n"


def _endless_until_closed() -> Iterator[bytes]:
    yield _head()
    for _ in range(ROUNDS):
        yield b"x" * 0x4000


def _a_flood_of_hints() -> Iterator[bytes]:
    for _ in range(ROUNDS):
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 100


def _a_header_without_end() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    for _ in range(ROUNDS):
        yield b"x" * 0x4000


def _dripping_header() -> Iterator[bytes]:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X" * 300:
        yield bytes((byte,))
        time.sleep(0.05)


def _half_closed(connection: socket.socket) -> None:
    connection.sendall(_head(b"Content-Length: 5000") + b"<html>half")
    connection.shutdown(socket.SHUT_WR)
    connection.recv(65_536)


def _raw(*pieces: bytes) -> Reply:
    return Reply(raw=b"".join(pieces))


def _packed(coding: str, body: bytes) -> Reply:
    return Reply(body=body, headers=(("Content-Encoding", coding),))


def _many(count: int, *lines: bytes) -> Reply:
    given = [b"Set-Cookie: k%d=%s" % (number, b"v" * 60) for number in range(count)]
    return _raw(_head(*lines, *given, b"Content-Length: %d" % len(SMALL)), SMALL)


def _sized(body: bytes, *lines: bytes) -> Reply:
    return _raw(_head(*lines, b"Content-Length: %d" % len(body)), body)


HOSTILE: dict[str, tuple[Reply, int, Reason | None, str]] = {
    "endless-chunks": (_play(_endless_chunks), 200, Reason.TOO_LARGE, "more than 200000 bytes"),
    "endless-until-closed": (_play(_endless_until_closed), 200, Reason.TOO_LARGE, "more than 200000 bytes"),
    "flood-of-hints": (_play(_a_flood_of_hints), 103, Reason.TOO_LARGE, "headers"),
    "header-without-end": (_play(_a_header_without_end), 200, Reason.TOO_LARGE, "headers"),
    "dripping-header": (_play(_dripping_header), 0, Reason.TIMEOUT, "no answer within 0.6 s"),
    "half-closed": (Reply(act=_half_closed), 200, None, "incomplete: 10 of 5000 bytes"),
    "gzip-bomb": (_packed("gzip", gzip.compress(ZEROS)), 200, Reason.TOO_LARGE, "more than 200000 bytes"),
    "brotli-bomb": (_packed("br", brotli.compress(ZEROS, quality=4)), 200, Reason.TOO_LARGE, "more than 200000"),
    "twice-packed-bomb": (
        _packed("gzip, gzip", gzip.compress(gzip.compress(ZEROS))), 200, Reason.TOO_LARGE, "more than 200000",
    ),
    "zstd-bomb": (_packed("zstd", zstandard.compress(ZEROS)), 200, Reason.PARSE, "encoding"),
    "five-times-packed": (_packed("gzip, gzip, gzip, gzip, gzip", SMALL), 200, Reason.PARSE, "encoding"),
    "five-times-in-five-lines": (
        _sized(SMALL, *[b"Content-Encoding: gzip"] * 5), 200, Reason.PARSE, "encoding",
    ),
    "packed-in-name-only": (_packed("gzip", SMALL), 200, Reason.PARSE, "encoding"),
    "unknown-coding": (_packed("snappy", SMALL), 200, Reason.PARSE, "encoding"),
    "no-http": (_raw(b"<html>" + SMALL), 0, Reason.PARSE, "not-http"),
    "nul-in-header": (_raw(b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n"), 200, Reason.PARSE, "not-http"),
}  # fmt: skip
"""Name → answer, and what is recorded of it."""

ODD: dict[str, Reply] = {
    "twice-packed": _packed("gzip, gzip", gzip.compress(gzip.compress(SMALL))),
    "longer-than-announced": _raw(
        _head(b"Content-Length: %d" % len(SMALL)), SMALL + b"HTTP/1.1 200 OK\r\n\r\nsmuggled"
    ),
    "some-hints-first": _raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 5, _head(), SMALL),
    "control-characters": _sized(SMALL, b"Server: a\x01\x1b[31m\x7fb", b"Set-Cookie: a=b\x01"),
    "wrong-bytes": _sized(SMALL, b"Server: \xff\xfe\xb9\xab", b"ETag: \xc0\xaf"),
    "thousands-of-cookies": _many(3000),
    "one-huge-cookie": _sized(SMALL, b"Set-Cookie: a=" + b"v" * 100_000),
    "no-headers": _raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", SMALL),
    "bare-line-feeds": _raw(b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n", SMALL),
}
"""Answers that are still read as a browser reads them."""
