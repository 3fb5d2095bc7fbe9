"""Columns, their elements and their newness, as the work plans ask for them: what is missing is told under the row that
asks for it, and what is there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.verdict import Kind, Verdict
from tests.requirements.judging import site_of, under
from tests.requirements.table import CHECKED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.checks.fixture_site import FixtureSpec

PLAN_OF_BUREAU = ("城市更新计划", "改造方案批复", "项目改造进展", "改造成果")
TOPICS: dict[str, tuple[str, ...]] = {
    "G3": PLAN_OF_BUREAU,
    "G5": ("数据开放",),
    "G14": ("机构职能", "领导信息", "通知公告", "政策文件", "政府信息公开", "互动交流", *PLAN_OF_BUREAU, "数据开放"),
    "Z3": ("机构职能目录",),
    "Z6": ("六稳六保",),
    "Z7": ("应急管理", "公共卫生"),
    "Z9": ("市场监管",),
    "Z12": ("办事一本通",),
    "Z18": (
        "民生信息", "三大攻坚战", "重大建设项目", "公共资源配置", "社会公益事业", "生态环境", "财政预决算", "安全生产",
    ),
    "Z20": ("整改公开",),
    "Z22": ("公共企事业单位信息公开",),
    "S7": ("行政许可",),
    "S10": ("国有土地征收", "保障性住房", "农村危房改造"),
    "S11": ("农村集体土地征收",),
    "P1": (
        "机构职能", "领导信息", "规范性文件", "法律法规", "行政许可", "行政执法公示", "网上信访", "办事服务",
        "应急管理", "重大行政决策", "重大建设项目", "收费项目",
    ),
    "T1": (
        "国土空间规划", "污染源监管", "疏解整治促提升", "乡村振兴", "教育信息", "公共卫生", "市场监管", "保障性住房",
        "社会救助", "双公示", "双随机一公开", "政府和社会资本合作", "交通运输", "水利建设", "科技创新", "公共文化体育",
    ),
    "T17": ("政务新媒体",),
}  # fmt: skip
"""Row → columns that its sentence asks for; news are on every site here."""

FRESH: dict[str, tuple[str, ...]] = {
    "G3": PLAN_OF_BUREAU,
    "G5": ("数据开放",),
    "Z6": ("六稳六保",),
    "Z7": ("应急管理", "公共卫生"),
    "S1": ("行政许可", "保障性住房", "国有土地征收"),
    "T1": (
        "疏解整治促提升", "教育信息", "公共卫生", "市场监管", "保障性住房", "社会救助", "双公示", "双随机一公开",
        "科技创新",
    ),
}  # fmt: skip
"""Row → columns that have to show something of the last year."""

OWN_TOPICS = {*PLAN_OF_BUREAU, "数据开放", "六稳六保", "疏解整治促提升", "科技创新"}
"""Columns of which only a work plan says that they have to be kept up."""

ELEMENTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("G14", "机构职能"): ("工作职能", "机构设置", "办公地址", "办公时间", "联系方式"),
    ("Z2", "机构职能"): ("工作职能", "内设机构", "下属单位", "办公地址", "办公时间", "联系方式"),
    ("Z19", "重大建设项目"): ("批准信息", "招标投标信息", "征收土地信息", "施工信息", "质量安全监督信息", "竣工信息"),
    ("Z22", "公共企事业单位信息公开"): (
        "教育", "卫生健康", "供水", "供电", "供气", "供热", "环境保护", "公共交通",
    ),
    ("S12", "法定主动公开内容"): ("公开主体", "公开范围", "公开内容", "公开方式", "公开时限"),
    ("P1", "机构职能"): ("工作职能", "内设机构", "联系方式"),
    ("P1", "领导信息"): ("工作分工",),
    ("P5", "重大行政决策"): ("公众参与", "专家咨询", "风险评估", "合法性审查", "集体决定"),
    ("P9", "公共企事业单位信息公开"): ("岗位职责", "服务承诺", "收费项目", "工作规范", "办事纪律", "监督渠道"),
    ("T6", "政策执行公开"): ("实施步骤", "具体措施", "责任分工", "工作进展", "工作成效", "监督方式"),
}  # fmt: skip
"""Row and column → what the column has to show."""

_SAID_BY_THE_COLUMN = {"工作职能", "公开内容"}
"""What the name of the column itself shows."""
_SAID = {
    "办公地址": "云澜市长安路18号",
    "办公时间": "工作日9:00—17:00",
    "联系方式": "0877-2012345",
}
_PLAIN = "本栏目按照要求汇集有关的情况，供公众随时查阅，欢迎提出意见，我们会认真研究并改进这项事务。"
_ENOUGH = "已经按照要求完成并且向社会公布。"


def _site(row: str, columns: dict[str, str]) -> FixtureSpec:
    """A site whose menu has these columns (name → content of the page) and news."""
    columns = {"要闻动态": _list("2026-11-18"), **columns}
    menu = "".join(f'<li><a href="/c{number}/">{name}</a></li>' for number, name in enumerate(columns))
    page = (
        '<html><head><meta charset="utf-8"><title>{name}_云澜市</title></head><body>'
        f'<div class="nav"><ul><li><a href="/">首页</a></li>{menu}</ul></div>'
        '<div class="main"><h2>{name}</h2>{content}</div></body></html>'
    )
    pages = {"/": page.format(name="首页", content=_list("2026-11-18"))}
    for number, (name, content) in enumerate(columns.items()):
        pages[f"/c{number}/"] = page.format(name=name, content=content)
    kind = "department" if row[0] in "GS" else "portal"
    return site_of(pages, site={"url": "http://www.yunlan.gov.cn/", "name": "云澜市", "kind": kind})


def _list(newest: str) -> str:
    titles = ("关于公布本年度工作安排的情况", "关于印发实施方案的说明", "有关事项办理进展的公布")
    items = "".join(
        f'<li><a href="http://other.example.cn/{newest}/{number}.html">{title}</a><span>{newest}</span></li>'
        for number, title in enumerate(titles)
    )
    return f'<ul class="list">{items}</ul>'


@pytest.mark.parametrize("row", TOPICS)
def test_columns_of_row(row: str, tmp_path: Path) -> None:
    missing = under(row, "COL001", _site(row, {"便民提示": _PLAIN}), tmp_path / "missing")
    assert {one.subject for one in missing} == set(TOPICS[row])
    there = _site(row, dict.fromkeys(TOPICS[row], _list("2026-11-18")))
    left = under(row, "COL001", there, tmp_path / "there")
    assert left == []


@pytest.mark.parametrize("row", FRESH)
def test_columns_of_row_are_kept_up(row: str, tmp_path: Path) -> None:
    stale = under(
        row, "FRE004", _site(row, dict.fromkeys(FRESH[row], _list("2025-11-19"))), tmp_path / "stale"
    )
    assert {one.topic for one in stale} == set(FRESH[row])
    fresh = under(
        row, "FRE004", _site(row, dict.fromkeys(FRESH[row], _list("2025-11-21"))), tmp_path / "fresh"
    )
    assert fresh == []
    counted = {one.topic for one in stale if any(effect.kind is Kind.VETO for effect in one.effects)}
    assert counted == set(FRESH[row]) - OWN_TOPICS


@pytest.mark.parametrize(("row", "column"), ELEMENTS, ids=["-".join(one) for one in ELEMENTS])
def test_elements_of_row(row: str, column: str, tmp_path: Path) -> None:
    elements = ELEMENTS[row, column]
    for left_out in ("", *(one for one in elements if one not in _SAID_BY_THE_COLUMN)):
        content = f"<p>{_PLAIN}</p>" + "".join(
            f"<h3>{name}</h3><p>{_SAID.get(name, _ENOUGH)}</p>" for name in elements if name != left_out
        )
        found = under(row, "COL004", _site(row, {column: content}), tmp_path / f"without-{left_out}")
        said = [one for one in found if one.verdict is Verdict.FAIL and one.subject == column]
        assert [one.arguments["missing"] for one in said] == ([left_out] if left_out else [])


def test_every_row_with_columns_is_here() -> None:
    said = {"COL001": set(TOPICS), "FRE004": set(FRESH), "COL004": {row for row, _ in ELEMENTS}}
    asked = {check: {row for row, checks in CHECKED.items() if check in checks} for check in said}
    assert said == asked
