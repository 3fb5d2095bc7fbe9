"""``govaudit findings``: look up, settle, out as a sheet and back, reminders."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec
import openpyxl
import pytest
from click.testing import CliRunner

from govaudit.cli.findings import command
from govaudit.cli.speech import problem_line
from govaudit.inspection.errors import InputError
from govaudit.inspection.ledger.entries import Cause
from govaudit.inspection.ledger.filters import Filter
from govaudit.inspection.ledger.store import Ledger, open_ledger
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, State, Verdict
from govaudit.inspection.workspace import Workspace, open_workspace
from tests.inspection.ledger.samples import due, finding, look
from tests.support.mail_server import mail_server

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from govaudit.inspection.ledger.entries import Entry

ONE = Site(
    url="http://www.x.gov.cn/",
    code="4401000001",
    name="云澜市人民政府",
    region="云澜市",
    owner_email="x@x.gov.cn",
)
TWO = Site(url="http://www.y.gov.cn/", code="4401000002", name="青湖区人民政府", region="青湖区")
WHEN = ("--as-of", "2026-09-12")


def broken(path: str, site: Site = ONE) -> Finding:
    one = finding(f"{site.url}{path}", site=site)
    arguments: dict[str, str | int] = {
        "url": one.subject, "text": "=HYPERLINK(1)", "pages": 1, "where": "pages", "status": 404, "final": one.subject,
        "host": site.host, "type": "text/html", "looks": 2, "bytes": 8, "reason": "server-error", "title": "",
    }  # fmt: skip
    return msgspec.structs.replace(one, arguments=arguments)


LINKS = [broken("a.html"), broken("b.html"), broken("c.html")]
OTHER = broken("d.html", TWO)
DOUBT = msgspec.structs.replace(
    broken("doubt.html"), verdict=Verdict.REVIEW, state=State.REVIEW, kind=Kind.VETO
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    opened = open_workspace(tmp_path)
    with ledger(opened).writing() as pen:
        pen.observe(look(0, site=ONE), [*LINKS, DOUBT], lambda _: True, due)
        pen.observe(look(0, site=TWO), [OTHER], lambda _: True, due)
    return opened


def ledger(workspace: Workspace) -> Ledger:
    return open_ledger(workspace.ledger)


def entry(workspace: Workspace, one: Finding) -> Entry:
    (found,) = ledger(workspace).entries(Filter(day=date(2026, 9, 12), ids=(one.id,)))
    return found


def findings(workspace: Workspace, *arguments: str, language: str = "zh-CN") -> tuple[int, str, str]:
    end = CliRunner().invoke(
        command, [*arguments, "--workspace", str(workspace.root)], env={"GOVAUDIT_LANG": language},
        standalone_mode=False,
    )  # fmt: skip
    code = end.return_value if isinstance(end.return_value, int) else end.exit_code
    if end.exception is not None:
        raise end.exception
    return code, end.stdout, end.stderr


def sheet(workspace: Workspace, *arguments: str) -> list[dict[str, str]]:
    _, out, _ = findings(workspace, "export", *WHEN, *arguments)
    return list(csv.DictReader(io.StringIO(out)))


def written(file: Path, rows: list[dict[str, str]], encoding: str = "utf-8-sig") -> str:
    with file.open("w", encoding=encoding, newline="") as target:
        table = csv.DictWriter(target, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return str(file)


def test_the_list_follows_the_filters_and_marks_what_is_late(workspace: Workspace) -> None:
    _, out, said = findings(workspace, "list", *WHEN, "--site", "www.y.gov.cn")
    assert [line.split()[0] for line in out.splitlines()[1:]] == [OTHER.id[:10]]
    assert "共1个问题，其中0个已超期" in said
    _, out, said = findings(
        workspace, "list", "--as-of", "2026-10-08", "--overdue", "--check", "LNK,GUI", "--json"
    )
    told = [json.loads(line) for line in out.splitlines()]
    assert {one["id"] for one in told} == {one.id for one in (*LINKS, OTHER)}
    assert {(one["state"], one["deadline"]) for one in told} == {("open", "2026-09-20")}
    _, out, _ = findings(workspace, "list", "--as-of", "2026-10-08", "--state", "review")
    assert DOUBT.id[:10] in out
    assert "已超期" not in out


def test_what_people_say_is_in_the_history(workspace: Workspace) -> None:
    short = DOUBT.id[:8]
    assert findings(workspace, "confirm", short, *WHEN, "--who", "张三", "--why", "已核实")[0] == 0
    assert findings(workspace, "reopen", short, *WHEN, "--who", "李四", "--why", "误操作")[0] == 0
    assert findings(workspace, "dismiss", short, *WHEN, "--who", "李四", "--why", "须登录")[0] == 0
    _, out, _ = findings(workspace, "show", short, *WHEN)
    lines = out.splitlines()
    assert any("整改状态" in line and "已排除" in line for line in lines)
    assert [line.split()[2] for line in lines[lines.index("经过：") + 1 :]] == [
        "govaudit",
        "张三",
        "李四",
        "李四",
    ]
    assert "待复核 → 已确认" in out
    assert "须登录" in out


def test_many_findings_are_waived_at_once_and_what_cannot_be_is_named(workspace: Workspace) -> None:
    code, _, said = findings(
        workspace, "waive", *WHEN, "--page", "a.html", "--page", "b.html", "--until", "2026-12-31",
        "--who", "张三", "--why", "迁移",
    )  # fmt: skip
    assert (code, "已处理2个问题" in said) == (0, True)
    assert entry(workspace, LINKS[0]).until == date(2026, 12, 31)
    assert findings(workspace, "close", LINKS[1].id, *WHEN, "--who", "张三", "--why", "已核实")[0] == 0
    code, _, said = findings(
        workspace, "dismiss", *WHEN, "--site", ONE.code, "--who", "张三", "--why", "测试"
    )
    assert code == 2
    assert [line for line in said.splitlines() if LINKS[1].id in line and "不能改为" in line]
    assert entry(workspace, LINKS[2]).state is State.DISMISSED


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["dismiss", "--why", "x"], "ledger.no-choice"),
        (["dismiss", "--site", "9999", "--why", "x"], "ledger.nothing-fits"),
        (["dismiss", "0000000000", "--why", "x"], "ledger.unknown"),
        (["confirm", LINKS[0].id[:3]], "ledger.unknown"),
        (["list", "--due-by", "soon"], "calendar.no-date"),
        (["note", LINKS[0].id], "ledger.no-remark"),
    ],
)
def test_what_means_nothing_is_said_in_a_sentence(
    workspace: Workspace, arguments: list[str], problem: str
) -> None:
    with pytest.raises(InputError) as error:
        findings(workspace, *arguments)
    assert [one.key for one in error.value.problems] == [problem]


def test_a_sheet_goes_out_is_edited_by_the_unit_and_comes_back(workspace: Workspace, tmp_path: Path) -> None:
    rows = sheet(workspace, "--site", ONE.code)
    assert list(rows[0])[-2:] == ["备注", "版本"]
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    by_id = {row["问题编号"].removeprefix("'"): row for row in rows}
    by_id[LINKS[0].id].update({"整改状态": "已报整改", "备注": "链接已更正"})
    by_id[LINKS[1].id].update({"整改状态": "有异议", "备注": "该页面已归档"})
    by_id[LINKS[2].id].update({"整改状态": "已整改"})
    by_id[DOUBT.id].update({"备注": "=1+1"})
    bad = {**rows[0], "问题编号": "0123456789abcdef"}
    file = written(tmp_path / "back.csv", [*rows, bad, {**rows[0], "问题编号": OTHER.id}], "gb18030")
    code, _, said = findings(workspace, "import", file, *WHEN, "--who", "市教育局", "--site", ONE.code)
    assert code == 2
    assert "已更新3个问题，没有改动0行，有误3行" in said
    assert [line.rpartition("back.csv:")[2].partition(" ")[0] for line in said.splitlines()[:3]] == [
        str(2 + [row["问题编号"] for row in rows].index(by_id[LINKS[2].id]["问题编号"])), "6", "7",
    ]  # fmt: skip
    assert (entry(workspace, LINKS[0]).state, entry(workspace, LINKS[0]).remark) == (
        State.REPORTED_FIXED, "链接已更正",
    )  # fmt: skip
    assert entry(workspace, LINKS[1]).state is State.DISPUTED
    assert entry(workspace, LINKS[2]).state is State.OPEN
    assert entry(workspace, DOUBT).remark == "=1+1"
    assert "'=1+1" in {row["备注"] for row in sheet(workspace)}
    code, _, said = findings(workspace, "import", file, *WHEN, "--who", "市教育局", "--site", ONE.code)
    assert (code, "已更新0个问题，没有改动3行" in said) == (2, True)


def test_a_row_that_nobody_touched_is_no_change_however_old_the_sheet_is(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = written(tmp_path / "old.csv", sheet(workspace))
    with ledger(workspace).writing() as pen:
        pen.observe(look(1, site=ONE), [LINKS[0]], lambda _: True, due)
    code, _, said = findings(workspace, "import", file, *WHEN, "--who", "市教育局")
    assert (code, "已更新0个问题，没有改动5行" in said) == (0, True)
    rows = sheet(workspace, "--state", "fixed")
    late = [{**row, "整改状态": "已报整改", "版本": "5"} for row in rows]
    code, _, said = findings(
        workspace, "import", written(tmp_path / "late.csv", late), *WHEN, "--who", "市教育局"
    )
    assert (code, said.count("已变为“已整改”")) == (2, len(rows))


def test_no_row_of_a_sheet_is_lost_in_silence(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "back.csv"
    file.write_text(
        "问题编号,整改状态,备注\n"
        ",已报整改,链接已改好\n"
        ",,\n"
        f"{LINKS[0].id},已报整改,链接已改好\n"
        f'"{LINKS[1].id},已报整改,引号没有配对\n',
        encoding="utf-8",
    )
    code, _, said = findings(workspace, "import", str(file), *WHEN, "--who", "教育局")
    assert code == 2
    assert "back.csv:2 [问题编号]：没有填写问题编号" in said
    assert "back.csv:5：引号不配对" in said
    assert "已更新1个问题，没有改动0行，有误2行" in said


def test_what_cannot_be_said_names_both_states(workspace: Workspace) -> None:
    one = LINKS[0].id
    assert findings(workspace, "waive", one, "--why", "改版", "--until", "2099-01-01")[0] == 0
    code, _, said = findings(workspace, "dispute", one, "--why", "非本单位")
    assert code == 2
    assert "目前的状态是“已豁免”，不能改为“有异议”" in said


def test_a_file_that_is_not_there_is_called_no_site_list(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError) as missing:
        findings(workspace, "import", str(tmp_path / "none.csv"))
    assert problem_line(missing.value.problems[0]) == f"错误：{tmp_path / 'none.csv'}：找不到该文件"


def test_an_inspector_settles_reviews_in_a_workbook(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "reviews.xlsx"
    assert findings(workspace, "export", *WHEN, "--out", str(file))[0] == 0
    book = openpyxl.load_workbook(file)
    page = book.active
    assert page is not None
    heads = [cell.value for cell in page[1]]
    for row in page.iter_rows(min_row=2):
        if row[heads.index("问题编号")].value == DOUBT.id:
            row[heads.index("整改状态")].value = "confirmed"
            row[heads.index("备注")].value = "已核实"
    book.save(file)
    assert findings(workspace, "import", str(file), *WHEN, "--who", "市教育局")[0] == 2
    assert entry(workspace, DOUBT).state is State.REVIEW
    assert findings(workspace, "import", str(file), *WHEN, "--as", "inspector", "--who", "张三")[0] == 0
    assert entry(workspace, DOUBT).state is State.CONFIRMED


def test_every_unit_gets_its_own_file(workspace: Workspace, tmp_path: Path) -> None:
    _, out, _ = findings(workspace, "export", *WHEN, "--per-site", str(tmp_path / "out"), "--format", "csv")
    assert sorted(out.split()) == [str(tmp_path / "out" / f"{code}.csv") for code in (ONE.code, TWO.code)]
    text = (tmp_path / "out" / f"{TWO.code}.csv").read_text(encoding="utf-8-sig")
    assert {row["网站标识码"] for row in csv.DictReader(io.StringIO(text))} == {TWO.code}


def test_reminders_are_drafts_with_the_sheet_of_the_unit(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.root / "govaudit.toml").write_text(
        'contact = "jiancha@gov.example"\norganiser = "云澜市政府办公室"\n', encoding="utf-8"
    )
    late = (date(2026, 9, 20) + timedelta(days=1)).isoformat()
    code, out, said = findings(workspace, "remind", "--as-of", late, "--out", str(tmp_path / "mail"))
    assert (code, out.split()) == (0, [str(tmp_path / "mail" / f"{ONE.code}.eml")])
    assert "青湖区人民政府" in said
    message = email.message_from_bytes(
        (tmp_path / "mail" / f"{ONE.code}.eml").read_bytes(), policy=email.policy.default
    )
    assert (message["To"], message["From"], message["X-Unsent"]) == ("x@x.gov.cn", "jiancha@gov.example", "1")
    assert message["Subject"] == "【整改提醒】云澜市人民政府：3个问题待整改，其中3个已超过期限"
    body = message.get_body()
    assert body is not None
    assert "云澜市政府办公室" in body.get_content()
    (attached,) = message.iter_attachments()
    sent = attached.get_content().removeprefix("\ufeff")
    assert {row["问题编号"].removeprefix("'") for row in csv.DictReader(io.StringIO(sent))} == {
        one.id for one in LINKS
    }


def test_reminders_that_are_sent_stand_in_the_history(workspace: Workspace) -> None:
    with mail_server() as server:
        (workspace.root / "govaudit.toml").write_text(
            f'[watch.email]\nserver = "127.0.0.1:{server.port}"\nsecurity = "none"\n'
            'sender = "jiancha@gov.example"\nto = ["zhiban@gov.example"]\n',
            encoding="utf-8",
        )
        code, _, said = findings(workspace, "remind", *WHEN, "--site", ONE.code, "--send", "--who", "张三")
        (message,) = server.messages
        assert (code, "已发送1封提醒邮件" in said, message["To"]) == (0, True, "x@x.gov.cn")
        server.refuse = "451 try later"
        code, _, said = findings(workspace, "remind", *WHEN, "--site", ONE.code, "--send")
        assert (code, "451 try later" in said) == (4, True)
    changes = ledger(workspace).changes(LINKS[0].id)
    assert [(one.cause, one.who, one.why) for one in changes[1:]] == [(Cause.REMINDED, "张三", "x@x.gov.cn")]
    assert len(ledger(workspace).changes(DOUBT.id)) == 1
