from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.facts import MarkKind, PageKind, Skipped
from govaudit.inspection.finding import Finding
from govaudit.inspection.messages import LANGUAGES, catalogue
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict
from govaudit.reports.texts import Texts
from tests.reports.sample_run import arguments_for, sample_report, texted_faults

if TYPE_CHECKING:
    from enum import StrEnum

    from govaudit.reports.run_report import RunReport


@pytest.fixture(scope="module")
def report() -> RunReport:
    return sample_report()


def test_languages_have_the_same_texts_with_the_same_placeholders() -> None:
    chinese, english = (catalogue("reports", language) for language in LANGUAGES)
    assert chinese.entries.keys() == english.entries.keys()
    assert [key for key in chinese.entries if chinese.placeholders(key) != english.placeholders(key)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("words", "group"),
    [
        (Kind, "kinds"),
        (Verdict, "verdicts"),
        (State, "states"),
        (Result, "results"),
        (Reason, "reasons"),
        (Skipped, "skipped"),
        (PageKind, "page-kinds"),
        (MarkKind, "marks"),
    ],
)
def test_every_code_has_a_word(language: str, words: type[StrEnum], group: str) -> None:
    texts = Texts(language)
    assert all(texts.word(f"{group}.{one.value}") for one in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_of_problems_has_a_name(language: str) -> None:
    texts = Texts(language)
    assert all(texts.class_name(check) for check, _ in texted_faults(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_can_be_rendered(report: RunReport, language: str) -> None:
    texts = Texts(language)
    for check, fault in texted_faults(language):
        finding = msgspec.structs.replace(
            report.sites[0].findings[0],
            check=check,
            fault=fault,
            arguments=arguments_for(check, fault, language, 1),
        )
        words = texts.finding(finding)
        assert all((words.title, words.message, words.expected, words.observed, words.fix))
        assert "timeout" not in words.observed


def test_a_missing_text_is_an_error_that_names_it(report: RunReport) -> None:
    finding = msgspec.structs.replace(report.sites[0].findings[0], fault="no-such-fault")
    with pytest.raises(KeyError, match="no-such-fault"):
        Texts("zh-CN").finding(finding)


def test_a_missing_argument_is_an_error_that_names_it(report: RunReport) -> None:
    finding = next(one for one in report.sites[0].findings if one.arguments)
    with pytest.raises(KeyError, match=rf"{finding.check}\.faults"):
        Texts("zh-CN").finding(msgspec.structs.replace(finding, arguments={}))


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("timeout: 15 秒内无应答", "响应超时：15 秒内无应答"),
        ("disabled", "名单中已停用"),
        ("veto: 首页不更新", "存在单项否决情形：首页不更新"),
        ("", ""),
        ("something: else", "something: else"),
    ],
)
def test_reasons_of_results_are_put_in_words(reason: str, words: str) -> None:
    assert Texts("zh-CN").why(reason) == words


def test_subjects_that_are_codes_are_put_in_words(report: RunReport) -> None:
    texts = Texts("zh-CN")
    finding = report.sites[0].findings[0]
    shown = {
        subject: texts.subject(msgspec.structs.replace(finding, subject=subject))
        for subject in ("icp", "SiteName@home", "https://user@www.shili.example/", "通知公告")
    }
    assert shown == {
        "icp": "ICP备案编号",
        "SiteName@home": "SiteName（首页）",
        "https://user@www.shili.example/": "https://user@www.shili.example/",
        "通知公告": "通知公告",
    }


def test_titles_name_the_quarter(report: RunReport) -> None:
    assert Texts("zh-CN").report_title(report) == "2026年第四季度政府网站检查情况报告"
    assert Texts("en").report_title(report) == "Government website inspection report, fourth quarter of 2026"


def test_a_list_of_nothing_is_said_to_be_empty() -> None:
    finding = Finding(
        id="0" * 16, check="DOC015", verdict=Verdict.FAIL, site="s", page="http://x.gov.cn/", subject="预算",
        fault="budget", arguments={"year": 2025, "years": ""},
    )  # fmt: skip
    assert Texts("zh-CN").finding(finding).observed.endswith("已找到的年度：无")
