from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.finding import CheckResult
from govaudit.inspection.verdict import Reason, Result, Verdict
from govaudit.reports.comparison import compare
from govaudit.reports.figures import figures, per_cent
from govaudit.reports.frames import classes_by_nature, findings_frame, results_by, sites_frame
from govaudit.reports.headline import headline
from govaudit.reports.places import site_folder, site_page
from govaudit.reports.texts import Texts
from tests.reports.sample_run import sample_report

if TYPE_CHECKING:
    from govaudit.reports.run_report import RunReport


@pytest.fixture(scope="module")
def report() -> RunReport:
    return sample_report()


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, "-"),
        (0, 7, "0%"),
        (7, 7, "100%"),
        (29, 30, "96.7%"),
        (1, 2, "50.0%"),
        (2999, 3000, "99.96%"),
        (1, 100_000, "0.01%"),
    ],
)
def test_shares_never_look_better_or_worse_than_they_are(part: int, whole: int, shown: str) -> None:
    assert per_cent(part, whole) == shown


def test_sites_without_a_standing_result_are_left_out_of_the_pass_rate(report: RunReport) -> None:
    counted = figures(report.sites)
    assert (counted.listed, counted.inspected, counted.judged) == (4, 3, 2)
    assert counted.pass_rate == "50.0%"
    pending = msgspec.structs.replace(report.sites[0], provisional=2)
    counted = figures((pending, *report.sites[1:]))
    assert (counted.qualified, counted.pending, counted.judged) == (0, 1, 1)
    assert counted.pass_rate == "0%"


def test_headline_says_it_all(report: RunReport) -> None:
    problems = figures(report.sites).fail
    assert headline(report) == (
        "名单内网站4个，检查3个：合格1个，不合格1个，无法判定1个，未检查1个；"
        f"合格率50.0%，发现问题{problems}个。"
    )
    assert headline(replace(report, partial=True)).startswith("（检查未全部完成）")
    pending = msgspec.structs.replace(report.sites[0], provisional=1)
    assert "1个网站存在待复核" in headline(replace(report, sites=(pending,)))


def test_a_run_without_any_finding_has_empty_tables(report: RunReport) -> None:
    texts = Texts("zh-CN")
    quiet = replace(report, sites=tuple(msgspec.structs.replace(one, findings=()) for one in report.sites))
    assert classes_by_nature(findings_frame(quiet, texts), texts).rows == ()
    assert results_by(sites_frame(replace(report, sites=()), texts), "level", texts).rows == ()


def test_results_by_level_add_up(report: RunReport) -> None:
    texts = Texts("zh-CN")
    table = results_by(sites_frame(report, texts), "level", texts)
    assert table.rows[-1] == ("合计", 4, 2, 1, 1, "50.0%")
    assert [row[0] for row in table.rows] == ["市级", "部门", "县级", "未填级别", "合计"]


def test_comparison_tells_new_still_fixed_and_unclear(report: RunReport) -> None:
    comparison = compare(report, report.sites[0])
    assert comparison is not None
    now = {one.id for one in report.sites[0].findings if one.verdict is Verdict.FAIL}
    assert report.previous is not None
    before = {one.id for one in report.previous.sites[report.sites[0].site.key].findings}
    assert {one.id for one in comparison.still} == now & before
    assert {one.id for one in comparison.new} == now - before
    assert [one.id for one in comparison.fixed] == ["0123456789abcdef"]
    assert "fedcba9876543210" in {one.id for one in comparison.unclear}
    assert compare(report, report.sites[1]) is None


def test_what_could_not_be_looked_at_is_never_fixed(report: RunReport) -> None:
    portal = report.sites[0]
    check = portal.findings[0].check
    could_not_tell = {**portal.checks, check: CheckResult(verdict=Verdict.FAIL, reason=Reason.INTERRUPTED)}
    for judgement in (
        msgspec.structs.replace(portal, checks=could_not_tell),
        msgspec.structs.replace(portal, result=Result.INCONCLUSIVE),
        msgspec.structs.replace(portal, checks={}),
    ):
        comparison = compare(report, judgement)
        assert comparison is not None
        assert comparison.fixed == ()
        assert "0123456789abcdef" in {one.id for one in comparison.unclear}


@pytest.mark.parametrize(
    ("key", "folder", "page"),
    [
        ("4401000001", "4401000001", "sites/4401000001/index.html"),
        ("..", "%2E%2E", "sites/%252E%252E/index.html"),
        ("a/../b", "a%2F..%2Fb", "sites/a%252F..%252Fb/index.html"),
        ("::1_8080", "::1_8080", "sites/::1_8080/index.html"),
    ],
)
def test_site_keys_cannot_leave_the_report(key: str, folder: str, page: str) -> None:
    assert site_folder(key) == folder
    assert site_page(key) == page
