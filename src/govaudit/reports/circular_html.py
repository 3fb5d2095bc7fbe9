"""The circular as one web page: ``circular.html``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.reports.papers.circular import circular
from govaudit.reports.papers.html_paper import html_of

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.reports.run_report import RunReport


def write_circular_html(report: RunReport, folder: Path) -> list[Path]:
    """Write ``circular.html`` into ``folder``."""
    file = folder / "circular.html"
    file.write_text(html_of(circular(report)), encoding="utf-8")
    return [file]
