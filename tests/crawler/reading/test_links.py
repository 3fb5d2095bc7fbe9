"""References of a page, as written and in order."""

from __future__ import annotations

from html import escape

import pytest

from govaudit.crawler.reading.links import header_links, scripted_addresses
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import Tag

URL = "https://www.yunlan.gov.cn/a/index.html"


def links(html: str) -> list[tuple[Tag, str, str]]:
    return [(Tag(link.tag), link.raw, link.text) for link in read_page(html.encode(), URL)[1]]


def test_every_element_that_refers_to_something() -> None:
    html = """<html><head><link rel="stylesheet" href="s.css"><link rel="shortcut icon" href="f.ico">
    <link rel="canonical" href="/c"><link rel="preload" as="font" href="p.woff2"><link rel="dns-prefetch" href="//d">
    <script src="j.js"></script><style>@import "i.css"; b{background:url( 'bg.png' )}
    @font-face{src:url(f.woff2?1)}</style></head>
    <body background="body.gif"><a href=" x.html "> 标 题 </a>
    <map><area href="area.html" alt="区域"></map>
    <form action="post.do" method="post"></form><form action="get.do"></form>
    <img src="i.png" srcset="a.png 1x, b,c.png 2x" alt="图">
    <img data-src="lazy.jpg"><picture><source srcset="s.webp"></picture>
    <video src="v.mp4" poster="p.jpg"><track src="t.vtt"></video>
    <iframe src="frame.html"></iframe>
    <object data="o.swf"><param name="movie" value="m.swf"></object><embed src="e.swf">
    <div style="background-image:url(&quot;st.png&quot;)"></div><input type="image" src="b.png">
    <a href="javascript:window.open('js.html','_blank')">脚本</a>
    <select><option value="http://www.x.gov.cn/">友情</option><option value="1">一</option></select></body></html>"""
    assert links(html) == [
        (Tag.STYLE, "s.css", ""),
        (Tag.ICON, "f.ico", ""),
        (Tag.CANONICAL, "/c", ""),
        (Tag.FONT, "p.woff2", ""),
        (Tag.SCRIPT, "j.js", ""),
        (Tag.STYLE, "i.css", ""),
        (Tag.IMAGE, "bg.png", ""),
        (Tag.FONT, "f.woff2?1", ""),
        (Tag.IMAGE, "body.gif", ""),
        (Tag.A, " x.html ", "标 题"),
        (Tag.AREA, "area.html", "区域"),
        (Tag.POST, "post.do", ""),
        (Tag.FORM, "get.do", ""),
        (Tag.IMAGE, "i.png", "图"),
        (Tag.IMAGE, "a.png", "图"),
        (Tag.IMAGE, "b,c.png", "图"),
        (Tag.IMAGE, "lazy.jpg", ""),
        (Tag.IMAGE, "s.webp", ""),
        (Tag.MEDIA, "v.mp4", ""),
        (Tag.IMAGE, "p.jpg", ""),
        (Tag.MEDIA, "t.vtt", ""),
        (Tag.FRAME, "frame.html", ""),
        (Tag.OBJECT, "o.swf", ""),
        (Tag.OBJECT, "m.swf", ""),
        (Tag.OBJECT, "e.swf", ""),
        (Tag.IMAGE, "st.png", ""),
        (Tag.IMAGE, "b.png", ""),
        (Tag.A, "javascript:window.open('js.html','_blank')", "脚本"),
        (Tag.SCRIPTED, "js.html", "脚本"),
        (Tag.SCRIPTED, "http://www.x.gov.cn/", "友情"),
    ]


def test_onclick_in_a_table_cell() -> None:
    assert links("<table><tr><td onclick=\"location.href='w.html'\">打开</td></tr></table>") == [
        (Tag.SCRIPTED, "w.html", "打开")
    ]


def test_an_address_that_a_script_puts_together_is_no_link() -> None:
    assert links("<div onclick=\"location.href='/s?q=' + word\">x</div>") == []


def test_links_after_the_end_and_in_templates() -> None:
    html = (
        "<html><body><template><a href=in>x</a></template></body></html>"
        "<div style='display:none'><a href='dark'>暗</a></div>"
    )
    assert links(html) == [(Tag.A, "dark", "暗")]


def test_data_and_scripts_are_no_resources_but_an_empty_href_is_a_link() -> None:
    html = (
        '<img src="data:image/png;base64,xx"><iframe src="about:blank"></iframe>'
        '<a href="">空</a><a href="#">锚</a><a>无</a>'
    )
    assert links(html) == [(Tag.A, "", "空"), (Tag.A, "#", "锚")]


def test_text_of_a_link_is_what_a_visitor_sees() -> None:
    html = (
        '<a href=1><img src=i.png alt="图片说明"></a><a href=2 title="提示"></a>'
        "<a href=3><script>var a=1</script>文<b>字</b></a>"
    )
    assert [text for tag, _, text in links(html) if tag is Tag.A] == ["图片说明", "提示", "文字"]
    long = links(f"<a href=4>{'长' * 500}</a>")[0]
    assert len(long[2]) == 200


def test_base_moves_addresses_but_not_what_is_written() -> None:
    html = '<base href="/b/"><div class="nav"><a href="x/">政务公开</a><a href="y/">b2</a></div>'.encode()
    reading, found = read_page(html, URL)
    assert reading.base == "https://www.yunlan.gov.cn/b/"
    assert [link.raw for link in found] == ["x/", "y/"]
    assert reading.navigation[0].url == "https://www.yunlan.gov.cn/b/x/"


def test_meta_refresh_is_a_link() -> None:
    assert links('<meta http-equiv="Refresh" content="5; URL=next.html">') == [(Tag.REFRESH, "next.html", "")]


@pytest.mark.parametrize(
    ("code", "addresses"),
    [
        ("window.open('a.html','_blank')", ["a.html"]),
        ('javascript:void(window.open("a.html"))', ["a.html"]),
        ("self.location = 'a'; top.location.href='b'; document.location=\"c\"", ["a", "b", "c"]),
        ("location.replace('a'); window.location.assign( 'b' )", ["a", "b"]),
        ("location.href=`a`; location.href=`/a/${id}`", ["a"]),
        ("location.href='http:\\/\\/x.cn\\/\\u4e2d\\x41'", ["http://x.cn/中A"]),
        ("location.href='/a/'+id+'.html'", []),
        ("location.href='/a/' + id", []),
        ("location.href='/a/'.concat(id)", []),
        ("if (location.href == 'a' || location.href==='b') x()", []),
        ("/* location.href='a' */ // location='b'\nlocation='c'", ["c"]),
        ("alert(\"location='a'\"); s = 'window.open(\\'b\\')'", []),
        ("place.location='Beijing'; mylocation='x'; data.open('x')", []),
        ("location.hash='a'; location.reload()", []),
        ("window.open(url)", []),
    ],
)
def test_literal_addresses_of_scripts(code: str, addresses: list[str]) -> None:
    assert scripted_addresses(code) == addresses


def test_a_bare_open_in_a_handler_is_the_documents() -> None:
    assert links("<p onclick=\"open('a')\">x</p><a href=\"javascript:open('b')\">y</a>") == [
        (Tag.A, "javascript:open('b')", "y"),
        (Tag.SCRIPTED, "b", "y"),
    ]


@pytest.mark.parametrize(
    ("srcset", "addresses"),
    [
        ("a.png, b.png 2x", ["a.png", "b.png"]),
        ("a,b.png 1.5x,c.png 2x", ["a,b.png", "c.png"]),
        (" , a.png 100w , b.png 200w", ["a.png", "b.png"]),
        ("a.png,", ["a.png"]),
        ("a b.png", []),
        ("a.png 1x (x, b.png 2x)", []),
        ("data:image/gif;base64,xx 1x, a.png 2x", ["a.png"]),
    ],
)
def test_candidates_of_a_srcset(srcset: str, addresses: list[str]) -> None:
    assert [raw for _, raw, _ in links(f"<img srcset='{srcset}'>")] == addresses


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0;url=a", "a"),
        ("0; URL = 'a b' x", "a b"),
        ("0,a", "a"),
        ("0 a", "a"),
        ('3.5;url="a', "a"),
        ("0;url=a'b", "a'b"),
        ("5", ""),
        ("5;", ""),
        ("url=a", ""),
        ("0;url=", ""),
    ],
)
def test_the_target_of_a_refresh(content: str, target: str) -> None:
    html = f'<meta http-equiv=refresh content="{escape(content)}">'
    assert [raw for _, raw, _ in links(html)] == ([target] if target else [])


def test_linked_data_is_followed_and_never_accused() -> None:
    html = """<script type="application/ld+json">[{"@type":"Article","url":"https://x.cn/1","mainEntityOfPage":
    {"@id":"/2"},"image":{"@type":"ImageObject","url":"/i.png"}},{"@type":"BreadcrumbList","itemListElement":
    [{"@type":"ListItem","item":"/3"},{"item":{"@id":"/4","name":"n"}}],"about":"/no","url":"no address"}]</script>
    <script type="application/ld+json">{"url": "/5",}</script>"""
    assert links(html) == [(Tag.ANNOUNCED, raw, "") for raw in ("https://x.cn/1", "/2", "/3", "/4")]


def test_references_of_the_answer_itself() -> None:
    headers = [
        ("link", '</c>; rel="canonical", <a;b,c>; title="x, y"; rel=next, <s.js>; rel=preload; as=script'),
        ("link", "</d>; rel=dns-prefetch, <p.png>;rel=preload;as=image"),
        ("refresh", "0; url=/r"),
        ("server", "x"),
    ]
    assert [(link.tag, link.raw) for link in header_links(headers)] == [
        (Tag.CANONICAL, "/c"), (Tag.CANONICAL, "a;b,c"), (Tag.SCRIPT, "s.js"), (Tag.IMAGE, "p.png"),
        (Tag.REFRESH, "/r"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "base"),
    [
        ("<base href='/b/'><base href='/c/'>", "https://www.yunlan.gov.cn/b/"),
        ("<base target=x><base href=/c/>", "https://www.yunlan.gov.cn/c/"),
        ("<base href=''><base href='/c/'>", ""),
        ("<base href='javascript:void(0)'>", ""),
        ("<base href='data:text/html,x'>", ""),
    ],
)
def test_the_base_is_the_first_that_browsers_follow(tag: str, base: str) -> None:
    assert read_page(tag.encode(), URL)[0].base == base
