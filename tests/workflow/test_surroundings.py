"""The heading under which a place stands, as pages of many systems build their sections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.inspection.finding import Locator
from govaudit.workflow.locate import Source

SECTIONS = {
    "a heading before a list": ("<h2>通知公告</h2><ul><li><a href=x>甲</a></li></ul>", "通知公告"),
    "the nearest of two headings": (
        "<h2>要闻</h2><h3>通知公告</h3><ul><li><a href=x>甲</a></ul>",
        "通知公告",
    ),
    "a block with a link to more": (
        (
            "<div class=box><div class=hd><span class=tit>政策文件</span><a href=m>更多&gt;&gt;</a></div>"
            "<div class=bd><ul><li><a href=y>乙</a></li><li><a href=x>甲</a></li></ul></div></div>"
        ),
        "政策文件",
    ),
    "a heading that is a link": (
        '<div><h3><a href="/zc/">政策解读</a><a href="/zc/">更多</a></h3></div><div><a href=x>甲</a></div>',
        "政策解读",
    ),
    "the caption of a table": (
        "<table><caption>权力清单</caption><tr><td>一<tr><td><a href=x>甲</a></table>",
        "权力清单",
    ),
    "a term of a list": ("<dl><dt>友情链接</dt><dd><a href=x>甲</a></dd></dl>", "友情链接"),
    "the legend of a group": ("<fieldset><legend>下载</legend><p><a href=x>甲</a></p></fieldset>", "下载"),
    "no other entry of the list": (
        '<ul><li class="title"><a href=y>第一条新闻</a></li><li class="title"><a href=x>甲</a></li></ul>',
        "",
    ),
    "no other section": (
        f"<div><h2>要闻</h2><p>{'正文' * 60}</p></div><div class=footer><a href=x>甲</a></div>",
        "",
    ),
    "no term of another entry": ("<dl><dt><a href=y>乙</a></dt><dt><a href=x>甲</a></dt></dl>", ""),
    "no hidden heading": ("<h2 style='display:none'>旧版</h2><p><a href=x>甲</a></p>", ""),
    "a page without headings": ("<p><a href=x>甲</a></p>", ""),
    "an image under a heading": ("<h2>专题专栏</h2><div><a href=z><img src=x alt=甲></a></div>", "专题专栏"),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_the_heading_of_the_section(name: str) -> None:
    html, heading = SECTIONS[name]
    place = Source.of(f"<html><body>{html}</body></html>").locate(Locator(raw="x", text="甲"))
    assert place.xpath
    assert place.heading == heading


QUOTES = {
    "words that stand once": ("<p>一 <a href=x>甲乙</a> 二</p>", ("", "甲乙", "", "")),
    "the same words before": (
        "<p>另见<a href=y>附件</a></p><p>详见<a href=x>附件</a>。</p>",
        ("详见", "附件", "", ""),
    ),
    "told apart by what follows": (
        "<p>见<a href=y>附件</a>一</p><p>见<a href=x>附件</a>二</p>",
        ("", "附件", "", "二"),
    ),
    "two lines": ("<a href=x><h3>标题</h3><p>摘要</p></a>", ("", "标题", "摘要", "")),
    "an image beside words": (
        "<p>前文</p><p><a href=x><img src=p></a>说明文字</p>",
        ("", "说明文字", "", ""),
    ),
    "an image between lines": ("<p><a href=x><img src=p></a></p><p>后文</p>", ("", "后文", "", "")),
    "nothing to be seen": ("<a href=x><img src=p></a>", ()),
    "not shown": ("<div style='display:none'><a href=x>附件</a></div>", ()),
}


@pytest.mark.parametrize("name", QUOTES)
def test_the_words_of_the_place(name: str) -> None:
    html, quote = QUOTES[name]
    assert Source.of(f"<html><body>{html}</body></html>").locate(Locator(raw="x")).quote == quote


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=80))
def test_no_words_break_it(before: str, said: str, behind: str) -> None:
    html = f"<body>{before}<a href=x>{said}</a>{behind}"
    place = Source.of(html).locate(Locator(raw="x"))
    assert len(place.quote) in {0, 4}
    assert "\n" not in "".join(place.quote)
