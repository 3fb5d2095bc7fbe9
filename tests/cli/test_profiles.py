"""Rule books on the command line: compared, shown and described for editors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.cli.table import aligned, cut, side_by_side, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

PROGRAM = Path(sys.executable).with_name("govaudit")
CITY = """name: city
title: 云澜市政府网站检查规则
basis: 云政办函〔2026〕1号
extends: gov-2019
checks:
  FRE002: {period: 7 days}
columns:
  - {name: 城市更新, also: [旧城改造], kinds: [portal], period: 3 months, elements: [改造计划]}
  - {name: 数据开放, kinds: [], period: none}
rows:
  - {id: FUN-links, cap: 2}
"""


@pytest.fixture
def govaudit(tmp_path: Path) -> Run:
    (tmp_path / "govaudit.toml").touch()
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "city.yaml").write_text(CITY, encoding="utf-8")

    def run(*arguments: str, language: str = "zh-CN") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "GOVAUDIT_LANG": language, "HOME": str(tmp_path)}
        return subprocess.run(
            [PROGRAM, "profiles", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    return run


def test_differences_are_a_table_for_people_and_data_for_programs(govaudit: Run) -> None:
    table = govaudit("diff", "gov-2019", "profiles/city.yaml")
    assert (table.returncode, table.stderr) == (0, "")
    lines = {tuple(line.split()[:3]): line.split()[3:] for line in table.stdout.splitlines()[1:]}
    assert lines["检查项", "修改", "FRE002.period"] == ["14", "days", "7", "days"]
    assert lines["指标", "修改", "FUN-links.cap"] == ["1", "2"]
    assert lines["栏目", "增加", "城市更新"][0] == "-"
    document = json.loads(govaudit("diff", "gov-2019", "city", "--format", "json").stdout)
    assert document["schema"] == "govaudit.profile-diff/1"
    assert document["b"]["name"] == "city"
    assert {
        "part": "checks", "change": "changed", "entry": "FRE002", "key": "period", "a": "14 days", "b": "7 days",
    } in document["differences"]  # fmt: skip


def test_no_difference_leaves_nothing_on_standard_output(govaudit: Run) -> None:
    same = govaudit("diff", "city", "city", language="en")
    assert (same.returncode, same.stdout) == (0, "")
    assert "say the same" in same.stderr


def test_a_book_is_shown_with_what_it_says_of_columns(govaudit: Run) -> None:
    shown = govaudit("show", "city").stdout
    (column,) = [line for line in shown.splitlines() if line.startswith("  城市更新")]
    assert column.split() == ["城市更新", "政府门户网站", "也称旧城改造", "期限：3个月", "要素：改造计划"]
    (free,) = [line for line in shown.splitlines() if line.startswith("  数据开放")]
    assert free.split() == ["数据开放", "不要求开设", "期限：不要求更新"]
    (row,) = [line for line in shown.splitlines() if line.startswith("  FUN-links")]
    assert row.split()[1] == "2"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-CN", ("四、政务公开（", "检查项：COL001, FRE004", "栏目：国土空间规划", "人工检查")),
        ("en", ("4. Disclosure (", "Checks: COL001, FRE004", "Columns: 国土空间规划", "manual")),
    ],
)
def test_a_work_plan_is_a_table_that_fits_the_terminal(
    govaudit: Run, monkeypatch: pytest.MonkeyPatch, language: str, said: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "88")
    shown = govaudit("show", "tongzhou-2018", language=language).stdout
    lines = shown.splitlines()
    ids = [line.split()[0] for line in lines if line.startswith("  T")]
    assert [one for one in ids if one[1:].isdigit()] == [f"T{number}" for number in range(1, 19)]
    assert all(one in shown for one in said)
    assert "所有使用财政资金的区级部门都要公开本部门预决算。”（一（七）） [V]" in shown
    below = [line for line in lines if line.startswith(" " * 6)]
    assert max(map(width, below)) <= 88 + 2
    checks = lines[-60:]
    assert max(map(width, checks)) <= 88 + 2


def test_a_comparison_tells_added_rows_by_name_and_sentence(
    govaudit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    compared = govaudit("diff", "gov-2019", "tongzhou-2018").stdout.splitlines()
    (line,) = [one for one in compared if one.split()[:3] == ["指标", "增加", "T2"]]
    assert "部门预决算公开 “所有使用财政资金" in line
    assert "{" not in "".join(compared)


def test_mistakes_are_named_with_file_line_and_key_in_the_language_of_the_reader(
    govaudit: Run, tmp_path: Path
) -> None:
    file = tmp_path / "profiles" / "city.yaml"
    file.write_text(CITY.replace("7 days", "a week").replace("cap: 2", "shown: [ZZZ001]"), encoding="utf-8")
    period = "“a week”不是期限，应写作 14 days、6 months、1 year，不要求更新的写 none"
    end = govaudit("check", "profiles/city.yaml")
    assert end.returncode == 2
    assert end.stderr.splitlines() == [
        f"错误：{file}:6 [checks.FRE002.period]：{period}",
        f"错误：{file}:11 [rows.FUN-links]：条款引用了检查项 ZZZ001，但 checks 中没有启用它",
    ]


def test_the_schema_for_editors_is_data(govaudit: Run) -> None:
    assert json.loads(govaudit("schema", language="en").stdout)["title"] == "govaudit rule book"


def test_columns_of_a_table_stay_in_line_whatever_the_characters() -> None:
    lines = list(aligned([("甲", "a", "x"), ("bcd", "乙丙", "y")]))
    assert lines == ["甲   a     x", "bcd  乙丙  y"]
    assert len({width(line) for line in lines}) == 1
    assert [cut("政府信息公开", columns) for columns in (12, 8)] == ["政府信息公开", "政府信…"]


def test_long_texts_are_wrapped_between_characters_and_words_and_no_line_begins_with_a_stop() -> None:
    assert list(wrapped("政府信息公开，年度报告 annual report", 12)) == [
        "政府信息公开，",
        "年度报告",
        "annual",
        "report",
    ]
    assert list(wrapped("", 12)) == []
    assert list(side_by_side([("甲", 4), ("政府信息公开", 8)])) == ["甲    政府信息", "      公开"]


@given(st.text(alphabet="政府，。《》ab 1", max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing(text: str, columns: int) -> None:
    assert "".join("".join(wrapped(text, columns)).split()) == "".join(text.split())
