"""How an entry moves: what a run's observation does to it, and what a person may do. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.inspection.calendar import day_of
from govaudit.inspection.errors import Problem
from govaudit.inspection.ledger.entries import PROGRAM, Cause, Change, Entry, Look, Rule, kept
from govaudit.inspection.messages import catalogue, language_of_environment
from govaudit.inspection.verdict import State, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from govaudit.inspection.finding import Finding

    Due = Callable[[date], date | None]
    """Day of a finding → the last day to mend it; ``None``: no day is named."""

Moved = tuple[Entry, tuple[Change, ...]]
_CLOSED = frozenset({State.FIXED, State.DISMISSED})


def first_state(verdict: Verdict) -> State:
    """The state of a finding of which nothing was said yet."""
    return State.REVIEW if verdict is Verdict.REVIEW else State.OPEN


def found(finding: Finding, look: Look, before: Rule | None, due: Due) -> Moved:
    """A finding that the ledger does not know. ``before``: the rule by which an earlier run looked at the site."""
    state = first_state(finding.verdict)
    rule = look.rules.get(finding.check)
    other = before is not None and rule is not None and rule.differs(before)
    entry = Entry(
        finding=kept(finding),
        site=look.site,
        state=state,
        first_run=look.run,
        first_seen=look.as_of,
        last_run=look.run,
        last_seen=look.as_of,
        looked_run=look.run,
        looked_at=look.as_of,
        deadline=due(day_of(look.as_of)) if state is State.OPEN else None,
    )
    cause = Cause.FOUND_BY_OTHER_RULE if other else Cause.FOUND
    return entry, (_change(entry, None, look, cause, _rules_told(before, rule) if other else ""),)


def seen(entry: Entry, finding: Finding, look: Look, before: Rule | None, due: Due) -> Moved:
    """A run saw a known finding. ``before``: the rule of its last sighting."""
    if look.as_of < entry.looked_at:
        return _seen_earlier(entry, look)
    entry, changes = _expired(entry, look, due)
    rule = look.rules.get(finding.check)
    if before is not None and rule is not None and rule.differs(before):
        changes += (_change(entry, entry.state, look, Cause.RULE_CHANGED, _rules_told(before, rule)),)
    to, cause = _state_when_seen(entry, finding, look)
    after = msgspec.structs.replace(
        entry,
        finding=kept(finding),
        site=look.site,
        last_run=look.run,
        last_seen=look.as_of,
        looked_run=look.run,
        looked_at=look.as_of,
    )
    if cause is None:
        return after, changes
    keeps = cause in {Cause.STILL_THERE, Cause.JUDGED_AGAIN}
    after = msgspec.structs.replace(
        after,
        state=to,
        decided=entry.decided if keeps else None,
        until=entry.until if keeps else None,
        deadline=entry.deadline if keeps else _deadline(to, finding, look, due),
        cause=None if cause is Cause.JUDGED_AGAIN else cause,
        prior=None if cause is Cause.JUDGED_AGAIN else entry.state,
    )
    return after, (*changes, _change(after, entry.state, look, cause))


def _state_when_seen(entry: Entry, finding: Finding, look: Look) -> tuple[State, Cause | None]:
    closed_by_program = entry.state in _CLOSED and entry.cause is not None
    if closed_by_program and entry.looked_run == look.run and entry.prior is not None:
        return entry.prior, Cause.JUDGED_AGAIN
    newer = look.run != entry.last_run
    if newer and (entry.state is State.FIXED or closed_by_program):
        return State.REOPENED, Cause.RETURNED
    doubt_before = entry.finding.verdict is Verdict.REVIEW
    if doubt_before and finding.verdict is Verdict.FAIL and entry.state in {State.REVIEW, State.DISMISSED}:
        return State.REOPENED if entry.state is State.DISMISSED else State.OPEN, Cause.CERTAIN
    if newer and entry.state is State.REPORTED_FIXED:
        return State.REOPENED, Cause.STILL_THERE
    return entry.state, None


def gone(entry: Entry, look: Look, before: Rule | None, due: Due) -> Moved:
    """A run looked at the thing and did not find the fault. ``before``: the rule of its last sighting."""
    if look.as_of < entry.looked_at:
        return entry, ()
    if look.run == entry.last_run:
        return _withdrawn(entry, look)
    entry, changes = _expired(entry, look, due)
    looked = msgspec.structs.replace(entry, looked_run=look.run, looked_at=look.as_of)
    if entry.state in _CLOSED:
        # Only the run that closed it may take that back when it is judged again.
        return (entry if entry.looked_run == look.run else msgspec.structs.replace(looked, prior=None)), ()
    rule = look.rules.get(entry.finding.check)
    other = before is not None and rule is not None and rule.differs(before)
    after = msgspec.structs.replace(
        looked,
        state=State.DISMISSED if other else State.FIXED,
        cause=Cause.GONE_BY_OTHER_RULE if other else Cause.GONE,
        prior=entry.state,
    )
    why = _rules_told(before, rule) if other else ""
    return after, (*changes, _change(after, entry.state, look, after.cause or Cause.GONE, why))


def _withdrawn(entry: Entry, look: Look) -> Moved:
    """The run that saw it last was judged again and does not say so any more: nothing was mended by that."""
    if entry.state in _CLOSED:
        return entry, ()
    by_this_run = entry.cause is not None and entry.looked_run == look.run and entry.prior is not None
    back = entry.prior if by_this_run and entry.prior in _CLOSED else None
    after = msgspec.structs.replace(
        entry, state=back or State.DISMISSED, cause=Cause.JUDGED_AGAIN, prior=entry.state
    )
    return after, (_change(after, entry.state, look, Cause.JUDGED_AGAIN),)


def _seen_earlier(entry: Entry, look: Look) -> Moved:
    """A run of an earlier moment moves no state; it may have been the first to see it."""
    if look.as_of >= entry.first_seen:
        return entry, ()
    after = msgspec.structs.replace(entry, first_run=look.run, first_seen=look.as_of)
    return after, (_change(after, entry.state, look, Cause.SEEN_EARLIER),)


def _expired(entry: Entry, look: Look, due: Due) -> Moved:
    day = day_of(look.as_of)
    now = entry.as_it_stands(day)
    if now is entry:
        return entry, ()
    after = msgspec.structs.replace(now, deadline=_term_after_waiver(now, entry, day, due))
    return after, (_change(after, entry.state, look, Cause.WAIVER_EXPIRED),)


def _term_after_waiver(now: Entry, before: Entry, day: date, due: Due) -> date | None:
    return due(day) if before.state is State.WAIVED else now.deadline


def _deadline(state: State, finding: Finding, look: Look, due: Due) -> date | None:
    certain = finding.verdict is Verdict.FAIL
    return due(day_of(look.as_of)) if certain and state in {State.OPEN, State.REOPENED} else None


def _rules_told(before: Rule | None, rule: Rule | None) -> str:
    """``1 → 2``, with the parameters that changed."""
    if before is None or rule is None:
        return ""
    told = [f"{before.version} → {rule.version}"] if before.version != rule.version else []
    told += [
        f"{name}: {_plain(before.params[name])} → {_plain(value)}"
        for name, value in sorted(rule.params.items())
        if name in before.params and before.params[name] != value
    ]
    return "; ".join(told)


def _plain(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _change(entry: Entry, before: State | None, look: Look, cause: Cause, why: str = "") -> Change:
    return Change(
        finding=entry.id, at=look.at, who=look.who, why=why, cause=cause, from_state=before,
        to_state=entry.state, run=look.run, as_of=look.as_of, decided=entry.decided, until=entry.until,
    )  # fmt: skip


Role = Literal["unit", "inspector"]
ROLES: tuple[Role, ...] = ("unit", "inspector")

UNIT_MAY = frozenset({State.REPORTED_FIXED, State.DISPUTED})
"""What the unit behind a site may say; everything else is the inspecting office's."""
_MAY_BE_SAID_OF = {
    State.REPORTED_FIXED: frozenset(
        {State.OPEN, State.REVIEW, State.REOPENED, State.CONFIRMED, State.DISPUTED, State.WAIVED}
    ),
    State.DISPUTED: frozenset(
        {State.OPEN, State.REVIEW, State.REOPENED, State.CONFIRMED, State.REPORTED_FIXED}
    ),
    State.FIXED: frozenset(State) - {State.FIXED, State.DISMISSED},
    State.CONFIRMED: frozenset(State) - {State.CONFIRMED, State.FIXED},
    State.DISMISSED: frozenset(State) - {State.DISMISSED, State.FIXED},
    State.WAIVED: frozenset(State) - {State.FIXED, State.DISMISSED},
    State.OPEN: frozenset(State) - {State.OPEN, State.REVIEW, State.REOPENED},
    State.REVIEW: frozenset(State) - {State.OPEN, State.REVIEW, State.REOPENED},
}
"""What a person says → states in which it may be said. ``open`` and ``review`` take a mistake back."""
_NEEDS_REASON = frozenset(
    {State.DISMISSED, State.WAIVED, State.DISPUTED, State.OPEN, State.REVIEW, State.FIXED}
)


class RefusedError(Exception):
    """A person may not do this. ``key`` names the sentence ``ledger.<key>`` of the catalogue of errors."""

    def __init__(self, key: str, **arguments: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.arguments = arguments

    def problem(self, where: str, line: int | None = None, column: str | None = None) -> Problem:
        """What is told to the person. ``where``: the file or finding."""
        words = catalogue("inspection", language_of_environment())
        told = {
            name: words.text(f"states.{value.value}") if isinstance(value, State) else value
            for name, value in self.arguments.items()
        }
        return Problem(f"ledger.{self.key}", where, line, column, told)


def decided(
    entry: Entry,
    state: State,
    *,
    who: str,
    why: str,
    at: datetime,
    day: date,
    role: Role,
    until: date | None = None,
    due: Due,
) -> Moved:
    """A person's word on a finding on ``day``. ``until``: the last day of a waiver, or by when a dispute is to be
    answered (else by ``due``). ``open`` and ``review`` both mean: as if nobody had said anything.

    Raises ``RefusedError``.
    """
    entry, changes = _expired_on(entry, day, at, due)
    if not who.strip():
        raise RefusedError("nobody")
    if role == "unit" and state not in UNIT_MAY:
        raise RefusedError("inspector-only")
    if entry.state not in _MAY_BE_SAID_OF.get(state, frozenset()):
        raise RefusedError("not-from-here", now=entry.state, state=state)
    if state in _NEEDS_REASON and not why.strip():
        raise RefusedError("no-reason")
    if state is State.WAIVED and until is None:
        raise RefusedError("no-end")
    if until is not None and until < day:
        raise RefusedError("past-end", day=until.isoformat())
    after = _after_decision(entry, state, until, day, due)
    after = msgspec.structs.replace(
        after, remark=why or entry.remark, remark_by=who if why else entry.remark_by, cause=None, prior=None
    )
    told = _said(after, entry.state, Cause.DECIDED, who=who, why=why, at=at)
    return after, (*changes, told)


def _after_decision(entry: Entry, state: State, until: date | None, day: date, due: Due) -> Entry:
    replace = msgspec.structs.replace
    match state:
        case State.CONFIRMED:
            term = entry.deadline or due(day)
            return replace(entry, state=state, decided=state, until=None, deadline=term)
        case State.DISMISSED:
            return replace(entry, state=state, decided=state, until=None)
        case State.WAIVED:
            return replace(entry, state=state, decided=state, until=until)
        case State.DISPUTED:
            still = None if entry.decided is State.WAIVED else entry.decided
            return replace(entry, state=state, decided=still, until=until or due(day))
        case State.OPEN | State.REVIEW:
            back = State.REOPENED if entry.state is State.FIXED else first_state(entry.finding.verdict)
            term = None if back is State.REVIEW else entry.deadline or due(day)
            return replace(entry, state=back, decided=None, until=None, deadline=term)
        case _:
            return replace(entry, state=state, until=entry.until if entry.decided is State.WAIVED else None)


def noted(entry: Entry, *, who: str, why: str, at: datetime, cause: Cause = Cause.NOTED) -> Moved:
    """A remark without a change of state. Raises ``RefusedError``."""
    if not who.strip():
        raise RefusedError("nobody")
    after = msgspec.structs.replace(entry, remark=why, remark_by=who) if cause is Cause.NOTED else entry
    return after, (_said(after, entry.state, cause, who=who, why=why, at=at),)


def _expired_on(entry: Entry, day: date, at: datetime, due: Due) -> Moved:
    now = entry.as_it_stands(day)
    if now is entry:
        return entry, ()
    after = msgspec.structs.replace(now, deadline=_term_after_waiver(now, entry, day, due))
    return after, (_said(after, entry.state, Cause.WAIVER_EXPIRED, who=PROGRAM, why="", at=at),)


def _said(entry: Entry, before: State, cause: Cause, *, who: str, why: str, at: datetime) -> Change:
    return Change(
        finding=entry.id, at=at, who=who, why=why, cause=cause, from_state=before, to_state=entry.state,
        run=entry.last_run, as_of=entry.last_seen, decided=entry.decided, until=entry.until,
    )  # fmt: skip
