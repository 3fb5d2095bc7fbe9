"""Names by a given name server, and certificates: against a real name server and real TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from typing import TYPE_CHECKING, Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import msgspec
import pytest

from govaudit.crawler.downloader.addresses import Addresses, AddressGuard
from govaudit.crawler.downloader.curl import Order, Transfers
from govaudit.inspection.facts import Skipped
from govaudit.inspection.run import Family, Network
from govaudit.inspection.verdict import Reason
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.certificates import certificate, pem_of
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from pathlib import Path

ZONE: dict[tuple[str, str], list[str]] = {
    ("both.test.", "A"): ["203.0.113.9"],
    ("both.test.", "AAAA"): ["2001:db8::9"],
    ("new.test.", "AAAA"): ["2400:3200::1"],
    ("old.test.", "A"): ["1.2.3.4", "1.2.3.5"],
    ("inner.test.", "A"): ["10.0.0.1"],
    ("mixed.test.", "A"): ["10.0.0.1", "1.2.3.4"],
    ("here.test.", "A"): ["127.0.0.1"],
    ("rebinding.test.", "A"): ["127.0.0.1"],
    ("metadata.test.", "A"): ["169.254.169.254"],
    ("translated.test.", "AAAA"): ["64:ff9b::a9fe:a9fe"],
    ("empty.test.", "TXT"): [],
}


REBOUND = "169.254.169.254"
"""What ``rebinding.test`` points to from its second answer on."""


class NameServer:
    """Answers from ``ZONE``; ``broken.test`` fails, ``silent.test`` is never answered, ``rebinding.test`` changes its
    mind."""

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked: list[tuple[str, str]] = []
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                wire, peer = self._socket.recvfrom(4096)
                query = dns.message.from_wire(wire)
                answer = self._answer(query)
                if answer is not None:
                    self._socket.sendto(answer.to_wire(), peer)
            except OSError:
                return

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name == "silent.test.":
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        if name == "broken.test.":
            response.set_rcode(dns.rcode.SERVFAIL)
        elif not any(known == name for known, _ in ZONE):
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif name == "rebinding.test." and self.asked.count((name, "A")) > 1:
            response.answer.append(dns.rrset.from_text(question.name, 0, "IN", "A", REBOUND))
        elif ZONE.get((name, kind)):
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *ZONE[(name, kind)]))
        return response


@pytest.mark.parametrize(
    ("host", "family", "expected"),
    [
        ("old.test", "auto", ("1.2.3.4", "1.2.3.5")), ("new.test", "auto", ("2400:3200::1",)),
        ("new.test", "4", "no-address"),
        ("old.test", "6", "no-address"), ("missing.test", "auto", "nxdomain"), ("empty.test", "auto", "no-address"),
        ("broken.test", "auto", "servfail"), ("silent.test", "auto", "timeout"), ("inner.test", "auto", "private"),
        ("both.test", "auto", "private"), ("mixed.test", "auto", ("1.2.3.4",)), ("1.2.3.4", "auto", ("1.2.3.4",)),
        ("127.0.0.1", "auto", "private"), ("2400:3200::1", "auto", ("2400:3200::1",)),
        ("given.test", "auto", ("1.1.1.1",)),
    ],
)  # fmt: skip
async def test_names(host: str, family: Family, expected: tuple[str, ...] | str) -> None:
    with NameServer() as server:
        network = Network(
            nameserver=server.address,
            family=family,
            connect_timeout=0.6,
            resolve={"given.test:80": ("1.1.1.1",)},
        )
        addresses = Addresses(network, AddressGuard(allow_private=False))
        found = await addresses.of(host, 80)
        if isinstance(expected, tuple):
            assert sorted(found.addresses) == sorted(expected)
        else:
            assert not found.addresses
            assert found.error.startswith(expected)
        assert found.refused is (expected == "private")
        asked = len(server.asked)
        assert await addresses.of(host, 80) is found
        assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("address", "strict", "open_"),
    [
        ("8.8.8.8", True, True), ("127.0.0.1", False, True), ("10.0.0.1", False, True), ("fd00::1", False, True),
        ("169.254.169.254", False, False), ("fe80::1", False, False), ("::ffff:10.0.0.1", False, True),
        ("::ffff:169.254.169.254", False, False), ("0.0.0.0", False, False), ("224.0.0.1", False, False),
        ("100.100.100.200", False, False),
    ],
)  # fmt: skip
def test_the_guard(address: str, strict: bool, open_: bool) -> None:
    assert AddressGuard(allow_private=False).allows(address) is strict
    assert AddressGuard(allow_private=True).allows(address) is open_


def test_a_crawl_by_a_name_server(tmp_path: Path) -> None:
    with (
        NameServer() as server,
        HttpSite({"/": Reply(body=page("http://missing.test/", "http://broken.test/"))}) as site,
    ):
        network = msgspec.structs.replace(QUICK, nameserver=server.address)
        store = crawled(plan_for(f"http://here.test:{site.port}/", network), tmp_path / "facts.sqlite")
        assert store.last(f"http://here.test:{site.port}/").address == "127.0.0.1"
        assert store.last("http://missing.test/").detail.startswith("nxdomain")
        assert store.last("http://broken.test/").detail.startswith("servfail")
        assert store.last("http://broken.test/").reason is Reason.DNS


@pytest.mark.parametrize(
    "case",
    [
        ("127.0.0.1", 30, True, ""), ("127.0.0.1", -1, True, "expired"), ("elsewhere.test", 30, True, "wrong-host"),
        ("127.0.0.1", 30, False, "self-signed"),
    ],
)  # fmt: skip
def test_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[str, int, bool, str]
) -> None:
    name, days, signed, detail = case
    authority = certificate(tmp_path, "authority", 300, None)
    (tmp_path / "trusted.pem").write_bytes(pem_of(authority[0]))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    certificate(tmp_path, name, days, authority if signed else None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / f"{name}.pem")
    with HttpSite({"/": Reply(body=page("/a")), "/a": Reply(body=page())}, tls=context) as site:
        store = crawled(plan_for(site.url), tmp_path / "facts.sqlite")
        if detail:
            assert store.last(f"{site.url}/").reason is Reason.TLS
            assert store.state.problem.startswith(f"tls: {detail}: ")
        else:
            assert len(store.pages()) == 2


def test_a_further_authority_is_trusted_beside_the_public_ones(tmp_path: Path) -> None:
    authority = certificate(tmp_path, "authority", 300, None)
    (tmp_path / "own.pem").write_bytes(pem_of(authority[0]))
    certificate(tmp_path, "127.0.0.1", 30, authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "127.0.0.1.pem")
    with HttpSite({"/": Reply(body=page())}, tls=context) as site:
        network = msgspec.structs.replace(QUICK, trust=str(tmp_path / "own.pem"))
        assert len(crawled(plan_for(site.url, network), tmp_path / "with.sqlite").pages()) == 1
        assert crawled(plan_for(site.url), tmp_path / "without.sqlite").pages() == []


def test_a_name_that_changes_its_mind_is_asked_once(tmp_path: Path) -> None:
    with NameServer() as server, HttpSite(otherwise=lambda _: Reply(body=page("/a", "/b", "/gone"))) as site:
        site.add("/gone", Reply(500, "x"))
        network = msgspec.structs.replace(QUICK, nameserver=server.address)
        home = f"http://rebinding.test:{site.port}"
        store = crawled(plan_for(f"{home}/", network), tmp_path / "facts.sqlite")
        assert {looks[-1].address for _, looks in store.facts.all_looks()} == {"127.0.0.1"}
        assert [one.look for one in store.looks(f"{home}/gone")] == [1, 2]
        assert server.asked.count(("rebinding.test.", "A")) == 1


@pytest.mark.parametrize("name", ["metadata.test", "translated.test"])
def test_a_redirect_to_a_name_inside_is_refused_after_resolving(tmp_path: Path, name: str) -> None:
    target = f"http://{name}/latest/"
    with (
        NameServer() as server,
        HttpSite({"/": Reply(body=page("/go", target)), "/go": redirect(target)}) as site,
    ):
        network = msgspec.structs.replace(QUICK, nameserver=server.address)
        store = crawled(plan_for(f"http://here.test:{site.port}/", network), tmp_path / "facts.sqlite")
        fetch = store.last(f"http://here.test:{site.port}/go")
        assert (fetch.reason, fetch.detail.partition(":")[0]) == (Reason.CONNECT, "private")
        assert store.left_out() == {target: Skipped.PRIVATE}


async def test_a_socket_to_an_address_inside_is_never_opened() -> None:
    """Whatever libcurl was told to connect to."""
    with HttpSite({"/": Reply(body=page())}) as site:
        transfers = Transfers(AddressGuard(allow_private=False).allows)
        for host, resolve in (("127.0.0.1", ()), ("here.test", (f"here.test:{site.port}:127.0.0.1",))):
            order = Order(f"http://{host}:{site.port}/", (), lambda _: 100, 2.0, 2.0, resolve=resolve)
            assert (await transfers.get(order)).error
        transfers.close()
        assert site.requests == []


def test_a_server_that_never_shakes_hands(tmp_path: Path) -> None:
    network = msgspec.structs.replace(QUICK, connect_timeout=1.0)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        store = crawled(
            plan_for(f"https://127.0.0.1:{mute.getsockname()[1]}", network), tmp_path / "facts.sqlite"
        )
        assert store.state.problem == "timeout: no TLS handshake within 1 s"


def test_a_host_that_never_accepts(tmp_path: Path) -> None:
    network = msgspec.structs.replace(QUICK, connect_timeout=0.3)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        queued = [socket.socket() for _ in range(4)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(address)
        store = crawled(plan_for(f"http://127.0.0.1:{address[1]}/", network), tmp_path / "facts.sqlite")
        assert store.state.problem == "timeout: no connection within 0.3 s"
        for one in queued:
            one.close()
