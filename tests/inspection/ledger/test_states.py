"""How a finding moves: by runs that see it, do not see it or could not look, and by what people say."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from govaudit.inspection.calendar import day_of
from govaudit.inspection.ledger.entries import Cause, Change, Entry, Look, Rule
from govaudit.inspection.ledger.states import RefusedError, Role, decided, found, gone, noted, seen
from govaudit.inspection.verdict import State, Verdict
from tests.inspection.ledger.samples import RULES, due, finding, look

RULE = RULES["LNK001"]


def fresh(verdict: Verdict = Verdict.FAIL) -> Entry:
    return found(finding(verdict=verdict), look(0), None, due)[0]


def said(
    entry: Entry, state: State, *, role: Role = "inspector", until: date | None = None, day: int = 1
) -> Entry:
    moment = look(0).as_of + timedelta(days=day)
    return decided(
        entry, state, who="张三", why="理由", at=moment, day=day_of(moment), role=role, until=until, due=due
    )[0]


def seen_by(entry: Entry, number: int, verdict: Verdict = Verdict.FAIL) -> Entry:
    return seen(entry, finding(verdict=verdict), look(number), RULE, due)[0]


def gone_by(entry: Entry, number: int) -> Entry:
    return gone(entry, look(number), RULE, due)[0]


def test_a_doubt_waits_for_a_person_and_has_no_deadline() -> None:
    doubt = fresh(Verdict.REVIEW)
    assert (doubt.state, doubt.deadline) == (State.REVIEW, None)
    confirmed = said(doubt, State.CONFIRMED)
    assert (confirmed.state, confirmed.decided) == (State.CONFIRMED, State.CONFIRMED)
    assert confirmed.deadline == due(day_of(look(0).as_of) + timedelta(days=1))
    assert said(doubt, State.DISMISSED).decided is State.DISMISSED
    assert seen_by(confirmed, 1, Verdict.REVIEW).state is State.CONFIRMED


def test_a_deadline_stays_while_the_fault_does_and_is_new_when_it_returns() -> None:
    entry = fresh()
    assert seen_by(entry, 1).deadline == entry.deadline == due(day_of(look(0).as_of))
    returned = seen_by(gone_by(entry, 1), 2)
    assert (returned.state, returned.deadline) == (State.REOPENED, due(day_of(look(2).as_of)))


def test_what_a_person_closed_is_reopened_by_a_later_run_only() -> None:
    closed = said(seen_by(fresh(), 1), State.FIXED, day=40)
    assert seen_by(closed, 1).state is State.FIXED
    assert seen_by(closed, 2).state is State.REOPENED


def test_what_was_reported_as_fixed_is_decided_by_the_next_look() -> None:
    reported = said(fresh(), State.REPORTED_FIXED, role="unit")
    assert gone_by(reported, 1).state is State.FIXED
    still = seen_by(reported, 1)
    assert (still.state, still.cause, still.deadline) == (
        State.REOPENED,
        Cause.STILL_THERE,
        reported.deadline,
    )
    assert seen_by(reported, 0).state is State.REPORTED_FIXED


def test_a_dismissed_doubt_stays_dismissed_until_it_is_certain() -> None:
    dismissed = said(fresh(Verdict.REVIEW), State.DISMISSED)
    again = seen_by(gone_by(seen_by(dismissed, 1, Verdict.REVIEW), 2), 3, Verdict.REVIEW)
    assert (again.state, again.decided) == (State.DISMISSED, State.DISMISSED)
    certain = seen_by(dismissed, 1)
    assert (certain.state, certain.cause, certain.decided) == (State.REOPENED, Cause.CERTAIN, None)
    assert seen_by(said(fresh(), State.DISMISSED), 1).state is State.DISMISSED


def test_a_waiver_ends_after_its_last_day() -> None:
    end = day_of(look(1).as_of)
    waived = said(fresh(), State.WAIVED, until=end)
    assert seen_by(waived, 1).state is State.WAIVED
    entry, changes = seen(waived, finding(), look(2), RULE, due)
    assert (entry.state, entry.decided, entry.deadline) == (State.OPEN, None, due(day_of(look(2).as_of)))
    assert [(one.cause, one.from_state, one.to_state) for one in changes] == [
        (Cause.WAIVER_EXPIRED, State.WAIVED, State.OPEN)
    ]
    assert waived.as_it_stands(end).state is State.WAIVED
    assert not waived.as_it_stands(end + timedelta(days=1)).overdue(end + timedelta(days=1))


def test_a_dispute_has_a_day_by_which_it_is_answered_and_the_finding_counts_meanwhile() -> None:
    disputed = said(said(fresh(Verdict.REVIEW), State.CONFIRMED), State.DISPUTED, role="unit")
    assert (disputed.state, disputed.decided) == (State.DISPUTED, State.CONFIRMED)
    assert disputed.until is not None
    assert not disputed.overdue(disputed.until)
    assert disputed.overdue(disputed.until + timedelta(days=1))


def test_a_run_that_is_judged_again_takes_back_only_what_it_said() -> None:
    entry = fresh()
    withdrawn = gone_by(entry, 0)
    assert (withdrawn.state, withdrawn.cause) == (State.DISMISSED, Cause.JUDGED_AGAIN)
    assert seen_by(withdrawn, 0).state is State.OPEN
    closed = gone_by(entry, 1)
    assert seen_by(closed, 1).state is State.OPEN
    returned = seen_by(closed, 2)
    assert gone_by(returned, 2).state is State.FIXED
    assert seen_by(gone_by(closed, 2), 2).state is State.REOPENED


@pytest.mark.parametrize(
    ("entry", "state", "role", "refused"),
    [
        (fresh(), State.DISMISSED, "unit", "inspector-only"),
        (fresh(), State.CONFIRMED, "unit", "inspector-only"),
        (gone_by(fresh(), 1), State.REPORTED_FIXED, "unit", "not-from-here"),
        (gone_by(fresh(), 1), State.DISMISSED, "inspector", "not-from-here"),
        (fresh(), State.OPEN, "inspector", "not-from-here"),
        (fresh(), State.REOPENED, "inspector", "not-from-here"),
        (fresh(), State.WAIVED, "inspector", "no-end"),
    ],
)
def test_what_may_not_be_said_is_refused(entry: Entry, state: State, role: Role, refused: str) -> None:
    with pytest.raises(RefusedError) as error:
        said(entry, state, role=role)
    assert error.value.key == refused


def test_a_reason_a_name_and_a_day_to_come_are_needed() -> None:
    moment = look(0).as_of
    for state, who, why, until, refused in (
        (State.DISMISSED, "张三", " ", None, "no-reason"),
        (State.DISMISSED, "", "理由", None, "nobody"),
        (State.WAIVED, "张三", "理由", day_of(moment) - timedelta(days=1), "past-end"),
    ):
        with pytest.raises(RefusedError) as error:
            decided(
                fresh(), state, who=who, why=why, at=moment, day=day_of(moment), role="inspector", until=until,
                due=due,
            )  # fmt: skip
        assert error.value.key == refused


class Life(RuleBasedStateMachine):
    """Any order of runs, judged again or late, and of words of people."""

    @initialize(verdict=st.sampled_from([Verdict.FAIL, Verdict.REVIEW]))
    def open(self, verdict: Verdict) -> None:
        self.entry, changes = found(finding(verdict=verdict), look(10), None, due)
        self.changes: list[Change] = list(changes)
        self.newest = 10

    def move(self, moved: tuple[Entry, tuple[Change, ...]]) -> None:
        before = self.entry
        self.entry, changes = moved
        self.changes += changes
        assert (before.state != self.entry.state) <= bool(changes)
        for one in changes:
            assert one.who

    def look(self, step: int, version: int) -> Look:
        number = max(0, self.newest + step)
        self.newest = max(self.newest, number)
        return look(number, rules={**RULES, "LNK001": Rule(version)})

    @rule(
        step=st.integers(-3, 2),
        verdict=st.sampled_from([Verdict.FAIL, Verdict.REVIEW]),
        version=st.sampled_from([1, 1, 2]),
    )
    def run_sees_it(self, step: int, verdict: Verdict, version: int) -> None:
        at, before = self.look(step, version), self.entry
        newer = at.as_of >= before.looked_at
        self.move(seen(before, finding(verdict=verdict), at, RULE, due))
        if newer:
            assert self.entry.state is not State.FIXED or at.run == before.last_run
            assert self.entry.last_run == at.run
        else:
            assert (self.entry.state, self.entry.last_run) == (before.state, before.last_run)
        again, more = seen(self.entry, finding(verdict=verdict), at, at.rules["LNK001"], due)
        assert (again, more) == (self.entry, ())

    @rule(step=st.integers(-3, 2), version=st.sampled_from([1, 1, 2]))
    def run_does_not_see_it(self, step: int, version: int) -> None:
        at, before = self.look(step, version), self.entry
        self.move(gone(before, at, RULE, due))
        if at.as_of < before.looked_at:
            assert self.entry == before
        elif version != 1 or at.run == before.last_run:
            closed_before = before.state is State.FIXED
            assert self.entry.state is not State.FIXED or closed_before or before.prior is State.FIXED
        else:
            assert self.entry.state in {State.FIXED, State.DISMISSED}
        assert gone(self.entry, at, RULE, due) == (self.entry, ())

    @rule(
        state=st.sampled_from([*State]),
        role=st.sampled_from(["unit", "inspector"]),
        days=st.integers(0, 200),
        why=st.sampled_from(["", "理由"]),
    )
    def person_speaks(self, state: State, role: Role, days: int, why: str) -> None:
        moment = max(self.entry.looked_at, look(self.newest).as_of)
        until = day_of(moment) + timedelta(days=days) if days else None
        try:
            self.move(
                decided(
                    self.entry, state, who="张三", why=why, at=moment, day=day_of(moment), role=role,
                    until=until, due=due,
                )
            )  # fmt: skip
        except RefusedError:
            return
        assert role == "inspector" or state in {State.REPORTED_FIXED, State.DISPUTED}
        assert self.changes[-1].who == "张三"

    @precondition(lambda self: len(self.changes) < 50)
    @rule()
    def person_notes(self) -> None:
        before = self.entry
        self.move(noted(before, who="张三", why="已通知", at=look(self.newest).as_of))
        assert msgspec.structs.replace(self.entry, remark=before.remark, remark_by=before.remark_by) == before

    @invariant()
    def history_leads_here(self) -> None:
        assert self.changes[0].from_state is None
        steps = zip(self.changes, self.changes[1:], strict=False)
        assert all(one.to_state is after.from_state for one, after in steps)
        assert self.changes[-1].to_state is self.entry.state

    @invariant()
    def what_counts_fits_the_state(self) -> None:
        fitting = {State.CONFIRMED: State.CONFIRMED, State.WAIVED: State.WAIVED}
        if self.entry.state in fitting:
            assert self.entry.decided is fitting[self.entry.state]
        if self.entry.state is State.WAIVED:
            assert self.entry.until is not None
        if self.entry.decided is State.DISMISSED:
            assert self.entry.state is State.DISMISSED

    @invariant()
    def times_are_in_order(self) -> None:
        assert self.entry.first_seen <= self.entry.last_seen <= self.entry.looked_at


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
