"""Every way in which a visit can end has its name."""

from __future__ import annotations

import gzip
import socket
import threading
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import msgspec
import pytest

from govaudit.inspection.facts import Lane, PageKind, Skipped
from govaudit.inspection.run import Network
from govaudit.inspection.verdict import Reason
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply, closed_port, page

if TYPE_CHECKING:
    from pathlib import Path

NEVER = threading.Event()
JSL = "<script>document.cookie='__jsl_clearance=1'</script>"

CHALLENGE = "<html><head><script>$_ts=window['$_ts'];</script></head><body></body></html>" + " " * 17_000
"""Too large for the signatures of the downloader: the reader has to tell it."""

ANSWERS: dict[str, tuple[Reply, int, Reason | None, str]] = {
    "gone": (Reply(410, "x"), 410, None, ""),
    "broken-program": (Reply(500, "x"), 500, None, ""),
    "bad-gateway": (Reply(502, "x"), 502, Reason.SERVER_ERROR, "status 502"),
    "unavailable": (Reply(503, "x"), 503, Reason.SERVER_ERROR, "status 503"),
    "forbidden": (Reply(403, "x"), 403, Reason.BLOCKED_STATUS, "status 403"),
    "teapot": (Reply(418, "x"), 418, Reason.BLOCKED_STATUS, "status 418"),
    "ruishu": (Reply(412, "<script>$_ts=window['$_ts'];</script>"), 412, Reason.BLOCKED_STATUS, "wall: ruishu"),
    "jiasule": (Reply(521, JSL), 521, Reason.BLOCKED_STATUS, "wall: jiasule"),
    "jiasule-503": (Reply(503, JSL), 503, Reason.BLOCKED_STATUS, "wall: jiasule"),
    "cloudflare": (
        Reply(503, "x", (("cf-mitigated", "challenge"),)), 503, Reason.BLOCKED_STATUS, "wall: cloudflare",
    ),
    "challenge-200": (Reply(200, CHALLENGE), 200, Reason.BLOCKED_PAGE, "wall: "),
    "wzws-200": (Reply(200, "<script>var wzwsquestion</script>"), 200, Reason.BLOCKED_PAGE, "wall: wzws"),
    "silent": (Reply(hold=NEVER), 0, Reason.TIMEOUT, "no answer within 0.4 s"),
    "dripping": (Reply(body="x" * 500, drip=0.05), 200, Reason.TIMEOUT, "incomplete within 0.4 s"),
    "dropped": (Reply(drop=True), 0, Reason.RESET, "empty-reply"),
    "reset": (Reply(reset=True), 0, Reason.RESET, "reset"),
    "reset-in-body": (Reply(body="<html>" * 99, cut_at=30, reset=True), 200, Reason.RESET, "reset"),
    "bad-gzip": (
        Reply(body=b"\x1f\x8bnonsense", headers=(("Content-Encoding", "gzip"),)), 200, Reason.PARSE, "encoding",
    ),
    "not-http": (Reply(raw=b"SSH-2.0-OpenSSH_9\r\n\r\n"), 0, Reason.PARSE, "not-http"),
    "endless-headers": (
        Reply(headers=tuple((f"X-{number}", "x" * 9000) for number in range(60))), 200, Reason.TOO_LARGE, "headers",
    ),
    "too-long": (Reply(body="<html>" + "x" * 300_000), 200, Reason.TOO_LARGE, "more than 200000 bytes"),
}  # fmt: skip


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> object:
    """One crawl of a site on which everything goes wrong."""
    routes = {f"/{name}": reply for name, (reply, *_) in ANSWERS.items()}
    network = msgspec.structs.replace(QUICK, timeout=0.4, max_body_bytes=200_000, concurrency=8)
    with HttpSite({"/": Reply(body=page(*routes)), **routes}) as site:
        yield site, crawled(plan_for(site.url, network), tmp_path_factory.mktemp("store") / "facts.sqlite")


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_has_its_reason(answers: tuple[HttpSite, object], name: str) -> None:
    site, store = answers
    _, status, reason, detail = ANSWERS[name]
    fetch = store.last(f"{site.url}/{name}")  # type: ignore[attr-defined]
    assert (fetch.status, fetch.reason) == (status, reason)
    assert fetch.detail.startswith(detail)
    assert not fetch.opened
    assert f"{site.url}/{name}" not in store.pages() or name == "too-long"  # type: ignore[attr-defined]


def test_failures_are_looked_at_twice_and_walls_once(answers: tuple[HttpSite, object]) -> None:
    site, store = answers
    looks = {name: len(store.looks(f"{site.url}/{name}")) for name in ANSWERS}  # type: ignore[attr-defined]
    once = {"forbidden", "teapot", "ruishu", "challenge-200", "wzws-200", "endless-headers", "too-long"}
    assert {name for name, count in looks.items() if count == 1} == once
    assert {count for name, count in looks.items() if name not in once} == {2}


def test_only_get_is_ever_used_and_it_asks_like_a_browser(answers: tuple[HttpSite, object]) -> None:
    site, _ = answers
    assert {request.method for request in site.requests} == {"GET"}
    headers = site.requests[-1].headers
    assert headers["accept"].startswith("text/html,")
    assert headers["accept-language"].startswith("zh-CN")
    assert "govaudit" in headers["user-agent"]


def test_the_server_that_answered_is_recorded(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page("/a"))}) as site:
        store = crawled(plan_for(site.url6), tmp_path / "facts.sqlite")
        assert store.last(f"{site.url6}/").address == "::1"
        assert {request.family for request in site.requests} == {socket.AF_INET6}


@pytest.mark.parametrize(("encoding", "packed"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_compressed_pages_are_unpacked_whatever_their_name(
    tmp_path: Path, encoding: str, packed: object
) -> None:
    body = packed(page("/next.html").encode())  # type: ignore[operator]
    reply = Reply(body=body, headers=(("Content-Encoding", encoding),), content_type="text/html")
    with HttpSite({"/a.html": reply, "/next.html": Reply(body=page())}) as site:
        store = crawled(plan_for(f"{site.url}/a.html"), tmp_path / "facts.sqlite")
        assert store.pages() == [f"{site.url}/a.html", f"{site.url}/next.html"]
        assert store.facts.body(f"{site.url}/a.html") == page("/next.html").encode()


def test_a_packed_bomb_is_cut(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<html>" + b"\0" * 50_000_000)
    reply = Reply(body=bomb, headers=(("Content-Encoding", "gzip"),))
    network = msgspec.structs.replace(QUICK, max_body_bytes=1_000_000)
    with HttpSite({"/": Reply(body=page("/bomb")), "/bomb": reply}) as site:
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        fetch = store.last(f"{site.url}/bomb")
        assert (fetch.reason, fetch.size, fetch.truncated) == (Reason.TOO_LARGE, 1_000_000, True)


def test_a_body_shorter_than_announced_is_seen_as_far_as_it_came(tmp_path: Path) -> None:
    text = page("/a", "/b")
    with HttpSite(
        {"/": Reply(body=page("/short")), "/short": Reply(body=text + " " * 500, cut_at=len(text.encode()))}
    ) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        fetch = store.last(f"{site.url}/short")
        assert (fetch.status, fetch.reason, fetch.truncated) == (200, None, True)
        assert fetch.detail.startswith("incomplete: ")
        assert f"{site.url}/a" in store.lanes()


def test_resources_and_attachments_are_only_begun(tmp_path: Path) -> None:
    network = msgspec.structs.replace(QUICK, probe_bytes=4096)
    pdf = Reply(body=b"%PDF-1.7\n" + b"0" * 100_000, content_type="application/pdf")
    png = Reply(body=b"\x89PNG\r\n\x1a\n" + b"0" * 10, content_type="image/png")
    home = page("/a.pdf", "/view?id=1") + '<img src="/i.png">'
    with HttpSite({"/": Reply(body=home), "/a.pdf": pdf, "/view?id=1": pdf, "/i.png": png}) as site:
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        fetch = store.last(f"{site.url}/a.pdf")
        assert (fetch.opened, fetch.magic, fetch.size, fetch.truncated) == (True, "pdf", 4096, True)
        assert dict(fetch.headers)["content-length"] == "100009"
        assert store.last(f"{site.url}/view?id=1").magic == "pdf"
        assert store.last(f"{site.url}/i.png").size == 18
        assert store.lanes() == {
            f"{site.url}/": Lane.PAGE, f"{site.url}/a.pdf": Lane.ATTACHMENT, f"{site.url}/i.png": Lane.RESOURCE,
            f"{site.url}/view?id=1": Lane.PAGE,
        }  # fmt: skip
        assert store.pages() == [f"{site.url}/"]


def test_names_and_connections_that_fail(tmp_path: Path) -> None:
    refused = f"http://127.0.0.1:{closed_port()}/"
    with HttpSite(
        {"/": Reply(body=page("http://no-such-name.invalid/x", "http://refused.example/"))}
    ) as site:
        network = msgspec.structs.replace(
            QUICK,
            resolve={"refused.example:80": ("127.0.0.1",)},
            connect_port={"refused.example:80": closed_port()},
        )
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        assert store.last("http://no-such-name.invalid/x").reason is Reason.DNS
        assert store.last("http://refused.example/").reason is Reason.CONNECT
        assert store.last("http://refused.example/").detail.startswith("refused")
        dead = crawled(plan_for(refused), tmp_path / "dead.sqlite")
        assert dead.state.problem == "connect: refused: connection refused"
        assert dead.progress[-1].stage == "failed"


def test_a_silent_home_page_is_the_problem_of_the_site(tmp_path: Path) -> None:
    network = msgspec.structs.replace(QUICK, timeout=0.3)
    with HttpSite(otherwise=lambda _: Reply(hold=NEVER)) as site:
        store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
        assert store.state.problem == "timeout: no answer within 0.3 s"
        assert len(store.looks(f"{site.url}/")) == 2


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(404, "x"), "not-measured: status 404"),
        (Reply(403, "x"), "blocked-status: status 403"),
        (Reply(200, CHALLENGE), "blocked-page: wall: ruishu"),
        (Reply(200, b"%PDF-1", content_type="application/pdf"), "not-measured: application/pdf"),
    ],
)
def test_a_home_page_that_is_none(tmp_path: Path, reply: Reply, problem: str) -> None:
    with HttpSite({"/": reply}) as site:
        assert crawled(plan_for(site.url), tmp_path / "facts.sqlite").state.problem == problem


def test_private_addresses_are_refused(tmp_path: Path) -> None:
    network = msgspec.structs.replace(
        QUICK, allow_private=False, resolve={"www.portal.example:80": ("127.0.0.1",)}
    )
    with HttpSite({"/": Reply(body=page())}) as site:
        named = msgspec.structs.replace(network, connect_port={"www.portal.example:80": site.port})
        store = crawled(plan_for("http://www.portal.example/", named), tmp_path / "named.sqlite")
        assert store.left_out() == {"http://www.portal.example/": Skipped.PRIVATE}
        assert store.state.problem.startswith("connect: private: 127.0.0.1")
        literal = crawled(plan_for(site.url, network), tmp_path / "literal.sqlite")
        assert literal.left_out() == {f"{site.url}/": Skipped.PRIVATE}
        assert site.requests == []


def test_links_to_private_literals_are_never_followed(tmp_path: Path) -> None:
    links = (
        "http://10.1.2.3/x",
        "http://localhost:1/y",
        "http://[fd00::1]/",
        "http://192.168.0.1:8080/login",
    )
    with HttpSite(
        {
            "/": Reply(body=page("/to-inside", *links)),
            "/to-inside": Reply(302, headers=(("Location", links[0]),)),
        }
    ) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        assert store.left_out() == dict.fromkeys(links, Skipped.PRIVATE)
        fetch = store.last(f"{site.url}/to-inside")
        assert (fetch.reason, fetch.detail) == (Reason.CONNECT, f"private: redirect to {links[0]}")
        assert [link.url for link in store.links(f"{site.url}/")][1:] == list(links)


def test_secrets_stay_with_the_own_hosts(tmp_path: Path) -> None:
    network = msgspec.structs.replace(
        QUICK,
        headers=(("X-Token", "secret"),),
        cookies=("session=secret",),
        resolve={"other.example:80": ("127.0.0.1",)},
    )
    with HttpSite({"/foreign": Reply(body="x")}) as other:
        network = msgspec.structs.replace(network, connect_port={"other.example:80": other.port})
        routes = {
            "/": Reply(body=page("http://other.example/foreign", "/out")),
            "/out": Reply(302, headers=(("Location", "http://other.example/foreign"),)),
        }
        with HttpSite(routes) as site:
            store = crawled(plan_for(site.url, network), tmp_path / "facts.sqlite")
            assert store.last("http://other.example/foreign").opened
            assert all(one.headers["cookie"] == "session=secret" for one in site.requests)
            assert all(one.headers["x-token"] == "secret" for one in site.requests)
            assert other.requests
            assert not any("cookie" in one.headers or "x-token" in one.headers for one in other.requests)


def test_what_a_page_is_for_the_reader_decides_nothing_else(tmp_path: Path) -> None:
    with HttpSite({"/": Reply(body=page("/a")), "/a": Reply(body=page())}) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        kinds = {one.url: one.reading.kind for one in store.facts.pages()}
        assert kinds == {f"{site.url}/": PageKind.HOME, f"{site.url}/a": PageKind.OTHER}


def test_network_defaults_verify_and_limit() -> None:
    assert Network().max_body_bytes > Network().probe_bytes > 0
