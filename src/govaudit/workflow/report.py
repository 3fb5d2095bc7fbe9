"""Write the reports of a judged run. Touches no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from govaudit import __version__
from govaudit.inspection.calendar import day_of
from govaudit.inspection.verdict import Result
from govaudit.inspection.workspace import NO_LEDGER
from govaudit.reports.earlier import EarlierRun, EarlierSite
from govaudit.reports.run_report import PaperDetails, RunReport, note_of
from govaudit.reports.write import usual_formats, write_reports
from govaudit.workflow.ledger import due_by, judgements_of, with_ledger
from govaudit.workflow.run_record import usable_profile
from govaudit.workflow.site_job import earlier_records, read_judgement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from govaudit.inspection.errors import Problem
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.run_record import RunRecord


MOST_EARLIER = 8
"""Runs that a report looks back on: two years of quarters."""


def report_run(
    workspace: Workspace, record: RunRecord, formats: Sequence[str] = (), language: str = ""
) -> list[Path]:
    """Write every report of a run; returns the files."""
    return write_reports(
        run_report(workspace, record, language),
        workspace.report_folder(record.id),
        formats_here(workspace, record, formats),
    )


def formats_here(workspace: Workspace, record: RunRecord, formats: Sequence[str]) -> list[str]:
    """The formats that are written: those named, those of the settings, else all that this installation can write."""
    return _formats(workspace, record, formats)[0]


def left_out_formats(workspace: Workspace, record: RunRecord, formats: Sequence[str]) -> tuple[Problem, ...]:
    """Formats that would be written here if this installation could."""
    return tuple(_formats(workspace, record, formats)[1])


def _formats(
    workspace: Workspace, record: RunRecord, named: Sequence[str]
) -> tuple[list[str], list[Problem]]:
    formats = named or workspace.settings.formats
    return (list(formats), []) if formats else usual_formats(listed=record.listed)


def run_report(workspace: Workspace, record: RunRecord, language: str = "") -> RunReport:
    """What the reports say, as plain data."""
    sites = judgements_of(workspace, record)
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
        earlier=tuple(_earlier(workspace, one) for one in earlier_records(workspace, record)[-MOST_EARLIER:]),
        ledger=workspace.settings.ledger != NO_LEDGER,
        paper=_paper(workspace, record),
        folder=workspace.run_folder(record.id),
    )


def _earlier(workspace: Workspace, record: RunRecord) -> EarlierRun:
    judged = [
        read_judgement(workspace, record, site)
        for site in record.sites
        if workspace.judgement_file(record.id, site.key).is_file()
    ]
    told = {
        one.site.key: msgspec.convert(one, EarlierSite, from_attributes=True)
        for one in with_ledger(workspace, record, judged)
    }
    not_inspected = EarlierSite(result=Result.NOT_INSPECTED)
    return EarlierRun(
        run=record.id,
        as_of=record.as_of,
        sites={site.key: told.get(site.key, not_inspected) for site in record.sites},
    )


def _paper(workspace: Workspace, record: RunRecord) -> PaperDetails:
    settings = workspace.settings
    return PaperDetails(
        area=settings.area,
        number=settings.paper_number,
        addressees=settings.addressees,
        deadline=due_by(workspace)(day_of(record.as_of)),
        circular_template=_own_template(workspace, "circular.docx"),
        notice_template=_own_template(workspace, "notice.docx"),
    )


def _own_template(workspace: Workspace, name: str) -> Path | None:
    file = workspace.templates / name
    return file if file.is_file() else None
