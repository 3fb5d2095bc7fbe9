"""What a document page says of the document: index number, number, office, days, class, validity.

Read from tables in either direction, lists of terms, labels in running text and the document's own text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from govaudit.checks.documents.days import day_in, is_day
from govaudit.checks.documents.numbers import parse_number
from govaudit.checks.documents.words import document_words
from govaudit.inspection.calendar import as_day
from govaudit.inspection.facts import DateSource
from govaudit.inspection.vocabulary import fold, name_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from govaudit.checks.documents.numbers import DocumentNumber
    from govaudit.inspection.facts import Reading
    from govaudit.inspection.page_text import Line, PageText

INDEX, NUMBER, OFFICE, MADE, PUBLISHED = "索引号", "文号", "发布机关", "成文日期", "发布日期"
TOPIC, VALIDITY, ACCESS, EXPIRY, MADE_OR_SET = "主题分类", "有效性", "公开属性", "失效日期", "生成日期"
CLASS = "分类"
FIELDS = (INDEX, NUMBER, OFFICE, MADE, PUBLISHED, TOPIC, VALIDITY, ACCESS)

_LONGEST_LABEL = 12
_LONGEST_VALUE = 120
_LONGEST_LINE = 300
_ENDS_OF_SENTENCES = ("。", "：", ":", "；", "！")
_LONGEST_SIGNATURE = 40
_FIRST_LINES = 25
_BEFORE_LABELS = "[【|｜"
_MOST_PIECES = 2
_DAYS = frozenset([MADE, PUBLISHED, MADE_OR_SET])
_ANOTHER_LABEL = re.compile(r"[一-龥][一-龥\s]{1,10}[:：]\s*\S")
_LABELLED = re.compile(
    r"(?:^|(?<=[\s\]】)）|,，;；。]))[\[【]?(?P<label>[^\s\[\]【】:：|,，;；。](?:[^\[\]【】:：|,，;；。]{0,14}))(?:[】\]]\s*[:：]?|[:：])"
)


@dataclass(frozen=True, slots=True)
class DocumentFields:
    """``values``: canonical field → its text as shown, empty text kept. ``number``: the document's own, when it has
    the form of one; ``signed``: the office under its text. Where a page names several days, ``made_latest`` is the
    last that it may have been made on and ``published_first`` the first that it may have been published on."""

    values: dict[str, str]
    number: DocumentNumber | None
    made: date | None
    published: date | None
    signed: str = ""
    made_latest: date | None = None
    published_first: date | None = None

    def shows(self, field: str) -> bool:
        """Whether the page says something of ``field``, with a label or without."""
        if fold(self.values.get(field, "")):
            return True
        return {
            NUMBER: self.number is not None,
            MADE: self.made is not None,
            PUBLISHED: self.published is not None,
            OFFICE: bool(self.signed),
        }.get(field, False)


def read_fields(text: PageText, reading: Reading) -> DocumentFields:
    """The fields of a document page. ``text`` and ``reading`` are those of one page."""
    lines = list(text.lines)
    values: dict[str, str] = {}
    for field, value in (*_labelled(lines), *_labelled(list(text.lines_around))):
        if field not in values or not fold(values[field]):
            values[field] = value
    if not fold(values.get(TOPIC, "")) and CLASS in values:
        values[TOPIC] = values[CLASS]
    number = parse_number(values.get(NUMBER, "")) or _number_line(lines)
    if number is None and not fold(values.get(NUMBER, "")):
        serial = _serial_line(lines)
        if serial:
            values[NUMBER] = serial
    signature = _signature(lines)
    made = [
        day_in(values.get(MADE, "")),
        signature[1] if signature else None,
        day_in(values.get(MADE_OR_SET, "")),
    ]
    published = [day_in(values.get(PUBLISHED, "")), _shown_day(reading)]
    return DocumentFields(
        values=values,
        number=number,
        made=next(filter(None, made), None),
        published=next(filter(None, published), None),
        signed=signature[0] if signature else "",
        made_latest=max(filter(None, made), default=None),
        published_first=min(filter(None, (*published, as_day(reading.published.value))))
        if reading.published
        else None,
    )


def _shown_day(reading: Reading) -> date | None:
    """The day that the page shows as that of its publication; that of a machine's label is not shown."""
    shown = reading.published
    if shown is None or shown.source not in {DateSource.VISIBLE, DateSource.TABLE}:
        return None
    return as_day(shown.value) if field_of(shown.label) not in {MADE, MADE_OR_SET} else None


@cache
def _known_label(text: str) -> str | None:
    return name_table("document_fields").match(text)


def field_of(label: str) -> str | None:
    """The canonical field that ``label`` names."""
    return _known_label(label) if len(label) <= 2 * _LONGEST_LABEL else None


def _labelled(lines: list[Line]) -> Iterator[tuple[str, str]]:
    for place, line in enumerate(lines):
        if len(line.text) > _LONGEST_LINE:
            continue
        below = lines[place + 1] if place + 1 < len(lines) else None
        cells = line.cells
        if len(cells) > 1:
            yield from _row(cells, lines[place + 1 : place + 1 + _MOST_PIECES])
        else:
            yield from _line(line.text, below)


def _row(cells: list[str], below: list[Line]) -> Iterator[tuple[str, str]]:
    """Fields of a row: labels before their values, cells that hold both, or a head above a row of values."""
    labels = [field_of(cell) for cell in cells]
    if len([one for one in labels if one]) == len(cells):
        yield from _filled(labels, _values_below(labels, below))
        return
    for place, cell in enumerate(cells):
        label = labels[place]
        if label is None:
            yield from _inline(cell)
        elif place + 1 < len(cells) and labels[place + 1] is None and not holds_label(cells[place + 1]):
            yield label, cells[place + 1]
        else:
            yield label, ""


def _values_below(labels: list[str | None], below: list[Line]) -> list[str]:
    """What stands under a head. Empty cells are not kept, so that a row with some comes in pieces: one may be missing
    between them; else each value goes to the first label that it may belong to, if all of the first piece find one.
    """
    pieces = [[*map(str.strip, line.cells)] for line in below if not line.heading]
    if not pieces or any(map(field_of, pieces[0])):
        return [""] * len(labels)
    if len(pieces[0]) == len(labels):
        return pieces[0]
    left = [cell for piece in pieces for cell in piece]
    between = [*pieces[0], "", *left[len(pieces[0]) :]]
    if len(between) == len(labels) and all(map(_may_be, labels, between)):
        return between
    values: list[str] = []
    taken = 0
    for label in labels:
        fits = taken < len(left) and _may_be(label, left[taken])
        values.append(left[taken] if fits else "")
        taken += fits
    return values if taken >= len(pieces[0]) else [""] * len(labels)


def _may_be(label: str | None, value: str) -> bool:
    """Whether ``value`` has the form of what ``label`` names, as far as it has one; nothing may be anything."""
    if not value:
        return True
    if label in _DAYS:
        return is_day(value) is not None
    numbered = parse_number(value) is not None or _numbered().fullmatch(value) is not None
    if label == NUMBER:
        return numbered
    coded = value[:1].isascii() and any(map(str.isdigit, value)) and is_day(value) is None
    if label == INDEX:
        return coded
    return len(value) <= _LONGEST_SIGNATURE and not coded and not numbered and is_day(value) is None


def _filled(labels: Iterable[str | None], values: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((label, value) for label, value in zip(labels, values, strict=True) if label)


def holds_label(cell: str) -> bool:
    """Whether some field of documents stands there with its label."""
    return next(_inline(cell), None) is not None


def _line(text: str, below: Line | None) -> Iterator[tuple[str, str]]:
    """Fields of a line of text: “label: value” as often as it stands there, or a label whose value is the next line."""
    label = field_of(text)
    if label is None:
        yield from _inline(text)
        return
    if below is None or len(below.cells) > 1 or below.heading or len(below.text) > _LONGEST_VALUE:
        return
    ends = below.text.endswith(_ENDS_OF_SENTENCES) and field_of(below.text) is None
    if ends or _ANOTHER_LABEL.match(below.text):
        yield label, ""
        return
    if text.rstrip().endswith((":", "：")) or field_of(below.text) is None:
        empty = field_of(below.text) is not None or holds_label(below.text)
        yield label, "" if empty else below.text


def _inline(text: str) -> Iterator[tuple[str, str]]:
    """Every “label: value” of a text; a value ends where the next thing that looks like a label begins."""
    found = [*_LABELLED.finditer(text)]
    for place, match in enumerate(found):
        field, begin = _field_at_end(match)
        if field is None or (begin and not (text[begin - 1].isspace() or text[begin - 1] in _BEFORE_LABELS)):
            continue
        end = len(text)
        if place + 1 < len(found):
            following = found[place + 1]
            end = _field_at_end(following)[1]
        value = text[match.end() : end].strip(" \u3000|,，;；[【")
        if len(value) <= _LONGEST_VALUE:
            yield field, value


def _field_at_end(match: re.Match[str]) -> tuple[str | None, int]:
    """The field that the words before a colon end with, and where its label begins."""
    label = match["label"]
    begin = match.start("label")
    parts = [*re.finditer(r"\S+", label)]
    for part in parts:
        field = field_of(label[part.start() :])
        if field is not None:
            return field, begin + part.start()
    return None, begin + (parts[-1].start() if parts else 0)


def _number_line(lines: list[Line]) -> DocumentNumber | None:
    """The number that stands by itself under or over the heading."""
    for line in lines[:_FIRST_LINES]:
        number = parse_number(line.text)
        if number is not None:
            return number
    return None


def _serial_line(lines: list[Line]) -> str:
    """The line under the heading that numbers a document without a code (公告第5号); empty when there is none."""
    for line in lines[:_FIRST_LINES]:
        if len(line.text) <= _LONGEST_SIGNATURE and _numbered().fullmatch(line.text.strip(" \u3000()（）")):
            return line.text
    return ""


@cache
def _numbered() -> re.Pattern[str]:
    kinds = "|".join(map(re.escape, document_words().numbered_kinds))
    return re.compile(
        rf"[一-龥]{{0,30}}(?:{kinds})\s*(?:(?:19|20)\d\d\s*年\s*)?第\s*[\d〇一二三四五六七八九十百]+\s*号"
    )


def _signature(lines: list[Line]) -> tuple[str, date] | None:
    """The office and the day under the text: the last line that is a day and has the name of an office above it."""
    words = document_words()
    endings = (*words.offices, *words.joint_offices)
    for above, line in reversed([*pairwise(lines)]):
        day = is_day(line.text)
        if day is None or len(above.text) > _LONGEST_SIGNATURE or above.heading or len(above.cells) > 1:
            continue
        if fold(above.text).endswith(endings):
            return above.text, day
    return None
