"""What the sites of a run tell each other: a site that was judged before its portal is judged once more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.peers import Peer, is_portal_of
from govaudit.inspection.run import Budget
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.run_record import RunRecord, usable_profile, write_record
from govaudit.workflow.site_job import judge_stored, read_judgement, settle_peers
from tests.checks.fixture_site import FixtureSpec, build_context

if TYPE_CHECKING:
    from pathlib import Path

PORTAL = {
    "url": "http://www.yunlan.gov.cn/",
    "code": "5301990001",
    "name": "云澜市人民政府",
    "region": "云澜市",
}
DEPARTMENT = {
    "url": "http://zjj.yunlan.gov.cn/",
    "code": "5301990012",
    "name": "云澜市住房和城乡建设局",
    "kind": "department",
}


def document(made: str) -> str:
    return (
        '<html><head><meta charset="utf-8"><title>云澜市住房和城乡建设局关于印发物业服务管理办法的通知</title></head>'
        "<body><h1>云澜市住房和城乡建设局关于印发物业服务管理办法的通知</h1><table><tr><td>索引号</td><td>YL-2026-5</td>"
        f"<td>文号</td><td>云建规〔2026〕5号</td></tr><tr><td>成文日期</td><td>{made}</td><td>发布日期</td>"
        "<td>2026-09-21</td></tr></table><p>现将《物业服务管理办法》印发给你们，请认真贯彻执行。</p></body></html>"
    )


def guide(phone: str) -> str:
    return (
        '<html><head><meta charset="utf-8"><title>商品房预售许可_办事指南</title></head><body><h2>商品房预售许可</h2>'
        "<table><tr><th>事项名称</th><td>商品房预售许可</td></tr><tr><th>设定依据</th><td>《中华人民共和国城市房地产管理法》"
        "第四十五条</td></tr><tr><th>申请条件</th><td>已交付全部土地使用权出让金。</td></tr><tr><th>办理材料</th><td>"
        "预售方案（原件1份，纸质）</td></tr><tr><th>办理机构</th><td>云澜市住房和城乡建设局</td></tr>"
        f"<tr><th>联系电话</th><td>{phone}</td></tr></table></body></html>"
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, Settings())


@pytest.fixture
def record(workspace: Workspace, tmp_path: Path) -> RunRecord:
    """A run in which both sites were crawled, and neither was judged."""
    sites = []
    differing = ((DEPARTMENT, "2026-09-10", "0877-2012345"), (PORTAL, "2026-09-18", "0877-2019999"))
    for written, made, phone in differing:
        spec = FixtureSpec.model_validate(
            {
                "check": "DOC020",
                "site": written,
                "pages": {"/zcwj/1.html": document(made), "/bsfw/1.html": guide(phone)},
                "expect": {"verdict": "pass"},
            }
        )
        folder = tmp_path / written["code"]
        folder.mkdir()
        context = build_context(spec, folder)
        context.facts.close()
        sites.append(context.site)
        target = workspace.facts_file("2026Q4", context.site.key)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "facts.sqlite", target)
    profile = usable_profile("gov-2019", None)
    made_record = RunRecord(
        id="2026Q4",
        as_of=context.as_of,
        sites=tuple(sites),
        budget=Budget(),
        family="auto",
        browser="never",
        profiles={profile.name: profile.digest},
        default_profile=profile.name,
        started_at=context.as_of,
    )
    write_record(workspace, made_record)
    return made_record


def differing(workspace: Workspace, record: RunRecord, site: Site, check: str = "DOC020") -> list[str]:
    judgement = read_judgement(workspace, record, site)
    return [one.fault for one in judgement.findings if one.check == check]


def test_a_department_judged_before_its_portal_is_judged_once_more_and_not_again(
    workspace: Workspace, record: RunRecord
) -> None:
    department, portal = record.sites
    judge_stored(workspace, record, department)
    judge_stored(workspace, record, portal)
    assert differing(workspace, record, department) == []
    assert settle_peers(workspace, record) == [department.key]
    assert differing(workspace, record, department) == ["differs-from-portal"]
    assert differing(workspace, record, portal) == []
    judge_stored(workspace, record, portal)
    assert settle_peers(workspace, record) == []


def test_a_department_judged_after_its_portal_needs_no_second_judgement(
    workspace: Workspace, record: RunRecord
) -> None:
    department, portal = record.sites
    judge_stored(workspace, record, portal)
    judge_stored(workspace, record, department)
    assert differing(workspace, record, department) == ["differs-from-portal"]
    assert settle_peers(workspace, record) == []


def test_a_guide_that_differs_from_the_portal_is_told_at_the_department_with_the_page_of_the_portal(
    workspace: Workspace, record: RunRecord
) -> None:
    department, portal = record.sites
    judge_stored(workspace, record, department)
    judge_stored(workspace, record, portal)
    assert differing(workspace, record, department, "GUI008") == []
    assert settle_peers(workspace, record) == [department.key]
    assert differing(workspace, record, portal, "GUI008") == []
    [found] = [one for one in read_judgement(workspace, record, department).findings if one.check == "GUI008"]
    assert (found.fault, found.verdict) == ("differs-from-site", Verdict.REVIEW)
    assert found.page == "http://zjj.yunlan.gov.cn/bsfw/1.html"
    assert found.arguments["site"] == "云澜市人民政府"
    assert found.arguments["other"] == "http://www.yunlan.gov.cn/bsfw/1.html"
    assert found.arguments["differences"] == "联系电话: 0877-2019999 ≠ 0877-2012345"


def test_a_site_without_a_department_in_the_run_tells_nothing(
    workspace: Workspace, record: RunRecord
) -> None:
    portal = record.sites[1]
    alone = msgspec.structs.replace(record, sites=(portal,))
    judge_stored(workspace, alone, portal)
    assert list(workspace.run_folder(alone.id).glob("*.told.json")) == []
    judge_stored(workspace, record, portal)
    [told] = workspace.run_folder(record.id).glob("*.told.json")
    assert [one.name for one in msgspec.json.decode(told.read_bytes(), type=Peer).guides] == [
        "商品房预售许可"
    ]


@pytest.mark.parametrize(
    ("site", "related"),
    [
        (Site(url="http://zjj.yunlan.gov.cn/", kind="department"), True),
        (Site(url="http://www.yunlanzjj.gov.cn/", kind="department", region="云澜市"), True),
        (Site(url="http://www.qinghu.gov.cn/", kind="portal", region="云澜市"), False),
        (Site(url="http://zjj.hanzhou.gov.cn/", kind="department", region="瀚州市"), False),
        (Site(url="http://notyunlan.gov.cn/", kind="department"), False),
    ],
)
def test_whose_portal_a_portal_is(site: Site, related: bool) -> None:
    assert is_portal_of(Site(url="http://www.yunlan.gov.cn/", region="云澜市"), site) is related
