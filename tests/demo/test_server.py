from __future__ import annotations

import csv
import gzip
import io
import socket
import threading
from urllib.parse import quote

import pytest

from govaudit.demo.server import STATES, running_portals, zone
from tests.demo.browsing import Visitor

CITY = "http://www.yunlan.gov.cn/"
DEPARTMENT = "http://zjj.yunlan.gov.cn/"
DISTRICT = "http://www.qinghu.gov.cn/"


@pytest.fixture
def visitor(visitors: dict[str, Visitor]) -> Visitor:
    return visitors[STATES[0]]


def test_head_has_the_headers_of_get_and_no_body(visitor: Visitor) -> None:
    got, head = visitor.get(CITY), visitor.get(CITY, method="HEAD")
    assert head.status == 200
    assert head.body == b""
    assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("name", ["If-None-Match", "If-Modified-Since"])
def test_unchanged_pages_need_not_be_sent_again(visitor: Visitor, name: str) -> None:
    first = visitor.get(CITY)
    value = first.headers["etag" if name == "If-None-Match" else "last-modified"]
    again = visitor.get(CITY, headers={name: value})
    assert (again.status, again.body) == (304, b"")
    old = {"If-None-Match": '"other"', "If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}[name]
    assert visitor.get(CITY, headers={name: old}).status == 200


def test_pages_are_compressed_on_request(visitor: Visitor) -> None:
    plain = visitor.get(CITY)
    packed = visitor.get(CITY, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "content-encoding" not in plain.headers


def test_content_types(visitor: Visitor) -> None:
    assert visitor.get(CITY).headers["content-type"] == "text/html; charset=utf-8"
    assert visitor.get(DEPARTMENT).headers["content-type"] == "text/html"
    assert visitor.get(f"{CITY}images/red.png").headers["content-type"] == "image/png"


def test_the_bare_domain_redirects_to_www(visitor: Visitor) -> None:
    reply = visitor.get("http://yunlan.gov.cn/zwgk/?a=1", follow=False)
    assert (reply.status, reply.headers["location"]) == (301, f"{CITY}zwgk/?a=1")


@pytest.mark.parametrize(
    ("search", "words", "encoding", "expected"),
    [
        (f"{CITY}search/", "居住证", "utf-8", "/bsfw/grfw/331900000101.html"),
        (f"{CITY}search/", "市政府 常务会议", "utf-8", "/ywdt/ylyw/202611/t20261119_6015.html"),
        (f"{DEPARTMENT}jsearch/", "商品房预售许可", "gbk", "/bszn/331912000302.html"),
        (f"{DISTRICT}search/", "區政府召開", "utf-8", "/content/2026-10/28/content_2012.html"),
    ],
)
def test_search_finds_titles(visitor: Visitor, search: str, words: str, encoding: str, expected: str) -> None:
    found = visitor.get(f"{search}?q={quote(words.encode(encoding))}")
    assert f'href="{expected}"' in found.text
    nothing = visitor.get(f"{search}?q={quote('沒有這個標題'.encode(encoding))}")
    assert f'href="{expected}"' not in nothing.text


def test_search_answers_with_escaped_words(visitor: Visitor) -> None:
    reply = visitor.get(f"{CITY}search/?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in reply.text


def test_one_connection_serves_many_requests(visitor: Visitor) -> None:
    port = visitor.portals.connect_port["www.yunlan.gov.cn:80"]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as made, made.makefile("rb") as received:
        for _ in range(3):
            made.sendall(b"HEAD /robots.txt HTTP/1.1\r\nHost: www.yunlan.gov.cn\r\n\r\n")
            assert received.readline() == b"HTTP/1.1 200 OK\r\n"
            while received.readline() != b"\r\n":
                pass


def test_a_client_that_speaks_tls_is_told_off(visitor: Visitor) -> None:
    port = visitor.portals.connect_port["www.yunlan-bank.com:443"]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as made:
        made.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert made.recv(12) == b"HTTP/1.1 400"


def test_every_name_leads_to_a_port(visitor: Visitor) -> None:
    for name in zone(STATES[0]):
        code, addresses = visitor.ask(name, "A")
        if code == "NOERROR":
            assert addresses == ["127.0.0.1"]
            assert {f"{name}:80", f"{name}:53"} & visitor.portals.connect_port.keys(), name


def test_both_families_answer_the_same(visitor: Visitor) -> None:
    if not visitor.portals.ipv6:
        pytest.skip("this machine has no IPv6 on loopback")
    for url in (CITY, f"{CITY}zwgk/tzgg/", "http://www.yunlan-news.com/"):
        assert visitor.get(url, family=6).body == visitor.get(url, family=4).body
    assert not visitor.connects("http://www.yunlan-fund.com/", 6)


def test_without_ipv6_only_the_portals_and_their_name_servers_have_aaaa() -> None:
    records = zone(STATES[0], ipv6=False)
    with_aaaa = {name for name, one in records.items() if isinstance(one, dict) and "AAAA" in one}
    servers = {name for name in with_aaaa if name.startswith("ns")}
    assert servers == {"ns1.yunlan.gov.cn", "ns2.yunlan.gov.cn", "ns1.qinghu.gov.cn"}
    with_aaaa -= servers
    assert with_aaaa == {"www.yunlan.gov.cn", "yunlan.gov.cn", "www.qinghu.gov.cn", "qinghu.gov.cn"}


def test_addresses_open_in_a_browser(visitor: Visitor) -> None:
    assert set(visitor.portals.addresses) == {"yunlan", "zjj", "qinghu"}
    port = int(visitor.portals.addresses["zjj"].rpartition(":")[2].strip("/"))
    assert port == visitor.portals.connect_port["zjj.yunlan.gov.cn:80"]


def test_the_site_list_names_the_sites(visitor: Visitor) -> None:
    rows = list(csv.DictReader(io.StringIO(visitor.portals.site_list_csv())))
    assert [row["网站标识码"] for row in rows] == [site.code for site in visitor.portals.sites]
    assert [row["首页网址"] for row in rows] == [CITY, DEPARTMENT, DISTRICT]
    assert [row["kind"] for row in rows] == ["portal", "department", "portal"]


def test_nothing_is_left_running() -> None:
    before = set(threading.enumerate())
    with running_portals(STATES[0]) as portals:
        port = portals.connect_port["www.yunlan.gov.cn:80"]
        held = socket.create_connection(("127.0.0.1", port), timeout=5)
    with held:
        assert held.recv(1) == b""
    assert set(threading.enumerate()) == before
    with socket.socket() as made:
        assert made.connect_ex(("127.0.0.1", port)) != 0


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(KeyError), running_portals("1999Q1"):
        pass


def test_the_portals_start_without_ipv6() -> None:
    with running_portals(STATES[0], ipv6=False) as portals:
        visitor = Visitor(portals)
        assert not portals.ipv6
        assert visitor.get(CITY).status == 200
        assert not visitor.connects(CITY, 6)
