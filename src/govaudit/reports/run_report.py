"""What every format is written from: one run as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from govaudit.inspection.run import quarter_of
from govaudit.inspection.verdict import Kind, Result, Verdict

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.inspection.profile import Profile
    from govaudit.reports.earlier import EarlierRun
    from govaudit.reports.edition import Edition

_GRAVITY = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileNote:
    """What a report says of a rule book. ``rows``: row id → its name."""

    name: str
    title: str
    basis: str
    digest: str
    pass_line: float = 60
    rows: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDetails:
    """What an office adds to its circular and notices. ``area``: 全市; ``number``: of the paper; ``deadline``: by when
    problems have to be mended, ``None``: the papers name no day; templates: the office's own, ``None``: the bundled."""

    area: str = ""
    number: str = ""
    addressees: str = ""
    deadline: date | None = None
    circular_template: Path | None = None
    notice_template: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMarks:
    """What a gate decided. ``over``: ids of the findings that close it; ``known``: of those that its baseline holds;
    ``unchecked``: sentences that say why it could not be decided."""

    over: frozenset[str]
    known: frozenset[str]
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A run to be reported. ``sites``: every site of the list in its order, inspected or not.

    ``earlier``: runs to compare with, oldest first; ``ledger``: what became of their findings was written into one.
    ``language``: ``zh-CN`` or ``en``; ``final``: published as it is, no draft any more; ``edition``: which version was
    published, and why. ``folder``: where paths of evidence begin; without it no pictures are shown.
    """

    run: str
    as_of: datetime
    started_at: datetime | None
    finished_at: datetime | None
    partial: bool
    tool_version: str
    profiles: tuple[ProfileNote, ...]
    organiser: str
    language: str
    sites: tuple[SiteJudgement, ...]
    earlier: tuple[EarlierRun, ...] = ()
    ledger: bool = False
    paper: PaperDetails = PaperDetails()
    final: bool = False
    folder: Path | None = None
    edition: Edition | None = None
    gate: GateMarks | None = None
    """Where the run is that of a gate."""

    @property
    def previous(self) -> EarlierRun | None:
        """The run before this one."""
        return self.earlier[-1] if self.earlier else None

    @property
    def previous_run(self) -> str:
        """Name of the run before this one, empty when there is none."""
        return self.earlier[-1].run if self.earlier else ""

    @property
    def year_ago(self) -> EarlierRun | None:
        """The last run in the same quarter of the year before."""
        year, quarter = quarter_of(self.as_of).split("Q")
        wanted = f"{int(year) - 1}Q{quarter}"
        return next((one for one in reversed(self.earlier) if quarter_of(one.as_of) == wanted), None)

    def problems_before(self, run: EarlierRun, key: str) -> frozenset[str]:
        """Ids of the problems that runs before ``run`` found on a site."""
        sites = (one.sites.get(key) for one in self.earlier if one.as_of < run.as_of)
        return frozenset(
            finding.id
            for site in sites
            if site is not None
            for finding in site.findings
            if finding.standing is Verdict.FAIL
        )


class Outcome(Protocol):
    """A site's result, of this run or an earlier one."""

    @property
    def result(self) -> Result: ...
    @property
    def provisional(self) -> int: ...


def note_of(profile: Profile) -> ProfileNote:
    """The note of a loaded profile."""
    return ProfileNote(
        name=profile.name,
        title=profile.title,
        basis=profile.basis,
        digest=profile.digest,
        pass_line=profile.pass_line,
        rows={row.id: row.name for row in profile.rows},
    )


def ordered_findings(judgement: SiteJudgement) -> list[Finding]:
    """A site's findings, gravest kind first, then by check and subject: the order of every format."""
    return sorted(
        judgement.findings, key=lambda one: (_GRAVITY[one.kind], one.check, one.subject, one.page, one.id)
    )


def standing_vetoes(judgement: SiteJudgement) -> tuple[str, ...]:
    """Ids of the checks on which the site's vetoes rest, the row's id where a person answered; those that wait for a
    review left out."""
    return tuple(
        sorted(
            {name for hit in judgement.vetoes if not hit.provisional for name in (hit.checks or (hit.row,))}
        )
    )


def veto_names(judgement: SiteJudgement) -> tuple[str, ...]:
    """Names of the rows that veto a site, those that wait for a review left out."""
    return tuple(dict.fromkeys(hit.name for hit in judgement.vetoes if not hit.provisional))


def has_score(judgement: SiteJudgement) -> bool:
    """Sites without a veto are scored where the rule book scores their kind (the national one: portals)."""
    return (
        judgement.score is not None
        and not standing_vetoes(judgement)
        and judgement.result in {Result.QUALIFIED, Result.UNQUALIFIED}
    )


def is_pending(judgement: Outcome) -> bool:
    """Whether the result may still turn to unqualified when a person has looked at the veto reviews."""
    return judgement.result is Result.QUALIFIED and judgement.provisional > 0
