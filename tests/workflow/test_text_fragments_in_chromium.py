"""A click in the report opens the page at the very link: Chromium scrolls to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.finding import Locator
from govaudit.reports.places import text_fragment
from govaudit.workflow.locate import Source
from tests.reports.browser import running_chromium
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

GAP = '<div style="height:3000px"></div>'
PAGES = {
    "plain": f"{GAP}<p><a href=x>关于印发实施方案的通知</a></p>{GAP}",
    "signs": f"{GAP}<p><a href=x>100% A&amp;B, C-D #1 “引号”（试行）?</a></p>{GAP}",
    "repeated": f"<p><a href=y>更多</a></p>{GAP}<h3>公告</h3><p><a href=x>更多</a></p>{GAP}<p><a href=z>更多</a>",
    "in a sentence": f"<p>详见<a href=y>附件</a></p>{GAP}<p>名单见<a href=x>附件</a>。</p>{GAP}",
    "lines": f"{GAP}<a href=x><h3>办事指南</h3><p>申请材料一览</p></a>{GAP}",
    "image": f"{GAP}<p><a href=x><img src=p width=9 height=9></a></p><p>政府信息公开年报</p>{GAP}",
    "english": f"{GAP}<p><a href=x>Annual report - 2026</a></p>{GAP}",
}
TOP = """() => document.querySelector("[href=x]").getBoundingClientRect().top"""


@pytest.fixture(scope="module")
def tab() -> Iterator[tuple[Page, HttpSite]]:
    for browser in running_chromium():
        with HttpSite(otherwise=lambda _: Reply(body="")) as site:
            yield browser.new_page(viewport={"width": 1000, "height": 600}), site


@pytest.mark.parametrize("name", PAGES)
def test_the_browser_shows_the_link(tab: tuple[Page, HttpSite], name: str) -> None:
    page, site = tab
    html = f"<!DOCTYPE html><meta charset=utf-8><title>t</title>{PAGES[name]}"
    path = f"/{list(PAGES).index(name)}"
    site.add(path, Reply(body=html))
    place = Source.of(html).locate(Locator(raw="x"))
    page.goto("about:blank")
    page.goto(f"{site.url}{path}{text_fragment(site.url, place)}")
    page.wait_for_function(f"() => {{ const top = ({TOP})(); return top >= 0 && top < 600; }}", timeout=5000)
