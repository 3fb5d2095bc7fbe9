from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from govaudit.reports.cells import guarded
from govaudit.reports.findings_csv import write_findings_csv
from tests.reports.sample_run import HOSTILE, sample_report

if TYPE_CHECKING:
    from pathlib import Path

HEADINGS = [
    "问题编号", "检查项编号", "检查项", "性质", "网站标识码", "网站名称", "所在页面", "问题对象", "页面位置",
    "实际情况", "应有情况", "整改建议", "整改状态", "整改期限", "备注",
]  # fmt: skip


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_opens_in_a_spreadsheet_with_chinese_headings(tmp_path: Path) -> None:
    (path,) = write_findings_csv(sample_report(), tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = read(path)
    assert rows[0] == HEADINGS
    assert len(rows) == 81
    assert {len(row) for row in rows} == {15}
    assert {row[4] for row in rows[1:]} == {"4401000001", "4401000022"}
    assert {"单项否决", "扣分", "无法判定", "待复核（单项否决）"} <= {row[3] for row in rows[1:]}


def test_english_headings(tmp_path: Path) -> None:
    (path,) = write_findings_csv(sample_report("en", per_site=1), tmp_path)
    assert read(path)[0][:4] == ["Finding", "Check", "Title", "Kind"]


def test_no_cell_starts_a_formula(tmp_path: Path) -> None:
    (path,) = write_findings_csv(sample_report(), tmp_path)
    cells = [cell for row in read(path) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert f"'{HOSTILE[3]}" in cells
    assert HOSTILE[0] in cells


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "0012345678", "1234567e12345678", "4" * 16]
)
def test_dangerous_cells_are_led_by_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["4401000001", "bm12345678", "2026-09-30", "页面 = 首页", "", "1a2b3c4d5e6f7a8b"]
)
def test_other_cells_stay(text: str) -> None:
    assert guarded(text) == text
