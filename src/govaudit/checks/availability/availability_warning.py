"""AVL002: the site is on the way to being unreachable."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.availability.week import how_it_failed, logged_week, transcript
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Arguments, Evidence
from govaudit.inspection.run import BEIJING
from govaudit.inspection.verdict import Reason
from govaudit.inspection.watch_log import LIMIT

if TYPE_CHECKING:
    from govaudit.checks.availability.week import Week
    from govaudit.checks.context import Context


class WarningParams(Params):
    """``days``, ``visits``, ``limit``: as for AVL001; ``share``: above it is warned; ``in_a_row``: failures without a
    visit between them that opened; ``unreachable``: share from which on AVL001 speaks instead."""

    days: int = Field(default=7, ge=1)
    visits: int = Field(default=20, ge=1)
    limit: float = Field(default=15, gt=0, le=LIMIT)
    share: float = Field(default=0.03, gt=0, le=1)
    in_a_row: int = Field(default=2, ge=1)
    unreachable: float = Field(default=0.05, gt=0, le=1)


@check(
    "AVL002",
    name="availability-warning",
    faults=("share", "in-a-row"),
    params=WarningParams,
    needs_host=True,
    depends_on_date=True,
)
def availability_warning(context: Context, params: WarningParams) -> Judgement:
    """The home page failed on more than 3 % of the visits, or on two in a row.

    An early warning, no fault of its own: where the share is a veto already (AVL001), it is not repeated. Missing
    visits count as opened for the share; between failures in a row none may be missing for three hours.

    Clause: none; 站点无法访问 vetoes from 5 % on, and a site should hear of it before.
    Reads: the watch log of the days before the moment of judgement.
    Could not tell: not-measured without a log or with days that lack visits; blocked-status, blocked-page, tls when
    that many visits met a wall or a certificate that cannot be verified.
    """
    week = logged_week(context, days=params.days, required=params.visits, limit=params.limit)
    if week is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    if not week.missing and week.share >= params.unreachable:
        return Judgement(examined=week.measured, applicable=False, detail=week.told())
    row = week.in_a_row()
    if week.least_share > params.share:
        return _warned(context, week, "share", {"allowed": f"{100 * params.share:g}"})
    if len(row) >= params.in_a_row:
        row_of: Arguments = {"row": len(row), "since": _moment(row[0].at), "until": _moment(row[-1].at)}
        return _warned(context, week, "in-a-row", row_of)
    if week.greatest_share > params.share:
        return Judgement(examined=week.measured, reason=week.why_unclear(), detail=week.told())
    return Judgement(examined=week.measured, detail=week.told())


def _warned(context: Context, week: Week, fault: str, more: Arguments) -> Judgement:
    arguments: Arguments = {
        "url": context.home_url,
        "days": len(week.days),
        "limit": f"{week.limit:g}",
        "failed": week.failed,
        "measured": week.measured,
        "share": f"{100 * week.share:.1f}",
        **how_it_failed(week),
        **more,
    }
    found = Fault(
        subject=context.home_url,
        page=context.home_url,
        fault=fault,
        arguments=arguments,
        evidence=(Evidence(kind="text", text=transcript(context.home_url, week)),),
    )
    return Judgement(examined=week.measured, faults=[found], detail=week.told())


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, BEIJING):%Y-%m-%d %H:%M}"
