"""What the head of a page says in names, and whether there is a head at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from govaudit.crawler.reading.head import head_of
from govaudit.crawler.reading.outline import outline
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import Head

BODY = "<h1>市政府召开第六十三次常务会议</h1><p>会议研究了粮食生产、安全生产等工作，要求各单位抓好落实。</p>"


def head(before: str) -> Head | None:
    html = f"<html><body>{before}<div class='cd'><a href='/a/'>政务公开</a></div>{BODY * 3}</body></html>"
    return read_page(html.encode(), "http://www.yunlan.gov.cn/zjyw/1.html")[0].head


def test_the_words_of_a_logo_are_the_name() -> None:
    assert head('<div class="top"><a href="/"><img src="/l.png" alt="云澜市人民政府"></a></div>') == Head(
        there=True, names=("云澜市人民政府",)
    )


def test_so_are_those_of_a_link_that_a_style_sheet_draws() -> None:
    assert head('<div id="siteHead"><a class="l" href="/" title="云澜市住建局"></a></div>') == Head(
        there=True, names=("云澜市住建局",)
    )


def test_lines_that_end_like_the_name_of_a_site_are_names_and_menus_dates_and_slogans_are_none() -> None:
    shown = (
        "<div>2026年11月20日 星期五</div><div>雲瀾市人民政府</div><p>生态之城</p><a href='/b/'>办事服务</a>"
    )
    assert head(f"<header>{shown}</header>") == Head(there=True, names=("雲瀾市人民政府",))


def test_a_head_without_words_is_there() -> None:
    for before in (
        '<div class="header"></div>',
        '<img src="/top.jpg">',
        '<table><tr><td background="/top.jpg"></td></tr></table>',
        '<div style="background:url(/top.jpg)"></div>',
        '<iframe src="/top.html"></iframe>',
    ):
        assert head(before) == Head(there=True), before


def test_a_page_that_begins_with_its_menu_has_no_head() -> None:
    assert head("") == Head(there=False)


def test_what_stands_further_down_is_no_head() -> None:
    below = f"{BODY * 20}<div class='top'><img src='/l.png' alt='云澜市人民政府'></div>"
    assert head(f"<div class='cd'>{BODY}</div>{below}") == Head(there=False)


@given(st.text(alphabet="<>/=\"' abdeghimoprstv云澜市人民政府局\n", max_size=300))
def test_rubbish_has_a_head_or_none(html: str) -> None:
    found = head_of(outline(html))
    assert found.there or not found.names
    assert all(name.strip() for name in found.names)
