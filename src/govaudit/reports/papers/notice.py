"""The rectification notice (整改通知书) of a site: what is wrong where, by which rule, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.inspection.verdict import Verdict
from govaudit.reports.edition import objection
from govaudit.reports.papers.paper import Annex, Paper, Paragraph, Section, printable, rows_of
from govaudit.reports.run_report import has_score, ordered_findings, veto_names
from govaudit.reports.texts import Texts, class_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from govaudit.inspection.finding import Finding, SiteJudgement
    from govaudit.reports.run_report import RunReport

MOST_PROBLEMS = 500
"""Entries that are printed; the workbook and the site's page hold all."""
_COLUMNS = {"number": 2, "title": 5, "page": 8, "observed": 9, "expected": 8, "clause": 12, "fix": 8}
"""Columns and their widths; where the ledger knows deadlines, they stand in one more."""
_DEADLINE = {"deadline": 4}


def has_notice(judgement: SiteJudgement) -> bool:
    """Whether there is anything that the unit has to mend."""
    return any(finding.standing is Verdict.FAIL for finding in judgement.findings)


def notice(report: RunReport, judgement: SiteJudgement) -> Paper:
    """The notice for the unit behind a site. Only what is certain is asked to be mended."""
    texts = Texts(report.language)
    problems = [one for one in ordered_findings(judgement) if one.standing is Verdict.FAIL]

    def said(key: str, **arguments: object) -> str:
        return texts.text(f"notice.{key}", **arguments)

    def day(moment: datetime | date) -> str:
        return texts.text("circular.day", year=moment.year, month=moment.month, day=moment.day)

    site = printable(texts.site_title(judgement))
    opening = said(
        "opening",
        site=site,
        moment=texts.spoken_moment(report.as_of),
        basis=texts.text("report.list-separator").join(
            note.basis for note in report.profiles if note.name == judgement.profile
        ),
        problems=len(problems),
        classes=len({class_of(one.check) for one in problems}),
    )
    vetoes = veto_names(judgement)
    result = said("result", result=texts.result(judgement))
    if vetoes:
        result = said("result-vetoes", result=texts.result(judgement), vetoes=_listed(vetoes, texts))
    elif judgement.score is not None and has_score(judgement):
        result = said("result-score", result=texts.result(judgement), score=f"{judgement.score.total:g}")
    deadline = report.paper.deadline
    duty = said("duty", deadline=day(deadline)) if deadline is not None else said("duty-open")
    shown = problems[:MOST_PROBLEMS]
    columns = _COLUMNS | (_DEADLINE if any(one.deadline for one in shown) else {})
    return Paper(
        language=report.language,
        title=said("title", site=site),
        head=printable(report.organiser),
        status="" if report.final else texts.text("circular.draft"),
        addressees=printable(judgement.site.sponsor or texts.site_title(judgement))
        + texts.text("circular.addressees-end"),
        opening=(opening, result),
        sections=(
            Section(
                heading=said("duties"), paragraphs=(Paragraph(text=duty), Paragraph(text=said("objection")))
            ),
        ),
        annex_lines=(texts.text("circular.annex-line", entries=said("list")),),
        signature=printable(report.organiser),
        date=day(report.as_of),
        annexes=(
            Annex(
                label=texts.text("words.annex"),
                title=said("list"),
                headings=tuple(said(f"columns.{name}") for name in columns),
                rows=rows_of(
                    _row(place, finding, texts)[: len(columns)] for place, finding in enumerate(shown, 1)
                ),
                widths=tuple(columns.values()),
                note=said("more", count=len(problems) - len(shown)) if len(problems) > len(shown) else "",
            ),
        ),
    )


def _row(place: int, finding: Finding, texts: Texts) -> tuple[str | int, ...]:
    words = texts.finding(finding)
    where = texts.place(finding.locator)
    page = finding.page if not where else texts.text("notice.where", page=finding.page, place=where)
    return (
        place,
        f"{words.title} {finding.check}",
        page,
        words.observed + objection(finding, texts),
        words.expected,
        finding.clause,
        words.fix,
        finding.deadline.isoformat() if finding.deadline else "",
    )


def _listed(names: tuple[str, ...], texts: Texts) -> str:
    return texts.text("report.list-separator").join(names)
