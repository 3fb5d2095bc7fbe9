"""Feet of pages: where they begin, however long they are, and what they say on page after page."""

from __future__ import annotations

import pytest

from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import MarkKind

ARTICLE = "<p>" + "全市各单位要按照方案要求抓好落实，及时总结经验做法。" * 20 + "</p>"


def foot_of(lines: int) -> str:
    """A foot whose first line names the sponsor, and whose words stand close together over all its lines."""
    middle = "".join(f"<p>{'友情服务单位名录' * 20}标识码</p>" for _ in range(lines))
    return f"<p>主办单位：云川市人民政府办公室</p>{middle}<p>网站标识码：9901000001</p><p>版权所有</p>"


def marks_of(html: str, url: str = "http://example.gov.cn/a.html") -> dict[MarkKind, list[str]]:
    reading, _ = read_page(html.encode(), url)
    found: dict[MarkKind, list[str]] = {}
    for mark in reading.marks:
        found.setdefault(mark.kind, []).append(mark.value)
    return found


@pytest.mark.parametrize("lines", [0, 1, 8, 9, 10, 20])
def test_a_long_foot_is_seen_from_its_first_line(lines: int) -> None:
    marks = marks_of(ARTICLE + foot_of(lines))
    assert marks[MarkKind.SPONSOR] == ["云川市人民政府办公室"]
    assert "9901000001" in marks[MarkKind.SITE_CODE]


@pytest.mark.parametrize("before", ["", "（第3期）", "编号12", "公安机关"])
def test_the_same_foot_behind_other_texts_says_the_same(before: str) -> None:
    alone = marks_of(foot_of(1))
    assert marks_of(f"{ARTICLE}<p>{before}</p>{foot_of(1)}") == alone
    assert marks_of(f"{ARTICLE}<div>{before}<br>{foot_of(1)}</div>") == alone


def test_the_second_page_of_a_site_names_its_own_link_for_the_same_number() -> None:
    foot = '<p>主办：云川市人民政府</p><p><a href="{}">宁ICP备19000001号-1</a></p>'
    for address in ("https://beian.miit.gov.cn/", "https://beian.miit.gov.cn/#/Integrated"):
        reading, _ = read_page((ARTICLE + foot.format(address)).encode(), "http://example.gov.cn/")
        (icp,) = (mark for mark in reading.marks if mark.kind is MarkKind.ICP)
        assert icp.value == "宁ICP备19000001号-1"
        assert icp.url == "https://beian.miit.gov.cn/"
