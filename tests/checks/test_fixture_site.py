from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from govaudit.inspection.facts import Lane, PageKind, Skipped
from govaudit.inspection.verdict import Reason
from tests.checks.fixture_site import FixtureSpec, build_context, judge_fixture

if TYPE_CHECKING:
    from pathlib import Path

SITE = {"url": "http://www.yunlan.gov.cn/"}
HOME = '<html><body><a href="a.html#part">甲</a><a href="tel:123">电话</a><a href="/gone.html">乙</a></body></html>'
GBK = '<html><head><meta charset="gb2312"></head><body>云澜市人民政府</body></html>'


def test_facts_are_those_of_a_crawl(tmp_path: Path) -> None:
    spec = FixtureSpec.model_validate(
        {
            "check": "LNK001",
            "site": SITE,
            "pages": {"/": HOME, "/a.html": {"html": GBK, "charset": "gb18030"}},
            "targets": {"/gone.html": {"status": 404}, "/slow": {"reason": "timeout"}},
            "skipped": {"/private/": "robots"},
            "waiting": ["/later/"],
            "expect": {"verdict": "pass"},
        }
    )
    context = build_context(spec, tmp_path)
    assert context.home is not None
    assert context.home.reading.kind is PageKind.HOME
    links = context.facts.links(context.home.url_id)
    assert [(link.url, link.fragment) for link in links] == [
        ("http://www.yunlan.gov.cn/a.html", "part"),
        (None, ""),
        ("http://www.yunlan.gov.cn/gone.html", ""),
    ]
    assert [len(looks) for looks in context.looks.values()] == [1, 1, 2, 2]
    assert context.looks["http://www.yunlan.gov.cn/slow"][1].reason is Reason.TIMEOUT
    assert context.targets["http://www.yunlan.gov.cn/a.html"].lane is Lane.PAGE
    page = context.facts.page("http://www.yunlan.gov.cn/a.html")
    assert page is not None
    assert (page.depth, page.reading.charset.used) == (1, "gbk")
    assert [one.skipped for one in context.facts.left_out()] == [Skipped.ROBOTS]
    assert context.facts.still_waiting() == 1
    context.facts.close()


def test_every_difference_is_named(tmp_path: Path) -> None:
    spec = FixtureSpec.model_validate(
        {
            "check": "LNK001",
            "site": SITE,
            "pages": {"/": HOME},
            "targets": {"/gone.html": {"status": 404}},
            "expect": {
                "verdict": "inconclusive",
                "examined": "7",
                "faults": [
                    {"subject": "/other.html"},
                    {"subject": "/gone.html", "arguments": {"status": "410"}},
                ],
            },
        }
    )
    judged = judge_fixture(spec, tmp_path)
    lines = judged.differences()
    assert [line.split(",")[0].split(":")[0] for line in lines] == [
        "verdict fail",
        "examined 1",
        "expected fault not found",
        "expected fault not found",
        "fault not expected",
    ]
    judged.context.facts.close()


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError):
        FixtureSpec.model_validate({"check": "LNK001", "page": {}, "expect": {"verdict": "pass"}})
