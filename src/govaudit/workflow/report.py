"""Write the reports of a judged run. Touches no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit import __version__
from govaudit.reports.run_report import RunReport, note_of
from govaudit.reports.write import write_reports
from govaudit.workflow.run_record import usable_profile
from govaudit.workflow.site_job import previous_judgement, previous_record, read_judgement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.run_record import RunRecord


def report_run(
    workspace: Workspace, record: RunRecord, formats: Sequence[str] = (), language: str = ""
) -> list[Path]:
    """Write every report of a run; returns the files."""
    return write_reports(
        run_report(workspace, record, language),
        workspace.report_folder(record.id),
        formats or workspace.settings.formats or None,
    )


def run_report(workspace: Workspace, record: RunRecord, language: str = "") -> RunReport:
    """What the reports say, as plain data."""
    sites = tuple(read_judgement(workspace, record, site) for site in record.sites)
    before = previous_record(workspace, record)
    previous = {
        site.key: judgement.findings
        for site in record.sites
        if (judgement := previous_judgement(workspace, record, site)) is not None
    }
    return RunReport(
        run=record.id,
        as_of=record.as_of,
        started_at=record.started_at,
        finished_at=record.finished_at,
        partial=any(one.partial for one in sites),
        tool_version=__version__,
        profiles=tuple(note_of(usable_profile(name, workspace.profiles)) for name in record.profiles),
        organiser=workspace.settings.organiser,
        language=language or workspace.settings.language,
        sites=sites,
        previous_run=before.id if before else "",
        previous_findings=previous,
    )
