"""The days before the judgement as the watch log has them: visits to the home page, and how many of them failed.

Days are spans of 24 hours counted back from the end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from govaudit.inspection.finding import Availability, DayAvailability
from govaudit.inspection.run import BEIJING
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason
from govaudit.inspection.watch_log import Outcome, Visit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govaudit.checks.context import Context

DAY = 86_400
LONGEST_STEP = 3 * 3600
"""Seconds between two visits from which on a gap is spoken of, and that keep two failures from being in a row."""
_FAMILIES = {4: "IPv4", 6: "IPv6"}
_SHOWN_FAILURES = 200
_SILENCE = frozenset({Reason.TIMEOUT, Reason.RESET})
_SILENT_ERRORS = ("unreachable", "timeout", "servfail")


@dataclass(frozen=True, slots=True)
class Week:
    """``required``: visits that each day needs; ``visits``: oldest first, those of which ``limit`` makes a failure
    among them."""

    until: float
    days: tuple[DayAvailability, ...]
    visits: tuple[Visit, ...]
    gaps: tuple[tuple[float, float], ...]
    required: int
    limit: float

    @property
    def measured(self) -> int:
        """Visits that say whether the page opens."""
        return sum(day.measured for day in self.days)

    @property
    def failed(self) -> int:
        """Visits on which it did not open in time."""
        return sum(day.failed for day in self.days)

    @property
    def missing(self) -> int:
        """Visits that the days lack."""
        return sum(max(0, self.required - day.measured) for day in self.days)

    @property
    def share(self) -> float:
        """Of the visits, those that failed."""
        return self.failed / self.measured if self.measured else 0.0

    @property
    def least_share(self) -> float:
        """The share if the page had opened on every missing visit."""
        return self.failed / max(1, self.measured + self.missing)

    @property
    def greatest_share(self) -> float:
        """The share if it had opened on none of them."""
        return (self.failed + self.missing) / max(1, self.measured + self.missing)

    def failures(self) -> list[Visit]:
        """The visits on which it did not open."""
        return [one for one in self.visits if one.outcome(self.limit) is Outcome.FAILED]

    def in_a_row(self) -> list[Visit]:
        """The longest row of failures without a visit that opened, and without a gap, between them."""
        longest: list[Visit] = []
        row: list[Visit] = []
        for one in self.visits:
            outcome = one.outcome(self.limit)
            if outcome is Outcome.UNCLEAR:
                continue
            if outcome is Outcome.OPEN:
                row = []
                continue
            row = [*row, one] if row and one.slot - row[-1].slot <= LONGEST_STEP else [one]
            longest = max(longest, row, key=len)
        return longest

    def silent(self, hours: float) -> int:
        """Failures in rows of such length in which nothing answered at all: the site may be gone, or keep out the
        address that asks."""
        doubtful = 0
        row: list[Visit] = []
        for one in (*self.visits, None):
            if one is not None and one.outcome(self.limit) is Outcome.FAILED and _is_silence(one):
                row.append(one)
            elif one is None or one.outcome(self.limit) is not Outcome.UNCLEAR:
                doubtful += len(row) if row and row[-1].slot - row[0].slot >= hours * 3600 else 0
                row = []
        return doubtful

    def told(self) -> str:
        """In short: failures of visits, and days that lack some."""
        short = [
            f"{day.begin:%m-%d %H:%M} {day.measured}/{self.required}"
            for day in self.days
            if day.measured < self.required
        ]
        return "; ".join([f"{self.failed}/{self.measured} = {self.share:.1%}", *short])

    def why_unclear(self) -> Reason:
        """The commonest reason of visits that say nothing; ``not-measured`` when they were not made."""
        reasons: dict[Reason, int] = {}
        for one in self.visits:
            if one.outcome(self.limit) is Outcome.UNCLEAR and not one.ours and one.fault and one.fault.reason:
                reasons[one.fault.reason] = reasons.get(one.fault.reason, 0) + 1
        if sum(reasons.values()) < self.missing:
            return Reason.NOT_MEASURED
        return max(reasons, key=lambda one: (reasons[one], one.value), default=Reason.NOT_MEASURED)


def week_of(
    visits: Iterable[Visit], until: float, *, days: int = 7, required: int = 20, limit: float = 15.0
) -> Week:
    """Sort the visits before ``until`` into days."""
    # The last second of a day ends it: a bare date as the moment of judgement means the whole day.
    until = math.ceil(until / 60) * 60
    since = until - days * DAY
    within = tuple(one for one in visits if since < one.slot <= until)
    return Week(
        until=until,
        days=tuple(_day(within, since + number * DAY, limit) for number in range(days)),
        visits=within,
        gaps=_gaps([one.slot for one in within if not one.ours], since, until),
        required=required,
        limit=limit,
    )


def _is_silence(visit: Visit) -> bool:
    """Whether nothing at all came back, not even a refusal."""
    looks = [look for look in visit.looks if look.was_tried]
    return all(
        look.outcome is Outcome.FAILED
        and not look.status
        and (look.reason in _SILENCE or look.error.startswith(_SILENT_ERRORS))
        for look in looks
    )


def _day(visits: Sequence[Visit], begin: float, limit: float) -> DayAvailability:
    own = [one for one in visits if begin < one.slot <= begin + DAY]
    outcomes = [one.outcome(limit) for one in own]
    ours = sum(bool(one.ours) for one in own)
    return DayAvailability(
        begin=datetime.fromtimestamp(begin, BEIJING),
        measured=len(own) - outcomes.count(Outcome.UNCLEAR),
        failed=outcomes.count(Outcome.FAILED),
        unclear=outcomes.count(Outcome.UNCLEAR) - ours,
        ours=ours,
    )


def _gaps(moments: Sequence[float], since: float, until: float) -> tuple[tuple[float, float], ...]:
    stops = [since, *moments, until]
    return tuple((before, after) for before, after in pairwise(stops) if after - before > LONGEST_STEP)


def logged_week(context: Context, *, days: int = 7, required: int = 20, limit: float = 15.0) -> Week | None:
    """The days before the judgement; ``None`` when the watch has nothing of them."""
    log = context.watch
    if log is None or not log.visits:
        return None
    return week_of(log.visits, log.until, days=days, required=required, limit=limit)


def availability(context: Context) -> Availability | None:
    """The last seven days for the reader of the site's report."""
    week = logged_week(context)
    if week is None:
        return None
    return Availability(
        until=datetime.fromtimestamp(week.until, BEIJING),
        required=week.required,
        days=week.days,
        gaps=tuple(
            (datetime.fromtimestamp(begin, BEIJING), datetime.fromtimestamp(end, BEIJING))
            for begin, end in week.gaps
        ),
    )


def how_it_failed(week: Week) -> dict[str, int]:
    """Failures by the step at which they ended; ``slow``: it opened, but after the limit."""
    counted = dict.fromkeys(("dns", "tcp", "tls", "http", "slow"), 0)
    for one in week.failures():
        fault = one.fault
        if fault is not None:
            counted["slow" if fault.outcome is Outcome.OPEN else fault.step] += 1
    return counted


def transcript(url: str, week: Week) -> str:
    """The days, every failure with its step and error, the gaps, and the commands that ask the same."""
    lines = [
        f"# {url}",
        f"# {_moment(week.until - len(week.days) * DAY)} - {_moment(week.until)} (UTC+8), {week.limit:g} s",
        "",
        "day               visits  failed  unclear  own-network",
    ]
    lines += [
        f"{day.begin:%Y-%m-%d %H:%M}  {day.measured:>6}  {day.failed:>6}  {day.unclear:>7}  {day.ours:>11}"
        for day in week.days
    ]
    lines += ["", "# failed"]
    failures = week.failures()
    lines += [_failure(one) for one in failures[:_SHOWN_FAILURES]]
    if len(failures) > _SHOWN_FAILURES:
        lines.append(f"# … {len(failures) - _SHOWN_FAILURES}")
    if week.gaps:
        lines += ["", "# gaps", *(f"{_moment(begin)} - {_moment(end)}" for begin, end in week.gaps)]
    lines += [
        "",
        f"$ dig {hostname_of(url)} A; dig {hostname_of(url)} AAAA",
        f"$ curl -4 -sSL -o /dev/null -m {week.limit:g} -w '%{{http_code}} %{{time_total}}\\n' '{url}'",
        f"$ curl -6 -sSL -o /dev/null -m {week.limit:g} -w '%{{http_code}} %{{time_total}}\\n' '{url}'",
    ]
    return "\n".join(lines) + "\n"


def _failure(visit: Visit) -> str:
    ways = "; ".join(
        " ".join(
            part
            for part in (
                _FAMILIES[look.family],
                look.address,
                look.step,
                look.reason.value if look.reason else "",
                look.error or str(look.status or ""),
                f"{look.after:.1f} s",
                f"x{look.tries}" if look.tries > 1 else "",
            )
            if part
        )
        for look in visit.looks
    )
    return f"{_moment(visit.at)}  {ways}"


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, BEIJING):%Y-%m-%d %H:%M:%S}"
