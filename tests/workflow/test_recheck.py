"""From fault to answer: what a few visits prove, what they leave open, and what they never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import Network, parse_moment
from govaudit.inspection.site import Site
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.reports.findings_json import FindingsDocument
from govaudit.workflow.inspect import RunOptions, begin_run, check_run, inspect_run
from govaudit.workflow.recheck import RecheckEnd, choose, recheck_run
from govaudit.workflow.recheck_site import recheck_folder
from govaudit.workflow.report import report_run
from govaudit.workflow.run_record import existing_record
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from govaudit.inspection.finding import Finding

PROFILE = """
name: follow-up
title: 复查
basis: 本地要求
checks:
  COV001: {}
  LNK001: {}
  LNK002: {}
  FRE003: {}
  FRE005: {}
rows:
  - {id: L, name: 可用性, part: deduct, cap: 1, clause: 链接打不开, sure: K,
     deduct: [{checks: [LNK001, LNK002], points: 0.1}]}
"""
NETWORK = Network(rate=0.0, timeout=3.0, connect_timeout=2.0, allow_private=True, browser="never")


def front(*links: str, extra: str = "") -> str:
    """A home page with a navigation."""
    menu = "".join(f'<li><a href="{link}">{name}</a></li>' for link, name in MENU)
    return page(*links, title="某某市人民政府", extra=f'<div class="nav"><ul>{menu}</ul></div>{extra}')


MENU = (("/", "首页"), ("/tzgg/", "通知公告"), ("/a", "政务公开"), ("/b", "政务服务"))


def column(*entries: tuple[str, str]) -> str:
    items = "".join(
        f'<li><a href="{url}">关于开展某项工作的通知{url}</a><span>{day}</span></li>' for url, day in entries
    )
    return front(extra=f'<h1>通知公告</h1><ul class="list">{items}</ul>')


def article(line: str) -> str:
    label = '</title><meta name="ArticleTitle" content="关于开展某项工作的通知">'
    text = (
        "<p>市政府召开专题会议，研究部署下一阶段重点工作，要求各部门压实责任，细化措施，确保各项任务按期完成。</p>"
        * 3
    )
    trail = '<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/tzgg/">通知公告</a></div>'
    body = (
        f'{trail}<div class="content"><h1>关于开展某项工作的通知</h1><p class="info">{line}</p>{text}</div>'
    )
    return front(extra=body).replace("</title>", label)


@pytest.fixture
def site() -> Iterator[HttpSite]:
    with HttpSite({"/": Reply(body=front("/a", "/b"))}) as running:
        for path in ("/a", "/b"):
            running.add(path, Reply(body=front("/gone", extra=f"<p>{path}</p>")))
        running.add(
            "/tzgg/", Reply(body=column(("/tzgg/1.html", "2025-01-10"), ("/tzgg/2.html", "2025-01-05")))
        )
        for number in (1, 2, 3):
            running.add(f"/tzgg/{number}.html", Reply(body=article("发布时间：2025-01-10 09:30")))
        yield running


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "follow-up.yaml").write_text(PROFILE)
    (tmp_path / "govaudit.toml").write_text('profile = "follow-up"\nformats = ["json"]\nscreenshots = 0\n')
    return open_workspace(tmp_path)


def inspect(workspace: Workspace, site: HttpSite) -> list[Finding]:
    options = RunOptions(run="2026Q4", as_of=parse_moment("2026-11-20"), network=NETWORK)
    record = begin_run(workspace, [Site(url=f"{site.url}/", code="4401000001")], options, listed=True)
    end = inspect_run(workspace, record, options, lambda _: None)
    assert end.exit_code(strict=True) == 0
    site.requests.clear()
    return [one for one in end.judgements[0].findings if one.verdict != "inconclusive"]


def recheck(workspace: Workspace, *ids: str, all_open: bool = False) -> RecheckEnd:
    record = existing_record(workspace, "2026Q4")
    chosen = choose(workspace, record, ids, all_open=all_open)
    return recheck_run(workspace, record, chosen, NETWORK, lambda _: None, as_of=parse_moment("2026-12-01"))


def of(findings: list[Finding], check: str) -> Finding:
    (found,) = [one for one in findings if one.check == check]
    return found


def answers(end: RecheckEnd) -> dict[str, str]:
    assert (end.crashes, end.problems) == ((), ())
    return {told.before.check: told.answer.value for told in end.told}


def test_what_was_mended_is_fixed_and_nothing_but_its_places_is_visited(
    workspace: Workspace, site: HttpSite
) -> None:
    findings = inspect(workspace, site)
    site.add("/gone", Reply(body=front()))
    site.add("/a", Reply(body=front("/gone", "/new-and-broken")))
    end = recheck(workspace, of(findings, "LNK001").id)
    assert answers(end) == {"LNK001": "fixed"}
    assert sorted(site.paths()) == ["/", "/a", "/b", "/gone"]
    assert (end.exit_code(), end.sites[0].visits) == (0, 4)


def test_what_is_still_wrong_is_said_with_fresh_proof(workspace: Workspace, site: HttpSite) -> None:
    findings = inspect(workspace, site)
    end = recheck(workspace, all_open=True)
    assert answers(end) == {"LNK001": "still", "FRE003": "still"}
    (told,) = [one for one in end.told if one.before.check == "FRE003"]
    assert told.after is not None
    assert int(told.after.arguments["days"]) > int(of(findings, "FRE003").arguments["days"])
    files = [workspace.run_folder("2026Q4") / one.path for one in told.after.evidence]
    assert files
    assert all(file.is_file() and file.parts[-4] == "recheck-1" for file in files)


def test_a_link_that_is_linked_nowhere_any_more_is_fixed(workspace: Workspace, site: HttpSite) -> None:
    findings = inspect(workspace, site)
    site.add("/a", Reply(body=front()))
    half = recheck(workspace, of(findings, "LNK001").id)
    assert answers(half) == {"LNK001": "still"}
    assert [told.after.pages for told in half.told if told.after] == [(f"{site.url}/b",)]
    site.add("/b", Reply(body=front()))
    assert answers(recheck(workspace, of(findings, "LNK001").id)) == {"LNK001": "fixed"}


def test_a_template_on_many_pages_is_not_believed_by_its_first_ones(
    workspace: Workspace, site: HttpSite
) -> None:
    many = [f"/many/{number}.html" for number in range(10, 40)]
    site.add("/a", Reply(body=front(*many)))
    site.add("/b", Reply(body=front()))
    for path in many:
        site.add(path, Reply(body=front("/gone", extra=f"<p>{path}</p>")))
    findings = inspect(workspace, site)
    for path in many[:-1]:
        site.add(path, Reply(body=front(extra=f"<p>{path}</p>")))
    assert answers(recheck(workspace, of(findings, "LNK001").id)) == {"LNK001": "still"}
    site.add(many[-1], Reply(body=front()))
    assert answers(recheck(workspace, of(findings, "LNK001").id)) == {"LNK001": "fixed"}


def test_new_content_mends_a_stale_column(workspace: Workspace, site: HttpSite) -> None:
    findings = inspect(workspace, site)
    site.add("/tzgg/", Reply(body=column(("/tzgg/3.html", "2026-11-30"), ("/tzgg/1.html", "2025-01-10"))))
    assert answers(recheck(workspace, of(findings, "FRE003").id)) == {"FRE003": "fixed"}
    assert "/tzgg/3.html" in site.paths()


DOWN = {
    "down": Reply(drop=True),
    "blocked": Reply(403, "no"),
    "server-error": Reply(503, "busy"),
    "another page in its place": Reply(body=page(title="系统维护中", extra="<p>系统维护中</p>")),
}


@pytest.mark.parametrize("how", DOWN)
def test_a_site_that_does_not_answer_closes_nothing(how: str, workspace: Workspace, site: HttpSite) -> None:
    inspect(workspace, site)
    for path in ("/", "/a", "/b", "/tzgg/", "/gone"):
        site.add(path, DOWN[how])
    end = recheck(workspace, all_open=True)
    assert answers(end) == {"LNK001": "untold", "FRE003": "untold"}
    assert end.exit_code() == 3
    assert all(told.reason is not None for told in end.told)


def test_a_page_that_is_closed_to_us_proves_nothing(workspace: Workspace, site: HttpSite) -> None:
    findings = inspect(workspace, site)
    site.add("/tzgg/", Reply(403, "no"))
    (told,) = recheck(workspace, of(findings, "FRE003").id).told
    assert (told.answer, told.reason, told.place) == ("untold", "blocked-status", f"{site.url}/tzgg/")
    site.add("/robots.txt", Reply(body="User-agent: *\nDisallow: /tzgg/\n", content_type="text/plain"))
    (told,) = recheck(workspace, of(findings, "FRE003").id).told
    assert (told.answer, told.reason) == ("untold", "robots")


def test_a_fault_that_moved_with_its_page_is_not_fixed(workspace: Workspace, site: HttpSite) -> None:
    site.add("/tzgg/1.html", Reply(body=article("")))
    findings = inspect(workspace, site)
    site.add("/moved/1.html", Reply(body=article("")))
    site.add("/tzgg/1.html", redirect("/moved/1.html"))
    (told,) = recheck(workspace, of(findings, "FRE005").id).told
    assert (told.answer, told.because, told.place) == ("still", "moved", f"{site.url}/moved/1.html")
    site.add("/moved/1.html", Reply(body=article("发布时间：2025-01-10 09:30")))
    (told,) = recheck(workspace, of(findings, "FRE005").id).told
    assert told.answer == "fixed"


def test_another_rule_or_date_is_no_repair(workspace: Workspace, site: HttpSite) -> None:
    findings = inspect(workspace, site)
    profile = workspace.profiles / "follow-up.yaml"
    profile.write_text(PROFILE.replace("FRE003: {}", "FRE003: {period: 60 months}"))
    load_profile.cache_clear()
    (told,) = recheck(workspace, of(findings, "FRE003").id).told
    assert (told.answer, told.because, told.profile_changed) == ("untold", "not-comparable", True)


def states(workspace: Workspace) -> dict[str, str]:
    """States by check, as the run's own report tells them."""
    file = workspace.report_folder("2026Q4") / "findings.json"
    document = msgspec.json.decode(file.read_bytes(), type=FindingsDocument)
    return {one.check: one.state.value for one in document.findings if one.verdict != "inconclusive"}


def test_states_move_and_come_back_and_the_reports_know(workspace: Workspace, site: HttpSite) -> None:
    findings = inspect(workspace, site)
    broken = of(findings, "LNK001").id
    site.add("/gone", Reply(body=front()))
    end = recheck(workspace, all_open=True)
    assert states(workspace) == {"LNK001": "fixed", "FRE003": "open"}
    assert end.file is not None
    document = msgspec.json.decode(end.file.read_bytes(), type=FindingsDocument)
    told = {one.check: (one.verdict.value, one.state.value) for one in document.findings}
    assert told == {"LNK001": ("fail", "fixed"), "FRE003": ("fail", "open")}
    assert set(document.sites[0].checks) == {"LNK001", "FRE003"}
    assert set(answers(recheck(workspace, all_open=True))) == {"FRE003"}
    check_run(workspace, "2026Q4", "")
    report_run(workspace, existing_record(workspace, "2026Q4"))
    assert states(workspace)["LNK001"] == "fixed"
    site.add("/gone", Reply(404, "gone again", content_type="text/plain"))
    recheck(workspace, broken)
    assert states(workspace)["LNK001"] == "reopened"
    site.add("/", Reply(503, "busy"))
    site.add("/gone", Reply(body=front()))
    recheck(workspace, broken)
    assert states(workspace)["LNK001"] == "reopened"


def test_an_interrupted_recheck_goes_on_with_the_sites_that_are_left(
    workspace: Workspace, site: HttpSite
) -> None:
    inspect(workspace, site)
    first = recheck(workspace, all_open=True)
    record = recheck_folder(workspace, "2026Q4", 1) / "recheck.json"
    begun = msgspec.structs.replace(first.record, finished_at=None)
    record.write_bytes(msgspec.json.encode(begun))
    site.requests.clear()
    again = recheck(workspace, all_open=True)
    assert (again.record.number, site.paths()) == (1, [])
    assert answers(again) == answers(first)
    assert recheck(workspace, all_open=True).record.number == 2


def test_words_for_what_cannot_be_asked(workspace: Workspace, site: HttpSite) -> None:
    inspect(workspace, site)
    record = existing_record(workspace, "2026Q4")
    with pytest.raises(InputError, match=r"recheck\.unknown-finding"):
        choose(workspace, record, ["0000"])
    with pytest.raises(InputError, match=r"recheck\.nothing-named"):
        choose(workspace, record, [])
    with pytest.raises(InputError, match=r"run\.no-site"):
        choose(workspace, record, [], site="nowhere")
