"""What differs between IPv4 and IPv6 is pictured over each of them, in a real Chromium."""

from __future__ import annotations

import base64
import dataclasses
import io
from typing import TYPE_CHECKING

import msgspec
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from govaudit.inspection.finding import Finding, SiteJudgement
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, Result, Verdict
from govaudit.reports.html_report import write_html_report
from govaudit.workflow.capture import with_pictures
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import AS_OF, QUICK, plan_for
from tests.reports.sample_run import sample_report
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_chromium

HOST = "www.yunlan.gov.cn"
HOME = f"http://{HOST}/"
PAGE = '<!DOCTYPE html><meta charset=utf-8><title>云澜</title><body style="margin:0;background:{}">'
DIFFERS = Finding(
    id="0123456789abcdef", check="IP6005", verdict=Verdict.FAIL, site="s", page=HOME, subject=HOME, fault="links",
    kind=Kind.WARN, both_families=True,
    arguments={
        "url": HOME, "title4": "云澜", "title6": "云澜", "ways": "", "final": HOME, "visits": 3, "percent": "50.0",
        "only4": 1, "only6": 1, "total": 4, "likeness": "50", "baseline": "100", "examples": "-", "marks": "-",
    },
)  # fmt: skip


def colour(picture: bytes) -> tuple[int, int, int]:
    red, green, blue = Image.open(io.BytesIO(picture)).convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    return round(red / 255), round(green / 255), round(blue / 255)


def judged() -> SiteJudgement:
    return SiteJudgement(
        site=Site(url=HOME), profile="gov-2019", profile_hash="", as_of=AS_OF, result=Result.QUALIFIED,
        findings=(DIFFERS,),
    )  # fmt: skip


def test_each_family_shows_its_own_page(tmp_path: Path) -> None:
    with HttpSite(
        {"/": Reply(body=PAGE.format("#ff0000"))}, over_ipv6={"/": Reply(body=PAGE.format("#0000ff"))}
    ) as site:
        network = msgspec.structs.replace(
            QUICK,
            resolve={f"{HOST}:80": ("127.0.0.1", "::1")},
            connect_port={f"{HOST}:80": site.port},
            browser="auto",
            allow_private=True,
        )
        shown = with_pictures(judged(), tmp_path / "evidence" / HOST, plan_for(HOME, network), lambda _: None)
    (finding,) = shown.findings
    files = {piece.path.rpartition("-ipv")[2]: tmp_path / piece.path for piece in finding.evidence}
    assert {name: colour(file.read_bytes()) for name, file in files.items()} == {
        "4-screenshot.jpg": (1, 0, 0),
        "6-screenshot.jpg": (0, 0, 1),
    }
    assert finding.no_picture == ""
    run = dataclasses.replace(sample_report(per_site=1), sites=(shown,), folder=tmp_path)
    (tmp_path / "report").mkdir()
    write_html_report(run, tmp_path / "report")
    page = LexborHTMLParser((tmp_path / "report" / "sites" / HOST / "index.html").read_text("utf-8"))
    captions = [node.text() for node in page.css("details.shot summary")]
    assert captions == ["通过 IPv4 打开的页面", "通过 IPv6 打开的页面"]
    sources = [str(node.attributes["src"]) for node in page.css("details.shot img")]
    assert [colour(base64.b64decode(one.partition(",")[2])) for one in sources] == [(1, 0, 0), (0, 0, 1)]


def test_a_judgement_without_the_network_says_that_there_are_no_pictures(tmp_path: Path) -> None:
    (finding,) = with_pictures(judged(), tmp_path, None, lambda _: None).findings
    assert (finding.evidence, finding.no_picture) == ((), "offline")
