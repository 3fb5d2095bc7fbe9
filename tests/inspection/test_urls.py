"""Addresses are what a browser requests: the WHATWG rules, and what makes two addresses the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.inspection import urls

BASE = "http://www.x.gov.cn/a/b.html"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("c.html", "http://www.x.gov.cn/a/c.html"),
        ("../c.html", "http://www.x.gov.cn/c.html"),
        ("//Y.GOV.CN:80/d", "http://y.gov.cn/d"),
        ("  /e f.html\n", "http://www.x.gov.cn/e%20f.html"),
        ("/中文.html", "http://www.x.gov.cn/%E4%B8%AD%E6%96%87.html"),
        ("\\g\\h.html", "http://www.x.gov.cn/g/h.html"),
        ("?page=2", "http://www.x.gov.cn/a/b.html?page=2"),
        ("#top", "http://www.x.gov.cn/a/b.html#top"),
        ("HTTPS://www.x.gov.cn:443/./k", "https://www.x.gov.cn/k"),
    ],
)
def test_a_reference_resolves_as_in_a_browser(raw: str, expected: str) -> None:
    assert urls.resolve(BASE, raw) == expected


def test_what_a_browser_cannot_parse_has_no_address() -> None:
    assert urls.resolve(BASE, "http://[bad/") is None
    assert urls.canonical("http://") is None


def test_a_query_is_written_in_the_charset_of_its_page_and_a_path_never_is() -> None:
    assert urls.resolve(BASE, "/搜?q=中", "gb18030") == "http://www.x.gov.cn/%E6%90%9C?q=%D6%D0"
    assert urls.resolve(BASE, "/s?q=中") == "http://www.x.gov.cn/s?q=%E4%B8%AD"


def test_bytes_and_characters_that_a_query_cannot_hold_are_escaped_as_in_browsers() -> None:
    assert urls.resolve(BASE, "/s?q=丂", "gb18030") == "http://www.x.gov.cn/s?q=%81@"
    assert urls.resolve(BASE, "/s?q=한", "big5") == "http://www.x.gov.cn/s?q=%26%2354620%3B"


@pytest.mark.parametrize(
    ("url", "host", "hostname", "port"),
    [
        ("http://www.x.gov.cn/", "www.x.gov.cn", "www.x.gov.cn", 80),
        ("https://www.x.gov.cn/", "www.x.gov.cn", "www.x.gov.cn", 443),
        ("http://x.gov.cn:8080/a", "x.gov.cn:8080", "x.gov.cn", 8080),
        ("http://[::1]:81/a", "[::1]:81", "::1", 81),
        ("http://user:secret@x.gov.cn/?a=@", "x.gov.cn", "x.gov.cn", 80),
    ],
)
def test_parts_of_an_address(url: str, host: str, hostname: str, port: int) -> None:
    assert (urls.host_of(url), urls.hostname_of(url), urls.port_of(url)) == (host, hostname, port)


def test_own_addresses_stay_the_same_thing_when_a_site_moves_to_https_or_drops_www() -> None:
    same = {
        urls.own_identity(url)
        for url in ("http://www.x.gov.cn/a", "https://x.gov.cn/a", "https://www.x.gov.cn/a#b")
    }
    assert same == {"x.gov.cn/a"}


@pytest.mark.parametrize(
    ("url", "attachment"),
    [
        ("http://x.gov.cn/a/文件.pdf", True),
        ("http://x.gov.cn/a.DOCX?v=1", True),
        ("http://x.gov.cn/a.html", False),
        ("http://x.gov.cn", False),
        ("http://x.gov.cn/a.b/c", False),
    ],
)
def test_attachments_are_told_by_their_extension(url: str, attachment: bool) -> None:
    assert urls.is_attachment(url) is attachment


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("10.0.0.8", "private"),
        ("169.254.169.254", "private"),
        ("fd00::2", "private"),
        ("fe80::1%eth0", "private"),
        ("224.0.0.1", "private"),
        ("0.0.0.0", "private"),
        ("114.114.114.114", "public"),
        ("2400:3200::1", "public"),
    ],
)
def test_networks_that_must_not_be_reached_are_recognised(address: str, kind: str) -> None:
    assert urls.address_kind(address) == kind


def test_a_name_is_no_literal_address() -> None:
    assert urls.literal_address_kind("http://www.x.gov.cn/") is None
    assert urls.literal_address_kind("http://localhost:8000/") == "loopback"


@given(st.text(max_size=60))
def test_resolving_never_fails_and_a_canonical_address_stays_itself(raw: str) -> None:
    resolved = urls.resolve(BASE, raw)
    if resolved is not None:
        assert urls.resolve(BASE, resolved) == resolved
        assert urls.resolve(BASE, raw, "gb18030") is not None
