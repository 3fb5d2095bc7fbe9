"""The quarterly report as web pages: ``index.html`` for the run, ``sites/<key>/index.html`` for each site, and
``trends.html`` when there is an earlier run.

Every page is one file without anything from outside; a content security policy pins its own style and script by hash.
Long lists are written out up to ``SHOWN_ITEMS``; the rest lies in the page as data until a reader asks for it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from govaudit.inspection.facts import Skipped
from govaudit.inspection.finding import Locator
from govaudit.inspection.run import seed_of
from govaudit.inspection.shots import KIND, over_family
from govaudit.inspection.urls import WEB_SCHEMES, scheme_of
from govaudit.inspection.verdict import Kind, Result, Verdict
from govaudit.reports.charts import drawn
from govaudit.reports.comparison import Comparison, compare
from govaudit.reports.edition import edition_line, objection
from govaudit.reports.figures import figures
from govaudit.reports.findings_json import SHOWN_PAGES, seen_on
from govaudit.reports.frames import (
    checks_ranked,
    classes_by,
    classes_by_nature,
    findings_frame,
    results_by,
    sites_frame,
)
from govaudit.reports.ipv6_table import ipv6_by_region
from govaudit.reports.places import SITES, site_folder, site_page, text_fragment
from govaudit.reports.run_report import has_score, is_pending, ordered_findings, veto_names
from govaudit.reports.templating import environment_of_pages
from govaudit.reports.texts import Texts, class_of
from govaudit.reports.trend_tables import trend_parts
from govaudit.reports.trends import Trends, trends

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from jinja2 import Environment

    from govaudit.inspection.finding import Finding, PersonsRow, SiteJudgement, WallsMet
    from govaudit.reports.run_report import ProfileNote, RunReport
    from govaudit.reports.texts import FindingText

SHOWN_ITEMS = 100
"""Entries of a long list that are part of the document itself."""

MOST_PICTURES = 40
"""Pictures in the page of a site; of the others it names the file."""

MOST_FINDINGS = 20_000
"""Findings that a site's page holds, the gravest ones; the spreadsheet holds all."""

MAX_RUN_PROBLEMS = 20_000
"""Problems that the run's page can search; the gravest come first."""

_ESCAPES = {"</": "<\\/", "<!": "\\u003c!"}
"""What the content of a script element may not hold, as JSON writes it too."""
HISTORY = ("new", "reopened", "first", "still")
COMPARED = ("new", "reopened", "still", "first", "fixed", "unclear")
"""What a comparison tells of problems: those of this run, and those and more."""

_GRAVITY = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """A site in the run's tables."""

    judgement: SiteJudgement
    title: str
    href: str
    level: str
    result: str
    result_word: str
    why: str
    score: float | None
    vetoes: tuple[str, ...]
    fail: int
    review: int
    unsure: int
    seed: int
    comparison: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A finding as a webmaster reads it. ``history``: of ``HISTORY`` or empty; ``fragment``: makes a browser show
    the place on the page; ``pictures``: of the place, caption and address that holds its own data."""

    finding: Finding
    words: FindingText
    subject: str
    nature: str
    tone: str
    class_name: str
    place: str
    fragment: str
    reason: str
    objection: str
    pictures: tuple[tuple[str, str], ...]
    pages: tuple[str, ...]
    all_pages: int
    history: str
    facets: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a searchable list: its markup and the values that filters compare."""

    id: str
    group: str
    facets: str
    html: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries under one heading. ``unsure``: could-not-tells, shown apart from the problems; ``left_out``: how many are
    only in the spreadsheet."""

    id: str
    title: str
    check: str
    summary: str
    unsure: bool
    count: int
    left_out: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a filter."""

    value: str
    label: str


@dataclass(slots=True)
class Pictures:
    """What is embedded in one page. ``folder``: where the paths of evidence begin; ``room``: how many more."""

    folder: Path | None
    room: int = MOST_PICTURES

    def of(self, finding: Finding) -> tuple[tuple[str, str], ...]:
        """The pictures of a finding's place, as far as there are any and there is room for them: the key of the caption
        and the picture's data."""
        return tuple(
            (f"picture{over_family(one.path)}", shown)
            for one in finding.evidence
            if one.kind == KIND and (shown := self._shown(one.path))
        )

    def _shown(self, path: str) -> str:
        if self.folder is None or not self.room or not (self.folder / path).is_file():
            return ""
        self.room -= 1
        return f"data:image/jpeg;base64,{base64.b64encode((self.folder / path).read_bytes()).decode()}"


def write_html_report(report: RunReport, folder: Path) -> list[Path]:
    """Write ``index.html`` and the sites' pages below ``folder``."""
    texts = Texts(report.language)
    environment = _environment(texts)
    index = folder / "index.html"
    index.write_text(_run_page(report, texts, environment), encoding="utf-8")
    written = [index]
    if (found := trends(report, texts)) is not None:
        page = folder / "trends.html"
        page.write_text(_trends_page(report, found, texts, environment), encoding="utf-8")
        written.append(page)
    for judgement in report.sites:
        page = folder / SITES / site_folder(judgement.site.key) / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(_site_page(report, judgement, texts, environment), encoding="utf-8")
        written.append(page)
    return written


def _environment(texts: Texts) -> Environment:
    environment = environment_of_pages()
    style, script = _asset("report.css"), _asset("report.js")
    environment.globals.update(
        t=texts.text,
        texts=texts,
        language=texts.language,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=_policy(style, script),
        shown_items=SHOWN_ITEMS,
    )
    environment.filters["is_web"] = _is_web
    environment.globals["at_words"] = _at_words
    environment.globals["drawn"] = drawn
    return environment


@cache
def _asset(name: str) -> str:
    return (files("govaudit") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_source_hash(style)}'; script-src '{_source_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _is_web(address: str) -> bool:
    return scheme_of(address) in WEB_SCHEMES


def _at_words(page: str, finding: Finding) -> str:
    """Opens a further page of a finding at the same words; what stands around them there nobody worked out."""
    return text_fragment(page, Locator(text=finding.locator.text))


def _run_page(report: RunReport, texts: Texts, environment: Environment) -> str:
    lines = [_site_line(report, judgement, texts) for judgement in report.sites]
    frame = findings_frame(report, texts)
    sites = sites_frame(report, texts)
    several_regions = len({judgement.site.region for judgement in report.sites}) > 1
    problems = [
        (line, finding)
        for line in lines
        for finding in ordered_findings(line.judgement)
        if finding.verdict is not Verdict.INCONCLUSIVE
    ]
    gravest = sorted(problems, key=lambda one: _GRAVITY[one[1].kind])[:MAX_RUN_PROBLEMS]
    entries = _problem_rows(gravest, texts, environment)
    return environment.get_template("run.html").render(
        report=report,
        title=texts.report_title(report),
        edition=edition_line(report, texts),
        figures=figures(report.sites),
        lines=lines,
        by_level=results_by(sites, "level", texts),
        by_region=results_by(sites, "region", texts) if several_regions else None,
        ipv6=ipv6_by_region(report, texts),
        by_class=classes_by_nature(frame, texts),
        class_by_region=classes_by(frame, "region", texts) if several_regions else None,
        ranked=[
            {"check": check, "title": texts.check_title(check), "problems": count, "sites": concerned}
            for check, count, concerned in checks_ranked(frame)
        ],
        entries=entries[:SHOWN_ITEMS],
        later=_later(entries[SHOWN_ITEMS:]),
        total_problems=len(problems),
        listed_problems=len(entries),
        result_choices=[
            Choice(value=value, label=label)
            for value, label in dict.fromkeys((line.result, line.result_word) for line in lines)
        ],
        class_choices=_class_choices([one for _, one in gravest], texts),
        kind_choices=_choices([one.kind.value for _, one in gravest], "kinds", texts),
        compared=_totals([line.comparison for line in lines]),
        compared_names=COMPARED,
        unsettled=[
            line for line in lines if line.judgement.result in {Result.INCONCLUSIVE, Result.NOT_INSPECTED}
        ],
        skipped_reasons=[(reason, texts.word(f"skipped.{reason.value}")) for reason in Skipped],
    )


def _trends_page(report: RunReport, found: Trends, texts: Texts, environment: Environment) -> str:
    return environment.get_template("trends.html").render(
        report=report,
        title=texts.text("trends.title", report=texts.report_title(report)),
        edition=edition_line(report, texts),
        parts_of_page=trend_parts(found, texts),
    )


def _site_line(report: RunReport, judgement: SiteJudgement, texts: Texts) -> SiteLine:
    verdicts = [finding.standing for finding in judgement.findings]
    score = judgement.score if has_score(judgement) else None
    return SiteLine(
        judgement=judgement,
        title=texts.site_title(judgement),
        href=site_page(judgement.site.key),
        level=texts.level(judgement.site),
        result="pending" if is_pending(judgement) else judgement.result.value,
        result_word=texts.result(judgement),
        why=texts.why(judgement.reason),
        score=score.total if score else None,
        vetoes=veto_names(judgement),
        fail=verdicts.count(Verdict.FAIL),
        review=verdicts.count(Verdict.REVIEW),
        unsure=verdicts.count(Verdict.INCONCLUSIVE),
        seed=seed_of(report.run, judgement.site.key),
        comparison=compare(report, judgement),
    )


def _problem_rows(
    problems: Iterable[tuple[SiteLine, Finding]], texts: Texts, environment: Environment
) -> list[Entry]:
    row: Any = environment.get_template("parts.html").module
    return [
        Entry(
            id=finding.id,
            group="all",
            facets=_facets(finding, ""),
            html=row.problem_row(_card(finding, texts, "", Pictures(None)), line),
        )
        for line, finding in problems
    ]


def _site_page(report: RunReport, judgement: SiteJudgement, texts: Texts, environment: Environment) -> str:
    comparison = compare(report, judgement)
    groups, later = _site_groups(judgement, comparison, texts, environment, Pictures(report.folder))
    profiles: dict[str, ProfileNote] = {note.name: note for note in report.profiles}
    line = _site_line(report, judgement, texts)
    score = judgement.score if has_score(judgement) else None
    findings = judgement.findings
    proofs = {identifier for hit in judgement.vetoes for identifier in hit.findings}
    return environment.get_template("site.html").render(
        report=report,
        title=texts.text("site.title", site=texts.site_title(judgement)),
        edition=edition_line(report, texts),
        line=line,
        judgement=judgement,
        score=score,
        profile=profiles.get(judgement.profile),
        undecided=[
            texts.undecided(name, profiles, judgement.profile)
            for name in dict.fromkeys((*judgement.undecided, *(score.manual_open if score else ())))
        ],
        persons_rows=[_answered(one, texts) for one in judgement.persons_rows if _is_printed(one)],
        messages={one.id: texts.finding(one).message for one in findings if one.id in proofs},
        groups=groups,
        later=later,
        total=len(findings),
        class_choices=_class_choices(findings, texts),
        verdict_choices=_choices([one.verdict.value for one in findings], "verdicts", texts),
        kind_choices=_choices([one.kind.value for one in findings], "kinds", texts),
        history_choices=[
            Choice(value=value, label=texts.text(f"words.history.{value}"))
            for value in HISTORY
            if comparison is not None and getattr(comparison, value)
        ],
        comparison=comparison,
        checks=[
            (check, texts.check_title(check), result) for check, result in sorted(judgement.checks.items())
        ],
        skipped_reasons=[(reason, texts.word(f"skipped.{reason.value}")) for reason in Skipped],
        seed=line.seed,
        walls=_walls(judgement.walls, texts) if judgement.walls else "",
        pictures=_told_of_pictures(findings, texts),
    )


def _is_printed(row: PersonsRow) -> bool:
    """Rows of points that wait stand in the table of the score already."""
    return row.points is not None or row.part == "open"


def _answered(row: PersonsRow, texts: Texts) -> dict[str, str]:
    """Cells of a row that a person answers."""
    return {
        "name": row.name,
        "clause": row.clause,
        "answer": texts.persons_answer(row),
        "by": row.by,
        "at": texts.moment(row.at),
        "note": " ".join(filter(None, (row.note, row.attachment))),
    }


def _told_of_pictures(findings: Sequence[Finding], texts: Texts) -> str:
    """How many flagged places have a picture, and why the others have none; empty when none was due."""
    taken = sum(piece.kind == KIND for one in findings for piece in one.evidence)
    missing = Counter(one.no_picture for one in findings if one.no_picture)
    if not taken and not missing:
        return ""
    told = texts.text("site.coverage.pictures-taken", count=taken)
    whys = [f"{texts.text(f'words.no-shot.{why}')} {count}" for why, count in missing.most_common()]
    if not whys:
        return told
    return texts.text(
        "site.coverage.pictures-missing", taken=told, count=missing.total(),
        why=texts.text("report.list-separator").join(whys),
    )  # fmt: skip


def _wall(name: str, texts: Texts) -> str:
    status = name.removeprefix("status ")
    return (
        texts.known_word("walls", name)
        if status == name
        else texts.text("site.coverage.status", status=status)
    )


def _walls(met: WallsMet, texts: Texts) -> str:
    """What stood in the way, and whom the site's owner has to let pass."""
    names = [f"{_wall(name, texts)} {count}" for name, count in met.signatures.items()]
    return texts.text(
        "site.coverage.walls-text" if met.addresses else "site.coverage.walls-text-no-address",
        count=sum(met.signatures.values()),
        walls=texts.text("report.list-separator").join(names),
        agent=met.user_agent,
        addresses=texts.text("report.list-separator").join(met.addresses),
    )


def _site_groups(
    judgement: SiteJudgement,
    comparison: Comparison | None,
    texts: Texts,
    environment: Environment,
    pictures: Pictures,
) -> tuple[list[Group], Markup]:
    """Findings under their checks, the gravest check first and could-not-tells last; what is beyond the first
    ``SHOWN_ITEMS`` comes as data."""
    history = _history(comparison)
    card: Any = environment.get_template("parts.html").module
    findings = ordered_findings(judgement)
    gravest: dict[str, int] = {}
    for finding in findings:
        name = _group_of(finding)
        gravest[name] = min(gravest.get(name, len(_GRAVITY)), _GRAVITY[finding.kind])
    findings.sort(
        key=lambda one: (
            one.verdict is Verdict.INCONCLUSIVE,
            gravest[_group_of(one)],
            one.check,
            _GRAVITY[one.kind],
        )
    )
    groups = []
    later: list[Entry] = []
    room = SHOWN_ITEMS
    whole = MOST_FINDINGS
    for name, grouped in groupby(findings, key=_group_of):
        members = list(grouped)
        entries = [
            Entry(
                id=one.id,
                group=name,
                facets=_facets(one, history.get(one.id, "")),
                html=card.finding_card(_card(one, texts, history.get(one.id, ""), pictures)),
            )
            for one in members[:whole]
        ]
        whole -= len(entries)
        check = name.partition("~")[0]
        groups.append(
            Group(
                id=name,
                title=texts.check_title(check),
                check=check,
                summary=texts.check_summary(check),
                unsure=name != check,
                count=len(members),
                left_out=len(members) - len(entries),
                entries=tuple(entries[:room]),
            )
        )
        later += entries[room:]
        room = max(0, room - len(entries))
    return groups, _later(later)


def _group_of(finding: Finding) -> str:
    return f"{finding.check}~" if finding.verdict is Verdict.INCONCLUSIVE else finding.check


def _facets(finding: Finding, history: str) -> str:
    return (
        f"class={class_of(finding.check)} kind={finding.kind.value} verdict={finding.verdict.value} "
        f"check={finding.check} history={history}"
    )


def _history(comparison: Comparison | None) -> dict[str, str]:
    if comparison is None:
        return {}
    return {one.id: name for name in HISTORY for one in getattr(comparison, name)}


def _card(finding: Finding, texts: Texts, history: str, pictures: Pictures) -> Card:
    return Card(
        finding=finding,
        words=texts.finding(finding),
        subject=texts.subject(finding),
        nature=texts.nature(finding),
        tone=_tone(finding),
        class_name=texts.class_name(finding.check),
        place=texts.place(finding.locator),
        fragment=text_fragment(finding.page, finding.locator),
        reason=texts.reason(finding.reason.value) if finding.reason else "",
        objection=objection(finding, texts),
        pictures=pictures.of(finding),
        pages=seen_on(finding)[:SHOWN_PAGES],
        all_pages=len(seen_on(finding)),
        history=history,
        facets=_facets(finding, history),
    )


def _tone(finding: Finding) -> str:
    if finding.kind is Kind.BONUS:
        return finding.kind.value
    if finding.standing is not Verdict.FAIL:
        return finding.standing.value
    return Kind.DEDUCT.value if finding.only_counts_towards_veto else finding.kind.value


def _choices(values: Iterable[str], names: str, texts: Texts) -> list[Choice]:
    """The values that occur, in the order of their first occurrence."""
    return [Choice(value=value, label=texts.word(f"{names}.{value}")) for value in dict.fromkeys(values)]


def _class_choices(findings: Iterable[Finding], texts: Texts) -> list[Choice]:
    return [
        Choice(value=name, label=texts.text(f"words.classes.{name}"))
        for name in dict.fromkeys(class_of(one.check) for one in findings)
    ]


def _totals(comparisons: Sequence[Comparison | None]) -> dict[str, int] | None:
    known = [one for one in comparisons if one is not None]
    if not known:
        return None
    return {name: sum(len(getattr(one, name)) for one in known) for name in COMPARED}


def _later(entries: Sequence[Entry]) -> Markup:
    """Entries as JSON that may stand inside a script element. Findings say much the same: every line of their markup is
    there once, and an entry names the numbers of its own."""
    lines: dict[str, int] = {}
    facets: dict[str, int] = {}
    told = [
        (
            one.id,
            one.group,
            facets.setdefault(one.facets, len(facets)),
            [lines.setdefault(line, len(lines)) for line in one.html.split("\n")],
        )
        for one in entries
    ]
    content = json.dumps(
        {"lines": [str(line) for line in lines], "facets": [*facets], "entries": told},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    for meaning, escape in _ESCAPES.items():
        content = content.replace(meaning, escape)
    return Markup(content)  # noqa: S704 - nothing in it ends the element or begins a comment
