"""Ways in which other gates have said yes, or no, wrongly. Each is named after what happened there."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from govaudit.inspection.run import Network, parse_moment
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.workflow.gate import GateOptions, gate
from govaudit.workflow.inspect import RunOptions
from tests.support.certificates import Authority
from tests.support.http_site import HttpSite, Reply, closed_port, page

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.workflow.gate_decision import GateEnd

PROFILE = """
name: links
title: 链接
basis: 本地要求
checks:
  COV001: {}
  LNK001: {}
  LNK002: {}
  TAG001: {}
rows:
  - {id: L, name: 可用性, part: deduct, cap: 100, clause: 链接打不开, sure: K,
     deduct: [{checks: [LNK001, LNK002], points: 50}]}
"""
GATE = '\n[[gate.rules]]\nname = "links"\nchecks = ["LNK001"]\nat_most = 5\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "office" / "profiles").mkdir(parents=True)
    (tmp_path / "office" / "profiles" / "links.yaml").write_text(PROFILE)
    (tmp_path / "office" / "govaudit.toml").write_text(f'profile = "links"\n{GATE}')
    return open_workspace(tmp_path / "office")


def decide(target: str, workspace: Workspace, *, lenient: bool = False, **more: object) -> GateEnd:
    """The gate under the workspace's policy; ``lenient``: with a rule that lets five broken links pass."""
    network = Network(rate=0.0, timeout=2.0, connect_timeout=1.0, nameserver="127.0.0.1:9", browser="never")
    policy = workspace.settings.gate if lenient else type(workspace.settings.gate)()
    formats = tuple(str(one) for one in more.pop("formats", ("json",)))  # type: ignore[attr-defined]
    options = RunOptions(as_of=parse_moment("2026-11-20"), network=network, formats=formats)
    return gate(target, workspace, options, lambda _: None, GateOptions(policy=policy, **more))  # type: ignore[arg-type]


def code(end: GateEnd) -> int:
    return end.exit_code(report_only=False)


def site(routes: dict[str, Reply | str]) -> HttpSite:
    return HttpSite(
        {path: Reply(body=reply) if isinstance(reply, str) else reply for path, reply in routes.items()}
    )


def test_unreachable_only_run_with_a_threshold_is_no_pass(workspace: Workspace) -> None:
    """A page that could not be opened added no errors, so a threshold on errors let it pass."""
    end = decide(f"http://127.0.0.1:{closed_port()}/", workspace, lenient=True)
    assert (code(end), end.over, end.unchecked[0].reason) == (3, (), "connect")


def test_pages_that_do_not_open_are_no_pass_under_a_threshold(workspace: Workspace) -> None:
    with site({"/": page("/a", "/b"), "/a": page(), "/b": Reply(403)}) as served:
        assert code(decide(f"{served.url}/", workspace, lenient=True)) == 3


def test_zero_page_run_is_no_pass(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("nothing built")
    assert code(decide(str(tmp_path / "empty"), workspace, lenient=True)) == 3


def test_score_0_run_is_judged_like_any_other(workspace: Workspace, tmp_path: Path) -> None:
    """A budget was skipped where the score was 0, which counted as absent."""
    with site({"/": page("/x", "/y", "/z")}) as served:
        end = decide(f"{served.url}/", workspace, out=tmp_path / "out")
    assert end.judgement is not None
    assert end.judgement.score is not None
    assert end.judgement.score.total == 0
    assert (code(end), len(end.over)) == (1, 3)
    entry = json.loads((tmp_path / "out" / "findings.json").read_text())["sites"][0]
    assert entry["score"]["total"] == 0


def test_missing_metric_run_is_no_pass(workspace: Workspace) -> None:
    """A metric that was not measured was logged, and the budget passed."""
    (workspace.root / "govaudit.toml").write_text(
        'profile = "links"\n[[gate.rules]]\nname = "labels"\nchecks = ["TAG001"]\n'
    )
    scripted = "<html><head><script>document.write(1)</script></head><body></body></html>"
    with site({"/": Reply(body=scripted, status=200)}) as served:
        end = decide(f"{served.url}/", open_workspace(workspace.root), lenient=True)
    assert (code(end), end.over) == (3, ())
    assert [(why.key, why.subject) for why in end.unchecked] == [("check", "TAG001")]


def test_several_pages_are_all_judged(workspace: Workspace, tmp_path: Path) -> None:
    """Assertions over several addresses were empty without a word."""
    (tmp_path / "list.txt").write_text("/a\n/b\n/c\n")
    routes: dict[str, Reply | str] = {f"/{name}": page(f"/gone-{name}") for name in "abc"}
    with site({"/": page("/a"), **routes}) as served:
        end = decide(f"{served.url}/", workspace, urls=tmp_path / "list.txt")
        assert sorted(one.subject.rpartition("/")[2] for one in end.over) == ["gone-a", "gone-b", "gone-c"]


def test_a_passed_run_reports_no_failure_and_keeps_the_site(workspace: Workspace, tmp_path: Path) -> None:
    """Passed assertions were reported as failed; sites without errors vanished from the results."""
    with site({"/": page("/a"), "/a": page("/")}) as served:
        end = decide(f"{served.url}/", workspace, out=tmp_path / "out", formats=("json", "junit"))
    assert code(end) == 0
    suites = etree.fromstring((tmp_path / "out" / "junit.xml").read_bytes())
    assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
    assert int(suites.get("tests") or 0) == 4
    (entry,) = json.loads((tmp_path / "out" / "findings.json").read_text())["sites"]
    assert entry["checks"]["LNK001"]["verdict"] == "pass"
    assert entry["checks"]["LNK001"]["examined"] > 0


def test_our_own_network_fault_is_nobodys_fault(workspace: Workspace, tmp_path: Path) -> None:
    """A navigation error of the tool's own gave the site the worst score."""
    end = decide("http://www.x.gov.cn/", workspace, out=tmp_path / "out", formats=("json", "junit"))
    assert (code(end), end.over) == (3, ())
    assert end.judgement is not None
    assert end.judgement.score is None
    suites = etree.fromstring((tmp_path / "out" / "junit.xml").read_bytes())
    assert suites.get("failures") == "0"
    assert int(suites.get("errors") or 0) > 0


def test_429_run_calls_nothing_broken_and_is_no_pass(workspace: Workspace) -> None:
    """Too many requests counted as a broken link."""
    with site({"/": page("/busy"), "/busy": Reply(429)}) as served:
        end = decide(f"{served.url}/", workspace)
    assert (code(end), end.over) == (3, ())


def test_another_site_that_could_not_be_asked_is_a_warning(workspace: Workspace) -> None:
    with site({"/": page("http://other.example/")}) as served:
        end = decide(f"{served.url}/", workspace)
    assert code(end) == 0
    assert [(why.subject, why.reason) for why in end.warned] == [("http://other.example/", "dns")]


def test_second_run_after_a_failure_begins_anew(workspace: Workspace) -> None:
    """A failure was kept for a day."""
    with site({"/": page("/a"), "/a": page("/")}) as served:
        address = f"{served.url}/"
        port = served.port
    assert code(decide(address, workspace)) == 3
    with HttpSite({"/": Reply(body=page("/a")), "/a": Reply(body=page("/"))}, at=[("127.0.0.1", port)]):
        assert code(decide(address, workspace)) == 0
    assert code(decide(address, workspace)) == 3


def test_a_certificate_that_nobody_vouches_for_is_no_pass(workspace: Workspace, tmp_path: Path) -> None:
    """Availability was judged with the check of certificates off."""
    untrusted = Authority(tmp_path).server("127.0.0.1")
    with HttpSite({"/": Reply(body=page())}, tls=untrusted) as served:
        end = decide(f"{served.url}/", workspace)
    assert (code(end), end.unchecked[0].reason) == (3, "tls")


def test_a_run_whose_time_is_over_is_no_pass(workspace: Workspace) -> None:
    held = threading.Event()
    slow = {"/": Reply(body=page("/slow")), "/slow": Reply(body=page(), hold=held)}
    policy = workspace.settings.gate.model_copy(update={"seconds": 0.05, "rules": ()})
    with HttpSite(slow) as served:
        network = Network(
            rate=0.0, timeout=0.5, connect_timeout=1.0, nameserver="127.0.0.1:9", browser="never"
        )
        options = RunOptions(as_of=parse_moment("2026-11-20"), network=network)
        end = gate(f"{served.url}/", workspace, options, lambda _: None, GateOptions(policy=policy))
        held.set()
    assert code(end) == 3
    assert "time" in {why.key for why in end.unchecked}
