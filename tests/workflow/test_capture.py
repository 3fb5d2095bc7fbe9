"""Flagged places are pictured, framed, in a real Chromium; what cannot be is told."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser

from govaudit.inspection.run import Budget
from govaudit.inspection.site import Site
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.inspect import RunOptions, begin_run, check_run, inspect_run
from govaudit.workflow.report import report_run
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import AS_OF, QUICK
from tests.reports.browser import running_chromium
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.inspection.finding import Evidence, SiteJudgement
    from govaudit.inspection.run import Network

pytestmark = needs_chromium

GAP = '<div style="height:2000px"></div>'
HEAD = "<!DOCTYPE html><meta charset=utf-8><title>页面</title>"
HOME = f"""{HEAD}<link rel=stylesheet href=/gone.css><style>.menu{{display:none}}</style><h1>某市</h1>
<a href="/a.html">要闻</a><a href="/moved.html">公告</a>{GAP}
<p style="margin-left:300px"><a href="/gone.html">断链</a></p>{GAP}
<ul class=menu><li><a href="/hidden.html">菜单</a></ul><img src="/gone.png" width=80 height=60>
<script>document.body.insertAdjacentHTML("afterbegin", "<p><a href=/a.html>在前</a></p>")</script>"""
ROUTES: dict[str, Reply | list[Reply]] = {
    "/": Reply(body=HOME),
    "/a.html": Reply(body=f"{HEAD}<p>正文</p>{GAP}<a href=/gone2.html>附件</a>"),
    "/moved.html": [Reply(body=f"{HEAD}<p>正文</p><a href=/gone3.html>名单</a>"), Reply(404, "x")],
}


def judged(folder: Path, site: HttpSite, network: Network, budget: Budget) -> SiteJudgement:
    workspace = Workspace(folder, Settings())
    options = RunOptions(run="r", as_of=AS_OF, network=network, budget=budget, formats=("json", "html"))
    record = begin_run(workspace, [Site(url=f"{site.url}/")], options, listed=False)
    end = inspect_run(workspace, record, options, lambda _: None)
    assert not end.crashes
    return end.judgements[0]


def pictures(judgement: SiteJudgement) -> dict[str, Evidence | None]:
    """Path of the target → picture of the place that refers to it, ``None`` where there is none."""
    return {
        one.subject.partition("//")[2].partition("/")[2]: next(
            (piece for piece in one.evidence if piece.kind == "screenshot"), None
        )
        for one in judgement.findings
        if one.locator.raw and one.verdict in {"fail", "review"}
    }


def missing(judgement: SiteJudgement) -> dict[str, str]:
    """Path of the target → why there is no picture, empty where there is one."""
    return {
        one.subject.partition("//")[2].partition("/")[2]: one.no_picture
        for one in judgement.findings
        if one.locator.raw and one.verdict in {"fail", "review"}
    }


class Shot:
    """A run with pictures."""

    def __init__(self, folder: Path, site: HttpSite) -> None:
        self.folder = folder
        self.site = site
        self.judgement = judged(folder, site, QUICK, Budget(screenshots=20))
        self.pictures = pictures(self.judgement)


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shot]:
    with HttpSite(ROUTES, lambda _: Reply(404, "x")) as site:
        yield Shot(tmp_path_factory.mktemp("shots"), site)


RED = """async (source) => {
  const picture = await createImageBitmap(await (await fetch(source)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
  let box = [picture.width, picture.height, 0, 0];
  for (let at = 0; at < data.length; at += 4)
    if (data[at] > 180 && data[at + 1] < 90 && data[at + 2] < 90) {
      const x = (at / 4) % picture.width, y = Math.floor(at / 4 / picture.width);
      box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    }
  return [picture.width, picture.height, ...box];
}"""


def red_in(picture: bytes) -> tuple[int, ...]:
    """Width and height of a picture; left, top, right, bottom of what is red in it."""
    for browser in running_chromium():
        source = f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
        return tuple(browser.new_page().evaluate(RED, source))
    raise AssertionError("no browser")


def test_the_link_is_framed_where_it_stands(shot: Shot) -> None:
    piece = shot.pictures["gone.html"]
    assert piece is not None
    content = (shot.folder / "runs" / "r" / piece.path).read_bytes()
    assert hashlib.sha256(content).hexdigest() == piece.sha256
    width, height, left, top, right, bottom = red_in(content)
    assert (width, height) == (1366, 768)
    assert 295 < left < 310, "at its place from the left"
    assert right - left < 60, "no wider than its two characters"
    assert 300 < (top + bottom) / 2 < 470, "in the middle of the picture"


def test_every_place_has_a_picture_or_a_reason(shot: Shot) -> None:
    assert missing(shot.judgement) == {
        "gone.css": "not-shown",
        "gone.html": "",
        "gone.png": "",
        "gone2.html": "",
        "gone3.html": "page",
        "hidden.html": "not-shown",
    }


def test_the_reports_show_and_list_it(shot: Shot) -> None:
    reports = shot.folder / "reports" / "r"
    listed = json.loads((reports / "findings.json").read_text(encoding="utf-8"))["findings"]
    pictured = [one for one in listed if any(piece["kind"] == "screenshot" for piece in one["evidence"])]
    assert len(pictured) == 3
    assert {one["no_picture"] for one in pictured} == {""}
    assert "not-shown" in {one["no_picture"] for one in listed}
    (page,) = (reports / "sites").glob("*/index.html")
    document = LexborHTMLParser(page.read_text(encoding="utf-8"))
    sources = [str(one.attributes["src"]) for one in document.css("article.card img")]
    assert len(sources) == 3
    assert all(one.startswith("data:image/jpeg;base64,") for one in sources)
    assert "已截 3 张；未截 3 张：" in document.css_first("#coverage").text()  # type: ignore[union-attr]
    assert "未截图：页面未能在浏览器中打开" in document.css_first("#problems").text()  # type: ignore[union-attr]


def test_judging_again_keeps_the_pictures_and_visits_nobody(shot: Shot) -> None:
    asked = len(shot.site.requests)
    workspace = Workspace(shot.folder, Settings())
    (again,) = check_run(workspace, "r", "")
    assert len(shot.site.requests) == asked
    assert pictures(again) == shot.pictures
    assert set(missing(again).values()) == {"", "offline"}


def test_number_and_time_are_bounded(tmp_path: Path) -> None:
    with HttpSite(ROUTES, lambda _: Reply(404, "x")) as site:
        few = missing(judged(tmp_path / "few", site, QUICK, Budget(screenshots=1)))
        hasty = missing(judged(tmp_path / "hasty", site, QUICK, Budget(screenshot_seconds=0.001)))
    assert sorted(few.values()) == ["", *["limit"] * 4, "not-shown"]
    assert set(hasty.values()) == {"time", "not-shown"}


def test_without_browser_or_leave_nothing_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    never = msgspec.structs.replace(QUICK, browser="never")
    with HttpSite(ROUTES, lambda _: Reply(404, "x")) as site:
        unwanted = missing(judged(tmp_path / "never", site, never, Budget()))
        monkeypatch.setenv("GOVAUDIT_BROWSER", "/nowhere")
        lacking = missing(judged(tmp_path / "none", site, QUICK, Budget()))
    assert set(unwanted.values()) == {"not-used", "not-shown"}
    assert set(lacking.values()) == {"no-browser", "not-shown"}


def test_robots_and_the_fence_hold_for_pictures_too(tmp_path: Path) -> None:
    """A page that posts and leads away by itself sends nothing; by then the other site asks to be left alone."""
    script = "<script>document.forms[0].submit(); location = '/elsewhere'</script>"
    posting = f"{HEAD}<a href=/gone.html>断链</a><form method=post action=/send></form>{script}"
    allowed, refused = Reply(404, "x"), Reply(body="User-agent: *\nDisallow: /", content_type="text/plain")
    with HttpSite(
        {"/": Reply(body=posting), "/elsewhere": Reply(body="x")}, lambda _: Reply(404, "x")
    ) as site:
        judged(tmp_path / "post", site, QUICK, Budget())
        assert {one.method for one in site.requests} == {"GET"}
    with HttpSite({**ROUTES, "/robots.txt": [allowed, refused]}, lambda _: Reply(404, "x")) as site:
        left = missing(judged(tmp_path / "robots", site, QUICK, Budget()))
        assert set(left.values()) == {"robots", "not-shown"}


def test_a_report_without_its_evidence_still_says_where_it_was(shot: Shot, tmp_path: Path) -> None:
    workspace = Workspace(shot.folder, Settings())
    from govaudit.workflow.run_record import existing_record  # noqa: PLC0415

    record = existing_record(workspace, "r")
    for file in (shot.folder / "runs" / "r" / "evidence").rglob("*.jpg"):
        file.rename(tmp_path / file.name)
    report_run(workspace, record, ["html"])
    (page,) = (shot.folder / "reports" / "r" / "sites").glob("*/index.html")
    document = LexborHTMLParser(page.read_text(encoding="utf-8"))
    assert document.css("article.card img") == []
    assert "-screenshot.jpg" in document.css_first("#problems").text()  # type: ignore[union-attr]
