"""AVL003: the home page comes slowly."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import msgspec
from pydantic import Field

from govaudit.checks.availability.week import logged_week
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context


class SlowParams(Params):
    """``seconds``: more than these is slow; ``least``: measurements without which a median says little."""

    seconds: float = Field(default=3, gt=0)
    least: int = Field(default=10, ge=1)


class _Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement of the run itself; further fields are not read here."""

    ok: bool
    total: float | None = None


class _Samples(msgspec.Struct, frozen=True, kw_only=True):
    ipv4: tuple[_Sample, ...] = ()
    ipv6: tuple[_Sample, ...] = ()


@check(
    "AVL003",
    name="slow-home-page",
    faults=("slow",),
    params=SlowParams,
    needs_host=True,
    depends_on_date=True,
)
def slow_home_page(context: Context, params: SlowParams) -> Judgement:
    """The home page takes more than 3 seconds, in the median of the visits.

    Measured is the page itself, from the name's resolution to the last byte, without pictures, styles and scripts; a
    browser needs longer. Visits that did not open are left out. Where the page opens over both families, the faster one
    counts. The median of the watch log's last week is taken, else that of the run's own measurements.

    Clause: none; pages have to open in a time that visitors wait.
    Reads: the watch log of the days before the moment of judgement; the measurements of the run.
    Could not tell: not-measured when neither has enough visits that opened.
    """
    for source, times in (("log", _logged(context)), ("run", _sampled(context))):
        if len(times) >= params.least:
            return _judged(context, params, source, times)
    return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)


def _logged(context: Context) -> list[float]:
    week = logged_week(context)
    if week is None:
        return []
    return [one.seconds for one in week.visits if one.seconds is not None]


def _sampled(context: Context) -> list[float]:
    """The measurements of the run, over the family that is faster in the median."""
    host = hostname_of(context.home_url)
    found = [one for one in context.facts.probes("samples") if hostname_of(one.subject) == host]
    if not found:
        return []
    samples = msgspec.convert(found[-1].result, _Samples)
    families = [
        [one.total for one in family if one.ok and one.total is not None]
        for family in (samples.ipv4, samples.ipv6)
    ]
    return min((times for times in families if times), key=median, default=[])


def _judged(context: Context, params: SlowParams, source: str, times: list[float]) -> Judgement:
    middle = median(times)
    detail = f"{middle:.2f} s ({source}, {len(times)})"
    if middle <= params.seconds:
        return Judgement(examined=len(times), detail=detail)
    fault = Fault(
        subject=context.home_url,
        page=context.home_url,
        fault="slow",
        arguments={
            "url": context.home_url,
            "seconds": f"{middle:.1f}",
            "allowed": f"{params.seconds:g}",
            "count": len(times),
            "fastest": f"{min(times):.1f}",
            "slowest": f"{max(times):.1f}",
        },
        evidence=(Evidence(kind="text", text=_transcript(context.home_url, source, times)),),
    )
    return Judgement(examined=len(times), faults=[fault], detail=detail)


def _transcript(url: str, source: str, times: list[float]) -> str:
    shown = " ".join(f"{one:.2f}" for one in sorted(times))
    command = f"$ curl -sSL -o /dev/null -w '%{{time_total}}\\n' '{url}'"
    return f"# {url} ({source}, {len(times)}, s)\n{shown}\n\n{command}\n"
