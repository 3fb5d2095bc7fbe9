"""Nothing that a server may send makes the reader raise or stall."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import PageKind, Reading, Tag

URL = "https://www.yunlan.gov.cn/a/index.html"
TAGS = [
    "a",
    "div",
    "table",
    "tr",
    "td",
    "ul",
    "li",
    "p",
    "span",
    "script",
    "style",
    "meta",
    "title",
    "template",
    "svg",
]
ATTRIBUTES = [
    "href",
    "class",
    "id",
    "style",
    "src",
    "srcset",
    "content",
    "name",
    "onclick",
    "hidden",
    "http-equiv",
]
WORDS = [
    "发布时间：2026-09-30 11:18",
    "当前位置：首页 > 正文",
    "京ICP备12345678号",
    "网站标识码：",
    "2026年13月45日",
    "主办单位：",
    "09-30",
    "javascript:window.open('x')",
    "url(",
    "0;url=",
    "www.x.gov.cn/\ud83d\ude00".encode("utf-8", "ignore").decode("utf-8", "ignore"),
    "申请条件",
    "办理材料：",
    "\x00",
    "\u200b",
]


def check(reading: Reading) -> None:
    assert isinstance(reading.kind, PageKind)
    assert all(item.url == "" or item.url.startswith("http") for item in reading.items)
    assert all(len(item.date) in {0, 10} for item in reading.items)


@settings(max_examples=200)
@given(
    st.binary(max_size=2000), st.sampled_from(["", "text/html; charset=gbk", "text/html;charset=utf-16", "x"])
)
def test_any_bytes(body: bytes, content_type: str) -> None:
    reading, links = read_page(body, URL, content_type)
    check(reading)
    assert all(isinstance(Tag(link.tag), Tag) for link in links)


@st.composite
def markup(draw: st.DrawFn) -> str:
    pieces = []
    for _ in range(draw(st.integers(0, 40))):
        tag = draw(st.sampled_from(TAGS))
        match draw(st.integers(0, 3)):
            case 0:
                name, value = draw(st.sampled_from(ATTRIBUTES)), draw(st.sampled_from(WORDS))
                pieces.append(f'<{tag} {name}="{value}">')
            case 1:
                pieces.append(f"</{tag}>")
            case 2:
                pieces.append(draw(st.sampled_from(WORDS)))
            case _:
                pieces.append(draw(st.text(max_size=12)).encode("utf-8", "replace").decode("utf-8"))
    return "".join(pieces)


@settings(max_examples=300)
@given(markup(), st.booleans())
def test_any_markup(html: str, home: bool) -> None:
    reading, _ = read_page(html.encode(), URL, home=home)
    check(reading)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "x",
        "<b>" * 50_000 + "<p>x</p>" * 2_000,
        "".join(f"<font a={number}>" for number in range(5_000)) + "<p>x</p>" * 3_000,
        "<table><tr><td>" * 20_000,
        "<a href='" + "x" * 2_000_000 + "'>y</a>",
        "<p>" + "2026-09-" * 100_000 + "</p>",
        "<p>" + "发 布 时 间 " * 40_000 + "</p>",
        "<p>" + "网站标识码" * 40_000 + "</p>",
        "<p>" + "ICP备 " * 40_000 + "公网安备" * 20_000 + "</p>",
        "<p>" + "首页 > " * 40_000 + "</p>",
        "<ul>" + "<li><a href='a1.html'>关于公布名单的通知</a><span>2026-09-30</span></li>" * 5_000 + "</ul>",
        "<table>" + "<tr><td>项目</td><td>2026-09-30</td></tr>" * 10_000 + "</table>",
        "<img srcset='" + "a 1x," * 50_000 + "'>",
        "<style>" + "url(" * 100_000 + "</style>",
        "<script>" + "location.href='" * 50_000 + "</script>",
        "<meta http-equiv=refresh content='" + "0" * 100_000 + "'>",
    ],
    ids=lambda html: html[:24],
)
def test_big_rubbish_takes_no_longer_than_its_size_allows(html: str) -> None:
    start = perf_counter()
    reading, _ = read_page(html.encode(), URL)
    check(reading)
    assert perf_counter() - start < 10
