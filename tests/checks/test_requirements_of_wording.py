"""Rows of the work plans that the checks of words and of tampering answer: each row's fault reaches the rule book."""

from __future__ import annotations

from pathlib import Path

from govaudit.inspection.profile import load_profile
from govaudit.inspection.verdict import Verdict
from tests.checks.fixture_site import judge_fixture, load_fixture

FOLDER = Path(__file__).parent


def _is_told(check: str, part: str, folder: Path, fixture: str = "fail") -> None:
    """The national rule book asks for the check, by its own parameters the fault is found, and a row of ``part``
    tells of it."""
    profile = load_profile("gov-2019")
    folder.mkdir()
    spec = load_fixture(FOLDER / check / f"{fixture}.yaml").model_copy(
        update={"profile": "gov-2019", "params": {}}
    )
    judged = judge_fixture(spec, folder)
    try:
        assert check in profile.checks
        assert judged.judgement.verdict in {Verdict.REVIEW, Verdict.FAIL}
    finally:
        judged.context.facts.close()
        if judged.context.previous is not None:
            judged.context.previous.close()
    rows = [row for row in profile.rows if row.part == part]
    named = {
        name for row in rows for name in (*row.shown, *(one for rule in row.veto for one in rule.checks))
    }
    assert check in named


def test_g16_t15_pages_are_kept_from_tampering(tmp_path: Path) -> None:
    for check in ("SEC001", "SEC002", "SEC003"):
        _is_told(check, "veto", tmp_path / check)
    _is_told("SEC007", "warn", tmp_path / "SEC007")


def test_g18_z8_t9_t15_numbers_of_persons_are_protected(tmp_path: Path) -> None:
    _is_told("TXT001", "warn", tmp_path / "pages")
    _is_told("TXT001", "warn", tmp_path / "attachments", "fail-attachment")


def test_s15_secrets_are_kept(tmp_path: Path) -> None:
    _is_told("TXT005", "veto", tmp_path / "pages")
