"""Pages that say that there is nothing, and pages that only hold the number."""

from __future__ import annotations

import pytest

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import PageKind


def kind(title: str, body: str) -> PageKind:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    reading, _ = read_page(html.encode(), "http://www.yunlan.gov.cn/zwgk/1.html")
    return reading.kind


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("404", "<p>返回首页</p>"),
        ("404错误页", "<h1>404</h1><p>返回首页</p>"),
        ("云澜市人民政府", "<h1>404</h1><p>您访问的页面不存在或已删除</p>"),
        ("云澜市人民政府", "<p>错误（404）</p>"),
        ("出错了", "<p>页面走丢了</p>"),
    ],
)
def test_an_error_page_is_told(title: str, body: str) -> None:
    assert kind(title, body) is PageKind.ERROR


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("云政发〔2026〕404号", "<h1>云政发〔2026〕404号</h1><p>关于印发工作方案的通知</p>"),
        ("第404号公告", "<h1>第404号公告</h1><p>现予公布。</p>"),
        ("附件404", '<h1>附件404</h1><p><a href="/a.pdf">下载</a></p>'),
        ("工作动态", "<p>全市共受理申请404件，办结1404项。</p>"),
    ],
)
def test_a_number_is_no_error(title: str, body: str) -> None:
    assert kind(title, body) is not PageKind.ERROR
