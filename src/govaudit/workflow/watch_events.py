"""What the watch tells people of: changes of state, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.watch_log import Change, Outcome, Visit
from govaudit.inspection.watch_settings import AlertKind

if TYPE_CHECKING:
    from govaudit.inspection.site import Site
    from govaudit.inspection.watch_log import WatchLog

WEEK = 7 * 86_400
LONGEST_STEP = 3 * 3600
"""Two visits further apart are not in a row: what was between them is not known."""
WARNING_SHARE = 0.03
_ENOUGH = 100
"""Visits without which a share says little."""
_TOLD_OF = ("title", "label:", "script", "frame")
"""Changes worth a message; networks change where content is delivered, so they only come along."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event. ``since``: beginning of the state that began or ended; the fields of the fault as in ``Look``."""

    kind: AlertKind
    at: float
    site: str = ""
    name: str = ""
    url: str = ""
    since: float = 0.0
    step: str = ""
    reason: str = ""
    error: str = ""
    status: int = 0
    failed: int = 0
    measured: int = 0
    changes: tuple[Change, ...] = ()


def settle(log: WatchLog, site: Site, visit: Visit) -> list[Event]:
    """Record a visit and give what it changes. Belongs into a transaction."""
    log.record(site.key, visit)
    outcome = visit.outcome()
    if outcome is Outcome.UNCLEAR:
        return []
    return [*_up_or_down(log, site, visit, outcome), *_warning(log, site, visit, outcome)]


def network_event(log: WatchLog, at: float, *, away: bool) -> list[Event]:
    """What it changes that our own network is away, or works."""
    lost = log.value("network-lost")
    if away == (lost is not None):
        return []
    log.set_value("network-lost", at if away else None)
    return [Event(kind="network-lost" if away else "network-back", at=at, since=lost or at)]


def change_event(site: Site, changes: list[Change], at: float) -> list[Event]:
    """The event for what a home page shows for the first time."""
    if not any(one.what.startswith(_TOLD_OF) for one in changes):
        return []
    return [_event("changed", site, at, changes=tuple(changes))]


def _up_or_down(log: WatchLog, site: Site, visit: Visit, outcome: Outcome) -> list[Event]:
    down_since = log.down_since(site.key)
    if outcome is Outcome.OPEN:
        if down_since is None:
            return []
        log.set_down(site.key, None)
        return [_event("up", site, visit.at, since=down_since)]
    before = log.last_measured(site.key, visit.slot)
    if down_since is not None or before is None or before.outcome() is not Outcome.FAILED:
        return []
    if visit.slot - before.slot > LONGEST_STEP:
        return []
    log.set_down(site.key, before.at)
    fault = visit.fault
    if fault is None:
        return []
    return [
        _event(
            "down",
            site,
            visit.at,
            since=before.at,
            step=fault.step,
            reason=fault.reason.value if fault.reason else "",
            error=fault.error,
            status=fault.status,
        )
    ]


def _warning(log: WatchLog, site: Site, visit: Visit, outcome: Outcome) -> list[Event]:
    warned = log.warned(site.key)
    if not warned and outcome is not Outcome.FAILED:
        return []
    failed, measured = log.counts(site.key, visit.slot - WEEK)
    many = failed > WARNING_SHARE * measured
    if many == warned or measured < _ENOUGH:
        return []
    log.set_warned(site.key, warned=many)
    return [_event("warning", site, visit.at, failed=failed, measured=measured)] if many else []


def _event(kind: AlertKind, site: Site, at: float, **more: object) -> Event:
    return msgspec.convert(
        {"kind": kind, "at": at, "site": site.key, "name": site.name or site.host, "url": site.url, **more},
        Event,
    )
