"""``junit.xml``: every site a suite, every due check a case, for pipelines that show tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from govaudit.inspection.verdict import Verdict
from govaudit.reports.run_report import ordered_findings
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import CheckResult, Finding, SiteJudgement
    from govaudit.reports.run_report import GateMarks, RunReport

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SKIPPED = frozenset({Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE})


def write_junit_xml(report: RunReport, folder: Path) -> list[Path]:
    """Write ``junit.xml`` into ``folder``."""
    file = folder / "junit.xml"
    file.write_bytes(
        etree.tostring(_suites(report), encoding="utf-8", xml_declaration=True, pretty_print=True)
    )
    return [file]


def _suites(report: RunReport) -> etree._Element:
    """A case fails by certain findings alone, in a gate by those that close it; what could not be told is skipped with
    its reason, never passed, and a gate that could not be decided is an error."""
    texts = Texts(report.language)
    root = etree.Element("testsuites", name=_clean(texts.report_title(report)))
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for judgement in report.sites:
        suite, counts = _suite(judgement, report.gate, texts)
        root.append(suite)
        for name, count in counts.items():
            totals[name] += count
    for name, count in totals.items():
        root.set(name, str(count))
    return root


def _suite(
    judgement: SiteJudgement, gate: GateMarks | None, texts: Texts
) -> tuple[etree._Element, dict[str, int]]:
    suite = etree.Element(
        "testsuite", name=_clean(texts.site_title(judgement)), hostname=_clean(judgement.site.host)
    )
    suite.set("timestamp", judgement.as_of.isoformat())
    certain: dict[str, list[Finding]] = {}
    for finding in ordered_findings(judgement):
        if finding.standing is Verdict.FAIL and (gate is None or finding.id in gate.over):
            certain.setdefault(finding.check, []).append(finding)
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for check, result in sorted(judgement.checks.items()):
        counts["tests"] += 1
        case = etree.SubElement(
            suite,
            "testcase",
            classname=_clean(judgement.site.key),
            name=_clean(f"{check} {texts.check_title(check)}"),
        )
        if check in certain:
            counts["failures"] += 1
            _fail(case, certain[check], texts)
        elif result.verdict in _SKIPPED:
            counts["skipped"] += 1
            etree.SubElement(case, "skipped", message=_clean(_why(result, texts)))
    if not judgement.checks:
        counts["tests"] = counts["skipped"] = 1
        case = etree.SubElement(
            suite, "testcase", classname=_clean(judgement.site.key), name=texts.result(judgement)
        )
        etree.SubElement(case, "skipped", message=_clean(texts.why(judgement.reason)))
    for number, why in enumerate(gate.unchecked if gate else (), 1):
        counts["tests"] += 1
        counts["errors"] += 1
        case = etree.SubElement(
            suite, "testcase", classname=_clean(judgement.site.key), name=f"govaudit gate {number}"
        )
        etree.SubElement(case, "error", message=_clean(why))
    for name, count in counts.items():
        suite.set(name, str(count))
    return suite, counts


def _fail(case: etree._Element, findings: list[Finding], texts: Texts) -> None:
    """One element: consumers show the first one only."""
    said = [f"{finding.page}\n{texts.finding(finding).message}" for finding in findings]
    failure = etree.SubElement(case, "failure", type=findings[0].kind.value)
    failure.set("message", _clean(texts.finding(findings[0]).message))
    failure.text = _clean("\n\n".join(said))


def _why(result: CheckResult, texts: Texts) -> str:
    verdict = texts.word(f"verdicts.{result.verdict.value}")
    if result.reason is None:
        return verdict
    return f"{verdict}{texts.text('words.colon')}{texts.reason(result.reason.value)}"


def _clean(text: str) -> str:
    """``text`` without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
