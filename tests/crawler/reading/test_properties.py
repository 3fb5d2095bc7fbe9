"""What must hold for every page that shows a date, whatever its layout."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import opencc
import pytest

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.yaml_text import load_yaml

PAGES = sorted((Path(__file__).parent / "pages").glob("*.yaml"))
CASES: dict[str, dict[str, Any]] = {file.stem: load_yaml(file).data for file in PAGES}
DATED = [name for name, case in CASES.items() if case["expected"].get("published")]
SIMPLIFIED = [name for name in CASES if not name.startswith("traditional")]
DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?: \d{1,2}:\d{2}(?::\d{2})?)?"
    r"|[二○〇一九]{4}年[一二三四五六七八九十]+月[一二三四五六七八九十]+日"
)
TO_TRADITIONAL = opencc.OpenCC("s2t")


def encoded(case: dict[str, Any], html: str) -> bytes:
    return html.encode(case.get("encoding", "utf-8"), "xmlcharrefreplace")


@pytest.mark.parametrize("name", DATED)
def test_without_its_dates_a_page_has_no_date_of_publication(name: str) -> None:
    case = CASES[name]
    head, body_tag, body = re.split("(<body)", case["html"], maxsplit=1, flags=re.IGNORECASE)
    undated = head + body_tag + re.sub(r"民國\d+年\d+月\d+日", "", DATE.sub("", body))
    reading, _ = read_page(encoded(case, undated), case["url"], case.get("content-type", ""))
    assert reading.published is None


@pytest.mark.parametrize("name", SIMPLIFIED)
def test_traditional_characters_change_no_structure(name: str) -> None:
    case = CASES[name]
    home = case.get("home") == "yes"
    traditional = TO_TRADITIONAL.convert(case["html"]).replace("charset=gb2312", "charset=utf-8")
    before, _ = read_page(
        case["html"].replace("charset=gb2312", "charset=utf-8").encode(), case["url"], home=home
    )
    after, _ = read_page(traditional.encode(), case["url"], home=home)
    assert after.kind == before.kind
    assert (after.published.value if after.published else "") == (
        before.published.value if before.published else ""
    )
    assert [item.date for item in after.items] == [item.date for item in before.items]
    assert len(after.breadcrumb) == len(before.breadcrumb)
    assert len(after.navigation) == len(before.navigation)
    assert [mark.kind for mark in after.marks] == [mark.kind for mark in before.marks]
    assert [sorted(guide.elements) for guide in after.guides] == [
        sorted(guide.elements) for guide in before.guides
    ]
    assert bool(after.empty_text) == bool(before.empty_text)


@pytest.mark.parametrize("name", DATED)
def test_reading_twice_says_the_same(name: str) -> None:
    case = CASES[name]
    body = encoded(case, case["html"])
    assert read_page(body, case["url"]) == read_page(body, case["url"])


@pytest.mark.parametrize("name", DATED)
def test_todays_date_in_the_header_and_a_copyright_year_change_nothing(name: str) -> None:
    case = CASES[name]
    html = re.sub(
        r"(<body[^>]*>)",
        r'\1<div class="top">今天是2027年1月2日 星期六</div>',
        case["html"],
        count=1,
        flags=re.IGNORECASE,
    )
    html = re.sub("</body>", "<div>版权所有 © 2003-2027</div></body>", html, flags=re.IGNORECASE)
    before, _ = read_page(encoded(case, case["html"]), case["url"], case.get("content-type", ""))
    after, _ = read_page(encoded(case, html), case["url"], case.get("content-type", ""))
    assert after.published == before.published
