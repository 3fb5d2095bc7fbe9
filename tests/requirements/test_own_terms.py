"""Rows that ask for something of their own: what the national rule book would pass is told, and what they ask for is
enough."""

# ruff: noqa: N802 - tests are named after the rows as the plans number them

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.profile import load_profile
from govaudit.inspection.verdict import Kind, Verdict
from tests.requirements.guide_page import guide
from tests.requirements.judging import fixture, site_of, under

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from tests.checks.fixture_site import FixtureSpec

EIGHT = {
    "设定依据": "设定依据",
    "申请条件": "申请条件",
    "申请材料": "办理材料",
    "基本流程": "办理流程",
    "审批时限": "承诺时限",
    "收费依据及标准": "收费标准",
    "审批决定证件": "审批结果",
    "注意事项": "注意事项",
}
"""Element of the plan → the same on the page."""


def _with(spec: FixtureSpec, old: str, new: str) -> FixtureSpec:
    """The fixture with words of its pages changed."""
    pages = {
        address: page.model_copy(update={"html": page.html.replace(old, new)})
        for address, page in spec.pages.items()
    }
    assert pages != spec.pages
    return spec.model_copy(update={"pages": pages})


def _missing(found: list[Finding]) -> set[str]:
    return {name for one in found for name in str(one.arguments["missing"]).split("、")}


@pytest.mark.parametrize("row", ["G7", "Z16"])
def test_interpretations_of_row_have_three_working_days(row: str, tmp_path: Path) -> None:
    on_the_fourth = fixture("DOC003", "fail")
    assert [one.arguments["days"] for one in under(row, "DOC003", on_the_fourth, tmp_path / "4")] == [4]
    on_the_third = _with(on_the_fourth, "2026-09-02", "2026-09-01")
    assert under(row, "DOC003", on_the_third, tmp_path / "3") == []


def test_G6_annual_reports_speak_of_key_fields(tmp_path: Path) -> None:
    silent = fixture("DOC009", "pass")
    found = under("G6", "DOC009", silent, tmp_path / "silent")
    assert _missing(found) == {"重点领域信息公开"}
    said = _with(
        silent,
        "<h3>一、总体情况</h3>",
        "<h3>一、总体情况</h3><p>重点领域信息公开情况：公开更新计划12项。</p>",
    )
    assert under("G6", "DOC009", said, tmp_path / "said") == []


def test_S14_annual_reports_have_the_five_parts_of_the_plan(tmp_path: Path) -> None:
    parts = {
        "重点领域信息公开": "公开重点领域的信息120条。",
        "政策解读回应": "解读文件8件。",
        "建议提案办理结果": "公开答复16件。",
    }
    report = fixture("DOC009", "pass")
    for left_out in ("", *parts):
        said = "".join(f"<h3>{name}</h3><p>{text}</p>" for name, text in parts.items() if name != left_out)
        spec = _with(report, "<h3>一、总体情况</h3>", f"{said}<h3>一、总体情况</h3>")
        found = under("S14", "DOC009", spec, tmp_path / f"without-{left_out}")
        assert _missing(found) == ({left_out} if left_out else set())


def test_S5_the_list_of_powers_says_how_they_run_and_who_watches(tmp_path: Path) -> None:
    national = fixture("DOC016", "pass")
    assert _missing(under("S5", "DOC016", national, tmp_path / "national")) == {"运行流程", "监督方式"}
    head, cell = "<th>责任单位</th>", "<td>行政审批科</td>"
    whole = _with(national, head, f"{head}<th>运行流程</th><th>监督方式</th>")
    whole = _with(whole, cell, f"{cell}<td>受理、审查、决定、送达</td><td>监督电话0877-2012345</td>")
    assert under("S5", "DOC016", whole, tmp_path / "whole") == []


def test_P2_documents_say_to_whom_they_are_open(tmp_path: Path) -> None:
    national = fixture("DOC005", "pass")
    assert _missing(under("P2", "DOC005", national, tmp_path / "national")) == {"公开属性"}
    row = '<tr><td class="th">有效性：</td><td>有效</td></tr>'
    said = _with(national, row, f'{row}<tr><td class="th">公开属性：</td><td>主动公开</td></tr>')
    assert under("P2", "DOC005", said, tmp_path / "said") == []


def test_P4_five_ways_of_applying_are_named(tmp_path: Path) -> None:
    ways = {
        "当面提交": "到受理窗口当面提出",
        "传真申请": "传真至0877-2012346",
        "电子邮件申请": "发送电子邮件",
        "网站申请": "在线填写申请表",
        "信件": "邮寄信函",
    }
    offered = "申请人可以当面提交、邮政寄送，也可以在线填写申请表。"
    for left_out in ("", *ways):
        said = "申请人可以通过以下方式提出：" + "；".join(
            text for name, text in ways.items() if name != left_out
        )
        spec = _with(fixture("DOC021", "pass"), offered, f"{said}。")
        found = under("P4", "DOC021", spec, tmp_path / f"without-{left_out}")
        assert _missing(found) == ({left_out} if left_out else set())


def test_G10_codes_kinds_limits_and_bases_are_checked(tmp_path: Path) -> None:
    elements = {
        "事项编码": "事项编码",
        "事项类型": "事项类型",
        "办理时限": "承诺时限",
        "法律依据": "设定依据",
    }
    for name, on_page in elements.items():
        spec = site_of({"/1.html": guide(**{on_page: None})})
        (found,) = (one for one in under("G10", "GUI002", spec, tmp_path / name) if one.aspect == "local")
        assert found.arguments["missing"] == name
    assert under("G10", "GUI002", site_of({"/1.html": guide()}), tmp_path / "all") == []


def test_S6_guides_have_the_eight_elements_of_the_plan(tmp_path: Path) -> None:
    for name, on_page in EIGHT.items():
        spec = site_of({"/1.html": guide(**{on_page: None})})
        (found,) = (one for one in under("S6", "GUI002", spec, tmp_path / name) if one.aspect == "local")
        assert found.arguments["missing"] == name
    assert under("S6", "GUI002", site_of({"/1.html": guide()}), tmp_path / "all") == []


def test_what_only_a_plan_asks_of_a_guide_costs_no_national_points(tmp_path: Path) -> None:
    bare = site_of({"/1.html": guide(注意事项=None, 审批结果=None, 承诺时限=None, 办理流程=None)})
    found = under("S6", "GUI002", bare, tmp_path / "guide")
    kinds = {one.aspect: {effect.kind for effect in one.effects} for one in found}
    assert Kind.DEDUCT in kinds["few"]
    assert not kinds["local"] & {Kind.DEDUCT, Kind.VETO}
    assert {one.aspect: one.count for one in found} == {"few": 1, "local": 4}


def test_G11_proofs_without_a_basis_go_to_a_person(tmp_path: Path) -> None:
    pages = {"/1.html": guide(办理材料="1.居民身份证；2.居住地住址证明（复印件1份）。")}
    (found,) = under("G11", "GUI005", site_of(pages), tmp_path / "without")
    assert (found.verdict, found.aspect, found.arguments["names"]) == (
        Verdict.REVIEW,
        "proofs",
        "居住地住址证明",
    )
    assert not {effect.kind for effect in found.effects} & {Kind.DEDUCT, Kind.VETO}
    named = guide(办理材料="1.居民身份证；2.居住地住址证明（依据《居住证暂行条例》第九条，复印件1份）。")
    assert under("G11", "GUI005", site_of({"/1.html": named}), tmp_path / "named") == []


def test_G13_the_site_agrees_with_the_list_of_the_service_hall(tmp_path: Path) -> None:
    items = (
        "事项编码,事项名称,收费标准,承诺时限\n11530199MB0001234X2000109005001,居住证申领,不收费,{}个工作日\n"
    )
    spec = site_of({"/1.html": guide()})
    assert under("G13", "GUI008", spec, tmp_path / "other", items.format(3))
    assert under("G13", "GUI008", spec, tmp_path / "same", items.format(7)) == []


def test_P3_the_site_agrees_with_the_portal_of_the_district(tmp_path: Path) -> None:
    items = "事项名称,办理机构,联系电话\n居住证申领,云澜市公安局,{}\n"
    spec = site_of({"/1.html": guide(事项编码=None)})
    assert under("P3", "GUI008", spec, tmp_path / "other", items.format("0877-2019999"))
    assert under("P3", "GUI008", spec, tmp_path / "same", items.format("0877-2012345")) == []
    office = {"url": "http://gaj.yunlan.gov.cn/", "kind": "department"}
    portal = {
        "site": {"url": "http://www.yunlan.gov.cn/"},
        "pages": {"/9.html": guide(联系电话="0877-2019999")},
    }
    beside = site_of({"/1.html": guide()}, site=office, peers=[portal])
    [found] = under("P3", "GUI008", beside, tmp_path / "portal")
    assert found.fault == "differs-from-site"


@pytest.mark.parametrize("row", ["G12", "T7"])
def test_conditions_of_row_that_changed_need_a_new_date(row: str, tmp_path: Path) -> None:
    changed = {"申请条件": "在本市居住一年以上。"}
    before = {"as_of": "2026-08-20", "pages": {"/1.html": guide()}}
    silent = site_of({"/1.html": guide(**changed)}, previous=before)
    assert under(row, "GUI007", silent, tmp_path / "silent")
    dated = site_of({"/1.html": guide(**changed, 更新日期="2026-10-12")}, previous=before)
    assert under(row, "GUI007", dated, tmp_path / "dated") == []


@pytest.mark.parametrize("row", ["Z10", "P6", "P7", "T7"])
def test_guides_of_row_have_the_ten_elements(row: str, tmp_path: Path) -> None:
    book = load_profile("gov-2019")
    for name in ("申请条件", "办理流程", "办理材料", "办理地点"):
        assert name in book.checks["GUI002"]["elements"]
        found = under(row, "GUI002", site_of({"/1.html": guide(**{name: ""})}), tmp_path / name)
        assert [one.arguments["missing"] for one in found] == [name]


def test_a_finding_is_told_with_the_sentence_of_the_nearest_book(tmp_path: Path) -> None:
    (found,) = under("G7", "DOC003", fixture("DOC003", "fail"), tmp_path / "late")
    assert found.clause.startswith(
        "“政策解读材料原则上与政策解读文件同步在局网站发布，最迟不超过3个工作日。”"
    )
    assert len(found.effects) == 2
    assert msgspec.structs.asdict(found)["kind"] is Kind.OPEN


def test_T5_five_working_days_are_enough_for_a_consultation(tmp_path: Path) -> None:
    four = fixture("DOC011", "fail-working-days")
    assert under("T5", "DOC011", four, tmp_path / "4")
    five = _with(four, "2026年9月4日", "2026年9月7日")
    assert under("T5", "DOC011", five, tmp_path / "5") == []


def test_S9_sales_completions_and_investment_are_published_every_month(tmp_path: Path) -> None:
    sales = fixture("DOC019", "pass")
    found = under("S9", "DOC019", sales, tmp_path / "sales")
    assert {one.subject for one in found} == {"商品房竣工", "房地产开发投资"}
    all_three = _with(sales, "商品房销售情况", "商品房销售、商品房竣工和房地产开发投资情况")
    assert under("S9", "DOC019", all_three, tmp_path / "all") == []


def test_Z5_rules_stand_on_the_portal_as_well(tmp_path: Path) -> None:
    (found,) = under("Z5", "DOC020", fixture("DOC020", "fail-not-on-portal"), tmp_path / "not")
    assert found.fault == "not-on-portal"
    assert under("Z5", "DOC020", fixture("DOC020", "near-miss-portal"), tmp_path / "there") == []
