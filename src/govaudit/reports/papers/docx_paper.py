"""Papers as Word documents: the bundled template or the office's own, filled by docxtpl."""

from __future__ import annotations

import io
from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from docx.opc.exceptions import PackageNotFoundError
from docx.shared import Emu
from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined, TemplateError

from govaudit.inspection.errors import InputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.reports.papers.paper import Annex, Paper


def write_docx(paper: Paper, file: Path, template: Path | None = None) -> None:
    """Write a paper as DOCX. ``template``: the office's own; raises ``InputError`` when it is no Word document or asks
    for what a paper does not have."""
    source = (
        str(template) if template is not None else (files("govaudit") / "templates" / "paper.docx").open("rb")
    )
    environment = Environment(undefined=StrictUndefined, autoescape=True)
    try:
        document = DocxTemplate(source)
        document.render(asdict(paper), environment, autoescape=True)
    except (TemplateError, PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        if template is None:
            raise
        why = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(Problem("report.bad-template", str(template), arguments={"why": why})) from error
    _share_out(document, [annex for annex in paper.annexes if annex.rows])
    document.save(file)
    _undate(file)


def _undate(file: Path) -> None:
    """Write the parts of a document without the moment at which they were packed: the same paper is the same file."""
    packed = io.BytesIO()
    with ZipFile(file) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(ZipInfo(part.filename), source.read(part), ZIP_DEFLATED)
    file.write_bytes(packed.getvalue())


def _share_out(document: DocxTemplate, annexes: list[Annex]) -> None:
    """Give the columns of the annexes' tables their widths: docxtpl makes all of a table the same. A template with
    other tables keeps its own."""
    tables = document.docx.tables
    if [len(table.columns) for table in tables] != [len(annex.widths) for annex in annexes]:
        return
    for table, annex in zip(tables, annexes, strict=True):
        whole, parts = sum(column.width or 0 for column in table.columns), sum(annex.widths)
        for column, share in zip(table.columns, annex.widths, strict=True):
            column.width = Emu(whole * share // parts)
        for row in table.rows:
            for cell, share in zip(row.cells, annex.widths, strict=True):
                cell.width = Emu(whole * share // parts)
