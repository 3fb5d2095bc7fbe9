"""The user's own word lists come on top of those of the program, and mistakes in them are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.checks.wording.matcher import Matcher
from govaudit.inspection.errors import InputError
from govaudit.inspection.word_lists import WordLists, read_word_lists

if TYPE_CHECKING:
    from pathlib import Path


def _said(folder: Path, text: str) -> list[tuple[str, str, str]]:
    return [hit[:3] for hit in Matcher(read_word_lists(folder)).hits(text)]


def test_without_lists_those_of_the_program_hold(tmp_path: Path) -> None:
    assert read_word_lists(tmp_path / "words") == WordLists()
    assert _said(tmp_path, "市攻府") == [("serious", "攻府", "政府")]
    assert _said(tmp_path, "云澜市民政局") == []


def test_own_lists_come_on_top(tmp_path: Path) -> None:
    (tmp_path / "serious.csv").write_text(
        "wrong,right,except\n云斓市,云澜市,云斓市场|云斓市民\n", encoding="utf-8"
    )
    (tmp_path / "names.csv").write_text("name,except\n云澜市人民政府,云澜县人民政府\n", encoding="utf-8-sig")
    (tmp_path / "leaders.csv").write_text("title,name\n市长,林晓云\n", encoding="utf-8")
    (tmp_path / "typos.csv").write_text("wrong,right\n按装,安装\n", encoding="utf-8")
    (tmp_path / "illegal.csv").write_text("word\n云澜夜场\n", encoding="utf-8")
    (tmp_path / "allowed.csv").write_text("text\n按装配图\n", encoding="utf-8")
    assert _said(tmp_path, "云斓市与云斓市场") == [("serious", "云斓市", "云澜市")]
    assert _said(tmp_path, "云斓市场") == []
    assert _said(tmp_path, "云澜市入民政府公告") == [("serious", "云澜市入民政府", "云澜市人民政府")]
    assert _said(tmp_path, "云澜县人民政府公告") == []
    assert _said(tmp_path, "市长林晓去主持会议") == [("serious", "市长林晓去", "市长林晓云")]
    assert _said(tmp_path, "市长林晓云主持会议，市长办公会") == []
    assert _said(tmp_path, "按装电梯") == [("typos", "按装", "安装")]
    assert _said(tmp_path, "按装配图施工") == []
    assert _said(tmp_path, "云澜夜场开业") == [("illegal", "云澜夜场", "")]


@pytest.mark.parametrize("text", ["wrong,meant\n甲,乙\n", "wrong,right\n甲,\n", "wrong\n甲\n"])
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "typos.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_word_lists(tmp_path)
    assert caught.value.problems[0].line in {1, 2}
    assert caught.value.problems[0].where.endswith("typos.csv")
