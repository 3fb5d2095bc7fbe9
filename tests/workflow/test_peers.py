"""What the sites of a run tell each other: a site that was judged before its portal is judged once more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from govaudit.inspection.peers import is_portal_of
from govaudit.inspection.run import Budget
from govaudit.inspection.site import Site
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


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, Settings())


@pytest.fixture
def record(workspace: Workspace, tmp_path: Path) -> RunRecord:
    """A run in which both sites were crawled, and neither was judged."""
    sites = []
    for written, made in ((DEPARTMENT, "2026-09-10"), (PORTAL, "2026-09-18")):
        spec = FixtureSpec.model_validate(
            {
                "check": "DOC020",
                "site": written,
                "pages": {"/zcwj/1.html": document(made)},
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


def differing(workspace: Workspace, record: RunRecord, site: Site) -> list[str]:
    judgement = read_judgement(workspace, record, site)
    return [one.fault for one in judgement.findings if one.check == "DOC020"]


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
