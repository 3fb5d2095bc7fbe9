"""The columns of the spreadsheet's sheets: which belong to a class of problems, and what stands in each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from govaudit.inspection.calendar import as_day, day_of
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.urls import host_of, without_www
from govaudit.inspection.yaml_text import load_yaml
from govaudit.reports.edition import objection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.resources.abc import Traversable

    from govaudit.inspection.finding import ColumnOverview, Finding, SiteJudgement
    from govaudit.reports.texts import FindingText, Texts

Cell = str | int | float


@dataclass(frozen=True)
class FindingRow:
    """A finding with everything that its row in a sheet is made of."""

    finding: Finding
    judgement: SiteJudgement
    texts: Texts

    @cached_property
    def words(self) -> FindingText:
        """What is said of the finding."""
        return self.texts.finding(self.finding)

    @cached_property
    def column_seen(self) -> ColumnOverview | None:
        """The column that the finding speaks of, as the inspection saw it."""
        for column in self.judgement.overview.columns:
            if column.url and column.url in {self.finding.subject, self.finding.page}:
                return column
        return next((one for one in self.judgement.overview.columns if one.name == self.finding.column), None)

    @property
    def column_name(self) -> str:
        """Name of the column concerned."""
        return self.finding.column or (self.column_seen.name if self.column_seen else self.finding.subject)

    @property
    def stale_days(self) -> Cell:
        """Days between the column's newest item and the moment of judgement; empty when no item is dated."""
        if "days" in self.finding.arguments:
            days = int(self.finding.arguments["days"])
            return days if days >= 0 else ""
        newest = as_day(self.column_seen.newest) if self.column_seen else None
        return (day_of(self.judgement.as_of) - newest).days if newest else ""

    @property
    def newest(self) -> Cell:
        """Date of the column's newest item."""
        return self.finding.arguments.get("newest") or (
            self.column_seen.newest[:10] if self.column_seen else ""
        )

    @property
    def range(self) -> str:
        """Whether the subject lies on the site itself."""
        own = without_www(self.judgement.site.host) == without_www(host_of(self.finding.subject))
        return self.texts.text("words.range.own" if own else "words.range.foreign")

    @property
    def answer(self) -> Cell:
        """Status that the link gave, or why there was none."""
        status = self.finding.arguments.get("status", "")
        if status not in {"", 0}:
            return status
        return self.texts.reason(self.finding.reason.value) if self.finding.reason else ""


CELLS: Mapping[str, Callable[[FindingRow], Cell]] = {
    "site-name": lambda row: row.judgement.site.name,
    "site-code": lambda row: row.judgement.site.code,
    "region": lambda row: row.judgement.site.region,
    "title": lambda row: row.words.title,
    "subject": lambda row: row.texts.subject(row.finding),
    "page": lambda row: row.finding.page,
    "parent": lambda row: row.finding.page,
    "broken-link": lambda row: row.finding.subject,
    "anchor": lambda row: row.finding.locator.text,
    "status": lambda row: row.answer,
    "range": lambda row: row.range,
    "locator": lambda row: row.texts.place(row.finding.locator),
    "column": lambda row: row.column_name,
    "path": lambda row: " > ".join(row.column_seen.path) if row.column_seen else "",
    "newest": lambda row: row.newest,
    "stale-days": lambda row: row.stale_days,
    "mark": lambda row: row.texts.subject(row.finding),
    "label": lambda row: row.texts.subject(row.finding),
    "guide": lambda row: row.finding.locator.text or row.finding.column or row.finding.subject,
    "nature": lambda row: row.texts.nature(row.finding),
    "points": lambda row: "" if row.finding.points is None else row.finding.points,
    "message": lambda row: row.words.message,
    "observed": lambda row: row.words.observed + objection(row.finding, row.texts),
    "expected": lambda row: row.words.expected,
    "fix": lambda row: row.words.fix,
    "clause": lambda row: row.finding.clause,
    "count": lambda row: row.finding.count,
    "first-seen": lambda row: row.finding.first_seen,
    "state": lambda row: row.texts.word(f"states.{row.finding.state.value}"),
    "deadline": lambda row: row.finding.deadline.isoformat() if row.finding.deadline else "",
    "remark": lambda row: row.finding.remark,
    "evidence": lambda row: "\n".join(one.path for one in row.finding.evidence if one.path),
    "measured": lambda row: row.texts.moment(row.finding.measured_at),
    "id": lambda row: row.finding.id,
}

ADDRESSES = frozenset({"subject", "page", "parent", "broken-link"})
"""Columns whose cells become links when they hold a web address."""

WIDTHS: Mapping[str, int] = {
    "message": 48, "observed": 44, "expected": 36, "fix": 44, "clause": 50, "subject": 48, "page": 48,
    "parent": 48, "broken-link": 48, "anchor": 26, "site-name": 26, "locator": 34, "title": 22, "path": 30,
    "site-code": 13, "measured": 17, "id": 19, "guide": 30, "column": 18, "mark": 20, "label": 20,
    "remark": 26, "evidence": 34,
}  # fmt: skip
"""Widths in characters; other columns are as wide as ``DEFAULT_WIDTH``."""

DEFAULT_WIDTH = 12


def sheet_columns(class_name: str) -> tuple[str, ...]:
    """Columns of a class's sheet."""
    layouts = _own_layouts()
    return (*layouts["site"], *layouts.get(class_name, layouts["any"]), *layouts["ending"])


def read_layouts(file: Traversable) -> dict[str, tuple[str, ...]]:
    """Lists of columns by class. Raises ``InputError`` naming file and line when one is no column."""
    document = load_yaml(file)
    for name, columns in document.data.items():
        for place, column in enumerate(columns):
            if column not in CELLS:
                line = document.line_of((name, place))
                raise InputError(Problem("report.unknown-column", document.where, line, column))
    return {name: tuple(columns) for name, columns in document.data.items()}


@cache
def _own_layouts() -> dict[str, tuple[str, ...]]:
    return read_layouts(files("govaudit") / "reports" / "sheets.yaml")
