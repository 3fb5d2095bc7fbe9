"""The circular and the notices: the same text in every form, numbers that agree, and nothing that a page can spoil."""

from __future__ import annotations

import dataclasses
import re
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader
from selectolax.lexbor import LexborHTMLParser

from govaudit.inspection.errors import InputError
from govaudit.inspection.verdict import Kind, Result, Verdict
from govaudit.reports.circular_pdf import write_circular_pdf
from govaudit.reports.comparison import compare
from govaudit.reports.earlier import EarlierRun, EarlierSite
from govaudit.reports.figures import figures
from govaudit.reports.formats import PAPERS
from govaudit.reports.papers.circular import MOST_PROBLEMS, circular
from govaudit.reports.papers.docx_paper import write_docx
from govaudit.reports.papers.docx_template import paper_template
from govaudit.reports.papers.html_paper import html_of
from govaudit.reports.papers.notice import notice
from govaudit.reports.papers.paper import Paper, printable, texts_of
from govaudit.reports.run_report import PaperDetails, RunReport
from govaudit.reports.write import usual_formats
from tests.reports.sample_run import AS_OF, DEPARTMENT, PORTAL, sample_report

if TYPE_CHECKING:
    from pathlib import Path

COUNTED = frozenset({Kind.VETO, Kind.DEDUCT, Kind.OPEN})
DETAILS = PaperDetails(
    area="全市",
    number="示府办函〔2026〕12号",
    addressees="各县（区）人民政府，市政府各部门",
    deadline=date(2026, 12, 4),
)


def report(language: str = "zh-CN", *, per_site: int = 40) -> RunReport:
    organiser = "示例市人民政府办公室" if language == "zh-CN" else "Office of Shili"
    return dataclasses.replace(sample_report(language, per_site=per_site), organiser=organiser, paper=DETAILS)


def said_by(paper: Paper) -> str:
    return "\n".join(texts_of(paper))


def squeezed(texts: list[str]) -> str:
    return "".join("".join(texts).split())


def docx_text(file: Path) -> str:
    document = Document(str(file))
    said = ["".join(node.text or "" for node in element.iter(qn("w:t"))) for element in document.element.body]
    return squeezed(said)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", ["circular", "notice"])
def test_word_and_web_say_the_same_text_in_the_same_order(tmp_path: Path, language: str, kind: str) -> None:
    run = report(language)
    portal = next(one for one in run.sites if one.site == PORTAL)
    paper = circular(run) if kind == "circular" else notice(run, portal)
    write_docx(paper, tmp_path / "paper.docx")
    shown = LexborHTMLParser(html_of(paper)).body
    assert shown is not None
    for chart in shown.css("svg"):
        chart.decompose()
    expected = texts_of(paper)
    if kind == "circular":
        expected[:3] = [paper.status, paper.head, paper.number]
    else:
        expected[:2] = [paper.status, paper.head]
    assert docx_text(tmp_path / "paper.docx") == squeezed(expected)
    assert squeezed([shown.text()]) == squeezed(expected)


def test_the_pdf_is_the_circular(tmp_path: Path) -> None:
    (file,) = write_circular_pdf(report(per_site=5), tmp_path)
    pages = [page.extract_text() for page in PdfReader(file).pages]
    shown = squeezed([re.sub(r"— \d+ —", "", page) for page in pages])
    paper = circular(report(per_site=5))
    for text in (
        paper.title,
        *paper.opening,
        *(one.text for part in paper.sections for one in part.paragraphs),
    ):
        assert squeezed([text]) in shown
    for number, page in enumerate(pages, 1):
        assert f"— {number} —" in page


def test_the_circular_counts_what_the_other_reports_count() -> None:
    run = report()
    counted, text = figures(run.sites), said_by(circular(run))
    assert f"共列入政府网站{counted.listed}个" in text
    assert f"实际检查{counted.inspected}个" in text
    assert f"合格{counted.qualified}个，不合格{counted.unqualified}个，总体合格率{counted.pass_rate}" in text
    compared = [
        one for one in (compare(run, judgement, kinds=COUNTED) for judgement in run.sites) if one is not None
    ]
    fixed, still = sum(len(one.fixed) for one in compared), sum(len(one.still) for one in compared)
    assert f"已整改{fixed}个，未整改{still}个" in text


def test_the_annexes_add_up() -> None:
    run = report()
    regions, unqualified, problems, left_out, *_ = circular(run).annexes
    *parts, total = [[int(cell) for cell in (*row[1:3], *row[4:6])] for row in regions.rows]
    assert [sum(column) for column in zip(*parts, strict=True)] == total
    assert len(unqualified.rows) == figures(run.sites).unqualified
    assert len(left_out.rows) == sum(
        one.result in {Result.INCONCLUSIVE, Result.NOT_INSPECTED} for one in run.sites
    )
    said = sum(
        int(row) for row in [text.partition("发现问题")[2].partition("个")[0] for text in paragraphs(run)]
    )
    assert said == len(problems.rows)


def paragraphs(run: RunReport) -> list[str]:
    found = circular(run).sections[1].paragraphs
    return [one.text for one in found if "发现问题" in one.text]


def test_hints_and_what_could_not_be_told_are_no_problems_of_the_circular() -> None:
    run = report()
    certain = [
        one
        for judgement in run.sites
        for one in judgement.findings
        if one.verdict is Verdict.FAIL and one.kind.value in {"veto", "deduct", "open"}
    ]
    assert len(circular(run).annexes[2].rows) == len(certain)


def test_an_unqualified_site_stands_with_its_reason() -> None:
    run = report()
    (row,) = circular(run).annexes[1].rows
    assert row[3] == DEPARTMENT.name
    assert row[-1] == "首页不更新"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"a": Result.QUALIFIED, "b": Result.UNQUALIFIED, "c": Result.UNQUALIFIED}, "提高16.7个百分点"),
        ({"a": Result.QUALIFIED}, "下降50.0个百分点"),
        ({"a": Result.QUALIFIED, "b": Result.UNQUALIFIED, "c": Result.INCONCLUSIVE}, "持平"),
    ],
)
def test_the_pass_rate_stands_beside_that_of_the_last_run(before: dict[str, Result], said: str) -> None:
    sites = {key: EarlierSite(result=result) for key, result in before.items()}
    last = EarlierRun(run="2026Q3", as_of=AS_OF - timedelta(days=92), sites=sites)
    run = dataclasses.replace(report(), earlier=(last,))
    assert said in said_by(circular(run))


def test_a_first_run_is_compared_with_nothing() -> None:
    run = dataclasses.replace(report(), earlier=())
    text = said_by(circular(run))
    assert "上次检查" not in text


def test_deadline_and_office_are_named_only_when_they_are_known() -> None:
    text = said_by(circular(report()))
    assert "于2026年12月4日前完成整改" in text
    assert text.count("示例市人民政府办公室关于2026年第四季度全市政府网站检查情况的通报") == 1
    bare = circular(dataclasses.replace(report(), organiser="", paper=PaperDetails()))
    assert bare.title == "关于2026年第四季度政府网站检查情况的通报"
    assert (bare.head, bare.number, bare.addressees, bare.signature) == ("", "", "", "")
    assert "限期完成整改" in said_by(bare)


def test_a_draft_says_so_until_it_is_final() -> None:
    assert circular(report()).status == "送审稿"
    assert circular(dataclasses.replace(report(), final=True)).status == ""


def test_a_list_without_entries_is_no_annex() -> None:
    run = report()
    good = [one for one in run.sites if one.result is Result.QUALIFIED]
    paper = circular(dataclasses.replace(run, sites=tuple(good)))
    assert [annex.title for annex in paper.annexes] == [
        "政府网站检查情况表",
        "问题清单",
        "历次检查合格率",
        "与上期对比的各类问题数量",
    ]
    assert [annex.label for annex in paper.annexes] == ["附件1", "附件2", "附件3", "附件4"]


def test_a_long_problem_list_says_how_many_are_left_out() -> None:
    run = report(per_site=MOST_PROBLEMS)
    annex = circular(run).annexes[2]
    assert len(annex.rows) == MOST_PROBLEMS
    left = int(annex.note.partition("另有")[2].partition("个")[0])
    assert left > 0
    assert left + MOST_PROBLEMS == sum(
        one.verdict is Verdict.FAIL and one.kind.value in {"veto", "deduct", "open"}
        for judgement in run.sites
        for one in judgement.findings
    )


def test_a_notice_lists_what_is_certain_with_place_rule_and_remedy() -> None:
    run = report()
    department = next(one for one in run.sites if one.site == DEPARTMENT)
    paper = notice(run, department)
    certain = [one for one in department.findings if one.verdict is Verdict.FAIL]
    (annex,) = paper.annexes
    assert len(annex.rows) == len(certain)
    assert f"共{len(certain)}个问题" in paper.opening[0]
    assert "首页不更新" in paper.opening[1]
    assert all(cell for row in annex.rows for cell in (row[2], row[3], row[6]))


def test_a_notice_names_the_deadlines_that_the_ledger_knows() -> None:
    run = report()
    department = next(one for one in run.sites if one.site == DEPARTMENT)
    assert notice(run, department).annexes[0].headings[-1] == "整改建议"
    first, *others = (
        msgspec.structs.replace(one, deadline=date(2026, 12, 4) if not place else None)
        for place, one in enumerate(department.findings)
    )
    known = msgspec.structs.replace(department, findings=(first, *others))
    (annex,) = notice(run, known).annexes
    assert annex.headings[-1] == "整改期限"
    assert len(annex.widths) == len(annex.headings) == len(annex.rows[0])
    assert [row[-1] for row in annex.rows].count("2026-12-04") == 1


def test_a_site_that_waits_for_a_person_is_listed_with_what_it_waits_for() -> None:
    run = report()
    pending = msgspec.structs.replace(run.sites[0], provisional=2)
    (annex,) = (
        one
        for one in circular(dataclasses.replace(run, sites=(pending, *run.sites[1:]))).annexes
        if one.title == "未检查及无法判定的政府网站名单"
    )
    assert annex.rows[0][-1] == "单项否决情形2项待复核"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("甲\x00乙\x1b[31m", "甲 乙 [31m"),
        ("\u202eкод\u202c", "код"),
        ("一\n\n二\t三", "一 二 三"),
        ("长" * 400, "长" * 299 + "…"),
        ("\ud800半", "半"),
    ],
)
def test_text_of_pages_is_made_printable(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


def test_an_office_fills_its_own_template(tmp_path: Path) -> None:
    own = Document()
    own.add_paragraph("本厅通报：{{ title }}")
    own.save(str(tmp_path / "own.docx"))
    write_docx(circular(report(per_site=3)), tmp_path / "circular.docx", tmp_path / "own.docx")
    (paragraph,) = Document(str(tmp_path / "circular.docx")).paragraphs
    assert paragraph.text == "本厅通报：示例市人民政府办公室关于2026年第四季度全市政府网站检查情况的通报"


@pytest.mark.parametrize("content", [b"no document", None])
def test_a_template_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "own.docx"
    if content is None:
        own = Document()
        own.add_paragraph("{{ no_such_field }}")
        own.save(str(file))
    else:
        file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        write_docx(circular(report(per_site=1)), tmp_path / "circular.docx", file)
    (problem,) = caught.value.problems
    assert (problem.key, problem.where) == ("report.bad-template", str(file))
    assert problem.arguments["why"]


def test_the_bundled_template_is_what_its_source_makes(tmp_path: Path) -> None:
    from importlib.resources import files  # noqa: PLC0415

    paper_template().save(str(tmp_path / "paper.docx"))
    bundled = files("govaudit") / "templates" / "paper.docx"
    with (
        zipfile.ZipFile(tmp_path / "paper.docx") as made,
        bundled.open("rb") as file,
        zipfile.ZipFile(file) as kept,
    ):
        for part in ("word/document.xml", "word/styles.xml", "word/fontTable.xml", "word/settings.xml"):
            assert made.read(part) == kept.read(part), part


def test_papers_belong_to_runs_over_a_site_list() -> None:
    listed, _ = usual_formats(listed=True)
    single, _ = usual_formats(listed=False)
    assert set(listed) - set(single) == PAPERS
