"""The main job on the demo portals: every planted fault is found, no near miss is accused, and a run that was killed
says the same as one that was not."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from govaudit.demo.server import STATES, running_portals
from govaudit.inspection import site_facts
from govaudit.inspection.run import Network, Progress
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.workflow.inspect import RunEnd, RunOptions, begin_run, check_run, inspect_run
from govaudit.workflow.judge import crashed, judge_site
from govaudit.workflow.peers import peers_in, told_to
from govaudit.workflow.recheck import choose, recheck_run
from govaudit.workflow.report import report_run
from govaudit.workflow.run_record import existing_record, profile_for
from tests.support.postgresql import fresh_database
from tests.workflow.ledger_story import LedgerStory

if TYPE_CHECKING:
    from govaudit.demo.server import DemoPortals


@dataclass(frozen=True)
class Inspected:
    """The demo portals of one state with what the inspection made of them."""

    portals: DemoPortals
    workspace: Workspace
    end: RunEnd
    data: dict[str, Any]


def options_for(portals: DemoPortals, **more: Any) -> RunOptions:
    network = Network(
        nameserver=portals.nameserver,
        connect_port=portals.connect_port,
        allow_private=True,
        rate=0.0,
        browser="never",
    )
    return RunOptions(run=portals.state, as_of=portals.as_of, network=network, **more)


def findings_of(workspace: Workspace, run: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((workspace.report_folder(run) / "findings.json").read_text())
    return data


def told(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a run says, without times and addresses of this moment."""
    return [
        (
            *(
                one[part]
                for part in ("id", "check", "site", "verdict", "page", "subject", "points", "message")
            ),
            one["occurrences"]["count"],
            one["locator"]["xpath"],
            one["locator"]["line"],
        )
        for one in data["findings"]
    ]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Inspected]:
    workspace = open_workspace(tmp_path_factory.mktemp("demo"))
    inspected = {}
    for state in STATES:
        with running_portals(state) as portals:
            options = options_for(portals)
            record = begin_run(workspace, portals.sites, options, listed=True)
            end = inspect_run(workspace, record, options, lambda _: None)
        inspected[state] = Inspected(portals, workspace, end, findings_of(workspace, state))
    return inspected


@pytest.fixture(params=STATES)
def run(request: pytest.FixtureRequest, both: dict[str, Inspected]) -> Inspected:
    return both[request.param]


def test_every_planted_fault_is_found_and_no_near_miss_is_accused(run: Inspected) -> None:
    keys = {site.host: site.key for site in run.portals.sites}
    aspects = {
        (one.site, one.check, one.subject, one.aspect): one
        for judgement in run.end.judgements
        for one in judgement.findings
    }
    missed, accused = [], []
    for planted in run.portals.planted:
        if planted.needs_ipv6 and not run.portals.ipv6:
            continue
        said = [
            finding
            for (site, check, subject, aspect), finding in aspects.items()
            if (site, check, subject) == (keys[planted.site], planted.check, planted.subject)
            and planted.aspect in {"", aspect}
        ]
        verdicts = {str(finding.verdict) for finding in said}
        if planted.verdict == "fail" and not verdicts & {"fail", "review"}:
            missed.append((planted.id, verdicts))
        if planted.verdict == "near-miss" and verdicts - (
            {"inconclusive"} if planted.inconclusive else set()
        ):
            accused.append((planted.id, verdicts))
    assert (missed, accused) == ([], [])


def test_no_check_breaks_off(run: Inspected) -> None:
    assert [crashed(judgement) for judgement in run.end.judgements] == [[]] * len(run.end.judgements)


def test_nothing_is_accused_that_was_not_planted(run: Inspected) -> None:
    keys = {site.key: site.host for site in run.portals.sites}
    planted = {(one.site, one.check, one.subject) for one in run.portals.planted if one.verdict == "fail"}
    surprising = [
        (one["check"], one["site"], one["subject"], one["message"])
        for one in run.data["findings"]
        if one["verdict"] != "inconclusive"
        and (keys[one["site"]], one["check"], one["subject"]) not in planted
        # Without IPv6 only the portals themselves have AAAA records.
        and (run.portals.ipv6 or one["check"] != "IP6008")
    ]
    assert surprising == []


def test_a_site_too_large_to_be_kept_in_memory_is_judged_the_same(
    run: Inspected, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("_MOST_READINGS", "_MOST_LOOKS", "_MOST_RECENT", "_MOST_LINKS", "_MOST_PARTS", "_AT_ONCE"):
        monkeypatch.setattr(site_facts, name, 2)
    record = existing_record(run.workspace, run.portals.state)
    earlier = STATES[0] if run.portals.state == STATES[1] else ""
    for site, judged in zip(record.sites, run.end.judgements, strict=True):
        with ExitStack() as stores:
            facts, *before = [
                stores.enter_context(closing(SiteFacts.open(run.workspace.facts_file(one, site.key))))
                for one in (record.id, earlier)
                if one
            ]
            again = judge_site(
                facts, profile_for(record, site, run.workspace), record.sites, tmp_path / site.key,
                previous=before[0] if before else None,
                peers=peers_in(told_to(run.workspace, record, site)),
            )  # fmt: skip
        assert again.checks == judged.checks
        assert again.overview == judged.overview
        assert again.coverage == judged.coverage
        assert [one.id for one in again.findings] == [one.id for one in judged.findings]


def test_results_follow_the_rule_book(both: dict[str, Inspected]) -> None:
    first = {site["name"]: site for site in both["2026Q4"].data["sites"]}
    city, department, district = (
        first["云澜市人民政府"],
        first["云澜市住房和城乡建设局"],
        first["云澜市青湖区人民政府"],
    )
    assert city["result"] == "qualified"
    assert 60 <= city["score"]["total"] < 100
    assert city["score"]["complete"] is False
    assert (department["result"], department["score"]) == ("qualified", None)
    assert (district["result"], district["vetoes"], district["score"]) == (
        "unqualified",
        ["FRE001", "INT002"],
        None,
    )
    later = {site["name"]: site for site in both["2027Q1"].data["sites"]}
    assert later["云澜市青湖区人民政府"]["result"] == "qualified"


def test_every_finding_can_be_acted_on(run: Inspected) -> None:
    for one in run.data["findings"]:
        for part in ("page", "subject", "message", "expected", "observed", "fix", "clause"):
            assert one[part], (one["check"], one["subject"], part)
        assert one["evidence"], (one["check"], one["subject"])
        for piece in one["evidence"]:
            assert (run.workspace.run_folder(run.portals.state) / piece["path"]).is_file()
        if one["verdict"] == "inconclusive":
            assert one["reason"]
    assert len({one["id"] for one in run.data["findings"]}) == len(run.data["findings"])


def test_findings_remember_since_when(both: dict[str, Inspected]) -> None:
    first, later = (
        {
            one["id"]: one["first_seen"]
            for one in both[run].data["findings"]
            if one["verdict"] != "inconclusive" and one["kind"] != "bonus"
        }
        for run in ("2026Q4", "2027Q1")
    )
    still, new = first.keys() & later.keys(), later.keys() - first.keys()
    assert still
    assert new
    assert first.keys() - later.keys()
    assert {later[one] for one in still} == {"2026Q4"}
    assert {later[one] for one in new} == {"2027Q1"}


def test_the_report_is_complete(run: Inspected) -> None:
    folder = run.workspace.report_folder(run.portals.state)
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    sites = {
        f"sites/{site.key}/{name}" for site in run.portals.sites for name in ("index.html", "problems.xlsx")
    }
    assert names >= sites | {
        "index.html",
        "problems.xlsx",
        "findings.json",
        "findings.jsonl",
        "findings.csv",
        "summary.md",
    }


def test_a_second_run_over_the_same_portals_says_the_same(both: dict[str, Inspected], tmp_path: Path) -> None:
    with running_portals("2026Q4") as portals:
        workspace = open_workspace(tmp_path)
        options = options_for(portals, jobs=1)
        record = begin_run(workspace, portals.sites, options, listed=True)
        inspect_run(workspace, record, options, lambda _: None)
    assert told(findings_of(workspace, "2026Q4")) == told(both["2026Q4"].data)


def test_the_second_quarter_takes_over_what_did_not_change_and_says_what_a_full_run_says(
    both: dict[str, Inspected], tmp_path: Path
) -> None:
    inspected = both["2027Q1"]
    with running_portals("2027Q1") as portals:
        workspace = open_workspace(tmp_path)
        options = options_for(portals, revalidate=False)
        record = begin_run(workspace, portals.sites, options, listed=True)
        inspect_run(workspace, record, options, lambda _: None)
    # What was tampered with since the quarter before cannot be told without that quarter.
    compared = [one for one in told(inspected.data) if one[1] != "SEC003"]
    assert compared == told(findings_of(workspace, "2027Q1"))
    looks = [
        looks[-1]
        for site in inspected.portals.sites
        for _, looks in SiteFacts.open(inspected.workspace.facts_file("2027Q1", site.key)).all_looks()
    ]
    taken = [one for one in looks if one.revalidated is not None]
    assert {one.revalidated.run for one in taken if one.revalidated} == {"2026Q4"}
    assert len(taken) > 90
    evidence = "".join(
        (inspected.workspace.run_folder("2027Q1") / piece["path"]).read_text()
        for one in inspected.data["findings"]
        for piece in one["evidence"]
        if piece["path"].endswith(".txt")
    )
    assert "status: 304\nunchanged-since: 20" in evidence
    assert "sent-in-run: 2026Q4" in evidence


def test_a_run_that_was_killed_goes_on_and_says_the_same(both: dict[str, Inspected], tmp_path: Path) -> None:
    script = (
        "import sys, msgspec; from pathlib import Path\n"
        "from tests.workflow.test_demo_inspection import inspect_here\n"
        "inspect_here(Path(sys.argv[1]), sys.argv[2], sys.argv[3])\n"
    )
    with running_portals("2026Q4") as portals:
        network = msgspec.json.encode(options_for(portals).network).decode()
        command = [sys.executable, "-c", script, str(tmp_path), portals.as_of.isoformat(), network]
        for kill_after in (2, 5):
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=os.getcwd())  # noqa: PTH109
            assert process.stdout is not None
            for number, _ in enumerate(process.stdout, 1):
                if number == kill_after:
                    os.kill(process.pid, signal.SIGKILL)
                    break
            process.stdout.close()
            process.wait()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert told(findings_of(open_workspace(tmp_path), "2026Q4")) == told(both["2026Q4"].data)


def inspect_here(root: Path, as_of: str, network: str) -> None:
    """In a process of its own: inspect the portals, a line on standard output for each sign of progress."""
    from datetime import datetime  # noqa: PLC0415

    from govaudit.demo.server import demo_sites  # noqa: PLC0415

    workspace = open_workspace(root)
    options = RunOptions(
        run="2026Q4", as_of=datetime.fromisoformat(as_of), network=msgspec.json.decode(network, type=Network)
    )
    lock = threading.Lock()

    def tell(progress: Progress) -> None:
        with lock:
            print(progress.site, progress.stage, progress.fetched, flush=True)

    inspect_run(workspace, begin_run(workspace, demo_sites(), options, listed=True), options, tell)


def test_a_stored_run_is_judged_again_without_the_portals_and_says_the_same(
    both: dict[str, Inspected],
) -> None:
    inspected = both["2027Q1"]
    check_run(inspected.workspace, "2027Q1", "")
    report_run(inspected.workspace, existing_record(inspected.workspace, "2027Q1"), ("json",))
    assert told(findings_of(inspected.workspace, "2027Q1")) == told(inspected.data)


def test_a_row_is_explained_with_every_column_counted(both: dict[str, Inspected]) -> None:
    workspace = both["2026Q4"].workspace
    column = "要闻动态 > 区县动态：列表7条，最新2026-11-01（列表日期）"
    asked = {
        ("--row", "栏目不更新"): [
            f"[存在问题] {column}",
            "应不早于2026-11-06",
            "累计5个及以上；实际1个",
            "未达否决条件",
        ],
        ("FRE002",): [column],
        ("--row", "FUN-labels"): ["抽样5个", "本项扣0分"],
        (): ["首页不更新（VETO-home，单项否决）"],
    }
    for words, expected in asked.items():
        command = ("explain", "--site", "3319000001", "--run", "2026Q4", *words, "--workspace")
        said = subprocess.run(
            [Path(sys.executable).with_name("govaudit"), *command, workspace.root],
            env={**os.environ, "GOVAUDIT_LANG": "zh-CN"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert [one for one in expected if one not in said] == []
    for words in (("--row", "没有的指标"), ("GUI999",)):
        command = ("explain", "--site", "3319000001", "--run", "2026Q4", *words, "--workspace")
        refused = subprocess.run(
            [Path(sys.executable).with_name("govaudit"), *command, workspace.root],
            capture_output=True,
            check=False,
        )
        assert refused.returncode == 2


@pytest.mark.parametrize("kept_by", ["sqlite", "postgresql"])
def test_from_fault_to_closed_over_two_quarters(
    kept_by: str, both: dict[str, Inspected], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    story = LedgerStory(_copied(both["2027Q1"].workspace, tmp_path, kept_by, request))
    story.first_quarter()
    story.reviews_are_settled()
    story.units_answer(tmp_path)
    story.second_quarter()
    story.the_rest_is_closed()


def _copied(workspace: Workspace, folder: Path, kept_by: str, request: pytest.FixtureRequest) -> Workspace:
    """The runs of both quarters in a workspace whose ledger is empty."""
    shutil.copytree(workspace.root / "runs", folder / "runs")
    if kept_by == "postgresql":
        address = fresh_database(request.getfixturevalue("postgresql"), f"story_{folder.name}")
        (folder / "govaudit.toml").write_text(f'ledger = "{address}"\n', encoding="utf-8")
    return open_workspace(folder)


def test_a_recheck_says_what_the_next_inspection_says(both: dict[str, Inspected], tmp_path: Path) -> None:
    """In the next quarter, about every finding of two sites."""
    before, after = (both[state] for state in STATES)
    shutil.copytree(before.workspace.root, tmp_path, dirs_exist_ok=True)
    (tmp_path / "ledger.sqlite").unlink(missing_ok=True)
    workspace = open_workspace(tmp_path)
    record = existing_record(workspace, before.portals.state)
    chosen = choose(workspace, record, [], all_open=True)
    del chosen[before.portals.sites[0].key]
    with running_portals(after.portals.state) as portals:
        network = options_for(portals).network
        end = recheck_run(workspace, record, chosen, network, lambda _: None, as_of=portals.as_of)
    found = {one.id: one for judgement in after.end.judgements for one in judgement.findings}
    said = {told.before.id: told.answer.value for told in end.told}
    assert said == {
        one: "fixed" if one not in found else "untold" if found[one].verdict == "inconclusive" else "still"
        for one in said
    }
    assert {"fixed", "still"} <= set(said.values())
