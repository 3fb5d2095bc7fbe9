"""Findings and the judgement of a site: what the checks say, before any text is rendered."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import msgspec

from govaudit.inspection.facts import Skipped
from govaudit.inspection.ipv6_figures import IPv6Figures
from govaudit.inspection.site import Site
from govaudit.inspection.verdict import Kind, Reason, Result, State, Verdict

Arguments = dict[str, str | int]


class Locator(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where on the page. ``text``: anchor text or surrounding words; ``raw``: the attribute as written, by which the
    other three are worked out from the stored body. ``line`` and ``character`` (in its line), counted from 1, are
    those of the tag; 0 where they are not known. ``heading``: of the section in which it stands; ``quote``: the words
    by which a browser finds it: what stands before, the first and the last words, what stands behind."""

    xpath: str = ""
    line: int = 0
    text: str = ""
    raw: str = ""
    character: int = 0
    heading: str = ""
    quote: tuple[str, ...] = ()


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line that a reader is told: ``key`` of its text in the messages of the checks, with what fills it."""

    key: str
    arguments: Arguments = {}


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What proves a finding. ``text`` is written to ``path`` when the run is judged; so is ``said``, a line each, in
    the language of the workspace."""

    kind: str
    text: str = ""
    path: str = ""
    sha256: str = ""
    said: tuple[Said, ...] = ()


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding does to one row of one profile. ``points``: negative, after sampling and caps. ``applies``: for a
    counting veto, whether enough findings came together."""

    profile: str
    row: str
    kind: Kind
    points: float | None = None
    applies: bool = True


class Finding(msgspec.Struct, kw_only=True):
    """One fault (or doubt) at one subject.

    ``fault`` with ``arguments`` names the text in the check's message catalogue. ``aspect`` lets a profile row
    count only some findings of a check (``home``, a column's name …). ``pages``: all pages it was seen on,
    home page first. ``clause``: filled from the profile row. ``no_picture``: why there is none of a flagged place
    (``shots.NoShot``). ``identity``: what ``id`` is made of beside check and site. ``decided``: what a person decided
    that counts in the score, also behind a later state: confirmed, dismissed, waived; it comes from the ledger, as do
    ``state``, ``first_seen``, ``last_seen``, ``deadline`` and ``remark`` with its author. ``spread``: aspect →
    occurrences that count towards it, where they are not all of one; ``both_families``: what is wrong shows when the
    page is opened over IPv4 and over IPv6. ``topic``: canonical name of the column that it is about, by which a row may
    name it; ``parts``: what of the subject is missing.
    """

    id: str
    check: str
    verdict: Verdict
    site: str
    page: str
    subject: str
    fault: str
    arguments: Arguments = {}
    kind: Kind = Kind.WARN
    effects: tuple[Effect, ...] = ()
    rule_version: int = 1
    measured_at: datetime | None = None
    locator: Locator = Locator()
    column: str = ""
    aspect: str = ""
    clause: str = ""
    reason: Reason | None = None
    state: State = State.OPEN
    first_seen: str = ""
    last_seen: str = ""
    count: int = 1
    pages: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    no_picture: str = ""
    spread: dict[str, int] = {}
    both_families: bool = False
    identity: str = ""
    decided: State | None = None
    deadline: date | None = None
    remark: str = ""
    remark_by: str = ""
    topic: str = ""
    parts: tuple[str, ...] = ()

    @property
    def standing(self) -> Verdict:
        """The verdict after what people decided: a confirmed doubt is a fault, what was dismissed or waived is none. A
        bonus that was not earned is none either."""
        if self.decided in {State.DISMISSED, State.WAIVED} or self.kind is Kind.BONUS:
            return Verdict.PASS
        confirmed = self.verdict is Verdict.REVIEW and self.decided is State.CONFIRMED
        return Verdict.FAIL if confirmed else self.verdict

    @property
    def only_counts_towards_veto(self) -> bool:
        """Whether the finding feeds a veto that did not come about."""
        return self.kind is Kind.VETO and not any(
            effect.applies for effect in self.effects if effect.kind is Kind.VETO
        )

    @property
    def points(self) -> float | None:
        """Points that the finding costs over all rows, ``None`` where no row gives points."""
        given = [effect.points for effect in self.effects if effect.points is not None]
        return round(sum(given), 2) if given else None


class Examined(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a check looked at and what it decided, faults or not. ``arguments`` fill the text ``examined``
    of the check's messages; ``said``: what else there is to tell of it."""

    subject: str
    verdict: Verdict
    reason: Reason | None = None
    arguments: Arguments = {}
    said: tuple[Said, ...] = ()


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one due check said about a site. ``reason`` with ``detail`` when it could not tell at all. ``sample``: pages
    that were drawn for the rows that count by sample; ``trace``: what was looked at, of checks that keep account;
    ``awards``: what of a row of bonuses was earned."""

    verdict: Verdict
    findings: int = 0
    examined: int = 0
    reason: Reason | None = None
    detail: str = ""
    sample: tuple[str, ...] = ()
    trace: tuple[Examined, ...] = ()
    awards: tuple[str, ...] = ()
    rule_version: int = 1


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a site, counted in pages."""

    discovered: int = 0
    visited: int = 0
    skipped: dict[Skipped, int] = {}
    failed: int = 0
    inconclusive: int = 0
    flapping: int = 0
    """Own addresses of any kind that failed at first and opened on a later look."""


class WallsMet(msgspec.Struct, frozen=True, kw_only=True):
    """Walls that answered in place of the site, and what its owner has to let pass. ``signatures``: name of the wall or
    ``status 403``, → own addresses; ``addresses``: public ones of ours, none when only others can see them."""

    signatures: dict[str, int]
    user_agent: str
    addresses: tuple[str, ...] = ()


class RowScore(msgspec.Struct, frozen=True, kw_only=True):
    """Points lost in one row (won in a row of bonuses). ``raw``: before the cap; ``answered``: those of a person's
    answer, ``None`` when nobody answered."""

    row: str
    name: str
    section: str
    cap: float
    deducted: float
    raw: float
    findings: tuple[str, ...] = ()
    answered: float | None = None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Score of a portal without veto: what is left of the full marks, times ``factor``, and ``bonus``. ``complete`` is
    false while manual rows are open. ``factor``: above 1 where rows are not checked on this site, so that full marks
    stay 100; ``bonus_rows``: the rows of bonuses that were won or answered; ``band``: the office's own class of
    scores."""

    deducted: float
    total: float
    bonus: float
    complete: bool
    manual_open: tuple[str, ...]
    rows: tuple[RowScore, ...] = ()
    factor: float = 1.0
    bonus_rows: tuple[RowScore, ...] = ()
    band: str = ""


class VetoHit(msgspec.Struct, frozen=True, kw_only=True):
    """A veto row that applies, with the findings that it rests on; without any when a person answered so."""

    row: str
    name: str
    checks: tuple[str, ...]
    findings: tuple[str, ...]
    provisional: bool = False


class ColumnOverview(msgspec.Struct, frozen=True, kw_only=True):
    """A column as the inspection saw it, for the reader of the site's report."""

    name: str
    canonical: str
    url: str
    path: tuple[str, ...]
    type: str
    items: int
    newest: str
    newest_source: str
    period: str
    verdict: Verdict


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a site, faults or not: identity, columns, page kinds."""

    title: str = ""
    site_code: str = ""
    icp: str = ""
    police: str = ""
    sponsor: str = ""
    charset: str = ""
    newest: str = ""
    kinds: dict[str, int] = {}
    columns: tuple[ColumnOverview, ...] = ()


class DayAvailability(msgspec.Struct, frozen=True, kw_only=True):
    """24 hours of the watch log. ``measured``: visits that say whether the home page opens, ``failed``: those of them
    on which it did not; ``unclear``: visits that met a wall or could not ask; ``ours``: our own network was away."""

    begin: datetime
    measured: int = 0
    failed: int = 0
    unclear: int = 0
    ours: int = 0


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """The days before the judgement by the watch log. ``required``: visits that a day needs; ``gaps``: hours without
    visits."""

    until: datetime
    required: int
    days: tuple[DayAvailability, ...]
    gaps: tuple[tuple[datetime, datetime], ...] = ()


class PersonsRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the rule book that a person answers, with the answer that holds: ``points`` taken or won, of a veto or a
    row without points 1 (it applies, it is not met) or 0, ``None`` when nobody answered."""

    row: str
    name: str
    part: str
    section: str
    clause: str
    points: float | None = None
    by: str = ""
    at: datetime | None = None
    note: str = ""
    attachment: str = ""


class SiteJudgement(msgspec.Struct, kw_only=True):
    """Everything that a run says of one site; ``runs/<run>/<key>.judged.json``."""

    site: Site
    profile: str
    profile_hash: str
    as_of: datetime
    result: Result
    reason: str = ""
    provisional: int = 0
    undecided: tuple[str, ...] = ()
    score: Score | None = None
    vetoes: tuple[VetoHit, ...] = ()
    coverage: Coverage = Coverage()
    checks: dict[str, CheckResult] = {}
    findings: tuple[Finding, ...] = ()
    overview: Overview = Overview()
    walls: WallsMet | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    partial: bool = False
    availability: Availability | None = None
    ipv6: IPv6Figures | None = None
    populations: dict[str, tuple[str, ...]] = {}
    """Check → addresses of the pages judged, of those from which the rule book draws a sample."""
    heard: tuple[str, ...] = ()
    """Digests of what other sites of the run told, on which it rests."""
    persons_rows: tuple[PersonsRow, ...] = ()


def finding_id(check: str, site_key: str, identity: str) -> str:
    """Identity of a fault: the same in every run, wherever on the page or how often it stands.

    ``identity``: the subject; own addresses without scheme and ``www.`` (``urls.own_identity``).
    """
    return hashlib.sha256(f"{check}\n{site_key}\n{identity}".encode()).hexdigest()[:16]
