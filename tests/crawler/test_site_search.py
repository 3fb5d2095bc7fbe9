"""The site's own search, asked over HTTP for titles of articles, and what SCH001 and SCH002 make of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.checks.context import Context
from govaudit.checks.registry import Judgement, all_checks
from govaudit.crawler.site_search import chosen_titles
from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import SearchSizes
from govaudit.inspection.searches import Asked, search_box, search_looks
from govaudit.inspection.site import SiteScope
from govaudit.inspection.verdict import Reason, Verdict
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import QUICK, Crawled, crawled, plan_for
from tests.crawler.search_engine import NEWS, TITLES, SearchEngine
from tests.support.http_site import Reply

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawler.search_engine import Make


class Inspected:
    """A crawled site and what the checks say of it."""

    def __init__(self, run: Crawled, url: str) -> None:
        self.facts, self.url = run.facts, url

    def judged(self, check: str, **params: str) -> Judgement:
        """What a check says under the rule book of 2019, with other ``params``."""
        plan, profile = self.facts.plan, load_profile("gov-2019")
        context = Context(self.facts, plan.site, SiteScope(plan.site, frozenset()), plan.as_of, profile)
        found = all_checks()[check]
        return found.function(context, found.parameters({**profile.checks[check], **params}, profile.name))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "facts.sqlite"


def inspected(engine: SearchEngine, path: Path, browser: str = "never", titles: int = 4) -> Inspected:
    with engine.site() as site:
        plan = plan_for(site.url, msgspec.structs.replace(QUICK, browser=browser))
        sizes = SearchSizes(titles=titles, days=14)
        plan = msgspec.structs.replace(plan, measures=("search",), search=sizes)
        return Inspected(crawled(plan, path), site.url)


@pytest.mark.parametrize("make", ["highlighted", "gbk-table", "cut", "data"])
def test_titles_that_the_search_finds_are_found_in_every_make(make: Make, store: Path) -> None:
    engine = SearchEngine(make)
    site = inspected(engine, store)
    titles = [look for _, look in search_looks(site.facts) if look.asked is Asked.TITLE]
    assert [bool(look.shown) for look in titles] == [True] * 4
    assert {look.query for look in titles} < set(TITLES)
    assert NEWS not in engine.asked
    assert site.judged("SCH001").verdict is Verdict.PASS
    said = site.judged("SCH002")
    assert (said.verdict, said.examined) == (Verdict.PASS, 4)


@pytest.mark.parametrize("make", ["highlighted", "gbk-table", "cut"])
def test_g14_a_title_that_is_not_on_the_first_page_is_one_finding(make: Make, store: Path) -> None:
    engine = SearchEngine(make, knows=frozenset(TITLES[1:]))
    site = inspected(engine, store, titles=5)
    said = site.judged("SCH002", titles="5")
    assert [fault.arguments["title"] for fault in said.faults] == [TITLES[0]]
    assert said.faults[0].subject == f"{site.url}/art/0.html"
    assert said.verdict is Verdict.FAIL
    assert engine.asked.count(TITLES[0]) == 2
    assert all(engine.asked.count(title) <= 1 for title in TITLES[1:])


def test_the_same_titles_are_asked_for_when_the_facts_are_the_same(store: Path) -> None:
    engine = SearchEngine()
    site = inspected(engine, store, titles=3)
    owns = SiteScope(site.facts.plan.site, frozenset()).owns
    drawn = [title.text for title in chosen_titles(site.facts, owns)]
    assert [one for one in engine.asked if one in TITLES] == drawn
    assert len(drawn) == 3


def test_a_search_that_finds_nothing_for_anything_accuses_nobody(store: Path) -> None:
    site = inspected(SearchEngine(knows=frozenset()), store)
    said = site.judged("SCH002")
    assert (said.verdict, said.reason, said.faults) == (Verdict.INCONCLUSIVE, Reason.NOT_MEASURED, [])
    assert [look.asked for _, look in search_looks(site.facts)][-1] is Asked.CONTROL


def test_results_that_a_script_writes_need_a_browser(store: Path) -> None:
    said = inspected(SearchEngine("script"), store).judged("SCH002")
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, Reason.BROWSER_NEEDED)


def test_a_search_that_posts_is_not_asked(store: Path) -> None:
    form = '<form method="post" action="/search4/s"><input name="q"><button>搜索</button></form>'
    engine = SearchEngine(form=form)
    site = inspected(engine, store)
    assert engine.asked == []
    assert site.judged("SCH001").verdict is Verdict.PASS
    assert site.judged("SCH002").reason is Reason.BROWSER_NEEDED


def test_a_box_for_services_beside_the_one_for_everything_is_not_the_one_to_use(store: Path) -> None:
    engine = SearchEngine()
    field = '<input name="searchWord" placeholder="请输入办事事项">'
    engine.form = f'<form action="/search4/s">{field}<button>查</button></form>{engine.own_form()}'
    site = inspected(engine, store)
    box = search_box(site.facts)
    assert box is not None
    assert box.form is not None
    assert box.form.action == f"{site.url}/search/index.html"
    assert site.judged("SCH002").verdict is Verdict.PASS


def test_where_no_title_is_found_at_all_a_person_has_to_look(store: Path) -> None:
    def services(asked: str) -> Reply:
        listed = (
            '<a href="/bsfw/1.html">关于食品经营许可的办事指南</a>' if asked == "关于" else "没有找到相关事项"
        )
        return Reply(body=f"<html><body><h2>搜索结果</h2><p>{listed}</p></body></html>")

    said = inspected(SearchEngine(answer=services), store).judged("SCH002")
    assert {(fault.fault, fault.verdict) for fault in said.faults} == {("missed", Verdict.REVIEW)}
    assert len(said.faults) == 4


def test_robots_keep_us_from_a_search(store: Path) -> None:
    engine = SearchEngine(robots="User-agent: *\nDisallow: /search/\n")
    site = inspected(engine, store)
    assert engine.asked == []
    assert site.judged("SCH002").reason is Reason.ROBOTS


def test_a_search_behind_a_wall_is_asked_once_and_left_alone(store: Path) -> None:
    engine = SearchEngine(answer=lambda _: Reply(412))
    said = inspected(engine, store).judged("SCH002")
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, Reason.BLOCKED_PAGE)
    assert len(engine.asked) <= 2


def test_a_search_that_wants_a_code_typed_in_is_left_alone(store: Path) -> None:
    page = "<html><body><p>搜索过于频繁，请输入验证码</p></body></html>"
    engine = SearchEngine(answer=lambda _: Reply(body=page))
    said = inspected(engine, store).judged("SCH002")
    assert (said.verdict, said.reason) == (Verdict.INCONCLUSIVE, Reason.BLOCKED_PAGE)


def test_a_search_that_answers_errors_alone_is_for_a_person_to_confirm(store: Path) -> None:
    engine = SearchEngine(answer=lambda _: Reply(404, "gone"))
    site = inspected(engine, store)
    said = site.judged("SCH002")
    assert [(fault.fault, fault.aspect, fault.verdict) for fault in said.faults] == [
        ("unusable", "search", Verdict.REVIEW)
    ]
    assert said.faults[0].arguments["answer"] == "404"


def test_nothing_is_searched_for_unless_a_check_needs_it(store: Path) -> None:
    engine = SearchEngine()
    with engine.site() as site:
        run = crawled(plan_for(site.url), store)
    assert engine.asked == []
    assert search_box(run.facts) is None


@needs_chromium
def test_g14_a_box_and_results_that_scripts_write_are_seen_in_a_browser(store: Path) -> None:
    script = (
        "<div id=top></div><script src='/header.js'></script><script>document.getElementById('top').innerHTML="
        "\"<form action='/search/index.html'><input type=hidden name=siteid value='7&amp;8'><input type=hidden "
        "name=scope value=t><input name=q placeholder='请输入关键词'><button>搜</button></form>\"</script>"
    )
    engine = SearchEngine(form=script, knows=frozenset(TITLES[1:]))
    site = inspected(engine, store, browser="auto", titles=5)
    box = search_box(site.facts)
    assert box is not None
    assert box.form is not None
    assert [fault.arguments["title"] for fault in site.judged("SCH002", titles="5").faults] == [TITLES[0]]
