"""``summary.md``: the outcome of a run on one screen, for merge requests, mail and chat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.inspection.verdict import Verdict
from govaudit.reports.frames import checks_ranked, classes_by_nature, findings_frame
from govaudit.reports.headline import headline
from govaudit.reports.run_report import has_score
from govaudit.reports.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.reports.run_report import RunReport

MAX_SITES = 200
MAX_CHECKS = 20

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&@])")
_SPACE = re.compile(r"\s+")


def write_summary_markdown(report: RunReport, folder: Path) -> list[Path]:
    """Write ``summary.md`` into ``folder``."""
    path = folder / "summary.md"
    path.write_text(summary(report), encoding="utf-8")
    return [path]


def summary(report: RunReport) -> str:
    """The summary as Markdown."""
    texts = Texts(report.language)
    frame = findings_frame(report, texts)
    by_class = classes_by_nature(frame, texts)
    parts = [
        f"# {texts.report_title(report)}",
        headline(report),
        f"{texts.text('report.as-of')}{texts.text('words.colon')}{texts.moment(report.as_of)}",
        f"## {texts.text('summary.sites')}",
        _table(
            [
                texts.text(f"columns.{name}")
                for name in ("site-name", "site-code", "result", "score", "problems")
            ],
            [_site_cells(judgement, texts) for judgement in _gravest_first(report.sites)[:MAX_SITES]],
        ),
    ]
    if by_class.rows:
        parts += [f"## {texts.text('summary.classes')}", _table(by_class.headings, by_class.rows)]
    if ranked := checks_ranked(frame)[:MAX_CHECKS]:
        parts += [
            f"## {texts.text('summary.checks')}",
            _table(
                [texts.text(f"columns.{name}") for name in ("check", "title", "problems", "sites")],
                [(check, texts.check_title(check), count, sites) for check, count, sites in ranked],
            ),
        ]
    parts.append(texts.text("summary.more"))
    return "\n\n".join(parts) + "\n"


def _gravest_first(sites: Iterable[SiteJudgement]) -> list[SiteJudgement]:
    order = ("unqualified", "inconclusive", "not-inspected", "qualified")
    return sorted(sites, key=lambda one: order.index(one.result.value))


def _site_cells(judgement: SiteJudgement, texts: Texts) -> tuple[str | int, ...]:
    return (
        texts.site_title(judgement),
        judgement.site.code,
        texts.result(judgement),
        f"{judgement.score.total:g}"
        if judgement.score and has_score(judgement)
        else texts.text("words.none"),
        sum(finding.standing is Verdict.FAIL for finding in judgement.findings),
    )


def _table(headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    lines = [list(headings), ["---"] * len(headings)]
    written = [" | ".join(lines[0]), " | ".join(lines[1])]
    written += [" | ".join(_cell(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in written)


def _cell(cell: str | int) -> str:
    """A cell whose text cannot become markup, a link or a further cell."""
    return _MARKUP.sub(r"\\\1", _SPACE.sub(" ", cell)) if isinstance(cell, str) else str(cell)
