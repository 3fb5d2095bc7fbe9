"""The pages on which the work plans were published, built again in small: their numbers, days and marks are read, and
those of other documents that they quote are not taken for theirs."""

# ruff: noqa: N802 - tests are named after the rows as the plans number them

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pytest

from govaudit.checks.documents.fields import read_fields
from govaudit.checks.documents.interpretations import interpretations
from govaudit.checks.documents.own import own_documents
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import MarkKind
from tests.checks.fixture_site import build_context
from tests.requirements.judging import site_of, under

if TYPE_CHECKING:
    from pathlib import Path

    from tests.checks.fixture_site import FixtureSpec

URL = "http://www.bjtzh.gov.cn/"
TITLE = "北京市通州区人民政府办公室关于印发通州区2018年政务公开工作要点的通知"
FOOTER = (
    '<div class="footer"><p>主办：北京市通州区人民政府     承办：北京市通州区人民政府办公室、'
    "北京市通州区政务服务管理局    政府网站标识码：1101120001 京公网安备 11011202002947号 京ICP备20015255号-1</p></div>"
)
MARKS = {
    "政府网站标识码：1101120001": "IDN002",
    "京ICP备20015255号-1": "IDN003",
    "京公网安备 11011202002947号": "IDN004",
}
"""Mark as the page of the plan of Tongzhou shows it → the check that looks for it."""

# 北京市通州区, 通政办发〔2018〕23号: the sentence quotes two numbers with broken brackets, and the day lacks its 日.
PLAN = (
    "<p>（通政办发〔2018〕23号）</p><p>各乡、镇人民政府，区政府各委、办、局：</p>"
    "<p>经区政府同意，现将《通州区2018年政务公开工作要点》印发给你们，请认真遵照执行。</p>"
    '<p>北京市通州区人民政府办公室</p><p style="text-align:right">2018年8月14日</p>'
    "<p>按照《实施意见》的通知》（京办发〔201624号）、《北京市2018年政务公开工作要点》的通知》（京政办发〔201819号）要求，"
    "结合通州实际，特制定通州区2018年政务公开工作要点。</p>"
)


def _page(title: str, body: str, *, footer: str = FOOTER) -> str:
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>'
        '<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a></div>'
        '<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/zcwj/">政策文件</a></div>'
        f'<h1>{title}</h1><div class="content">{body}</div>{footer}</body></html>'
    )


def _tongzhou(*, to: bool = True, back: bool = True, without: str = "") -> FixtureSpec:
    """The plan and its interpretation; ``to``, ``back``: whether each leads to the other."""
    footer = FOOTER.replace(without, "")
    related = '<p>相关解读：</p><p><a href="/jd.html">解读：《{}》</a></p>'.format(
        f"（通政办发〔2018〕23号）{TITLE}"
    )
    source = f'<p>相关文件：<a href="/yd.html">{TITLE}</a></p>'
    plan = _page(f"（通政办发〔2018〕23号）{TITLE}", PLAN + (related if to else ""), footer=footer)
    reading = f"<p>发布时间：2018-08-20</p><p>为便于理解，现将出台背景和主要内容解读如下。</p>{source if back else ''}"
    pages = {
        "/": _page(
            "北京市通州区人民政府", '<a href="/yd.html">要点</a><a href="/jd.html">解读</a>', footer=footer
        ),
        "/yd.html": plan,
        "/jd.html": _page(f"解读：《（通政办发〔2018〕23号）{TITLE}》", reading, footer=footer),
    }
    site = {
        "url": URL,
        "code": "1101120001",
        "name": "北京市通州区人民政府",
        "sponsor": "北京市通州区人民政府",
    }
    return site_of(pages, site=site, as_of="2018-09-20")


def test_T18_the_identity_of_the_page_is_found() -> None:
    reading, _ = read_page(_page(TITLE, PLAN).encode(), f"{URL}yd.html", "text/html; charset=utf-8")
    marks = {mark.kind: mark.value for mark in reading.marks}
    assert marks[MarkKind.SITE_CODE] == "1101120001"
    assert "11011202002947" in marks[MarkKind.POLICE]
    assert marks[MarkKind.ICP] == "京ICP备20015255号-1"
    assert "北京市通州区人民政府" in marks[MarkKind.SPONSOR]


@pytest.mark.parametrize(("mark", "check"), MARKS.items(), ids=list(MARKS.values()))
def test_T18_each_mark_that_is_taken_away_is_told(mark: str, check: str, tmp_path: Path) -> None:
    assert under("T18", check, _tongzhou(), tmp_path / "whole") == []
    assert under("T18", check, _tongzhou(without=mark), tmp_path / "without")


def test_T18_the_two_way_link_between_plan_and_interpretation_is_followed(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    context = build_context(_tongzhou(), tmp_path / "facts")
    with closing(context.facts):
        (found,) = context.derived(interpretations)
        assert (found.url, found.document.url) == (f"{URL}jd.html", f"{URL}yd.html")
        assert found.to_document
        assert found.to_interpretation
    assert under("T18", "DOC002", _tongzhou(), tmp_path / "both") == []
    one_way = {"interpretation": _tongzhou(to=False), "document": _tongzhou(back=False)}
    for name, spec in one_way.items():
        assert [one.aspect for one in under("T18", "DOC002", spec, tmp_path / name)] == [name]


def test_T18_number_and_day_are_those_of_the_plan_and_not_of_what_it_quotes(tmp_path: Path) -> None:
    context = build_context(_tongzhou(), tmp_path)
    with closing(context.facts):
        (document,) = context.derived(own_documents).own
    assert str(document.number) == "通政办发〔2018〕23号"
    assert document.made == date(2018, 8, 14)


PAGES = {
    "G": (
        "广州市城市更新局2018年政务公开工作实施方案",
        (
            "<p>时间:2019-05-12 00:05 来源:网络整理</p>"
            "<p>根据《广州市人民政府办公厅关于印发广州市2018年政务公开工作要点分工方案的通知》（穗府办函〔2018〕92号）要求，制定本工作方案。</p>"
        ),
        None,
        date(2019, 5, 12),
    ),
    "S": (
        "遂宁市安居区住建局2017年政务公开工作要点",
        (
            "<p>来源: 住建局 栏目: 政务公开年度要点 发布时间: 2017-11-01 阅读:</p><p>机关各股室、局属各事业单位:</p>"
            "<p>经局党组研究决定，现将《2017年政务公开工作要点实施方案》印发你们，请认真贯彻落实。</p>"
        ),
        None,
        date(2017, 11, 1),
    ),
    "P": (
        "廣州市番禺區2011年政務公開工作要點",
        (
            "<p>番府辦〔2011〕22號</p><p>各鎮政府、街道辦事處：</p><p>《廣州市番禺區2011年政務公開工作要點》業經區政府同意，"
            "現印發給你們，請認真貫徹執行。</p><p>廣州市番禺區人民政府辦公室</p><p>二○一一年四月十五日</p>"
        ),
        "番府办〔2011〕22号",
        None,
    ),
}
"""Plan → title, beginning, number, day of publication of its page."""


@pytest.mark.parametrize("plan", PAGES)
def test_numbers_and_days_of_the_old_pages(plan: str) -> None:
    title, body, number, published = PAGES[plan]
    reading, _ = read_page(
        _page(title, body, footer="").encode(),
        "http://www.x.gov.cn/zwgk/zcwj/1.html",
        "text/html; charset=utf-8",
    )
    fields = read_fields(reading.text, reading)
    assert (str(fields.number) if fields.number else None) == number
    assert fields.published == published
    if plan == "P":
        assert fields.made == date(2011, 4, 15)
