"""Entries of lists: none lost, each with the date that speaks of its publication and the name of its block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.crawler.reading.page import read_page

if TYPE_CHECKING:
    from govaudit.inspection.facts import Reading

FOOT = '<div class="footer"><p>主办单位：云岚市人民政府办公室</p></div>'
TRAIL = '<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/tzgg/">通知公告</a></div>'
FIRST, SECOND, THIRD = (
    "关于做好防汛值班工作的通知",
    "关于组织职业技能竞赛的公告",
    "关于开展安全生产检查的通知",
)


def reading_of(body: str, *, home: bool = False, head: str = "") -> Reading:
    html = f"<html><head><title>通知公告-云岚市人民政府</title></head><body>{head}{TRAIL}{body}{FOOT}</body></html>"
    return read_page(html.encode(), "https://www.yunlan.gov.cn/tzgg/index.html", home=home)[0]


def entries(body: str, *, home: bool = False, head: str = "") -> list[tuple[str, str]]:
    return [(item.title, item.date) for item in reading_of(body, home=home, head=head).items]


def test_a_title_cut_by_dots_right_before_its_date() -> None:
    cut = f'<li><a href="/tzgg/1.html" title="{FIRST}">{FIRST[:9]}...</a><span>2026-11-18</span></li>'
    assert entries(f"<ul>{cut}</ul>") == [(FIRST, "2026-11-18")]


@pytest.mark.parametrize("name", ["bt_time", "bt-data-time", "title_date"])
def test_a_date_whose_class_also_says_title(name: str) -> None:
    rows = "".join(
        f'<li><a href="/tzgg/{n}.html">{title}</a><span class="{name}">[2026-11-{18 - n}]</span></li>'
        for n, title in enumerate((FIRST, SECOND, THIRD))
    )
    assert [day for _, day in entries(f"<ul>{rows}</ul>")] == ["2026-11-18", "2026-11-17", "2026-11-16"]


def test_a_line_of_details_with_the_date_among_them() -> None:
    rows = "".join(
        f'<dt><a href="/tzgg/{n}.html">{title}</a></dt>'
        f"<dd>作者：佚名 更新时间：2026/11/{18 - n} 9:12:03 点击数：77</dd>"
        for n, title in enumerate((FIRST, SECOND))
    )
    assert entries(f"<dl>{rows}</dl>") == [(FIRST, "2026-11-18"), (SECOND, "2026-11-17")]


def test_the_footer_of_a_teaser_is_a_part_of_it() -> None:
    teasers = "".join(
        f'<article><h2><a href="/tzgg/{n}.html">{title}</a></h2>'
        f'<footer>发布：<time datetime="2026-11-1{n}T08:00:00+08:00">周三, 11/1{n}/2026</time></footer></article>'
        for n, title in enumerate((FIRST, SECOND))
    )
    assert entries(teasers) == [(FIRST, "2026-11-10"), (SECOND, "2026-11-11")]


def test_a_date_that_a_script_shows_from_an_attribute() -> None:
    cards = "".join(
        f'<div class="card"><a href="/tzgg/{n}.html"><h4>{title}</h4></a>'
        f'<p><span data-time="2026-11-1{n} 09:00:00"></span> <span>阅读 123</span></p></div>'
        for n, title in enumerate((FIRST, SECOND))
    )
    assert entries(cards) == [(FIRST, "2026-11-10"), (SECOND, "2026-11-11")]


WORDS = (
    f'<div><p><a href="/tzgg/1.html">{FIRST}</a> <em>今天 08:15</em></p>'
    f'<p><a href="/tzgg/2.html">{SECOND}</a> <em>昨天 21:40</em></p>'
    f'<p><a href="/tzgg/3.html">{THIRD}</a> <em>3天前</em></p></div>'
)


def test_words_count_from_the_day_that_the_page_shows() -> None:
    found = entries(WORDS, head='<div class="header">2026年11月22日 星期日</div>')
    assert [day for _, day in found] == ["2026-11-22", "2026-11-21", "2026-11-19"]


def test_words_tell_no_day_where_the_page_does_not_show_its_own() -> None:
    old = '<ul><li><a href="/a.html">关于公布行政执法人员名单的公告</a><span>2019-03-01</span></li></ul>'
    reading = reading_of(WORDS + old)
    assert [(item.date, item.date_text) for item in reading.items][:3] == [
        ("", "今天 08:15"),
        ("", "昨天 21:40"),
        ("", "3天前"),
    ]


def test_english_dates_of_entries() -> None:
    rows = (
        '<li><a href="/n/1.html">Lantern festival opens</a><span>Nov 18, 2026</span></li>'
        '<li><a href="/n/2.html">New bridge links two counties</a><span>5 November 2026</span></li>'
    )
    assert [day for _, day in entries(f"<ul>{rows}</ul>")] == ["2026-11-18", "2026-11-05"]


@pytest.mark.parametrize(
    "heads", [("成文日期", "发布日期"), ("生成日期", "公开日期"), ("发布时间", "废止日期")]
)
def test_the_column_of_a_table_tells_its_date(heads: tuple[str, str]) -> None:
    best = "2026-11-12" if heads[1] in {"发布日期", "公开日期"} else "2026-11-05"
    rows = "".join(
        f'<tr><td><a href="/tzgg/{n}.html">{title}</a></td><td>2026-11-05</td><td>2026-11-12</td></tr>'
        for n, title in enumerate((FIRST, SECOND))
    )
    table = f"<table><tr><th>标题</th><th>{heads[0]}</th><th>{heads[1]}</th></tr>{rows}</table>"
    assert [day for _, day in entries(table)] == [best, best]


def test_a_month_and_day_shortly_after_the_newest_full_date_is_of_that_year() -> None:
    rows = (
        f'<li><a href="/i/1.html">{FIRST}</a><span>2026/11/18</span></li>'
        f'<li><a href="/i/2.html">{SECOND}</a><span>[11-19]</span></li>'
        f'<li><a href="/i/3.html">{THIRD}</a><span>[12-29]</span></li>'
    )
    assert [day for _, day in entries(f"<ul>{rows}</ul>")] == ["2026-11-18", "2026-11-19", "2025-12-29"]
    shown = '<div class="header">今天是2026年11月18日</div>'
    assert [day for _, day in entries(f"<ul>{rows}</ul>", head=shown)][1] == "2025-11-19"


def test_a_list_without_dates_beside_one_with_them_on_the_home_page() -> None:
    plain = "".join(
        f'<li><a href="/tzgg/{n}.html">{title}</a></li>' for n, title in enumerate((FIRST, SECOND, THIRD))
    )
    dated = '<li><a href="/zc/1.html">云岚市城镇排水管理办法</a><em>2026-11-13</em></li>'
    found = entries(f"<ul>{plain}</ul><ul>{dated}{dated.replace('1.html', '2.html')}</ul>", home=True)
    assert found[:3] == [(FIRST, ""), (SECOND, ""), (THIRD, "")]
    assert len(found) == 5


def test_titles_that_scripts_write_are_read_and_the_list_is_said_to_be_written() -> None:
    rows = "".join(
        f'<li><a href="/tzgg/{n}.html"><script>document.write("{title}".substr(0,30))</script></a>'
        f"<i>2026-11-1{n}</i></li>"
        for n, title in enumerate((FIRST, SECOND))
    )
    reading = reading_of(f"<ul>{rows}</ul>")
    assert [(item.title, item.date) for item in reading.items] == [
        (FIRST, "2026-11-10"),
        (SECOND, "2026-11-11"),
    ]
    assert "list" in reading.scripted


def test_the_row_or_small_table_before_entries_names_their_block() -> None:
    rows = "".join(
        f"<tr><td>·</td><td><a href=/tzgg/{n}.html>{title}</a></td><td>2026-11-1{n}</td></tr>"
        for n, title in enumerate((FIRST, SECOND))
    )
    inside = f"<table><tr><td><b>财政动态</b></td><td></td><td><a href=/m.html>更多&gt;&gt;</a></td></tr>{rows}</table>"
    named = "<table><tr><td>通知公告</td><td><a href=/m.html>更多...</a></td></tr></table>"
    before = f"<div>{named}<table>{rows}</table></div>"
    assert {item.heading for item in reading_of(inside, home=True).items} == {"财政动态"}
    assert {item.heading for item in reading_of(before, home=True).items} == {"通知公告"}
    hidden = f'<div style="display:none">3185</div><table>{rows}</table>'
    assert "3185" not in {item.heading for item in reading_of(hidden, home=True).items}
    terms = "".join(
        f"<dt><a href=/tzgg/{n}.html>{title}</a></dt><dd>2026-11-1{n}</dd>"
        for n, title in enumerate((FIRST, SECOND))
    )
    assert {item.heading for item in reading_of(f"<h3>通知公告</h3><dl>{terms}</dl>", home=True).items} == {
        "通知公告"
    }


@pytest.mark.parametrize(
    "said",
    [
        "暂无征集活动",
        "暂无相关公示信息",
        "本栏目暂无问卷调查。",
        "此列表的这一视图中没有可显示的项目。",
        "没有找到符合条件的记录",
    ],
)
def test_sentences_for_nothing(said: str) -> None:
    assert reading_of(f'<div class="list"><p>{said}</p></div>').empty_text


@pytest.mark.parametrize(
    "said", ["没有规矩不成方圆", "联系电话：暂无", "会议强调，没有信息化就没有现代化", "无线电管理信息"]
)
def test_other_sentences_with_such_words(said: str) -> None:
    assert not reading_of(f'<div class="list"><p>{said}</p></div>').empty_text


LIST = (
    "<ul>"
    + "".join(
        f'<li><a href="/tzgg/{n}.html">{t}</a><i>2026-11-1{n}</i></li>' for n, t in enumerate((FIRST, SECOND))
    )
    + "</ul>"
)


@pytest.mark.parametrize(
    ("pager", "address"),
    [
        (
            '<div class="pages"><b>1</b><a href="/tzgg/index_2.html">2</a><a href="/tzgg/index_3.html">3</a></div>',
            "/tzgg/index_2.html",
        ),
        (
            '<div class="pages"><a href="/tzgg/">1</a><b>2</b><a href="/tzgg/index_3.html">3</a></div>',
            "/tzgg/index_3.html",
        ),
        ('<div class="pages"><a href="/tzgg/index_1.html">1</a><b>2</b></div>', ""),
        ('<div><b>1</b><a href="/rili/2.html">2</a><a href="/rili/3.html">3</a></div>', ""),
        ('<p><a rel="next" href="?page=1"><span>››</span></a></p>', "/tzgg/index.html?page=1"),
        ('<link rel="next" href="/tzgg/?page=2">', "/tzgg/?page=2"),
        ('<link rel="next" href="/tzgg/hello-world.html">', ""),
    ],
)
def test_next_page(pager: str, address: str) -> None:
    expected = f"https://www.yunlan.gov.cn{address}" if address else ""
    assert reading_of(LIST + pager).next_page == expected
