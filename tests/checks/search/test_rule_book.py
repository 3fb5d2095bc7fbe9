"""What findings about the search do to a site's result under the rule book of 2019."""

from __future__ import annotations

from govaudit.inspection.finding import CheckResult, Finding, finding_id
from govaudit.inspection.profile import load_profile
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, State, Verdict
from govaudit.scoring.result import Outcome, judge

PORTAL = Site(url="http://www.x.gov.cn/", code="1234560001", kind="portal")
DEPARTMENT = Site(url="http://y.x.gov.cn/", code="1234560002", kind="department")


def found(check: str, page: str, aspect: str = "", verdict: Verdict = Verdict.FAIL) -> Finding:
    return Finding(
        id=finding_id(check, PORTAL.code, page), check=check, verdict=verdict, site=PORTAL.code, page=page,
        subject=page, fault="any", aspect=aspect,
        state=State.REVIEW if verdict is Verdict.REVIEW else State.OPEN,
    )  # fmt: skip


def judged(*findings: Finding, site: Site = PORTAL) -> Outcome:
    rules = load_profile("gov-2019")
    checks = {one: CheckResult(verdict=Verdict.PASS, examined=9) for one in rules.checks}
    return judge(site, rules, findings=findings, checks=checks, populations={}, seed=1)


def points(outcome: Outcome) -> float:
    assert outcome.score is not None
    return next(one.deducted for one in outcome.score.rows if one.row == "FUN-search")


def test_g14_no_search_costs_four_points() -> None:
    assert points(judged(found("SCH001", "http://www.x.gov.cn/"))) == 4


def test_g14_every_title_that_the_search_misses_costs_a_point_up_to_four() -> None:
    missed = [found("SCH002", f"http://www.x.gov.cn/{number}.html", "title") for number in range(6)]
    assert [points(judged(*missed[:count])) for count in (1, 3, 6)] == [1, 3, 4]


def test_g14_a_search_that_seems_broken_costs_four_points_when_somebody_confirms_it() -> None:
    broken = found("SCH002", "http://www.x.gov.cn/s", "search", Verdict.REVIEW)
    assert points(judged(broken)) == 0
    broken.decided = State.CONFIRMED
    assert points(judged(broken)) == 4


def test_g14_departments_are_shown_what_their_search_misses_and_lose_nothing() -> None:
    outcome = judged(found("SCH002", "http://y.x.gov.cn/1.html", "title"), site=DEPARTMENT)
    assert outcome.score is None
    assert [(one.row, one.kind) for one in outcome.findings[0].effects] == [("站内搜索", Kind.WARN)]
