"""Word documents: ``circular.docx`` of the run, ``notice.docx`` of every site with problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.reports.papers.circular import circular
from govaudit.reports.papers.docx_paper import write_docx
from govaudit.reports.papers.notice import has_notice, notice
from govaudit.reports.places import SITES, site_folder

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.reports.run_report import RunReport


def write_papers_docx(report: RunReport, folder: Path) -> list[Path]:
    """Write the circular and the notices below ``folder``."""
    file = folder / "circular.docx"
    write_docx(circular(report), file, report.paper.circular_template)
    written = [file]
    for judgement in report.sites:
        if has_notice(judgement):
            file = folder / SITES / site_folder(judgement.site.key) / "notice.docx"
            file.parent.mkdir(parents=True, exist_ok=True)
            write_docx(notice(report, judgement), file, report.paper.notice_template)
            written.append(file)
    return written
