"""Bodies are pruned as the workspace says; what rested on them is not measured any more, nothing turns into a fault."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.errors import GovauditError, PrunedError
from govaudit.inspection.pruning import prune_bodies
from govaudit.inspection.site import Site
from govaudit.inspection.site_facts import SiteFacts, read_state
from govaudit.inspection.workspace import Settings, Workspace
from govaudit.workflow.archive import prune_run
from govaudit.workflow.inspect import RunOptions, begin_run, check_run, inspect_run
from govaudit.workflow.responses import addresses_of, is_flagged
from govaudit.workflow.run_record import existing_record
from tests.crawler.crawling import AS_OF, QUICK
from tests.support.http_site import HttpSite, Reply
from tests.workflow.test_responses import Filed

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.inspection.run import Archive

HEAD = "<!DOCTYPE html><meta charset=utf-8><title>页面</title>"
TAGGED = (("ETag", '"1"'),)
ROUTES = {
    "/": Reply(body=f"{HEAD}<h1>某市</h1><a href=/a.html>一</a><a href=/b.html>二</a>", headers=TAGGED),
    "/a.html": Reply(
        body=f"{HEAD}<p>{'正文' * 4000}</p><a href=/gone.html>断链</a>", headers=TAGGED, confirms="honest"
    ),
    "/b.html": Reply(body=f"{HEAD}<p>正文，没有问题的页面</p>", headers=TAGGED, confirms="honest"),
}
NETWORK = msgspec.structs.replace(QUICK, browser="never")


def inspected(folder: Path, site: HttpSite, archive: str) -> SiteJudgement:
    workspace = Workspace(folder, Settings.model_validate({"screenshots": 0, "archive": archive}))
    options = RunOptions(run="r", as_of=AS_OF, network=NETWORK, formats=("json",))
    record = begin_run(workspace, [Site(url=f"{site.url}/")], options, listed=False)
    end = inspect_run(workspace, record, options, lambda _: None)
    assert not end.crashes
    assert not end.problems
    return end.judgements[0]


@dataclass
class Stored:
    """An inspected site with all its bodies, in a workspace of the test's own."""

    workspace: Workspace
    url: str
    judgement: SiteJudgement

    @property
    def file(self) -> Path:
        return self.workspace.facts_file("r", self.judgement.site.key)

    def kept(self) -> set[str]:
        """Paths of the pages whose bodies are stored."""
        with closing(SiteFacts.open(self.file)) as facts:
            return {path for path in ROUTES if facts.bodies(self.url + path)}

    def prune(self, archive: Archive) -> int:
        freed, problems = prune_run(self.workspace, existing_record(self.workspace, "r"), archive)
        assert not problems
        return freed


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    folder = tmp_path_factory.mktemp("whole")
    with HttpSite(ROUTES) as site:
        judgement = inspected(folder, site, "all")
        return Stored(Workspace(folder, Settings(screenshots=0)), site.url, judgement)


@pytest.fixture
def stored(whole: Stored, tmp_path: Path) -> Stored:
    folder = tmp_path / "copy"
    shutil.copytree(whole.workspace.root, folder)
    return replace(whole, workspace=Workspace(folder, Settings(screenshots=0)))


def faults(judgement: SiteJudgement) -> set[tuple[str, str]]:
    return {(one.check, one.subject) for one in judgement.findings if is_flagged(one)}


def test_all_bodies_stay_when_nothing_else_is_set(stored: Stored) -> None:
    assert stored.kept() == set(ROUTES)
    assert stored.prune("all") == 0
    assert stored.kept() == set(ROUTES)


def test_bodies_of_pages_with_problems_can_be_kept_alone(stored: Stored) -> None:
    before = stored.file.stat().st_size
    assert (
        prune_bodies(stored.file, "flagged", [f"{stored.url}/a.html"]) == before - stored.file.stat().st_size
    )
    assert stored.kept() == {"/a.html"}
    assert prune_bodies(stored.file, "flagged") == 0
    assert stored.kept() == {"/a.html"}
    with closing(SiteFacts.open(stored.file)) as facts:
        assert facts.body(f"{stored.url}/a.html") == ROUTES["/a.html"].payload()
        assert len(list(facts.pages())) == len(ROUTES)
        assert facts.body(f"{stored.url}/gone.html") is None
        with pytest.raises(PrunedError):
            facts.body(f"{stored.url}/b.html")
    stored.prune("none")
    assert stored.kept() == set()


def test_the_flagged_pages_are_those_that_the_problems_rest_on(stored: Stored) -> None:
    stored.prune("flagged")
    flagged = {url for one in stored.judgement.findings if is_flagged(one) for url in addresses_of(one)}
    assert stored.kept() == {path for path in ROUTES if stored.url + path in flagged} > set()


def test_judged_again_without_bodies_there_is_no_new_fault_and_the_responses_stay(stored: Stored) -> None:
    filed = Filed(stored.workspace, stored.url, stored.judgement)
    before, responses = stored.judgement, filed.records()
    stored.prune("none")
    (after,) = check_run(stored.workspace, "r", "")
    assert filed.response("/a.html")[3] == ROUTES["/a.html"].payload()
    kept = {one[0]["WARC-Record-ID"]: one for one in responses if one[0]["WARC-Type"] == "response"}
    assert all(kept[one[0]["WARC-Record-ID"]] == one for one in filed.records() if one[1])
    assert faults(after) <= faults(before)
    assert faults(after)
    unmeasured = {
        check: one for check, one in after.checks.items() if one.detail.endswith("(archive = none)")
    }
    assert unmeasured
    assert {one.reason for one in unmeasured.values()} == {"not-measured"}
    assert all(before.checks[check].reason != "not-measured" for check in unmeasured)
    for finding in after.findings:
        for piece in finding.evidence:
            content = (stored.workspace.run_folder("r") / piece.path).read_bytes()
            assert hashlib.sha256(content).hexdigest() == piece.sha256


def test_with_all_bodies_a_run_is_judged_again_to_the_same_end(stored: Stored) -> None:
    (after,) = check_run(stored.workspace, "r", "")
    # No picture is taken either way, for another reason.
    unpictured = tuple(msgspec.structs.replace(one, no_picture="") for one in after.findings)
    assert unpictured == tuple(
        msgspec.structs.replace(one, no_picture="") for one in stored.judgement.findings
    )
    assert after.checks == stored.judgement.checks


def test_an_inspection_prunes_and_the_next_one_is_sent_anew_what_is_not_stored(tmp_path: Path) -> None:
    with HttpSite(ROUTES) as site:
        key = inspected(tmp_path, site, "none").site.key
        workspace = Workspace(tmp_path, Settings(screenshots=0))
        state = read_state(workspace.facts_file("r", key))
        assert state is not None
        assert state.archive == "none"
        options = RunOptions(run="next", as_of=AS_OF.replace(day=23), network=NETWORK, formats=("json",))
        record = begin_run(workspace, [Site(url=f"{site.url}/")], options, listed=False)
        assert not inspect_run(workspace, record, options, lambda _: None).crashes
        assert not [one for one in site.requests if "if-none-match" in one.headers]
    with closing(SiteFacts.open(workspace.facts_file("next", key))) as facts:
        assert facts.plan.earlier == "r"
        assert facts.body(f"{site.url}/b.html") == ROUTES["/b.html"].payload()


def test_what_is_not_judged_or_no_store_is_left_alone(stored: Stored, tmp_path: Path) -> None:
    stored.workspace.judgement_file("r", stored.judgement.site.key).unlink()
    assert stored.prune("none") == 0
    assert stored.kept() == set(ROUTES)
    file = tmp_path / "none.sqlite"
    file.write_bytes(b"no store" * 100)
    with pytest.raises(GovauditError):
        prune_bodies(file, "none")
