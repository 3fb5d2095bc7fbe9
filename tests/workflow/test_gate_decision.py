"""Rule by rule: what a policy makes of findings, and what could not be checked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.facts import Skipped
from govaudit.inspection.finding import CheckResult, Coverage, Finding, SiteJudgement, finding_id
from govaudit.inspection.gate_policy import GatePolicy, GateRule
from govaudit.inspection.profile import Profile
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict
from govaudit.workflow.gate_decision import GateEnd, Terms, decide, refuse_unknown_checks

BASE = "http://www.x.gov.cn"
SITE = Site(url=f"{BASE}/")
LINK, ELSEWHERE, STALE, PHONE = "LNK001", "LNK002", "FRE001", "TXT002"


def fault(check: str = LINK, page: str = "/", subject: str = "/gone", **more: object) -> Finding:
    values: dict[str, object] = {
        "verdict": Verdict.FAIL, "kind": Kind.DEDUCT, "fault": "certain",
        "id": finding_id(check, SITE.key, f"{page} {subject}"),
    }  # fmt: skip
    subject = subject if "://" in subject else f"{BASE}{subject}"
    return Finding(check=check, site=SITE.key, page=f"{BASE}{page}", subject=subject, **(values | more))  # type: ignore[arg-type]


def judged(*findings: Finding, checks: dict[str, CheckResult] | None = None, **more: object) -> SiteJudgement:
    values: dict[str, object] = {"coverage": Coverage(discovered=3, visited=3), "result": Result.QUALIFIED}
    return SiteJudgement(
        site=SITE, profile="p", profile_hash="", as_of=datetime(2026, 11, 20, tzinfo=UTC), findings=findings,
        checks={LINK: CheckResult(verdict=Verdict.PASS)} | (checks or {}), **(values | more),  # type: ignore[arg-type]
    )  # fmt: skip


def end(*findings: Finding, known: frozenset[str] = frozenset(), **policy: object) -> GateEnd:
    return decide(judged(*findings), Terms(GatePolicy.model_validate(policy), known))


def code(said: GateEnd) -> int:
    return said.exit_code(report_only=False)


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (fault(), 1),
        (fault(kind=Kind.VETO), 1),
        (fault(kind=Kind.OPEN), 0),
        (fault(kind=Kind.WARN), 0),
        (fault(verdict=Verdict.REVIEW), 0),
        (fault(state=State.WAIVED), 0),
        (fault(state=State.DISMISSED), 0),
        (fault(STALE, kind=Kind.VETO), 0),
        (fault(ELSEWHERE, subject="http://other.example/"), 0),
    ],
)
def test_without_a_policy_certain_faults_of_the_release_itself_close(finding: Finding, expected: int) -> None:
    said = end(finding)
    assert code(said) == expected
    assert len(said.over) == expected
    assert len(said.shown) == 1 - expected


def test_what_depends_on_the_date_or_on_others_closes_when_a_rule_names_it() -> None:
    stale, foreign = fault(STALE), fault(ELSEWHERE, subject="http://other.example/")
    assert code(end(stale, checks=["*"])) == 0
    assert code(end(stale, checks=["FRE*"])) == 1
    assert code(end(foreign, rules=[{"name": "others", "checks": ["LNK002"]}])) == 1


def test_a_named_check_closes_whatever_it_costs() -> None:
    assert code(end(fault(PHONE, kind=Kind.WARN), checks=[PHONE])) == 1
    assert code(end(fault(PHONE, kind=Kind.WARN), checks=[PHONE], kinds=["veto"])) == 0


def test_a_count_allows_so_many_and_no_more() -> None:
    faults = [fault(subject=f"/{number}") for number in range(3)]
    assert code(end(*faults, at_most=3)) == 0
    said = end(*faults, at_most=2)
    assert (code(said), len(said.over)) == (1, 3)


def test_zero_allowed_is_a_count_like_any_other() -> None:
    said = end(fault(), rules=[{"name": "links", "checks": [LINK], "at_most": 0}], at_most=9)
    assert code(said) == 1
    assert [one.closed for one in said.rules] == [True, False]


def test_one_fix_never_pays_for_one_new_fault() -> None:
    old, new = fault(subject="/old"), fault(subject="/new")
    said = end(new, known=frozenset({old.id}))
    assert (code(said), said.over, said.known) == (1, (new,), ())
    assert code(end(new, known=frozenset({new.id}))) == 0
    assert code(end(new, known=frozenset({new.id}), new_only=False)) == 1


def test_a_finding_belongs_to_the_first_rule_that_it_fits() -> None:
    archive = {"name": "archive", "paths": ["/archive/*"], "closes": False}
    assert code(end(fault(page="/archive/1.html"), rules=[archive])) == 0
    assert code(end(fault(page="/news/1.html"), rules=[archive])) == 1


def test_what_also_stands_on_other_pages_is_not_let_pass_with_the_archive() -> None:
    pages = (f"{BASE}/archive/1.html", f"{BASE}/news/1.html")
    everywhere = fault(page="/archive/1.html", pages=pages)
    tolerant = {"name": "archive", "paths": ["/archive/*"], "at_most": 50}
    assert code(end(everywhere, rules=[tolerant])) == 1
    assert code(end(everywhere, paths=["/news/*"])) == 1
    assert code(end(everywhere, paths=["/guides/*"])) == 0


def test_paths_are_compared_as_people_write_them() -> None:
    assert code(end(fault(page="/%E6%96%B0%E9%97%BB/1.html"), paths=["/新闻/*"])) == 1


def test_the_gravest_comes_first() -> None:
    said = end(fault(subject="/a"), fault(kind=Kind.VETO, subject="/z"))
    assert [one.kind for one in said.over] == [Kind.VETO, Kind.DEDUCT]


def test_changed_pages_alone_are_asked_about() -> None:
    here, there = fault(page="/new.html", subject="/a"), fault(page="/old.html", subject="/b")
    shared = fault(page="/old.html", subject="/c", pages=(f"{BASE}/old.html", f"{BASE}/new.html"))
    said = decide(judged(here, there, shared), Terms(pages=frozenset({f"{BASE}/new.html"})))
    assert [one.subject for one in said.over] == [f"{BASE}/a", f"{BASE}/c"]
    assert said.elsewhere == (there,)


def test_a_page_of_a_folder_is_meant_by_both_its_addresses() -> None:
    said = decide(judged(fault(page="/new")), Terms(pages=frozenset({f"{BASE}/new.html"}), same_page=True))
    assert len(said.over) == 1
    assert not decide(judged(fault(page="/new")), Terms(pages=frozenset({f"{BASE}/new.html"}))).over


UNREAD = fault(verdict=Verdict.INCONCLUSIVE, kind=Kind.DEDUCT, reason=Reason.TIMEOUT)
FOREIGN = fault(
    ELSEWHERE, subject="http://other.example/", verdict=Verdict.INCONCLUSIVE, reason=Reason.TIMEOUT
)


@pytest.mark.parametrize(
    ("finding", "policy", "expected"),
    [
        (UNREAD, {}, 3),
        (UNREAD, {"inconclusive": "warn"}, 0),
        (FOREIGN, {}, 0),
        (FOREIGN, {"inconclusive_external": "fail"}, 3),
    ],
)
def test_what_could_not_be_opened(finding: Finding, policy: dict[str, object], expected: int) -> None:
    said = decide(judged(finding), Terms(GatePolicy.model_validate(policy)))
    assert code(said) == expected
    assert [why.subject for why in (said.unchecked if expected else said.warned)] == [finding.subject]


def test_report_only_turns_nothing_but_1_into_0() -> None:
    both = end(UNREAD, fault(subject="/else"))
    assert both.exit_code(report_only=True) == 3
    assert end(fault()).exit_code(report_only=True) == 0


def test_a_named_check_that_could_not_tell_is_no_pass() -> None:
    unclear = {LINK: CheckResult(verdict=Verdict.INCONCLUSIVE, reason=Reason.BROWSER_NEEDED)}
    named = GatePolicy(rules=(GateRule(name="links", checks=(LINK,)),))
    said = decide(judged(checks=unclear), Terms(named))
    assert (code(said), said.unchecked[0].reason) == (3, Reason.BROWSER_NEEDED)
    assert code(decide(judged(checks=unclear), Terms())) == 0
    assert decide(judged(checks=unclear), Terms()).undecided == (LINK,)


def test_a_named_check_that_this_target_cannot_answer_is_no_pass() -> None:
    hostless = {"AVL002": CheckResult(verdict=Verdict.NOT_APPLICABLE)}
    named = GatePolicy(rules=(GateRule(name="up", checks=("AVL002",)),))
    said = decide(judged(checks=hostless), Terms(named, hostless=frozenset({"AVL002"})))
    assert (code(said), said.unchecked[0].key, said.not_applicable) == (3, "no-host", ("AVL002",))


def test_time_that_is_used_up_is_no_pass() -> None:
    terms = Terms(GatePolicy(seconds=10), took=10.2)
    assert code(decide(judged(), terms)) == 3
    assert code(decide(judged(), Terms(GatePolicy(seconds=10), took=9.9))) == 0


def test_pages_beyond_the_budget_are_told() -> None:
    partial = Coverage(discovered=9, visited=3, skipped={Skipped.BUDGET: 6})
    said = decide(judged(coverage=partial), Terms())
    assert (code(said), [(why.key, why.count) for why in said.warned]) == (0, [("left-out", 6)])


def test_no_judgement_and_no_page_are_no_pass() -> None:
    assert code(decide(None, Terms())) == 3
    assert code(decide(judged(coverage=Coverage()), Terms(GatePolicy(inconclusive="warn")))) == 3


def profile(*checks: str) -> Profile:
    return Profile(name="p", title="p", basis="p", checks={check: {} for check in checks})


@pytest.mark.parametrize(
    ("checks", "key"), [(["LNK999"], "gate.unknown-check"), (["SEC005", LINK], "gate.check-not-due")]
)
def test_a_rule_that_can_never_be_broken_is_refused(checks: list[str], key: str) -> None:
    policy = GatePolicy.model_validate({"rules": [{"name": "r", "checks": checks}]})
    with pytest.raises(InputError) as caught:
        refuse_unknown_checks(policy, profile(LINK), "govaudit.toml")
    assert [(one.key, one.column) for one in caught.value.problems] == [(key, "gate.rules.r.checks")]


def test_a_pattern_of_which_one_check_is_due_is_accepted() -> None:
    policy = GatePolicy.model_validate({"checks": ["LNK*"]})
    refuse_unknown_checks(policy, profile(LINK), "govaudit.toml")
