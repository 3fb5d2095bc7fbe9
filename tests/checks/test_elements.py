"""Elements of columns as pages of different systems name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.checks.columns.elements import element_names, elements_of, read_elements
from govaudit.inspection.page_text import CELL, HEADING, PageText

if TYPE_CHECKING:
    from collections.abc import Callable

OFFICE = ("机构名称", "办公地址", "办公时间", "联系电话", "传真号码", "互联网联系方式")
ROWS = {
    "机构名称": "云澜市住房和城乡建设局办公室",
    "办公地址": "云澜市青湖区市民广场旁",
    "办公时间": "工作日",
    "联系电话": "88130016",
    "传真号码": "88130017",
    "互联网联系方式": "zjj@yunlan.gov.cn",
}
SYNONYMS = {
    "机构名称": ["受理机构", "公开机构", "單位名稱"],
    "办公地址": ["地　址", "通讯地址", "辦公地點"],
    "办公时间": ["受理时间", "对外办公时间", "上 班 时 间"],
    "联系电话": ["咨询电话", "电　　话", "聯繫電話"],
    "传真号码": ["传真", "傳真電話", "FAX"],
    "互联网联系方式": ["电子邮箱", "E-mail", "電子信箱"],
}
LAYOUTS: dict[str, Callable[[str, str], str]] = {
    "cells": lambda name, value: f"{name}{CELL}{value}",
    "colon": lambda name, value: f"{name}：{value}",
    "numbered": lambda name, value: f"（三）{name}: {value}",
    "next line": lambda name, value: f"{name}：\n{value}",
    "heading": lambda name, value: f"{HEADING}{name}\n{value}",
    "bracketed": lambda name, value: f"【{name}】{value}",
}


def missing(text: str, names: tuple[str, ...] = OFFICE) -> list[str]:
    found = read_elements(list(PageText(text).lines), elements_of(names))
    asked = [name.partition("|")[0] for name in names]
    return [name for name in asked if name not in found or not found[name].filled]


@st.composite
def pages(draw: st.DrawFn) -> tuple[dict[str, str], str]:
    """A page with all elements under any of their names, in any layout; the chosen names with it."""
    layout = LAYOUTS[draw(st.sampled_from(sorted(LAYOUTS)))]
    names = {one: draw(st.sampled_from([one, *SYNONYMS[one]])) for one in ROWS}
    order = draw(st.permutations(list(ROWS)))
    return names, "\n".join(layout(names[one], ROWS[one]) for one in order)


@given(pages())
def test_all_names_in_all_layouts_are_found(made: tuple[dict[str, str], str]) -> None:
    assert missing(made[1]) == []


@given(pages(), st.sampled_from(["办公时间", "传真号码"]))
def test_an_element_that_is_taken_away_is_missing(made: tuple[dict[str, str], str], gone: str) -> None:
    names, text = made
    kept = text.replace(names[gone], "").replace(ROWS[gone], "")
    assert gone in missing(kept)


@pytest.mark.parametrize("empty", ["传真号码：", f"传真号码{CELL}", "传真号码： /", "传真号码：——"])
def test_a_label_without_an_answer_is_missing(empty: str) -> None:
    assert missing(f"联系电话：88130016\n{empty}\n办公地址：市民广场", ("传真号码",)) == ["传真号码"]


def test_nothing_is_an_answer() -> None:
    assert missing("传真号码：无", ("传真号码",)) == []


def test_words_of_a_sentence_count_only_with_what_they_promise() -> None:
    assert missing("申请人可以通过信函、传真等方式提出申请。", ("传真号码",)) == ["传真号码"]
    assert missing("传真请发至0591-88130017，并来电确认。", ("传真号码",)) == []


def test_the_head_of_a_table_takes_its_answers_from_the_rows_below() -> None:
    table = CELL.join(["机构名称", "办公地址", "联系电话"]) + "\n" + CELL.join(["办公室", "广场旁", "8813"])
    assert missing(table, ("机构名称", "办公地址", "联系电话")) == []


def test_of_two_headings_in_a_row_the_first_has_no_text() -> None:
    text = f"{HEADING}办公时间\n{HEADING}联系电话\n88130016"
    assert missing(text, ("办公时间", "联系电话")) == ["办公时间"]


def test_a_profile_may_name_elements_of_its_own_with_further_names() -> None:
    assert missing("项目进度：已开工", ("项目进展|项目进度",)) == []
    assert missing("项目进度：已开工", ("项目进展",)) == ["项目进展"]


def test_every_element_of_the_vocabulary_is_found_by_its_own_name() -> None:
    for name in element_names():
        assert missing(f"{name}：88130016@由局办公室负责的有关事项", (name,)) == [], name


@given(st.text(max_size=200))
def test_rubbish_is_read(text: str) -> None:
    found = read_elements(list(PageText(text).lines), elements_of(OFFICE))
    assert set(found) <= set(OFFICE)
