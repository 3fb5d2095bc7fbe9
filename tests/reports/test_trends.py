"""Runs beside earlier ones: nothing is new that nobody could have seen before, nothing fixed that nobody looked at."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import openpyxl
import pytest
from docx import Document
from selectolax.lexbor import LexborHTMLParser

from govaudit.inspection.finding import CheckResult
from govaudit.inspection.run import BEIJING
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict
from govaudit.reports import charts
from govaudit.reports.charts import bar_chart, drawn, line_chart, png_of
from govaudit.reports.comparison import compare
from govaudit.reports.html_report import write_html_report
from govaudit.reports.papers.circular import circular
from govaudit.reports.papers.docx_paper import write_docx
from govaudit.reports.papers.paper import texts_of
from govaudit.reports.problems_xlsx import write_problems_xlsx
from govaudit.reports.texts import Texts
from govaudit.reports.trend_tables import trend_parts
from govaudit.reports.trends import Change, Trends, trends
from tests.reports.sample_run import AS_OF, DEPARTMENT, HOSTILE, PORTAL, earlier_run, sample_report

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.inspection.site import Site
    from govaudit.reports.earlier import EarlierRun
    from govaudit.reports.run_report import RunReport

TEXTS = Texts("zh-CN")
SAMPLE = sample_report(per_site=12)
PATTERN = next(one for one in SAMPLE.sites[0].findings if one.verdict is Verdict.FAIL)
CHECK = PATTERN.check
LOOKED = CheckResult(verdict=Verdict.FAIL, examined=9)
LAST, BEFORE_LAST, YEAR_AGO = (AS_OF - timedelta(days=days) for days in (92, 184, 365))


def site(*ids: str, at: Site = PORTAL, **changes: Any) -> SiteJudgement:
    """A qualified site with problems of one check."""
    found = tuple(msgspec.structs.replace(PATTERN, id=one, kind=Kind.DEDUCT, site=at.key) for one in ids)
    judgement = msgspec.structs.replace(
        SAMPLE.sites[0], site=at, findings=found, checks={CHECK: LOOKED}, result=Result.QUALIFIED
    )
    return msgspec.structs.replace(judgement, **changes)


def run(*sites: SiteJudgement, earlier: tuple[EarlierRun, ...] = ()) -> RunReport:
    return replace(SAMPLE, sites=sites, earlier=earlier)


def told(report: RunReport) -> Change:
    known = trends(report, TEXTS)
    assert known is not None
    return known.besides[0].total


def beside_last(now: SiteJudgement, then: SiteJudgement) -> Change:
    return told(run(now, earlier=(earlier_run("2026Q3", LAST, then),)))


def test_problems_are_new_still_there_or_gone() -> None:
    assert beside_last(site("a", "b"), site("b", "c")) == Change(new=1, still=1, fixed=1)


def test_what_was_gone_and_is_back_came_back() -> None:
    earlier = (earlier_run("2026Q2", BEFORE_LAST, site("a")), earlier_run("2026Q3", LAST, site("b")))
    assert told(run(site("a", "c"), earlier=earlier)) == Change(new=1, reopened=1, fixed=1)
    again = site("a")
    found = tuple(msgspec.structs.replace(one, state=State.REOPENED) for one in again.findings)
    assert beside_last(msgspec.structs.replace(again, findings=found), site()) == Change(reopened=1)


@pytest.mark.parametrize(
    "then",
    [
        {"result": Result.INCONCLUSIVE},
        {"checks": {}},
        {"checks": {CHECK: CheckResult(verdict=Verdict.INCONCLUSIVE, reason=Reason.TIMEOUT)}},
        {"checks": {CHECK: CheckResult(verdict=Verdict.PASS, reason=Reason.BUDGET)}},
        {"checks": {CHECK: CheckResult(verdict=Verdict.PASS, rule_version=2)}},
    ],
)
def test_nothing_is_new_that_the_last_run_could_not_have_found(then: dict[str, Any]) -> None:
    change = beside_last(site("a", "b"), site("b", **then))
    assert change == Change(still=1, first=1)


@pytest.mark.parametrize(
    "now",
    [
        {"result": Result.INCONCLUSIVE},
        {"checks": {}},
        {"checks": {CHECK: CheckResult(verdict=Verdict.FAIL, reason=Reason.INTERRUPTED)}},
        {"checks": {CHECK: CheckResult(verdict=Verdict.FAIL, rule_version=2)}},
    ],
)
def test_nothing_is_fixed_that_this_run_could_not_find_again(now: dict[str, Any]) -> None:
    assert beside_last(site("a", **now), site("a", "b")) == Change(still=1, unclear=1)


def test_what_the_ledger_holds_open_is_not_fixed() -> None:
    then = earlier_run("2026Q3", LAST, site("a", "b", "c"))
    states = {"a": State.FIXED, "b": State.OPEN, "c": State.WAIVED}
    last = then.sites[PORTAL.key]
    known = tuple(msgspec.structs.replace(one, state=states[one.id]) for one in last.findings)
    sites = {PORTAL.key: msgspec.structs.replace(last, findings=known)}
    report = run(site(), earlier=(replace(then, sites=sites),))
    assert told(replace(report, ledger=True)) == Change(fixed=2, unclear=1)
    assert told(report) == Change(fixed=3)


def test_a_doubt_is_no_problem_and_a_problem_that_became_one_is_not_fixed() -> None:
    judgement = site("a", "b")
    doubtful = tuple(msgspec.structs.replace(one, verdict=Verdict.REVIEW) for one in judgement.findings)
    doubts = msgspec.structs.replace(judgement, findings=doubtful)
    assert beside_last(doubts, site("a")) == Change(unclear=1)
    assert beside_last(judgement, doubts) == Change(new=2)


@pytest.mark.parametrize("one", ["now", "then"])
def test_a_site_that_one_of_the_runs_did_not_inspect_is_left_out(one: str) -> None:
    there, away = site("a"), site(result=Result.NOT_INSPECTED, checks={})
    now, then = (away, there) if one == "now" else (there, away)
    report = run(now, earlier=(earlier_run("2026Q3", LAST, then),))
    known = trends(report, TEXTS)
    assert known is not None
    (beside,) = known.besides
    assert (beside.sites, beside.total, beside.units) == (0, Change(), ())
    assert compare(run(there, earlier=(earlier_run("2026Q3", LAST, away),)), there) is None
    part = trend_parts(known, TEXTS)[1]
    assert part.blocks == ()
    assert "没有在2026年第三季度和本期都检查过的网站" in part.sentences[1]


def test_the_same_quarter_of_the_year_before_is_found_by_its_moment() -> None:
    earlier = (
        earlier_run("2025Q4", YEAR_AGO, site("a", "b", "c")),
        earlier_run("2026Q1", AS_OF - timedelta(days=270), site("b")),
        earlier_run("2026Q3", LAST, site("a")),
    )
    known = trends(run(site("a"), earlier=earlier), TEXTS)
    assert known is not None
    assert [(one.which, one.run, one.total) for one in known.besides] == [
        ("last", "2026Q3", Change(still=1)),
        ("year", "2025Q4", Change(still=1, fixed=2)),
    ]
    assert [run for run, _ in known.rates] == ["2025Q4", "2026Q1", "2026Q3", "2026Q4"]
    only = trends(run(site("a"), earlier=earlier[:1]), TEXTS)
    assert only is not None
    assert [one.which for one in only.besides] == ["last"]


def test_another_rule_book_and_other_rules_are_noted() -> None:
    then = site(
        "a", profile_hash="sha256:other", checks={CHECK: CheckResult(verdict=Verdict.PASS, rule_version=2)}
    )
    known = trends(run(site("a"), earlier=(earlier_run("2026Q3", LAST, then),)), TEXTS)
    assert known is not None
    said = "".join(trend_parts(known, TEXTS)[1].sentences)
    assert "1个网站两期采用的检查指标不同" in said
    assert f"({CHECK})" in said


def two_years() -> RunReport:
    """Nine quarters of a portal and a department, in two regions."""
    far = msgspec.structs.replace(DEPARTMENT, region=f"{HOSTILE[0]} 很远的地区")
    moments = [
        datetime(2024 + (3 + place) // 4, 3 * ((3 + place) % 4) + 2, 20, tzinfo=BEIJING) for place in range(8)
    ]
    earlier = tuple(
        earlier_run(
            f"{moment.year}Q{(moment.month + 2) // 3}",
            moment,
            site(*"abcdefgh"[place:], result=Result.QUALIFIED if place % 3 else Result.UNQUALIFIED),
            site("x", at=far),
        )
        for place, moment in enumerate(moments)
    )
    return run(site("h", "i"), site("y", at=far), earlier=earlier)


def known_of(report: RunReport) -> Trends:
    known = trends(report, TEXTS)
    assert known is not None
    return known


def test_every_table_adds_up() -> None:
    known = known_of(two_years())
    for part, beside in zip(trend_parts(known, TEXTS)[1:], known.besides, strict=True):
        for block in part.blocks:
            numbers = [[cell for cell in row[-8:] if isinstance(cell, int)] for row in block.table.rows]
            for then, now, new, reopened, still, first, fixed, unclear in numbers:
                assert then == still + fixed + unclear
                assert now == new + reopened + still + first
            whole = [sum(column) for column in zip(*numbers, strict=True)]
            if block.name.startswith("classes"):
                whole = [count // 2 for count in whole]
            assert whole == [beside.total.then, beside.total.now, *numbers_of(beside.total)]


def numbers_of(change: Change) -> list[int]:
    return [change.new, change.reopened, change.still, change.first, change.fixed, change.unclear]


def test_every_chart_stands_over_its_table_and_is_told_in_words(tmp_path: Path) -> None:
    write_html_report(two_years(), tmp_path)
    page = LexborHTMLParser((tmp_path / "trends.html").read_text(encoding="utf-8"))
    charts = page.css("svg.chart")
    assert len(charts) == 5
    for chart in charts:
        assert chart.attributes["role"] == "img"
        told = str(chart.attributes["aria-label"])
        table = chart.parent.next.next if chart.parent and chart.parent.next else None
        assert table is not None
        for row in table.css("tbody tr"):
            name = row.css_first("th")
            assert name is not None
            assert name.text() in told or name.text() == "合计"
    assert "2024年第四季度 50.0%" in str(charts[0].attributes["aria-label"])
    assert page.css("svg script") == []


def test_the_circular_says_it_with_charts_in_word(tmp_path: Path) -> None:
    paper = circular(two_years())
    titles = [annex.title for annex in paper.annexes if annex.chart]
    assert titles == [
        "历次检查合格率",
        "与上期对比的各类问题数量",
        "与上年同期对比的各类问题数量",
        "与上期对比的各地区问题数量",
    ]
    text = "".join(texts_of(paper))
    assert "与上年同期（2025年第四季度）相比，总体合格率由100%变为100%；两期均检查的2个网站" in text
    write_docx(paper, tmp_path / "circular.docx")
    document = Document(str(tmp_path / "circular.docx"))
    pictures = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert pictures == [annex.chart.description for annex in paper.annexes if annex.chart]
    assert all(shape.height <= 110.5 * 36000 for shape in document.inline_shapes)
    with zipfile.ZipFile(tmp_path / "circular.docx") as package:
        images = [package.read(name) for name in package.namelist() if name.startswith("word/media/")]
    assert len(images) == 4
    assert all(image.startswith(b"\x89PNG") for image in images)


def test_without_a_chinese_font_word_says_so_instead_of_boxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "_FONTS", "No Such Font")
    charts._has_chinese_font.cache_clear()
    try:
        write_docx(circular(two_years()), tmp_path / "circular.docx")
    finally:
        charts._has_chinese_font.cache_clear()
    document = Document(str(tmp_path / "circular.docx"))
    assert [one.text for one in document.paragraphs].count("本机没有中文字体，未能生成图，数字见下表。") == 4
    assert len(document.inline_shapes) == 0


def test_the_workbook_has_the_trends_of_the_run(tmp_path: Path) -> None:
    write_problems_xlsx(two_years(), tmp_path)
    rows = list(openpyxl.load_workbook(tmp_path / "problems.xlsx")["对比分析"].iter_rows(values_only=True))
    heads = [str(row[0]) for row in rows if row[0] is not None]
    assert heads[0] == "历次检查合格率"
    assert "与上年同期（2025年第四季度）对比 · 各单位问题数量" in heads
    assert ("2026年第四季度", 2, 2, 2, 0, 0, "100%") in [row[:7] for row in rows]
    own = openpyxl.load_workbook(tmp_path / "sites" / PORTAL.key / "problems.xlsx")
    assert "对比分析" not in own.sheetnames


def test_a_first_run_has_no_trends(tmp_path: Path) -> None:
    report = run(site("a"))
    assert trends(report, TEXTS) is None
    assert [annex.title for annex in circular(report).annexes if annex.chart] == []
    write_problems_xlsx(report, tmp_path)
    assert "对比分析" not in openpyxl.load_workbook(tmp_path / "problems.xlsx").sheetnames


def test_charts_hold_hostile_labels_and_missing_values() -> None:
    rows = tuple((f"{hostile} {number}", (number, 0)) for number, hostile in enumerate(HOSTILE))
    for chart in (
        bar_chart("问题", ("上期", "本期"), rows, TEXTS),
        line_chart("合格率", (("甲", 50.0, "50%"), (HOSTILE[0], None, "-"), ("丙", 0.0, "0%")), TEXTS),
    ):
        element = str(drawn(chart, "it"))
        assert LexborHTMLParser(element).css("script, img") == []
        picture = png_of(chart)
        assert picture is None or picture.startswith(b"\x89PNG")
