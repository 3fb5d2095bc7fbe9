"""Names are the same whatever their width, spaces, punctuation, numbering and script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.inspection.vocabulary import NameTable, fold


@pytest.mark.parametrize(
    "written",
    [
        "政府信息公开指南",
        "政府信息 公开指南",
        "政府資訊公開指南"[:2] + "信息公開指南",
        "一、政府信息公开指南",
        "(1)政府信息公开指南",
        "政府信息·公开指南",
        "【政府信息公开指南】",
    ],
)
def test_one_name_in_many_ways_of_writing(written: str) -> None:
    assert fold(written) == "政府信息公开指南"


def test_a_table_answers_with_the_canonical_name() -> None:
    table = NameTable({"政策文件": ("政府文件", "规范性文件"), "政策解读": ()})
    assert table.match("政府文件") == "政策文件"
    assert table.match("規範性文件") == "政策文件"
    assert table.match("政策解讀") == "政策解读"
    assert table.match("政策文件解读") is None


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more_than_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
