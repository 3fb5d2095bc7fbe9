"""The judgement of one level of pages: how many of them open over IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.ipv6.both_families import (
    command,
    contents_of,
    interval,
    level_of,
    out_of_reach,
    share,
    told,
)
from govaudit.checks.ipv6.measurements import measured_at
from govaudit.checks.registry import Fault, Judgement, Params
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.ipv6.both_families import Level, LevelPage

FAULTS = ("low-rate",)
_SHOWN = 5


class LevelParams(Params):
    """``pages``: how many are opened at most, drawn by the run's seed; ``percent``: of them that have to open."""

    pages: int = Field(default=60, ge=1, le=2000)
    percent: float = Field(default=85, gt=0, le=100)


def judge_level(context: Context, params: LevelParams, number: int) -> Judgement:
    """The share of pages of a level that open over IPv6, of those that open over IPv4."""
    stopped = out_of_reach(context)
    if stopped is not None:
        return stopped
    level = level_of(context, number)
    if level is None:
        return _not_opened(context)
    opened, failed = len(level.opened), len(level.failed)
    if not opened + failed:
        return _nothing_counts(level)
    low, high = interval(opened, opened + failed)
    rate = share(opened, opened + failed)
    judgement = Judgement(
        examined=opened + failed,
        detail=f"{opened}/{opened + failed} ({rate:.1f} %, {low:.1f}–{high:.1f} %) "
        + "; ".join(map(_told, level.failed[:_SHOWN])),
    )
    if rate < params.percent and (level.whole or high < params.percent):
        judgement.faults = [_fault(context, level, params)]
    elif rate < params.percent:
        judgement.reason = Reason.BUDGET
    return judgement


def _nothing_counts(level: Level) -> Judgement:
    if not level.pages:
        return Judgement(examined=0, applicable=False)
    walled = any(page.ipv6.blocked for page in level.pages)
    reason = Reason.BLOCKED_STATUS if walled else Reason.NOT_MEASURED
    return Judgement(examined=0, reason=reason, detail=f"0/{len(level.pages)}")


def _not_opened(context: Context) -> Judgement:
    contents = contents_of(context)
    if contents is not None and contents.ipv6 and all(seen.blocked for seen in contents.ipv6):
        return Judgement(examined=0, reason=Reason.BLOCKED_STATUS, detail=context.home_url)
    return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)


def _fault(context: Context, level: Level, params: LevelParams) -> Fault:
    opened, failed = len(level.opened), level.failed
    examined = opened + len(failed)
    low, high = interval(opened, examined)
    return Fault(
        subject=context.home_url,
        page=context.home_url,
        fault="low-rate",
        arguments={
            "url": context.home_url,
            "rate": f"{share(opened, examined):.1f}",
            "low": f"{low:.1f}",
            "high": f"{high:.1f}",
            "least": f"{params.percent:g}",
            "opened": opened,
            "count": examined,
            "population": level.population,
            "ways": "; ".join(map(_told, failed[:_SHOWN])),
        },
        count=len(failed),
        pages=(context.home_url, *(page.url for page in failed)),
        evidence=(Evidence(kind="text", text=_transcript(level)),),
        measured_at=measured_at(failed[-1].ipv6.at),
    )


def _told(page: LevelPage) -> str:
    return f"{page.url} ({told(page.ipv6.step, page.ipv6.error)})"


def _transcript(level: Level) -> str:
    lines = []
    for page in level.failed:
        lines.append(command(page.url, 6, page.ipv6.address))
        lines.append(f"# {page.ipv6.step}: {page.ipv6.error}")
        if page.ipv4 is not None:
            lines.append(command(page.url, 4, page.ipv4.address))
            lines.append(f"# {page.ipv4.status}")
    lines += [f"opened: {page.url}" for page in level.opened]
    lines += [f"not counted: {page.url} ({page.ipv6.error})" for page in level.unsure]
    return "\n".join(lines) + "\n"
