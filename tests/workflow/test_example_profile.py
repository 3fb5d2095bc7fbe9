"""The worked example of the guide: valid, and a site that is judged by it comes out as the guide says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.messages import LANGUAGES, told
from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import parse_moment
from govaudit.inspection.yaml_text import load_yaml
from govaudit.workflow.judge import judge_site
from govaudit.workflow.run_record import usable_profile
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from govaudit.inspection.finding import SiteJudgement

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"
NAME = "yunlan-2026"
NAV = (
    '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/yw/">云澜要闻</a></li>'
    '<li><a href="/zl/">云水之城</a></li><li><a href="/gx/">旧城改造</a></li></ul></div>'
)
TITLES = ("关于滨江片区改造方案的批复", "老旧小区改造年度计划印发实施", "全市改造项目进展情况的通报")


def _page(title: str, body: str) -> Reply:
    html = f"<html><head><title>{title}_云澜市人民政府</title></head><body>{NAV}{body}</body></html>"
    return Reply(body=html)


def _list(folder: str, days: tuple[str, ...]) -> str:
    rows = "".join(
        f'<li><a href="/{folder}/{n}.html">{TITLES[n]}</a><span>{day}</span></li>'
        for n, day in enumerate(days)
    )
    return f'<div class="main"><ul class="list">{rows}</ul></div>'


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SiteJudgement]:
    """The same crawl, judged by the national rules and by those of the example."""
    folder = tmp_path_factory.mktemp("example")
    news, renewal = ("2026-11-10", "2026-11-03", "2026-10-28"), ("2026-07-01", "2026-06-01", "2026-05-01")
    with HttpSite() as site:
        site.add("/", _page("云澜市人民政府", '<div class="main"><p>欢迎访问本网站。</p></div>'))
        site.add(
            "/zl/",
            _page("云水之城", f'<div class="text"><p>{"云澜市位于云江下游，四季分明。" * 20}</p></div>'),
        )
        for name, path, days in (("云澜要闻", "yw", news), ("旧城改造", "gx", renewal)):
            site.add(f"/{path}/", _page(name, _list(path, days)))
            for n, day in enumerate(days):
                text = f"<p>发布时间：{day} 09:30</p><p>{'正文。' * 80}</p>"
                body = f'<div class="content"><h1>{TITLES[n]}</h1>{text}</div>'
                site.add(f"/{path}/{n}.html", _page(TITLES[n], body))
        plan = msgspec.structs.replace(plan_for(site.url, QUICK), as_of=parse_moment("2026-11-20"))
        plan = msgspec.structs.replace(
            plan, site=msgspec.structs.replace(plan.site, name="云澜市人民政府", kind="portal")
        )
        run = crawled(plan, folder / "facts.sqlite")
    try:
        return {
            name: judge_site(run.facts, load_profile(name, EXAMPLES), (plan.site,), folder / name)
            for name in ("gov-2019", NAME)
        }
    finally:
        run.facts.close()


def test_the_example_is_a_usable_rule_book() -> None:
    profile = usable_profile(NAME, EXAMPLES)
    assert profile.extends == "gov-2019"


def test_columns_of_the_example_are_recognised_by_their_local_names(judged: dict[str, SiteJudgement]) -> None:
    missing = {
        name: {one.subject for one in judgement.findings if one.check == "COL001"}
        for name, judgement in judged.items()
    }
    assert "概况信息" in missing["gov-2019"]
    assert "概况信息" not in missing[NAME]
    assert missing[NAME] - missing["gov-2019"] == {"权责清单"}
    said = {
        one.subject: told(one.said[0], LANGUAGES[0])
        for one in judged[NAME].checks["COL001"].trace
        if one.said
    }
    assert said["城市更新"].startswith("导航中的“旧城改造”认定为“城市更新”")


def test_periods_of_the_example_hold_columns_to_them(judged: dict[str, SiteJudgement]) -> None:
    stale = {
        name: {
            (one.check, one.column)
            for one in judgement.findings
            if one.fault == "stale" and one.check > "FRE001"
        }
        for name, judgement in judged.items()
    }
    assert stale["gov-2019"] == set()
    assert stale[NAME] == {("FRE002", "云澜要闻"), ("FRE004", "旧城改造")}


def test_the_row_of_the_example_takes_its_points(judged: dict[str, SiteJudgement]) -> None:
    score = judged[NAME].score
    assert score is not None
    (row,) = [one for one in score.rows if one.row == "YL-topics"]
    assert (row.name, row.deducted, row.cap) == ("本市专题", 2, 2)


@pytest.mark.parametrize("guide", ["write-a-profile.md", "write-a-profile.zh-CN.md"])
def test_the_guide_shows_what_the_example_says(guide: str, tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / guide).read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / f"{NAME}.yaml").write_text("".join(blocks), encoding="utf-8")
    shown, whole = usable_profile(NAME, tmp_path), load_profile(NAME, EXAMPLES)
    assert (shown.title, shown.basis, shown.checks) == (whole.title, whole.basis, whole.checks)
    assert shown.rows == whole.rows
    columns = load_yaml(tmp_path / f"{NAME}.yaml").data["columns"]
    assert [one for one in shown.columns if one.name == columns[0]["name"]] == [
        one for one in whole.columns if one.name == columns[0]["name"]
    ]
