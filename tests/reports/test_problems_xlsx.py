from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import openpyxl
import pytest

from govaudit.inspection.errors import InputError
from govaudit.reports.findings_json import write_findings_json
from govaudit.reports.problems_xlsx import write_problems_xlsx
from govaudit.reports.sheet_cells import CELLS, read_layouts, sheet_columns
from govaudit.reports.texts import Texts
from tests.reports.sample_run import DEPARTMENT, HOSTILE, PORTAL, sample_report, texted_faults

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook import Workbook

    from govaudit.reports.run_report import RunReport


def whole_report() -> RunReport:
    """A sample with a finding of every check."""
    return sample_report(per_site=max(40, len({check for check, _ in texted_faults()})))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("xlsx")
    write_problems_xlsx(whole_report(), folder)
    write_findings_json(whole_report(), folder)
    return folder


@pytest.fixture(scope="module")
def book(folder: Path) -> Workbook:
    return openpyxl.load_workbook(folder / "problems.xlsx")


def columns(book: Workbook, sheet: str) -> dict[str, list[object]]:
    rows = list(book[sheet].iter_rows(values_only=True))
    return {str(name): [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}


def class_sheets(book: Workbook) -> list[str]:
    return [
        name for name in book.sheetnames if name not in {"说明", "网站一览", "统计", "对比分析", "出现页面"}
    ]


def test_sheets_are_those_an_inspector_looks_for(book: Workbook) -> None:
    assert book.sheetnames[:4] == ["说明", "网站一览", "统计", "对比分析"]
    assert book.sheetnames[-1] == "出现页面"
    texts = Texts("zh-CN")
    assert set(class_sheets(book)) == {texts.class_name(check) for check, _ in texted_faults()}


def test_class_sheets_hold_every_finding_once(book: Workbook, folder: Path) -> None:
    shown = [identifier for name in class_sheets(book) for identifier in columns(book, name)["问题编号"]]
    stored = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    assert sorted(map(str, shown)) == sorted(one["id"] for one in stored)


def test_pages_sheet_holds_all_pages(book: Workbook) -> None:
    report = whole_report()
    expected = sorted(
        (finding.id, page) for site in report.sites for finding in site.findings for page in finding.pages
    )
    pages = columns(book, "出现页面")
    assert sorted(zip(pages["问题编号"], pages["所在页面"], strict=True)) == expected


def test_overview_says_the_results(book: Workbook) -> None:
    overview = columns(book, "网站一览")
    assert overview["检查结果"] == ["合格", "不合格", "无法判定", "未检查"]
    assert overview["得分"] == [98.5, "—", "—", "—"]
    assert overview["网站名称"][2] == "样例区人民政府 <b>&amp;</b>"
    assert str(overview["原因"][2]).startswith("响应超时")


def test_statistics_agree_with_the_findings(book: Workbook, folder: Path) -> None:
    stored = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    rows = [row for row in book["统计"].iter_rows(values_only=True) if any(cell is not None for cell in row)]
    start = next(place for place, row in enumerate(rows) if row[0] == "问题分类情况")
    table = list(rows[start + 2 :])
    table = table[: next(place for place, row in enumerate(table) if row[1] is None)]
    problems = list(rows[start + 1]).index("问题数")
    assert sum(int(str(row[problems])) for row in table) == sum(one["verdict"] == "fail" for one in stored)


def test_nothing_is_a_formula_and_hostile_text_is_text(book: Workbook) -> None:
    cells = [cell for name in book.sheetnames for row in book[name].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    values = {cell.value for cell in cells}
    assert {HOSTILE[0], HOSTILE[3], HOSTILE[4]} <= values


def test_only_web_addresses_are_links(book: Workbook) -> None:
    links = [
        (cell.value, cell.hyperlink.target)
        for name in book.sheetnames
        for row in book[name].iter_rows()
        for cell in row
        if cell.hyperlink is not None
    ]
    assert links
    assert all(str(text).startswith(("http://", "https://")) and target == text for text, target in links)


def test_tables_can_be_filtered_and_keep_their_head(book: Workbook) -> None:
    for name in ("网站一览", *class_sheets(book), "出现页面"):
        assert book[name].freeze_panes == "A2"
        assert book[name].auto_filter.ref


def test_each_site_has_its_own(folder: Path) -> None:
    report = whole_report()
    for judgement in report.sites:
        own = openpyxl.load_workbook(folder / "sites" / judgement.site.key / "problems.xlsx")
        shown = [identifier for name in class_sheets(own) for identifier in columns(own, name)["问题编号"]]
        assert len(shown) == len(judgement.findings)
    assert {PORTAL.key, DEPARTMENT.key} <= {one.name for one in (folder / "sites").iterdir()}


def test_more_links_than_a_sheet_takes_become_text(tmp_path: Path) -> None:
    report = sample_report(per_site=1)
    portal = report.sites[0]
    pages = tuple(f"{PORTAL.url}{number}.html" for number in range(66_000))
    finding = msgspec.structs.replace(portal.findings[0], pages=pages)
    site = msgspec.structs.replace(portal, findings=(finding,))
    write_problems_xlsx(replace(report, sites=(site,)), tmp_path)
    with zipfile.ZipFile(tmp_path / "problems.xlsx") as package:
        sheets = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
    assert max(sheet.count(b"<hyperlink ") for sheet in sheets) == 65_000
    assert max(sheet.count(b"<row ") for sheet in sheets) == 66_001


def test_same_run_same_bytes(tmp_path: Path) -> None:
    report = sample_report(per_site=3)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_problems_xlsx(report, tmp_path / name)
    assert (tmp_path / "one" / "problems.xlsx").read_bytes() == (
        tmp_path / "two" / "problems.xlsx"
    ).read_bytes()


def test_every_column_has_a_heading_in_both_languages() -> None:
    for language in ("zh-CN", "en"):
        texts = Texts(language)
        assert all(texts.text(f"columns.{name}") for name in CELLS)


def test_classes_without_own_layout_have_the_common_one() -> None:
    assert "subject" in sheet_columns("SEC")
    assert "broken-link" in sheet_columns("LNK")


def test_a_column_that_there_is_not_is_named_with_its_line(tmp_path: Path) -> None:
    layout = tmp_path / "sheets.yaml"
    layout.write_text(
        "site: [site-name]\nending: [id]\nany: [title]\nLNK: [title, colour]\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_layouts(layout)
    (problem,) = caught.value.problems
    assert (problem.where, problem.line, problem.column) == (str(layout), 4, "colour")


def test_own_classes_of_scores_stand_marked_as_own(tmp_path: Path) -> None:
    report = sample_report(per_site=1)
    portal = report.sites[0]
    assert portal.score is not None
    banded = msgspec.structs.replace(portal, score=msgspec.structs.replace(portal.score, band="优秀"))
    write_problems_xlsx(replace(report, sites=(banded, *report.sites[1:])), tmp_path)
    overview = columns(openpyxl.load_workbook(tmp_path / "problems.xlsx"), "网站一览")
    assert overview["等次（组织单位自行划定）"] == ["优秀", None, None, None]


def test_deadline_and_remark_stand_with_the_problem(tmp_path: Path) -> None:
    report = sample_report(per_site=1)
    portal = report.sites[0]
    told = msgspec.structs.replace(portal.findings[0], deadline=date(2026, 12, 4), remark="已联系主办单位")
    site = msgspec.structs.replace(portal, findings=(told,))
    write_problems_xlsx(replace(report, sites=(site,)), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "problems.xlsx")
    (sheet,) = class_sheets(book)
    assert columns(book, sheet)["证据（截图等文件）"] == [told.evidence[0].path]
    assert (columns(book, sheet)["整改期限"], columns(book, sheet)["备注"]) == (
        ["2026-12-04"],
        ["已联系主办单位"],
    )


def test_text_that_looks_like_rich_text_is_text(tmp_path: Path) -> None:
    report = sample_report(per_site=1)
    portal = report.sites[0]
    rich = '<r><rPr><b/></rPr><t>x</t></r></is></c><c r="A9" t="str"><f>1+1</f></c><r></r>'
    said = msgspec.structs.replace(portal.findings[0], subject=rich)
    write_problems_xlsx(replace(report, sites=(msgspec.structs.replace(portal, findings=(said,)),)), tmp_path)
    pages = columns(openpyxl.load_workbook(tmp_path / "problems.xlsx"), "出现页面")
    assert pages["问题对象"] == [rich]
