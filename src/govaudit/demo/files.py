"""Small real files for the portals' attachments: PDF, DOCX, XLSX and the old XLS, the same bytes every time."""

from __future__ import annotations

import struct
import zipfile
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ZIP_DATE = (2026, 1, 1, 0, 0, 0)
_SECTOR = 512
_END_OF_CHAIN = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_NO_ENTRY = 0xFFFFFFFF
_FAT_SECTOR = 0xFFFFFFFD
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
}


def attachment(extension: str, lines: list[str]) -> bytes:
    """A file of the type ``extension`` (pdf, docx, xlsx, xls) that holds ``lines``.

    Raises ``KeyError`` for other types.
    """
    return _WRITERS[extension](lines)


def pdf(lines: list[str]) -> bytes:
    """One page with ``lines`` in a font that every Chinese PDF reader brings along."""
    shown = [
        b"BT /F1 14 Tf 60 %d Td <%s> Tj ET" % (780 - 26 * row, line.encode("utf-16-be").hex().encode())
        for row, line in enumerate(lines)
    ]
    content = b"\n".join(shown)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        (
            b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>"
        ),
        (
            b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]"
            b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>"
        ),
    ]
    output = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(output))
        output += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(output)
    output += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    output += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    output += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(output)


def docx(lines: list[str]) -> bytes:
    """A Word document with one paragraph a line."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _package(
        {
            "[Content_Types].xml": _content_types({"/word/document.xml": main}),
            "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
            "word/document.xml": f'{_XML}<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}</w:body></w:document>',
        }
    )


def xlsx(lines: list[str]) -> bytes:
    """A workbook with one sheet, one cell a line."""
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{escape(line)}</t></is></c></row>'
        for row, line in enumerate(lines, start=1)
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _package(
        {
            "[Content_Types].xml": _content_types(
                {
                    "/xl/workbook.xml": f"{kind}.sheet.main+xml",
                    "/xl/worksheets/sheet1.xml": f"{kind}.worksheet+xml",
                }
            ),
            "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
            "xl/_rels/workbook.xml.rels": _relations([("worksheet", "worksheets/sheet1.xml")]),
            "xl/workbook.xml": f'{_XML}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/worksheets/sheet1.xml": f'{_XML}<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>',
        }
    )


def xls(lines: list[str]) -> bytes:
    """A workbook of Excel 97 (BIFF8 in a compound file) with one sheet, one cell a line."""
    return _compound_file("Workbook", _biff8(lines))


def _content_types(parts: dict[str, str]) -> str:
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    package = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{_XML}<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="{package}"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: list[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_RELATIONS}">{entries}</Relationships>'


def _package(parts: dict[str, str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return buffer.getvalue()


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff8(lines: list[str]) -> bytes:
    end = _record(0x000A, b"")
    font = (
        struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 134, 0) + struct.pack("<BB", 5, 0) + b"Arial"
    )
    style_format = struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 0x20C0)
    cell_format = struct.pack("<HHHBBBBIIH", 0, 0, 0x0001, 0x20, 0, 0, 0, 0, 0, 0x20C0)
    head = (
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0x41, 0x06))
        + _record(0x0042, struct.pack("<H", 1200))
        + _record(0x003D, struct.pack("<9H", 0, 0, 0x3000, 0x1800, 0x38, 0, 0, 1, 600))
        + _record(0x0031, font) * 4
        + _record(0x00E0, style_format) * 15
        + _record(0x00E0, cell_format)
        + _record(0x0293, struct.pack("<HBB", 0x8000, 0, 0xFF))
    )
    name = struct.pack("<BB", 6, 0) + b"Sheet1"
    offset = len(head) + 4 + 6 + len(name) + len(end)
    globals_part = head + _record(0x0085, struct.pack("<IBB", offset, 0, 0) + name) + end
    cells = b"".join(
        _record(
            0x0204,
            struct.pack("<HHHHB", row, 0, 15, len(line.encode("utf-16-le")) // 2, 1)
            + line.encode("utf-16-le"),
        )
        for row, line in enumerate(lines)
    )
    sheet = (
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0x41, 0x06))
        + _record(0x0200, struct.pack("<IIHHH", 0, len(lines), 0, 1, 0))
        + cells
        + _record(0x023E, struct.pack("<HHHHHHI", 0x06B6, 0, 0, 0x40, 0, 0, 0))
        + end
    )
    return globals_part + sheet


def _compound_file(stream_name: str, stream: bytes) -> bytes:
    """A compound file with one stream, padded so that it needs no short sectors: FAT, directory, stream."""
    padded = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(padded) // _SECTOR
    chain = [_FAT_SECTOR, _END_OF_CHAIN, *range(3, sectors + 2), _END_OF_CHAIN]
    chain += [_FREE] * (_SECTOR // 4 - len(chain))
    header = struct.pack("<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
                         0, 1, 1, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0, 0)  # fmt: skip
    header = header.ljust(_SECTOR, b"\xff")
    directory = (
        _directory_entry("Root Entry", kind=5, child=1, start=_END_OF_CHAIN, size=0)
        + _directory_entry(stream_name, kind=2, child=_NO_ENTRY, start=2, size=len(padded))
        + _directory_entry("", kind=0, child=_NO_ENTRY, start=0, size=0) * 2
    )
    return header + struct.pack(f"<{len(chain)}I", *chain) + directory + padded


def _directory_entry(name: str, *, kind: int, child: int, start: int, size: int) -> bytes:
    written = (name + "\0").encode("utf-16-le") if name else b""
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        written, len(written), kind, 1, _NO_ENTRY, _NO_ENTRY, child, b"", 0, 0, 0, start, size,
    )  # fmt: skip


_WRITERS: dict[str, Callable[[list[str]], bytes]] = {"pdf": pdf, "docx": docx, "xlsx": xlsx, "xls": xls}
