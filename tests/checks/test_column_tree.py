from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from govaudit.checks.addresses import address_key
from govaudit.checks.columns.age import age_of
from govaudit.checks.columns.tree import ColumnTree, DateOrigin, column_tree
from govaudit.checks.overview import overview
from govaudit.inspection.calendar import Period
from govaudit.inspection.verdict import Reason, Verdict
from tests.checks.fixture_site import FixtureSpec, build_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.checks.context import Context

NAVIGATION = """<div class="nav"><ul><li><a href="/">首页</a></li>
<li><a href="/ywdt/">要闻动态</a></li>
<li><a href="/zwgk/">政务公开</a>
<ul><li><a href="/zwgk/tzgg/">通知公告</a></li><li><a href="/zwgk/zfwj/">政府文件</a></li></ul></li>
<li><a href="http://zwfw.example.gov.cn/">办事服务</a></li></ul></div>"""


def entries(folder: str, days: list[str], first: int = 0) -> str:
    rows = "".join(
        f'<li><a href="{folder}t{number}.html">关于做好第{number}批项目申报工作的通知</a><span>{day}</span></li>'
        for number, day in enumerate(days, first)
    )
    return f'<div class="list"><ul>{rows}</ul></div>'


def page(name: str, body: str, trail: str = "") -> str:
    return f"""<html><head><title>{name}_云澜市人民政府</title><meta name="ColumnName" content="{name}"></head><body>
{NAVIGATION}<div class="position">当前位置：<a href="/">首页</a> &gt; {trail}</div>
<div class="main"><div class="text"><p>本栏目发布云澜市人民政府及其办公室的有关信息，供公众查阅，欢迎监督。</p></div>
{body}</div></body></html>"""


PAGES = {
    "/": f"<html><head><title>云澜市人民政府</title></head><body>{NAVIGATION}"
    '<h3>通知公告 <a href="/zwgk/tzgg/index.html">更多</a></h3></body></html>',
    "/ywdt/": page(
        "要闻动态",
        entries("/ywdt/", ["2026-11-18", "2026-11-10", "2026-11-02"]),
        '<a href="/ywdt/">要闻动态</a>',
    ),
    "/zwgk/": page("政务公开", "", '<a href="/zwgk/">政务公开</a>'),
    "/zwgk/tzgg/": page(
        "通知公告",
        entries("/zwgk/tzgg/", ["2026-09-18", "2026-09-10", "2026-09-02"])
        + '<div class="page"><a href="/zwgk/tzgg/index_1.html">下一页</a></div>',
        '<a href="/zwgk/">政务公开</a> &gt; <a href="/zwgk/tzgg/">通知公告</a>',
    ),
    "/zwgk/tzgg/index_1.html": page(
        "通知公告",
        entries("/zwgk/tzgg/", ["2026-10-30", "2026-08-10", "2026-08-02"], 3),
        '<a href="/zwgk/">政务公开</a> &gt; <a href="/zwgk/tzgg/">通知公告</a>',
    ),
}


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    spec = FixtureSpec.model_validate(
        {
            "check": "FRE003",
            "site": {"url": "http://www.yunlan.gov.cn/", "name": "云澜市人民政府"},
            "pages": PAGES,
            "targets": {"/zwgk/zfwj/": {"status": "403", "reason": "blocked-status"}},
            "expect": {"verdict": "pass"},
        }
    )
    built = build_context(spec, tmp_path)
    yield built
    built.facts.close()


@pytest.fixture
def tree(context: Context) -> ColumnTree:
    return context.derived(column_tree)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.yunlan.gov.cn/tzgg/index.shtml", "yunlan.gov.cn/tzgg/"),
        ("http://yunlan.gov.cn/tzgg/", "yunlan.gov.cn/tzgg/"),
        ("http://yunlan.gov.cn/tzgg/index.jsp?id=3", "yunlan.gov.cn/tzgg/index.jsp?id=3"),
        ("http://yunlan.gov.cn/tzgg/list.html", "yunlan.gov.cn/tzgg/list.html"),
    ],
)
def test_a_column_is_known_by_its_place(url: str, key: str) -> None:
    assert address_key(url) == key


def test_columns_stand_where_the_navigation_puts_them(tree: ColumnTree) -> None:
    assert {column.path for column in tree.columns} == {
        ("要闻动态",),
        ("政务公开",),
        ("政务公开", "通知公告"),
        ("政务公开", "政府文件"),
        ("办事服务",),
    }


def test_names_find_their_columns_and_levels(tree: ColumnTree) -> None:
    found = {
        column.path[-1]: (column.canonical, column.first_level, column.external) for column in tree.columns
    }
    assert found["政府文件"] == ("政策文件", True, False)
    assert found["要闻动态"] == ("动态要闻", True, False)
    assert found["办事服务"][2] is True


def test_entries_of_all_pages_of_a_list_belong_to_one_column(tree: ColumnTree) -> None:
    column = tree.at("http://www.yunlan.gov.cn/zwgk/tzgg/index.html")
    assert column is not None
    assert column.pages_read == (
        "http://www.yunlan.gov.cn/zwgk/tzgg/",
        "http://www.yunlan.gov.cn/zwgk/tzgg/index_1.html",
    )
    assert len(column.items) == 6
    assert column.newest is not None
    assert (column.newest.day, column.newest.origin) == (date(2026, 10, 30), DateOrigin.LIST)
    assert column.more_unread is None
    assert column.identity == "政务公开/通知公告"


def test_an_unread_column_says_why(tree: ColumnTree, context: Context) -> None:
    column = tree.at("http://www.yunlan.gov.cn/zwgk/zfwj/")
    assert column is not None
    assert column.unread is Reason.BLOCKED_STATUS
    age = age_of(column, Period("6 months"), context.as_of)
    assert (age.verdict, age.reason) == (Verdict.INCONCLUSIVE, Reason.BLOCKED_STATUS)


def test_age_counts_calendar_days(tree: ColumnTree, context: Context) -> None:
    column = tree.at("http://www.yunlan.gov.cn/zwgk/tzgg/")
    assert column is not None
    assert age_of(column, Period("21 days"), context.as_of).verdict is Verdict.PASS
    stale = age_of(column, Period("20 days"), context.as_of)
    assert (stale.verdict, stale.days) == (Verdict.FAIL, 21)


def test_overview_lists_own_columns_with_their_newest_days(context: Context) -> None:
    seen = overview(context)
    rows = {column.path[-1]: (column.newest, column.period, column.verdict) for column in seen.columns}
    assert seen.title == "云澜市人民政府"
    assert seen.newest == "2026-11-18"
    assert rows["要闻动态"] == ("2026-11-18", "14 days", Verdict.PASS)
    assert rows["通知公告"] == ("2026-10-30", "6 months", Verdict.PASS)
    assert rows["政府文件"] == ("", "6 months", Verdict.INCONCLUSIVE)
    assert rows["政务公开"] == ("", "", Verdict.NOT_APPLICABLE)
    assert "办事服务" not in rows
