"""The text of attachments, read in a process of its own: files are hostile input, and their readers are large.

    python -m govaudit.crawler.attachment_text [office]

A frame a file on standard input, its text on standard output, until the input ends; a frame is its length in four
bytes (big-endian) and MessagePack. ``office``: for files that an office program converts, which the bound on memory
would keep from starting. Types are those of ``filetypes``. An answer holds ``text`` (lines, cells of a row parted by
tabs) and ``why`` (empty, or the reason for which there is none: ``unreadable``, ``locked``, ``no-text``, ``too-large``,
``no-office``, ``not-converted``, ``not-read``).
"""

from __future__ import annotations

import csv
import io
import logging
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from docx import Document
from docx.table import Table
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError

from govaudit.crawler.attachment_frames import LENGTH, SECONDS, Extracted, File
from govaudit.crawler.reading.charset import decode

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 300_000
"""Characters of a text that are kept."""
_MOST_MEMORY = 2**30
_MOST_UNPACKED = 200 * 2**20
_MOST_ROWS = 20_000


def text_of(kind: str, body: bytes) -> Extracted:
    """The text of a file of a type. Never raises for what a file may hold."""
    if kind not in _READERS:
        return Extracted(why="not-read")
    if body.startswith(b"PK") and _unpacked(body) > _MOST_UNPACKED:
        return Extracted(why="too-large")
    try:
        text = _READERS[kind](body)
    except _NotReadError as error:
        return Extracted(why=str(error))
    except FileNotDecryptedError:
        return Extracted(why="locked")
    except (PyPdfError, InvalidFileException, zipfile.BadZipFile, etree.XMLSyntaxError, *_RUBBISH):
        return Extracted(why="unreadable")
    return Extracted(text[:LONGEST]) if text.strip() else Extracted(why="no-text")


_RUBBISH = (
    ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError, TypeError, ValueError,
    AssertionError, NotImplementedError, subprocess.SubprocessError,
)  # fmt: skip
"""What readers raise for damaged files."""


class _NotReadError(Exception):
    """Why the office did not read a file: it is not installed, or did not take it."""


def _unpacked(body: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        return 0


def _pdf(body: bytes) -> str:
    pieces, length = [], 0
    for page in PdfReader(io.BytesIO(body)).pages:
        pieces.append(page.extract_text())
        length += len(pieces[-1])
        if length > LONGEST:
            break
    return "\n".join(pieces)


def _docx(body: bytes) -> str:
    lines: list[str] = []
    for block in Document(io.BytesIO(body)).iter_inner_content():
        if isinstance(block, Table):
            lines += ["\t".join(_line(cell.text) for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def _xlsx(body: bytes) -> str:
    book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    lines: list[str] = []
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True, max_row=_MOST_ROWS)
        lines.extend("\t".join(map(_cell, row)).rstrip("\t") for row in rows)
        lines.append("")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return _line(str(value))


def _line(text: str) -> str:
    return " ".join(text.split())


def _table(body: bytes) -> str:
    text, _ = decode(body)
    return "\n".join("\t".join(map(_line, row)) for row in csv.reader(io.StringIO(text)))


def _plain(body: bytes) -> str:
    return decode(body)[0]


def _by_office(suffix: str, target: str, read: Callable[[bytes], str]) -> Callable[[bytes], str]:
    def convert(body: bytes) -> str:
        office = shutil.which("soffice")
        if office is None:
            raise _NotReadError("no-office")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"file.{suffix}"
            file.write_bytes(body)
            subprocess.run(  # noqa: S603 - a fixed command over a file of our own naming
                [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
                 "--convert-to", target, "--outdir", folder, str(file)],
                check=True, capture_output=True, timeout=SECONDS,
            )  # fmt: skip
            made = file.with_suffix(f".{target}")
            if not made.is_file():
                raise _NotReadError("not-converted")
            return read(made.read_bytes())

    return convert


_READERS: dict[str, Callable[[bytes], str]] = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _table,
    "text": _plain,
    "doc": _by_office("doc", "docx", _docx),
    "rtf": _by_office("rtf", "docx", _docx),
    "xls": _by_office("xls", "xlsx", _xlsx),
}


def main() -> None:
    """Read files until there are no more."""
    logging.disable()
    if "office" not in sys.argv:
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        file = msgspec.msgpack.decode(source.read(*LENGTH.unpack(head)), type=File)
        used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (used + SECONDS, resource.RLIM_INFINITY))
        answer = msgspec.msgpack.encode(text_of(file.kind, file.body))
        sink.write(LENGTH.pack(len(answer)) + answer)
        sink.flush()


if __name__ == "__main__":
    main()
