"""Tables over many sites and findings, for the overviews of the spreadsheet and the web report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from govaudit.inspection.verdict import Kind, Result, Verdict
from govaudit.reports.figures import per_cent
from govaudit.reports.run_report import is_pending
from govaudit.reports.texts import Texts, class_of

if TYPE_CHECKING:
    from govaudit.reports.run_report import RunReport

_FINDING_COLUMNS = ["site", "region", "level", "class", "check", "kind", "verdict"]
_SITE_COLUMNS = ["site", "region", "level", "result", "pending"]

_NATURES = (Kind.VETO, Kind.DEDUCT, Kind.BONUS, Kind.OPEN, Kind.WARN)


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be shown: headings and rows of text and whole numbers, the first column naming the row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


def findings_frame(report: RunReport, texts: Texts) -> pd.DataFrame:
    """One row a finding: site key, region, level, class, check id, kind and verdict (their codes)."""
    rows = [
        (
            judgement.site.key,
            judgement.site.region or texts.text("columns.unnamed-region"),
            texts.level(judgement.site) if judgement.site.level else texts.text("columns.unnamed-level"),
            class_of(finding.check),
            finding.check,
            finding.kind.value,
            finding.standing.value,
        )
        for judgement in report.sites
        for finding in judgement.findings
        if finding.standing is not Verdict.PASS
    ]
    return pd.DataFrame(rows, columns=_FINDING_COLUMNS)


def sites_frame(report: RunReport, texts: Texts) -> pd.DataFrame:
    """One row a site: key, region, level, result and whether the result waits for a review."""
    rows = [
        (
            judgement.site.key,
            judgement.site.region or texts.text("columns.unnamed-region"),
            texts.level(judgement.site) if judgement.site.level else texts.text("columns.unnamed-level"),
            judgement.result.value,
            is_pending(judgement),
        )
        for judgement in report.sites
    ]
    return pd.DataFrame(rows, columns=_SITE_COLUMNS)


def classes_by_nature(frame: pd.DataFrame, texts: Texts) -> Table:
    """Class of problems × kind of the certain ones, then reviews, could-not-tells and sites with problems."""
    headings = (
        texts.text("columns.class"),
        texts.text("columns.veto-rows"),
        *(texts.word(f"kinds.{kind.value}") for kind in _NATURES if kind is not Kind.VETO),
        texts.text("columns.reviews"),
        texts.text("columns.unsure"),
        texts.text("columns.problems"),
        texts.text("columns.sites"),
    )
    certain = frame[frame["verdict"] == Verdict.FAIL.value]
    kinds = pd.crosstab(certain["class"], certain["kind"]).reindex(
        columns=[kind.value for kind in _NATURES], fill_value=0
    )
    verdicts = pd.crosstab(frame["class"], frame["verdict"]).reindex(
        columns=[Verdict.REVIEW.value, Verdict.INCONCLUSIVE.value, Verdict.FAIL.value], fill_value=0
    )
    sites = certain.groupby("class")["site"].nunique().rename("sites")
    joined = verdicts.join(kinds).join(sites).fillna(0).astype(int)
    joined = joined.sort_values(
        [Verdict.FAIL.value, Verdict.REVIEW.value, Verdict.INCONCLUSIVE.value], ascending=False, kind="stable"
    )
    order = [
        *(kind.value for kind in _NATURES),
        Verdict.REVIEW.value,
        Verdict.INCONCLUSIVE.value,
        Verdict.FAIL.value,
        "sites",
    ]
    return Table(
        headings,
        tuple(
            (texts.text(f"words.classes.{name}"), *(int(value) for value in row))
            for name, row in zip(joined.index, joined[order].to_numpy().tolist(), strict=True)
        ),
    )


def classes_by(frame: pd.DataFrame, by: str, texts: Texts) -> Table:
    """Class of problems × ``region`` or ``level``: numbers of certain problems, with totals."""
    certain = frame[frame["verdict"] == Verdict.FAIL.value]
    counted = pd.crosstab(certain["class"], certain[by])
    counted["total"] = counted.sum(axis=1)
    counted = counted.sort_values("total", ascending=False, kind="stable")
    groups = [str(name) for name in counted.columns[:-1]]
    return Table(
        (texts.text("columns.class"), *groups, texts.text("columns.total")),
        tuple(
            (texts.text(f"words.classes.{name}"), *(int(value) for value in row))
            for name, row in zip(counted.index, counted.to_numpy().tolist(), strict=True)
        ),
    )


def results_by(frame: pd.DataFrame, by: str, texts: Texts) -> Table:
    """Results × ``region`` or ``level``, with the pass rate (qualified of judged) and a line of totals."""
    headings = tuple(
        texts.text(f"columns.{name}") for name in (by, "listed", "judged", "qualified", "unqualified", "rate")
    )
    groups = [(str(name), part) for name, part in frame.groupby(by, sort=False)]
    rows = [_result_row(name, part) for name, part in groups]
    if len(rows) > 1:
        rows.append(_result_row(texts.text("columns.total"), frame))
    return Table(headings, tuple(rows))


def checks_ranked(frame: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Checks with certain problems, most first: id, problems, sites."""
    certain = frame[frame["verdict"] == Verdict.FAIL.value]
    ranked = certain.groupby("check").agg(problems=("site", "size"), sites=("site", "nunique"))
    ranked = ranked.sort_values("problems", ascending=False, kind="stable")
    return [
        (str(name), int(problems), int(sites))
        for name, (problems, sites) in zip(ranked.index, ranked.to_numpy().tolist(), strict=True)
    ]


def _result_row(name: str, part: pd.DataFrame) -> tuple[str | int, ...]:
    standing = part[~part["pending"].astype(bool)]
    qualified = int((standing["result"] == Result.QUALIFIED.value).sum())
    unqualified = int((standing["result"] == Result.UNQUALIFIED.value).sum())
    judged = qualified + unqualified
    return (name, len(part), judged, qualified, unqualified, per_cent(qualified, judged))
