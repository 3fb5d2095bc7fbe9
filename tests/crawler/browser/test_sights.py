"""What only a browser can say of how a page looks: hidden links, accessibility, narrow screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import Budget
from govaudit.inspection.verdict import Verdict
from govaudit.workflow.judge import judge_site
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding

STYLE = """
body { margin: 0; background: #fff; color: #222 }
.away { position: absolute; left: -3000px }
.crammed { width: 1px; height: 1px; overflow: hidden }
.small { font-size: 0 }
.faint { opacity: 0 }
.like-paper { color: #fff }
.menu { display: none }
.closed { height: 0; overflow: hidden }
.banner { position: relative; width: 600px; height: 60px; overflow: hidden }
.slides { position: absolute; left: -600px; width: 1200px; white-space: nowrap }
.slides a { display: inline-block; width: 600px }
.fading a { position: absolute; opacity: 0 }
.fading a.now { opacity: 1 }
.dark { background: #036; color: #fff; display: block }
.pictured { background: linear-gradient(#036, #024); color: #fff }
.rolled { overflow: auto; width: 200px; height: 40px }
.rolled a { display: inline-block; margin-left: -900px }
.named-by-picture { display: block; width: 80px; height: 20px; text-indent: -9999px; background: #036 }
"""
HIDDEN = {
    "away": '<div class=away><a href="http://away.example.com/">甲</a></div>',
    "crammed": '<div class=crammed><a href="http://crammed.example.com/">乙</a></div>',
    "small": '<p class=small><a href="http://small.example.com/">丙</a></p>',
    "faint": '<div><p class=faint><a href="http://faint.example.com/">丁</a></p></div>',
    "paper": '<p><a class=like-paper href="http://paper.example.com/">戊</a></p>',
}
SHOWN = (
    '<div class=menu><a href="http://menu.example.com/">菜单</a></div>'
    '<div class=closed><a href="http://closed.example.com/">折叠</a></div>'
    '<div class=banner><div class=slides><a href="http://slide.example.com/">一</a><a href="/">二</a></div></div>'
    '<div class=fading><a class=now href="/a.html">甲图</a><a href="http://fade.example.com/">乙图</a></div>'
    '<a class=dark href="http://dark.example.com/">深色</a>'
    '<div class=pictured><a class=like-paper href="http://pictured.example.com/">底图</a></div>'
    '<div class=rolled><a href="http://rolled.example.com/">滚动</a></div>'
    '<a class=named-by-picture href="http://badge.example.com/">图标</a>'
)
HOME = (
    '<!DOCTYPE html><html lang="zh-CN"><head><meta charset=utf-8><meta name=viewport content="width=device-width">'
    "<title>云澜市人民政府</title><link rel=stylesheet href=/site.css></head><body><h1>云澜市人民政府</h1>{body}"
    '<p><a href="/a.html">关于召开会议的通知</a></p></body></html>'
)


def findings_of(folder: Path, body: str) -> list[Finding]:
    replies = {
        "/": Reply(body=HOME.format(body=body)),
        "/site.css": Reply(body=STYLE, content_type="text/css"),
    }
    with HttpSite(replies, lambda _: Reply(body=HOME.format(body="<p>正文。</p>"))) as site:
        network = msgspec.structs.replace(QUICK, browser="auto")
        plan = plan_for(f"{site.url}/", network)
        plan = msgspec.structs.replace(
            plan, measures=("sights",), budget=msgspec.structs.replace(Budget(), sights=2)
        )
        run = crawled(plan, folder / "facts.sqlite")
        try:
            judged = judge_site(run.facts, load_profile("gov-2019"), (), folder / "evidence")
        finally:
            run.facts.close()
    assert judged.checks["ACC001"].verdict in {Verdict.PASS, Verdict.FAIL}
    return list(judged.findings)


@needs_chromium
def test_links_that_style_sheets_hide_are_found_and_what_waits_or_is_readable_is_not(tmp_path: Path) -> None:
    found = findings_of(tmp_path, "".join(HIDDEN.values()) + SHOWN)

    hidden = {one.subject: one.aspect for one in found if one.check == "SEC001"}
    assert hidden == {
        "away.example.com": "off-screen",
        "crammed.example.com": "no-room",
        "small.example.com": "tiny",
        "faint.example.com": "transparent",
        "paper.example.com": "same-colour",
    }


@needs_chromium
def test_each_broken_rule_of_accessibility_is_one_finding_with_its_first_place(tmp_path: Path) -> None:
    found = findings_of(
        tmp_path,
        '<img src=/site.css><img src=/site.css><img alt="" src=/site.css><form><input type=text></form>'
        '<p style="color:#bbb">浅灰色的文字</p>',
    )

    broken = {one.subject: one for one in found if one.check == "ACC001"}
    assert set(broken) == {"image-alt", "label", "color-contrast"}
    assert broken["image-alt"].arguments["places"] == 2
    assert broken["image-alt"].arguments["criteria"] == "1.1.1"
    assert broken["image-alt"].locator.text.startswith("<img")
    assert broken["label"].locator.xpath.startswith("/")


@needs_chromium
def test_a_page_wider_than_a_telephone_is_told_and_one_that_follows_the_screen_is_not(tmp_path: Path) -> None:
    wide = findings_of(tmp_path / "wide", '<div style="width:1200px">固定宽度</div>')
    fitting = findings_of(tmp_path / "fitting", '<div style="max-width:1200px">随屏幕变化</div>')

    (sideways,) = [one for one in wide if one.check == "ACC003"]
    assert (sideways.fault, sideways.arguments["took"]) == ("sideways", 1200)
    assert not [one for one in fitting if one.check in {"ACC001", "ACC003"}]
