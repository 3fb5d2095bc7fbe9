"""The way to the home page over one given address, step by step: TCP, TLS, HTTP.

It is measured over plain streams, since an ordinary client hides which address answered and how far it came.
First words of an error: ``timeout``, ``refused``, ``unreachable``, ``reset``, ``certificate``, ``tls``,
``closed`` (no answer before the end of the connection), ``protocol`` (not HTTP), ``status`` (400 and above).
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

import certifi
import msgspec

from govaudit.inspection.urls import canonical, host_of, hostname_of, port_of, resolve, scheme_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.run import Network

PARALLEL = 4
"""Connections at once: the addresses usually lead to one and the same server."""
MAX_HOPS = 4
MAX_HEAD_BYTES = 65_536
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)\b")
_UNREACHABLE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_WITHOUT_BODY = frozenset({204, 304})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step. ``status``: of the HTTP answer, 0 for the other steps and when there was none."""

    step: Literal["dns", "tcp", "tls", "http"]
    ok: bool
    error: str = ""
    seconds: float = 0.0
    status: int = 0


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """All steps over one address; a redirect on the same host adds those to its target. The way ends with the
    first step that failed. ``port``: the registered one."""

    family: Literal[4, 6]
    address: str
    port: int
    steps: list[Step]

    @property
    def reached(self) -> bool:
        """Whether the page answered."""
        return all(step.ok for step in self.steps)

    @property
    def connected(self) -> bool:
        """Whether the first connection came about."""
        return any(step.step == "tcp" and step.ok for step in self.steps)


def public_trust(extra: str = "") -> ssl.SSLContext:
    """Certificates are verified by ``SSL_CERT_FILE`` where it is set, else by certifi's list, and by the file
    ``extra``."""
    return _trust(os.environ.get("SSL_CERT_FILE") or certifi.where(), extra)


@cache
def _trust(file: str, extra: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=file)
    if extra:
        context.load_verify_locations(extra)
    return context


@dataclass(frozen=True, slots=True)
class Target:
    """The page and how it is asked for. ``dns_seconds``: what finding the address took."""

    url: str
    network: Network
    dns_seconds: float = 0.0
    trust: ssl.SSLContext = field(default_factory=public_trust)


class _StepError(Exception):
    """The step failed; its text begins with one of the words above."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.status = status


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    location: str


async def ways(target: Target, addresses: Sequence[str], *, again: bool = True) -> list[Way]:
    """Go the way over each address. One that failed is gone once more (``again``), after all others, before it
    counts."""
    first = await _all(target, addresses)
    if not again:
        return first
    second = iter(await _all(target, [way.address for way in first if not way.reached]))
    return [way if way.reached else _better(way, next(second)) for way in first]


async def _all(target: Target, addresses: Sequence[str]) -> list[Way]:
    slots = asyncio.Semaphore(PARALLEL)

    async def one(address: str) -> Way:
        async with slots:
            return await _way(target, address)

    return list(await asyncio.gather(*(one(address) for address in addresses)))


def _better(first: Way, second: Way) -> Way:
    return second if second.reached or len(second.steps) >= len(first.steps) else first


async def _way(target: Target, address: str) -> Way:
    steps = [Step(step="dns", ok=True, seconds=round(target.dns_seconds, 4))]
    url: str | None = target.url
    seen: set[str] = set()
    while url is not None and url not in seen and len(seen) <= MAX_HOPS:
        seen.add(url)
        url = await _hop(url, target, address, steps)
    return Way(family=6 if ":" in address else 4, address=address, port=port_of(target.url), steps=steps)


async def _hop(url: str, target: Target, address: str, steps: list[Step]) -> str | None:
    """Ask for ``url`` over ``address``; the redirect target on the same host, if there is one."""
    network = target.network
    host, port = hostname_of(url), port_of(url)
    real_port = network.connect_port.get(f"{host}:{port}", port)
    loop = asyncio.get_running_loop()
    writer: asyncio.StreamWriter | None = None
    step: Literal["tcp", "tls", "http"] = "tcp"
    start = loop.time()
    try:
        async with _within(network.connect_timeout, "no connection"):
            reader, writer = await asyncio.open_connection(address, real_port, limit=MAX_HEAD_BYTES)
        steps.append(_done(step, start, loop.time()))
        if scheme_of(url) == "https":
            step, start = "tls", loop.time()
            async with _within(network.connect_timeout, "no handshake"):
                await writer.start_tls(target.trust, server_hostname=host.rstrip("."))
            steps.append(_done(step, start, loop.time()))
        step, start = "http", loop.time()
        async with _within(network.timeout, "no complete answer"):
            answer = await _exchange(reader, writer, _request(url, network), network.probe_bytes)
    except _StepError as error:
        steps.append(_failed(step, start, loop.time(), error.text, error.status))
        return None
    except OSError as error:
        steps.append(_failed(step, start, loop.time(), _told(error, step)))
        return None
    finally:
        if writer is not None:
            # Without the farewells of TLS, which a broken way never finishes; neither does `wait_closed` then.
            writer.transport.abort()
    steps.append(_done(step, start, loop.time(), answer.status))
    return _next_hop(url, answer)


class _within:  # noqa: N801 - reads as the word of the `async with` line
    """``asyncio.timeout`` whose end is a ``_StepError``."""

    def __init__(self, seconds: float, what: str) -> None:
        self._limit = asyncio.timeout(seconds)
        self._text = f"timeout: {what} within {seconds:g} s"

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        try:
            await self._limit.__aexit__(kind, error, trace)  # type: ignore[arg-type]
        except TimeoutError as ended:
            raise _StepError(self._text) from ended


def _done(step: Literal["tcp", "tls", "http"], start: float, end: float, status: int = 0) -> Step:
    return Step(step=step, ok=True, seconds=round(end - start, 4), status=status)


def _failed(
    step: Literal["tcp", "tls", "http"], start: float, end: float, error: str, status: int = 0
) -> Step:
    return Step(step=step, ok=False, error=error, seconds=round(end - start, 4), status=status)


def _told(error: OSError, step: str) -> str:
    """What the system or the TLS library said, behind its word."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"tls: {(error.reason or str(error)).replace('_', ' ').lower()}"
    text = os.strerror(error.errno) if error.errno else str(error) or type(error).__name__
    if isinstance(error, ConnectionRefusedError):
        return f"refused: {text}"
    if isinstance(error, ConnectionError):
        return f"reset: {text}" if step != "tls" else f"tls: reset during the handshake ({text})"
    if isinstance(error, TimeoutError):
        return f"timeout: {text}"
    word = "unreachable" if error.errno in _UNREACHABLE or step == "tcp" else "reset"
    return f"{word}: {text}"


def _request(url: str, network: Network) -> bytes:
    """One GET as the crawl sends it; what an option says outweighs the defaults."""
    path = url.partition("://")[2].partition("/")[2]
    headers = {
        "host": host_of(url),
        "user-agent": network.user_agent,
        "accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "accept-language": "zh-CN,zh;q=0.9,en;q=0.5",
        **{name.lower(): value for name, value in network.headers},
        "connection": "close",
    }
    if network.cookies:
        headers["cookie"] = "; ".join(network.cookies)
    lines = [f"GET /{path} HTTP/1.1", *(f"{name.title()}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, limit: int
) -> _Answer:
    """Send and read head and beginning of the body: some ways carry small packets only.

    Raises ``_StepError`` when the answer is a refusal, is cut off or none at all.
    """
    writer.write(request)
    await writer.drain()
    status, headers = await _head(reader)
    if status >= 400:
        raise _StepError(f"status: {status}", status)
    if status not in _WITHOUT_BODY:
        await _body(reader, headers, limit)
    return _Answer(status, headers.get("location", ""))


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    status = 100
    lines: list[bytes] = []
    while status < 200:
        try:
            block = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise _StepError("protocol: the answer ends within its headers") from error
            raise _StepError("closed: connection closed without an answer") from error
        except asyncio.LimitOverrunError as error:
            raise _StepError("protocol: headers without end") from error
        lines = block.split(b"\r\n")
        match = _STATUS_LINE.match(lines[0])
        if match is None:
            raise _StepError("protocol: not an HTTP answer")
        status = int(match.group(1))
    pairs = (line.decode("latin-1").partition(":") for line in lines[1:] if b":" in line)
    return status, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _body(reader: asyncio.StreamReader, headers: dict[str, str], limit: int) -> None:
    """Read up to ``limit`` bytes of the body or to its end. Raises ``_StepError`` when it is cut off."""
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    length = headers.get("content-length", "")
    expected = int(length) if length.isdecimal() and length.isascii() and not chunked else None
    wanted = limit if expected is None else min(limit, expected)
    received, tail = 0, b""
    while received < wanted and not (chunked and tail.endswith(b"0\r\n\r\n")):
        part = await reader.read(wanted - received)
        if not part:
            if expected is not None:
                raise _StepError(f"closed: {received} of {expected} bytes")
            return
        received += len(part)
        tail = (tail + part)[-5:]


def _next_hop(url: str, answer: _Answer) -> str | None:
    """Where a redirect leads, when the same host answers for it."""
    if not 300 <= answer.status < 400 or not answer.location:
        return None
    joined = resolve(url, answer.location)
    following = canonical(joined) if joined else None
    if following is None or scheme_of(following) not in {"http", "https"}:
        return None
    return following if hostname_of(following) == hostname_of(url) else None
