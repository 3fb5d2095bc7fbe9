"""The Word template of papers, laid out after GB/T 9704: ``python -m govaudit.reports.papers.docx_template FILE``.

The file that is written lies in ``templates/paper.docx``. Offices that want another look edit a copy of it in Word: the
tags between ``{{`` and ``}}`` and between ``{%`` and ``%}`` say where the texts go (docxtpl).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.section import Section, _Footer
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

SONG, FANGSONG, HEI, KAI, LATIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "Times New Roman"
FALLBACKS = {
    SONG: "SimSun;宋体;Noto Serif CJK SC;WenQuanYi Micro Hei",
    FANGSONG: "FangSong;仿宋;Noto Serif CJK SC;WenQuanYi Micro Hei",
    HEI: "SimHei;Noto Sans CJK SC;WenQuanYi Micro Hei",
    KAI: "KaiTi;楷体;Noto Serif CJK SC;WenQuanYi Micro Hei",
}
"""Fonts that offices print papers with, and what to take where they are not installed."""
_LINE = Pt(28)
_SIZE = 16
_RED = RGBColor(0xC0, 0x00, 0x00)
_INDENT = "firstLineChars"


def paper_template() -> Docx:
    """The template."""
    document = Document()
    _name_fonts(document)
    _styles(document)
    first = document.sections[0]
    _page(first, landscape=False)
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(first.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(first.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    _paper(document)
    second = document.add_section(WD_SECTION.NEW_PAGE)
    _page(second, landscape=True)
    _annexes(document)
    return document


def _paper(document: Docx) -> None:
    def add(text: str, style: str) -> Paragraph:
        return document.add_paragraph(text, style=style)

    add("{%p if status %}", "Normal")
    add("{{ status }}", "Paper Status")
    add("{%p endif %}", "Normal")
    add("{%p if head %}", "Normal")
    add("{{ head }}", "Paper Head")
    add("{%p endif %}", "Normal")
    add("{%p if number %}", "Normal")
    add("{{ number }}", "Paper Number")
    add("{%p endif %}", "Normal")
    add("{{ title }}", "Paper Title")
    add("{%p if addressees %}", "Normal")
    add("{{ addressees }}", "Paper Addressees")
    add("{%p endif %}", "Normal")
    add("{%p for text in opening %}", "Normal")
    add("{{ text }}", "Paper Text")
    add("{%p endfor %}", "Normal")
    add("{%p for section in sections %}", "Normal")
    add("{{ section.heading }}", "Paper Heading")
    add("{%p for paragraph in section.paragraphs %}", "Normal")
    body = add("", "Paper Text")
    _font(body.add_run("{{ paragraph.lead }}"), KAI, bold=True)
    body.add_run("{{ paragraph.text }}")
    add("{%p endfor %}", "Normal")
    add("{%p endfor %}", "Normal")
    add("{%p for text in annex_lines %}", "Normal")
    add("{{ text }}", "Paper Annexes")
    add("{%p endfor %}", "Normal")
    add("{{ signature }}", "Paper Signature")
    add("{{ date }}", "Paper Signature")


def _annexes(document: Docx) -> None:
    document.add_paragraph("{%p for annex in annexes %}")
    document.add_paragraph("{{ annex.label }}", style="Annex Label")
    document.add_paragraph("{{ annex.title }}", style="Annex Title")
    document.add_paragraph("{%p if annex.picture %}")
    document.add_paragraph("{{ annex.picture }}", style="Annex Picture")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if annex.rows %}")
    table = document.add_table(rows=4, cols=3)
    table.style = "Table Grid"
    _set(table._tbl.tblPr, "w:tblW", {"w:w": "5000", "w:type": "pct"})
    _set(table._tbl.tblPr, "w:tblLayout", {"w:type": "fixed"})
    _cells(table.rows[0], "{%tc for cell in annex.headings %}", "{{ cell }}", "Annex Heading")
    table.rows[1].cells[0].text = "{%tr for row in annex.rows %}"
    _cells(table.rows[2], "{%tc for cell in row %}", "{{ cell }}", "Annex Cell")
    table.rows[3].cells[0].text = "{%tr endfor %}"
    heading = table.rows[0]._tr.get_or_add_trPr()
    heading.append(OxmlElement("w:tblHeader"))
    table.rows[2]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p if annex.note %}")
    document.add_paragraph("{{ annex.note }}", style="Annex Note")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")


def _cells(row: Any, opening: str, cell: str, style: str) -> None:
    """Three cells of a row that docxtpl repeats: the beginning of the loop, the cell, the end of the loop."""
    for place, text in enumerate((opening, cell, "{%tc endfor %}")):
        paragraph = row.cells[place].paragraphs[0]
        paragraph.text = text
        paragraph.style = style


def _set(parent: Any, tag: str, attributes: dict[str, str]) -> None:
    element = parent.find(qn(tag))
    if element is None:
        element = OxmlElement(tag)
        parent.append(element)
    for name, value in attributes.items():
        element.set(qn(name), value)


def _page(section: Section, *, landscape: bool) -> None:
    short, long = Mm(210), Mm(297)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    if landscape:
        section.top_margin, section.bottom_margin = Mm(28), Mm(26)
        section.left_margin, section.right_margin = Mm(25), Mm(25)
    else:
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25 if not landscape else 15)


def _page_number(footer: _Footer, side: WD_ALIGN_PARAGRAPH) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = side
    for text, kind in (("— ", ""), ("", "begin"), ("PAGE", "code"), ("", "end"), (" —", "")):
        run = paragraph.add_run(text if kind != "code" else "")
        _font(run, "宋体", size=14)
        if kind in {"begin", "end"}:
            field = OxmlElement("w:fldChar")
            field.set(qn("w:fldCharType"), kind)
            run._r.append(field)
        elif kind == "code":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run._r.append(code)


def _styles(document: Docx) -> None:
    normal = document.styles["Normal"]
    _dress(normal, FANGSONG, _SIZE)
    normal.paragraph_format.space_after = Pt(0)
    center, right, both = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY
    _style(document, "Paper Status", HEI, _SIZE, right)
    head = _style(document, "Paper Head", SONG, 36, center)
    head.font.color.rgb = _RED
    head.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    _underlined(head)
    _style(document, "Paper Number", FANGSONG, _SIZE, center).paragraph_format.space_before = Pt(14)
    title = _style(document, "Paper Title", SONG, 22, center)
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(28), Pt(28)
    title.paragraph_format.line_spacing = Pt(34)
    _style(document, "Paper Addressees", FANGSONG, _SIZE, both)
    _indented(_style(document, "Paper Text", FANGSONG, _SIZE, both))
    heading = _style(document, "Paper Heading", HEI, _SIZE, WD_ALIGN_PARAGRAPH.LEFT)
    heading.paragraph_format.keep_with_next = True
    _indented(heading)
    annexes = _style(document, "Paper Annexes", FANGSONG, _SIZE, WD_ALIGN_PARAGRAPH.LEFT)
    annexes.paragraph_format.keep_with_next = True
    _indented(annexes)
    signature = _style(document, "Paper Signature", FANGSONG, _SIZE, right)
    signature.paragraph_format.right_indent = Pt(_SIZE * 4)
    signature.paragraph_format.keep_with_next = True
    label = _style(document, "Annex Label", HEI, _SIZE, WD_ALIGN_PARAGRAPH.LEFT)
    label.paragraph_format.page_break_before = True
    label.paragraph_format.keep_with_next = True
    annex = _style(document, "Annex Title", SONG, 20, center)
    annex.paragraph_format.space_after = Pt(12)
    annex.paragraph_format.keep_with_next = True
    for name, font, side in (
        ("Annex Heading", HEI, center),
        ("Annex Cell", FANGSONG, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        cell = _style(document, name, font, 10.5, side)
        cell.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    picture = _style(document, "Annex Picture", FANGSONG, 12, center)
    picture.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    picture.paragraph_format.line_spacing = 1
    picture.paragraph_format.space_after = Pt(8)
    picture.paragraph_format.keep_with_next = True
    note = _style(document, "Annex Note", FANGSONG, 12, WD_ALIGN_PARAGRAPH.LEFT)
    note.paragraph_format.space_before = Pt(6)


def _style(document: Docx, name: str, font: str, size: float, side: WD_ALIGN_PARAGRAPH) -> ParagraphStyle:
    style = cast("ParagraphStyle", document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH))
    _dress(style, font, size)
    style.paragraph_format.alignment = side
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = _LINE
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    return style


def _dress(style: Any, font: str, size: float) -> None:
    _font(style, font, size=size)


def _font(holder: Any, font: str, *, size: float = 0, bold: bool = False) -> None:
    holder.font.name = LATIN
    if size:
        holder.font.size = Pt(size)
    if bold:
        holder.font.bold = True
    properties = holder.element.get_or_add_rPr() if hasattr(holder, "element") else holder._r.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _indented(style: ParagraphStyle) -> None:
    """Two characters, whatever their size."""
    properties = style.element.get_or_add_pPr()
    indent = properties.get_or_add_ind()
    indent.set(qn(f"w:{_INDENT}"), "200")
    indent.set(qn("w:firstLine"), str(_SIZE * 2 * 20))


def _underlined(style: ParagraphStyle) -> None:
    """The red line below the head."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", str(_RED))):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    style.element.get_or_add_pPr().append(borders)


def _name_fonts(document: Docx) -> None:
    """What Word takes where a font is not installed."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in FALLBACKS.items()
    )
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = part.blob.replace(b"</w:fonts>", entries.encode() + b"</w:fonts>")


if __name__ == "__main__":
    paper_template().save(sys.argv[1])
