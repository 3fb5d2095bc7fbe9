"""What the ledger holds, as plain data."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from govaudit.inspection.finding import Finding
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import State

PROGRAM = "govaudit"
"""Who made a change that no person made."""

KEPT_PAGES = 20
"""Pages of a finding that the ledger remembers; the run's reports hold all."""


class Cause(StrEnum):
    """What a change rests on: an observation of a run, or a person's word."""

    FOUND = "found"
    FOUND_BY_OTHER_RULE = "found-by-other-rule"
    """New, but the check's rule is not the one by which the site was looked at before."""
    GONE = "gone"
    GONE_BY_OTHER_RULE = "gone-by-other-rule"
    RETURNED = "returned"
    STILL_THERE = "still-there"
    """Reported as fixed, and seen by a later run."""
    CERTAIN = "certain"
    """What was a doubt is certain now."""
    RULE_CHANGED = "rule-changed"
    """Seen again, under a changed rule."""
    JUDGED_AGAIN = "judged-again"
    """The same run was judged again, and says something else."""
    SEEN_EARLIER = "seen-earlier"
    """A run of an earlier moment, judged later, had seen it."""
    WAIVER_EXPIRED = "waiver-expired"
    NEW_CODE = "new-code"
    """The site was given a code, and the finding another id."""
    DECIDED = "decided"
    NOTED = "noted"
    REMINDED = "reminded"


class Rule(msgspec.Struct, frozen=True):
    """By what a check judged: its version and the parameters that the rule book gave."""

    version: int
    params: dict[str, str | list[str]] = {}

    def differs(self, other: Rule) -> bool:
        """Whether the two may say different things of the same page. A parameter that only one of them names is
        no difference: it was added with its default."""
        return self.version != other.version or any(
            other.params[name] != value for name, value in self.params.items() if name in other.params
        )


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One judged visit of a site: a run's, or a re-check's. ``rules``: check → rule, of those checks that could tell;
    ``at``: when it was recorded."""

    run: str
    as_of: datetime
    site: Site
    rules: dict[str, Rule]
    at: datetime
    who: str = PROGRAM


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A finding over all runs.

    ``finding``: as it was last seen (the first ``KEPT_PAGES`` pages; evidence by path and hash only). ``decided``:
    what a person decided that counts in the score, also behind a later state: confirmed, dismissed, waived.
    ``until``: the last day of a waiver, or by when a dispute has to be answered. ``first_run``/``last_run``: names of
    the runs that first and last saw it, with their moments; ``looked_run``/``looked_at``: the last run that looked,
    whether it saw it or not. ``deadline``: the last day to mend it. ``remark``: what a person said last, and who.
    ``cause``: why the program last moved the state, empty after a person's decision; ``prior``: the state that it had
    before that.
    """

    finding: Finding
    site: Site
    state: State
    first_run: str
    first_seen: datetime
    last_run: str
    last_seen: datetime
    looked_run: str
    looked_at: datetime
    decided: State | None = None
    until: date | None = None
    deadline: date | None = None
    remark: str = ""
    remark_by: str = ""
    cause: Cause | None = None
    prior: State | None = None

    @property
    def id(self) -> str:
        """Id of the finding."""
        return self.finding.id

    def as_it_stands(self, day: date) -> Entry:
        """The entry on ``day``: a waiver that has run out waives no more."""
        if self.decided is not State.WAIVED or self.until is None or self.until >= day:
            return self
        ended = msgspec.structs.replace(self, decided=None, until=None)
        return (
            msgspec.structs.replace(ended, state=State.OPEN, deadline=None)
            if self.state is State.WAIVED
            else ended
        )

    def overdue(self, day: date) -> bool:
        """Whether somebody should have acted before ``day``: the site (its deadline), or the office (a dispute)."""
        now = self.as_it_stands(day)
        term = now.until if now.state is State.DISPUTED else now.deadline
        return now.state in AWAITED and term is not None and term < day


AWAITED = frozenset({State.OPEN, State.REOPENED, State.CONFIRMED, State.DISPUTED})
"""States in which somebody has to act by a day."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an entry. ``run``/``as_of``: the run it counts from; ``decided``, ``until``: of the entry
    afterwards; ``id``: grows in the order of recording, 0 before it is recorded."""

    finding: str
    at: datetime
    who: str
    why: str
    cause: Cause
    from_state: State | None
    to_state: State
    run: str
    as_of: datetime
    decided: State | None = None
    until: date | None = None
    id: int = 0


def kept(finding: Finding) -> Finding:
    """A finding as the ledger keeps it: what grows with the size of a site stays in the run."""
    return msgspec.structs.replace(
        finding,
        pages=finding.pages[:KEPT_PAGES],
        spread={},
        evidence=tuple(msgspec.structs.replace(one, text="", said=()) for one in finding.evidence),
    )
