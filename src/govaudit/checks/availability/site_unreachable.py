"""AVL001: the site cannot be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.availability.week import how_it_failed, logged_week, transcript
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.watch_log import LIMIT

if TYPE_CHECKING:
    from govaudit.checks.context import Context


class UnreachableParams(Params):
    """``days``: how long is watched; ``visits``: least number a day; ``limit``: seconds until the page has to be open;
    ``share``: of the visits, from which on it is a fault; ``silence``: hours without any answer from which on the
    site may keep out the address that asks, and not be down."""

    days: int = Field(default=7, ge=1)
    visits: int = Field(default=20, ge=1)
    limit: float = Field(default=15, gt=0, le=LIMIT)
    share: float = Field(default=0.05, gt=0, le=1)
    silence: float = Field(default=24, gt=0)


@check(
    "AVL001",
    name="site-unreachable",
    faults=("unreachable", "silent"),
    params=UnreachableParams,
    needs_host=True,
    depends_on_date=True,
)
def site_unreachable(context: Context, params: UnreachableParams) -> Judgement:
    """The home page does not open within 15 seconds on 5 % of the visits of a week or more.

    A visit fails when the page opens over none of the families of addresses that the name has and the visiting machine
    can use; what fails at once is tried again until the limit is over. Visits that met a wall, a certificate fault or
    our own network's outage say nothing of the site and are left out, as are visits that were not made: a fault needs
    the full number of visits on every day, and with fewer the check passes only if the share stayed below the limit
    even if all that are missing had failed. Where it takes failures of a day and more without any answer (silence or
    reset, not a refused connection or an unknown name) to reach the share, a person has to look from another network:
    a firewall that keeps out the visiting machine looks the same.

    Clause: 国办秘函〔2019〕19号 站点无法访问: 监测1周，每天间隔性访问20次以上，超过（含）15秒网站仍打不开的次数累计
    占比超过（含）5%，即单项否决.
    Reads: the watch log of the days before the moment of judgement.
    Could not tell: not-measured without a log or with days that lack visits; blocked-status, blocked-page, tls when
    that many visits met a wall or a certificate that cannot be verified.
    """
    week = logged_week(context, days=params.days, required=params.visits, limit=params.limit)
    if week is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    if week.greatest_share < params.share:
        return Judgement(examined=week.measured, detail=week.told())
    if week.missing:
        return Judgement(examined=week.measured, reason=week.why_unclear(), detail=week.told())
    silent = week.silent(params.silence)
    certain = (week.failed - silent) / week.measured >= params.share
    fault = Fault(
        subject=context.home_url,
        page=context.home_url,
        fault="unreachable" if certain else "silent",
        verdict=Verdict.FAIL if certain else Verdict.REVIEW,
        arguments={
            "url": context.home_url,
            "days": params.days,
            "visits": params.visits,
            "limit": f"{params.limit:g}",
            "failed": week.failed,
            "measured": week.measured,
            "share": f"{100 * week.share:.1f}",
            "allowed": f"{100 * params.share:g}",
            "silent": silent,
            "hours": f"{params.silence:g}",
            **how_it_failed(week),
        },
        evidence=(Evidence(kind="text", text=transcript(context.home_url, week)),),
    )
    return Judgement(examined=week.measured, faults=[fault], detail=week.told())
