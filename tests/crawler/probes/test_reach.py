"""The way to a page over one address: every step that can break, on real sockets."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from govaudit.crawler.probes.reach import Target, Way, ways
from govaudit.inspection.run import Network
from tests.crawler.probes.loopback_site import PAGE, answer, certificate, site

if TYPE_CHECKING:
    from pathlib import Path

HOST = "www.mou.gov.cn"
FAST = Network(connect_timeout=0.4, timeout=0.4, allow_private=True)


async def the_way(url: str, network: Network = FAST, address: str = "127.0.0.1") -> Way:
    (way,) = await ways(Target(url, network), [address])
    return way


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_page_that_opens() -> None:
    async with site() as served:
        way = await the_way(f"http://{HOST}:{served.port}/zw/?a=1")
    assert [(step.step, step.ok, step.status) for step in way.steps] == [
        ("dns", True, 0),
        ("tcp", True, 0),
        ("http", True, 200),
    ]
    assert (way.family, way.address, way.port, way.reached) == (4, "127.0.0.1", served.port, True)
    (request,) = served.requests
    assert request.startswith(b"GET /zw/?a=1 HTTP/1.1\r\n")
    assert f"Host: {HOST}:{served.port}\r\n".encode() in request
    assert FAST.user_agent.encode() in request


async def test_headers_and_cookies_of_the_options_are_sent() -> None:
    network = Network(headers=(("user-agent", "own"), ("X-Staging", "yes")), cookies=("a=1", "b=2"))
    async with site() as served:
        await the_way(f"http://{HOST}:{served.port}/", network)
    (request,) = served.requests
    assert b"User-Agent: own\r\n" in request
    assert b"X-Staging: yes\r\n" in request
    assert b"Cookie: a=1; b=2\r\n" in request


async def test_the_port_that_is_really_connected_to() -> None:
    async with site() as served:
        network = Network(connect_port={f"{HOST}:80": served.port})
        way = await the_way(f"http://{HOST}/", network)
    assert (way.port, way.reached) == (80, True)
    assert f"Host: {HOST}\r\n".encode() in served.requests[0]


async def test_a_closed_port() -> None:
    way = await the_way(f"http://{HOST}:{closed_port()}/")
    assert [step.step for step in way.steps] == ["dns", "tcp"]
    assert way.steps[-1].error.startswith("refused: ")


@pytest.mark.parametrize(
    ("sent", "error", "status"),
    [
        (answer("404 Not Found"), "status: 404", 404),
        (answer("412 Precondition Failed", length=99), "status: 412", 412),
        (b"", "closed: connection closed without an answer", 0),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "protocol: not an HTTP answer", 0),
        (b"HTTP/1.1 200 OK\r\nServer", "protocol: the answer ends within its headers", 0),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, "protocol: headers without end", 0),
        (answer(length=100_000), f"closed: {len(PAGE)} of 100000 bytes", 0),
        (None, "timeout: no complete answer within 0.4 s", 0),
    ],
)
async def test_answers_that_are_none(sent: bytes | None, error: str, status: int) -> None:
    async with site(lambda _: sent) as served:
        way = await the_way(f"http://{HOST}:{served.port}/")
    assert [step.step for step in way.steps] == ["dns", "tcp", "http"]
    assert (way.steps[-1].ok, way.steps[-1].error, way.steps[-1].status) == (False, error, status)
    assert len(served.requests) == 2


@pytest.mark.parametrize(
    "sent",
    [
        answer("302 Found", "Location: https://elsewhere.gov.cn/", body=b""),
        answer("304 Not Modified", length=500, body=b""),
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(),
        b"HTTP/1.0 200 OK\r\n\r\n" + PAGE,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        answer(body=b"x" * 300_000),
    ],
)
async def test_answers_of_other_shapes(sent: bytes) -> None:
    async with site(sent) as served:
        way = await the_way(f"http://{HOST}:{served.port}/")
    assert way.reached
    assert len(served.requests) == 1


async def test_a_body_that_never_ends_is_not_read_to_the_end() -> None:
    async with site(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000) as served:
        way = await the_way(f"http://{HOST}:{served.port}/", Network(probe_bytes=1000))
    assert way.reached


async def test_a_redirect_on_the_same_host_belongs_to_the_way() -> None:
    def answers(request: bytes) -> bytes:
        return answer() if b"GET /index.html " in request else answer("302 Found", "Location: index.html")

    async with site(answers) as served:
        way = await the_way(f"http://{HOST}:{served.port}/")
    assert [(step.step, step.status) for step in way.steps] == [
        ("dns", 0),
        ("tcp", 0),
        ("http", 302),
        ("tcp", 0),
        ("http", 200),
    ]


async def test_a_redirect_to_a_port_that_is_closed_over_this_address() -> None:
    port = closed_port()
    async with site(answer("301 Moved", f"Location: https://{HOST}:{port}/")) as served:
        way = await the_way(f"http://{HOST}:{served.port}/")
    assert (way.steps[-1].step, way.steps[-1].ok) == ("tcp", False)
    assert way.connected
    assert not way.reached


async def test_a_redirect_loop_ends() -> None:
    def turning(request: bytes) -> bytes:
        number = int(request.split(b"/")[1].split(b" ")[0] or b"0")
        return answer("302 Found", f"Location: /{number + 1}")

    async with site(turning) as served:
        way = await the_way(f"http://{HOST}:{served.port}/")
    assert way.reached
    assert len(served.requests) == 5


async def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, HOST)
    async with site(tls=server) as served:
        way = await the_way(f"https://{HOST}:{served.port}/")
    assert [step.step for step in way.steps] == ["dns", "tcp", "tls"]
    assert way.steps[-1].error == "certificate: self-signed certificate"


async def test_a_certificate_for_another_name(tmp_path: Path) -> None:
    server, trust = certificate(tmp_path, "other.gov.cn")
    async with site(tls=server) as served:
        (way,) = await ways(Target(f"https://{HOST}:{served.port}/", FAST, trust=trust), ["127.0.0.1"])
    assert way.steps[-1].step == "tls"
    assert way.steps[-1].error.startswith("certificate: Hostname mismatch")


@pytest.mark.parametrize("sent", [answer(), b"HTTP/1.1 200 OK\r\n\r\n" + PAGE])
async def test_a_good_certificate(tmp_path: Path, sent: bytes) -> None:
    server, trust = certificate(tmp_path, HOST)
    async with site(sent, tls=server) as served:
        (way,) = await ways(Target(f"https://{HOST}:{served.port}/", FAST, trust=trust), ["127.0.0.1"])
    assert [(step.step, step.ok) for step in way.steps] == [
        ("dns", True),
        ("tcp", True),
        ("tls", True),
        ("http", True),
    ]


async def test_no_tls_behind_the_port() -> None:
    async with site(b"HTTP/1.1 400 Bad Request\r\n\r\n") as served:
        way = await the_way(f"https://{HOST}:{served.port}/")
    assert way.steps[-1].step == "tls"
    assert way.steps[-1].error.startswith(("tls: ", "timeout: no handshake"))


async def test_a_handshake_that_is_never_answered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = await the_way(f"https://{HOST}:{silent.getsockname()[1]}/")
    assert (way.steps[-1].step, way.steps[-1].error) == ("tls", "timeout: no handshake within 0.4 s")


async def test_a_way_that_failed_once_is_gone_again() -> None:
    answers = iter([b"", answer()])
    async with site(lambda _: next(answers)) as served:
        way = await the_way(f"http://{HOST}:{served.port}/")
    assert way.reached
    assert len(served.requests) == 2


async def test_every_address_has_its_own_way() -> None:
    async with site() as served:
        found = await ways(
            Target(f"http://{HOST}:{served.port}/", FAST), ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
        )
    assert [(way.address, way.reached) for way in found] == [
        ("127.0.0.1", True),
        ("127.0.0.2", False),
        ("127.0.0.3", False),
    ]


async def test_no_connection_stays_open() -> None:
    closed: list[asyncio.Event] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed.append(asyncio.Event())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer("404 Not Found"))
        await reader.read()
        writer.close()
        closed[-1].set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        await the_way(f"http://{HOST}:{server.sockets[0].getsockname()[1]}/")
        async with asyncio.timeout(2):
            await asyncio.gather(*(event.wait() for event in closed))
    finally:
        server.close()
    assert len(closed) == 2
