"""The schema that editors are given says of a rule book what the program says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from govaudit.checks.registry import all_checks
from govaudit.inspection.errors import InputError
from govaudit.inspection.messages import LANGUAGES
from govaudit.inspection.profile import builtin_profiles, find_profile, load_profile
from govaudit.workflow.profile_schema import profile_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[2] / "docs"
OWN = "name: own\ntitle: 本地规则\nbasis: 本地通知\n"
LOCAL = f"{OWN}extends: gov-2019\n"
ROW = "id: OWN-1, name: 本地项, part: warn, clause: 本地, sure: V"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return profile_schema("zh-CN")


def _mistakes(schema: dict[str, Any], text: str) -> list[str]:
    errors = jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(text))
    return [f"{error.json_path}: {error.message}" for error in errors]


def test_the_published_schema_is_up_to_date(schema: dict[str, Any]) -> None:
    published = json.loads((DOCS / "profile.schema.json").read_text(encoding="utf-8"))
    assert published == schema, (
        "write it again: GOVAUDIT_LANG=zh-CN govaudit profiles schema > docs/profile.schema.json"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_a_schema_that_explains_every_key(language: str) -> None:
    schema = profile_schema(language)
    jsonschema.Draft202012Validator.check_schema(schema)
    described = [*schema["properties"].values(), *_keys_of_parts(schema)]
    assert len(described) > 30
    assert [one for one in described if not one.get("description")] == []


def _keys_of_parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in schema["$defs"].values():
        yield from part["properties"].values()


def test_it_knows_every_check_with_its_parameters(schema: dict[str, Any]) -> None:
    checks = schema["properties"]["checks"]["anyOf"][0]["properties"]
    known = {name: set(one["anyOf"][0]["properties"]) for name, one in checks.items()}
    assert known == {name: set(one.params.model_fields) for name, one in all_checks().items()}


def test_rule_books_of_the_program_are_right(schema: dict[str, Any]) -> None:
    files = [find_profile(name) for name in builtin_profiles()]
    assert files
    for file in files:
        assert file is not None
        assert _mistakes(schema, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        LOCAL,
        "name: own\nextends: gov-2019\n",
        f"{LOCAL}checks:\nrows:\ncolumns:\n",
        f"{LOCAL}checks:\n  FRE002: {{period: 7 days}}\n  LNK009:\n  GUI002: {{many: 3}}\n  COL003: {{clicks: '4'}}\n",
        f"{LOCAL}rows:\n  - {{id: FUN-links, cap: 2}}\n",
        f"{OWN}rows:\n  - {{{ROW}}}\n",
        f"{LOCAL}columns:\n  - {{name: 城市更新, also: [旧城改造], kinds: [], type: plans, period: none}}\n",
        f"{LOCAL}columns:\n  - {{name: 更新, may_be_empty: true, elements: [批复, {{name: 计划, also: [方案]}}]}}\n",
        f"{OWN}pass_line: 60.5\nbonus_line: '80'\n",
    ],
)
def test_what_the_program_takes_the_schema_takes(schema: dict[str, Any], text: str, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    load_profile("own", tmp_path)
    assert _mistakes(schema, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name: own\ntitle: 缺依据\n", "$: 'basis'"),
        ("title: 缺名称\nbasis: x\nextends: gov-2019\n", "$: 'name'"),
        (f"{OWN}pass_mark: 60\n", "'pass_mark'"),
        (f"{OWN}pass_line: 六十\n", "$.pass_line"),
        (f"{LOCAL}checks:\n  FRE002: {{perod: 7 days}}\n", "$.checks"),
        (f"{LOCAL}checks:\n  FRE002: {{period: a week}}\n", "$.checks"),
        (f"{LOCAL}checks:\n  GUI002: {{many: four}}\n", "$.checks"),
        (f"{LOCAL}checks:\n  ZZZ999: {{}}\n", "$.checks"),
        (f"{LOCAL}checks:\n  LNK001: many\n", "$.checks"),
        (f"{LOCAL}columns:\n  - {{name: 城市更新, kind: portal}}\n", "$.columns"),
        (f"{LOCAL}columns:\n  - {{name: 城市更新, kinds: [town]}}\n", "$.columns"),
        (f"{LOCAL}columns:\n  - {{name: 城市更新, period: a while}}\n", "$.columns"),
        (f"{LOCAL}columns:\n  - {{also: [旧城改造]}}\n", "$.columns"),
        (f"{LOCAL}rows:\n  - {{cap: 2}}\n", "$.rows"),
        (f"{LOCAL}rows:\n  - {{id: FUN-links, sure: Z}}\n", "$.rows"),
        (f"{OWN}rows:\n  - {{id: FUN-links, cap: 2}}\n", "$.rows"),
        (
            f"{LOCAL}rows:\n  - {{id: FUN-links, deduct: [{{checks: [LNK001], points: 0.1, per: link}}]}}\n",
            "$.rows",
        ),
    ],
)
def test_what_the_program_refuses_the_schema_marks(
    schema: dict[str, Any], text: str, place: str, tmp_path: Path
) -> None:
    from govaudit.workflow.run_record import usable_profile  # noqa: PLC0415 - loads all checks

    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        usable_profile("own", tmp_path)
    found = _mistakes(schema, text)
    assert any(place in one for one in found), found
