"""Write down what proves each finding, with its hash: what the check shows or tells, and how its pages were seen."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import PrunedError
from govaudit.inspection.finding import Evidence
from govaudit.inspection.messages import LANGUAGES, told
from govaudit.workflow.run_record import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from govaudit.inspection.site_facts import SiteFacts


SUMS_NAME = "SHA256SUMS"
"""Lists the files of a site's evidence with their hashes, as ``sha256sum -c`` reads it."""
_SEEN_PAGES = 5
"""How many pages of a finding are described; the body of each is in the fact store under the hash given here."""


def keep_evidence(
    findings: Iterable[Finding], facts: SiteFacts, folder: Path, language: str = LANGUAGES[0]
) -> Iterator[Finding]:
    """The findings with their evidence written to ``folder``, what is told in words in ``language``; paths are
    relative to the run's folder."""
    for finding in findings:
        evidence = finding.evidence
        if not any(piece.kind == "headers" for piece in evidence):
            evidence = (*evidence, *_pages_as_seen(finding, facts))
        spoken = (_in_words(piece, language) for piece in evidence)
        kept = tuple(
            _kept(piece, finding.id, number, folder) if piece.text and not piece.path else piece
            for number, piece in enumerate(spoken, 1)
        )
        yield msgspec.structs.replace(finding, evidence=kept)


def _in_words(piece: Evidence, language: str) -> Evidence:
    if not piece.said:
        return piece
    lines = [*([piece.text] if piece.text else []), *(told(one, language) for one in piece.said)]
    return msgspec.structs.replace(piece, text="\n".join(lines), said=())


def _pages_as_seen(finding: Finding, facts: SiteFacts) -> tuple[Evidence, ...]:
    """How the pages of a finding answered when they were read, and the hash of what they said."""
    pages = dict.fromkeys((finding.page, *finding.pages))
    texts = [text for page in list(pages)[:_SEEN_PAGES] if (text := _page_as_seen(page, facts))]
    return (Evidence(kind="headers", text="\n\n".join(texts)),) if texts else ()


def _page_as_seen(page: str, facts: SiteFacts) -> str:
    looks = facts.looks(page)
    if not looks:
        return ""
    look = looks[-1]
    lines = {
        "url": look.url,
        "final-url": look.final_url if look.final_url != look.url else "",
        "time": _moment(look.at),
        "status": str(look.revalidated.status if look.revalidated else look.status),
        "unchanged-since": _moment(look.revalidated.since) if look.revalidated else "",
        "sent-in-run": look.revalidated.run if look.revalidated else "",
        "address": look.address,
        "content-type": look.content_type,
        "bytes": str(look.size),
        "original-sha256": look.original,
    }
    try:
        body = facts.body(page)
        lines["body-sha256"] = hashlib.sha256(body).hexdigest() if body is not None else ""
        lines |= _in_browser(page, facts)
    except PrunedError:
        lines["body"] = "pruned"
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _in_browser(page: str, facts: SiteFacts) -> dict[str, str]:
    """How the page was seen in a browser, if it was."""
    rendering = facts.rendering(page)
    if rendering is None or rendering[1] is None:
        return {}
    look, html = rendering
    return {
        "seen-in-browser": look.browser,
        "browser-time": _moment(look.at),
        "browser-body-sha256": hashlib.sha256(html or b"").hexdigest(),
    }


def _kept(piece: Evidence, finding_id: str, number: int, folder: Path) -> Evidence:
    content = piece.text.encode()
    file = folder / f"{finding_id}-{number}-{piece.kind}.txt"
    write_whole(file, content)
    return msgspec.structs.replace(
        piece, path=f"evidence/{folder.name}/{file.name}", sha256=hashlib.sha256(content).hexdigest()
    )


def write_sums(findings: Iterable[Finding], folder: Path) -> None:
    """List what the findings name in ``folder``, and the indexes beside it."""
    named = {
        piece.path.rpartition("/")[2]: piece.sha256
        for one in findings
        for piece in one.evidence
        if piece.path
    }
    for index in folder.glob("*.cdxj"):
        named[index.name] = hashlib.sha256(index.read_bytes()).hexdigest()
    if named:
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(named.items()))
        write_whole(folder / SUMS_NAME, lines.encode())
    else:
        (folder / SUMS_NAME).unlink(missing_ok=True)
