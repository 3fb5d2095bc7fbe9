"""Own pages in the manner of the systems that public bodies use, with the readings expected of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import MarkKind, RawLink, Reading
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = sorted((Path(__file__).parent / "pages").glob("*.yaml"))


def read_case(file: Path) -> tuple[Reading, list[RawLink], dict[str, Any]]:
    case = load_yaml(file).data
    body = case["html"].encode(case.get("encoding", "utf-8"))
    reading, links = read_page(
        body, case["url"], case.get("content-type", ""), home=case.get("home") == "yes"
    )
    return reading, links, case["expected"]


SAID: dict[str, Callable[[Reading], Any]] = {
    "published": lambda reading: reading.published.value if reading.published else "",
    "published-source": lambda reading: str(reading.published.source) if reading.published else "",
    "breadcrumb": lambda reading: " > ".join(crumb.text for crumb in reading.breadcrumb),
    "items": lambda reading: [[item.title, item.date] for item in reading.items],
    "item-headings": lambda reading: list(dict.fromkeys(item.heading for item in reading.items)),
    "navigation": lambda reading: ["/".join(entry.path) for entry in reading.navigation],
    "charset": lambda reading: reading.charset.used,
    "guide": lambda reading: reading.guides[0].elements if reading.guides else {},
    "guide-name": lambda reading: reading.guides[0].name if reading.guides else "",
    "guide-code": lambda reading: reading.guides[0].code if reading.guides else "",
    "scripted": lambda reading: list(reading.scripted),
    "date-like": lambda reading: "yes" if reading.date_like else "no",
    "next-page": lambda reading: reading.next_page,
    "empty-text": lambda reading: reading.empty_text,
}
"""What the reading says for a field of the expectations; fields that are not here are attributes."""


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_reading_of_a_page(file: Path) -> None:
    reading, links, expected = read_case(file)
    for field, value in expected.items():
        if field == "marks":
            for kind, values in value.items():
                found = [mark.value for mark in reading.marks if mark.kind is MarkKind(kind) and mark.value]
                assert list(dict.fromkeys(found)) == values, kind
        elif field == "mark-urls":
            for kind, url in value.items():
                assert url in [mark.url for mark in reading.marks if mark.kind is MarkKind(kind)], kind
        elif field == "links":
            assert [link.raw for link in links] == value
        elif field == "links-include":
            assert set(value) <= {link.raw for link in links}
        else:
            say = SAID.get(field, lambda one, name=field: str(getattr(one, name)))
            assert say(reading) == value, (field, reading.kind_reasons)


def test_there_are_enough_pages() -> None:
    assert len(PAGES) >= 25
