"""Service guides in the forms in which portals publish them, and pages that only look like guides."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.crawler.reading.guide_materials import materials_in
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import GuideReading, PageKind, Reading

NAMES = {
    "设定依据": "《居住证暂行条例》第九条",
    "申请条件": "居住半年以上",
    "办理材料": "身份证原件1份",
    "收费标准": "不收费",
}


def reading_of(body: str, *, title: str = "居住证申领_办事指南") -> Reading:
    html = f'<html><head><meta charset="utf-8"><title>{title}</title></head><body>{body}</body></html>'
    return read_page(html.encode(), "https://www.yunlan.gov.cn/bsfw/page.html")[0]


def guides_of(body: str, *, title: str = "居住证申领_办事指南") -> tuple[GuideReading, ...]:
    return reading_of(body, title=title).guides


def rows(elements: dict[str, str]) -> str:
    return "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in elements.items())


def test_what_a_tab_shows_is_its_panel_even_when_it_is_not_open() -> None:
    tabs = "".join(f'<li><a href="javascript:;">{name}</a></li>' for name in NAMES)
    panels = "".join(f'<div style="display:none"><p>{text}</p></div>' for text in NAMES.values())
    (guide,) = guides_of(f"<h2>居住证申领</h2><ul>{tabs}</ul><div>{panels}</div>")
    assert guide.elements == NAMES


def test_names_beside_their_texts_are_no_tabs() -> None:
    lines = [("收费标准", "不收费", "承诺时限", "5日"), ("审批结果", "居住证", "联系电话", "2012345")]
    body = "".join(f"<div>{''.join(f'<div>{text}</div>' for text in line)}</div>" for line in lines)
    (guide,) = guides_of(f"<h2>居住证申领</h2><p>申请条件：居住半年</p>{body}")
    assert guide.elements["收费标准"] == "不收费"
    assert guide.elements["联系电话"] == "2012345"


def test_tabs_may_name_their_panels() -> None:
    tabs = "".join(f'<li><a href="#p{number}">{name}</a></li>' for number, name in enumerate(NAMES))
    panels = [f'<div id="p{number}">{text}</div>' for number, text in enumerate(NAMES.values())]
    (guide,) = guides_of(f"<h2>居住证申领</h2><ul>{tabs}</ul><p>说明文字</p>{''.join(reversed(panels))}")
    assert guide.elements == NAMES


def test_a_group_cell_ends_the_element_before_it() -> None:
    (guide,) = guides_of(
        "<h2>居住证申领</h2><table>"
        "<tr><td rowspan=2>基本信息</td><td>设定依据</td><td>条例第九条</td></tr>"
        "<tr><td>收费标准</td><td>不收费</td></tr>"
        "<tr><td rowspan=2>窗口信息</td><td>申请条件</td><td>居住半年</td></tr>"
        "<tr><td>办理材料</td><td>身份证</td></tr></table>"
    )
    assert guide.elements["收费标准"] == "不收费"
    assert guide.elements["申请条件"] == "居住半年"


@pytest.mark.parametrize("named", [True, False])
def test_a_page_may_hold_several_guides(named: bool) -> None:
    body = "<h2>社会事务办办事指南</h2>"
    for number, item in (("一", "低保申请"), ("二", "临时救助")):
        head = f"<p>事项名称：{item}</p>" if named else f"<p><b>{number}、{item}</b></p>"
        body += head + "".join(f"<p>（一）{name}：{item}的{text}</p>" for name, text in NAMES.items())
    first, second = guides_of(body, title="社会事务办办事指南")
    assert (first.name, second.name) == ("低保申请", "临时救助")
    assert first.elements["收费标准"] == "低保申请的不收费"
    assert second.elements["申请条件"] == "临时救助的居住半年以上"


def test_main_and_sub_item_are_one_guide() -> None:
    elements = {"主项名称": "居住登记", "子项名称": "居住证申领", **NAMES}
    assert len(guides_of(f"<table>{rows(elements)}</table>")) == 1


def test_materials_of_a_table_are_told_one_by_one() -> None:
    table = (
        "<table><tr><td>序号</td><td>材料名称</td><td>原件</td><td>复印件</td><td>纸质/电子</td><td>样表</td></tr>"
        "<tr><td>1</td><td>居民身份证</td><td>1</td><td>0</td><td>纸质</td><td></td></tr>"
        "<tr><td>2</td><td>申请表</td><td>2</td><td>1</td><td>电子</td>"
        '<td><a href="/f/1.doc">下载</a></td></tr></table>'
    )
    (guide,) = guides_of(f"<table>{rows({**NAMES, '办理材料': table})}</table>")
    first, second = guide.materials
    assert (first.name, first.original, first.copies, first.medium) == ("居民身份证", "原件", "1", "纸质")
    assert (second.original, second.medium) == ("原件和复印件", "电子")
    assert second.urls == ("https://www.yunlan.gov.cn/f/1.doc",)


def test_names_in_the_head_of_an_inner_table_are_no_elements() -> None:
    steps = (
        "<table><tr><td>办理环节</td><td>办理时限</td><td>办理结果</td></tr>"
        "<tr><td>受理</td><td>1个工作日</td><td>受理通知书</td></tr></table>"
    )
    (guide,) = guides_of(f"<table>{rows({**NAMES, '办理流程': steps})}</table>")
    assert "办理时限" not in guide.elements
    assert "受理通知书" in guide.elements["办理流程"]


def test_pictures_and_files_are_kept_with_their_element() -> None:
    elements = {**NAMES, "办理流程": '<img src="/i/lc.png">', "办理材料": '<a href="/f/cl.doc">见附件</a>'}
    (guide,) = guides_of(f"<table>{rows(elements)}</table>")
    assert {(one.element, one.url, one.picture) for one in guide.links} == {
        ("办理流程", "https://www.yunlan.gov.cn/i/lc.png", True),
        ("办理材料", "https://www.yunlan.gov.cn/f/cl.doc", False),
    }


def test_data_from_which_a_script_makes_the_guide() -> None:
    item = {
        "TASK_NAME": "居住证申领",
        "BY_LAW": "条例",
        "ACCEPT_CONDITION": "<p>居住半年</p>",
        "HANDLE_FLOW": "申请",
        "materials": [{"MATERIAL_NAME": "身份证", "MATERIAL_TYPE": "原件", "PAGE_NUM": 1}],
    }
    code = (
        f"window.__STATE__={json.dumps({'user': None, 'detail': {'item': item}}, ensure_ascii=False)};"
        + " " * 200
    )
    (guide,) = guides_of(f'<div id="app">加载中</div><script>{code}</script>', title="省政务服务网")
    assert guide.from_data
    assert guide.elements["申请条件"] == "居住半年"
    assert [(one.name, one.original, one.copies) for one in guide.materials] == [("身份证", "原件", "1")]


@pytest.mark.parametrize(
    "title",
    [
        "关于申报2026年度科技项目的通知",
        "云澜市居住证管理办法（试行）",
        "《居住证管理办法》政策解读",
        "市公安局权力清单",
    ],
)
def test_notices_rules_and_explanations_are_no_guides(title: str) -> None:
    body = f"<h1>{title}</h1><p>发布时间：2026-03-01</p>" + "".join(
        f"<p>{number}、{name}</p><p>{text}</p>"
        for number, (name, text) in zip("一二三四", NAMES.items(), strict=True)
    )
    assert guides_of(body, title=title) == ()


def test_an_entry_of_a_list_of_powers_is_no_guide() -> None:
    elements = {
        "职权名称": "罚款",
        "职权类型": "行政处罚",
        "设定依据": "条例",
        "办理流程": "立案",
        "责任事项": "受理责任",
        "追责情形": "不履行",
    }
    assert guides_of(f"<h1>罚款</h1><table>{rows(elements)}</table>", title="罚款") == ()


def test_a_table_of_items_without_their_contents_is_no_guide() -> None:
    head = "".join(
        f"<td>{name}</td>" for name in ("事项名称", "事项编码", "事项类型", "设定依据", "实施主体")
    )
    line = "<tr><td>甲</td><td>001</td><td>行政许可</td><td>条例</td><td>局</td></tr>"
    assert guides_of(f"<h1>事项目录</h1><table><tr>{head}</tr>{line * 4}</table>", title="事项目录") == ()


def test_names_with_nothing_behind_them_wait_for_a_script() -> None:
    empty = rows(dict.fromkeys([*NAMES, "办理流程"], ""))
    table = f"<table>{rows({'办理机构': '云澜市公安局人口管理支队户政管理大队，' * 12})}{empty}</table>"
    assert "guide" in reading_of(f"<h2>居住证申领</h2>{table}<script src='/js/a.js'></script>").scripted
    without_script = reading_of(f"<h2>居住证申领</h2>{table}")
    assert without_script.kind is PageKind.GUIDE
    assert "guide" not in without_script.scripted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.身份证（原件1份）；2.户口簿复印件", [("身份证", "原件", "1份"), ("户口簿", "复印件", "")]),
        ("①身份证②户口簿（复印件）", [("身份证", "", ""), ("户口簿", "复印件", "")]),
        (
            "以下材料各一份，均为复印件：1.身份证；2.户口簿",
            [("身份证", "复印件", "各一份"), ("户口簿", "复印件", "各一份")],
        ),
        (
            "1.身份证\n2.户口簿\n以上材料均需原件一份",
            [("身份证", "原件", "一份"), ("户口簿", "原件", "一份")],
        ),
        ("一、个人：\n1.身份证原件\n注：复印件盖章", [("身份证", "原件", "")]),
        ("無需材料", []),
        ("无", []),
        ("", []),
    ],
)
def test_materials_of_a_text(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [(one.name, one.original, one.copies) for one in materials_in(text)] == found


@given(st.text(alphabet="1一(（)）、.；;。：原复印件份两身证表材料无 \n①", max_size=60))
def test_materials_never_fail_and_never_lose_all(text: str) -> None:
    for one in materials_in(text):
        assert one.name
        assert one.text
