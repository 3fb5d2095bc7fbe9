"""How far the sites of each region have come with IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.inspection.ipv6_figures import IPv6Figures
from govaudit.inspection.verdict import Verdict
from govaudit.reports.figures import per_cent
from govaudit.reports.frames import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.reports.run_report import RunReport
    from govaudit.reports.texts import Texts

_HEADINGS = (
    "region", "listed", "aaaa", "no-aaaa", "aaaa-unsure", "reachable", "unreachable", "reach-unsure",
    "second-level", "third-level", "window-sites", "window-hosts", "windows-unsure",
)  # fmt: skip
_ANSWERS = (Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE)


def ipv6_by_region(report: RunReport, texts: Texts) -> Table | None:
    """Region × sites with and without a usable AAAA record, with and without a home page over IPv6 (each with those
    that could not be told, so that they add up to the sites of the list), shares of the lower levels' pages, sky
    windows; with a line of totals. ``None`` when the run measured no IPv6."""
    if not any(judgement.ipv6 for judgement in report.sites):
        return None
    regions: dict[str, list[SiteJudgement]] = {}
    for judgement in report.sites:
        region = judgement.site.region or texts.text("columns.unnamed-region")
        regions.setdefault(region, []).append(judgement)
    rows = [_row(name, sites) for name, sites in regions.items()]
    if len(rows) > 1:
        rows.append(_row(texts.text("columns.total"), report.sites))
    return Table(tuple(texts.text(f"columns.{name}") for name in _HEADINGS), tuple(rows))


def _row(name: str, sites: Sequence[SiteJudgement]) -> tuple[str | int, ...]:
    figures = [judgement.ipv6 or IPv6Figures() for judgement in sites]
    addresses = [one.address for one in figures]
    homes = [one.home for one in figures]
    windows = [one.windows for one in figures]
    return (
        name,
        len(figures),
        *(addresses.count(answer) for answer in _ANSWERS),
        *(homes.count(answer) for answer in _ANSWERS),
        _rate([one.second for one in figures]),
        _rate([one.third for one in figures]),
        sum(count > 0 for count in windows),
        sum(count for count in windows if count > 0),
        sum(count < 0 for count in windows),
    )


def _rate(counts: Sequence[tuple[int, int]]) -> str:
    """``96.7% (29/30)``; ``-`` of nothing."""
    opened, counted = (sum(column) for column in zip(*counts, strict=True))
    return f"{per_cent(opened, counted)} ({opened}/{counted})" if counted else per_cent(0, 0)
