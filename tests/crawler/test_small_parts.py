"""References, style sheets, file types, site maps, actions: the parts that need no network."""

from __future__ import annotations

import asyncio
import gzip
import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as some

from govaudit.crawler.filetypes import type_of
from govaudit.crawler.frontier import Externals, acts
from govaudit.crawler.references import References, without_session
from govaudit.crawler.rules.tables import actions, file_types, traps, walls
from govaudit.crawler.sitemaps import all_locations, feed_entries, locations
from govaudit.crawler.stylesheets import references as stylesheet_references
from govaudit.crawler.walls import blocked_by
from govaudit.demo.files import docx, pdf, xls, xlsx
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
        (b"", ""), (b"%PDF-1.4", "pdf"), (b"PK\x03\x04", "zip"),
        (b"PK\x03\x04" + b"\xff" * 99, "zip"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "ole"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"  <!DOCTYPE html>", "html"), (b"\xef\xbb\xbf<html>", "html"), (b"<?xml version='1.0'?><urlset/>", "xml"),
        (b"<svg xmlns=''/>", "svg"), ("纯文本".encode(), "text"), (b"\x00\x01\x02\x03", ""), (b"....ftypmp42", "mp4"),
        (b"RIFF1234WEBP", "webp"),
    ],
)  # fmt: skip
def test_types_by_the_first_bytes(body: bytes, kind: str) -> None:
    assert type_of(body) == kind


RSS = "<?xml version='1.0' encoding='gb2312'?><rss version='2.0'><channel><title>要闻</title><link>http://x/</link>"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (RSS.encode("gbk"), "xml"),
        (b"<rss><channel><title>x</title>", "xml"),
        (b"<?xml version='1.0'?>\n<!-- <html> --><feed xmlns='a'><title>x", "xml"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'a' 'b'><html xmlns='x'>", "html"),
        (b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg:svg>", "svg"),
        ("\r\n<!-- 防火墙 --><script>location='/'</script>".encode("gbk"), "html"),
        ("文件不存在<br><p>返回</p>".encode("gbk"), "html"),
        ("序号,名称,金额\r\n1,设备,20\r\n".encode("gbk"), "text"),
        ("序号,名称\r\n1,设备".encode("utf-16"), "text"),
        (b"name\tvalue\x1b[0m", "text"),
        (b"\x8f\x02\x01\x17binary", ""),
    ],
)
def test_types_of_markup_and_text(body: bytes, kind: str) -> None:
    assert type_of(body) == kind


def packed(*entries: str, **contents: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in entries:
            archive.writestr(name, contents.get(name.partition(".")[0].strip("[]"), "x" * 40))
    return buffer.getvalue()


OFFICE = "<Override ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/>"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (docx(["正文"]), "docx"),
        (xlsx(["表"]), "xlsx"),
        (xls(["表"]), "xls"),
        (pdf(["文"]), "pdf"),
        (packed("_rels/.rels", "docProps/core.xml", "ppt/presentation.xml"), "pptx"),
        (packed("[Content_Types].xml", "_rels/.rels", Content_Types=OFFICE), "docx"),
        (packed("mimetype", mimetype="application/vnd.oasis.opendocument.text"), "odt"),
        (packed("OFD.xml", "Doc_0/Document.xml"), "ofd"),
        (packed("附件/word/readme.txt", "附件.doc"), "zip"),
        (packed("inner.docx", inner="PK\x03\x04" + "\0" * 22 + "\x05\0\0\0word/"), "zip"),
    ],
)
def test_containers_are_told_by_what_they_hold(body: bytes, kind: str) -> None:
    assert type_of(body) == kind


@pytest.mark.parametrize(
    ("streams", "kind"),
    [
        (["WordDocument", "ObjectPool"], "doc"),
        (["Workbook"], "xls"),
        (["Book"], "xls"),
        (["PowerPoint Document", "Current User"], "ppt"),
        (["WordDocument", "PowerPoint Document"], "ppt"),
        (["Something"], "ole"),
    ],
)
def test_compound_files_are_told_by_their_streams(streams: list[str], kind: str) -> None:
    assert type_of(compound_file(streams)) == kind


def compound_file(streams: list[str]) -> bytes:
    """The head, the table and the directory of a compound file with these streams, each right of the one before."""
    nothing = 0xFFFFFFFF
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + struct.pack("<H", 9)
    head = head.ljust(48, b"\0") + struct.pack("<I", 1)
    head = (head.ljust(76, b"\0") + struct.pack("<I", 0)).ljust(512, b"\xff")
    entries = [("Root Entry", 5, nothing, 1)]
    entries += [
        (name, 2, number + 2 if number + 1 < len(streams) else nothing, nothing)
        for number, name in enumerate(streams)
    ]
    # The directory goes on in sector 3, behind a sector of something else.
    directory = b"".join(
        struct.pack(
            "<64sHBBIII48x",
            f"{name}\0".encode("utf-16-le"),
            2 * len(name) + 2,
            kind,
            1,
            nothing,
            right,
            child,
        )
        for name, kind, right, child in entries
    ).ljust(1024, b"\0")
    table = struct.pack("<4I", 0xFFFFFFFD, 3, nothing, 0xFFFFFFFE).ljust(512, b"\xff")
    return head + table + directory[:512] + b"\xee" * 512 + directory[512:]


@given(
    some.binary(max_size=900), some.sampled_from([b"", b"PK\x03\x04", compound_file(["WordDocument"] * 5)])
)
def test_no_bytes_break_the_telling_of_types(rubbish: bytes, start: bytes) -> None:
    assert isinstance(type_of(start + rubbish), str)
    assert isinstance(type_of(start[: len(rubbish)] + rubbish), str)
    middle = len(start) // 2
    assert isinstance(type_of(start[:middle] + rubbish[:40] + start[middle:]), str)


def test_site_maps() -> None:
    name = b"http://www.sitemaps.org/schemas/sitemap/0.9"
    body = b"<?xml version='1.0'?><urlset xmlns='" + name + b"'><url><loc> http://x/1 </loc></url></urlset>"
    assert locations(body) == (["http://x/1"], [])
    assert locations(gzip.compress(body)) == (["http://x/1"], [])
    assert locations(gzip.compress(body * 300)[:-40])[0][:1] == ["http://x/1"]
    index = b"<sitemapindex><sitemap><loc>http://x/2.xml</loc></sitemap></sitemapindex>"
    assert locations(index) == ([], ["http://x/2.xml"])
    entities = b"<!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"
    bomb = entities + b"<urlset><url><loc>http://x/&b;</loc></url></urlset>"
    assert all("aaaa" not in page for page in locations(bomb)[0])
    assert locations(b"not xml at all \xff") == ([], [])
    assert locations(b"\x1f\x8bbroken") == ([], [])


@pytest.mark.parametrize(
    ("body", "pages"),
    [
        (b"<urlset><url><loc>http://x/a?b=1&c=2</loc></url>", ["http://x/a?b=1&c=2"]),
        (b"<urlset><url><loc>http://x/a?b=1&amp;copy=2</loc></url></urlset>", ["http://x/a?b=1&copy=2"]),
        (b"<urlset><url><loc>/a</loc><image><loc>/i.png</loc></image></url></urlset>", ["/a"]),
        (b"<urlset><loc>/bare</loc></urlset>", ["/bare"]),
        (b"\n <?xml version='1.0'?><urlset><url><loc>/late</loc></url></urlset>", ["/late"]),
        (
            "<?xml version='1.0' encoding='gb2312'?><urlset><url><loc>/文</loc></url></urlset>".encode("gbk"),
            ["/文"],
        ),
        (b"\xef\xbb\xbfhttp://x/1\r\nhttps://x/2\n\n", ["http://x/1", "https://x/2"]),
        (b"<html><body><a href='http://x/'>404</a></body></html>", []),
    ],
)
def test_site_maps_as_they_are_found(body: bytes, pages: list[str]) -> None:
    assert locations(body) == (pages, [])


def test_entries_of_feeds() -> None:
    rss = f"{RSS}<item><title>一</title><link> http://x/1 </link></item><item><link>/2?a=1&b=2</link></item>"
    assert feed_entries(rss.encode("gbk")) == ["http://x/1", "/2?a=1&b=2"]
    atom = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><link href='/self'/><entry><link rel='edit' href='/no'/>"
        b"<link href='/3'/></entry></feed>"
    )
    assert feed_entries(atom) == ["/3"]
    assert feed_entries(b"<urlset><url><loc>/a</loc></url></urlset>") == feed_entries(b"\xff\xfe") == []


@given(
    some.text(alphabet="<>/&;ab?= urlsetlociteminkfd\"'![]", max_size=200).map(str.encode)
    | some.binary(max_size=99)
)
def test_no_bytes_break_site_maps_and_feeds(body: bytes) -> None:
    locations(b"<urlset>" + body)
    locations(gzip.compress(body)[: len(body)])
    feed_entries(b"<rss>" + body)


def test_all_site_maps_of_a_site_are_read_once() -> None:
    maps = {
        "http://x/sitemap.xml": b"<sitemapindex><sitemap><loc>more/1.xml</loc></sitemap><sitemap><loc>http://y/</loc>"
        b"</sitemap><sitemap><loc>/sitemap.xml</loc></sitemap></sitemapindex>",
        "http://x/more/1.xml": b"<urlset><url><loc>page.html</loc></url><url><loc>http://[bad/</loc></url></urlset>",
    }
    asked: list[str] = []

    async def fetch(address: str) -> bytes:
        asked.append(address)
        return maps.get(address, b"")

    found = asyncio.run(
        all_locations(["http://x/sitemap.xml"], fetch, lambda url: url.startswith("http://x/"))
    )
    assert (found, asked) == (["http://x/more/page.html"], list(maps))


@pytest.mark.parametrize(
    ("url", "does"),
    [
        ("http://x/logout", True), ("http://x/sys/LoginOut.do", True), ("http://x/a?action=delete", True),
        ("http://x/a?Action=Logout&x=1", True), ("http://x/a?action=view", False), ("http://x/news/exit-visa", False),
        ("http://x/user/logout/", True), ("http://x/message/delete/17", True),
        ("http://x/Logout.action;jsessionid=1", True),
        ("http://x/logout?back=/", True), ("http://x/17", False), ("http://x/", False),
        ("http://x/exit/index.html", False),
        ("http://x/delete-rules/index.html", False), ("http://x/a?title=delete", False),
    ],
)  # fmt: skip
def test_addresses_that_act(url: str, does: bool) -> None:
    assert acts(url) is does


def test_other_hosts_are_asked_one_thing_at_a_time() -> None:
    targets = [
        Target(number, f"http://{host}/{number}", Lane.EXTERNAL, 1) for number, host in enumerate("aabab")
    ]
    queue = Externals(targets.__getitem__)
    for target in targets:
        queue.add(target)
    first, second = queue.take(), queue.take()
    assert (first, second, queue.take(), len(queue)) == (targets[0], targets[2], None, 3)
    assert first is not None
    queue.give_back(first)
    assert (queue.take(), queue.take()) == (targets[1], None)
    assert list(queue.take_all()) == [3, 4]


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
