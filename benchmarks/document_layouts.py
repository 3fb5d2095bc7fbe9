"""The documents of ``document_layouts/``: pages rendered from their elements, and what a careful person reads there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from govaudit.checks.documents.fields import MADE, NUMBER, OFFICE, PUBLISHED, VALIDITY, read_fields
from govaudit.checks.documents.numbers import without_number
from govaudit.checks.documents.own import says_validity, shown_validity
from govaudit.checks.documents.words import document_words, has_any
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import NAVIGATION_TAGS, Link
from govaudit.inspection.urls import resolve
from govaudit.inspection.vocabulary import fold
from govaudit.inspection.yaml_text import load_yaml
from guide_layouts import Outcome, comparable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from govaudit.checks.documents.fields import DocumentFields

FOLDER = Path(__file__).resolve().parent / "document_layouts"
_DIGITS = dict(enumerate("〇一二三四五六七八九"))
_TENS = ("", "十", "二十", "三十")
_FILE = re.compile(r"\.(?:docx?|xlsx?|pdf|wps|ofd|png|jpg)$", re.IGNORECASE)
_NOTHING = frozenset(["", "无", "-", "--", "——"])

Element = Literal[
    "索引号", "文号", "发布机关", "成文日期", "发布日期", "主题分类", "有效性", "公开属性", "统一编号"
]
_READ: tuple[Element, ...] = (
    "索引号",
    "文号",
    "发布机关",
    "成文日期",
    "发布日期",
    "主题分类",
    "有效性",
    "公开属性",
)
Links = Literal["解读", "附件"]
_Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")]


_Linked = tuple[tuple[str, str], ...]


_NAMES = {
    "title": "标题",
    "index": "索引号",
    "number": "文号",
    "office": "发布机关",
    "made": "成文日期",
    "published": "发布日期",
    "topic": "主题分类",
    "validity": "有效性",
    "access": "公开属性",
    "unified": "统一编号",
    "interpretations": "解读",
    "attachments": "附件",
    "text": "正文",
}


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename=_NAMES):
    """One document; links are pairs of title and path."""

    title: str
    index: str
    number: str
    office: str
    made: _Day
    published: _Day
    topic: str
    validity: Literal["有效", "失效", ""]
    access: str
    unified: str
    interpretations: _Linked
    attachments: _Linked
    text: tuple[str, ...]


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``fields`` and ``links``: what it shows; ``empty``: what stands for an element that is not there."""

    url: str
    encoding: Literal["utf-8", "gbk", "gb18030"]
    dates: Literal["iso", "slash", "arabic", "time"]
    empty: str
    fields: tuple[Element, ...]
    links: tuple[Links, ...]
    validity: dict[Literal["有效", "失效"], str] = {}


def layouts() -> dict[str, Layout]:
    """All layouts in the order of their file."""
    said = load_yaml(FOLDER / "layouts.yaml").data
    return msgspec.convert(said, dict[str, Layout], strict=False)


def documents() -> tuple[dict[str, Any], ...]:
    """All documents, as they are written."""
    said = load_yaml(FOLDER / "documents.yaml").data["documents"]
    return tuple(msgspec.to_builtins(msgspec.convert(one, Document, strict=False)) for one in said)


def outcomes(name: str, layout: Layout) -> Iterator[Outcome]:
    """Every element of the layout's documents: what is there against what was read."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    environment.filters.update(chinese=_chinese, arabic=_arabic)
    template = environment.get_template(f"{name}.html")
    for document in documents():
        html = template.render(d=document, v=_written(document, layout))
        yield from _of_page(name, layout, document, html.encode(layout.encoding))


def _of_page(name: str, layout: Layout, document: dict[str, Any], body: bytes) -> Iterator[Outcome]:
    reading, raw = read_page(body, layout.url)
    fields = read_fields(reading.text, reading)
    title = without_number(reading.heading or reading.title)
    yield Outcome(name, document["标题"], "标题", comparable(document["标题"]), comparable(title))
    links = [Link(one.tag, resolve(layout.url, one.raw), one.raw, one.text) for one in raw]
    for element in _READ:
        expected = comparable(document[element]) if element in layout.fields else ""
        yield Outcome(name, document["标题"], element, expected, _found(fields, element, links))
    marked = says_validity(title, fields, reading.text, links)
    there = document["有效性"] and VALIDITY in layout.fields
    yield Outcome(name, document["标题"], "标注有效性", "是" if there else "", "是" if marked else "")
    offered = [one for one in links if one.tag in NAVIGATION_TAGS and one.url]
    signs = document_words().interpretation_titles
    yield from _of_links(name, layout, document, "解读", [x for x in offered if has_any(fold(x.text), signs)])
    yield from _of_links(name, layout, document, "附件", [x for x in offered if _FILE.search(x.raw)])


def _of_links(
    name: str, layout: Layout, document: dict[str, Any], element: Links, found: Iterable[Link]
) -> Iterator[Outcome]:
    said = document[element] if element in layout.links else ()
    expected = {resolve(layout.url, path) or path for _, path in said}
    read = {one.url or "" for one in found}
    for url in sorted(expected | read):
        yield Outcome(
            name, document["标题"], element, url if url in expected else "", url if url in read else ""
        )


def _found(fields: DocumentFields, element: Element, links: Iterable[Link]) -> str:
    if element in {MADE, PUBLISHED}:
        day = fields.made if element == MADE else fields.published
        return "" if day is None else comparable(day.isoformat())
    said = comparable(fields.values.get(element, ""))
    if element == NUMBER and fields.number is not None:
        said = comparable(str(fields.number))
    if element == OFFICE and not said:
        said = comparable(fields.signed)
    if element == VALIDITY:
        said = comparable(shown_validity(fields, links))
        words = document_words()
        said = "有效" if fold(said) in words.valid else "失效" if fold(said) in words.invalid else said
    return "" if said in _NOTHING else said


def _written(document: dict[str, Any], layout: Layout) -> dict[str, str]:
    """The elements as the layout's labels show them."""
    said: dict[str, str] = {element: document[element] for element in (*_READ, "统一编号")}
    for element in (MADE, PUBLISHED):
        said[element] = _DATES[layout.dates](said[element])
    said[VALIDITY] = layout.validity.get(document["有效性"], document["有效性"]) if document["有效性"] else ""
    return {element: text or layout.empty for element, text in said.items()}


def _arabic(day: str) -> str:
    one = date.fromisoformat(day)
    return f"{one.year}年{one.month}月{one.day}日"


def _chinese(day: str) -> str:
    one = date.fromisoformat(day)
    year = "".join(_DIGITS[int(digit)] for digit in str(one.year))
    return f"{year}年{_small(one.month)}月{_small(one.day)}日"


def _small(number: int) -> str:
    return _TENS[number // 10] + (_DIGITS[number % 10] if number % 10 else "")


_DATES: dict[str, Callable[[str], str]] = {
    "iso": str,
    "slash": lambda day: day.replace("-", "/"),
    "arabic": _arabic,
    "time": lambda day: f"{day} 09:41:05",
}
