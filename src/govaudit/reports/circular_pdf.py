"""The circular for print: ``circular.pdf``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weasyprint import HTML

from govaudit.reports.papers.circular import circular
from govaudit.reports.papers.html_paper import html_of

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.reports.run_report import RunReport


def write_circular_pdf(report: RunReport, folder: Path) -> list[Path]:
    """Write ``circular.pdf`` into ``folder``."""
    file = folder / "circular.pdf"
    HTML(string=html_of(circular(report)), url_fetcher=_nothing).write_pdf(file)
    return [file]


def _nothing(url: str) -> dict[str, object]:
    """A paper needs nothing from outside, whatever a text in it looks like."""
    raise ValueError(f"a paper loads nothing: {url}")
