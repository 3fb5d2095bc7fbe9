"""What the fixtures of the checks have wrong is told under the rows of the work plans, and what is right is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.requirements.judging import fixture, under
from tests.requirements.table import CHECKED

if TYPE_CHECKING:
    from pathlib import Path

FAULTY = {"GUI002": "fail-few", "GUI007": "fail-changed"}
"""Check → the fixture with its fault, where that is not ``fail``."""

ELSEWHERE = {
    *((row, check) for row, checks in CHECKED.items() for check in checks if check in {"COL001", "COL004", "FRE004"}),
    ("G6", "DOC009"),
    ("G10", "GUI002"),
    ("G11", "GUI005"),
    ("P2", "DOC005"),
    ("P4", "DOC021"),
    ("S5", "DOC016"),
    ("S6", "GUI002"),
    ("S9", "DOC019"),
    ("S14", "DOC009"),
    ("T5", "DOC011"),
}  # fmt: skip
"""Rows that ask for something of their own: columns in ``test_columns``, the others in ``test_own_terms``."""

PAIRS = [(row, check) for row, checks in CHECKED.items() for check in checks if (row, check) not in ELSEWHERE]


@pytest.mark.parametrize(("row", "check"), PAIRS, ids=[f"{row}-{check}" for row, check in PAIRS])
def test_row(row: str, check: str, tmp_path: Path) -> None:
    faulty = under(row, check, fixture(check, FAULTY.get(check, "fail")), tmp_path / "fail")
    assert {one.check for one in faulty} == {check}
    assert under(row, check, fixture(check, "pass"), tmp_path / "pass") == []
