"""Sites worked out by hand: every veto, caps, samples, answers, bonuses, ×4/3, the table of 2015, own bands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from govaudit.inspection.finding import CheckResult, Finding, finding_id
from govaudit.inspection.profile import Band, load_profile
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Result, State, Verdict
from govaudit.scoring.result import Outcome, judge
from govaudit.workflow.run_record import usable_profile

CASES = yaml.safe_load((Path(__file__).parent / "hand_calculated.yaml").read_text("utf-8"))
PAGE = "http://www.x.gov.cn/guide.html"


def findings_of(case: dict[str, Any]) -> list[Finding]:
    return [
        Finding(
            id=finding_id(check, "1234560001", f"{aspect}{number}"),
            check=check, verdict=Verdict.FAIL, site="1234560001", page=PAGE, subject=f"{aspect}{number:03}",
            fault="any", aspect=aspect, count=count, pages=(PAGE,), parts=tuple(parts),
        )
        for check, aspect, times, count, *parts in case.get("findings", [])
        for number in range(times)
    ]  # fmt: skip


def outcome_of(case: dict[str, Any]) -> Outcome:
    profile = load_profile(case.get("book", "gov-2019"))
    if "bands" in case:
        bands = tuple(Band(name=name, above=above) for name, above in case["bands"].items())
        profile = profile.model_copy(update={"bands": bands})
    site = Site(
        url="http://www.x.gov.cn/", code="1234560001", kind=case.get("kind", "portal"),
        tags=tuple(case.get("tags", [])),
    )  # fmt: skip
    checks = {check: CheckResult(verdict=Verdict.PASS, examined=9) for check in profile.checks}
    return judge(
        site, profile, findings=findings_of(case), checks=checks,
        populations=dict.fromkeys(profile.checks, (PAGE,)), seed=1, answers=case.get("answers"),
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["site"])
def test_the_program_comes_to_the_same_score(case: dict[str, Any]) -> None:
    outcome = outcome_of(case)
    assert outcome.result is Result(case["result"])
    assert [hit.name for hit in outcome.vetoes] == case.get("vetoes", [])
    if "total" not in case:
        assert outcome.score is None
        return
    assert outcome.score is not None
    said = outcome.score.deducted, outcome.score.total, outcome.score.bonus
    assert said == (case["deducted"], case["total"], case["bonus"])
    assert outcome.score.band == case.get("band", "")


def test_a_person_who_denies_a_veto_settles_its_reviews() -> None:
    waiting = msgspec.structs.replace(
        findings_of({"findings": [["FRE006", "", 1, 1]]})[0], verdict=Verdict.REVIEW, state=State.REVIEW
    )
    profile = load_profile("gov-2019")
    site = Site(url="http://www.x.gov.cn/", code="1234560001")
    checks = {check: CheckResult(verdict=Verdict.PASS, examined=9) for check in profile.checks}
    open_, settled = (
        judge(site, profile, findings=[waiting], checks=checks, populations={}, seed=1, answers=answers)
        for answers in ({}, {"VETO-security": 0.0})
    )
    assert (open_.provisional, settled.provisional) == (1, 0)
    assert (open_.result, settled.result) == (Result.QUALIFIED, Result.QUALIFIED)
    confirmed = judge(
        site,
        profile,
        findings=[waiting],
        checks=checks,
        populations={},
        seed=1,
        answers={"VETO-security": 1.0},
    )
    assert confirmed.result is Result.UNQUALIFIED


def test_the_three_parts_of_the_table_add_up() -> None:
    portal = Site(url="http://www.x.gov.cn/")
    rows = [row for row in load_profile("gov-2019").rows if row.holds_for(portal)]
    deduct = {row.section: 0.0 for row in rows if row.part == "deduct"}
    for row in rows:
        if row.part == "deduct":
            deduct[row.section] += row.cap
    assert deduct == {"发布解读": 31, "办事服务": 25, "互动交流": 23, "功能设计": 21}
    assert sum(row.part == "deduct" for row in rows) == 29
    assert sum(row.cap for row in rows if row.part == "bonus") == 30
    assert sum(row.part == "bonus" for row in rows) == 10
    assert sum(row.part == "veto" for row in rows) == 6


def test_the_four_groups_of_2015_add_up() -> None:
    book = load_profile("census-2015")
    sections: dict[str, float] = {}
    for row in book.rows:
        if row.part == "deduct":
            sections[row.section] = sections.get(row.section, 0) + row.cap
    assert sections == {"网站可用性": 20, "信息更新情况": 30, "互动回应情况": 20, "服务实用情况": 30}
    assert [row.name for row in book.rows if row.part == "veto"] == [
        "站点无法访问", "网站不更新", "栏目不更新", "严重错误", "互动回应差",
    ]  # fmt: skip
    assert usable_profile("census-2015", None) == book


def test_an_answered_row_is_open_no_more() -> None:
    before, after = (
        outcome_of({"answers": {}}),
        outcome_of({"answers": {"INT-submit": 0, "VETO-security": 0}}),
    )
    assert before.score is not None
    assert after.score is not None
    assert set(before.score.manual_open) - set(after.score.manual_open) == {"INT-submit"}
    assert set(before.undecided) - set(after.undecided) == {"VETO-security"}
    assert not before.score.complete
