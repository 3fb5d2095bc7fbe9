"""Own pages in the manner of the systems that public bodies use, with the readings expected of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import MarkKind, RawLink, Reading
from govaudit.inspection.yaml_text import load_yaml

PAGES = sorted((Path(__file__).parent / "pages").glob("*.yaml"))


def read_case(file: Path) -> tuple[Reading, list[RawLink], dict[str, Any]]:
    case = load_yaml(file).data
    body = case["html"].encode(case.get("encoding", "utf-8"))
    reading, links = read_page(body, case["url"], case.get("content-type", ""), home=case.get("home") == "yes")
    return reading, links, case["expected"]


def said(reading: Reading, links: list[RawLink], field: str) -> Any:  # noqa: PLR0911
    """What the reading says for a field of the expectations."""
    match field:
        case "published":
            return reading.published.value if reading.published else ""
        case "published-source":
            return str(reading.published.source) if reading.published else ""
        case "breadcrumb":
            return " > ".join(crumb.text for crumb in reading.breadcrumb)
        case "items":
            return [[item.title, item.date] for item in reading.items]
        case "item-headings":
            return list(dict.fromkeys(item.heading for item in reading.items))
        case "navigation":
            return ["/".join(entry.path) for entry in reading.navigation]
        case "charset":
            return reading.charset.used
        case "guide":
            return reading.guides[0].elements if reading.guides else {}
        case "guide-name":
            return reading.guides[0].name if reading.guides else ""
        case "guide-code":
            return reading.guides[0].code if reading.guides else ""
        case "scripted":
            return list(reading.scripted)
        case "links":
            return [link.raw for link in links]
        case "date-like":
            return "yes" if reading.date_like else "no"
        case "next-page":
            return reading.next_page
        case "empty-text":
            return reading.empty_text
        case _:
            return str(getattr(reading, field))


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
        elif field == "links-include":
            assert set(value) <= {link.raw for link in links}
        else:
            assert said(reading, links, field) == value, (field, reading.kind_reasons)


def test_there_are_enough_pages() -> None:
    assert len(PAGES) >= 25
