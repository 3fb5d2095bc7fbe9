"""The outcome of a run in one line, for the terminal and for summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.reports.figures import figures
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from govaudit.reports.run_report import RunReport


def headline(report: RunReport) -> str:
    """How many sites were inspected with which results, and how many problems were found."""
    texts = Texts(report.language)
    counted = figures(report.sites)
    line = texts.text(
        "report.headline",
        listed=counted.listed,
        inspected=counted.inspected,
        qualified=counted.qualified,
        unqualified=counted.unqualified,
        inconclusive=counted.inconclusive,
        not_inspected=counted.not_inspected,
        rate=counted.pass_rate,
        problems=counted.fail,
    )
    if counted.pending:
        line += texts.text("report.headline-pending", pending=counted.pending)
    if report.partial:
        line = texts.text("report.headline-partial") + line
    return line
