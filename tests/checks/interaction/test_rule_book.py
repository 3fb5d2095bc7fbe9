"""What findings about messages do to a site's result under the rule book of 2019."""

from __future__ import annotations

from govaudit.inspection.finding import CheckResult, Finding, finding_id
from govaudit.inspection.profile import Profile, load_profile
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Result, State, Verdict
from govaudit.scoring.result import Outcome, judge

PORTAL = Site(url="http://www.x.gov.cn/", code="1234560001", kind="portal")
DEPARTMENT = Site(url="http://y.x.gov.cn/", code="1234560002", kind="department")


def message(check: str, page: str, verdict: Verdict = Verdict.FAIL, count: int = 1) -> Finding:
    return Finding(
        id=finding_id(check, PORTAL.code, page), check=check, verdict=verdict, site=PORTAL.code, page=page,
        subject=page, fault="any", pages=(page,), count=count,
        state=State.REVIEW if verdict is Verdict.REVIEW else State.OPEN,
    )  # fmt: skip


def judged(*findings: Finding, site: Site = PORTAL, profile: Profile | None = None) -> Outcome:
    rules = profile or load_profile("gov-2019")
    checks = {one: CheckResult(verdict=Verdict.PASS, examined=9) for one in rules.checks}
    pages = [one.page for one in findings if one.check == "INT003"]
    return judge(site, rules, findings=findings, checks=checks, populations={"INT003": pages}, seed=1)


def points(outcome: Outcome, row: str) -> float:
    assert outcome.score is not None
    return next(one.deducted for one in outcome.score.rows if one.row == row)


def test_g9_a_message_left_unanswered_vetoes_portals_and_departments() -> None:
    for site in (PORTAL, DEPARTMENT):
        result = judged(message("INT002", "http://www.x.gov.cn/ly/1.html"), site=site)
        assert (result.result, [one.row for one in result.vetoes]) == (
            Result.UNQUALIFIED,
            ["VETO-interaction"],
        )


def test_t12_what_only_a_list_says_waits_for_a_person() -> None:
    result = judged(message("INT002", "http://www.x.gov.cn/ly/", Verdict.REVIEW))
    assert (result.vetoes, result.provisional) == ((), 1)


def test_p8_parts_that_messages_lack_cost_a_point_each_and_silence_three() -> None:
    page = "http://www.x.gov.cn/ly/{}.html".format
    assert points(judged(message("INT003", page(1), count=2)), "INT-messages") == 2
    many = [message("INT003", page(number)) for number in range(9)]
    assert points(judged(*many), "INT-messages") == 5
    assert points(judged(message("INT004", page(1))), "INT-messages") == 3
    assert points(judged(*many, message("INT004", page(1))), "INT-messages") == 6
