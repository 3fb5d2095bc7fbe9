"""A paper as plain text: what all its forms are written from, so that they cannot differ."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.reports.charts import Chart

LONGEST_CELL = 300
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """``lead``: the bold sentence that it begins with, empty when it has none."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the paper under a heading of the first level."""

    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """A table behind the paper. ``label``: 附件1; ``rows``: as wide as ``headings``; ``widths``: shares of the table's
    width; ``note``: a sentence below it; ``chart``: a picture of the table above it."""

    label: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    note: str = ""
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper in one language. ``head``: the issuing office as it stands over a red line, empty for a plain paper;
    ``number``: its official number; ``status``: 送审稿 until it is final; ``addressees`` with their colon."""

    language: str
    title: str
    head: str = ""
    number: str = ""
    status: str = ""
    addressees: str = ""
    opening: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    annex_lines: tuple[str, ...] = ()
    signature: str = ""
    date: str = ""
    annexes: tuple[Annex, ...] = field(default_factory=tuple)


def printable(text: str, longest: int = LONGEST_CELL) -> str:
    """``text`` of a page or list as it can be printed: in one line, without control and direction characters, cut when
    it is longer than any title."""
    tidy = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return tidy if len(tidy) <= longest else f"{tidy[: longest - 1]}…"


def rows_of(rows: Iterable[Iterable[str | int]]) -> tuple[tuple[str, ...], ...]:
    """Rows whose cells can be printed."""
    return tuple(tuple(printable(str(cell)) for cell in row) for row in rows)


def texts_of(paper: Paper) -> list[str]:
    """Every text of a paper in reading order, cells of tables apart."""
    said = [paper.head, paper.number, paper.status, paper.title, paper.addressees, *paper.opening]
    for section in paper.sections:
        said.append(section.heading)
        said += [paragraph.lead + paragraph.text for paragraph in section.paragraphs]
    said += [*paper.annex_lines, paper.signature, paper.date]
    for annex in paper.annexes:
        said += [annex.label, annex.title, *annex.headings]
        said += [cell for row in annex.rows for cell in row]
        said.append(annex.note)
    return [text for text in said if text]
