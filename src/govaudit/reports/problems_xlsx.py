"""``problems.xlsx``: the problems as inspectors and webmasters work through them, for the run and for each site.

Sheets: how to read it, overview of sites, statistics, trends and IPv6 by region (run only), one for each class of
problems, every page of every problem. Cells hold text and numbers, never formulas.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from govaudit.inspection.run import BEIJING
from govaudit.inspection.urls import WEB_SCHEMES, scheme_of
from govaudit.inspection.verdict import Verdict
from govaudit.reports.edition import status
from govaudit.reports.findings_json import seen_on
from govaudit.reports.frames import (
    Table,
    classes_by,
    classes_by_nature,
    findings_frame,
    results_by,
    sites_frame,
)
from govaudit.reports.ipv6_table import ipv6_by_region
from govaudit.reports.places import SITES, site_folder
from govaudit.reports.row_sheet import LONGEST_LINK, RowSheet
from govaudit.reports.run_report import has_score, ordered_findings, veto_names
from govaudit.reports.sheet_cells import (
    ADDRESSES,
    CELLS,
    DEFAULT_WIDTH,
    WIDTHS,
    Cell,
    FindingRow,
    sheet_columns,
)
from govaudit.reports.texts import Texts, class_of
from govaudit.reports.trend_tables import trend_parts
from govaudit.reports.trends import trends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.reports.run_report import RunReport

MAX_ROWS = 1_000_000
"""Rows of a sheet before the next one is begun."""


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    width: int
    address: bool = False


@dataclass(slots=True)
class _Formats:
    title: Any
    heading: Any
    plain: Any
    text: Any
    number: Any
    link: Any


def write_problems_xlsx(report: RunReport, folder: Path) -> list[Path]:
    """Write ``problems.xlsx`` of the run and of each inspected site below ``folder``. Raises ``OSError``."""
    texts = Texts(report.language)
    written = [write_workbook(report, report.sites, folder / "problems.xlsx", texts, whole_run=True)]
    for judgement in report.sites:
        site = folder / SITES / site_folder(judgement.site.key)
        site.mkdir(parents=True, exist_ok=True)
        written.append(write_workbook(report, (judgement,), site / "problems.xlsx", texts, whole_run=False))
    return written


def write_workbook(
    report: RunReport, sites: Sequence[SiteJudgement], path: Path, texts: Texts, *, whole_run: bool
) -> Path:
    """Write the workbook of a run, or of a single site of it. Raises ``OSError``."""
    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "tmpdir": str(path.parent),
            "strings_to_urls": False,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {
            "title": texts.report_title(report),
            "author": report.organiser,
            "created": (report.finished_at or report.as_of).astimezone(BEIJING).replace(tzinfo=None),
        }
    )
    formats = _formats(book)
    _readme(book, report, None if whole_run else sites[0], texts, formats)
    _overview(book, sites, texts, formats)
    if whole_run:
        _statistics(book, report, texts, formats)
        _trends(book, report, texts, formats)
        _ipv6(book, report, texts, formats)
    found = sorted(
        ((finding, judgement) for judgement in sites for finding in ordered_findings(judgement)),
        key=lambda one: class_of(one[0].check),
    )
    for class_name, of_class in groupby(found, key=lambda one: class_of(one[0].check)):
        rows = (FindingRow(finding, judgement, texts) for finding, judgement in of_class)
        _class_sheet(book, class_name, rows, texts, formats)
    _pages(book, found, texts, formats)
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(*error.args) from error
    return path


def _formats(book: xlsxwriter.Workbook) -> _Formats:
    plain = {"valign": "top", "text_wrap": True, "font_size": 10, "border": 1, "border_color": "#C9D3DF"}
    return _Formats(
        title=book.add_format({"bold": True, "font_size": 16, "font_color": "#0B4A8F"}),
        heading=book.add_format(
            {**plain, "bold": True, "bg_color": "#0B4A8F", "font_color": "#FFFFFF", "valign": "vcenter"}
        ),
        plain=book.add_format({"font_size": 10}),
        text=book.add_format({**plain, "num_format": "@"}),
        number=book.add_format({**plain, "align": "right"}),
        link=book.add_format({**plain, "font_color": "#0B4A8F", "underline": 1}),
    )


def _readme(
    book: xlsxwriter.Workbook,
    report: RunReport,
    site: SiteJudgement | None,
    texts: Texts,
    formats: _Formats,
) -> None:
    sheet = book.add_worksheet(texts.text("sheets.names.readme"), RowSheet)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    sheet.add_row(0, [(texts.report_title(report), formats.title, False)])
    lines = [
        ("site", texts.site_title(site)) if site else ("organiser", report.organiser),
        ("run", report.run),
        ("status", status(report, texts)),
        ("as-of", texts.moment(report.as_of)),
        ("period", f"{texts.moment(report.started_at)} ~ {texts.moment(report.finished_at)}"),
        ("profiles", "\n".join(f"{note.title} ({note.name})" for note in report.profiles)),
        ("tool", f"govaudit {report.tool_version}"),
        *(
            (name, texts.text(f"sheets.readme.{name}-text"))
            for name in ("sheets", "nature", "verdicts", "points", "pages", "return")
        ),
    ]
    for number, (name, text) in enumerate(lines, 2):
        label = texts.text("edition.status" if name == "status" else f"sheets.readme.{name}")
        sheet.add_row(number, [(label, formats.text, False), (text, formats.text, False)])


def _overview(
    book: xlsxwriter.Workbook, sites: Sequence[SiteJudgement], texts: Texts, formats: _Formats
) -> None:
    columns = [
        _Column(texts.text(f"columns.{name}"), width, address=name == "page")
        for name, width in (
            ("number", 6), ("site-name", 30), ("site-code", 13), ("page", 34), ("region", 12), ("level", 10),
            ("result", 11), ("reason", 40), ("score", 8), ("vetoes", 30), ("problems", 9), ("reviews", 9),
            ("unsure", 10), ("discovered", 10), ("visited", 10),
        )
    ]  # fmt: skip
    columns[3] = _Column(texts.text("sheets.address"), 34, address=True)
    banded = any(one.score is not None and one.score.band for one in sites)
    if banded:
        columns.append(_Column(texts.text("columns.band"), 14))
    rows = (_site_row(number, judgement, texts)[: len(columns)] for number, judgement in enumerate(sites, 1))
    _fill(book, texts.text("sheets.names.overview"), columns, rows, formats)


def _site_row(number: int, judgement: SiteJudgement, texts: Texts) -> tuple[Cell, ...]:
    verdicts = [finding.standing for finding in judgement.findings]
    score = judgement.score if has_score(judgement) else None
    return (
        number,
        judgement.site.name,
        judgement.site.code,
        judgement.site.url,
        judgement.site.region,
        texts.level(judgement.site),
        texts.result(judgement),
        texts.why(judgement.reason),
        score.total if score else texts.text("words.none"),
        texts.text("report.list-separator").join(veto_names(judgement)),
        verdicts.count(Verdict.FAIL),
        verdicts.count(Verdict.REVIEW),
        verdicts.count(Verdict.INCONCLUSIVE),
        judgement.coverage.discovered,
        judgement.coverage.visited,
        score.band if score else "",
    )


def _statistics(book: xlsxwriter.Workbook, report: RunReport, texts: Texts, formats: _Formats) -> None:
    findings = findings_frame(report, texts)
    sites = sites_frame(report, texts)
    tables: tuple[tuple[str, Table], ...] = (
        ("results-by-level", results_by(sites, "level", texts)),
        ("results-by-region", results_by(sites, "region", texts)),
        ("classes-by-nature", classes_by_nature(findings, texts)),
        ("classes-by-level", classes_by(findings, "level", texts)),
        ("classes-by-region", classes_by(findings, "region", texts)),
    )
    named = [(texts.text(f"sheets.{name}"), (), table) for name, table in tables]
    _tables(book, texts.text("sheets.names.statistics"), named, formats)


def _trends(book: xlsxwriter.Workbook, report: RunReport, texts: Texts, formats: _Formats) -> None:
    found = trends(report, texts)
    if found is None:
        return
    named: list[tuple[str, tuple[str, ...], Table]] = []
    for part in trend_parts(found, texts):
        if not part.blocks:
            named.append((part.heading, part.sentences, Table((), ())))
        for place, block in enumerate(part.blocks):
            title = part.heading if part.heading == block.title else f"{part.heading} · {block.title}"
            named.append((title, () if place else part.sentences, block.table))
    _tables(book, texts.text("sheets.names.trends"), named, formats)


def _tables(
    book: xlsxwriter.Workbook,
    name: str,
    tables: Sequence[tuple[str, Sequence[str], Table]],
    formats: _Formats,
) -> None:
    """One sheet with tables one below the other: title, what is said of it, table."""
    sheet = book.add_worksheet(name, RowSheet)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 40, 12)
    line = 0
    for title, said, table in tables:
        sheet.add_row(line, [(title, formats.title, False)])
        for sentence in said:
            line += 1
            sheet.add_row(line, [(sentence, formats.plain, False)])
        sheet.add_row(line + 1, [(heading, formats.heading, False) for heading in table.headings])
        columns = [_Column(heading, 12) for heading in table.headings]
        for number, row in enumerate(table.rows, line + 2):
            sheet.add_row(number, _dressed(row, columns, formats))
        line += len(table.rows) + 4


def _ipv6(book: xlsxwriter.Workbook, report: RunReport, texts: Texts, formats: _Formats) -> None:
    table = ipv6_by_region(report, texts)
    if table is not None:
        columns = [_Column(heading, 12) for heading in table.headings]
        _fill(book, texts.text("sheets.names.ipv6"), columns, table.rows, formats)


def _class_sheet(
    book: xlsxwriter.Workbook, class_name: str, rows: Iterable[FindingRow], texts: Texts, formats: _Formats
) -> None:
    names = sheet_columns(class_name)
    columns = [
        _Column(texts.text(f"columns.{name}"), WIDTHS.get(name, DEFAULT_WIDTH), address=name in ADDRESSES)
        for name in names
    ]
    cells: list[Callable[[FindingRow], Cell]] = [CELLS[name] for name in names]
    _fill(
        book,
        texts.text(f"words.classes.{class_name}"),
        columns,
        (tuple(cell(row) for cell in cells) for row in rows),
        formats,
    )


def _pages(
    book: xlsxwriter.Workbook,
    found: Sequence[tuple[Finding, SiteJudgement]],
    texts: Texts,
    formats: _Formats,
) -> None:
    columns = [
        _Column(texts.text("columns.id"), 19),
        _Column(texts.text("columns.site-name"), 26),
        _Column(texts.text("columns.title"), 22),
        _Column(texts.text("columns.subject"), 60),
        _Column(texts.text("columns.page"), 60, address=True),
    ]
    cells = (
        (finding.id, judgement.site.name, texts.check_title(finding.check), texts.subject(finding), page)
        for finding, judgement in found
        for page in seen_on(finding)
    )
    _fill(book, texts.text("sheets.names.pages"), columns, cells, formats)


def _fill(
    book: xlsxwriter.Workbook,
    name: str,
    columns: Sequence[_Column],
    rows: Iterable[tuple[Cell, ...]],
    formats: _Formats,
) -> None:
    """Write a table with frozen head and filter; more rows than a sheet takes go on in a next one."""
    waiting = iter(rows)
    part, row = 1, next(waiting, None)
    while row is not None or part == 1:
        sheet = book.add_worksheet(_sheet_name(name, part), RowSheet)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.add_row(0, [(column.heading, formats.heading, False) for column in columns])
        number = 0
        while row is not None and number < MAX_ROWS:
            number += 1
            sheet.add_row(number, _dressed(row, columns, formats))
            row = next(waiting, None)
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
        part += 1


def _dressed(
    row: tuple[Cell, ...], columns: Sequence[_Column], formats: _Formats
) -> Iterator[tuple[Cell, Any, bool]]:
    for cell, column in zip(row, columns, strict=True):
        if not isinstance(cell, str):
            yield cell, formats.number, False
        elif column.address and _is_link(cell):
            yield cell, formats.link, True
        else:
            yield cell, formats.text, False


def _sheet_name(name: str, part: int) -> str:
    return name if part == 1 else f"{name[:26]} {part}"


def _is_link(cell: str) -> bool:
    return scheme_of(cell) in WEB_SCHEMES and len(cell) <= LONGEST_LINK and cell.isprintable()
