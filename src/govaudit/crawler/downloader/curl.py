"""Many transfers at once on the running event loop: libcurl's multi interface, driven by socket readiness."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import pycurl

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_HEADER_BYTES = 262_144
_LONGEST_NUMBER = 16
_IDLE_CONNECTIONS = 64
_REST = 65_536
"""Bytes behind the limit that are read and dropped: cheaper than a new connection, which an aborted transfer costs."""
MOST_CODINGS = 2
"""Layers of compression that are unpacked: each one more multiplies what a small body can become."""
LEAST_SPEED = 1000
"""Bytes a second: a body that comes more slowly than this through a whole ``timeout`` is given up."""
PATIENCE = 4
"""How many times ``timeout`` an answer may take as a whole when its body keeps coming."""
_END_OF_HEAD = frozenset((b"\r\n", b"\n"))
_REFUSE = -1
"""What a write callback returns to end its transfer."""


class Aborted(Exception):  # noqa: N818 - an order to stop, not an error
    """The transfer was ended from outside before it was complete."""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """Files (PEM) of a certificate and its key, empty when one file holds both, and the key's password."""

    certificate: str
    key: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One GET. ``limit_of``: content type → how many decoded bytes are wanted (then the transfer ends well).

    ``resolve``/``connect_to``: libcurl's options of those names. Times in seconds; ``timeout``: until the answer
    begins, and again and again for the next piece of a body that comes at ``LEAST_SPEED``.
    """

    url: str
    headers: tuple[str, ...]
    limit_of: Callable[[str], int]
    connect_timeout: float
    timeout: float
    resolve: tuple[str, ...] = ()
    connect_to: tuple[str, ...] = ()
    cookie: str = ""
    fresh: bool = False
    verify: bool = True
    """Whether the server has to prove who it is; not so where nothing is judged but its headers."""
    timed: bool = False
    """Whether the answer is to say how long each step took."""
    key: ClientKey | None = None
    """By which we prove who we are, where the server asks for it."""


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds of one transfer. ``connect``: of the connection; ``tls``: of the handshake, 0 without one;
    ``first_byte`` and ``total``: from the start."""

    connect: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0


@dataclass(slots=True)
class Answer:
    """What came back. ``status`` 0: nothing did. ``error``: libcurl's code, 0 when all went well;
    ``cut``: ended by us at the limit;
    ``connected``: whether there was a TCP connection; ``local``: our own address on it; ``waited``: seconds from the
    request to the first byte."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    cut: bool
    address: str
    error: int
    error_text: str
    os_error: int
    connected: bool
    local: str = ""
    waited: float = 0.0
    given_up: float = 0.0
    """Seconds after which the transfer was given up, 0 when it was not."""
    durations: Durations | None = None
    """Of an order that asked for them."""

    def header(self, name: str) -> str:
        """Value of the last header ``name`` (lower case), empty when there is none."""
        for known, value in reversed(self.headers):
            if known == name:
                return value
        return ""


class _Transfer:
    """State of one running GET: what curl hands to the callbacks, and the future that waits for the end."""

    __slots__ = (
        "chunks",
        "cut",
        "future",
        "header_bytes",
        "layered",
        "left",
        "limit_of",
        "lines",
        "received",
        "rest",
        "timed",
        "timeout",
        "timer",
        "waited",
    )  # fmt: skip

    def __init__(self, order: Order, future: asyncio.Future[tuple[int, str]]) -> None:
        self.future = future
        self.limit_of = order.limit_of
        self.timed = order.timed
        self.timeout = order.timeout
        self.waited = order.timeout * PATIENCE
        self.timer: asyncio.TimerHandle | None = None
        self.layered = False
        self.lines: list[bytes] = []
        self.header_bytes = 0
        self.chunks: list[bytes] = []
        self.left = -1
        self.rest = 0
        self.cut = False
        self.received = 0

    def header(self, line: bytes) -> int | None:
        if line.startswith(b"HTTP/"):
            self.lines.clear()
        self.header_bytes += len(line)
        if self.header_bytes > MAX_HEADER_BYTES:
            return _REFUSE
        self.lines.append(line)
        if line in _END_OF_HEAD and _codings(self.lines) > MOST_CODINGS:
            self.layered = True
            return _REFUSE
        return None

    def write(self, chunk: bytes) -> int | None:
        self.received += len(chunk)
        if self.cut:
            self.rest -= len(chunk)
            return None if self.rest >= 0 else _REFUSE
        if self.left < 0:
            self.left = self.limit_of(_header(self.lines, b"content-type:"))
            length = _header(self.lines, b"content-length:")
            if length.isascii() and length.isdigit() and len(length) < _LONGEST_NUMBER:
                self.rest = int(length) - self.left
        if len(chunk) > self.left:
            self.chunks.append(chunk[: self.left])
            self.cut = True
            if not 0 < self.rest <= _REST:
                return _REFUSE
            self.rest -= len(chunk) - self.left
            return None
        self.left -= len(chunk)
        self.chunks.append(chunk)
        return None


class Transfers:
    """All transfers of one crawl. Belongs to the event loop that is running when it is made."""

    def __init__(self, may_connect: Callable[[str], bool], trust: str = "") -> None:
        """``may_connect``: whether a socket to that IP address may be opened; ``trust``: file of certificates that are
        trusted beside the public ones."""
        self._loop = asyncio.get_running_loop()
        self._may_connect = may_connect
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, _IDLE_CONNECTIONS)
        self._watched: dict[int, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._running: dict[Any, _Transfer] = {}
        self._idle: dict[ClientKey | None, list[Any]] = {}
        self._told: set[str] = set()
        self._trusted = _with_public_authorities(trust) if trust else b""
        self._closed = False

    async def get(self, order: Order) -> Answer:
        """Carry out one GET. Raises ``Aborted`` when it was ended from outside; failures are in the answer."""
        transfer = _Transfer(order, self._loop.create_future())
        idle = self._idle.setdefault(order.key, [])
        handle = idle.pop() if idle else self._new_handle(order.key)
        try:
            handle.setopt(pycurl.URL, order.url)
            # libcurl would write "%7e" as "%7E"; what a page says is what is asked for.
            handle.setopt(pycurl.REQUEST_TARGET, _request_target(order.url))
        except (pycurl.error, UnicodeEncodeError) as error:
            idle.append(handle)
            return _never_sent(str(error))
        handle.setopt(pycurl.WRITEFUNCTION, transfer.write)
        handle.setopt(pycurl.HEADERFUNCTION, transfer.header)
        handle.setopt(pycurl.HTTPHEADER, list(order.headers))
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, int(min(order.connect_timeout, order.timeout) * 1000))
        handle.setopt(pycurl.TIMEOUT_MS, int(order.timeout * PATIENCE * 1000))
        handle.setopt(pycurl.FRESH_CONNECT, order.fresh)
        handle.setopt(pycurl.SSL_VERIFYPEER, order.verify)
        handle.setopt(pycurl.SSL_VERIFYHOST, 2 if order.verify else 0)
        handle.setopt(pycurl.RESOLVE, self._untold(order.resolve))
        handle.setopt(pycurl.CONNECT_TO, list(order.connect_to))
        if order.cookie:
            handle.setopt(pycurl.COOKIE, order.cookie.encode("latin-1", "replace"))
        else:
            handle.unsetopt(pycurl.COOKIE)
        self._running[handle] = transfer
        self._multi.add_handle(handle)
        transfer.timer = self._loop.call_later(order.timeout, self._look_at, handle, 0)
        code, text = await transfer.future
        transfer.timer.cancel()
        answer = _answer(transfer, handle, code, text)
        idle.append(handle)
        return answer

    def _look_at(self, handle: Any, before: int) -> None:
        """One ``timeout`` has passed: go on where enough came meanwhile, else give up."""
        transfer = self._running.get(handle)
        if transfer is None:
            return
        if transfer.received - before < LEAST_SPEED * transfer.timeout:
            transfer.waited = transfer.timeout
            self._finish(handle, pycurl.E_OPERATION_TIMEDOUT, "too slow")
            return
        transfer.timer = self._loop.call_later(transfer.timeout, self._look_at, handle, transfer.received)

    def _untold(self, entries: tuple[str, ...]) -> list[str]:
        """Entries that libcurl does not hold yet: it keeps them for all later transfers."""
        new = [entry for entry in entries if entry not in self._told]
        self._told.update(new)
        return new

    def abort(self) -> None:
        """End every running transfer; whoever waits for one gets ``Aborted``."""
        for handle, transfer in list(self._running.items()):
            del self._running[handle]
            self._multi.remove_handle(handle)
            handle.close()
            if transfer.timer is not None:
                transfer.timer.cancel()
            if not transfer.future.done():
                transfer.future.set_exception(Aborted())

    def close(self) -> None:
        """Abort what runs and give all connections back."""
        if self._closed:
            return
        self._closed = True
        self.abort()
        if self._timer is not None:
            self._timer.cancel()
        for handle in (one for idle in self._idle.values() for one in idle):
            handle.close()
        self._idle.clear()
        self._multi.close()
        for number, events in self._watched.items():
            self._unwatch(number, events)
        self._watched.clear()

    def _new_handle(self, key: ClientKey | None) -> Any:
        handle = pycurl.Curl()
        if key is not None:
            handle.setopt(pycurl.SSLCERT, key.certificate)
            handle.setopt(pycurl.SSLKEY, key.key or key.certificate)
            handle.setopt(pycurl.KEYPASSWD, key.password)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.NOPROGRESS, 1)
        handle.setopt(pycurl.PROXY, "")
        handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        handle.setopt(pycurl.FOLLOWLOCATION, 0)
        handle.setopt(pycurl.PATH_AS_IS, 1)
        handle.setopt(pycurl.ACCEPT_ENCODING, accepted_codings())
        handle.setopt(pycurl.DNS_CACHE_TIMEOUT, -1)
        if self._trusted:
            handle.setopt(pycurl.CAINFO_BLOB, self._trusted)
        else:
            handle.setopt(pycurl.CAINFO, _public_authorities())
        handle.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        return handle

    def _open_socket(self, _purpose: int, address: Any) -> Any:
        family, kind, protocol, endpoint = address
        if not self._may_connect(endpoint[0]):
            return pycurl.SOCKET_BAD
        return socket.socket(family, kind, protocol)

    # -- libcurl's side of the event loop ----------------------------------------------------------------

    def _watch(self, events: int, number: int, _multi: Any, _data: Any) -> None:
        before = self._watched.get(number, 0)
        wanted = 0 if events == pycurl.POLL_REMOVE else events
        self._unwatch(number, before & ~wanted)
        if wanted & pycurl.POLL_IN and not before & pycurl.POLL_IN:
            self._loop.add_reader(number, self._act, number, pycurl.CSELECT_IN)
        if wanted & pycurl.POLL_OUT and not before & pycurl.POLL_OUT:
            self._loop.add_writer(number, self._act, number, pycurl.CSELECT_OUT)
        if wanted:
            self._watched[number] = wanted
        else:
            self._watched.pop(number, None)

    def _unwatch(self, number: int, events: int) -> None:
        if events & pycurl.POLL_IN:
            self._loop.remove_reader(number)
        if events & pycurl.POLL_OUT:
            self._loop.remove_writer(number)

    def _set_timer(self, milliseconds: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if milliseconds >= 0 and not self._closed:
            self._timer = self._loop.call_later(milliseconds / 1000, self._act, pycurl.SOCKET_TIMEOUT, 0)

    def _act(self, number: int, events: int) -> None:
        if number == pycurl.SOCKET_TIMEOUT:
            self._timer = None
        self._multi.socket_action(number, events)
        more = 1
        while more:
            more, finished, failed = self._multi.info_read()
            for handle in finished:
                self._finish(handle, 0, "")
            for handle, code, text in failed:
                self._finish(handle, code, text)

    def _finish(self, handle: Any, code: int, text: str) -> None:
        transfer = self._running.pop(handle)
        self._multi.remove_handle(handle)
        if not transfer.future.done():
            transfer.future.set_result((code, text))


def _answer(transfer: _Transfer, handle: Any, code: int, text: str) -> Answer:
    status, headers = _parse_head(transfer.lines)
    if transfer.cut:
        # What was wanted had come; how the rest ended says nothing.
        code, text = 0, ""
    if transfer.layered:
        code = pycurl.E_BAD_CONTENT_ENCODING
    return Answer(
        status=status,
        headers=headers,
        body=transfer.chunks[0] if len(transfer.chunks) == 1 else b"".join(transfer.chunks),
        cut=transfer.cut,
        address=handle.getinfo(pycurl.PRIMARY_IP),
        error=code,
        error_text=text,
        os_error=handle.getinfo(pycurl.OS_ERRNO) if code == pycurl.E_COULDNT_CONNECT else 0,
        connected=bool(handle.getinfo(pycurl.CONNECT_TIME)) if code else True,
        local=handle.getinfo(pycurl.LOCAL_IP),
        waited=handle.getinfo(pycurl.STARTTRANSFER_TIME) - handle.getinfo(pycurl.PRETRANSFER_TIME),
        given_up=transfer.waited if code == pycurl.E_OPERATION_TIMEDOUT else 0.0,
        durations=_durations(handle) if transfer.timed else None,
    )


def _durations(handle: Any) -> Durations:
    connected, secured = handle.getinfo(pycurl.CONNECT_TIME), handle.getinfo(pycurl.APPCONNECT_TIME)
    return Durations(
        connect=connected - handle.getinfo(pycurl.NAMELOOKUP_TIME) if connected else 0.0,
        tls=secured - connected if secured else 0.0,
        first_byte=handle.getinfo(pycurl.STARTTRANSFER_TIME),
        total=handle.getinfo(pycurl.TOTAL_TIME),
    )


def _public_authorities() -> str:
    return os.environ.get("SSL_CERT_FILE") or certifi.where()


def _with_public_authorities(trust: str) -> bytes:
    return b"\n".join(Path(file).read_bytes() for file in (_public_authorities(), trust))


@cache
def accepted_codings() -> str:
    """Compressions that this libcurl unpacks: no other is asked for."""
    built_in = pycurl.version.lower()
    optional = [coding for coding, library in (("br", "brotli/"), ("zstd", "zstd/")) if library in built_in]
    return ", ".join(["gzip", "deflate", *optional])


def _never_sent(why: str) -> Answer:
    return Answer(0, [], b"", False, "", pycurl.E_URL_MALFORMAT, why, 0, False)  # noqa: FBT003


def _request_target(url: str) -> str:
    _, slash, path = url.partition("://")[2].partition("/")
    return slash + path


def _codings(lines: list[bytes]) -> int:
    return sum(line.count(b",") + 1 for line in lines if line[:17].lower() == b"content-encoding:")


def _header(lines: list[bytes], name: bytes) -> str:
    """Value of the last header ``name`` (small letters, with its colon), empty when there is none."""
    for line in reversed(lines):
        if line[: len(name)].lower() == name:
            return line[len(name) :].strip().decode("latin-1")
    return ""


def _parse_head(lines: list[bytes]) -> tuple[int, list[tuple[str, str]]]:
    if not lines:
        return 0, []
    words = lines[0].split(None, 2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            headers.append((name.strip().lower().decode("latin-1"), value.strip().decode("latin-1")))
    return status, headers
