"""A small HTTP server on loopback: one thread, several listeners in one or both address families."""

from __future__ import annotations

import asyncio
import errno
import gzip
import socket
import threading
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Respond: TypeAlias = Callable[["Request"], "Answer"]

_HEAD_BYTES = 32_768
_ATTEMPTS = 50
_LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
_SMALLEST_COMPRESSED = 512


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says for a path. ``first_status``: to the first request only; ``head_status``: to HEAD;
    ``encoded_query``: 404 unless the raw query holds this; ``page``: an HTML page of the portal's own;
    ``headers``: further ones."""

    status: int = 200
    content_type: str = ""
    body: bytes = b""
    modified: datetime | None = None
    location: str = ""
    first_status: int = 0
    head_status: int = 0
    encoded_query: str = ""
    page: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for. ``target``: path and query as sent; names of ``headers`` are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def host(self) -> str:
        return self.headers.get("host", "").partition(":")[0].lower()


def _wire(answer: Answer, request: Request, *, keep_alive: bool) -> bytes:
    """The response to ``request`` as bytes: conditional, compressed, without body for HEAD as asked for."""
    headers: list[tuple[str, str]] = [
        ("Server", "nginx"),
        ("Date", format_datetime(datetime.now(UTC), usegmt=True)),
    ]
    headers += answer.headers
    status, body = answer.status, answer.body
    if answer.location:
        headers.append(("Location", answer.location))
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "GET"))
    if status == HTTPStatus.OK and answer.modified is not None:
        tag = f'"{zlib.crc32(body):08x}-{len(body):x}"'
        headers += [
            ("ETag", tag),
            ("Last-Modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True)),
        ]
        if _unchanged(request, tag, answer.modified):
            status, body = 304, b""
    if status != HTTPStatus.NOT_MODIFIED:
        if answer.content_type:
            headers.append(("Content-Type", answer.content_type))
        if (
            len(body) > _SMALLEST_COMPRESSED
            and answer.content_type.startswith("text/")
            and _takes_gzip(request)
        ):
            body = gzip.compress(body, 6, mtime=0)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        headers.append(("Content-Length", str(len(body))))
    headers.append(("Connection", "keep-alive" if keep_alive else "close"))
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers)
    return head.encode("latin-1") + b"\r\n" + (b"" if request.method == "HEAD" else body)


def _unchanged(request: Request, tag: str, modified: datetime) -> bool:
    if tags := request.headers.get("if-none-match"):
        return tag in tags
    since = request.headers.get("if-modified-since")
    if not since:
        return False
    try:
        return modified <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def has_ipv6() -> bool:
    if not socket.has_ipv6:
        return False
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@contextmanager
def listening(*, ipv6: bool, on_ipv6: bool) -> Iterator[list[socket.socket]]:
    """Sockets that listen on the same port of 127.0.0.1 and, where ``on_ipv6``, of ::1. Otherwise the port of ::1
    is held without listening, so that connections to it are refused and nobody else takes it."""
    with ExitStack() as stack:
        bound = _bound_pair(stack, ipv6=ipv6)
        chosen = bound if on_ipv6 else bound[:1]
        for one in chosen:
            one.listen(128)
            one.settimeout(0)
        yield chosen


@contextmanager
def refusing(*, ipv6: bool) -> Iterator[int]:
    """A port that is held in both families and refuses connections."""
    with ExitStack() as stack:
        yield _bound_pair(stack, ipv6=ipv6)[0].getsockname()[1]


def _bound_pair(stack: ExitStack, *, ipv6: bool) -> list[socket.socket]:
    for _ in range(_ATTEMPTS):
        first = _bound(socket.AF_INET, 0)
        if not ipv6:
            return [stack.enter_context(first)]
        try:
            second = _bound(socket.AF_INET6, first.getsockname()[1])
        except OSError as error:
            first.close()
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        return [stack.enter_context(first), stack.enter_context(second)]
    raise OSError(errno.EADDRINUSE, "no port is free in both address families")


def _bound(family: socket.AddressFamily, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family is socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((_LOOPBACK[family], port))
    except OSError:
        made.close()
        raise
    return made


@contextmanager
def serving(listeners: list[tuple[list[socket.socket], Respond]]) -> Iterator[None]:
    """Answer on all listeners from one thread until the context closes, then drop every open connection."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ready = threading.Event()

    async def serve() -> None:
        open_connections: set[asyncio.Task[None]] = set()
        servers = []
        for sockets, respond in listeners:
            connected = _connection(respond, open_connections)
            servers += [await asyncio.start_server(connected, sock=one, limit=_HEAD_BYTES) for one in sockets]
        ready.set()
        await stop.wait()
        for server in servers:
            server.close()
        for task in open_connections:
            task.cancel()
        await asyncio.gather(*open_connections, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _connection(
    respond: Respond, open_connections: set[asyncio.Task[None]]
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _next_request(reader)) is not None:
                keep_alive = request.headers.get("connection", "").lower() != "close"
                writer.write(_wire(respond(request), request, keep_alive=keep_alive))
                await writer.drain()
                if not keep_alive:
                    break
        except _NotHttpError:
            writer.write(_wire(Answer(400), Request("GET", "/", {}), keep_alive=False))
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(converse(reader, writer))
        open_connections.add(task)
        task.add_done_callback(open_connections.discard)

    return connected


class _NotHttpError(Exception):
    """What arrives is no request, as from a client that speaks TLS."""


async def _next_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        initial = await reader.readexactly(1)
        if not initial.isalpha():
            raise _NotHttpError
        head = initial + await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, _, rest = first.partition(" ")
    target = rest.rpartition(" ")[0] or "/"
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    return Request(method, target, headers)
