"""The gate: same input, same answer; what could not be checked is never a pass, and 1 means findings alone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.run import Network, parse_moment
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.workflow.gate import GateEnd, gate, read_baseline
from govaudit.workflow.inspect import RunOptions
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = """
name: links
title: 链接与更新
basis: 本地要求
checks:
  COV001: {}
  LNK001: {}
  LNK002: {}
  LNK003: {}
  FRE001: {}
  IP6001: {}
rows:
  - {id: L, name: 可用性, part: deduct, cap: 1, clause: 链接打不开, sure: K,
     deduct: [{checks: [LNK001, LNK002, LNK003], points: 0.1}]}
  - {id: F, name: 首页不更新, part: veto, clause: 首页无信息更新, sure: K, veto: [{checks: [FRE001]}]}
  - {id: I, name: IPv6, part: deduct, cap: 1, clause: IPv6改造, sure: K, deduct: [{checks: [IP6001], points: 1}]}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "office" / "profiles").mkdir(parents=True)
    (tmp_path / "office" / "profiles" / "links.yaml").write_text(PROFILE)
    (tmp_path / "office" / "govaudit.toml").write_text('profile = "links"\n')
    return open_workspace(tmp_path / "office")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "index.html").write_text(page("/about", "/news"), encoding="utf-8")
    (folder / "about.html").write_text(page("/"), encoding="utf-8")
    (folder / "news.html").write_text(page("/"), encoding="utf-8")
    return folder


def decide(target: str | Path, workspace: Workspace, **more: object) -> GateEnd:
    options = RunOptions(
        as_of=parse_moment("2026-11-20"),
        network=Network(rate=0.0, timeout=3.0, connect_timeout=2.0, nameserver="127.0.0.1:9"),
    )
    return gate(str(target), workspace, options, lambda _: None, **more)  # type: ignore[arg-type]


def code(end: GateEnd, *, report_only: bool = False) -> int:
    return end.exit_code(report_only=report_only)


def test_a_sound_folder_passes(built: Path, workspace: Workspace) -> None:
    end = decide(built, workspace)
    assert (code(end), end.over, end.unchecked) == (0, (), ())
    assert end.judgement is not None
    assert end.judgement.coverage.visited == 3


def test_a_broken_link_closes_the_gate_until_the_baseline_knows_it(
    built: Path, workspace: Workspace, tmp_path: Path
) -> None:
    (built / "about.html").write_text(page("/gone"), encoding="utf-8")
    end = decide(built, workspace, out=tmp_path / "out")
    assert code(end) == 1
    assert [finding.subject for finding in end.over] == ["http://preview.invalid/gone"]
    assert code(end, report_only=True) == 0
    baseline = read_baseline(tmp_path / "out" / "findings.json")
    known = decide(built, workspace, baseline=baseline)
    assert (code(known), len(known.known)) == (0, 1)
    (built / "about.html").write_text(page("/gone-too"), encoding="utf-8")
    assert code(decide(built, workspace, baseline=baseline)) == 1


def test_one_fix_never_pays_for_one_new_fault(built: Path, workspace: Workspace, tmp_path: Path) -> None:
    (built / "about.html").write_text(page("/one", "/two"), encoding="utf-8")
    decide(built, workspace, out=tmp_path / "out")
    (built / "about.html").write_text(page("/two", "/three"), encoding="utf-8")
    end = decide(built, workspace, baseline=read_baseline(tmp_path / "out" / "findings.json"))
    assert [finding.subject for finding in end.over] == ["http://preview.invalid/three"]


def test_what_depends_on_the_date_or_needs_a_host_closes_nothing(built: Path, workspace: Workspace) -> None:
    news = '<html><body><ul><li><a href="/news">某某市召开重点工作推进会议</a> 2020-01-01</li></ul></body></html>'
    (built / "index.html").write_text(news, encoding="utf-8")
    end = decide(built, workspace)
    assert code(end) == 0
    assert end.judgement is not None
    assert end.judgement.checks["IP6001"].verdict == "not-applicable"


def test_an_empty_folder_is_no_pass(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "empty").mkdir()
    assert code(decide(tmp_path / "empty", workspace)) == 3
    assert code(decide(tmp_path / "empty", workspace), report_only=True) == 3


def test_an_unreachable_target_is_no_pass(workspace: Workspace) -> None:
    end = decide("http://127.0.0.1:9/", workspace)
    assert code(end) == 3
    assert end.unchecked[0].startswith("connect: ")


def test_a_target_behind_a_wall_is_no_pass(workspace: Workspace) -> None:
    with HttpSite({"/": Reply(status=412, body="")}) as site:
        end = decide(f"{site.url}/", workspace)
    assert code(end) == 3
    assert end.unchecked[0].startswith("blocked-status: ")


def test_an_own_page_that_could_not_be_read_is_no_pass(workspace: Workspace) -> None:
    with HttpSite(
        {"/": Reply(body=page("/a", "/b")), "/a": Reply(body=page()), "/b": Reply(status=403)}
    ) as site:
        end = decide(f"{site.url}/", workspace)
    assert code(end) == 3


def test_the_gate_says_the_same_of_the_same_folder(built: Path, workspace: Workspace, tmp_path: Path) -> None:
    (built / "about.html").write_text(page("/gone", "/gone-too"), encoding="utf-8")
    said = []
    for name in ("first", "second"):
        decide(built, workspace, out=tmp_path / name)
        text = (tmp_path / name / "findings.json").read_text()
        said.append(re.sub(r'"(measured_at|started_at|finished_at|sha256)": "[^"]*"', "", text))
    assert said[0] == said[1]


def test_a_target_or_baseline_that_is_none_is_an_input_error(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        decide(tmp_path / "none", workspace)
    (tmp_path / "list.json").write_text(json.dumps([1, 2]))
    with pytest.raises(InputError):
        read_baseline(tmp_path / "list.json")
