"""References, style sheets, file types, site maps, actions: the parts that need no network."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as some

from govaudit.crawler.filetypes import type_of
from govaudit.crawler.frontier import Externals, acts
from govaudit.crawler.references import References, without_session
from govaudit.crawler.rules.tables import actions, file_types, traps, walls
from govaudit.crawler.sitemaps import locations
from govaudit.crawler.stylesheets import references as stylesheet_references
from govaudit.crawler.walls import blocked_by
from govaudit.inspection.fact_tables import Target
from govaudit.inspection.facts import Lane, Link, RawLink, Tag
from govaudit.inspection.urls import resolve, without_fragment


class Store:
    """Keeps links in a list."""

    def __init__(self) -> None:
        self.links: list[Link] = []

    def __call__(self, link: Link) -> int:
        self.links.append(link)
        return len(self.links)

    def urls(self, numbers: list[int]) -> list[str | None]:
        return [self.links[number - 1].url for number in numbers]


def test_the_same_reference_is_stored_once_where_it_means_the_same() -> None:
    store = Store()
    known = References(store)
    links = [
        RawLink(1, "/a", "甲"),
        RawLink(1, "b.html", "乙"),
        RawLink(1, "#x", ""),
        RawLink(1, "mailto:a@b", ""),
    ]
    first = known.note(links, "http://x.cn/d/one.html")
    second = known.note(links, "http://x.cn/d/two.html")
    third = known.note(links, "http://x.cn/e/one.html")
    assert [len(noted.new) for noted in (first, second, third)] == [4, 1, 2]
    assert store.urls(second.anchors) == [
        "http://x.cn/a",
        "http://x.cn/d/b.html",
        "http://x.cn/d/two.html",
        None,
    ]
    assert store.urls(third.anchors)[1] == "http://x.cn/e/b.html"
    assert known.note(links, "http://y.cn/d/one.html").new[0].url == "http://y.cn/a"
    assert known.note([RawLink(1, "/a", "另一个")], "http://x.cn/").new[0].text == "另一个"


_HREFS = some.sampled_from(
    ["", "#", "#a", "?q=1", "a", "./a", "../a", "/a", "//h.cn/a", "http:a", "http:/a", "http://h.cn/", "HTTP://h.cn",
     "https:a", " /a", "\t/a", "\\a", "\\\\h.cn\\a", "javascript:void(0)", "data:,x", "a:b", "1:2", "路", "/路?径=路"],
)  # fmt: skip
_PAGES = some.sampled_from(
    ["http://x.cn/", "http://x.cn/d/", "http://x.cn/d/p.html", "http://x.cn/d/q.html?x=1", "https://x.cn/d/p.html",
     "http://x.cn/d/e/p.html", "http://y.cn/d/p.html"],
)  # fmt: skip


@given(
    some.lists(
        some.tuples(_PAGES, some.lists(_HREFS, max_size=4), some.sampled_from(["utf-8", "gbk"])), max_size=8
    )
)
def test_remembered_references_mean_what_a_browser_reads(pages: list[tuple[str, list[str], str]]) -> None:
    store = Store()
    known = References(store)
    for url, hrefs, charset in pages:
        noted = known.note([RawLink(Tag.A, href) for href in hrefs], url, charset=charset)
        for href, found in zip(hrefs, store.urls(noted.anchors), strict=True):
            joined = resolve(url, href, charset)
            is_web = joined is not None and joined.startswith(("http://", "https://"))
            assert found == (without_fragment(joined) if joined is not None and is_web else None)


@pytest.mark.parametrize(
    ("url", "shorter"),
    [
        ("http://x/a.jsp;jsessionid=1F/b?c=1", "http://x/a.jsp/b?c=1"),
        ("http://x/a?JSESSIONID=1", "http://x/a"),
        ("http://x/a?b=1&PHPSESSID=2", "http://x/a?b=1"),
        ("http://x/a?PHPSESSID=2&b=1", "http://x/a?b=1"),
        ("http://x/a?mysessionid=1", "http://x/a?mysessionid=1"),
        ("http://x/a?b=", "http://x/a?b="),
    ],
)
def test_sessions_leave_the_address(url: str, shorter: str) -> None:
    assert without_session(url) == shorter


def test_style_sheets_name_what_they_load() -> None:
    sheet = r"""@charset "utf-8"; @import "a.css"; @import url(b.css) screen; @import url('c.css');
    /* url(no.png) @import "no.css" */ .q::before { content: "url(no2.png)" }
    a { background: url( "x y.png" ), url(z\).png), url(data:image/png;base64,AA) } b { filter: url(#f) }
    @font-face { font-family: x; src: url(f.woff2) format("woff2"), url('f.eot?#iefix') }
    i { background: URL(z\).png) }"""
    assert stylesheet_references(sheet.encode())[0] == [
        RawLink(Tag.STYLE, "a.css"), RawLink(Tag.STYLE, "b.css"), RawLink(Tag.STYLE, "c.css"),
        RawLink(Tag.IMAGE, "x y.png"), RawLink(Tag.IMAGE, "z).png"),
        RawLink(Tag.FONT, "f.woff2"), RawLink(Tag.FONT, "f.eot?#iefix"),
    ]  # fmt: skip
    chinese = '@charset "gb2312"; a{background:url(图.png)}'.encode("gbk")
    assert stylesheet_references(chinese) == ([RawLink(Tag.IMAGE, "图.png")], "gbk")


@pytest.mark.parametrize(
    ("sheet", "loaded"),
    [
        (r"a{background:url(\69 .png)} @import 'late.css';", ["i.png"]),
        ('@import"a.css";@import url(b\\).css);@import/**/"c.css" print', ["a.css", "b).css", "c.css"]),
        ("a{background:url(x y.png)} b{background:url(z.png)}", ["z.png"]),
        ("@namespace svg url(http://www.w3.org/2000/svg); a{b:url(x)}", ["x"]),
        ("a{behavior:url(pie.htc);*background:url(ie7.png);_background:url(ie6.png);c:url(x)}", ["x"]),
        ("* a:hover{b:url(x)} .a_b:hover{b:url(y)}", ["x", "y"]),
        ("a{b:url()} c{d:url(about:blank)} e{f:myurl(no)} /* url(", []),
    ],
)
def test_style_sheets_load_what_browsers_understand(sheet: str, loaded: list[str]) -> None:
    assert [link.raw for link in stylesheet_references(sheet.encode())[0]] == loaded


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        ("/* 中 */".encode(), "text/css", "utf-8"),
        ("/* 中 */".encode("gbk"), "text/css", "gbk"),
        ("/* 中 */".encode("gbk"), "text/css; charset=GB2312", "gbk"),
        (b'@charset "gbk"; a{}', "text/css; charset=utf-8", "utf-8"),
        (b'\xef\xbb\xbf@charset "gbk";', "text/css; charset=gbk", "utf-8"),
        (b'@charset "utf-16";', "", "utf-8"),
    ],
)
def test_the_encoding_of_a_style_sheet(body: bytes, content_type: str, charset: str) -> None:
    assert stylesheet_references(body, content_type)[1] == charset


@given(
    some.binary(max_size=400) | some.text(alphabet="url(@import\"'\\)/*{}; \n", max_size=200).map(str.encode)
)
def test_style_sheets_never_break_the_reader(body: bytes) -> None:
    assert all(link.raw for link in stylesheet_references(body)[0])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ""), (b"%PDF-1.4", "pdf"), (b"PK\x03\x04....word/document.xml", "docx"), (b"PK\x03\x04", "zip"),
        (b"PK\x03\x04..OFD.xml", "ofd"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"  <!DOCTYPE html>", "html"), (b"\xef\xbb\xbf<html>", "html"), (b"<?xml version='1.0'?><urlset/>", "xml"),
        (b"<svg xmlns=''/>", "svg"), ("纯文本".encode(), "text"), (b"\x00\x01\x02\x03", ""), (b"....ftypmp42", "mp4"),
        (b"RIFF1234WEBP", "webp"),
    ],
)  # fmt: skip
def test_types_by_the_first_bytes(body: bytes, kind: str) -> None:
    assert type_of(body) == kind


def test_site_maps() -> None:
    name = b"http://www.sitemaps.org/schemas/sitemap/0.9"
    body = b"<?xml version='1.0'?><urlset xmlns='" + name + b"'><url><loc> http://x/1 </loc></url></urlset>"
    assert locations(body) == (["http://x/1"], [])
    assert locations(gzip.compress(body)) == (["http://x/1"], [])
    index = b"<sitemapindex><sitemap><loc>http://x/2.xml</loc></sitemap></sitemapindex>"
    assert locations(index) == ([], ["http://x/2.xml"])
    entities = b"<!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"
    bomb = entities + b"<urlset><url><loc>http://x/&b;</loc></url></urlset>"
    assert all("aaaa" not in page for page in locations(bomb)[0])
    assert locations(b"not xml at all \xff") == ([], [])
    assert locations(b"\x1f\x8bbroken") == ([], [])


@pytest.mark.parametrize(
    ("url", "does"),
    [
        ("http://x/logout", True), ("http://x/sys/LoginOut.do", True), ("http://x/a?action=delete", True),
        ("http://x/a?Action=Logout&x=1", True), ("http://x/a?action=view", False), ("http://x/news/exit-visa", False),
        ("http://x/delete-rules/index.html", False), ("http://x/a?title=delete", False),
    ],
)  # fmt: skip
def test_addresses_that_act(url: str, does: bool) -> None:
    assert acts(url) is does


def test_other_hosts_are_asked_one_thing_at_a_time() -> None:
    queue = Externals()
    targets = [
        Target(number, f"http://{host}/{number}", Lane.EXTERNAL, 1) for number, host in enumerate("aabab")
    ]
    for target in targets:
        queue.add(target)
    first, second = queue.take(), queue.take()
    assert (first, second, queue.take(), len(queue)) == (targets[0], targets[2], None, 3)
    assert first is not None
    queue.give_back(first)
    assert (queue.take(), queue.take()) == (targets[1], None)
    assert queue.take_all() == [targets[3], targets[4]]


def test_walls_are_told_by_head_and_body() -> None:
    assert blocked_by(200, [], "<p>加速乐产品介绍</p>".encode() + "正文".encode() * 900) is None
    assert blocked_by(404, [("server", "anyu")], b"") is None
    assert blocked_by(503, [("set-cookie", "__jsluid_s=1")], b"") == ("blocked-status", "wall: jiasule")
    assert blocked_by(403, [], b"") == ("blocked-status", "status 403")
    assert blocked_by(503, [], b"<h1>maintenance</h1>") is None


def test_tables_are_right() -> None:
    assert walls()
    assert actions().paths
    assert traps().url_length == 2000
    assert all(entry.bytes for entry in file_types())
