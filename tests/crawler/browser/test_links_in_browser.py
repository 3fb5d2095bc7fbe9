"""What only a browser can say of links: places that scripts make, clicks that scripts take hold of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from govaudit.crawler.browser.renderer import Click
from govaudit.crawler.leave_prompts import fate_of
from govaudit.inspection.profile import load_profile
from govaudit.workflow.judge import judge_site
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import SiteJudgement

HEAD = "<!DOCTYPE html><meta charset=utf-8><title>页面</title><p>正文内容</p>"
LEAVING = {
    "counted": ("click", "() => { window.count = 1 }"),
    "opened": ("click", "(click) => { click.preventDefault(); window.open(click.target.href) }"),
    "sent": ("click", "(click) => { click.preventDefault(); location = click.target.href }"),
    "asked": ("click", "(click) => { if (!confirm('继续？')) click.preventDefault() }"),
    "told": ("click", "(click) => { click.preventDefault(); document.body.append('请稍候') }"),
    "carried": ("click", "(click) => { click.preventDefault(); location = '/out?to=' + click.target.href }"),
    "rewritten": ("mousedown", "(press) => { press.target.href = '/out?to=' + press.target.href }"),
}
"""Name of the host that a link leads to → what a script of the page does about a click."""
AT_ONCE = {"counted", "opened", "sent"}


PAGES = {
    "/": f"{HEAD}<a href=/own.html>一</a><a href=/other.html#p3>二</a><a href=/hash.html#p4>三</a>"
    "<a href=/bad.html#p5>四</a><a href=/leave.html>五</a>",
    "/own.html": f"{HEAD}<a href='#lost'>丢失</a><a href='#tab'>标签</a><a href='#made'>附则</a><b id=box></b>"
    "<i id=x></i>"
    "<script>document.querySelector('[href=\"#tab\"]').onclick = () => { box.className = 'open'; return true };"
    "document.body.insertAdjacentHTML('beforeend', '<h2 id=made>附则</h2>');"
    "setInterval(() => { x.textContent = Math.random() }, 50)</script>",
    "/other.html": f"{HEAD}<script>window.count = 1</script>",
    "/hash.html": f"{HEAD}<script>if (location.hash) document.body.append(location.hash)</script>",
    "/bad.html": f"{HEAD}<script>missing.thing()</script>",
    "/leave.html": HEAD
    + "".join(f'<p><a id={name} href="http://{name}.example.com/">某公司</a></p>' for name in LEAVING)
    + "<script>"
    + "".join(
        f"document.querySelectorAll('a#{name}').forEach((one) => one.addEventListener('{on}', {does}));"
        for name, (on, does) in LEAVING.items()
    )
    + "</script>",
}


def judged(folder: Path, mode: str) -> SiteJudgement:
    with HttpSite(
        {path: Reply(body=body) for path, body in PAGES.items()}, lambda _: Reply(404, "x")
    ) as site:
        hosts = {f"{name}.example.com:80": ("127.0.0.1",) for name in LEAVING}
        network = msgspec.structs.replace(
            QUICK, browser=mode, resolve=hosts, connect_port=dict.fromkeys(hosts, site.port)
        )
        plan = msgspec.structs.replace(plan_for(f"{site.url}/", network), measures=("links",))
        run = crawled(plan, folder / "facts.sqlite")
        try:
            return judge_site(run.facts, load_profile("gov-2019"), (plan.site,), folder / "evidence")
        finally:
            run.facts.close()


def said(judgement: SiteJudgement, check: str) -> dict[str, str]:
    return {
        one.subject.rpartition("/")[2]: f"{one.fault} {one.verdict}"
        for one in judgement.findings
        if one.check == check
    }


@needs_chromium
def test_places_and_clicks_are_tried_as_the_browser_has_the_page(tmp_path: Path) -> None:
    judgement = judged(tmp_path, "auto")
    assert said(judgement, "LNK009") == {f"{name}.example.com": "straight fail" for name in AT_ONCE}
    assert said(judgement, "LNK007") == {
        "own.html#lost": "missing fail",
        "own.html#tab": "scripted inconclusive",
        "other.html#p3": "missing fail",
        "hash.html#p4": "scripted inconclusive",
        "bad.html#p5": "scripted inconclusive",
    }


def test_without_a_browser_the_scripts_leave_them_open(tmp_path: Path) -> None:
    judgement = judged(tmp_path, "never")
    for check, count in (("LNK009", len(LEAVING)), ("LNK007", 6)):
        assert list(said(judgement, check).values()) == ["scripted inconclusive"] * count


def owns(url: str) -> bool:
    return url.startswith("http://own.example/")


@given(
    st.booleans(), st.booleans(), st.lists(st.sampled_from(["http://own.example/o", "http://far.example/"]))
)
def test_only_a_way_straight_out_is_none_asked(asked: bool, held: bool, opened: list[str]) -> None:
    fate = fate_of(Click(asked, held, tuple(opened), "http://far.example/"), "http://far.example/", owns)
    straight = not held if not opened else all("far" in one for one in opened)
    assert (fate == "went") == (straight and not asked)
    assert (fate == "asked") == asked
