"""Publishing: vetoes are looked at once more, what is published stays, a correction says what and why."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import openpyxl
import pytest

from govaudit.inspection.errors import InputError, UncheckedError
from govaudit.inspection.run import BEIJING, Network, parse_moment
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import State
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.reports.papers.circular import circular
from govaudit.reports.papers.notice import notice
from govaudit.reports.papers.paper import texts_of
from govaudit.workflow.final import Manifest, Published, publish, read_versions
from govaudit.workflow.inspect import RunOptions, begin_run, inspect_run
from govaudit.workflow.ledger import due_by, judgements_of, ledger_of
from govaudit.workflow.recheck import recheck_run
from govaudit.workflow.report import report_run, run_report
from govaudit.workflow.run_record import existing_record
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.workflow.recheck import Chosen, RecheckEnd

PROFILE = """
name: vetoes
title: 单项否决
basis: 本地要求
checks:
  COV001: {}
  LNK001: {}
  FRE003: {}
rows:
  - {id: F, name: 栏目不更新, part: veto, clause: 栏目不更新, sure: K, veto: [{checks: [FRE003]}]}
  - {id: L, name: 可用性, part: deduct, cap: 1, clause: 链接打不开, sure: K, deduct: [{checks: [LNK001], points: 0.1}]}
"""
NETWORK = Network(rate=0.0, timeout=3.0, connect_timeout=2.0, allow_private=True, browser="never")
MENU = '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/tzgg/">通知公告</a></li></ul></div>'


def column(day: str) -> Reply:
    items = (
        f'<ul class="list"><li><a href="/tzgg/1.html">关于开展某项工作的通知</a><span>{day}</span></li></ul>'
    )
    return Reply(body=page(title="通知公告", extra=f"{MENU}<h1>通知公告</h1>{items}"))


@pytest.fixture
def site() -> Iterator[HttpSite]:
    home = Reply(body=page("/gone", title="某某市人民政府", extra=MENU))
    with HttpSite(
        {"/": home, "/tzgg/": column("2025-01-10"), "/tzgg/1.html": Reply(body=page(extra=MENU))}
    ) as running:
        yield running


@pytest.fixture
def workspace(tmp_path: Path, site: HttpSite) -> Workspace:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "vetoes.yaml").write_text(PROFILE)
    settings = 'profile = "vetoes"\nformats = ["json", "circular", "html", "xlsx"]\nscreenshots = 0\n'
    (tmp_path / "govaudit.toml").write_text(f'{settings}organiser = "某某市人民政府办公室"\n')
    workspace = open_workspace(tmp_path)
    options = RunOptions(run="2026Q4", as_of=parse_moment("2026-11-20"), network=NETWORK)
    registered = Site(url=f"{site.url}/", code="4401000001", name="某某市人民政府")
    inspect_run(workspace, begin_run(workspace, [registered], options, listed=True), options, lambda _: None)
    site.requests.clear()
    return workspace


def final(
    workspace: Workspace, *, reason: str = "", gone_count: bool = False, offline: bool = False
) -> Published:
    record = existing_record(workspace, "2026Q4")

    def visit(vetoes: Chosen) -> RecheckEnd:
        return recheck_run(
            workspace, record, vetoes, NETWORK, lambda _: None, as_of=parse_moment("2026-12-01")
        )

    return publish(workspace, record, None if offline else visit, reason=reason, gone_count=gone_count)


def manifest(done: Published) -> Manifest:
    return msgspec.json.decode((done.folder / "manifest.json").read_bytes(), type=Manifest)


def said_in_circular(folder: Path) -> str:
    return (folder / "circular.html").read_text(encoding="utf-8")


def content_of(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_what_is_published_is_frozen_with_its_hashes_and_drafts_say_that_they_are_drafts(
    workspace: Workspace, site: HttpSite
) -> None:
    drafts = workspace.report_folder("2026Q4")
    assert "送审稿" in said_in_circular(drafts)
    assert "送审稿" in (drafts / "index.html").read_text()
    done = final(workspace)
    assert site.paths() == ["/", "/tzgg/"]
    told = manifest(done)
    assert (told.numbers["unqualified"], told.numbers["pass_rate"]) == (1, "0%")
    assert told.visited is not None
    assert (len(told.visited.still), told.visited.gone, told.visited.untold) == (1, (), ())
    listed = {one.path: one.sha256 for one in told.files}
    there = {str(file.relative_to(done.folder)): file for file in done.files if file.name != "manifest.json"}
    assert listed == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in there.items()}
    assert {"findings.json", "circular.html", "sites/4401000001/index.html"} <= set(listed)
    assert "送审稿" not in said_in_circular(done.folder)
    assert "逐一进行了复查：仍存在1个" in said_in_circular(done.folder)
    assert "正式发布，第1版" in (done.folder / "sites" / "4401000001" / "index.html").read_text()


def test_a_published_version_never_changes_and_a_correction_says_what_and_why(workspace: Workspace) -> None:
    first = final(workspace)
    before = content_of(first.folder)
    with pytest.raises(InputError, match=r"final\.published"):
        final(workspace)
    record = existing_record(workspace, "2026Q4")
    report_run(workspace, record)
    (veto,) = [one for one in judgements_of(workspace, record)[0].findings if one.check == "FRE003"]
    decide(workspace, veto.id, State.DISMISSED, "该栏目已于检查前并入政策文件栏目")
    second = final(workspace, reason="某某局申诉成立")
    assert content_of(first.folder) == before
    assert [one.number for one in read_versions(workspace, "2026Q4")] == [1, 2]
    text = said_in_circular(second.folder)
    assert "本版为第2版，替代第1版。更正原因：某某局申诉成立。" in text
    assert "某某市人民政府由“不合格”改为“合格”" in text
    assert manifest(second).numbers["pass_rate"] == "100%"


def test_who_tampers_with_a_version_cannot_go_on(workspace: Workspace) -> None:
    done = final(workspace)
    file = done.folder / "circular.html"
    file.chmod(0o644)
    file.write_text(file.read_text().replace("不合格", "合格"))
    with pytest.raises(InputError, match=r"circular\.html: final\.altered"):
        final(workspace, reason="更正")
    assert len(read_versions(workspace, "2026Q4")) == 1


def test_a_veto_that_is_gone_is_not_published_unless_it_is_asked_for(
    workspace: Workspace, site: HttpSite
) -> None:
    site.add("/tzgg/", column("2026-11-30"))
    done = final(workspace)
    assert (manifest(done).numbers["qualified"], manifest(done).numbers["unqualified"]) == (1, 0)
    assert "已不存在1个，不再计入单项否决" in said_in_circular(done.folder)


def test_a_veto_that_was_mended_since_may_be_counted(workspace: Workspace, site: HttpSite) -> None:
    site.add("/tzgg/", column("2026-11-30"))
    done = final(workspace, gone_count=True)
    assert manifest(done).numbers["unqualified"] == 1
    assert "已整改1个，按监测时间点的情况仍计入" in said_in_circular(done.folder)


def test_nothing_is_published_when_no_veto_could_be_visited(workspace: Workspace, site: HttpSite) -> None:
    site.add("/", Reply(drop=True))
    with pytest.raises(UncheckedError, match=r"final\.not-visited"):
        final(workspace)
    assert read_versions(workspace, "2026Q4") == ()
    done = final(workspace, offline=True)
    assert manifest(done).visited is None
    assert "公布前未对1个单项否决问题再次复查" in said_in_circular(done.folder)


def decide(workspace: Workspace, finding: str, state: State, why: str) -> None:
    ledger = ledger_of(workspace)
    assert ledger is not None
    with ledger.writing() as pen:
        pen.decide(
            finding, state, who="李四", why=why, at=parse_moment("2026-12-02").astimezone(BEIJING),
            due=due_by(workspace),
        )  # fmt: skip


def test_an_objection_stands_beside_the_finding_until_it_is_decided(workspace: Workspace) -> None:
    record = existing_record(workspace, "2026Q4")
    (veto,) = [one for one in judgements_of(workspace, record)[0].findings if one.check == "FRE003"]
    decide(workspace, veto.id, State.DISPUTED, "栏目已并入政策文件")
    words = "【申诉待裁定】栏目已并入政策文件"
    report = run_report(workspace, record)
    report_run(workspace, record)
    folder = workspace.report_folder("2026Q4")
    assert any(words in text for text in texts_of(circular(report)))
    assert any(words in text for text in texts_of(notice(report, report.sites[0])))
    assert words in (folder / "sites" / "4401000001" / "index.html").read_text()
    book = openpyxl.load_workbook(folder / "problems.xlsx")
    assert any(words in str(cell.value) for sheet in book for row in sheet for cell in row)
    decide(workspace, veto.id, State.CONFIRMED, "申诉不成立")
    assert not any("申诉待裁定" in text for text in texts_of(circular(run_report(workspace, record))))
