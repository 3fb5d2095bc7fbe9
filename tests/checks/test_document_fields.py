"""The fields of document pages, read by the real reader from pages of different systems."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govaudit.checks.documents.days import day_in, is_day
from govaudit.checks.documents.fields import FIELDS, DocumentFields, read_fields
from govaudit.checks.documents.numbers import DocumentNumber, numbers_in, parse_number, without_number
from govaudit.checks.documents.offices import is_own_office
from govaudit.checks.documents.words import document_words
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.vocabulary import fold, name_table

FAMILIES = Path(__file__).parents[2] / "benchmarks" / "template_families"
BRACKETS = ("〔〕", "[]", "［］", "()", "（）", "【】", "﹝﹞", "〈〉")
PAGES: dict[str, dict[str, str]] = {
    "trs-wcm/pages/t20261112_document.html": {
        "索引号": "008440001/2026-00231",
        "主题分类": "商贸、海关、旅游/国内贸易",
        "发布机关": "岚河市人民政府办公室",
        "成文日期": "2026-11-05",
        "文号": "岚府办发〔2026〕31号",
        "发布日期": "2026-11-12",
        "有效性": "有效",
    },
    "hanweb-jcms/pages/art_document.html": {
        "索引号": "002990/2026-00187",
        "文号": "岚发改〔2026〕77号",
        "主题分类": "征求意见",
        "发布机关": "市发展和改革局",
        "成文日期": "2026-11-06",
        "发布日期": "2026-11-09",
        "公开属性": "主动公开",
    },
    "county-div-2010/pages/0915_document.html": {
        "文号": "青府发〔2026〕3号",
        "发布机关": "青石县人民政府",
        "成文日期": "2026-09-08",
        "发布日期": "2026-09-15",
    },
    "easysite-huilian/pages/c20077_document.html": {
        "索引号": "990/2026-00010",
        "文号": "岚自然资规〔2026〕2号",
        "成文日期": "2026-10-12",
        "发布日期": "2026-10-19",
        "有效性": "有效",
    },
    "govcn-like/pages/content_9000950_document.html": {
        "发布机关": "示例水务总局",
        "文号": "水总〔2026〕88号",
        "成文日期": "2026-10-30",
        "发布日期": "2026-11-13",
    },
    "siteweaver-dongyi/pages/Item_14002_regulation.html": {
        "索引号": "FS001/2026-00012",
        "主题分类": "规范性文件",
        "发布机关": "枫山县人民政府",
        "成文日期": "2026-04-20",
        "文号": "枫府〔2026〕7号",
        "发布日期": "2026-05-06",
    },
    "traditional-big5/pages/t20260820_document.htm": {
        "索引号": "QH00100-2026-00033",
        "文号": "青政规〔2026〕4号",
        "成文日期": "2026-08-12",
        "发布日期": "2026-08-20",
        "发布机关": "青湖市人民政府",
        "有效性": "有效",
    },
}
EXPECTED_FIELDS = 39

offices = st.text(alphabet="云澜市政府办发教财建交农函", min_size=1, max_size=8)
years = st.integers(1949, 2049)
serials = st.integers(1, 99999)


def fields_of(html: str | bytes) -> DocumentFields:
    body = html.encode() if isinstance(html, str) else html
    content_type = "text/html; charset=utf-8" if isinstance(html, str) else "text/html"
    reading, _ = read_page(body, "http://www.yunlan.gov.cn/zwgk/1.html", content_type)
    return read_fields(reading.text, reading)


def read(fields: DocumentFields) -> dict[str, str]:
    found = {
        "文号": str(fields.number or ""),
        "成文日期": fields.made.isoformat() if fields.made else "",
        "发布日期": fields.published.isoformat() if fields.published else "",
        "发布机关": fields.values.get("发布机关", "") or fields.signed,
    }
    return {name: text for name in FIELDS if (text := found.get(name, fields.values.get(name, "")))}


def test_fields_of_seven_systems() -> None:
    right = wrong = missed = 0
    for file, expected in PAGES.items():
        found = read(fields_of((FAMILIES / file).read_bytes()))
        right += sum(found.get(name) == text for name, text in expected.items())
        missed += sum(name not in found for name in expected)
        wrong += sum(expected.get(name) != text for name, text in found.items())
    assert (right, wrong, missed) == (EXPECTED_FIELDS, 0, 0)
    assert sum(map(len, PAGES.values())) == EXPECTED_FIELDS


@given(offices, years, serials, st.sampled_from(BRACKETS), st.booleans())
def test_a_number_is_read_in_every_form(code: str, year: int, serial: int, brackets: str, wide: bool) -> None:
    digits = str(serial)
    if wide:
        digits = digits.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    written = f"{code}{brackets[0]}{year}{brackets[1]}{digits}号"
    number = DocumentNumber(code, year, serial)
    assert parse_number(written) == number
    assert parse_number(f"（{written}）") == number
    assert parse_number(f"{code} {brackets[0]} {year} {brackets[1]} 第{digits} 號") == number
    assert parse_number(str(number)) == number


@given(offices, years, serials)
def test_a_number_is_found_in_running_text(code: str, year: int, serial: int) -> None:
    number = DocumentNumber(code, year, serial)
    found = list(numbers_in(f"《云澜市停车管理办法》（{number}）同时废止。"))
    assert [one for one in found if number.is_in(one)]
    other = DocumentNumber(code, year, serial % 99999 + 1)
    assert not [one for one in found if other.is_in(one)]


@pytest.mark.parametrize(
    "text", ["", "无", "2026年第3号", "云政发2026-21", "〔2026〕21号", "京ICP备05000001号", "云政发〔26〕1号"]
)
def test_other_writing_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_grammars(text: str) -> None:
    parse_number(text)
    list(numbers_in(text))
    day_in(text)
    is_day(text)


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
def test_days_in_all_forms(day: date) -> None:
    numerals = "〇一二三四五六七八九"
    year = "".join(numerals[int(digit)] for digit in str(day.year))
    for written in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month:02}.{day.day:02}",
        f"{year}年{in_numerals(day.month)}月{in_numerals(day.day)}日",
    ):
        assert day_in(f"发布于 {written}") == day
        assert is_day(written) == day
        assert is_day(f"云澜市 {written}") is None
        assert is_day(f"{written}印发") is None


def in_numerals(value: int) -> str:
    ones = " 一二三四五六七八九"
    tens, one = divmod(value, 10)
    return f"{ones[tens].strip() if tens > 1 else ''}{'十' if tens else ''}{ones[one].strip()}"


VALUES = {
    "索引号": "YL0001/2026-00021",
    "文号": "云政发〔2026〕21号",
    "发布机关": "云澜市人民政府",
    "成文日期": "2026年11月5日",
    "发布日期": "2026年11月9日",
    "主题分类": "工业、交通",
    "有效性": "有效",
    "公开属性": "主动公开",
}
LAYOUTS = {
    "table": ("<table>{}</table>", "<tr><td>{}：</td><td>{}</td></tr>"),
    "terms": ("<dl>{}</dl>", "<dt>【{}】</dt><dd>{}</dd>"),
    "list": ("<ul>{}</ul>", "<li><b>{}：</b>{}</li>"),
    "lines": ("<div>{}</div>", "<p>{}: {}</p>"),
    "one-line": ("<p>{}</p>", "<span>{}：{}</span> "),
}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.lists(st.sampled_from(sorted(VALUES)), unique=True, min_size=3),
    st.randoms(use_true_random=False),
    st.integers(0, 2),
)
def test_every_layout_with_every_name(layout: str, chosen: list[str], random: object, empty: int) -> None:
    whole, each = LAYOUTS[layout]
    written = []
    for place, field in enumerate(chosen):
        name = random.choice(NAMES[field])  # type: ignore[attr-defined]
        written.append(each.format(name, "" if place < empty else VALUES[field]))
    page = (
        "<html><head><title>云澜市人民政府文件</title></head><body><div class='main'><h1>云澜市人民政府关于公园管理的"
        f"通知</h1>{whole.format(''.join(written))}<div><p>各单位：</p><p>现将有关事项通知如下，请认真执行。</p></div></div></body></html>"
    )
    values = fields_of(page).values
    for place, field in enumerate(chosen):
        assert fold(values.get(field, "")) == ("" if place < empty else fold(VALUES[field])), (
            layout,
            written,
        )
    assert not [field for field in VALUES if field not in chosen and values.get(field)]


NAMES = {field: [field] for field in VALUES} | {
    "文号": ["文号", "发文字号", "文　　号"],
    "发布机关": ["发布机构", "发文机关", "制发机关"],
    "成文日期": ["成文日期", "成文时间", "印发日期"],
    "发布日期": ["发布日期", "公开日期", "发布时间"],
    "主题分类": ["主题分类", "信息分类", "组配分类"],
    "有效性": ["有效性", "有 效 性", "时效性"],
    "公开属性": ["公开属性", "公开方式"],
}


def test_labels_in_a_sentence_are_no_fields() -> None:
    fields = fields_of(
        "<html><body><div class='main'><h1>关于规范公文的通知</h1>"
        "<p>各单位应当在文件首页标明文号、成文日期和发布机关。</p>"
        "<p>其中，发布日期以网站为准，有效性由起草单位提出。</p></div></body></html>"
    )
    assert fields.values == {}
    assert fields.number is None


def table_fields(rows: str) -> dict[str, str]:
    page = (
        f"<html><body><div class='main'><table>{rows}</table><h1>关于停车收费的通知</h1></div></body></html>"
    )
    return read(fields_of(page))


def test_labels_in_brackets_have_their_values_behind_them() -> None:
    fields = fields_of(
        "<html><body><div class='main'><h1>关于停车收费的通知</h1><p>【索引号】YL0001/2026-00021</p>"
        "<p>【发文字号】云政发〔2026〕6号</p><p>发文机关：云澜市财政局|成文日期：2026-11-05</p></div></body></html>"
    )
    assert read(fields) == {
        "索引号": "YL0001/2026-00021",
        "文号": "云政发〔2026〕6号",
        "发布机关": "云澜市财政局",
        "成文日期": "2026-11-05",
    }


@pytest.mark.parametrize("first", ["主题分类", "组配分类"])
def test_the_class_by_topic_goes_before_other_classes(first: str) -> None:
    said = {"主题分类": "城市管理", "组配分类": "行政规范性文件"}
    names = [first, *(name for name in said if name != first)]
    rows = "".join(f"<tr><th>{name}</th><td>{said[name]}</td></tr>" for name in names)
    assert table_fields(rows) == {"主题分类": "城市管理"}
    assert table_fields("<tr><th>组配分类</th><td>其他文件</td></tr>") == {"主题分类": "其他文件"}


@pytest.mark.parametrize("missing", ["", "索引号", "文号", "发布机关", "成文日期", "发布日期"])
def test_an_empty_cell_under_a_head_moves_no_other_value(missing: str) -> None:
    said = {
        "索引号": "YL0001/2026-00021",
        "文号": "云政发〔2026〕6号",
        "发布机关": "云澜市财政局",
        "成文日期": "2026-11-05",
        "发布日期": "2026-11-09",
    }
    shown = said | ({missing: ""} if missing else {})
    head = "".join(f"<th>{name}</th>" for name in shown)
    values = "".join(f"<td>{value}</td>" for value in shown.values())
    expected = {name: value for name, value in shown.items() if value}
    assert table_fields(f"<tr>{head}</tr><tr>{values}</tr>") == expected


def test_another_label_under_an_empty_one_is_not_its_value() -> None:
    fields = fields_of(
        "<html><body><div class='main'><h1>关于停车收费的通知</h1><p>有效性：</p>"
        "<p>适用范围：云澜市城区</p></div></body></html>"
    )
    assert fields.values == {"有效性": ""}


@pytest.mark.parametrize(
    "line", ["国家税务总局云澜市税务局公告2026年第5号", "（云澜市人民政府令第102号）", "通告第十二号"]
)
def test_documents_without_a_code_have_their_number_under_the_title(line: str) -> None:
    page = "<html><body><div class='main'><h1>关于欠税情况的公告</h1><p>{}</p></div></body></html>"
    assert fields_of(page.format(line)).shows("文号")
    assert not fields_of(page.format(f"根据{line}规定")).shows("文号")


def test_several_offices_sign_together() -> None:
    fields = fields_of(
        "<html><body><div class='main'><h1>关于促进消费的措施</h1><p>本措施自印发之日起施行。</p>"
        "<p>云澜市商务局等六部门</p><p>二〇二六年六月十七日</p></div></body></html>"
    )
    assert (fields.signed, fields.made) == ("云澜市商务局等六部门", date(2026, 6, 17))


def test_the_table_of_names_has_no_name_twice() -> None:
    table = name_table("document_fields")
    for field, names in NAMES.items():
        kinds = {field, "分类"} if field == "主题分类" else {field}
        assert {table.match(name) for name in names} == kinds
    assert document_words().about


@pytest.mark.parametrize(
    ("name", "own", "expected"),
    [
        ("云澜市人民政府", "云澜市人民政府门户网站", True),
        ("云澜市人民政府办公室", "云澜市人民政府", True),
        ("市政府办公室", "云澜市人民政府", True),
        ("市住建局", "云澜市住房和城乡建设局", True),
        ("青湖区人民政府", "云澜市青湖区人民政府", True),
        ("云澜市人民政府", "云澜市青湖区人民政府", False),
        ("云澜市教育局", "云澜市青湖区教育局", False),
        ("云澜省人民政府办公厅", "云澜市人民政府", False),
        ("国务院办公厅", "云澜市人民政府", False),
        ("云澜市教育局", "云澜市人民政府", False),
        ("青石县人民政府", "青石县青湖镇人民政府", False),
        ("青湖镇政府", "青石县青湖镇人民政府", True),
        ("办公室", "云澜市人民政府", False),
        ("示例水务总局", "示例水务总局", True),
    ],
)
def test_own_offices_and_those_of_others(name: str, own: str, expected: bool) -> None:
    bare = fold(own).removesuffix("门户网站")
    assert is_own_office(name, frozenset({bare})) is expected


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("（通政办发〔2018〕23号）关于印发工作要点的通知", "关于印发工作要点的通知"),
        ("番府辦〔2011〕22號 印發工作要點的通知", "印發工作要點的通知"),
        ("云政发〔2026〕1号文件政策解读", "云政发〔2026〕1号文件政策解读"),
        ("云政发〔2026〕1号", "云政发〔2026〕1号"),
        ("（试行）公园管理办法", "（试行）公园管理办法"),
    ],
)
def test_a_number_in_front_of_a_title_is_not_part_of_it(title: str, rest: str) -> None:
    assert without_number(title) == rest
