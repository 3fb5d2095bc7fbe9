"""A real HTTP server on 127.0.0.1 and ::1, or at other own addresses, whose routes do what a test says: answer, wait,
drop, lie, drip."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    import ssl
    from typing import BinaryIO

_LINGER_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. ``headers`` replace the server's own of the same name; a header that is given as empty text is
    left out.

    ``raw``: sent as it is instead of everything else; ``hold``: nothing is sent before the event is set;
    ``drop``: the connection is closed without an answer; ``reset``: it is reset, after ``cut_at`` bytes of the body
    when that is given; ``cut_at``: the connection is closed after so many bytes of the body; ``drip``: the body
    is sent byte by byte and the server waits so many seconds between two of them; ``close``: the connection is closed
    afterwards; ``act``: does with the connection what it likes, which is closed then; ``confirms``: ``honest``
    answers 304 to a request that names the reply's own ETag or Last-Modified, ``always`` to every conditional request;
    ``choose``: gives the answer for a request.
    """

    status: int = 200
    body: bytes | str = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/html; charset=utf-8"
    raw: bytes = b""
    hold: threading.Event | None = None
    drop: bool = False
    reset: bool = False
    cut_at: int | None = None
    drip: float | None = None
    close: bool = False
    act: Callable[[socket.socket], None] | None = None
    confirms: Literal["never", "honest", "always"] = "never"
    choose: Callable[[Request], Reply] | None = None

    def payload(self) -> bytes:
        """The body in bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body

    def head(self) -> bytes:
        """Status line and headers."""
        own = {"Content-Type": self.content_type, "Content-Length": str(len(self.payload()))}
        given = {name.lower() for name, _ in self.headers}
        pairs = [(name, value) for name, value in own.items() if name.lower() not in given and value]
        pairs += [(name, value) for name, value in self.headers if value]
        lines = [f"HTTP/1.1 {self.status} Text", *(f"{name}: {value}" for name, value in pairs)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in. ``connection``: number of the connection, counted from 1."""

    method: str
    path: str
    headers: dict[str, str]
    family: int
    connection: int


Route = Reply | Sequence[Reply]


def redirect(location: str, status: int = 302, *headers: tuple[str, str]) -> Reply:
    """A redirect to ``location``."""
    return Reply(status, headers=(("Location", location), *headers))


def page(*links: str, title: str = "页面", extra: str = "") -> str:
    """A small page with links."""
    anchors = "".join(f'<a href="{link}">{link}</a>\n' for link in links)
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{extra}{anchors}</body></html>"


@dataclass
class HttpSite:
    """Routes are keyed by path with query. A list of replies is used up one by one, the last one stays."""

    routes: Mapping[str, Route] = field(default_factory=dict)
    otherwise: Callable[[str], Reply] = lambda _path: Reply(404, "not here", content_type="text/plain")
    over_ipv6: Mapping[str, Route] = field(default_factory=dict)
    """Routes that answer differently to those who come over IPv6."""
    tls: ssl.SSLContext | None = None
    families: Sequence[int] = (socket.AF_INET, socket.AF_INET6)
    requests: list[Request] = field(default_factory=list)
    at: Sequence[tuple[str, int]] = ()
    """Addresses with ports to listen at instead of the families' loopback addresses with a free port."""

    def __enter__(self) -> Self:
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._used: Counter[str] = Counter()
        self._connections: set[socket.socket] = set()
        self._opened = 0
        self._routes = dict(self.routes)
        self._listeners = (
            [_listener(address, port) for address, port in self.at] if self.at else _listeners(self.families)
        )
        self.port: int = self._listeners[0].getsockname()[1]
        for listener in self._listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            _close(connection)

    @property
    def url(self) -> str:
        """Address of the root over IPv4."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def url6(self) -> str:
        """Address of the root over IPv6."""
        return f"{'https' if self.tls else 'http'}://[::1]:{self.port}"

    def add(self, path: str, route: Route) -> None:
        """Answer ``path`` so from now on."""
        with self._lock:
            self._routes[path] = route

    def forget(self) -> None:
        """Answer as if nobody had asked before: lists of replies begin anew."""
        with self._lock:
            self._used.clear()

    def paths(self) -> list[str]:
        """Paths in the order in which they were asked for, without robots.txt and site maps."""
        with self._lock:
            return [one.path for one in self.requests if one.path not in {"/robots.txt", "/sitemap.xml"}]

    def wait_for(self, count: int, path: str | None = None, seconds: float = 20.0) -> bool:
        """Wait until ``count`` requests (for ``path``) have come in."""

        def arrived() -> bool:
            return sum(path is None or one.path == path for one in self.requests) >= count

        with self._arrived:
            return self._arrived.wait_for(arrived, seconds)

    # -- connections ---------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._opened += 1
                number = self._opened
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        talking = connection
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                talking = self.tls.wrap_socket(connection, server_side=True)
            with talking.makefile("rb") as stream:
                while self._one(talking, stream, number):
                    pass
        except OSError:
            return
        finally:
            with self._lock:
                self._connections.discard(connection)
            _close(talking)

    def _one(self, connection: socket.socket, stream: BinaryIO, number: int) -> bool:
        line = stream.readline().decode("latin-1").split()
        if len(line) < 2:
            return False
        headers = {}
        while header := stream.readline().decode("latin-1").strip():
            name, _, value = header.partition(":")
            headers[name.strip().lower()] = value.strip()
        with self._arrived:
            request = Request(line[0], line[1], headers, connection.family, number)
            self.requests.append(request)
            chosen = self._reply(line[1], connection.family)
            reply = _unchanged(chosen.choose(request) if chosen.choose else chosen, headers)
            self._arrived.notify_all()
        return self._send(connection, reply)

    def _reply(self, path: str, family: int) -> Reply:
        route = self._routes.get(path)
        if family == socket.AF_INET6 and path in self.over_ipv6:
            route, path = self.over_ipv6[path], f"{path} over IPv6"
        if route is None:
            return self.otherwise(path)
        if isinstance(route, Reply):
            return route
        place = min(self._used[path], len(route) - 1)
        self._used[path] += 1
        return route[place]

    def _send(self, connection: socket.socket, reply: Reply) -> bool:
        while reply.hold is not None and not reply.hold.wait(0.05):
            if self._stopping.is_set():
                return False
        if reply.act is not None:
            reply.act(connection)
            return False
        if reply.raw:
            connection.sendall(reply.raw)
            return False
        if reply.drop:
            return False
        if reply.reset and reply.cut_at is None:
            return _reset(connection)
        return self._send_answer(connection, reply)

    def _send_answer(self, connection: socket.socket, reply: Reply) -> bool:
        payload = reply.payload()
        if reply.drip is not None:
            connection.sendall(reply.head())
            for place in range(len(payload)):
                connection.sendall(payload[place : place + 1])
                if self._stopping.wait(reply.drip):
                    return False
            return not reply.close
        connection.sendall(reply.head() + payload[: reply.cut_at])
        if reply.reset:
            return _reset(connection)
        return reply.cut_at is None and not reply.close


def _unchanged(reply: Reply, asked: Mapping[str, str]) -> Reply:
    """The reply, or 304 where it confirms what the request knows."""
    conditions = {name: asked[name] for name in ("if-none-match", "if-modified-since") if name in asked}
    if reply.confirms == "never" or not conditions:
        return reply
    own = {name.lower(): value for name, value in reply.headers}
    name, known = next(iter(conditions.items()))
    held = known == own.get("etag" if name == "if-none-match" else "last-modified")
    if not held and reply.confirms == "honest":
        return reply
    return Reply(
        304, headers=(("Content-Type", ""), ("Content-Length", ""), *reply.headers, ("X-Cache", "HIT"))
    )


def closed_port() -> int:
    """A port of 127.0.0.1 at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def full_port() -> Iterator[int]:
    """A port of 127.0.0.1 that takes no more connections: whoever tries gets no answer."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def _listeners(families: Sequence[int]) -> list[socket.socket]:
    """One listener a family, all at the same free port."""
    addresses = ["127.0.0.1" if family == socket.AF_INET else "::1" for family in families]
    for _ in range(50):
        first = _listener(addresses[0], 0)
        port = first.getsockname()[1]
        try:
            return [first, *(_listener(address, port) for address in addresses[1:])]
        except OSError:
            first.close()
    raise OSError("no port is free in all families")


def _listener(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((address, port))
    listener.listen(128)
    return listener


def _reset(connection: socket.socket) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
    os.close(connection.detach())
    return False


def _close(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        connection.close()
