"""What findings about messages do to a site's result under the rule book of 2019."""

from __future__ import annotations

from govaudit.inspection.finding import CheckResult, Finding, finding_id
from govaudit.inspection.profile import Profile, load_profile
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, Result, State, Verdict
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


def won(*awards: str, answer: float | None = None, profile: Profile | None = None) -> tuple[float, float]:
    """Points won in the row of surveys, and the bonus of the site."""
    rules = profile or load_profile("gov-2019")
    checks = {one: CheckResult(verdict=Verdict.PASS, examined=9) for one in rules.checks}
    checks["INT006"] = CheckResult(verdict=Verdict.PASS, examined=6, awards=awards)
    answers = {} if answer is None else {"BON-surveys": answer}
    outcome = judge(PORTAL, rules, findings=[], checks=checks, populations={}, seed=1, answers=answers)
    assert outcome.score is not None
    row = next((one.deducted for one in outcome.score.bonus_rows if one.row == "BON-surveys"), 0)
    return row, outcome.score.bonus


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


def test_g9_no_way_to_ask_vetoes_when_somebody_confirms_it() -> None:
    missing = message("INT001", "http://www.x.gov.cn/", Verdict.REVIEW)
    waiting = judged(missing)
    assert (waiting.vetoes, waiting.provisional) == ((), 1)
    missing.decided = State.CONFIRMED
    for site in (PORTAL, DEPARTMENT):
        assert [one.row for one in judged(missing, site=site).vetoes] == ["VETO-interaction"]


def test_g9_no_figures_on_messages_cost_three_points() -> None:
    assert points(judged(message("INT005", "http://www.x.gov.cn/ly/")), "INT-messages") == 3


def test_p8_surveys_held_often_win_two_points_and_their_results_one() -> None:
    assert won() == (0, 0)
    assert won("often") == (2, 2)
    assert won("answered") == (1, 1)
    assert won("often", "answered") == (3, 3)


def test_p8_what_a_person_gives_for_surveys_comes_on_top_up_to_the_cap() -> None:
    assert won(answer=2) == (2, 2)
    assert won("often", answer=3) == (3, 3)


def test_p8_a_row_without_awards_wins_nothing_by_itself() -> None:
    rules = load_profile("gov-2019")
    rows = tuple(
        row.model_copy(update={"award": ()}) if row.id == "BON-surveys" else row for row in rules.rows
    )
    assert won("often", "answered", profile=rules.model_copy(update={"rows": rows})) == (0, 0)


def test_p8_missing_a_bonus_costs_nothing() -> None:
    outcome = judged(message("INT006", "http://www.x.gov.cn/yjzj/"))
    assert outcome.score is not None
    assert outcome.score.deducted == 0
    assert [one.kind for one in outcome.findings] == [Kind.BONUS]
