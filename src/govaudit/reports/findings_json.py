"""``findings.json`` and ``findings.jsonl``: the public data format ``govaudit.findings/1``.

The structs below are the format; ``docs/findings.schema.json`` is generated from them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from govaudit.inspection.facts import Skipped
from govaudit.inspection.run import BEIJING
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict
from govaudit.reports.run_report import has_score, ordered_findings, standing_vetoes
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding, Score, SiteJudgement
    from govaudit.reports.run_report import RunReport

SCHEMA_NAME: Literal["govaudit.findings/1"] = "govaudit.findings/1"

SHOWN_PAGES = 20
"""Pages of a finding that the JSON lists; the spreadsheet holds all."""


class Tool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The program that wrote the file."""

    name: Literal["govaudit"]
    version: str


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The run. Moments carry their offset."""

    id: str
    as_of: datetime
    started_at: datetime | None
    finished_at: datetime | None
    partial: bool
    profiles: dict[str, str]


class SiteScore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Score of a portal without veto; ``manual_open``: rows that wait for a person."""

    deducted: float
    total: float
    bonus: float
    complete: bool
    manual_open: list[str]


class SiteCoverage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was seen of a site, in pages. ``flapping``: own addresses that failed at first and opened later."""

    discovered: int
    visited: int
    skipped: dict[str, int]
    failed: int
    inconclusive: int
    flapping: int


class SiteCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a due check said. ``reason`` and ``detail`` are there when it could not tell."""

    verdict: Verdict
    findings: int
    examined: int
    reason: Reason | None = None
    detail: str = ""


class SiteEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site of the list. ``code``: site code, or the host of a site that has none; findings name it as ``site``."""

    code: str
    name: str
    url: str
    profile: str
    result: Result
    reason: str
    provisional: bool
    provisional_reviews: int
    undecided: list[str]
    score: SiteScore | None
    vetoes: list[str]
    coverage: SiteCoverage
    checks: dict[str, SiteCheck]


class FindingEffect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a finding does to one row of a profile."""

    profile: str
    row: str
    kind: Kind
    points: float | None


class FindingLocator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where on the page, and under which heading; 0 and empty text where it is not known."""

    xpath: str
    line: int
    text: str
    heading: str


class FindingOccurrences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often it was seen and the first pages, home page first."""

    count: int
    pages: Annotated[list[str], Meta(max_length=SHOWN_PAGES)]


class FindingEvidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that proves a finding."""

    kind: str
    path: str
    sha256: str


class FindingEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault, or doubt, at one subject. ``id`` is the same in every run. ``no_picture``: why there is no
    screenshot of a flagged place; empty where there is one, or none was due. ``deadline``: the last day to mend it."""

    id: str
    check: str
    verdict: Verdict
    kind: Kind
    effects: list[FindingEffect]
    rule_version: int
    measured_at: datetime | None
    site: str
    page: str
    subject: str
    locator: FindingLocator
    column: str
    expected: str
    observed: str
    message: str
    fix: str
    clause: str
    points: float | None
    reason: Reason | None
    state: State
    first_seen: str
    last_seen: str
    occurrences: FindingOccurrences
    evidence: list[FindingEvidence]
    no_picture: str
    deadline: str | None
    remark: str
    remark_by: str


class FindingsDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of ``findings.json``."""

    schema: Literal["govaudit.findings/1"]
    tool: Tool
    run: Run
    sites: list[SiteEntry]
    findings: list[FindingEntry]


def write_findings_json(report: RunReport, folder: Path) -> list[Path]:
    """Write ``findings.json`` and ``findings.jsonl`` (one finding a line) into ``folder``."""
    content = document(report)
    whole = folder / "findings.json"
    whole.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
    lines = folder / "findings.jsonl"
    with lines.open("wb") as file:
        for finding in content.findings:
            file.write(msgspec.json.encode(finding) + b"\n")
    return [whole, lines]


def document(report: RunReport) -> FindingsDocument:
    """The run as the public format holds it: sites in the list's order, findings site by site, gravest first."""
    texts = Texts(report.language)
    return FindingsDocument(
        schema=SCHEMA_NAME,
        tool=Tool(name="govaudit", version=report.tool_version),
        run=Run(
            id=report.run,
            as_of=report.as_of.astimezone(BEIJING),
            started_at=_beijing(report.started_at),
            finished_at=_beijing(report.finished_at),
            partial=report.partial,
            profiles={note.name: note.digest for note in report.profiles},
        ),
        sites=[_site(judgement) for judgement in report.sites],
        findings=[
            _finding(finding, texts) for judgement in report.sites for finding in ordered_findings(judgement)
        ],
    )


def json_schema() -> dict[str, object]:
    """JSON Schema (2020-12) of ``findings.json``."""
    (reference,), parts = msgspec.json.schema_components([FindingsDocument])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:govaudit:{SCHEMA_NAME}",
        **reference,
        "$defs": parts,
    }


def _site(judgement: SiteJudgement) -> SiteEntry:
    score = judgement.score if has_score(judgement) else None
    seen = judgement.coverage
    return SiteEntry(
        code=judgement.site.key,
        name=judgement.site.name,
        url=judgement.site.url,
        profile=judgement.profile,
        result=judgement.result,
        reason=judgement.reason,
        provisional=judgement.provisional > 0,
        provisional_reviews=judgement.provisional,
        undecided=list(judgement.undecided),
        score=_score(score) if score else None,
        vetoes=list(standing_vetoes(judgement)),
        coverage=SiteCoverage(
            discovered=seen.discovered,
            visited=seen.visited,
            skipped={reason.value: seen.skipped.get(reason, 0) for reason in Skipped},
            failed=seen.failed,
            inconclusive=seen.inconclusive,
            flapping=seen.flapping,
        ),
        checks={
            check: SiteCheck(
                verdict=result.verdict,
                findings=result.findings,
                examined=result.examined,
                reason=result.reason,
                detail=result.detail,
            )
            for check, result in sorted(judgement.checks.items())
        },
    )


def _score(score: Score) -> SiteScore:
    return SiteScore(
        deducted=score.deducted,
        total=score.total,
        bonus=score.bonus,
        complete=score.complete,
        manual_open=list(score.manual_open),
    )


def _finding(finding: Finding, texts: Texts) -> FindingEntry:
    words = texts.finding(finding)
    return FindingEntry(
        id=finding.id,
        check=finding.check,
        verdict=finding.verdict,
        kind=finding.kind,
        effects=[
            FindingEffect(profile=one.profile, row=one.row, kind=one.kind, points=one.points)
            for one in finding.effects
        ],
        rule_version=finding.rule_version,
        measured_at=_beijing(finding.measured_at),
        site=finding.site,
        page=finding.page,
        subject=finding.subject,
        locator=FindingLocator(
            xpath=finding.locator.xpath,
            line=finding.locator.line,
            text=finding.locator.text,
            heading=finding.locator.heading,
        ),
        column=finding.column,
        expected=words.expected,
        observed=words.observed,
        message=words.message,
        fix=words.fix,
        clause=finding.clause,
        points=finding.points,
        reason=finding.reason,
        state=finding.state,
        first_seen=finding.first_seen,
        last_seen=finding.last_seen,
        occurrences=FindingOccurrences(count=finding.count, pages=list(seen_on(finding)[:SHOWN_PAGES])),
        evidence=[
            FindingEvidence(kind=one.kind, path=one.path, sha256=one.sha256) for one in finding.evidence
        ],
        no_picture=finding.no_picture,
        deadline=finding.deadline.isoformat() if finding.deadline else None,
        remark=finding.remark,
        remark_by=finding.remark_by,
    )


def seen_on(finding: Finding) -> tuple[str, ...]:
    """All pages that a finding was seen on."""
    return finding.pages or ((finding.page,) if finding.page else ())


def _beijing(moment: datetime | None) -> datetime | None:
    return moment.astimezone(BEIJING) if moment else None
