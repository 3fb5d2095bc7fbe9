"""Servers that never end, lie about what they send, or lead into the own network."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
import pycurl
import pytest

from govaudit.crawler.downloader.addresses import AddressGuard
from govaudit.crawler.downloader.curl import accepted_codings
from govaudit.crawler.downloader.visit import KEPT_HEADER_BYTES, MOST_COOKIES
from govaudit.inspection.urls import address_kind, canonical, literal_address_kind
from govaudit.inspection.verdict import Reason
from tests.crawler.crawling import QUICK, Crawled, crawled, plan_for
from tests.support.hostile_answers import HOSTILE, ODD
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

LIMITED = msgspec.structs.replace(QUICK, timeout=0.6, max_body_bytes=200_000)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HttpSite, Crawled]]:
    """One crawl of a site on which every answer is an attack."""
    routes = {f"/{name}": reply for name, (reply, *_) in HOSTILE.items()}
    with HttpSite({"/": Reply(body=page(*routes, "/last")), "/last": Reply(body=page()), **routes}) as site:
        yield site, crawled(plan_for(site.url, LIMITED), tmp_path_factory.mktemp("store") / "facts.sqlite")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_has_its_reason(hostile: tuple[HttpSite, Crawled], name: str) -> None:
    site, store = hostile
    _, status, reason, detail = HOSTILE[name]
    fetch = store.last(f"{site.url}/{name}")
    assert (fetch.reason, fetch.detail[: len(detail)], fetch.status) == (reason, detail, status)
    assert fetch.size <= LIMITED.max_body_bytes


def test_hostile_answers_do_not_end_the_crawl(hostile: tuple[HttpSite, Crawled]) -> None:
    site, store = hostile
    assert store.facts.still_waiting() == 0
    assert store.last(f"{site.url}/last").opened
    assert store.state.problem == ""


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_is_read_as_a_browser_reads_it(tmp_path: Path, name: str) -> None:
    with HttpSite(
        {"/": Reply(body=page(f"/{name}")), f"/{name}": ODD[name], "/behind": Reply(body=page())}
    ) as site:
        store = crawled(plan_for(site.url, LIMITED), tmp_path / "facts.sqlite")
        fetch = store.last(f"{site.url}/{name}")
        assert (fetch.status, fetch.reason, fetch.opened) == (200, None, True)
        assert store.last(f"{site.url}/behind").opened
        assert sum(len(value) for _, value in fetch.headers) <= KEPT_HEADER_BYTES
        assert all(value.isprintable() for _, value in fetch.headers)
        assert "smuggled" not in str([look for _, looks in store.facts.all_looks() for look in looks])


def test_a_large_body_may_take_its_time(tmp_path: Path) -> None:
    network = msgspec.structs.replace(QUICK, timeout=0.25)

    def in_pieces(connection: socket.socket) -> None:
        text = page("/behind").encode() + b" " * 60_000
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(text)
        )
        pause = threading.Event()
        for start in range(0, len(text), 10_000):
            connection.sendall(text[start : start + 10_000])
            pause.wait(0.08)

    with HttpSite({"/": Reply(act=in_pieces), "/behind": Reply(body=page())}) as site:
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        fetch = store.last(f"{site.url}/")
        assert fetch.seconds > network.timeout
        assert (fetch.reason, fetch.truncated) == (None, False)
        assert store.last(f"{site.url}/behind").opened


def test_only_what_can_be_unpacked_is_asked_for() -> None:
    assert accepted_codings().startswith("gzip, deflate")
    assert ("zstd" in accepted_codings()) is ("zstd/" in pycurl.version.lower())


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        (b"/\xb9\xab\xb8\xe6", "/%B9%AB%B8%E6"),
        (b"/\xe5\x85\xac\xe5\x91\x8a", "/%E5%85%AC%E5%91%8A"),
        (b"/a\x01b", "/a%01b"),
        (b"/a\tb", "/ab"),
        (b"/\xff\xfe", "/%FF%FE"),
    ],
)
def test_a_location_in_any_bytes(tmp_path: Path, location: bytes, asked: str) -> None:
    answer = Reply(raw=b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")
    with HttpSite(
        {"/": Reply(body=page("/go")), "/go": answer}, otherwise=lambda _: Reply(body=page())
    ) as site:
        crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert asked in site.paths()


def test_an_address_without_end_is_not_followed(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page("/go")), "/go": redirect("/" + "x" * 100_000)}) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        fetch = store.last(f"{site.url}/go")
        assert (fetch.reason, fetch.detail) == (
            Reason.TOO_LARGE,
            "redirect: to an address of 100001 characters",
        )


def test_cookies_of_a_redirect_are_sent_on_within_bounds_and_never_as_headers(tmp_path: Path) -> None:
    given = [("Set-Cookie", f"k{number}={'v' * 50}") for number in range(1000)]
    odd = b"".join(
        (b"HTTP/1.1 302 Found\r\nLocation: /there\r\n", b"Set-Cookie: a=b\x01c\r\n",
         b"Set-Cookie: g=\xb9\xab\r\n", b"Set-Cookie: big=" + b"v" * 9000 + b"\r\nContent-Length: 0\r\n\r\n"),
    )  # fmt: skip
    routes = {
        "/": Reply(body=page("/many", "/odd", "/split")),
        "/split": Reply(
            raw=b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\rX-Injected: 1\r\n\r\n"
        ),
        "/elsewhere": Reply(body=page()),
        "/many": redirect("/here", 302, *given),
        "/odd": Reply(raw=odd),
        "/here": Reply(body=page()),
        "/there": Reply(body=page()),
    }
    with HttpSite(routes) as site:
        crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        sent = {one.path: one.headers for one in site.requests}
        assert sent["/here"]["cookie"].count("=") == MOST_COOKIES
        assert sent["/there"]["cookie"] == "g=\xb9\xab"
        assert "x-injected" not in sent["/elsewhere"]


INSIDE = (
    "http://10.0.0.1/", "http://0x7f.1/", "http://2130706433/", "http://017700000001/", "http://127.1/",
    "http://127。0。0。1/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://[64:ff9b:1::a00:1]/",
    "http://[2002:a00:1::]/", "http://[2002:7f00:1::1]/", "http://[::10.0.0.1]/", "http://[::ffff:0:10.0.0.1]/",
    "http://0.0.0.0/", "http://[::]/", "http://[fec0::1]/", "http://169.254.169.254/latest/", "http://[fe80::1]/",
    "http://100.64.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://localhost/", "http://a.localhost/",
    "http://[2001:0:4136:e378:8000:63bf:f5ff:fffe]/",
)  # fmt: skip


@pytest.mark.parametrize("written", INSIDE)
def test_an_address_of_the_inside_is_known_in_every_writing(written: str) -> None:
    url = canonical(written)
    assert url is not None
    assert literal_address_kind(url) in {"private", "loopback"}


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8", "2400:3200::1"]
)
def test_an_address_of_the_outside_stays_open(address: str) -> None:
    assert address_kind(address) == "public"
    assert AddressGuard(allow_private=False).allows(address)


@pytest.mark.parametrize(
    "address", ["64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "168.63.129.16", "fd20:ce::254", "::"]
)
def test_metadata_services_are_never_asked(address: str) -> None:
    assert not AddressGuard(allow_private=True).allows(address)


def test_redirects_into_the_own_network_are_refused(tmp_path: Path) -> None:
    targets = {f"/go{number}": target for number, target in enumerate(INSIDE)}
    with HttpSite(
        {"/": Reply(body=page(*targets)), **{path: redirect(target) for path, target in targets.items()}}
    ) as site:
        network = msgspec.structs.replace(QUICK, connect_timeout=0.5)
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        for path, target in targets.items():
            fetch = store.last(f"{site.url}{path}")
            assert (fetch.reason, fetch.detail.partition(":")[0]) == (Reason.CONNECT, "private"), target
