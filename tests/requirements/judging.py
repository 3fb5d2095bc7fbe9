"""A small site judged by one check under a rule book as it comes with the program: which rows tell of what."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govaudit.inspection.own_tables import own_tables
from govaudit.inspection.profile import load_profile
from govaudit.workflow.judge import judge_site
from tests.checks.fixture_site import FixtureSpec, build_context, load_fixture

if TYPE_CHECKING:
    from govaudit.inspection.finding import Finding
    from govaudit.inspection.profile import Profile

CHECKS = Path(__file__).parents[1] / "checks"
BOOKS = {
    "G": "guangzhou-urban-renewal-2018",
    "Z": "zhengzhou-2020",
    "S": "suining-anju-housing-2017",
    "P": "panyu-2011",
    "T": "tongzhou-2018",
}
"""Beginning of the rows' ids → the rule book that they stand in."""


def book_of(row: str) -> Profile:
    """The rule book of a row."""
    return load_profile(BOOKS[row[0]])


def fixture(check: str, name: str) -> FixtureSpec:
    """A fixture of a check, to be judged by the parameters and columns of a rule book."""
    return load_fixture(CHECKS / check / f"{name}.yaml").model_copy(update={"params": {}, "columns": None})


def site_of(pages: dict[str, str], **more: Any) -> FixtureSpec:
    """A site with these pages."""
    return FixtureSpec.model_validate({"check": "", "pages": pages, "expect": {"verdict": "pass"}, **more})


def under(row: str, check: str, spec: FixtureSpec, folder: Path, items: str = "") -> list[Finding]:
    """What the check finds on the site and the row's rule book tells under the row. ``items``: the workspace's list of
    service items."""
    folder.mkdir(parents=True)
    if items:
        (folder / "items.csv").write_text(items, encoding="utf-8")
    book = book_of(row)
    narrowed = book.model_copy(update={"checks": {check: book.checks[check]}})
    context = build_context(spec, folder)
    with closing(context.facts):
        judged = judge_site(
            context.facts,
            narrowed,
            context.registry,
            folder / "evidence",
            previous=context.previous,
            tables=own_tables(folder),
            peers=context.peers,
        )
    if context.previous is not None:
        context.previous.close()
    assert not [one.detail for one in judged.checks.values() if one.detail.startswith("internal error")]
    found = book.row(row)
    assert found is not None, f"{book.name} has no row {row}"
    return [one for one in judged.findings if any(effect.row == found.name for effect in one.effects)]
