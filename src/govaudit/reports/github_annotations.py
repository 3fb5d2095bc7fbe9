"""``annotations.txt``: workflow commands that GitHub shows as annotations when a step prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.inspection.verdict import Kind, Verdict
from govaudit.reports.places import file_of
from govaudit.reports.run_report import ordered_findings
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from govaudit.reports.run_report import GateMarks, RunReport

_ERRORS = frozenset({Kind.VETO, Kind.DEDUCT})


def write_github_annotations(report: RunReport, folder: Path) -> list[Path]:
    """Write ``annotations.txt`` into ``folder``: ``cat`` it in a step of the workflow."""
    texts = Texts(report.language)
    lines = [
        annotation(finding, texts, report.gate)
        for judgement in report.sites
        for finding in ordered_findings(judgement)
        if finding.standing in {Verdict.FAIL, Verdict.REVIEW}
        and not (report.gate and finding.id in report.gate.known)
    ]
    lines += [f"::error::{_data(why)}" for why in (report.gate.unchecked if report.gate else ())]
    file = folder / "annotations.txt"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [file]


def annotation(finding: Finding, texts: Texts, gate: GateMarks | None = None) -> str:
    """One workflow command: an error for what costs points, in a gate for what closes it, a warning for other certain
    findings, else a notice."""
    level = "notice"
    if finding.standing is Verdict.FAIL:
        grave = finding.id in gate.over if gate else finding.kind in _ERRORS
        level = "error" if grave else "warning"
    words = texts.finding(finding)
    title = _property(f"{finding.check} {words.title}")
    place = f"file={_property(file_of(finding.page))},line={max(1, finding.locator.line)}"
    return f"::{level} {place},title={title}::{_data(words.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
