"""The rows of the local plans that ask for something of service guides: each finds what its sentence asks for, under
its own name, and not when the row is altered."""

# ruff: noqa: N802 - tests are named after the rows as the plans number them

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.inspection.own_tables import own_tables
from govaudit.inspection.profile import load_profile
from govaudit.workflow.judge import judge_site
from tests.checks.fixture_site import FixtureSpec, build_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Judged = Callable[..., set[tuple[str, str]]]

SOUND = {
    "事项名称": "居住证申领",
    "事项编码": "11530199MB0001234X2000109005001",
    "事项类型": "公共服务",
    "设定依据": "《居住证暂行条例》第九条",
    "申请条件": "在本市居住半年以上。",
    "办理材料": "1.居民身份证（原件1份，纸质）；2.居住地住址证明（复印件1份，纸质）。",
    "办理流程": "申请、受理、审核、制证、领取",
    "承诺时限": "7个工作日",
    "办理机构": "云澜市公安局",
    "收费标准": "不收费",
    "审批结果": "居住证",
    "办理地点": "云澜市政务服务中心二楼8号窗口",
    "办理时间": "工作日9:00-17:00",
    "联系电话": "0877-2012345",
    "注意事项": "委托他人代办的，应当出具委托书。",
    "更新日期": "2026-06-01",
}
TEN = "[事项名称, 设定依据, 申请条件, 办理材料, 办理地点, 办理机构, 收费标准, 办理时间, 联系电话, 办理流程]"


def guide(**changes: str | None) -> str:
    """A guide with elements changed, or left out (``None``)."""
    elements = {name: text for name, text in (SOUND | changes).items() if text is not None}
    rows = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in elements.items())
    return (
        f'<html><head><meta charset="utf-8"><title>{elements["事项名称"]}_办事指南</title></head><body>'
        f"<h2>{elements['事项名称']}</h2><table>{rows}</table></body></html>"
    )


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    """What pages give under a rule book with one row: pairs of check and row, for findings of any effect."""

    def judge(
        checks: str, row: str, pages: dict[str, str], *, before: dict[str, str] | None = None, items: str = ""
    ) -> set[tuple[str, str]]:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "plan.yaml").write_text(
            "name: plan\ntitle: plan\nbasis: plan\nchecks:\n"
            + "".join(f"  {line}\n" for line in checks.strip().splitlines())
            + f"rows:\n  - {{id: ROW, name: 要求, part: open, clause: 要求, sure: V, shown: {row}}}\n",
            encoding="utf-8",
        )
        if items:
            (folder / "items.csv").write_text(items, encoding="utf-8")
        data: dict[str, Any] = {"check": "GUI002", "pages": pages, "expect": {"verdict": "pass"}}
        if before is not None:
            data["previous"] = {"as_of": "2026-08-20", "pages": before}
        context = build_context(FixtureSpec.model_validate(data), folder)
        with closing(context.facts):
            found = judge_site(
                context.facts,
                load_profile("plan", folder),
                (),
                folder / "evidence",
                previous=context.previous,
                tables=own_tables(folder),
            )
        if context.previous is not None:
            context.previous.close()
        assert not [one.detail for one in found.checks.values() if one.detail]
        return {(one.check, effect.row) for one in found.findings for effect in one.effects}

    return judge


def under(*checks: str) -> set[tuple[str, str]]:
    return {(check, "要求") for check in checks}


def test_G10_codes_kinds_limits_bases_and_vague_words_are_checked(judged: Judged) -> None:
    pages = {"/1.html": guide(事项编码=None, 承诺时限=None, 办理材料="1.身份证（原件1份）；2.其他有关材料")}
    checks = "GUI002: {elements: [事项编码, 事项类型, 办理时限, 法律依据]}\nGUI003: {}"
    assert judged(checks, "[GUI002, GUI003]", pages) == under("GUI002", "GUI003")
    assert judged("GUI002: {elements: [法律依据]}\nGUI003: {}", "[GUI002, GUI003]", pages) == under("GUI003")
    assert judged(checks, "[GUI002]", pages) == under("GUI002")


def test_G11_proofs_without_a_basis_go_to_a_person(judged: Judged) -> None:
    pages = {"/1.html": guide(办理材料="1.居民身份证；2.居住地住址证明（复印件1份）。")}
    assert judged("GUI004: {}\nGUI005: {proofs: 'true'}", "[GUI004, GUI005]", pages) == under(
        "GUI004", "GUI005"
    )
    assert judged("GUI004: {}\nGUI005: {}", "[GUI004, GUI005]", pages) == under("GUI004")


def test_G12_conditions_that_changed_need_a_new_date(judged: Judged) -> None:
    now, then = {"/1.html": guide(申请条件="在本市居住一年以上。")}, {"/1.html": guide()}
    assert judged("GUI007: {}", "[GUI007]", now, before=then) == under("GUI007")
    assert judged("GUI007: {watched: [收费标准]}", "[GUI007]", now, before=then) == set()
    dated = {"/1.html": guide(申请条件="在本市居住一年以上。", 更新日期="2026-10-12")}
    assert judged("GUI007: {}", "[GUI007]", dated, before=then) == set()


def test_G13_the_site_agrees_with_the_list_of_the_service_hall(judged: Judged) -> None:
    items = (
        "事项编码,事项名称,收费标准,承诺时限\n11530199MB0001234X2000109005001,居住证申领,不收费,3个工作日\n"
    )
    pages = {"/1.html": guide()}
    assert judged("GUI008: {}", "[GUI008]", pages, items=items) == under("GUI008")
    assert judged("GUI008: {elements: [收费标准]}", "[GUI008]", pages, items=items) == set()


def test_Z10_ways_and_conditions_are_complete_and_up_to_date(judged: Judged) -> None:
    pages = {"/1.html": guide(申请条件="", 更新日期="2020-01-05")}
    checks = f"GUI002: {{elements: {TEN}}}\nGUI007: {{years: '2'}}"
    assert judged(checks, "[GUI002, GUI007]", pages) == under("GUI002", "GUI007")
    altered = "GUI002: {elements: [办理流程]}\nGUI007: {years: '0'}"
    assert judged(altered, "[GUI002, GUI007]", pages) == set()


def test_Z13_the_same_item_says_the_same_everywhere(judged: Judged) -> None:
    pages = {"/1.html": guide(), "/2.html": guide(承诺时限="15个工作日")}
    assert judged("GUI008: {}", "[GUI008]", pages) == under("GUI008")
    assert judged("GUI008: {elements: [办理地点]}", "[GUI008]", pages) == set()


def test_S06_guides_have_the_eight_elements_of_the_plan(judged: Judged) -> None:
    eight = "[设定依据, 申请条件, 申请材料, 基本流程, 审批时限, 收费依据及标准, 审批决定证件, 注意事项]"
    pages = {"/1.html": guide(审批结果=None)}
    assert judged(f"GUI002: {{elements: {eight}}}", "[GUI002]", pages) == under("GUI002")
    assert judged(f"GUI002: {{elements: {TEN}}}", "[GUI002]", pages) == set()
    assert judged(f"GUI002: {{elements: {eight}}}", "[GUI002]", {"/1.html": guide()}) == set()


def test_P03_the_site_agrees_with_the_portal_of_the_district(judged: Judged) -> None:
    items = "事项名称,办理机构,联系电话\n居住证申领,云澜市公安局,0877-2019999\n"
    pages = {"/1.html": guide(事项编码=None)}
    assert judged("GUI008: {}", "[GUI008]", pages, items=items) == under("GUI008")
    assert judged("GUI008: {elements: [承诺时限]}", "[GUI008]", pages, items=items) == set()


def test_P06_lists_of_materials_and_forms_to_download(judged: Judged) -> None:
    pages = {"/1.html": guide(办理材料="居住证申请表（原件1份）"), "/2.html": guide(办理材料=None)}
    checks = "GUI002: {elements: [申请材料]}\nGUI006: {}"
    assert judged(checks, "[GUI002, GUI006]", pages) == under("GUI002", "GUI006")
    assert judged("GUI002: {elements: [申请条件]}\nGUI006: {}", "[GUI002, GUI006]", pages) == under("GUI006")
    assert judged(checks, "[GUI002]", pages) == under("GUI002")


def test_P07_items_and_guides_of_public_services(judged: Judged) -> None:
    home = "<html><head><title>云澜市</title></head><body><h1>云澜市</h1>{}</body></html>"
    links = "".join(f'<a href="/{name}/">{name}</a>' for name in ("概况", "要闻", "公告", "公开"))
    columns = {f"/{name}/": f"<html><title>{name}</title><body><h1>{name}</h1><p>{name}内容若干。</p></body></html>"
               for name in ("概况", "要闻", "公告", "公开")}  # fmt: skip
    without = {"/": home.format(links), **columns}
    checks = "GUI001: {}\nGUI002: {elements: [办理地点]}"
    assert judged(checks, "[GUI001, GUI002]", without) == under("GUI001")
    assert judged("GUI001: {kinds: [service]}\nGUI002: {}", "[GUI001, GUI002]", without) == set()
    with_guide = {**without, "/1.html": guide(办理地点="")}
    assert judged(checks, "[GUI001, GUI002]", with_guide) == under("GUI002")


def test_T07_guides_follow_the_standard_and_changes_are_dated(judged: Judged) -> None:
    pages, then = {"/1.html": guide(办理流程="", 收费标准="工本费20元")}, {"/1.html": guide()}
    checks = f"GUI002: {{elements: {TEN}}}\nGUI007: {{}}"
    assert judged(checks, "[GUI002, GUI007]", pages, before=then) == under("GUI002", "GUI007")
    altered = "GUI002: {elements: [设定依据]}\nGUI007: {watched: [申请条件]}"
    assert judged(altered, "[GUI002, GUI007]", pages, before=then) == set()


def test_T08_information_that_is_wrong_or_contradicts(judged: Judged) -> None:
    pages = {"/1.html": guide(), "/2.html": guide(联系电话="0877-20123", 收费标准="工本费20元")}
    checks = "GUI008: {}\nGUI009: {}"
    assert judged(checks, "[GUI008, GUI009]", pages) == under("GUI008", "GUI009")
    altered = "GUI008: {elements: [承诺时限]}\nGUI009: {phones: [监督电话]}"
    assert judged(altered, "[GUI008, GUI009]", pages) == set()
