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


@pytest.mark.parametrize(
    ("raw", "encoding", "expected"),
    [
        ("/搜?q=中", "gbk", "/%E6%90%9C?q=%D6%D0"),
        ("/搜?q=中#碎", "gb18030", "/%E6%90%9C?q=%D6%D0#%E7%A2%8E"),
        ("/s?q=中", "utf-8", "/s?q=%E4%B8%AD"),
        ("/s?q=中", "utf-16le", "/s?q=%E4%B8%AD"),
        ("/s?q=丂~", "gbk", "/s?q=%81@~"),
        ("/s?q=€㐀", "gbk", "/s?q=%80%26%2313312%3B"),
        ("/s?q=€㐀", "gb18030", "/s?q=%A2%E3%819%EE9"),
        ("/s?q=한'", "big5", "/s?q=%26%2354620%3B%27"),
        ("/s?q=政€", "big5", "/s?q=%ACF%A3%E1"),
        ("/s?q=é", "windows-1252", "/s?q=%E9"),
        ("/a|b?c|d#e|f", "utf-8", "/a%7Cb?c|d#e|f"),
    ],
)
def test_what_a_query_holds_is_written_in_the_charset_of_its_page(
    raw: str, encoding: str, expected: str
) -> None:
    assert urls.resolve(BASE, raw, encoding) == f"http://www.x.gov.cn{expected}"


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


_PIECES = st.sampled_from(
    ["http:", "https:", "HTTP://", "//", "/", "\\\\", "..", ".", "%2e", "%", "%zz", "?", "#", ":", "@", "|", "&", "=",
     "x.cn", "中文", "中.cn", "[::1]", "[", "]", ":80", ":443",
     ":99999", " ", "\t", "\n", "\x00", "a", ";b", "'", '"', "€",
     "😀", "\ud800", "javascript:", "data:", "mailto:", "1.2", "0x7f", "\u3002", "\ufeff", "\u00ad"]
)  # fmt: skip
_WRITTEN = st.lists(_PIECES, max_size=8).map("".join) | st.text(max_size=40)
_ENCODINGS = st.sampled_from(
    ["utf-8", "gbk", "gb18030", "big5", "windows-1252", "utf-16le", "x-user-defined", "no-such"]
)


@given(_WRITTEN, _ENCODINGS)
def test_resolving_never_fails_and_an_address_stays_itself(raw: str, encoding: str) -> None:
    resolved = urls.resolve(BASE, raw, encoding)
    if resolved is None:
        return
    assert urls.resolve(BASE, resolved, encoding) == resolved
    assert urls.resolve("https://other.cn/x?y#z", resolved) == resolved
    if urls.scheme_of(resolved) in urls.WEB_SCHEMES:
        assert resolved.isascii()
        assert not set(" \t\n|\\") & set(resolved.partition("?")[0].partition("#")[0])
        assert urls.canonical(resolved) == urls.without_fragment(resolved)
        assert urls.canonical(urls.without_fragment(resolved)) == urls.without_fragment(resolved)


@given(_WRITTEN, _WRITTEN)
def test_a_reference_means_the_same_from_the_page_and_from_its_own_address(first: str, second: str) -> None:
    page = urls.resolve(BASE, first)
    if page is not None and urls.scheme_of(page) in urls.WEB_SCHEMES:
        leads_to = urls.resolve(page, second)
        assert leads_to == urls.resolve(urls.without_fragment(page), second)
        assert leads_to is None or urls.resolve(page, leads_to) == leads_to
