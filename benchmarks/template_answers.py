"""The template families' answers, and how a reading compares with them: one row for each field of each page."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
import yaml
from msgspec import UNSET, Struct, UnsetType

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from govaudit.inspection.facts import Item, Reading

FAMILIES_FOLDER = "template_families"
JUDGED_LABELS = (
    "SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType",
    "ArticleTitle", "PubDate", "ContentSource",
)  # fmt: skip
_YES = "yes"
_VALUED_MARKS = frozenset(
    {
        MarkKind.SITE_CODE,
        MarkKind.ICP,
        MarkKind.POLICE,
        MarkKind.SPONSOR,
        MarkKind.ORGANISER,
        MarkKind.CONTACT,
    }
)
_FULL_CRUMB = " > "


class Outcome(StrEnum):
    """``UNTOLD``: not found, but the reader says itself that it cannot know (a script writes it, no year)."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"
    FALSE = "false"
    ABSENT = "absent"
    UNTOLD = "untold"


class ExpectedItem(Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of a list. ``date`` null: the entry shows none."""

    title: str
    date: str | None
    url: str = ""
    heading: str = ""


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What a careful person says of one page; see the families' README. Unset: not judged."""

    file: str
    url: str
    content_type: str = ""
    home: bool = False
    kind: str | list[str] | UnsetType = UNSET
    charset: str | UnsetType = UNSET
    columns: list[str] | UnsetType = UNSET
    not_columns: list[str] = []
    items: list[ExpectedItem] | UnsetType = UNSET
    newest: str | UnsetType | None = UNSET
    empty: bool | UnsetType = UNSET
    published: str | list[str | None] | UnsetType | None = UNSET
    source: str | UnsetType | None = UNSET
    heading: str | UnsetType = UNSET
    labels: dict[str, str] | UnsetType = UNSET
    marks: dict[MarkKind, str | bool | None] | UnsetType = UNSET
    breadcrumb: str | UnsetType | None = UNSET
    next_page: str | UnsetType | None = UNSET
    guide: list[str] | UnsetType = UNSET
    scripted: list[str] = []
    date_form: str = ""


class Family(Struct, frozen=True, forbid_unknown_fields=True):
    """A family's answers. ``system``: what the templates are made after."""

    system: str
    as_of: str
    pages: list[Answer]


class Row(Struct, frozen=True):
    """One field of one page."""

    field: str
    page: str
    outcome: Outcome
    expected: str
    got: str


def families(folder: Path) -> Iterator[tuple[str, Family, Path]]:
    """Name, answers and page folder of each family below ``folder``. Raises ``msgspec.ValidationError``."""
    for answers in sorted(folder.glob("*/answers.yaml")):
        data = yaml.safe_load(answers.read_text(encoding="utf-8"))
        yield answers.parent.name, msgspec.convert(data, Family), answers.parent / "pages"


def compare(page: str, answer: Answer, body: bytes) -> list[Row]:
    """Read one page and judge every field that the answer speaks of."""
    reading, _links = read_page(body, answer.url, answer.content_type, home=answer.home)
    rows = [
        *_plain_fields(page, answer, reading),
        *_columns(page, answer, reading),
        *_items(page, answer, reading),
        *_labels(page, answer, reading),
        *_marks(page, answer, reading),
        *_guide(page, answer, reading),
    ]
    return [_excused(row, answer, reading) for row in rows]


def _row(page: str, name: str, expected: str, got: str) -> Row:
    """The plain judgement: equal, different, not found, found where nothing is."""
    if expected == got:
        outcome = Outcome.RIGHT if expected else Outcome.ABSENT
    elif not expected:
        outcome = Outcome.FALSE
    else:
        outcome = Outcome.WRONG if got else Outcome.MISSED
    return Row(name, page, outcome, expected, got)


_PARTS_OF_FIELDS = {"item": "list", "newest date": "list", "column": "navigation", "mark": "footer"}


def _excused(row: Row, answer: Answer, reading: Reading) -> Row:
    """A miss counts as untold when a script writes the part and the reader says so."""
    part = next((part for field, part in _PARTS_OF_FIELDS.items() if row.field.startswith(field)), "")
    said = {"page", part} & set(reading.scripted) & {*answer.scripted, *_implied(answer)}
    if row.outcome is Outcome.MISSED and part and said:
        return msgspec.structs.replace(row, outcome=Outcome.UNTOLD)
    return row


def _implied(answer: Answer) -> set[str]:
    return {"list", "navigation", "footer"} if "page" in answer.scripted else set()


def _plain_fields(page: str, answer: Answer, reading: Reading) -> Iterator[Row]:
    if answer.kind is not UNSET:
        kinds = [answer.kind] if isinstance(answer.kind, str) else answer.kind
        got = str(reading.kind)
        yield _row(page, "kind", got if got in kinds else kinds[0], got)
    if answer.charset is not UNSET:
        yield _row(page, "charset", _charset_family(answer.charset), _charset_family(reading.charset.used))
    if answer.published is not UNSET:
        yield from _published(page, answer.published, reading)
    if answer.source is not UNSET:
        yield _row(page, "source", squeezed(answer.source or ""), squeezed(reading.source))
    if answer.heading is not UNSET:
        yield _row(page, "heading", squeezed(answer.heading), squeezed(reading.heading))
    if answer.breadcrumb is not UNSET:
        trail = _FULL_CRUMB.join(crumb.text for crumb in reading.breadcrumb)
        yield _row(page, "breadcrumb", answer.breadcrumb or "", trail)
    if answer.next_page is not UNSET:
        yield _row(page, "next page", answer.next_page or "", reading.next_page)
    if answer.empty is not UNSET:
        yield _row(page, "says empty", _YES if answer.empty else "", _YES if reading.empty_text else "")
    for part in answer.scripted:
        yield _row(page, f"scripted {part}", _YES, _YES if part in reading.scripted else "")


def _published(page: str, wanted: str | list[str | None] | None, reading: Reading) -> Iterator[Row]:
    got = reading.published.value if reading.published else ""
    accepted = wanted if isinstance(wanted, list) else [wanted]
    expected = next((one for one in accepted if (one or "")[:10] == got[:10]), accepted[0]) or ""
    yield _row(page, "publish date", expected[:10], got[:10])
    if len(expected) > len("2026-09-30") and got:
        yield _row(page, "publish time", expected[11:], got[11:])


def squeezed(text: str) -> str:
    """``text`` without any white space."""
    return re.sub(r"\s+", "", text)


def _charset_family(name: str) -> str:
    small = name.lower().replace("_", "-")
    return {"gb2312": "gb18030", "gbk": "gb18030", "big5-hkscs": "big5", "big5hkscs": "big5"}.get(
        small, small
    )


def _columns(page: str, answer: Answer, reading: Reading) -> Iterator[Row]:
    if answer.columns is UNSET:
        return
    paths = {_FULL_CRUMB.join(entry.path) for entry in reading.navigation}
    names = {entry.text for entry in reading.navigation}
    for path in answer.columns:
        name = path.rpartition(_FULL_CRUMB)[2]
        yield _row(page, "column found", name, name if name in names else "")
        if name in names:
            shown = sorted(one for one in paths if one.rpartition(_FULL_CRUMB)[2] == name)
            yield _row(page, "column path", path, path if path in paths else " | ".join(shown))
    for name in answer.not_columns:
        yield _row(page, "column found", "", name if name in names else "")


def _items(page: str, answer: Answer, reading: Reading) -> Iterator[Row]:
    if answer.newest is not UNSET:
        newest = max((item.date for item in reading.items if item.date), default="")
        row = _row(page, "newest date", answer.newest or "", newest)
        yield _without_year(row, reading.items)
    if answer.items is UNSET:
        return
    left = list(reading.items)
    for expected in answer.items:
        found = _entry(expected, left)
        title = squeezed(expected.title)
        yield _row(page, "item", title, title if found else "")
        if not found:
            continue
        yield _row(page, "item title", title, squeezed(found.title))
        row = _row(page, "item date", expected.date or "", found.date)
        yield _without_year(msgspec.structs.replace(row, page=f"{page} [{title[:16]}]"), [found])
        if expected.heading:
            yield _row(page, "item heading", expected.heading, squeezed(found.heading))
        left = [one for one in left if one.url != found.url or not one.url]
        left = [one for one in left if one is not found]
    yield from _surplus(page, left, blank=not answer.items)


def _entry(expected: ExpectedItem, items: Iterable[Item]) -> Item | None:
    """The entry with the same address or title; of several the one with a date."""
    title = squeezed(expected.title)
    same = [
        one for one in items if (expected.url and one.url == expected.url) or squeezed(one.title) == title
    ]
    return max(same, key=lambda one: bool(one.date), default=None)


def _without_year(row: Row, items: Iterable[Item]) -> Row:
    """A reader that keeps the words of a date which it cannot place in a year has told what it knows."""
    if row.outcome is Outcome.MISSED and any(one.date_text and not one.date for one in items):
        return msgspec.structs.replace(row, outcome=Outcome.UNTOLD)
    return row


def _surplus(page: str, left: Iterable[Item], *, blank: bool) -> Iterator[Row]:
    """Entries that nobody would name: with a date they mislead anywhere, without one they hide a blank column."""
    for item in left:
        if item.date:
            yield Row("item date", page, Outcome.FALSE, "", f"{item.title} {item.date}")
        elif blank:
            yield Row("item", page, Outcome.FALSE, "", f"{item.title} {item.url}")


def _labels(page: str, answer: Answer, reading: Reading) -> Iterator[Row]:
    if answer.labels is UNSET:
        return
    wanted = {name.lower(): content for name, content in answer.labels.items()}
    got = {label.name.lower(): label.content for label in reading.labels}
    for name in JUDGED_LABELS:
        key = name.lower()
        expected = f"[{wanted[key]}]" if key in wanted else ""
        yield _row(page, f"label {name}", expected, f"[{got[key]}]" if key in got else "")


def _marks(page: str, answer: Answer, reading: Reading) -> Iterator[Row]:
    if answer.marks is UNSET:
        return
    for kind, value in answer.marks.items():
        own = [mark for mark in reading.marks if mark.kind is kind]
        if kind is MarkKind.CONTACT:
            yield _contact(page, str(value or ""), [f"{mark.value} {mark.text}" for mark in own])
        elif kind in _VALUED_MARKS:
            got = ";".join(dict.fromkeys(squeezed(mark.value) for mark in own if mark.value))
            yield _row(page, f"mark {kind}", squeezed(str(value or "")), got)
        else:
            yield _row(page, f"mark {kind}", _YES if value else "", _YES if own else "")


def _contact(page: str, expected: str, got: list[str]) -> Row:
    digits = re.sub(r"\D", "", expected)
    met = any(digits and digits in re.sub(r"\D", "", one) for one in got)
    return _row(page, "mark contact", expected, expected if met else ";".join(got))


def _guide(page: str, answer: Answer, reading: Reading) -> Iterator[Row]:
    if answer.guide is UNSET:
        return
    found = {name for guide in reading.guides for name in guide.elements}
    for name in answer.guide:
        yield _row(page, "guide element", name, name if name in found else "")
    for name in sorted(found - set(answer.guide)):
        yield Row("guide element", page, Outcome.FALSE, "", name)
