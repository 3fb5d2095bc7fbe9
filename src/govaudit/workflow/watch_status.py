"""How the watch stands: each site's state, its last seven days and its next visit. Only reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from govaudit.checks.availability.week import DAY, Week, week_of
from govaudit.inspection.watch_log import Outcome
from govaudit.workflow.watch_plan import due, following

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.site import Site
    from govaudit.inspection.watch_log import Visit, WatchLog

State = Literal["up", "down", "failing", "unclear", "unvisited"]
_GRAVITY: tuple[State, ...] = ("down", "failing", "unclear", "unvisited", "up")


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """One site. ``since``: beginning of an outage; ``next_at``: its next planned visit; all UTC seconds."""

    site: Site
    state: State
    since: float | None
    last: Visit | None
    week: Week
    next_at: float


def site_statuses(log: WatchLog, sites: Sequence[Site], per_day: int, now: float) -> list[SiteStatus]:
    """Every enabled site, those that are down first."""
    found = [_status(log, site, per_day, now) for site in sites if site.enabled]
    return sorted(found, key=lambda one: (_GRAVITY.index(one.state), -one.week.share))


def _status(log: WatchLog, site: Site, per_day: int, now: float) -> SiteStatus:
    last = log.last_visit(site.key)
    since = log.down_since(site.key)
    late = due(site.key, per_day, now, last.slot if last else None)
    return SiteStatus(
        site=site,
        state=_state(last, since),
        since=since,
        last=last,
        week=week_of(log.visits(site.key, now - 8 * DAY, now), now),
        next_at=late if late is not None else following(site.key, per_day, now),
    )


def _state(last: Visit | None, since: float | None) -> State:
    if last is None:
        return "unvisited"
    if since is not None:
        return "down"
    outcome = last.outcome()
    if outcome is Outcome.OPEN:
        return "up"
    return "failing" if outcome is Outcome.FAILED else "unclear"
