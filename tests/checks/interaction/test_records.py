"""Messages of citizens, read from pages of different message systems."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govaudit.checks.interaction.records import Answered, MessageRecord, first_day, read_messages
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.page_text import PageText
from govaudit.inspection.yaml_text import load_yaml

LAYOUTS: dict[str, dict[str, Any]] = load_yaml(Path(__file__).with_name("layouts.yaml")).data
PARTS = ("title", "asked", "question", "unit", "answered", "answer")

syllables = st.text("路灯公交学校水电医保补贴咨询办理窗口小区居民道路施工噪声", min_size=4, max_size=18)
units = st.sampled_from(
    ["市教育局", "县住房和城乡建设局", "临浦街道办事处", "市医疗保障局", "区人民政府办公室"]
)
days = st.dates(date(2019, 1, 1), date(2026, 12, 31))
forms = st.sampled_from(
    ["{:%Y-%m-%d}", "{:%Y-%m-%d %H:%M:%S}", "{:%Y年%m月%d日}", "{:%Y/%m/%d}", "{:%Y.%m.%d}"]
)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, str]:
    return {
        "title": f"关于{draw(syllables)}的问题",
        "question": f"您好，{draw(syllables)}？",
        "unit": draw(units),
        "answer": f"网友您好，{draw(syllables)}。",
    }


def shown(inner: str) -> PageText:
    html = f"""<!DOCTYPE html><html><head><title>留言选登_云澜市人民政府</title></head><body>
    <div class="header"><h1>云澜市人民政府</h1></div><div class="main">
    <div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/hdjl/">互动交流</a> &gt; 留言选登</div>
    {inner}</div>
    <div class="footer"><p>主办单位：云澜市人民政府办公室</p><p>网站标识码：5301990001</p></div></body></html>"""
    reading, _ = read_page(html.encode(), "http://www.yunlan.gov.cn/hdjl/1.html", "text/html; charset=utf-8")
    return reading.text


def read(inner: str) -> tuple[MessageRecord, ...]:
    return read_messages(shown(inner))


def table(**parts: str) -> str:
    labels = {
        "title": "留言标题",
        "asked": "留言时间",
        "question": "留言内容",
        "state": "办理状态",
        "unit": "答复单位",
        "answered": "答复时间",
        "answer": "答复内容",
    }
    rows = "".join(f"<tr><td>{labels[part]}</td><td>{text}</td></tr>" for part, text in parts.items())
    return f"<table>{rows}</table>"


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=25, deadline=None)
@given(messages(), days, days, forms)
def test_every_layout_gives_the_message_that_was_put_in(
    layout: str, filled: dict[str, str], asked: date, answered: date, form: str
) -> None:
    filled = {**filled, "asked": form.format(asked), "answered": form.format(answered)}
    (found,) = read(LAYOUTS[layout]["html"].format(**filled))
    for part in PARTS:
        if part not in LAYOUTS[layout].get("leaves_out", []):
            assert found.text(part) == filled[part], part
    assert (found.asked_on, found.answered_on) == (asked, answered)
    assert found.state is Answered.YES


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_message_without_an_answer_shows_an_empty_place(layout: str) -> None:
    (found,) = read(
        LAYOUTS[layout]["html"].format(
            title="路灯不亮", asked="2026-03-02", question="请修路灯。", unit="", answered="", answer=""
        )
    )
    assert found.state is Answered.EMPTY
    assert found.asked_on == date(2026, 3, 2)


def test_two_messages_of_a_page_are_two() -> None:
    one = "<div><p>留言标题：路灯</p><p>留言时间：2026-08-03</p><p>留言内容：不亮</p><p>答复内容：已修</p></div>"
    two = "<div><p>留言标题：水管</p><p>留言时间：2026-08-01</p><p>留言内容：坏了</p><p>答复内容：</p></div>"
    first, second = read(one + two)
    assert (first.title, first.answer, first.state) == ("路灯", "已修", Answered.YES)
    assert (second.title, second.answer, second.state) == ("水管", "", Answered.EMPTY)


def test_rows_of_a_board_keep_their_days_and_states() -> None:
    head = "<tr><th>编号</th><th>标题</th><th>来信时间</th><th>状态</th><th>办理单位</th></tr>"
    rows = read(
        f"<table>{head}<tr><td>7</td><td>路灯不亮</td><td>2026-08-03</td><td>已答复</td><td>城管局</td></tr>"
        "<tr><td>6</td><td>水管坏了</td><td>2026-07-03</td><td>未回复</td><td></td></tr></table>"
    )
    assert [(one.title, one.asked_on, one.state, one.row) for one in rows] == [
        ("路灯不亮", date(2026, 8, 3), Answered.YES, True),
        ("水管坏了", date(2026, 7, 3), Answered.SAID_OPEN, True),
    ]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"state": "办理中", "answer": ""}, Answered.SAID_OPEN),
        ({"state": "未回复"}, Answered.SAID_OPEN),
        ({"answer": "暂无回复"}, Answered.SAID_OPEN),
        ({"answer": ""}, Answered.EMPTY),
        ({"state": "已办结", "answer": ""}, Answered.YES),
        ({"state": "已转办", "answer": ""}, Answered.UNKNOWN),
        ({"state": "办理中", "answer": "已转市住建局研究，一周内答复。"}, Answered.YES),
        ({"answered": "2026-03-05", "answer": ""}, Answered.YES),
        ({"answer": "暂无回复条件的说明见附件，请到窗口办理"}, Answered.YES),
        ({}, Answered.UNKNOWN),
    ],
)
def test_what_says_that_a_message_is_open(parts: dict[str, str], expected: Answered) -> None:
    (found,) = read(
        table(title="路灯不亮", asked="2026-03-02", question="请修路灯。", **parts) + "<p>打印 关闭</p>"
    )
    assert found.state is expected


@pytest.mark.parametrize(
    "answer",
    ["市教育局回复：您好，每年6月报名。", "答复：每年6月报名。", "<h4>官方回复</h4><p>每年6月报名。</p>"],
)
def test_an_answer_without_a_field_of_its_own_is_one_all_the_same(answer: str) -> None:
    (found,) = read(
        f"<p>留言标题：入学</p><p>留言时间：2026-03-02</p><p>状态：办理中</p><p>留言内容：何时报名？</p><p>{answer}</p>"
    )
    assert found.answer.endswith("每年6月报名。")
    assert found.state is Answered.YES


def test_the_last_state_of_a_message_counts() -> None:
    (found,) = read(
        "<p>标题：入学</p><p>留言时间：2026-03-02</p><p>状态：办理中</p><p>状态：已办结</p><p>留言内容：何时报名？</p>"
    )
    assert found.state is Answered.YES


def test_a_state_that_is_not_shown_says_nothing() -> None:
    hidden = '<p style="display:none">办理状态：未回复</p>'
    (found,) = read(table(title="路灯不亮", asked="2026-03-02", question="请修。") + hidden)
    assert found.state is Answered.UNKNOWN


def test_labels_in_traditional_characters_are_labels_and_texts_stay_as_they_are() -> None:
    (found,) = read(
        "<p>留言標題：路燈不亮</p><p>留言時間：2026-03-02 答覆單位：市教育局</p><p>答复内容：已修復，感謝您的監督。</p>"
    )
    assert (found.title, found.asked_on) == ("路燈不亮", date(2026, 3, 2))
    assert found.answer == "已修復，感謝您的監督。"


def test_a_text_without_labels_is_no_message() -> None:
    assert read("<h1>市政府召开常务会议</h1><p>会议要求，要及时回复群众留言。</p><p>来源：市政府办</p>") == ()


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for record in read_messages(PageText(text)):
        assert record.state in Answered


@given(days, forms)
def test_a_day_is_found_in_any_writing(day: date, form: str) -> None:
    assert first_day(f"于{form.format(day)}办理") == day


def test_what_is_no_day_is_none() -> None:
    assert first_day("2026-13-45") is None
    assert first_day("电话 0877-2012345") is None
