"""Tables that users keep in their workspace."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.own_tables import NO_TABLES, own_tables, read_laws, read_units

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = files("govaudit") / "checks" / "vocabulary"


def test_a_workspace_without_tables_has_none(tmp_path: Path) -> None:
    assert own_tables(tmp_path) == NO_TABLES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_laws_units_and_items_are_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "laws.csv").write_text(
        "名称,文号,状态,自,替代,来源\n云澜市市容条例,,废止,2025-07-01,云澜市市容和环境卫生条例,公告第3号\n",
        encoding=encoding,
    )
    (tmp_path / "units.csv").write_text("名称,状态,自\n旅游发展局,更名,2024-03-01\n", encoding=encoding)
    (tmp_path / "items.csv").write_text(
        "事项名称,事项编码,承诺时限\n居住证申领,0001,7个工作日\n", encoding=encoding
    )
    tables = own_tables(tmp_path)
    assert [(one.name, one.state, one.since) for one in tables.laws] == [
        ("云澜市市容条例", "废止", date(2025, 7, 1))
    ]
    assert [(one.name, one.state) for one in tables.units] == [("旅游发展局", "更名")]
    assert [(one.name, one.code, one.elements, one.where) for one in tables.items] == [
        ("居住证申领", "0001", {"承诺时限": "7个工作日"}, "items.csv:2")
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("名称,状态\n甲,废止\n", 1, "自"),
        ("名称,状态,自\n甲,作废,2020-01-01\n", 2, "状态"),
        ("名称,状态,自\n乙,废止,2020-01-01\n甲,废止,去年\n", 3, "自"),
        ("名称,状态,自\n,废止,2020-01-01\n", 2, "名称"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, text: str, line: int, column: str) -> None:
    (tmp_path / "laws.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        own_tables(tmp_path)
    problem = caught.value.problems[0]
    assert (problem.where, problem.line, problem.column) == ("laws.csv", line, column)


def test_every_built_in_law_and_unit_names_its_source() -> None:
    laws = list(read_laws(VOCABULARY / "laws.csv"))
    assert len(laws) >= 40
    assert all(one.source and one.since < date(2026, 6, 1) for one in laws)
    assert all(one.source and one.successor for one in read_units(VOCABULARY / "abolished_units.csv"))
