"""What is done to a site's pages changes the verdicts of its columns as far as it changes what a visitor sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govaudit.checks.columns.vocabulary import column_vocabulary
from govaudit.checks.registry import all_checks
from govaudit.inspection.profile import load_profile
from tests.checks.fixture_site import FixtureSpec, build_context

AS_OF = date(2026, 11, 20)
CHECKS = ("COL001", "COL002", "FRE002", "FRE003", "FRE004")
NATIONAL = load_profile("gov-2019")
TITLES = (
    "关于加强冬季道路交通安全工作的通知",
    "市政府召开第六十三次常务会议研究重点工作",
    "云澜市数字政府建设三年行动方案印发实施",
)
TEXT = "各县区、各部门要结合实际制定工作方案，明确责任分工和完成时限，确保各项任务按期完成。" * 4
EXAMPLES = settings(max_examples=12, deadline=None)

Verdicts = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Planted:
    """A column of the site. ``age``: of its newest entry in days, ``None``: it is empty."""

    folder: str
    canonical: str
    age: int | None
    name: str = ""
    listed: bool = True
    dated: bool = True

    @property
    def shown(self) -> str:
        return self.name or self.canonical


SITE = (
    Planted("yw", "动态要闻", 2),
    Planted("bm", "部门动态", 40),
    Planted("gg", "通知公告", 250),
    Planted("wj", "政策文件", 30),
    Planted("rs", "人事信息", 500),
    Planted("sj", "审计公开", None),
    Planted("zj", "意见征集", None),
    Planted("ls", "历史沿革", 2500),
)
FAULTS: Verdicts = {
    ("FRE002", "bm"): "fail stale",
    ("FRE003", "gg"): "fail stale",
    ("FRE004", "rs"): "fail stale",
    ("COL002", "sj"): "fail only-notice",
    ("COL001", "概况信息"): "fail missing",
    ("COL001", "机构职能"): "fail missing",
    ("COL001", "领导信息"): "fail missing",
    ("COL001", "政策解读"): "fail missing",
    ("COL001", "办事服务"): "fail missing",
    ("COL001", "互动交流"): "fail missing",
}


def pages_of(site: tuple[Planted, ...]) -> dict[str, str]:
    """Home page, lists and articles."""
    menu = "".join(f'<li><a href="/{one.folder}/">{one.shown}</a></li>' for one in site)
    nav = (
        '<div class="nav"><ul><li><a href="/">首页</a></li>'
        f'<li><a href="/gk/">政务公开</a><ul>{menu}</ul></li></ul></div>'
    )
    pages = {"/": _page("云澜市人民政府", nav, '<div class="main"><p>欢迎访问本网站。</p></div>')}
    pages["/gk/"] = _page("政务公开", nav, f'<div class="main"><ul>{menu}</ul></div>')
    for one in site:
        pages[f"/{one.folder}/"] = _page(one.shown, nav, _list(one), one)
        if one.age is not None:
            pages |= {f"/{one.folder}/{n}.html": _article(one, n, nav) for n in range(len(TITLES))}
    return pages


def _day(one: Planted, number: int) -> date:
    return AS_OF - timedelta(days=(one.age or 0) + 7 * number)


def _list(one: Planted) -> str:
    if one.age is None:
        return '<div class="main"><p class="none">暂无内容</p></div>'
    rows = "".join(
        f'<li><a href="/{one.folder}/{n}.html">{title}</a>'
        + (f"<span>{_day(one, n)}</span>" if one.listed else "")
        + "</li>"
        for n, title in enumerate(TITLES)
    )
    return f'<div class="main"><ul class="list">{rows}</ul></div>'


def _article(one: Planted, number: int, nav: str) -> str:
    shown = f"发布时间：{_day(one, number)} 09:30 " if one.dated else ""
    body = (
        f'<div class="content"><h1>{TITLES[number]}</h1><p class="info">{shown}来源：本站</p>'
        f'<div id="zoom"><p>{TEXT}</p></div></div>'
    )
    return _page(TITLES[number], nav, body, one)


def _page(title: str, nav: str, body: str, column: Planted | None = None) -> str:
    place = (
        f'<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/gk/">政务公开</a> &gt; '
        f'<a href="/{column.folder}/">{column.shown}</a></div>'
        if column
        else ""
    )
    return (
        f"<!DOCTYPE html><html><head><title>{title}_云澜市人民政府</title></head><body>{nav}{place}{body}"
        '<div class="footer"><p>主办：云澜市人民政府办公室</p></div></body></html>'
    )


def faults_of(pages: dict[str, str], charset: str = "", name: str = "云澜市人民政府") -> Verdicts:
    """Everything that the checks of columns have against the site."""
    spec = FixtureSpec.model_validate(
        {
            "check": "COL001",
            "as_of": AS_OF.isoformat(),
            "profile": NATIONAL.name,
            "site": {"url": "http://www.yunlan.gov.cn/", "name": name},
            "pages": {url: {"html": html, "charset": charset} for url, html in pages.items()},
            "expect": {"verdict": "pass"},
        }
    )
    found: Verdicts = {}
    with TemporaryDirectory() as folder:
        context = build_context(spec, Path(folder))
        try:
            for check in CHECKS:
                one = all_checks()[check]
                judgement = one.function(context, one.parameters(NATIONAL.checks[check], NATIONAL.name))
                if judgement.reason is not None:
                    found[check, ""] = f"inconclusive {judgement.reason.value}"
                for fault in judgement.faults:
                    subject = fault.subject if check == "COL001" else fault.page.split("/")[3]
                    found[check, subject] = f"{fault.verdict.value} {fault.fault}"
        finally:
            context.facts.close()
    return found


def test_the_site_has_exactly_the_planted_faults() -> None:
    assert faults_of(pages_of(SITE)) == FAULTS


@pytest.mark.parametrize(
    ("script", "charset"),
    [
        ("s2t", "utf-8"), ("s2t", "big5"), ("s2t", "gbk"), ("s2tw", "big5"), ("s2hk", "utf-8"), ("", "gb18030"),
    ],
)  # fmt: skip
def test_the_script_of_the_characters_changes_nothing(script: str, charset: str) -> None:
    converter = opencc.OpenCC(script) if script else None

    def written(html: str) -> str:
        text = str(converter.convert(html)) if converter else html
        return text.encode(charset, "xmlcharrefreplace").decode(charset)

    found = faults_of({url: written(html) for url, html in pages_of(SITE).items()}, charset)
    assert found == FAULTS


@EXAMPLES
@given(st.data())
def test_a_column_may_go_by_any_of_its_names(data: st.DataObject) -> None:
    names = column_vocabulary().names
    site = tuple(
        replace(one, name=data.draw(st.sampled_from(names[one.canonical]), label=one.folder)) for one in SITE
    )
    pages = pages_of(site)
    archived = {one.folder for one in site if column_vocabulary().is_archive_name(one.shown, AS_OF.year)}
    expected = {key: fault for key, fault in FAULTS.items() if key[1] not in archived or key[0] == "COL002"}
    assert faults_of(pages) == expected


@EXAMPLES
@given(
    st.sampled_from(
        (
            (r"</li>", ""),
            (r"</(p|span)>", ""),
            (r"</?(html|head|body)>", ""),
            (r'"', "'"),
            (r' class="(\w+)"', r" class=\1"),
            (r"<(/?)(ul|li|a|div)\b", lambda found: f"<{found[1]}{found[2].upper()}"),
            (r"</body></html>$", ""),
            (r"<body>", "<body></p></span></table><body>"),
            (r"<li>", "<li\n>"),
            (r"<(h1|p)", r"<font color=red><\1"),
            (r"^", "\ufeff<!-- 模板 -- > -->"),
        )
    ),
    st.sampled_from(("", "gb18030")),
)
def test_html_that_a_browser_mends_is_read_the_same(change: tuple[str, str], charset: str) -> None:
    pattern, replacement = change
    broken = {url: re.sub(pattern, replacement, html) for url, html in pages_of(SITE).items()}
    assert broken != pages_of(SITE)
    assert faults_of(broken, charset) == FAULTS


@EXAMPLES
@given(st.sets(st.sampled_from([one.folder for one in SITE if one.age is not None]), min_size=1))
def test_dates_of_articles_stand_in_for_those_of_a_list(folders: set[str]) -> None:
    site = tuple(replace(one, listed=one.folder not in folders) for one in SITE)
    assert faults_of(pages_of(site)) == FAULTS


@EXAMPLES
@given(st.sampled_from([one for one in SITE if one.age is not None and one.folder != "ls"]))
def test_a_column_without_any_date_is_not_updated(undated: Planted) -> None:
    site = tuple(replace(one, listed=False, dated=False) if one == undated else one for one in SITE)
    check = {"yw": "FRE002", "bm": "FRE002", "rs": "FRE004"}.get(undated.folder, "FRE003")
    assert faults_of(pages_of(site)) == FAULTS | {(check, undated.folder): "fail undated"}


@EXAMPLES
@given(
    st.sampled_from([one for one in SITE if one.age is not None and one.folder != "ls"]), st.integers(0, 2)
)
def test_an_undated_list_with_an_unread_article_accuses_nobody(undated: Planted, unread: int) -> None:
    site = tuple(replace(one, listed=False) if one == undated else one for one in SITE)
    pages = pages_of(site)
    del pages[f"/{undated.folder}/{unread}.html"]
    found = faults_of(pages)
    of_others = {key: fault for key, fault in FAULTS.items() if key[1] != undated.folder}
    assert {key: fault for key, fault in found.items() if fault.startswith("fail")} == of_others


def test_every_column_with_a_period_is_accounted_for(tmp_path: Path) -> None:
    spec = FixtureSpec.model_validate(
        {
            "check": "FRE004",
            "as_of": AS_OF.isoformat(),
            "site": {"url": "http://www.yunlan.gov.cn/", "name": "云澜市人民政府"},
            "pages": pages_of(SITE),
            "expect": {"verdict": "fail"},
        }
    )
    one = all_checks()["FRE004"]
    context = build_context(spec, tmp_path)
    try:
        trace = one.function(context, one.params()).trace
    finally:
        context.facts.close()
    told = {
        seen.subject.rpartition(" > ")[2]: (seen.verdict.value, seen.arguments["newest"], seen.said[-1].key)
        for seen in trace
    }
    assert told == {
        "人事信息": ("fail", "2025-07-08", "columns.named"),
        "审计公开": ("not-applicable", "", "columns.left-out-without-entries"),
    }
