from __future__ import annotations

import socket

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from govaudit.demo.dns_server import Zone, dns_server

ZONE: Zone = {
    "www.portal.gov.cn": {"A": ["127.0.0.1", "127.0.0.2"], "AAAA": ["::1"]},
    "old.portal.gov.cn": {"A": ["127.0.0.1"]},
    "alias.portal.gov.cn": {"CNAME": ["www.portal.gov.cn."]},
    "circle.portal.gov.cn": {"CNAME": ["circle.portal.gov.cn."]},
    "half.portal.gov.cn": {"A": ["127.0.0.1"], "AAAA": "SERVFAIL"},
    "broken.portal.gov.cn": "SERVFAIL",
    "closed.portal.gov.cn": "REFUSED",
    "silent.portal.gov.cn": "DROP",
    "large.portal.gov.cn": {"A": [f"127.0.{high}.{low}" for high in range(4) for low in range(1, 60)]},
}


def ask(
    server: str, name: str, kind: str, *, tcp: bool = False, payload: int | None = None
) -> dns.message.Message:
    address, _, port = server.rpartition(":")
    query = dns.message.make_query(name, kind, use_edns=payload is not None, payload=payload or 512)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, address, port=int(port), timeout=0.5)


def values(answer: dns.message.Message) -> list[str]:
    return [record.to_text() for group in answer.answer for record in group]


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("name", "kind", "code", "expected"),
    [
        ("www.portal.gov.cn", "A", "NOERROR", ["127.0.0.1", "127.0.0.2"]),
        ("WWW.Portal.gov.CN", "AAAA", "NOERROR", ["::1"]),
        ("old.portal.gov.cn", "AAAA", "NOERROR", []),
        ("alias.portal.gov.cn", "AAAA", "NOERROR", ["www.portal.gov.cn.", "::1"]),
        ("alias.portal.gov.cn", "CNAME", "NOERROR", ["www.portal.gov.cn."]),
        ("half.portal.gov.cn", "A", "NOERROR", ["127.0.0.1"]),
        ("half.portal.gov.cn", "AAAA", "SERVFAIL", []),
        ("broken.portal.gov.cn", "A", "SERVFAIL", []),
        ("closed.portal.gov.cn", "A", "REFUSED", []),
        ("nobody.portal.gov.cn", "A", "NXDOMAIN", []),
    ],
)
def test_answers(name: str, kind: str, code: str, expected: list[str], tcp: bool) -> None:
    with dns_server(ZONE) as server:
        answer = ask(server, name, kind, tcp=tcp)
    assert dns.rcode.to_text(answer.rcode()) == code
    assert values(answer) == expected


def test_a_circle_of_aliases_is_a_server_failure() -> None:
    with dns_server(ZONE) as server:
        assert ask(server, "circle.portal.gov.cn", "A").rcode() == dns.rcode.SERVFAIL


def test_a_silent_name_times_out_and_the_server_goes_on() -> None:
    with dns_server(ZONE) as server:
        with pytest.raises(dns.exception.Timeout):
            ask(server, "silent.portal.gov.cn", "A")
        assert values(ask(server, "old.portal.gov.cn", "A")) == ["127.0.0.1"]


def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp_or_with_a_larger_payload() -> None:
    with dns_server(ZONE) as server:
        cut = ask(server, "large.portal.gov.cn", "A")
        whole = ask(server, "large.portal.gov.cn", "A", tcp=True)
        larger = ask(server, "large.portal.gov.cn", "A", payload=4096)
    assert cut.flags & dns.flags.TC
    assert len(values(whole)) == len(values(larger)) == 236


def test_rubbish_is_ignored() -> None:
    with dns_server(ZONE) as server:
        address, _, port = server.rpartition(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.sendto(b"\x00\x01rubbish", (address, int(port)))
        assert values(ask(server, "old.portal.gov.cn", "A")) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "zone", [{"a.gov.cn": {"A": ["nonsense"]}}, {"a.gov.cn": "SOMETIMES"}, {"a.gov.cn": {"NONSENSE": ["1"]}}]
)
def test_a_bad_zone_is_refused_at_once(zone: Zone) -> None:
    with pytest.raises(ValueError, match=r"a\.gov\.cn"), dns_server(zone):
        pass
