"""A webmaster sees at once where on the page: line and XPath come from the stored body."""

from __future__ import annotations

import hashlib
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import Charset, Fetch, Lane, PageKind, Reading
from govaudit.inspection.finding import Evidence, Finding, Locator
from govaudit.inspection.run import BEIJING, CrawlPlan
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.verdict import Verdict
from govaudit.workflow.evidence import keep_evidence
from govaudit.workflow.locate import located

if TYPE_CHECKING:
    from pathlib import Path

HOME = "http://www.x.gov.cn/"
PAGE = """<html><head><link rel="stylesheet" href="s.css"></head>
<body>
<p><a href="/a.html">甲</a> <a href="/a.html">乙</a></p>
<img
 srcset="small.png 1x, big.png 2x">
<a onclick="window.open('/popup.html')">弹出</a>
<script>document.write("<a href='/later.html'>x</a>")</script>
</body></html>"""


def finding(number: int, locator: Locator, page: str = HOME) -> Finding:
    return Finding(
        id=f"id{number}",
        check="LNK001",
        verdict=Verdict.FAIL,
        site="x",
        page=page,
        subject="s",
        fault="f",
        locator=locator,
    )


@pytest.fixture(params=["utf-8", "gb18030"])
def facts(request: pytest.FixtureRequest, tmp_path: Path) -> SiteFacts:
    path = tmp_path / "site.sqlite"
    plan = CrawlPlan(run="r", site=Site(url=HOME), as_of=datetime(2026, 11, 20, tzinfo=BEIJING), seed=1)
    reading = Reading(PageKind.HOME, (), "t", Charset(used=request.param))
    with closing(FactWriter.open(path, plan)) as writer:
        writer.add_target(HOME, Lane.PAGE, 0)
        fetch = writer.add_fetch(Fetch(url=HOME, status=200, final_url=HOME), PAGE.encode(request.param))
        writer.add_page(HOME, fetch, 0, reading, [])
        writer.commit()
    return SiteFacts.open(path)


@pytest.mark.parametrize(
    ("locator", "line", "character", "xpath"),
    [
        (Locator(raw="/a.html", text="乙"), 3, 28, "/html/body/p/a[2]"),
        (Locator(raw="/a.html"), 3, 4, "/html/body/p/a[1]"),
        (Locator(raw="s.css"), 1, 13, "/html/head/link"),
        (Locator(raw="big.png"), 4, 1, "/html/body/img"),
        (Locator(raw="/popup.html"), 6, 1, "/html/body/a"),
        (Locator(raw="/later.html"), 7, 34, ""),
    ],
)
def test_the_place_is_found_in_every_charset(
    facts: SiteFacts, locator: Locator, line: int, character: int, xpath: str
) -> None:
    (found,) = located([finding(1, locator)], facts)
    assert (found.locator.line, found.locator.character, found.locator.xpath) == (line, character, xpath)


def test_a_place_that_cannot_be_found_stays_as_it_was(facts: SiteFacts) -> None:
    lost = [
        finding(1, Locator(raw="/none.html", text="x")),
        finding(2, Locator(raw="/a.html"), page=f"{HOME}other"),
        finding(3, Locator(text="only text")),
    ]
    assert list(located(lost, facts)) == lost


def test_evidence_is_written_with_its_hash(facts: SiteFacts, tmp_path: Path) -> None:
    one = finding(1, Locator())
    one.evidence = (Evidence(kind="headers", text="HTTP 404"),)
    (kept,) = keep_evidence([one], facts, tmp_path / "evidence" / "x")
    assert kept.evidence[0].path == "evidence/x/id1-1-headers.txt"
    assert (tmp_path / kept.evidence[0].path).read_text() == "HTTP 404"
    assert kept.evidence[0].sha256 == hashlib.sha256(b"HTTP 404").hexdigest()


def test_a_finding_without_own_evidence_shows_how_its_pages_were_seen(
    facts: SiteFacts, tmp_path: Path
) -> None:
    (kept,) = keep_evidence([finding(1, Locator())], facts, tmp_path / "evidence" / "x")
    body = facts.body(HOME)
    assert body is not None
    assert f"url: {HOME}" in kept.evidence[0].text
    assert f"body-sha256: {hashlib.sha256(body).hexdigest()}" in kept.evidence[0].text
