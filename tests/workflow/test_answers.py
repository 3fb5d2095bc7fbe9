"""Rows that people answer: out as a form, back with good and bad rows, into the score."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
from click.testing import CliRunner

from govaudit.cli.answers import command
from govaudit.cli.explain_site import explain_row, explain_score
from govaudit.inspection.answers import Answer, Answers, read_answers
from govaudit.inspection.errors import InputError
from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import BEIJING, Budget, Network, parse_moment
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Result
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.reports.html_report import write_html_report
from govaudit.workflow.answers import read_form
from govaudit.workflow.inspect import RunOptions, begin_run, inspect_run
from govaudit.workflow.report import run_report
from govaudit.workflow.run_record import existing_record
from govaudit.workflow.site_job import read_judgement
from tests.reports.sample_run import sample_report
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import SiteJudgement

CODE = "1234560001"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return inspected(tmp_path)


def inspected(tmp_path: Path, profile: str = "") -> Workspace:
    """A workspace with a run over one small site, under a rule book."""
    opened = open_workspace(tmp_path)
    with HttpSite() as served:
        served.add("/", Reply(body=page("/a.html", title="云澜市人民政府").encode()))
        served.add("/a.html", Reply(body=page("/", title="文章").encode()))
        network = Network(allow_private=True, rate=0.0, browser="never", timeout=3.0)
        options = RunOptions(
            run="2026Q4",
            as_of=parse_moment("2026-11-20"),
            network=network,
            budget=Budget(),
            formats=("json",),
        )
        record = begin_run(
            opened, [Site(url=served.url, code=CODE, name="云澜市", profile=profile)], options, listed=True
        )
        inspect_run(opened, record, options, lambda _: None)
    return opened


def answers(workspace: Workspace, *arguments: str) -> tuple[int, str, str]:
    end = CliRunner().invoke(
        command, [*arguments, "--workspace", str(workspace.root)], env={"GOVAUDIT_LANG": "zh-CN"}
    )
    return end.exit_code, end.stdout, end.stderr


def judgement(workspace: Workspace) -> SiteJudgement:
    record = existing_record(workspace, "2026Q4")
    return read_judgement(workspace, record, record.sites[0])


def form(workspace: Workspace) -> list[dict[str, str]]:
    _, out, _ = answers(workspace, "export")
    return list(csv.DictReader(io.StringIO(out)))


def test_the_form_lists_every_manual_row_with_its_sentence(workspace: Workspace) -> None:
    rows = {row["指标编号"]: row for row in form(workspace)}
    assert {"VETO-security", "INT-reply-5-days", "BON-innovation"} <= set(rows)
    assert rows["INT-reply-5-days"]["分值上限"] == "7"
    assert rows["INT-reply-5-days"]["评分细则"].startswith("模拟用户进行2次简单常见问题咨询")
    assert all(row["网站标识码"] == CODE and row["扣分（得分）"] == "" for row in rows.values())


def test_a_filled_form_changes_the_judgement_and_is_open_no_more(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = form(workspace)
    for row in rows:
        if row["指标编号"] == "VETO-security":
            row["扣分（得分）"] = "是"
            row["说明"] = "首页将“云澜市”写成“云谰市”"
    file = tmp_path / "filled.csv"
    with file.open("w", encoding="gb18030", newline="") as written:
        table = csv.DictWriter(written, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    code, _, said = answers(workspace, "import", str(file), "--by", "张三")
    assert code == 0
    assert "已记录1项" in said
    after = judgement(workspace)
    assert after.result is Result.UNQUALIFIED
    assert "安全、泄密事故等严重问题" in [hit.name for hit in after.vetoes]
    assert "VETO-security" not in after.undecided
    _, out, _ = answers(workspace, "export", "--open")
    assert "VETO-security" not in out
    stored = read_answers(workspace.answers_file("2026Q4")).answer(CODE, "VETO-security")
    assert stored is not None
    assert (stored.by, stored.note) == ("张三", "首页将“云澜市”写成“云谰市”")


def test_bad_rows_are_named_and_the_good_ones_are_taken(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "filled.csv"
    file.write_text(
        "网站标识码,指标编号,扣分（得分）,填报人\n"
        f"{CODE},INT-submit,7,李四\n"
        f"{CODE},INT-submit,9,李四\n"
        f"{CODE},NO-SUCH-ROW,1,李四\n"
        "9999999999,INT-submit,1,李四\n"
        f"{CODE},VETO-security,也许,李四\n"
        f"{CODE},INT-login,1,\n"
        f"{CODE},INT-messages,,李四\n",
        encoding="utf-8",
    )
    code, _, said = answers(workspace, "import", str(file))
    assert code == 2
    lines = said.splitlines()
    assert [line.partition("filled.csv:")[2].partition(" ")[0] for line in lines[:5]] == [
        "3",
        "4",
        "5",
        "6",
        "7",
    ]
    assert read_answers(workspace.answers_file("2026Q4")).points(CODE) == {"INT-submit": 7.0}


def test_a_form_names_its_missing_columns_as_it_calls_them(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "form.csv"
    file.write_text("网站标识码,备注\n", encoding="utf-8")
    record = existing_record(workspace, "2026Q4")
    with pytest.raises(InputError) as wrong:
        read_form(workspace, record, file, "李四", datetime.now(BEIJING))
    assert wrong.value.problems[0].arguments == {"missing": "指标编号, 扣分（得分）"}


def test_a_row_of_the_form_that_cannot_be_read_is_named(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "form.csv"
    file.write_text(f'网站标识码,指标编号,扣分（得分）\n"{CODE},INT-submit,7\n', encoding="utf-8")
    code, _, said = answers(workspace, "import", str(file), "--by", "李四")
    assert code == 2
    assert "form.csv:2：引号不配对" in said


def test_a_workbook_goes_out_and_comes_back(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "form.xlsx"
    assert answers(workspace, "export", "--out", str(file))[0] == 0
    book = openpyxl.load_workbook(file)
    sheet = book.active
    assert sheet is not None
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[heads.index("指标编号")].value == "INT-login":
            row[heads.index("扣分（得分）")].value = 3
            row[heads.index("填报人")].value = "王五"
    book.save(file)
    assert answers(workspace, "import", str(file))[0] == 0
    assert read_answers(workspace.answers_file("2026Q4")).points(CODE) == {"INT-login": 3.0}


def test_one_answer_can_be_given_and_corrected_and_the_old_one_is_kept(workspace: Workspace) -> None:
    assert answers(workspace, "set", CODE, "INT-login", "3", "--by", "张三")[0] == 0
    assert answers(workspace, "set", CODE, "INT-login", "3", "--by", "张三")[2].startswith("已记录0项")
    assert answers(workspace, "set", CODE, "INT-login", "0", "--by", "李四", "--note", "复核")[0] == 0
    stored = read_answers(workspace.answers_file("2026Q4"))
    assert [(one.points, one.by) for one in stored.given] == [(3.0, "张三"), (0.0, "李四")]
    assert stored.points(CODE) == {"INT-login": 0.0}


def test_a_veto_that_nothing_was_measured_for_is_answered_by_a_person(workspace: Workspace) -> None:
    assert "AVL001" in judgement(workspace).undecided
    assert "VETO-unreachable" in {row["指标编号"] for row in form(workspace)}
    assert answers(workspace, "set", CODE, "VETO-unreachable", "否", "--by", "张三")[0] == 0
    assert "AVL001" not in judgement(workspace).undecided
    assert "VETO-unreachable" in {row["指标编号"] for row in form(workspace)}


def test_rows_of_a_work_plan_are_met_or_not_and_the_report_says_who_said_so(tmp_path: Path) -> None:
    workspace = inspected(tmp_path, "tongzhou-2018")
    asked = {row["指标编号"]: row for row in form(workspace)}
    assert {"T13", "T14", "T16", "T17"} <= set(asked)
    assert (asked["T13"]["分值上限"], asked["T13"]["类别"]) == ("", "政务公开")
    assert answers(workspace, "set", CODE, "T13", "3", "--by", "张三")[0] != 0
    given = answers(workspace, "set", CODE, "T13", "不符合", "--by", "张三", "--note", "三季度没有通报")
    assert given[0] == 0
    assert {row["指标编号"]: row for row in form(workspace)}["T13"]["扣分（得分）"] == "不符合"
    assert answers(workspace, "set", CODE, "T16", "met", "--by", "李四")[0] == 0
    record = existing_record(workspace, "2026Q4")
    told = list(explain_row(judgement(workspace), load_profile("tongzhou-2018"), "T13"))
    assert any("人工检查：不符合（张三，" in line for line in told)
    (tmp_path / "html").mkdir()
    write_html_report(run_report(workspace, record, "zh-CN"), tmp_path / "html")
    (file,) = (tmp_path / "html").glob("sites/*/index.html")
    html = file.read_text("utf-8")
    for said in ("每季度巡查抽检", "不符合", "张三", "三季度没有通报", "李四", "两微一端", "待人工检查"):
        assert said in html.partition("人工检查的指标")[2], said


def test_the_whole_calculation_is_printed() -> None:
    portal = sample_report().sites[0]
    assert portal.score is not None
    lines = "\n".join(explain_score(portal, load_profile("gov-2019")))
    for one in portal.score.rows:
        assert f"{one.name}（{one.row}）" in lines
        assert all(finding in lines for finding in one.findings)
    assert "尚未填报" in lines
    assert lines.endswith("得分：98.5分，待人工检查1项")


def test_rules_of_all_kinds_are_told() -> None:
    portal = sample_report().sites[0]
    book = load_profile("census-2015")
    told = {row.id: "\n".join(explain_row(portal, book, row.id)) for row in book.rows}
    assert "扣分：GUI002，所缺的每类要素2分，不论缺于几处" in told["SERVICE-GUIDES"]
    assert "扣分：FRE002，每个问题3分" in told["UPDATES"]


def test_a_site_with_a_veto_has_no_calculation() -> None:
    department = sample_report().sites[1]
    (line,) = explain_score(department, load_profile("gov-2019"))
    assert "首页不更新" in line


def test_a_repeated_answer_is_no_news() -> None:
    at = datetime(2026, 11, 20, tzinfo=BEIJING)
    one = Answer(site=CODE, row="R", points=1, by="张三", at=at)
    later = Answer(site=CODE, row="R", points=1, by="张三", at=at.replace(hour=5))
    assert Answers([one]).with_more([later]).given == (one,)
