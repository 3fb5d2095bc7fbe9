"""Papers as Word documents: the bundled template or the office's own, filled by docxtpl."""

from __future__ import annotations

import io
from dataclasses import asdict
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from docx.opc.exceptions import PackageNotFoundError
from docx.shared import Emu, Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import Environment, StrictUndefined, TemplateError

from govaudit.inspection.errors import InputError, Problem
from govaudit.reports.charts import WIDTH, png_of
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.reports.papers.paper import Annex, Paper

_WIDEST, _HIGHEST = 190.0, 110.0
"""Millimetres that a picture may take of a page."""


def write_docx(paper: Paper, file: Path, template: Path | None = None) -> None:
    """Write a paper as DOCX. ``template``: the office's own; raises ``InputError`` when it is no Word document or asks
    for what a paper does not have."""
    source = (
        str(template) if template is not None else (files("govaudit") / "templates" / "paper.docx").open("rb")
    )
    environment = Environment(undefined=StrictUndefined, autoescape=True)
    try:
        document = DocxTemplate(source)
        content = asdict(paper)
        for annex, shown in zip(paper.annexes, content["annexes"], strict=True):
            shown["picture"] = _picture(annex, paper.language, document)
        document.render(content, environment, autoescape=True)
    except (TemplateError, PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        if template is None:
            raise
        why = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(Problem("report.bad-template", str(template), arguments={"why": why})) from error
    _describe(document, [annex.chart.description for annex in paper.annexes if annex.chart])
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


def _describe(document: DocxTemplate, descriptions: list[str]) -> None:
    """Give the charts their text alternatives. A template that shows other pictures too keeps its own."""
    pictures = [shape._inline.docPr for shape in document.docx.inline_shapes]  # noqa: SLF001 - it has no other name
    if len(pictures) == len(descriptions):
        for picture, description in zip(pictures, descriptions, strict=True):
            picture.set("descr", description)


def _picture(annex: Annex, language: str, document: DocxTemplate) -> InlineImage | str:
    """The annex's chart, or the sentence that it could not be drawn here; empty when it has none."""
    if annex.chart is None:
        return ""
    picture = png_of(annex.chart)
    if picture is None:
        return Texts(language).text("trends.no-font")
    return InlineImage(
        document, BytesIO(picture), width=Mm(min(_WIDEST, _HIGHEST * WIDTH / annex.chart.height))
    )


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
