"""``findings.sarif``: SARIF 2.1.0, for code hosts and editors that show findings at their place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from govaudit.inspection.verdict import Kind, State, Verdict
from govaudit.reports.run_report import ordered_findings
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from govaudit.reports.run_report import RunReport

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Kind.VETO: "error", Kind.DEDUCT: "error"}
_KINDS = {Verdict.FAIL: "fail", Verdict.REVIEW: "review", Verdict.INCONCLUSIVE: "open"}
_SUPPRESSED = {State.WAIVED: "accepted", State.DISMISSED: "accepted", State.DISPUTED: "underReview"}


def write_findings_sarif(report: RunReport, folder: Path) -> list[Path]:
    """Write ``findings.sarif`` into ``folder``."""
    file = folder / "findings.sarif"
    file.write_text(json.dumps(sarif(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [file]


def sarif(report: RunReport) -> dict[str, Any]:
    """The run as one SARIF log. Only certain findings have a level above ``none``; what waits for a person or could not
    be told is of the kind ``review`` or ``open``."""
    texts = Texts(report.language)
    findings = [finding for judgement in report.sites for finding in ordered_findings(judgement)]
    checks = sorted({finding.check for finding in findings})
    places = {check: place for place, check in enumerate(checks)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "govaudit",
                        "version": report.tool_version,
                        "rules": [_rule(check, texts) for check in checks],
                    }
                },
                "automationDetails": {"id": report.run},
                "language": report.language,
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, places[finding.check], report, texts) for finding in findings],
            }
        ],
    }


def _rule(check: str, texts: Texts) -> dict[str, Any]:
    return {
        "id": check,
        "shortDescription": {"text": texts.check_title(check)},
        "fullDescription": {"text": texts.check_summary(check)},
    }


def _result(finding: Finding, rule: int, report: RunReport, texts: Texts) -> dict[str, Any]:
    words = texts.finding(finding)
    certain = finding.verdict is Verdict.FAIL
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "kind": _KINDS[finding.verdict],
        "level": _LEVELS.get(finding.kind, "warning") if certain else "none",
        "message": {"text": f"{words.message}\n{words.fix}" if words.fix else words.message},
        "locations": [_location(finding)] if finding.page else [],
        "partialFingerprints": {"govauditFinding/v1": finding.id},
        "occurrenceCount": max(1, finding.count),
        "properties": {
            "site": finding.site,
            "subject": finding.subject,
            "kind": finding.kind.value,
            "verdict": finding.verdict.value,
            "expected": words.expected,
            "observed": words.observed,
            "clause": finding.clause,
        },
    }
    if report.gate is not None:
        result["baselineState"] = "unchanged" if finding.id in report.gate.known else "new"
    elif report.previous_run:
        result["baselineState"] = "new" if finding.first_seen in {"", report.run} else "unchanged"
    if status := _SUPPRESSED.get(finding.state):
        result["suppressions"] = [{"kind": "external", "status": status}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": finding.page}}
    if finding.locator.line:
        place["region"] = {"startLine": finding.locator.line}
        if finding.locator.character:
            place["region"]["startColumn"] = finding.locator.character
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.locator.xpath:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.locator.xpath, "kind": "element"}]
    return location
