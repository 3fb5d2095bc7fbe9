"""The browser reaches only what the crawl may reach: by whatever way, and whatever a name means at the moment."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.crawler.browser.proxy import GuardProxy
from govaudit.crawler.downloader.addresses import Addresses, AddressGuard
from govaudit.inspection.run import Network
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TEXT = "正文" * 100
UNSPECIFIED = "0.0.0.0"
"""Connecting to it reaches this machine, and no guard ever allows it."""


@needs_chromium
def test_a_page_cannot_make_the_browser_ask_inside(tmp_path: Path) -> None:
    with HttpSite(otherwise=lambda _: Reply(body="secret")) as canary:
        port = canary.port
        reached = [f"http://open.test:{port}/control", f"ws://open.test:{port}/socket-control"]
        forbidden = [
            f"http://inside.test:{port}/name", f"http://127.0.0.1:{port}/literal", f"http://[::1]:{port}/literal6",
            f"http://localhost:{port}/localhost", f"http://0.0.0.0:{port}/unspecified",
            f"http://[::ffff:127.0.0.1]:{port}/mapped", f"http://2130706433:{port}/number",
        ]  # fmt: skip
        tries = "".join(
            f'fetch("{url}", {{mode: "no-cors"}}).catch(() => {{}});' for url in [*reached[:1], *forbidden]
        )
        tags = "".join(
            f'<script src="{url}-s"></script><iframe src="{url}-f"></iframe><img src="{url}-i">'
            for url in forbidden
        )
        socket_try = f'try {{ new WebSocket("ws://inside.test:{port}/socket"); }} catch (error) {{}}'
        shell = f'<title>首页</title><div id="app"></div>{tags}<script>{tries}{socket_try}</script>'
        with HttpSite({"/": Reply(body=shell)}) as site:
            network = msgspec.structs.replace(
                QUICK,
                browser="always",
                resolve={
                    f"site.test:{site.port}": ("127.0.0.1",),
                    f"open.test:{port}": ("127.0.0.1",),
                    f"inside.test:{port}": (UNSPECIFIED,),
                },
            )
            home = f"http://site.test:{site.port}/"
            store = crawled(plan_for(home, network), tmp_path / "facts.sqlite")
            found = store.facts.rendering(home)
            assert found is not None
            look, _ = found
            assert look.status == 200
            asked = Counter(one.path for one in canary.requests)
            assert asked["/control"] == 1, "the canary can be reached under a name that is allowed"
            assert set(asked) == {"/control"}
            failures = dict(look.failed)
            assert failures[f"http://inside.test:{port}/name"] == f"private: {UNSPECIFIED}"
            assert failures[f"http://127.0.0.1:{port}/literal"] == "private: 127.0.0.1"


# -- the proxy by itself -------------------------------------------------------------------------------------


class Names:
    """Addresses of a name that changes its meaning with every question."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> tuple[object, int]:
        network = Network(resolve={f"{host}:{port}": (self.answers.pop(0),)})
        return await Addresses(network, AddressGuard(allow_private=True)).of(host, port), port


async def _always(_host: str, _address: str, _port: int) -> bool:
    return True


async def _proxy(names: Names, most_bytes: int = 1_000_000) -> AsyncIterator[GuardProxy]:
    proxy = GuardProxy(
        names, _always, may_ask=lambda _: False, may_post=lambda url: "mine" in url,  # type: ignore[arg-type]
        connect_timeout=2, most_bytes=most_bytes,
    )  # fmt: skip
    await proxy.start()
    yield proxy
    await proxy.close()


async def _say(port: int, request: str, until: bytes = b"") -> bytes:
    """What comes back, up to the end of the connection or to ``until``."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.replace("\n", "\r\n").encode())
    await writer.drain()
    answer = b""
    async with asyncio.timeout(10):
        while not (until and until in answer) and (chunk := await reader.read(65536)):
            answer += chunk
    writer.close()
    return answer


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
async def test_a_name_is_checked_every_time_it_is_used(method: str) -> None:
    with HttpSite({"/a": Reply(body="hello")}) as site:
        host = f"rebound.test:{site.port}"
        target = f"http://{host}/a" if method == "GET" else host
        async for proxy in _proxy(Names("127.0.0.1", UNSPECIFIED, "169.254.169.254")):
            inner = "" if method == "GET" else "GET /a HTTP/1.1\nHost: x\nConnection: close\n\n"
            first = await _say(proxy.port, f"{method} {target} HTTP/1.1\nHost: {host}\n\n{inner}", b"hello")
            assert first.endswith(b"hello")
            for address in (UNSPECIFIED, "169.254.169.254"):
                answer = await _say(proxy.port, f"{method} {target} HTTP/1.1\nHost: {host}\n\n{inner}")
                assert b"hello" not in answer
                assert proxy.failure("rebound.test") == f"private: {address}"
        assert len(site.requests) == 1


async def test_nothing_follows_the_first_request_of_a_connection() -> None:
    with HttpSite({"/a": Reply(body="hello"), "/b": Reply(body="other")}) as site:
        host = f"name.test:{site.port}"
        async for proxy in _proxy(Names("127.0.0.1")):
            one = f"GET http://{host}/a HTTP/1.1\nHost: {host}\nConnection: keep-alive\n\n"
            answer = await _say(proxy.port, one + one.replace("/a", "/b"))
            assert answer.count(b"HTTP/1.1") == 1
            assert b"Connection: close" in answer
        assert [one.path for one in site.requests] == ["/a"]


@pytest.mark.parametrize(
    ("request_text", "sent"),
    [
        ("POST http://mine.test:{port}/x HTTP/1.1\nHost: h\nContent-Length: 3\n\na=1", True),
        ("POST http://theirs.test:{port}/x HTTP/1.1\nHost: h\nContent-Length: 3\n\na=1", False),
        ("POST http://mine.test:{port}/x HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n0\n\n", False),
        ("POST http://mine.test:{port}/x HTTP/1.1\nHost: h\nContent-Length: 5000001\n\na=1", False),
        ("GET ftp://mine.test:{port}/x HTTP/1.1\nHost: h\n\n", False),
        ("GET /x HTTP/1.1\nHost: mine.test:{port}\n\n", False),
        ("GET http://127.0.0.1:{port}/x HTTP/1.1\nHost: h\n\n", False),
        ("GET http://mine.test:99999/x HTTP/1.1\nHost: h\n\n", False),
        ("nonsense\n\n", False),
    ],
)
async def test_what_is_carried_out(request_text: str, sent: bool) -> None:
    with HttpSite({"/x": Reply(body="done")}) as site:
        async for proxy in _proxy(Names("127.0.0.1")):
            answer = await _say(proxy.port, request_text.replace("{port}", str(site.port)))
            assert answer.endswith(b"done") is sent
            assert bool(site.requests) is sent


async def test_an_answer_has_a_limit() -> None:
    with HttpSite({"/x": Reply(body=b"x" * 3_000_000)}) as site:
        async for proxy in _proxy(Names("127.0.0.1"), most_bytes=100_000):
            answer = await _say(proxy.port, f"GET http://a.test:{site.port}/x HTTP/1.1\nHost: h\n\n")
            assert 100_000 <= len(answer) < 300_000


async def test_only_this_machine_is_served() -> None:
    async for proxy in _proxy(Names()):
        with socket.socket(socket.AF_INET6) as other:
            assert other.connect_ex(("::1", proxy.port)) != 0
