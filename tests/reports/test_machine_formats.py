"""Formats that other programs read: valid by their schema, whatever a page wrote into its titles."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from jsonschema import Draft4Validator
from lxml import etree

from govaudit.inspection.finding import CheckResult
from govaudit.inspection.verdict import Reason, State, Verdict
from govaudit.reports.findings_sarif import write_findings_sarif
from govaudit.reports.github_annotations import write_github_annotations
from govaudit.reports.gitlab_json import write_gitlab_json
from govaudit.reports.junit_xml import write_junit_xml
from govaudit.reports.places import file_of
from tests.reports.sample_run import DEPARTMENT, sample_report

if TYPE_CHECKING:
    from govaudit.reports.run_report import RunReport

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))


def findings_of(report: RunReport) -> list[Any]:
    return [finding for judgement in report.sites for finding in judgement.findings]


@pytest.fixture(scope="module", params=["zh-CN", "en"])
def report(request: pytest.FixtureRequest) -> RunReport:
    return sample_report(request.param)


def sarif_of(report: RunReport, folder: Path) -> Any:
    (file,) = write_findings_sarif(report, folder)
    return json.loads(file.read_text("utf-8"))


def test_sarif_is_valid_and_holds_every_finding_once(report: RunReport, tmp_path: Path) -> None:
    log = sarif_of(report, tmp_path)
    Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    prints = [one["partialFingerprints"]["govauditFinding/v1"] for one in run["results"]]
    assert sorted(prints) == sorted(one.id for one in findings_of(report))
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_only_what_is_certain_has_a_level(report: RunReport, tmp_path: Path) -> None:
    levels = {
        one["partialFingerprints"]["govauditFinding/v1"]: (one["kind"], one["level"])
        for one in sarif_of(report, tmp_path)["runs"][0]["results"]
    }
    for finding in findings_of(report):
        kind, level = levels[finding.id]
        if finding.verdict is Verdict.FAIL:
            assert kind == "fail"
            assert level == ("error" if finding.kind.value in {"veto", "deduct"} else "warning")
        else:
            assert (kind, level) == ("review" if finding.verdict is Verdict.REVIEW else "open", "none")


def test_a_waived_finding_is_suppressed_and_a_known_one_is_no_news(tmp_path: Path) -> None:
    report = sample_report()
    site = report.sites[0]
    first = msgspec.structs.replace(site.findings[0], state=State.WAIVED, first_seen="2026Q3")
    second = msgspec.structs.replace(site.findings[1], first_seen=report.run)
    changed = msgspec.structs.replace(site, findings=(first, second))
    results = sarif_of(dataclasses.replace(report, sites=(changed,)), tmp_path)["runs"][0]["results"]
    by_id = {one["partialFingerprints"]["govauditFinding/v1"]: one for one in results}
    assert by_id[first.id]["suppressions"] == [{"kind": "external", "status": "accepted"}]
    assert (by_id[first.id]["baselineState"], by_id[second.id]["baselineState"]) == ("unchanged", "new")
    assert "suppressions" not in by_id[second.id]


def test_junit_counts_what_it_holds_and_fails_by_certain_findings_alone(
    report: RunReport, tmp_path: Path
) -> None:
    (file,) = write_junit_xml(report, tmp_path)
    root = etree.parse(file).getroot()
    for suite in root.iter("testsuite"):
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))
    for name in ("tests", "failures", "skipped"):
        assert int(root.get(name, "")) == sum(int(one.get(name, "")) for one in root.iter("testsuite"))
    failed = {
        (case.get("classname"), (case.get("name") or "").split()[0])
        for case in root.iter("testcase")
        if case.find("failure") is not None
    }
    assert failed == {(one.site, one.check) for one in findings_of(report) if one.verdict is Verdict.FAIL}


def test_what_could_not_be_told_is_skipped_with_its_reason_and_never_passed(tmp_path: Path) -> None:
    report = sample_report()
    site = next(one for one in report.sites if one.site == DEPARTMENT)
    unsure = CheckResult(verdict=Verdict.INCONCLUSIVE, reason=Reason.TIMEOUT)
    changed = msgspec.structs.replace(site, findings=(), checks={"LNK001": unsure})
    (file,) = write_junit_xml(dataclasses.replace(report, sites=(changed, *report.sites[2:])), tmp_path)
    cases = list(etree.parse(file).getroot().iter("testcase"))
    messages = [
        case.findtext("skipped") if case.find("skipped") is None else case.find("skipped").get("message")
        for case in cases
    ]
    assert messages[0] == "无法判定：响应超时"
    assert all(messages)


def test_gitlab_gets_unique_fingerprints_and_no_doubts(report: RunReport, tmp_path: Path) -> None:
    (file,) = write_gitlab_json(report, tmp_path)
    issues = json.loads(file.read_text("utf-8"))
    told = [one for one in findings_of(report) if one.verdict is not Verdict.INCONCLUSIVE]
    assert sorted(one["fingerprint"] for one in issues) == sorted(one.id for one in told)
    for issue in issues:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith("/")


def test_an_annotation_is_one_line_that_no_text_can_break_out_of(report: RunReport, tmp_path: Path) -> None:
    (file,) = write_github_annotations(report, tmp_path)
    lines = file.read_text("utf-8").split("\n")
    assert lines.pop() == ""
    told = [one for one in findings_of(report) if one.verdict is not Verdict.INCONCLUSIVE]
    assert len(lines) == len(told)
    for line in lines:
        assert re.fullmatch(r"::(error|warning|notice) file=[^,:]*,line=\d+,title=[^,:]*::[^\r\n]*", line), (
            line
        )


@pytest.mark.parametrize(
    ("page", "file"),
    [
        ("http://127.0.0.1:8000/", "index.html"),
        ("http://127.0.0.1:8000/zwgk/", "zwgk/index.html"),
        ("https://www.shili.example/zwgk/%E5%85%AC%E5%91%8A.html?a=1", "zwgk/公告.html"),
        ("https://www.shili.example", "index.html"),
    ],
)
def test_a_page_is_named_by_its_file(page: str, file: str) -> None:
    assert file_of(page) == file
