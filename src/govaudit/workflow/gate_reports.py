"""Reports of a gate: those of a run, with what the gate decided, and ``gate.json``, the decision itself."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from govaudit.reports.formats import writer
from govaudit.reports.run_report import GateMarks
from govaudit.reports.write import write_reports
from govaudit.workflow.gate_decision import why_in_words
from govaudit.workflow.report import run_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.workspace import Workspace
    from govaudit.reports.run_report import RunReport
    from govaudit.workflow.gate_decision import GateEnd, Why
    from govaudit.workflow.run_record import RunRecord

DECISION = "gate.json"


def write_gate_reports(
    workspace: Workspace, record: RunRecord, end: GateEnd, folder: Path, formats: Sequence[str]
) -> tuple[Path, ...]:
    """Write the reports and the decision into ``folder``; returns the files."""
    files = write_reports(_report(workspace, record, end), folder, formats)
    decision = folder / DECISION
    decision.write_bytes(msgspec.json.format(msgspec.json.encode(decision_of(end)), indent=1) + b"\n")
    return (decision, *files)


def gate_output(workspace: Workspace, record: RunRecord, end: GateEnd, name: str) -> bytes:
    """The main file of one format."""
    with tempfile.TemporaryDirectory(prefix="govaudit-gate-") as folder:
        return writer(name)(_report(workspace, record, end), Path(folder))[0].read_bytes()


def decision_of(end: GateEnd) -> dict[str, object]:
    """``gate.json`` (``govaudit.gate/1``): the exit code without ``--report-only``, what came of every rule, ids of the
    findings, and why something could not be checked."""
    return {
        "schema": "govaudit.gate/1",
        "exit_code": end.exit_code(report_only=False),
        "pages": end.judgement.coverage.visited if end.judgement else 0,
        "rules": [
            {
                "name": one.rule.name,
                "found": len(one.found),
                "known": len(one.known),
                "counted": len(one.counted),
                "at_most": one.rule.at_most,
                "closed": one.closed,
            }
            for one in end.rules
        ],
        "over": sorted(one.id for one in end.over),
        "known": sorted(one.id for one in end.known),
        "shown": sorted(one.id for one in end.shown),
        "unchecked": [_reason(one) for one in end.unchecked],
        "warned": [_reason(one) for one in end.warned],
        "not_applicable": list(end.not_applicable),
        "crashes": list(end.crashes),
    }


def _reason(why: Why) -> dict[str, object]:
    return {
        "what": why.key,
        "reason": why.reason.value,
        "detail": why.detail,
        "count": why.count,
        "subject": why.subject,
    }


def _report(workspace: Workspace, record: RunRecord, end: GateEnd) -> RunReport:
    report = run_report(workspace, record)
    marks = GateMarks(
        over=frozenset(one.id for one in end.over),
        known=frozenset(one.id for one in end.known),
        unchecked=tuple(why_in_words(one, report.language) for one in end.unchecked),
    )
    return replace(report, gate=marks)
