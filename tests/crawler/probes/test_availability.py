"""One visit to a home page, against real servers."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from govaudit.crawler.probes.availability import HomeVisit, Prober
from govaudit.inspection.run import Network
from govaudit.inspection.verdict import Reason
from govaudit.inspection.watch_log import Look, Outcome
from tests.support.certificates import certificate, pem_of, trusted_server
from tests.support.http_site import HttpSite, Reply, closed_port, page, redirect

if TYPE_CHECKING:
    from pathlib import Path

HOME = Reply(body=page("/a", title="某市人民政府"))
LOCAL = Network(allow_private=True, rate=0)
HOST = "www.yunlan.gov.cn"


async def visited(url: str, network: Network = LOCAL, *, limit: float = 3.0) -> HomeVisit:
    prober = Prober(network, limit=limit, pauses=(0.02, 0.02, 0.02))
    try:
        return await prober.visit(url)
    finally:
        prober.close()


async def looked(url: str, network: Network = LOCAL, *, limit: float = 3.0) -> Look:
    (look,) = (await visited(url, network, limit=limit)).looks
    return look


async def test_a_page_that_opens_is_timed_and_kept() -> None:
    with HttpSite({"/": HOME}) as site:
        found = await visited(site.url + "/")
    (look,) = found.looks
    assert (look.outcome, look.family, look.status, look.tries, look.address) == (
        Outcome.OPEN,
        4,
        200,
        1,
        "127.0.0.1",
    )
    assert 0 <= look.first_byte <= look.seconds <= look.after < 3.0
    assert found.page is not None
    assert found.page.body == HOME.payload()
    assert look.size == len(HOME.payload())
    assert found.place == f"127.0.0.1 {site.port}"


async def test_both_families_of_a_name_are_visited_each_over_its_own_connection() -> None:
    with HttpSite({"/": HOME}) as site:
        network = Network(allow_private=True, rate=0, resolve={f"{HOST}:{site.port}": ("127.0.0.1", "::1")})
        found = await visited(f"http://{HOST}:{site.port}/", network)
        families = [one.family for one in site.requests]
        hosts = {one.headers["host"] for one in site.requests}
    assert [(one.family, one.outcome, one.address) for one in found.looks] == [
        (4, Outcome.OPEN, "127.0.0.1"),
        (6, Outcome.OPEN, "::1"),
    ]
    assert families == [socket.AF_INET, socket.AF_INET6]
    assert hosts == {f"{HOST}:{site.port}"}


async def test_one_family_may_open_where_the_other_does_not() -> None:
    with HttpSite({"/": HOME}, families=(socket.AF_INET6,)) as site:
        network = Network(allow_private=True, rate=0, resolve={f"{HOST}:{site.port}": ("127.0.0.1", "::1")})
        found = await visited(f"http://{HOST}:{site.port}/", network)
    assert [(one.family, one.outcome, one.step) for one in found.looks] == [
        (4, Outcome.FAILED, "tcp"),
        (6, Outcome.OPEN, "http"),
    ]
    assert found.page is not None


async def test_a_refused_connection_is_tried_again_until_the_limit() -> None:
    look = await looked(f"http://127.0.0.1:{closed_port()}/")
    assert (look.outcome, look.step, look.reason, look.tries) == (Outcome.FAILED, "tcp", Reason.CONNECT, 4)
    assert look.error.startswith("refused")


async def test_a_site_that_opens_within_the_limit_opens() -> None:
    with HttpSite({"/": [Reply(503), Reply(drop=True), HOME]}) as site:
        look = await looked(site.url + "/")
    assert (look.outcome, look.tries) == (Outcome.OPEN, 3)
    assert look.seconds < look.after


async def test_silence_lasts_as_long_as_the_limit_and_no_longer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        look = await looked(f"http://127.0.0.1:{silent.getsockname()[1]}/", limit=0.6)
    assert (look.outcome, look.step, look.reason, look.tries) == (Outcome.FAILED, "http", Reason.TIMEOUT, 1)
    assert 0.6 <= look.after < 2.0


@pytest.mark.parametrize(
    ("reply", "outcome", "reason"),
    [
        (Reply(404, "没有"), Outcome.FAILED, Reason.SERVER_ERROR),
        (Reply(500), Outcome.FAILED, Reason.SERVER_ERROR),
        (Reply(503), Outcome.FAILED, Reason.SERVER_ERROR),
        (Reply(reset=True), Outcome.FAILED, Reason.RESET),
        (redirect("/"), Outcome.FAILED, Reason.SERVER_ERROR),
        (Reply(403, "forbidden"), Outcome.UNCLEAR, Reason.BLOCKED_STATUS),
        (Reply(412), Outcome.UNCLEAR, Reason.BLOCKED_STATUS),
        (Reply(429), Outcome.UNCLEAR, Reason.BLOCKED_STATUS),
        (Reply(200, ""), Outcome.UNCLEAR, Reason.PARSE),
        (redirect("ftp://x.gov.cn/"), Outcome.UNCLEAR, Reason.PARSE),
    ],
)
async def test_what_answers_instead_of_the_page(reply: Reply, outcome: Outcome, reason: Reason) -> None:
    with HttpSite({"/": reply}) as site:
        look = await looked(site.url + "/")
    assert (look.outcome, look.reason, look.step) == (outcome, reason, "http")
    assert look.tries == (4 if outcome is Outcome.FAILED else 1)


async def test_a_redirect_with_a_cookie_is_followed_as_a_browser_does() -> None:
    first = redirect("/", 302, ("Set-Cookie", "token=1; Path=/"))
    with HttpSite({"/": [first, HOME]}) as site:
        look = await looked(site.url + "/")
        cookies = [one.headers.get("cookie") for one in site.requests]
    assert (look.outcome, look.tries) == (Outcome.OPEN, 1)
    assert cookies == [None, "token=1"]


async def test_headers_and_cookies_of_ours_reach_the_site_alone() -> None:
    with HttpSite({"/": HOME}) as other, HttpSite() as site:
        site.add("/", redirect(f"http://localhost:{other.port}/"))
        network = Network(
            allow_private=True,
            rate=0,
            family="4",
            resolve={f"localhost:{other.port}": ("127.0.0.1",)},
            headers=(("X-Token", "secret"),),
            cookies=("session=secret",),
        )
        look = await looked(site.url + "/", network)
        told = [{"x-token", "cookie"} & set(one.headers) for one in (*site.requests, *other.requests)]
    assert look.outcome is Outcome.OPEN
    assert told == [{"x-token", "cookie"}, set()]


async def test_a_certificate_that_cannot_be_verified_is_neither_success_nor_failure(tmp_path: Path) -> None:
    certificate(tmp_path, HOST, 30, None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / f"{HOST}.pem")
    with HttpSite({"/": HOME}, tls=context) as site:
        network = Network(allow_private=True, rate=0, resolve={f"{HOST}:{site.port}": ("127.0.0.1",)})
        look = await looked(f"https://{HOST}:{site.port}/", network)
        assert site.requests == []
    assert (look.outcome, look.step, look.reason) == (Outcome.UNCLEAR, "tls", Reason.TLS)


async def test_an_authority_of_our_own_is_trusted_when_it_is_given(tmp_path: Path) -> None:
    authority = certificate(tmp_path, "authority", 300, None)
    (tmp_path / "own.pem").write_bytes(pem_of(authority[0]))
    certificate(tmp_path, HOST, 30, authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / f"{HOST}.pem")
    with HttpSite({"/": HOME}, tls=context) as site:
        network = Network(
            allow_private=True,
            rate=0,
            resolve={f"{HOST}:{site.port}": ("127.0.0.1",)},
            trust=str(tmp_path / "own.pem"),
        )
        look = await looked(f"https://{HOST}:{site.port}/", network)
    assert look.outcome is Outcome.OPEN


async def test_a_trusted_certificate_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpSite({"/": HOME}, tls=trusted_server(tmp_path, monkeypatch, HOST)) as site:
        network = Network(allow_private=True, rate=0, resolve={f"{HOST}:{site.port}": ("127.0.0.1",)})
        look = await looked(f"https://{HOST}:{site.port}/", network)
    assert look.outcome is Outcome.OPEN


async def test_addresses_of_this_machine_are_not_asked_without_leave() -> None:
    with HttpSite({"/": HOME}) as site:
        network = Network(rate=0, resolve={f"{HOST}:{site.port}": ("127.0.0.1",)})
        look = await looked(f"http://{HOST}:{site.port}/", network)
        assert site.requests == []
    assert (look.outcome, look.step) == (Outcome.UNCLEAR, "dns")
    assert look.error.startswith("private")


async def test_a_redirect_into_a_private_network_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpSite({"/": redirect("http://10.0.0.1/secret")}) as site:
        monkeypatch.setattr(
            "govaudit.crawler.downloader.addresses.AddressGuard.allows",
            lambda _self, address: address == "127.0.0.1",
        )
        network = Network(rate=0, resolve={f"{HOST}:{site.port}": ("127.0.0.1",)})
        look = await looked(f"http://{HOST}:{site.port}/", network)
    assert (look.outcome, look.reason) == (Outcome.UNCLEAR, Reason.PARSE)


async def test_a_dead_address_does_not_hide_a_working_one() -> None:
    with HttpSite({"/": HOME}, families=(socket.AF_INET,)) as site:
        network = Network(
            allow_private=True, rate=0, resolve={f"{HOST}:{site.port}": ("127.0.0.2", "127.0.0.1")}
        )
        look = await looked(f"http://{HOST}:{site.port}/", network)
    assert (look.outcome, look.tries, look.address) == (Outcome.OPEN, 2, "127.0.0.1")


async def test_answers_tells_whether_anybody_is_there() -> None:
    with HttpSite({"/": Reply(500)}) as site:
        prober = Prober(LOCAL, limit=2.0)
        assert await prober.answers(site.url + "/", 4)
        assert not await prober.answers(site.url + "/", 6)
        assert not await prober.answers(f"http://127.0.0.1:{closed_port()}/", 4)
        prober.close()
