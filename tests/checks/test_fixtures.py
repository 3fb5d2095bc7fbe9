"""Every fixture of every check, and every check's completeness."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from govaudit.checks.registry import Check, all_checks
from govaudit.inspection.messages import LANGUAGES, catalogue, told
from govaudit.inspection.profile import builtin_profiles, load_profile
from tests.checks.fixture_site import CASES, FixtureSite, judge_fixture, load_fixture

if TYPE_CHECKING:
    from govaudit.inspection.finding import Said

FOLDER = Path(__file__).parent
FIXTURES = sorted(FOLDER.glob("[A-Z]*/*.yaml"))
DOCUMENTED = ("Clause:", "Reads:", "Could not tell:")
CHECK_TEXTS = ("title", "summary", "why")
FAULT_TEXTS = ("message", "expected", "observed", "fix")


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_fixture_is_judged_as_expected(file: Path, tmp_path: Path) -> None:
    spec = load_fixture(file)
    assert spec.check == file.parent.name
    judged = judge_fixture(spec, tmp_path)
    try:
        wrong = [*judged.differences(), *_unspeakable(judged)]
        assert not wrong, "\n".join(wrong)
    finally:
        judged.context.facts.close()
        if judged.context.previous is not None:
            judged.context.previous.close()


def _unspeakable(judged: FixtureSite) -> list[str]:
    """Faults and explanations whose text cannot be rendered from their arguments."""
    lines = [line for one in judged.judgement.trace for said in one.said for line in _untold(said)]
    for fault in judged.judgement.faults:
        if fault.fault not in judged.check.faults:
            lines.append(f"{fault.fault} is not declared")
            continue
        for said in (line for piece in fault.evidence for line in piece.said):
            lines += _untold(said)
        for language in LANGUAGES:
            texts = catalogue("checks", language)
            for part in FAULT_TEXTS:
                needed = texts.placeholders(f"{judged.check.id}.faults.{fault.fault}.{part}")
                lines.extend(
                    f"{language} {fault.fault}.{part}: no argument {name}"
                    for name in sorted(needed - set(fault.arguments))
                )
    return lines


def _untold(said: Said) -> list[str]:
    """What keeps a line of evidence or explanation from being told."""
    lines = []
    for language in LANGUAGES:
        try:
            told(said, language)
        except KeyError as error:
            lines.append(f"{language} {said.key}: {error}")
    return lines


def test_every_check_is_complete() -> None:
    missing = [line for one in all_checks().values() for line in _missing(one)]
    assert not missing, "\n".join(missing)


def _missing(one: Check[Any]) -> list[str]:
    return [
        f"{one.id}: {line}"
        for line in (
            *_missing_documentation(one),
            *_missing_fixtures(one),
            *_missing_texts(one),
            *_missing_profile(one),
        )
    ]


def _missing_documentation(one: Check[Any]) -> list[str]:
    return [f"docstring has no {part!r}" for part in DOCUMENTED if part not in one.documentation]


def _missing_fixtures(one: Check[Any]) -> list[str]:
    names = [file.stem for file in FIXTURES if file.parent.name == one.id]
    return [f"no fixture {case}*.yaml" for case in CASES if not any(name.startswith(case) for name in names)]


def _missing_texts(one: Check[Any]) -> list[str]:
    keys = [f"{one.id}.{part}" for part in CHECK_TEXTS]
    keys += [f"{one.id}.faults.{fault}.{part}" for fault in one.faults for part in FAULT_TEXTS]
    lines = []
    for language in LANGUAGES:
        texts = catalogue("checks", language)
        lines += [f"no {language} text {key}" for key in keys if not texts.has(key)]
        declared = {f"{one.id}.faults.{fault}." for fault in one.faults}
        lines += [
            f"{language} text {key} belongs to no declared fault"
            for key in texts.entries
            if key.startswith(f"{one.id}.faults.") and not any(key.startswith(begin) for begin in declared)
        ]
    first, *others = (catalogue("checks", language) for language in LANGUAGES)
    lines += [
        f"placeholders of {key} differ between {first.language} and {other.language}"
        for key in keys
        for other in others
        if first.has(key) and other.has(key) and first.placeholders(key) != other.placeholders(key)
    ]
    return lines


def _missing_profile(one: Check[Any]) -> list[str]:
    if "gov-2019" not in builtin_profiles():
        return ["there is no profile gov-2019"]
    return [] if one.id in load_profile("gov-2019").checks else ["the profile gov-2019 does not name it"]


def test_every_fixture_folder_belongs_to_a_check() -> None:
    known = set(all_checks())
    assert {file.parent.name for file in FIXTURES} - known == set()
