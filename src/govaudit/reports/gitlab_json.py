"""``gl-code-quality-report.json``: certain findings and reviews for GitLab's merge requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from govaudit.inspection.verdict import Kind, Verdict
from govaudit.reports.places import file_of
from govaudit.reports.run_report import ordered_findings
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from govaudit.reports.run_report import RunReport

_SEVERITIES = {Kind.VETO: "critical", Kind.DEDUCT: "major", Kind.OPEN: "minor", Kind.WARN: "minor"}


def write_gitlab_json(report: RunReport, folder: Path) -> list[Path]:
    """Write ``gl-code-quality-report.json`` into ``folder``."""
    texts = Texts(report.language)
    issues = [
        _issue(finding, texts)
        for judgement in report.sites
        for finding in ordered_findings(judgement)
        if finding.standing in {Verdict.FAIL, Verdict.REVIEW}
    ]
    file = folder / "gl-code-quality-report.json"
    file.write_text(json.dumps(issues, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [file]


def _issue(finding: Finding, texts: Texts) -> dict[str, object]:
    certain = finding.standing is Verdict.FAIL
    return {
        "description": texts.finding(finding).message,
        "check_name": finding.check,
        "fingerprint": finding.id,
        "severity": _SEVERITIES.get(finding.kind, "info") if certain else "info",
        "location": {"path": file_of(finding.page), "lines": {"begin": max(1, finding.locator.line)}},
    }
