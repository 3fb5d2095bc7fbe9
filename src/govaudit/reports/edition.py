"""Draft or published version: what a paper and a page say of themselves, and of what a unit objects to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.inspection.verdict import Result, State

if TYPE_CHECKING:
    from datetime import datetime

    from govaudit.inspection.finding import Finding
    from govaudit.reports.run_report import RunReport
    from govaudit.reports.texts import Texts

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSite:
    """A site whose result is another one than in the version before."""

    title: str
    before: Result
    after: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A published version. ``visited_at``: when its vetoes were visited once more, ``None``: they were not; of these
    ``still`` stand, ``gone`` were not found any more, ``untold`` could not be told; ``gone_count``: those that are gone
    count all the same. ``reason``: why it replaces the one before, and what is different then."""

    number: int
    visited_at: datetime | None = None
    still: int = 0
    gone: int = 0
    untold: int = 0
    gone_count: bool = False
    reason: str = ""
    sites: tuple[ChangedSite, ...] = ()
    added: int = 0
    removed: int = 0
    moved: int = 0

    @property
    def vetoes(self) -> int:
        """How many findings of vetoes there were to visit."""
        return self.still + self.gone + self.untold


def status(report: RunReport, texts: Texts) -> str:
    """What a page says at its head: a draft, or which version."""
    if report.edition is None:
        return texts.text("edition.draft")
    return texts.text("edition.version", number=report.edition.number)


def edition_line(report: RunReport, texts: Texts) -> str:
    """What a page says of itself: its version, the last visit, and what it corrects."""
    said = (status(report, texts), last_look(report, texts), correction(report, texts))
    return " ".join(one for one in said if one)


def last_look(report: RunReport, texts: Texts) -> str:
    """What the last visit before publishing said of the vetoes; empty for drafts, and where there were none."""
    edition = report.edition
    if edition is None or not edition.vetoes:
        return ""
    if edition.visited_at is None:
        return texts.text("edition.not-visited", count=edition.vetoes)
    parts = [texts.text("edition.still", count=edition.still)]
    if edition.gone:
        key = "edition.gone-counted" if edition.gone_count else "edition.gone"
        parts.append(texts.text(key, count=edition.gone))
    if edition.untold:
        parts.append(texts.text("edition.untold", count=edition.untold))
    return texts.text(
        "edition.visited",
        count=edition.vetoes,
        moment=texts.spoken_moment(edition.visited_at),
        parts=texts.text("edition.separator").join(parts),
    )


def correction(report: RunReport, texts: Texts) -> str:
    """Why this version replaces the one before and what is different; empty for drafts and first versions."""
    edition = report.edition
    if edition is None or edition.number == 1:
        return ""
    parts = [
        texts.text(
            "edition.site-changed",
            site=one.title,
            before=texts.word(f"results.{one.before}"),
            after=texts.word(f"results.{one.after}"),
        )
        for one in edition.sites[:_MOST_NAMED]
    ]
    if len(edition.sites) > _MOST_NAMED:
        parts.append(texts.text("edition.more-sites", count=len(edition.sites) - _MOST_NAMED))
    counts = {"added": edition.added, "removed": edition.removed, "moved": edition.moved}
    parts += [texts.text(f"edition.{name}", count=count) for name, count in counts.items() if count]
    return texts.text(
        "edition.correction",
        number=edition.number,
        before=edition.number - 1,
        reason=edition.reason,
        changes=texts.text("edition.separator").join(parts) or texts.text("edition.words-only"),
    )


def objection(finding: Finding, texts: Texts) -> str:
    """What the unit objects to a finding, as long as nobody decided; empty when there is no objection."""
    if finding.state is not State.DISPUTED:
        return ""
    return texts.text("edition.objection", reason=finding.remark or texts.text("edition.no-reason"))
