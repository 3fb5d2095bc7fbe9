"""The gate: same input, same answer; what could not be checked is never a pass, and 1 means findings alone."""

from __future__ import annotations

import json
import re
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from govaudit.crawler.browser.installed import find_browser
from govaudit.inspection.errors import InputError
from govaudit.inspection.finding import finding_id
from govaudit.inspection.run import CrawlPlan, Network, parse_moment
from govaudit.inspection.site import Site
from govaudit.inspection.workspace import Workspace, open_workspace
from govaudit.workflow.gate import GateOptions, gate
from govaudit.workflow.gate_baseline import read_baseline
from govaudit.workflow.inspect import RunOptions, begin_run, inspect_run
from tests.support.certificates import Authority
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from govaudit.workflow.gate_decision import GateEnd

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


def decide(
    target: str | Path,
    workspace: Workspace,
    *,
    network: dict[str, Any] | None = None,
    formats: tuple[str, ...] = (),
    **more: object,
) -> GateEnd:
    usual: dict[str, Any] = {"rate": 0.0, "timeout": 3.0, "connect_timeout": 2.0, "nameserver": "127.0.0.1:9"}
    options = RunOptions(
        as_of=parse_moment("2026-11-20"), network=Network(**usual, **(network or {})), formats=formats
    )
    return gate(str(target), workspace, options, lambda _: None, GateOptions(**more))  # type: ignore[arg-type]


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
    baseline = tmp_path / "out" / "findings.json"
    known = decide(built, workspace, baseline=baseline)
    assert (code(known), len(known.known)) == (0, 1)
    (built / "about.html").write_text(page("/gone-too"), encoding="utf-8")
    assert code(decide(built, workspace, baseline=baseline)) == 1


def test_one_fix_never_pays_for_one_new_fault(built: Path, workspace: Workspace, tmp_path: Path) -> None:
    (built / "about.html").write_text(page("/one", "/two"), encoding="utf-8")
    decide(built, workspace, out=tmp_path / "out")
    (built / "about.html").write_text(page("/two", "/three"), encoding="utf-8")
    end = decide(built, workspace, baseline=tmp_path / "out" / "findings.json")
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
    assert (end.unchecked[0].reason, end.over) == ("connect", ())


def test_a_target_behind_a_wall_is_no_pass(workspace: Workspace) -> None:
    with HttpSite({"/": Reply(status=412, body="")}) as site:
        end = decide(f"{site.url}/", workspace)
    assert code(end) == 3
    assert (end.unchecked[0].reason, end.over) == ("blocked-status", ())


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
    with pytest.raises(InputError) as wrong:
        read_baseline(tmp_path / "list.json")
    assert wrong.value.problems[0].key == "gate.no-findings"


def ids(end: GateEnd) -> dict[str, str]:
    return {finding.id: finding.subject for finding in end.over}


BASE = "https://www.x.gov.cn/"


def test_a_folder_stands_in_for_its_https_address_without_a_certificate(
    built: Path, workspace: Workspace
) -> None:
    (built / "index.html").write_text(page("/about", f"{BASE}news", "http://x.gov.cn/news", "/gone"))
    end = decide(built, workspace, base_url=BASE)
    assert list(ids(end).values()) == [f"{BASE}gone"]
    assert (end.unchecked, end.warned) == ((), ())


def test_ids_of_a_folder_of_a_staging_server_and_of_the_site_are_the_same(
    built: Path, workspace: Workspace
) -> None:
    (workspace.root / "sites.csv").write_text(f"code,name,url\n4401000001,某市,{BASE}\n", encoding="utf-8")
    (built / "about.html").write_text(page("/gone"))
    routes = {"/": page("/about", "/news"), "/about": page("/gone"), "/news": page("/")}
    with HttpSite({path: Reply(body=body) for path, body in routes.items()}) as staging:
        staged = decide(f"{staging.url}/", workspace, base_url=BASE)
        own = decide(f"{staging.url}/", workspace)
    assert ids(staged) == ids(decide(built, workspace, base_url=BASE))
    assert ids(staged) == {finding_id("LNK001", "4401000001", "x.gov.cn/gone"): f"{BASE}gone"}
    assert ids(own).keys().isdisjoint(ids(staged))


def test_redirects_of_a_staging_server_to_itself_stay_at_the_published_address(workspace: Workspace) -> None:
    absolute = Reply(choose=lambda request: redirect(f"http://{request.headers['host']}/new"))
    routes = {"/": Reply(body=page("/old")), "/old": absolute, "/new": Reply(body=page("/gone"))}
    with HttpSite(routes) as staging:
        end = decide(f"{staging.url}/", workspace, base_url=BASE)
    assert [(finding.page, finding.subject) for finding in end.over] == [(f"{BASE}new", f"{BASE}gone")]


def test_a_folder_may_be_published_below_a_path(built: Path, workspace: Workspace) -> None:
    (built / "index.html").write_text(page("about", "news", "/outside"))
    end = decide(built, workspace, base_url=f"{BASE}bm/")
    assert sorted(ids(end).values()) == [BASE, f"{BASE}outside"]


def test_addresses_that_the_redirects_file_answers_are_no_faults(built: Path, workspace: Workspace) -> None:
    (built / "_redirects").write_text("/old/* /about 301\n/app /news 200\n")
    (built / "index.html").write_text(page("/about", "/news", "/old/1", "/app", "/older/1"))
    assert list(ids(decide(built, workspace)).values()) == ["http://preview.invalid/older/1"]


def test_only_the_pages_of_a_list_are_judged_with_all_their_links(
    built: Path, workspace: Workspace, tmp_path: Path
) -> None:
    (built / "index.html").write_text(page("/about", "/gone-home"))
    (built / "about.html").write_text(page("/gone", "/deep.html"))
    (built / "deep.html").write_text(page("/deeper.html"))
    (tmp_path / "list.txt").write_text("# changed\n/about\n\n")
    end = decide(built, workspace, urls=tmp_path / "list.txt")
    assert list(ids(end).values()) == ["http://preview.invalid/gone"]
    assert [finding.subject for finding in end.elsewhere] == ["http://preview.invalid/gone-home"]


def test_a_list_with_strange_lines_is_refused_line_by_line(
    built: Path, workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("/about\nhttp://other.example/\n")
    with pytest.raises(InputError) as caught:
        decide(built, workspace, urls=tmp_path / "list.txt")
    assert [(one.key, one.line) for one in caught.value.problems] == [("gate.no-page", 2)]
    (tmp_path / "list.txt").write_text("# nothing\n")
    with pytest.raises(InputError) as caught:
        decide(built, workspace, urls=tmp_path / "list.txt")
    assert caught.value.problems[0].key == "gate.no-pages"


def test_a_page_of_the_list_that_is_not_there_is_no_pass(
    built: Path, workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("/about\n/nowhere.html\n")
    end = decide(built, workspace, urls=tmp_path / "list.txt")
    assert code(end) == 3
    assert [(why.subject, why.detail) for why in end.unchecked] == [
        ("http://preview.invalid/nowhere.html", "status 404")
    ]


def test_reports_tell_what_closes_from_what_is_known(
    built: Path, workspace: Workspace, tmp_path: Path
) -> None:
    (built / "about.html").write_text(page("/old-fault"))
    first = decide(built, workspace, out=tmp_path / "before")
    (built / "news.html").write_text(page("/new-fault"))
    formats = ("json", "sarif", "junit", "github", "md")
    end = decide(
        built,
        workspace,
        formats=formats,
        output="github",
        baseline=tmp_path / "before" / "findings.json",
        out=tmp_path / "out",
    )
    (new,) = ids(end)
    results = json.loads((tmp_path / "out" / "findings.sarif").read_text())["runs"][0]["results"]
    states = {one["partialFingerprints"]["govauditFinding/v1"]: one["baselineState"] for one in results}
    assert (states[new], states[next(iter(ids(first)))]) == ("new", "unchanged")
    said = end.output.decode()
    assert said.count("::error ") == 1
    assert "news" in said
    assert "about" not in said
    suites = etree.fromstring((tmp_path / "out" / "junit.xml").read_bytes())
    assert (suites.get("failures"), suites.get("errors")) == ("1", "0")
    decision = json.loads((tmp_path / "out" / "gate.json").read_text())
    assert (decision["exit_code"], decision["over"]) == (1, [new])
    assert decision["rules"] == [
        {"name": "", "found": 2, "known": 1, "counted": 1, "at_most": 0, "closed": True}
    ]


def test_a_staging_server_is_entered_with_certificate_and_key(workspace: Workspace, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.server("127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.trusted)
    authority.server("visitor")
    with HttpSite({"/": Reply(body=page())}, tls=context) as staging:
        network = {"trust": str(authority.trusted)}
        assert code(decide(f"{staging.url}/", workspace, network=network)) == 3
        network["client_certificate"] = str(tmp_path / "visitor.pem")
        assert code(decide(f"{staging.url}/", workspace, network=network)) == 0


def inspected(address: str, workspace: Workspace, day: str) -> None:
    """Inspect the registered site as a quarterly run does, on ``day``."""
    host: dict[str, tuple[str, ...]] = {"www.x.gov.cn:80": ("127.0.0.1",)}
    port = {"www.x.gov.cn:80": int(address.rpartition(":")[2])}
    network = Network(rate=0.0, allow_private=True, resolve=host, connect_port=port, nameserver="127.0.0.1:9")
    options = RunOptions(run=day, as_of=parse_moment(day), network=network, formats=("json",))
    site = Site(url="http://www.x.gov.cn/", code="4401000001")
    record = begin_run(workspace, [site], options, listed=True)
    assert not inspect_run(workspace, record, options, lambda _: None).crashes


def test_the_ledger_is_a_baseline_of_which_what_was_mended_is_no_part(
    built: Path, workspace: Workspace
) -> None:
    with pytest.raises(InputError):
        decide(built, workspace, baseline="ledger")
    (workspace.root / "sites.csv").write_text(
        "code,name,url\n4401000001,某市,http://www.x.gov.cn/\n", encoding="utf-8"
    )
    with HttpSite({"/": [Reply(body=page("/mended", "/known"))], "/about": Reply(body=page("/"))}) as site:
        inspected(site.url, workspace, "2026-09-30")
    with HttpSite({"/": Reply(body=page("/known"))}) as site:
        inspected(site.url, workspace, "2026-11-20")
    (built / "about.html").write_text(page("/mended", "/known", "/new"))
    end = decide(built, workspace, base_url="http://www.x.gov.cn/", baseline="ledger")
    assert sorted(ids(end).values()) == ["http://www.x.gov.cn/mended", "http://www.x.gov.cn/new"]
    assert [finding.subject for finding in end.known] == ["http://www.x.gov.cn/known"]


@pytest.mark.skipif(not find_browser().usable, reason="no browser here")
def test_pages_that_scripts_write_are_read_from_an_https_folder_without_a_certificate(
    built: Path, workspace: Workspace
) -> None:
    script = 'fetch("/list.json").then(one => one.json()).then(urls => { document.getElementById("app").innerHTML = '
    script += "urls.map(url => `<a href='${url}'>通知公告 ${url}</a>`).join('') + location.origin })"
    shell = '<!DOCTYPE html><title>首页</title><div id="app"></div><script src="/app.js"></script>'
    (built / "index.html").write_text(shell, encoding="utf-8")
    (built / "app.js").write_text(script, encoding="utf-8")
    (built / "list.json").write_text(json.dumps(["/about", f"{BASE}news", "/gone"]))
    end = decide(built, workspace, base_url=BASE)
    assert list(ids(end).values()) == [f"{BASE}gone"]
    assert end.judgement is not None
    assert end.judgement.coverage.visited == 3


def test_a_private_address_is_asked_for_only_when_that_was_said(workspace: Workspace) -> None:
    with pytest.raises(InputError) as caught:
        decide("http://10.0.0.1/", workspace, base_url=BASE)
    assert caught.value.problems[0].key == "target.private"


def test_the_policy_of_the_handbook_is_one(tmp_path: Path) -> None:
    for name in ("gate.md", "gate.zh-CN.md"):
        handbook = (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")
        (example,) = re.findall(r"```toml\n(.*?)```", handbook, re.DOTALL)
        (tmp_path / "govaudit.toml").write_text(example, encoding="utf-8")
        policy = open_workspace(tmp_path).settings.gate
        assert [rule.closes for rule in policy.in_order] == [False, True, True]
        assert policy.model_fields_set >= {"baseline", "new_only", "inconclusive", "seconds", "kinds"}


def test_keys_stay_out_of_the_stored_plan() -> None:
    network = Network(
        headers=(("A", "b"),),
        client_certificate="c.pem",
        client_key="k",
        client_key_password="p",  # noqa: S106
    )
    plan = CrawlPlan(run="r", site=Site(url=BASE), as_of=parse_moment("2026-11-20"), seed=1, network=network)
    assert plan.without_secrets().network == Network()
