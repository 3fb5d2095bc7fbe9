"""The responses that the flagged findings of a site rest on, filed as WARC with an index."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.finding import Evidence
from govaudit.inspection.urls import WEB_SCHEMES, scheme_of
from govaudit.inspection.verdict import Verdict
from govaudit.reports.run_report import ordered_findings
from govaudit.workflow.run_record import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.inspection.site_facts import SiteFacts

KIND = "warc"
"""Kind of the evidence."""
WARC_NAME = "responses.warc.gz"
INDEX_NAME = "responses.cdxj"
SEEN_PAGES = 5
"""Pages of a finding whose responses are kept; its own subject besides."""


def is_flagged(finding: Finding) -> bool:
    """Whether a finding says that something is wrong, or may be."""
    return finding.verdict in {Verdict.FAIL, Verdict.REVIEW}


def addresses_of(finding: Finding) -> tuple[str, ...]:
    """Addresses whose responses a finding rests on."""
    named = (finding.subject, finding.page, *finding.pages[:SEEN_PAGES])
    return tuple(dict.fromkeys(one for one in named if scheme_of(one) in WEB_SCHEMES and "//" in one))


def with_responses(judgement: SiteJudgement, facts: SiteFacts, folder: Path) -> SiteJudgement:
    """The judgement with the responses of its flagged findings written to ``folder``: a WARC and its index, the same
    bytes for the same facts and findings."""
    flagged = {one.id: addresses_of(one) for one in ordered_findings(judgement) if is_flagged(one)}
    if not flagged:
        return judgement
    from govaudit.workflow.response_records import write_responses  # noqa: PLC0415 - only where there are faults

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / WARC_NAME
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        told, index = write_responses(flagged, facts, draft, file)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    write_whole(folder / INDEX_NAME, index)
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    piece = Evidence(kind=KIND, path=f"evidence/{folder.name}/{WARC_NAME}", sha256=digest)
    findings = tuple(
        msgspec.structs.replace(one, evidence=(*one.evidence, piece)) if one.id in told else one
        for one in judgement.findings
    )
    return msgspec.structs.replace(judgement, findings=findings)
