"""Points, caps, samples, vetoes and results, each counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from govaudit.inspection.finding import CheckResult, Finding, finding_id
from govaudit.inspection.profile import Deduction, Profile, Row, VetoRule
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict
from govaudit.scoring.result import Outcome, judge
from govaudit.scoring.rows import sample_of

PORTAL = Site(url="http://www.x.gov.cn/", code="1234560001", kind="portal")
DEPARTMENT = Site(url="http://y.x.gov.cn/", code="1234560002", kind="department")


def row(row_id: str, part: str = "deduct", **rules: Any) -> Row:
    return Row(id=row_id, name=f"{row_id}-name", part=part, clause=f"{row_id}-clause", sure="N", **rules)  # type: ignore[arg-type]


def finding(check: str, subject: str = "s", **more: Any) -> Finding:
    return Finding(
        id=finding_id(check, "1234560001", subject),
        check=check,
        verdict=more.pop("verdict", Verdict.FAIL),
        site="1234560001",
        page=more.pop("page", "http://www.x.gov.cn/"),
        subject=subject,
        fault="any",
        **more,
    )


def outcome(rows: list[Row], findings: list[Finding], *, site: Site = PORTAL, **more: Any) -> Outcome:
    checks = {"COV001": CheckResult(verdict=Verdict.PASS, examined=9)}
    for one in rows:
        checks.update({check: CheckResult(verdict=Verdict.PASS, examined=9) for check in one.check_ids()})
    checks.update(more.pop("checks", {}))
    profile = Profile(name="p", title="t", basis="b", rows=tuple(rows))
    return judge(
        site, profile, findings=findings, checks=checks, populations=more.pop("populations", {}), seed=1
    )


LINKS = row(
    "F-links",
    cap=1.0,
    deduct=(
        Deduction(checks=("LNK001",), points=0.2, aspects=("home",)),
        Deduction(checks=("LNK001",), points=0.1, aspects=("other",)),
    ),
)


def test_every_fault_costs_its_points_and_names_its_clause() -> None:
    result = outcome([LINKS], [finding("LNK001", "a", aspect="home"), finding("LNK001", "b", aspect="other")])
    assert result.score is not None
    assert (result.score.deducted, result.score.total) == (0.3, 99.7)
    assert [(one.subject, one.kind, one.points, one.clause) for one in result.findings] == [
        ("a", Kind.DEDUCT, -0.2, "F-links-clause"),
        ("b", Kind.DEDUCT, -0.1, "F-links-clause"),
    ]


def test_a_row_never_costs_more_than_its_cap_and_the_findings_add_up_to_it() -> None:
    result = outcome([LINKS], [finding("LNK001", f"s{n:02}", aspect="other") for n in range(30)])
    assert result.score is not None
    assert result.score.deducted == 1.0
    assert round(sum(one.points or 0 for one in result.findings), 2) == -1.0
    assert result.score.rows[0].raw == 3.0


@pytest.mark.parametrize(
    ("per", "expected"), [("finding", 2.0), ("occurrence", 5.0), ("page", 3.0), ("once", 1.0)]
)
def test_what_is_counted_is_the_rows_choice(per: str, expected: float) -> None:
    counting = row("F", cap=50, deduct=(Deduction(checks=("TAG003",), points=1, per=per),))  # type: ignore[arg-type]
    result = outcome(
        [counting],
        [
            finding("TAG003", "PubDate", count=3, pages=("u1", "u2", "u3")),
            finding("TAG003", "ContentSource", count=2, pages=("u2", "u3")),
        ],
    )
    assert result.score is not None
    assert result.score.deducted == expected


def test_occurrences_on_the_home_page_and_elsewhere_cost_what_each_costs() -> None:
    rules = (
        Deduction(checks=("LNK001",), aspects=("home",), points=0.2, per="occurrence"),
        Deduction(checks=("LNK001",), aspects=("other",), points=0.1, per="occurrence"),
    )
    both = finding("LNK001", "a", aspect="home", count=4)
    both.spread = {"home": 1, "other": 3}
    result = outcome(
        [row("F", cap=50, deduct=rules)], [both, finding("LNK001", "b", aspect="other", count=2)]
    )
    assert result.score is not None
    assert result.score.deducted == 0.7
    assert [one.points for one in result.findings] == [-0.5, -0.2]


def test_only_sampled_pages_give_points_and_the_sample_is_listed_and_repeatable() -> None:
    pages = tuple(f"http://www.x.gov.cn/{n}" for n in range(40))
    sampled = row("F", cap=50, deduct=(Deduction(checks=("TAG003",), points=1, per="page", sample=5),))
    faulty = [finding("TAG003", "PubDate", count=40, pages=pages)]
    first = outcome([sampled], faulty, populations={"TAG003": pages})
    again = outcome([sampled], faulty, populations={"TAG003": tuple(reversed(pages))})
    assert first.score is not None
    assert first.score.deducted == 5.0
    assert first.samples == again.samples
    assert len(first.samples["TAG003"]) == 5
    assert sample_of(pages, 5, 1, "TAG003") == first.samples["TAG003"]
    assert sample_of(pages, 5, 2, "TAG003") != first.samples["TAG003"]


def test_what_could_not_be_measured_and_what_waits_for_a_person_costs_nothing() -> None:
    unsure = [
        finding("LNK001", "a", aspect="home", verdict=Verdict.INCONCLUSIVE, reason=Reason.TIMEOUT),
        finding("LNK001", "b", aspect="home", verdict=Verdict.REVIEW, state=State.REVIEW),
        finding("LNK001", "c", aspect="home", decided=State.DISMISSED),
    ]
    result = outcome([LINKS], unsure)
    assert result.score is not None
    assert result.score.deducted == 0
    confirmed = finding("LNK001", "b", aspect="home", verdict=Verdict.REVIEW, decided=State.CONFIRMED)
    counted = outcome([LINKS], [confirmed])
    assert counted.score is not None
    assert counted.score.deducted == 0.2


VETO = row(
    "V",
    "veto",
    veto=(VetoRule(checks=("FRE002", "FRE003"), at_least=5), VetoRule(checks=("FRE004",), at_least=10)),
)


def test_a_counting_veto_needs_its_number_over_all_its_checks() -> None:
    four = [finding("FRE002", f"n{n}") for n in range(2)] + [finding("FRE003", f"p{n}") for n in range(2)]
    assert outcome([VETO], four).result is Result.QUALIFIED
    five = [*four, finding("FRE003", "p9")]
    result = outcome([VETO], five)
    assert (result.result, result.reason, result.score) == (Result.UNQUALIFIED, "veto: V-name", None)
    assert len(result.vetoes[0].findings) == 5
    assert outcome([VETO], [finding("FRE004", f"c{n}") for n in range(9)]).result is Result.QUALIFIED


def test_a_veto_that_hangs_on_what_could_not_be_read_leaves_the_site_undecided() -> None:
    four = [finding("FRE002", f"n{n}") for n in range(4)]
    unknown = finding("FRE003", "u", verdict=Verdict.INCONCLUSIVE, reason=Reason.BROWSER_NEEDED)
    result = outcome([VETO], [*four, unknown])
    assert (result.result, result.reason) == (Result.INCONCLUSIVE, "browser-needed: V-name")


def test_departments_are_judged_by_vetoes_alone() -> None:
    result = outcome([LINKS, VETO], [finding("LNK001", "a", aspect="home")], site=DEPARTMENT)
    assert (result.result, result.score) == (Result.QUALIFIED, None)
    assert result.findings[0].points is None


def test_a_portal_below_the_pass_line_is_unqualified() -> None:
    heavy = row("F", cap=50, deduct=(Deduction(checks=("COL001",), points=41),))
    result = outcome([heavy], [finding("COL001")])
    assert (result.result, result.reason) == (Result.UNQUALIFIED, "score: 59 < 60")
    assert result.score is not None
    at_the_line = row("F", cap=50, deduct=(Deduction(checks=("COL001",), points=40),))
    assert outcome([at_the_line], [finding("COL001")]).result is Result.QUALIFIED


def test_a_site_that_was_not_read_is_inconclusive_and_one_with_a_certain_veto_is_not() -> None:
    thin = {
        "COV001": CheckResult(
            verdict=Verdict.INCONCLUSIVE, examined=40, reason=Reason.ROBOTS, detail="12 of 40"
        )
    }
    result = outcome([LINKS], [], checks=thin)
    assert (result.result, result.reason, result.score) == (Result.INCONCLUSIVE, "robots: 12 of 40", None)
    single = row("V", "veto", veto=(VetoRule(checks=("FRE001",)),))
    assert outcome([single], [finding("FRE001")], checks=thin).result is Result.UNQUALIFIED
    unread = {
        "COV001": CheckResult(
            verdict=Verdict.INCONCLUSIVE, reason=Reason.TIMEOUT, detail="no answer within 15 s"
        )
    }
    result = outcome([single], [finding("FRE001")], checks=unread)
    assert (result.result, result.reason) == (Result.INCONCLUSIVE, "timeout: no answer within 15 s")


def test_open_rows_keep_a_score_from_pretending_to_be_complete() -> None:
    manual = row("INT-reply-5-days", cap=7, manual=True)
    result = outcome([LINKS, manual], [])
    assert result.score is not None
    assert (result.score.total, result.score.complete, result.score.manual_open) == (
        100.0,
        False,
        ("INT-reply-5-days",),
    )
    unknown = {"LNK001": CheckResult(verdict=Verdict.INCONCLUSIVE, reason=Reason.BUDGET)}
    partly = outcome([LINKS], [], checks=unknown)
    assert partly.score is not None
    assert not partly.score.complete
    whole = outcome([LINKS], [])
    assert whole.score is not None
    assert whole.score.complete


def test_vetoes_that_nobody_decided_are_listed() -> None:
    rows = [row("V-words", "veto", manual=True), row("V-up", "veto", veto=(VetoRule(checks=("AVL001",)),))]
    result = outcome(
        rows, [], checks={"AVL001": CheckResult(verdict=Verdict.INCONCLUSIVE, reason=Reason.NOT_MEASURED)}
    )
    assert result.undecided == ("V-words", "AVL001")


def test_reviews_that_could_veto_make_the_result_provisional() -> None:
    rows = [row("V", "veto", veto=(VetoRule(checks=("SEC001",)),))]
    waiting = finding("SEC001", verdict=Verdict.REVIEW, state=State.REVIEW)
    result = outcome(rows, [waiting])
    assert (result.result, result.provisional) == (Result.QUALIFIED, 1)


def test_a_finding_feeds_several_rows_and_its_kind_is_the_gravest() -> None:
    news = row("F-news", cap=5, deduct=(Deduction(checks=("FRE002",), points=5, per="once"),))
    result = outcome([news, VETO], [finding("FRE002", "要闻")])
    assert result.findings[0].kind is Kind.VETO
    assert [(one.row, one.kind, one.points) for one in result.findings[0].effects] == [
        ("F-news-name", Kind.DEDUCT, -5.0),
        ("V-name", Kind.VETO, None),
    ]


@pytest.mark.parametrize(
    ("check", "expected"), [("AVL001", Result.UNQUALIFIED), ("SEC001", Result.INCONCLUSIVE)]
)
def test_only_the_watch_proves_something_of_a_site_whose_home_page_was_not_read(
    check: str, expected: Result
) -> None:
    unread = CheckResult(verdict=Verdict.INCONCLUSIVE, examined=0, reason=Reason.TIMEOUT, detail="no answer")
    rows = [row("V", "veto", veto=(VetoRule(checks=(check,)),))]
    result = outcome(rows, [finding(check)], checks={"COV001": unread})
    assert (result.result, result.score) == (expected, None)
    waiting = finding(check, verdict=Verdict.REVIEW, state=State.REVIEW)
    assert outcome(rows, [waiting], checks={"COV001": unread}).result is Result.INCONCLUSIVE


def test_all_rules_about_guides_draw_the_same_guides() -> None:
    pages = [f"http://a.gov.cn/bsfw/{number}.html" for number in range(40)]
    assert sample_of(pages, 5, 7, "GUI002") == sample_of(pages, 5, 7, "GUI005")
    assert sample_of(pages, 5, 7, "TAG002") != sample_of(pages, 5, 7, "TAG003")
