"""Feet, trails, navigation, sources and kinds as further systems write them."""

from __future__ import annotations

import pytest

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import MarkKind, PageKind, Reading

NAV = (
    '<div class="nav"><a href="/">首页</a><a href="/xw/">云岚新闻</a>'
    '<a href="/gk/">政务公开</a><a href="/bs/">办事服务</a></div>'
)
HIDDEN_HEAD = (
    '<nav class="breadcrumb"><h2 class="visually-hidden">面包屑</h2><ol><li><a href="/">首页</a></li>'
    '<li><a href="/xw/">云岚新闻</a></li></ol></nav>'
)
TAB_BEFORE = (
    '<div class="channel_tab"><a href="javascript:;">要闻</a></div><div class="BreadcrumbNav">'
    '<a href="/">首页</a>&nbsp;&gt;&nbsp;<a href="/xw/">云岚新闻</a></div>'
)
TRAIL = '<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/xw/">云岚新闻</a> &gt; 正文</div>'


def reading_of(
    body: str, title: str = "云岚市人民政府", *, home: bool = False, url: str = "/xw/10.htm"
) -> Reading:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    return read_page(html.encode(), f"https://www.yunlan.gov.cn{url}", home=home)[0]


def marks(foot: str, kind: MarkKind) -> list[str]:
    body = f"{NAV}<p>近日，市总工会组织了竞赛，三千名职工参加。</p>{foot}"
    found = [mark.value for mark in reading_of(body).marks if mark.kind is kind and mark.value]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    "said",
    [
        "网站标识码（3319000001）",
        "网站标识码 331900 0001",
        "网站标识码：<span>3319</span><span>000001</span>",
        "Website Identification Code: 3319000001",
        "政府网站标识码：3319000001 浙ICP备2021000001号",
    ],
)
def test_site_code(said: str) -> None:
    assert marks(f'<div class="footer"><p>主办单位：云岚市人民政府 {said}</p></div>', MarkKind.SITE_CODE) == [
        "3319000001"
    ]


def test_a_site_code_takes_no_number_behind_it() -> None:
    foot = '<div class="footer"><p>主办单位：云岚市人民政府 网站标识码：bm56000001 0571 8800000</p></div>'
    assert marks(foot, MarkKind.SITE_CODE) == ["bm56000001"]
    short = '<div class="footer"><p>主办单位：云岚市人民政府 网站标识码：33190001 浙公网安备 33010002000001号</p></div>'
    assert marks(short, MarkKind.SITE_CODE) == ["33190001"]


def test_a_foot_that_names_its_sponsor_with_the_verb_behind() -> None:
    foot = '<div class="ft"><p>云岚市人民政府办公室 主办 ／ 电话（0571）8832001</p><p>浙ICP备10000088号</p></div>'
    assert marks(foot, MarkKind.SPONSOR) == ["云岚市人民政府办公室"]
    assert any("8832001" in one for one in marks(foot, MarkKind.CONTACT))


@pytest.mark.parametrize(
    ("trail", "steps"),
    [
        (
            '<p>位置：<a href="/">首页</a> -> <a href="/xw/">云岚新闻</a> -> 浏览信息</p>',
            "首页 > 云岚新闻",
        ),
        ('<p>位置：<a href="/">首页</a> -&gt; 留言板</p>', "首页 > 留言板"),
        (
            '<div class="crumb">You are here: <a href="/">Home</a> &gt; <a href="/n/">News</a></div>',
            "Home > News",
        ),
        (HIDDEN_HEAD, "首页 > 云岚新闻"),
        (TAB_BEFORE, "首页 > 云岚新闻"),
    ],
)
def test_trail(trail: str, steps: str) -> None:
    assert " > ".join(crumb.text for crumb in reading_of(f"{trail}<p>近日举行。</p>").breadcrumb) == steps


def test_terms_of_a_definition_list_are_siblings_and_head_what_follows() -> None:
    menu = (
        '<nav><ul><li><a href="/gk/">政府信息公开</a><dl><dt><a href="/gk/zn/">公开指南</a></dt>'
        '<dt><a href="/gk/nb/">公开年报</a></dt></dl></li><li><a href="/hd/">互动交流</a><dl>'
        '<dt><a href="/hd/xx/">信箱</a></dt><dd><a href="/hd/xx/sz/">市长信箱</a></dd>'
        '<dt><a href="/hd/zj/">征集</a></dt><dd><a href="/hd/zj/yj/">意见征集</a></dd></dl></li></ul></nav>'
    )
    paths = {entry.path for entry in reading_of(menu, home=True, url="/").navigation}
    assert {("政府信息公开", "公开指南"), ("政府信息公开", "公开年报")} <= paths
    assert {("互动交流", "信箱", "市长信箱"), ("互动交流", "征集", "意见征集")} <= paths


def test_areas_of_an_image_map_are_navigation() -> None:
    areas = "".join(
        f'<area shape=rect coords="1,1,9,9" href="/{one}/" alt="{name}">'
        for one, name in (("gk", "云岚概况"), ("xw", "云岚新闻"), ("zw", "政务公开"))
    )
    reading = reading_of(f"<img src=/b.jpg usemap=#m><map name=m>{areas}</map>", home=True, url="/")
    assert [entry.text for entry in reading.navigation] == ["云岚概况", "云岚新闻", "政务公开"]


@pytest.mark.parametrize(
    "line",
    [
        "<p><span>发布时间：<b>2026年10月31日 18时00分</b></span><span>信息来源：<b>市生态环境局</b></span></p>",
        "<table><tr><td>发布日期</td><td>2026-10-31</td></tr><tr><td>来源</td><td>市生态环境局</td></tr></table>",
        "<p>时间：2026-10-31 来源：市生态环境局</p>",
    ],
)
def test_source(line: str) -> None:
    body = f"{TRAIL}<h1>市生态环境局公布空气质量</h1>{line}<p>十月份城区空气优良天数为三十一天。</p>"
    assert reading_of(body, "市生态环境局公布空气质量").source == "市生态环境局"


def test_the_source_of_money_is_none() -> None:
    body = f"{TRAIL}<h1>公示项目安排</h1><p>2026-10-31</p><p>资金来源：省级补助</p>"
    assert reading_of(body, "公示项目安排").source == ""


def test_a_board_with_several_messages_is_no_message() -> None:
    rows = "".join(
        f"<tr><td>留言人：{name}</td><td>留言时间：2026-10-2{n}</td></tr><tr><td>回复时间：2026-10-2{n + 3}</td></tr>"
        for n, name in enumerate(("张**", "李**"))
    )
    form = "<form><textarea name=c></textarea></form>"
    assert reading_of(f"{TRAIL}<table>{rows}</table>{form}", "留言板").kind is PageKind.MESSAGE_BOARD


def test_an_article_with_dated_neighbours_is_no_column() -> None:
    body = (
        f"{TRAIL}<h1>云岚镇召开现场会（11月1日—7日）</h1><p>近日，云岚镇召开现场会，实地察看了东湖村。</p>"
        '<p>上一篇：<a href="/xw/9.htm">云岚镇学习班开班</a>（2026-11-15）</p>'
        '<p>下一篇：<a href="/xw/11.htm">云岚镇安全检查</a>（2026-11-18）</p>'
        '<h4>相关链接</h4><ul><li><a href="/xw/7.htm">去年环境整治总结</a> 2025-12-30</li>'
        '<li><a href="/xw/6.htm">前年环境整治总结</a> 2024-12-30</li></ul>'
    )
    reading = reading_of(body, "云岚镇召开现场会（11月1日—7日）-云岚市人民政府")
    assert (reading.kind, reading.published) == (PageKind.ARTICLE, None)
