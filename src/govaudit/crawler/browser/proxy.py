"""The only way out for the browser: a proxy on loopback that resolves and checks every address itself.

The browser knows no name server. Whatever it wants to reach (pages, scripts, WebSockets, what a hostile page makes up)
it asks this proxy for by name; the name is resolved by the crawl's own rules, the address is checked, and exactly
that address is connected to: a name that means something else a moment later changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from govaudit.inspection.urls import canonical, literal_address_kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from govaudit.crawler.downloader.addresses import Resolved

_HEAD_BYTES = 262_144
_SENT_BYTES = 4_000_000
"""What one request of a browser may carry."""
_HEAD_SECONDS = 60.0
_CHUNK = 65_536
_REMEMBERED = 200
_ONE_WAY_ONLY = frozenset(
    [
        b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization", b"te", b"trailer", b"upgrade",
    ]
)  # fmt: skip
_WITHOUT_BODY = frozenset([b"204", b"304"])
_WEB_PORT = 80
_SAFE_METHODS = frozenset(["GET", "HEAD", "OPTIONS"])
_UNREACHED = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ValueError)


class _Refused(Exception):  # noqa: N818 - a decision, not an error
    """The request is not carried out."""


class GuardProxy:
    """HTTP and CONNECT proxy for one browser."""

    def __init__(
        self,
        where: Callable[[str, int], Awaitable[tuple[Resolved, int]]],
        turn: Callable[[str, str, int], Awaitable[bool]],
        *,
        may_ask: Callable[[str], bool],
        may_post: Callable[[str], bool],
        connect_timeout: float,
        most_bytes: int,
    ) -> None:
        """``where``: host and port → addresses that may be connected to, and the real port; ``turn``: waits until
        the host may be asked; ``may_ask``: a literal private address that may be asked; ``may_post``: an address
        that may be sent something; ``most_bytes``: what an answer may weigh."""
        self._where = where
        self._turn = turn
        self._may_ask = may_ask
        self._may_post = may_post
        self._connect_timeout = connect_timeout
        self._most_bytes = most_bytes
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._failures: OrderedDict[str, str] = OrderedDict()
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    def failure(self, host: str) -> str:
        """Why the last request to ``host`` was not carried out; empty when it was."""
        return self._failures.get(host, "")

    async def close(self) -> None:
        """Stop listening and end what runs."""
        if self._server is not None:
            self._server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    # -- one connection of the browser ---------------------------------------------------------------------

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            await self._serve(reader, writer)
        except (_Refused, asyncio.CancelledError, *_UNREACHED):
            # Refused, gone, or the proxy is being closed: the browser sees a connection that ends.
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        request_line, _, fields = head.partition(b"\r\n")
        method, target, _ = request_line.decode("latin-1").split(" ", 2)
        if method == "CONNECT":
            await self._tunnel(target, reader, writer)
        else:
            await self._forward(method, target, fields, reader, writer)

    async def _tunnel(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(f"https://{target}")
        try:
            source, sink = await self._connected(
                f"https://{target}/", parts.hostname or "", parts.port or 443
            )
        except (_Refused, *_UNREACHED):
            writer.write(b"HTTP/1.1 502 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            raise
        try:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            # A tunnel carries many answers: it is the single page that is bounded, by time.
            most = 10 * self._most_bytes
            await _first_of(_copy(reader, sink, most), _copy(source, writer, most))
        finally:
            sink.close()

    async def _forward(
        self,
        method: str,
        target: str,
        fields: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        parts = urlsplit(target)
        if parts.scheme != "http" or (method not in _SAFE_METHODS and not self._may_post(target)):
            raise _Refused
        lines = fields.removesuffix(b"\r\n\r\n").split(b"\r\n")
        length = _length(lines) or 0
        if length > _SENT_BYTES or any(line.lower().startswith(b"transfer-encoding:") for line in lines):
            raise _Refused
        source, sink = await self._connected(target, parts.hostname or "", parts.port or _WEB_PORT)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            sink.write(f"{method} {path} HTTP/1.1\r\n".encode("latin-1") + _through(lines))
            if length:
                sink.write(await reader.readexactly(length))
            await sink.drain()
            await self._answer(method, source, writer, reader)
        finally:
            sink.close()

    async def _answer(
        self,
        method: str,
        source: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        reader: asyncio.StreamReader,
    ) -> None:
        """Hand one answer back. The connection ends with it: nothing that the browser sends after its request
        can reach a host that was not asked for."""
        while True:
            head = await source.readuntil(b"\r\n\r\n")
            first, _, fields = head.partition(b"\r\n")
            status = first.partition(b" ")[2][:3]
            if not status.startswith(b"1"):
                break
        lines = fields.removesuffix(b"\r\n\r\n").split(b"\r\n")
        writer.write(first + b"\r\n" + _through(lines))
        if method != "HEAD" and status not in _WITHOUT_BODY:
            announced = _length(lines)
            most = self._most_bytes if announced is None else min(announced, self._most_bytes)
            await _first_of(_copy(source, writer, most), _until_closed(reader))

    async def _connected(
        self, url: str, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the host of ``url``. Raises ``_Refused``."""
        try:
            return await self._connect(url, host, port)
        except _Refused as why:
            self._failures[host] = str(why)
            while len(self._failures) > _REMEMBERED:
                self._failures.popitem(last=False)
            raise

    async def _connect(
        self, url: str, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = canonical(url)
        if address is None:
            raise _Refused("address")
        if literal_address_kind(address) in {"private", "loopback"} and not self._may_ask(address):
            raise _Refused(f"private: {host}")
        resolved, real_port = await self._where(host, port)
        if not resolved.addresses:
            raise _Refused(resolved.error)
        if not await self._turn(host, resolved.addresses[0], real_port):
            raise _Refused("stopped")
        error = ""
        for one in resolved.addresses:
            try:
                async with asyncio.timeout(self._connect_timeout):
                    connection = await asyncio.open_connection(one, real_port, limit=_HEAD_BYTES)
            except (OSError, TimeoutError) as fault:
                error = f"unreachable: {fault or 'timeout'}"
            else:
                self._failures.pop(host, None)
                return connection
        raise _Refused(error)


def _length(lines: list[bytes]) -> int | None:
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return None


def _through(lines: list[bytes]) -> bytes:
    kept = [line for line in lines if line and line.partition(b":")[0].strip().lower() not in _ONE_WAY_ONLY]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter, most: int) -> None:
    left = most
    while left > 0 and (chunk := await source.read(min(left, _CHUNK))):
        left -= len(chunk)
        sink.write(chunk)
        await sink.drain()


async def _until_closed(source: asyncio.StreamReader) -> None:
    while await source.read(_CHUNK):
        pass


async def _first_of(*ways: Awaitable[None]) -> None:
    """Run until one has ended; the others are ended, too."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
