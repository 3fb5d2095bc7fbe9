"""Attachments are fetched and read for their words, in a process of their own, with private numbers masked."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from docx import Document
from openpyxl import Workbook

from govaudit.crawler.attachment_text import text_of
from govaudit.crawler.attachments import head_of_column
from govaudit.demo.files import attachment
from govaudit.inspection.private_numbers import private_numbers
from tests.crawler.crawling import crawled, plan_for
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IDENTITY = "330106199003078120"
ROWS = [["姓名", "身份证号", "联系电话"], ["张某", IDENTITY, "13805710000"]]


def _docx() -> bytes:
    document = Document()
    document.add_paragraph("补贴名单")
    table = document.add_table(2, 3)
    for row, cells in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _xlsx() -> bytes:
    book = Workbook()
    sheet = book.create_sheet("名单", 0)
    for row in ROWS:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _csv() -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(ROWS)
    return file.getvalue().encode("gb18030")


FILES: dict[str, Callable[[], bytes]] = {
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "pdf": lambda: attachment("pdf", ["补贴名单", f"张某 身份证号{IDENTITY} 电话13805710000"]),
}


@pytest.mark.parametrize("kind", FILES)
def test_the_numbers_of_a_file_are_found(kind: str) -> None:
    text = text_of(kind, FILES[kind]())
    assert text.why == ""
    found = private_numbers(text.text, lambda place: head_of_column(text.text, place))
    assert [one.kind for one in found] == ["identity", "mobile"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine")
def test_old_documents_are_read_by_the_office(tmp_path: Path) -> None:
    (tmp_path / "old.docx").write_bytes(_docx())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "doc", "--outdir", str(tmp_path), "old.docx"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    text = text_of("doc", (tmp_path / "old.doc").read_bytes())
    assert IDENTITY in text.text, text.why


def test_a_table_that_the_office_does_not_take_is_said() -> None:
    text = text_of("xls", attachment("xls", ["补贴名单"]))
    assert text.why in {"", "no-office", "not-converted"}
    assert bool(text.text) is not bool(text.why)


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [("pdf", b"%PDF-1.4\nrubbish", "unreadable"), ("docx", b"PK\x03\x04rubbish", "unreadable"),
     ("rar", b"Rar!", "not-read"), ("text", b"  \n ", "no-text")],
)  # fmt: skip
def test_what_cannot_be_read_is_said(kind: str, body: bytes, why: str) -> None:
    assert text_of(kind, body).why == why


def test_a_crawl_keeps_the_text_of_attachments_without_the_numbers(tmp_path: Path) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    routes = {
        "/": Reply(body=page("/mingdan.xlsx", "/lost.pdf", "/a.zip")),
        "/mingdan.xlsx": Reply(body=_xlsx(), content_type=kind),
        "/a.zip": Reply(body=b"PK\x05\x06" + b"\0" * 18, content_type="application/zip"),
    }
    with HttpSite(routes) as site:
        plan = msgspec.structs.replace(plan_for(site.url), measures=("attachments",))
        run = crawled(plan, tmp_path / "facts.sqlite")
        found: dict[str, dict[str, Any]] = {
            probe.subject.rpartition("/")[2]: probe.result for probe in run.facts.probes("attachment-text")
        }
        run.facts.close()
    assert found["a.zip"]["why"] == "not-read"
    assert "lost.pdf" not in found
    assert found["mingdan.xlsx"]["text"].split("\n")[1] == "张某\t330*************20\t138****0000"
    assert [one[0] for one in found["mingdan.xlsx"]["numbers"]] == ["identity", "mobile"]
    assert IDENTITY.encode() not in (tmp_path / "facts.sqlite").read_bytes()
