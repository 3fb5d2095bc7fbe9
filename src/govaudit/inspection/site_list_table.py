"""The file of a site list as rows of text: CSV in the encodings that officials' software writes, and XLSX."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING

import openpyxl

from govaudit.inspection.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

MEGABYTE = 1_000_000
MAX_FILE_MEGABYTES = 50
MAX_UNPACKED_MEGABYTES = 400
"""An XLSX file that unpacks to more is a bomb, no list: half a million sites stay far below."""
MAX_ROWS = 200_000
DELIMITERS = ",;\t"

_ZIP_MAGIC = b"PK\x03\x04"
_OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0"
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_COMMENT_MARKS = ("#", "＃")
FORMULA_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
_TEXT_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_PADDED_FORMAT = re.compile(r"0+")
_UNOPENABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What openpyxl and the libraries below it raise for damaged workbooks; XML errors are ``SyntaxError``."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """``line``: where the row begins, counted from 1 (the row number of a worksheet). ``cells``: text without
    outer space; inner line breaks and runs of spaces are kept as one space. ``problem``: why it has no cells."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that are neither blank nor comments. ``ragged``: rows may lawfully be shorter than the headings."""

    rows: tuple[TableRow, ...]
    ragged: bool = False
    problems: tuple[Problem, ...] = ()


def read_table(path: Path, known_heading: Iterable[str]) -> Table:
    """Read the file; what is wrong with it as a whole stands in ``problems``, never in an exception.

    ``known_heading``: folded headings, by which the delimiter of a CSV file is told.
    """
    where = str(path)
    try:
        size = path.stat().st_size
        if size > MAX_FILE_MEGABYTES * MEGABYTE:
            return _unreadable(where, "too-large", size=size // MEGABYTE, limit=MAX_FILE_MEGABYTES)
        body = path.read_bytes()
    except FileNotFoundError:
        return _unreadable(where, "missing-file")
    except OSError as error:
        return _unreadable(where, "unreadable", why=error.strerror or str(error))
    if body.startswith(_OLD_OFFICE_MAGIC):
        return _unreadable(where, "old-excel")
    if body.startswith(_ZIP_MAGIC) or (body and path.suffix.lower() in {".xlsx", ".xlsm"}):
        return _read_workbook(where, body)
    return _read_text(where, body, frozenset(known_heading))


def _unreadable(where: str, key: str, **arguments: str | int) -> Table:
    return Table((), problems=(Problem(f"site-list.{key}", where, arguments=arguments),))


def plain_text(cell: str) -> str:
    """A cell without the tricks by which spreadsheets are kept from turning codes into numbers."""
    text = " ".join(cell.split())
    formula = _TEXT_FORMULA.fullmatch(text)
    if formula:
        return formula.group(1).strip()
    return text.removeprefix("'").strip()


def is_comment(cells: tuple[str, ...]) -> bool:
    """Whether the row's first cell begins with ``#`` (and is not a formula error)."""
    return bool(cells) and cells[0].startswith(_COMMENT_MARKS) and cells[0] not in FORMULA_ERRORS


def decode(body: bytes) -> str:
    """The text of a CSV file. Bytes that its encoding does not know become U+FFFD.

    A byte order mark decides, then strict UTF-8, then GB18030. A file that is neither is taken for what it
    was meant to be: damaged UTF-8 still shows its Chinese characters, GB18030 read as UTF-8 hardly any.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        as_utf8 = body.decode("utf-8", errors="replace")
    damage = as_utf8.count("\ufffd")
    chinese = sum(1 for character in as_utf8 if "\u3000" <= character <= "\uffef")
    if chinese > damage:
        return as_utf8
    return body.decode("gb18030", errors="replace")


def _read_text(where: str, body: bytes, known_headings: frozenset[str]) -> Table:
    text = decode(body)
    if "\0" in text:
        return _unreadable(where, "not-text")
    lines = list(io.StringIO(text, newline=""))
    delimiter, width = _delimiter_and_width(lines, known_headings)
    rows = tuple(islice(_csv_rows(lines, delimiter, width), MAX_ROWS + 1))
    return _limited(where, rows, ragged=False)


def _limited(where: str, rows: tuple[TableRow, ...], *, ragged: bool) -> Table:
    if len(rows) <= MAX_ROWS:
        return Table(rows, ragged)
    problem = Problem("site-list.too-many-rows", where, rows[MAX_ROWS].line, arguments={"limit": MAX_ROWS})
    return Table(rows[:MAX_ROWS], ragged, (problem,))


def folded_heading(text: str) -> str:
    """A heading after width, case, space and punctuation folding."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in narrow if character.isalnum())


def _delimiter_and_width(lines: list[str], known_headings: frozenset[str]) -> tuple[str, int]:
    """The delimiter under which some line near the top shows the most known headings, and its cells."""
    top = [line for line in lines[:200] if line.strip() and not line.lstrip().startswith(_COMMENT_MARKS)][:20]
    best = max(
        (
            (sum(folded_heading(cell) in known_headings for cell in cells), len(cells), -rank)
            for line in top
            for rank, delimiter in enumerate(DELIMITERS)
            for cells in (line.split(delimiter),)
        ),
        default=(0, 1, 0),
    )
    return DELIMITERS[-best[2]], best[1]


def _csv_rows(lines: list[str], delimiter: str, width: int) -> Iterator[TableRow]:
    """Rows with the line they begin at. A row that cannot be read costs its first line only, so that a quote
    that is not closed does not swallow the lines up to the next quote. ``width``: cells that a row should have.
    """
    position = 0
    while position < len(lines):
        line = lines[position]
        if not line.strip() or line.lstrip().startswith(_COMMENT_MARKS):
            position += 1
            continue
        reader = csv.reader(islice(lines, position, None), delimiter=delimiter, strict=True)
        try:
            cells = tuple(plain_text(cell) for cell in next(reader))
        except csv.Error:
            cells = ()
        if not cells or (reader.line_num > 1 and len(cells) != width):
            yield TableRow(position + 1, (), "broken-row")
            position += 1
            continue
        if any(cells) and not is_comment(cells):
            yield TableRow(position + 1, cells)
        position += reader.line_num


def _read_workbook(where: str, body: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist()) // MEGABYTE
        if unpacked > MAX_UNPACKED_MEGABYTES:
            return _unreadable(where, "too-large", size=unpacked, limit=MAX_UNPACKED_MEGABYTES)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = tuple(islice(_sheet_rows(body), MAX_ROWS + 1))
    except _UNOPENABLE as error:
        return _unreadable(where, "broken-xlsx", why=str(error).strip() or type(error).__name__)
    return _limited(where, rows, ragged=True)


def _sheet_rows(body: bytes) -> Iterator[TableRow]:
    workbook = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    try:
        if not workbook.worksheets:
            return
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(islice(sheet.iter_rows(), 1_048_576), 1):
            cells = tuple(plain_text(_cell_text(cell)) for cell in row)
            if any(cells) and not is_comment(cells):
                yield TableRow(number, cells)
    finally:
        workbook.close()


def _cell_text(cell: Cell | MergedCell | ReadOnlyCell | EmptyCell) -> str:
    """What the spreadsheet shows, as far as site lists need it: whole numbers without exponent and with the
    leading zeros that their format asks for."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        shown = str(value)
        number_format = str(cell.number_format)
        return shown.zfill(len(number_format)) if _PADDED_FORMAT.fullmatch(number_format) else shown
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
