"""How a site came out: rows of the rule book and checks with everything that was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.cli.speech import language, text
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.messages import told
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.inspection.finding import CheckResult, SiteJudgement
    from govaudit.inspection.profile import Profile, Row
    from govaudit.inspection.verdict import Reason

_SHOWN_SAMPLE = 10


def explain_row(judgement: SiteJudgement, profile: Profile, name: str) -> Iterator[str]:
    """The row ``name`` (name or id) line by line. Raises ``InputError`` when the rule book has none for the site."""
    rows = [row for row in profile.rows if row.holds_for(judgement.site)]
    found = [row for row in rows if fold(name) in {fold(row.id), fold(row.name)}]
    if not found:
        known = ", ".join(dict.fromkeys(row.name for row in rows))
        raise InputError(Problem("profile.no-row", name, arguments={"row": name, "known": known}))
    for row in found:
        yield from _row(judgement, row)


def explain_rows(judgement: SiteJudgement, profile: Profile) -> Iterator[str]:
    """Every row that holds for the site in short."""
    for row in profile.rows:
        if row.holds_for(judgement.site):
            yield from _heading(row)
            yield from _decision(judgement, row)


def explain_score(judgement: SiteJudgement, profile: Profile) -> Iterator[str]:
    """The whole calculation: what every row takes by which findings and answers, and how the total comes about."""
    score = judgement.score
    if score is None:
        key = "explain.no-score-veto" if judgement.vetoes else "explain.no-score"
        yield text(key, vetoes="、".join(hit.name for hit in judgement.vetoes))
        return
    by_id = {finding.id: finding for finding in judgement.findings}
    for one in score.rows:
        yield ""
        yield text(
            "explain.score-row",
            section=one.section,
            name=one.name,
            id=one.row,
            deducted=f"{one.deducted:g}",
            raw=f"{one.raw:g}",
            cap=f"{one.cap:g}",
        )
        for finding in (by_id[name] for name in one.findings if name in by_id):
            points = sum(effect.points or 0 for effect in finding.effects if effect.row == one.name)
            yield "  " + text(
                "explain.score-finding",
                points=f"{points:g}",
                check=finding.check,
                message=Texts(language()).finding(finding).message,
                id=finding.id,
            )
        if one.answered is not None:
            yield "  " + text("explain.score-answer", points=f"{-one.answered:g}")
        elif one.row in score.manual_open:
            yield "  " + text("explain.score-open")
    yield ""
    yield text("explain.score-deducted", deducted=f"{score.deducted:g}")
    if score.factor > 1:
        yield text("explain.score-factor", factor=f"{score.factor:.4g}")
    for one in score.bonus_rows:
        yield text(
            "explain.score-bonus-row",
            name=one.name,
            id=one.row,
            points=f"{one.deducted:g}",
            cap=f"{one.cap:g}",
        )
    yield text("explain.score-bonus", bonus=f"{score.bonus:g}", line=f"{profile.bonus_line:g}")
    yield text("explain.score-total", total=f"{score.total:g}", open=len(score.manual_open))


def explain_check(judgement: SiteJudgement, check: str) -> Iterator[str]:
    """What one check looked at. Raises ``InputError`` when it was not due."""
    result = judgement.checks.get(check)
    if result is None:
        known = ", ".join(judgement.checks)
        raise InputError(Problem("check.not-due", check, arguments={"check": check, "known": known}))
    return _check(check, result)


def _row(judgement: SiteJudgement, row: Row) -> Iterator[str]:
    yield from _heading(row)
    yield f"  {row.clause}"
    for veto in row.veto:
        found = {
            (one.check, one.subject)
            for one in judgement.findings
            if one.check in veto.checks
            and one.standing is Verdict.FAIL
            and (not veto.aspects or one.aspect in veto.aspects)
        }
        yield "  " + text(
            "explain.rule-veto", checks="、".join(veto.checks), at_least=veto.at_least, found=len(found)
        )
    for rule in row.deduct:
        yield "  " + text(
            f"explain.rule-deduct-{rule.per}", checks="、".join(rule.checks), points=f"{rule.points:g}"
        )
    for award in row.award:
        earned = any(
            set(award.aspects) & set(judgement.checks[one].awards)
            for one in award.checks
            if one in judgement.checks
        )
        yield "  " + text(
            "explain.rule-award-won" if earned else "explain.rule-award",
            checks="、".join(award.checks),
            points=f"{award.points:g}",
        )
    for check in sorted(row.check_ids() & set(judgement.checks)):
        yield from _check(check, judgement.checks[check])
    yield from _decision(judgement, row)


def _heading(row: Row) -> Iterator[str]:
    yield ""
    yield text(
        "explain.row-heading", name=row.name, id=row.id, part=Texts(language()).word(f"kinds.{row.part}")
    )


def _decision(judgement: SiteJudgement, row: Row) -> Iterator[str]:
    if row.manual:
        yield "  " + text("explain.manual")
    for one in judgement.persons_rows:
        if one.row == row.id and one.points is not None:
            texts = Texts(language())
            said = {"answer": texts.persons_answer(one), "by": one.by, "at": texts.moment(one.at)}
            yield "  " + text("explain.answered", **said)
    if row.veto:
        vetoed = any(hit.row == row.id for hit in judgement.vetoes)
        yield "  " + text("explain.row-vetoed" if vetoed else "explain.row-not-vetoed")
    rows = judgement.score.rows if judgement.score is not None else ()
    for score in rows:
        if score.row == row.id:
            yield "  " + text(
                "explain.row-points",
                deducted=f"{score.deducted:g}",
                raw=f"{score.raw:g}",
                cap=f"{score.cap:g}",
            )


def _check(check: str, result: CheckResult) -> Iterator[str]:
    texts = Texts(language())
    yield "  " + text(
        "explain.check-result",
        check=check,
        title=texts.check_title(check),
        verdict=texts.word(f"verdicts.{result.verdict}"),
        examined=result.examined,
        findings=result.findings,
        reason=_because(texts, result.reason, result.detail),
    )
    if result.sample:
        pages = "、".join(result.sample[:_SHOWN_SAMPLE])
        yield "  " + text("explain.sample", count=len(result.sample), pages=pages)
    for one in result.trace:
        yield "  " + text(
            "explain.traced",
            verdict=texts.word(f"verdicts.{one.verdict}"),
            text=texts.examined(check, one),
            reason=_because(texts, one.reason, ""),
        )
        for line in one.said:
            yield "      " + told(line, language())


def _because(texts: Texts, reason: Reason | None, detail: str) -> str:
    if reason is None:
        return ""
    return text("explain.because", reason=texts.reason(reason.value), detail=detail)
