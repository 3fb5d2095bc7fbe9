"""Servers with every kind of https entrance, on loopback."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from govaudit.inspection.run import BEIJING, CrawlPlan, Network
from govaudit.inspection.site import Site
from tests.support.authority import ISSUER_AT, Issued, issue

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AS_OF = datetime(2026, 11, 22, 12, tzinfo=BEIJING)
MEASURED = (AS_OF + timedelta(hours=1)).timestamp()
HOST = "www.mou.gov.cn"
CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).with_name("tls_cases.yaml")).read_text(encoding="utf-8")
)["cases"]
PAGE = "<!doctype html><title>某市人民政府</title><h1>某市人民政府</h1>"


@cache
def root(name: str = "Test Root") -> Issued:
    return issue(name, None, as_of=AS_OF, days=(-3000, 3000), key="ec384", authority=True)


@cache
def intermediate(end: float = 2000) -> Issued:
    return issue(
        "Test Intermediate", root(), as_of=AS_OF, days=(-2000, end), key="rsa2048", authority=True
    )  # fmt: skip


@cache
def chain(
    *, names: tuple[str, ...] = (HOST,), begin: float = -100, end: float = 265, key: str = "ec256",
    sent: str = "full", middle_end: float = 2000, named: bool = True,
) -> tuple[tuple[bytes, ...], bytes]:  # fmt: skip
    """The certificates that a server sends (PEM), and its key. ``sent``: ``full``, ``leaf``, ``with-root``,
    ``self-signed``, ``other-root``, ``reversed`` (right ones in a wrong order)."""
    middle = intermediate(middle_end)
    if sent == "self-signed":
        made = issue(HOST, None, as_of=AS_OF, days=(begin, end), names=names, key=key)
        return (made.pem,), made.key_pem
    if sent == "other-root":
        other = root("Another Root")
        made = issue(HOST, other, as_of=AS_OF, days=(begin, end), names=names, key=key)
        return (made.pem, other.pem), made.key_pem
    made = issue(
        HOST, middle, as_of=AS_OF, days=(begin, end), names=names, key=key,
        issuer_at=ISSUER_AT if named else "",
    )  # fmt: skip
    orders = {
        "full": (made.pem, middle.pem),
        "leaf": (made.pem,),
        "with-root": (made.pem, middle.pem, root().pem),
        "reversed": (made.pem, root().pem, middle.pem),
    }
    return orders[sent], made.key_pem


def server_context(
    folder: Path, spec: dict[str, Any], name: str, versions: tuple[str, str] = ("TLSv1_2", "TLSv1_3")
) -> ssl.SSLContext:
    given = {**spec, **({"names": tuple(spec["names"])} if "names" in spec else {})}
    certificates, key = chain(**given)
    file = folder / f"{name}.pem"
    file.write_bytes(b"".join(certificates) + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion[versions[0]]
        context.maximum_version = ssl.TLSVersion[versions[1]]
    context.load_cert_chain(file)
    return context


def response(answer: dict[str, Any]) -> bytes:
    body = (answer.get("body") or PAGE).encode()
    lines = [
        f"HTTP/1.1 {answer.get('status', 200)} x",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in answer.get("headers", {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def listening(
    answer: dict[str, Any] | None, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None,
    manner: str = "",
) -> AsyncIterator[int]:  # fmt: skip
    """A server that answers every request alike. ``manner``: ``silent`` (never a word), ``closing`` (hangs up at
    once), ``plain`` (HTTP without TLS), ``national`` (takes up TLCP alone)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if manner == "silent":
                await reader.read()
                return
            if manner == "closing":
                return
            if manner == "plain" and not (await reader.readexactly(1)).isalpha():
                writer.write(response({"status": 400}))
                return
            if manner == "national":
                await _national(reader, writer)
                return
            await reader.readuntil(b"\r\n\r\n")
            writer.write(response(answer or {}))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _national(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readexactly(5)
    body = await reader.readexactly(int.from_bytes(head[3:5], "big"))
    if body[4:6] == b"\x01\x01":
        hello = b"\x01\x01" + bytes(32) + b"\x00" + b"\xe0\x13" + b"\x00"
        message = b"\x02" + len(hello).to_bytes(3, "big") + hello
        writer.write(b"\x16\x01\x01" + len(message).to_bytes(2, "big") + message)
    else:
        writer.write(b"\x15\x03\x01\x00\x02\x02\x28")
    await writer.drain()


def plan_for(
    ports: dict[int, int], addresses: tuple[str, ...], *, url: str, trust: str, host: str = HOST
) -> CrawlPlan:
    return CrawlPlan(
        run="2026Q4",
        site=Site(url=url),
        as_of=AS_OF,
        seed=1,
        network=Network(
            resolve={f"{host}:{port}": addresses for port in ports},
            connect_port={f"{host}:{port}": real for port, real in ports.items()},
            allow_private=True,
            connect_timeout=2.0,
            timeout=2.0,
            trust=trust,
        ),
    )
