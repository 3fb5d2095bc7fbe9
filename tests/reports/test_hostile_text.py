"""What a page says reaches every format as text and as nothing else, however it was meant."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import openpyxl
import pytest
from docx import Document
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from govaudit.inspection.verdict import Kind, State, Verdict
from govaudit.reports.formats import FORMATS
from govaudit.reports.write import write_reports
from tests.reports.sample_run import DEPARTMENT, PORTAL, earlier_run, sample_report

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import SiteJudgement

MARK = "记号"
"""Stands in every hostile text, so that it can be found again."""
LONG = f"{MARK}长" * 4000
HOSTILE = (
    f'=HYPERLINK("https://outside.example/","{MARK}")',
    f"@SUM(1+1)*cmd|' /C calc'!A0 {MARK}",
    f"\t=1+1 {MARK}",
    f"<script>window.hostile = 1</script>{MARK}",
    f'"><img src=x onerror="window.hostile = 1">{MARK}',
    f"</script></style></title></textarea><!-- {MARK} -->",
    f"<r><t>{MARK}</t></r></is></c></row><r></r>",
    f"_x0041_{MARK}]]></v>&#x0;&amp;",
    f"\u202e{MARK}\u202c\u2066倒写\u2069\u200b",
    f"{MARK}\x00\x07\x1b[31m\x0b\x0c\x1f\x7f\x85\ufffe\uffff",
    f"{MARK}\r\n## 标题 | [链接](javascript:alert(1)) `x` %0A::error::",
    f"{{{{ 7 * 7 }}}} {{% raw %}} {{subject}} %s {MARK}",
    LONG,
)


def hostile(judgement: SiteJudgement) -> SiteJudgement:
    """The site with a hostile text wherever a page, a list or a person may have put it."""
    pattern = next(one for one in judgement.findings if one.verdict is Verdict.FAIL)
    findings = tuple(
        msgspec.structs.replace(
            pattern,
            id=f"{number:016x}",
            subject=text,
            column=text,
            kind=Kind.DEDUCT,
            arguments=dict.fromkeys(pattern.arguments, text),
            locator=msgspec.structs.replace(pattern.locator, text=text, heading=text),
            state=State.DISPUTED,
            remark=text,
            pages=(pattern.page, f"{PORTAL.url}{number}.html"),
        )
        for number, text in enumerate(HOSTILE)
    )
    overview = msgspec.structs.replace(
        judgement.overview, title=HOSTILE[3], sponsor=HOSTILE[8], icp=HOSTILE[0]
    )
    return msgspec.structs.replace(judgement, findings=findings, overview=overview, vetoes=())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    report = sample_report(per_site=12)
    named = tuple(
        msgspec.structs.replace(
            hostile(
                msgspec.structs.replace(
                    one, site=msgspec.structs.replace(one.site, name=text, region=text, sponsor=text)
                )
            ),
        )
        for one, text in zip(report.sites[:2], (HOSTILE[4], HOSTILE[6]), strict=True)
    )
    earlier = earlier_run("2026Q3", report.as_of.replace(month=8), *named)
    write_reports(replace(report, sites=named, earlier=(earlier,)), folder, list(FORMATS))
    return folder


def all_files(folder: Path, name: str) -> list[Path]:
    found = sorted(folder.rglob(name))
    assert found
    return found


def test_pages_hold_it_as_text(folder: Path) -> None:
    for file in all_files(folder, "*.html"):
        page = LexborHTMLParser(file.read_text(encoding="utf-8"))
        assert MARK in page.text()
        names = {name for node in page.css("*") for name in node.attributes}
        assert not [name for name in names if name.startswith("on")]
        assert page.css("img, iframe, object, textarea") == []
        scripts = [
            one.text() for one in page.css("script") if one.attributes.get("type") != "application/json"
        ]
        assert not any(MARK in script for script in scripts)
        for later in page.css("script[type='application/json']"):
            json.loads(later.text())


def test_workbooks_hold_it_as_text_in_cells(folder: Path) -> None:
    for file in all_files(folder, "*.xlsx"):
        with zipfile.ZipFile(file) as package:
            for name in package.namelist():
                if name.endswith((".xml", ".rels")):
                    etree.fromstring(package.read(name))
                assert b"<f>" not in package.read(name)
        book = openpyxl.load_workbook(file)
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        values = {str(cell.value) for cell in cells}
        for text in (HOSTILE[0], HOSTILE[1], HOSTILE[6], LONG):
            assert text in values


def test_tables_of_text_start_no_formula(folder: Path) -> None:
    (file,) = all_files(folder, "findings.csv")
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 1 + 2 * len(HOSTILE)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_papers_hold_it_printable(folder: Path) -> None:
    for file in all_files(folder, "*.docx"):
        document = Document(str(file))
        said = [paragraph.text for paragraph in document.paragraphs]
        said += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        whole = "".join(said)
        assert MARK in whole
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", whole)
        assert max(len(cell) for cell in said) < 1000
        fields = {one.text for one in document.element.iter("{*}instrText")}
        assert fields <= {"PAGE"}
    (paper,) = all_files(folder, "circular.pdf")
    assert paper.read_bytes().startswith(b"%PDF")


def test_machine_formats_can_be_read(folder: Path) -> None:
    for name in ("findings.json", "findings.sarif"):
        json.loads((folder / name).read_text(encoding="utf-8"))
    lines = (folder / "findings.jsonl").read_text(encoding="utf-8").split("\n")
    assert len([json.loads(line) for line in lines if line]) == 2 * len(HOSTILE)
    (suites,) = all_files(folder, "junit.xml")
    etree.fromstring(suites.read_bytes())


def test_a_summary_keeps_its_lines(folder: Path) -> None:
    (file,) = all_files(folder, "summary.md")
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"(?m)^## 标题", text)
    assert "](javascript:" not in text
    assert "<script" not in text
    others = [one for one in folder.iterdir() if one.suffix in {".txt", ".log"}]
    for one in others:
        assert not re.search(r"(?m)^::error::", one.read_text(encoding="utf-8"))


def test_both_sites_are_there(folder: Path) -> None:
    assert {one.name for one in (folder / "sites").iterdir()} == {PORTAL.key, DEPARTMENT.key}
