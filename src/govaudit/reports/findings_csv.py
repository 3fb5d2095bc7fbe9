"""``findings.csv``: the list of problems as offices pass it on, readable in every spreadsheet program."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from govaudit.reports.cells import guarded
from govaudit.reports.run_report import ordered_findings
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from govaudit.inspection.site import Site
    from govaudit.reports.run_report import RunReport

COLUMNS = (
    "id",
    "check",
    "title",
    "kind",
    "site-code",
    "site-name",
    "page",
    "subject",
    "locator",
    "observed",
    "expected",
    "fix",
    "state",
    "deadline",
    "remark",
)
"""Columns of the list that goes out and comes back; headings are ``columns.<name>`` of the catalogue."""


def write_findings_csv(report: RunReport, folder: Path) -> list[Path]:
    """Write ``findings.csv`` (UTF-8 with byte order mark) into ``folder``."""
    texts = Texts(report.language)
    path = folder / "findings.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(texts.text(f"columns.{name}") for name in COLUMNS)
        for judgement in report.sites:
            for finding in ordered_findings(judgement):
                rows.writerow(guarded(cell) for cell in exchange_row(finding, judgement.site, texts))
    return [path]


def exchange_row(finding: Finding, site: Site, texts: Texts) -> tuple[str, ...]:
    """One problem in the order of ``COLUMNS``, not yet guarded. State and remark are for the owner to change."""
    words = texts.finding(finding)
    return (
        finding.id,
        finding.check,
        words.title,
        texts.nature(finding),
        site.key,
        site.name,
        finding.page,
        texts.subject(finding),
        texts.place(finding.locator),
        words.observed,
        words.expected,
        words.fix,
        texts.word(f"states.{finding.state.value}"),
        finding.deadline.isoformat() if finding.deadline else "",
        finding.remark,
    )
