"""The rule book of 2019 adds up, and a mistake in a rule book is named by file, line and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.checks.registry import all_checks
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.profile import ALL_KINDS, Profile, builtin_profiles, load_profile
from govaudit.inspection.site import Site
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = {"发布解读": 31, "办事服务": 25, "互动交流": 23, "功能设计": 21}
BONUS_SECTIONS = {"信息发布": 7, "办事服务": 6, "互动交流": 8, "功能设计": 6, "创新发展": 3}
PORTAL = Site(url="http://www.x.gov.cn/")
MINISTRY = Site(url="http://www.x.gov.cn/", tags=("国务院部门",))
OWN = "name: own\ntitle: 本地规则\nbasis: 本地通知\n"


@pytest.fixture(scope="module")
def national() -> Profile:
    return load_profile("gov-2019")


def _caps(profile: Profile, part: str, site: Site = PORTAL) -> dict[str, float]:
    caps: dict[str, float] = {}
    for row in profile.rows:
        if row.part == part and row.holds_for(site):
            caps[row.section] = caps.get(row.section, 0) + row.cap
    return caps


def _problems(folder: Path, name: str = "own") -> list[Problem]:
    with pytest.raises(InputError) as caught:
        load_profile(name, folder)
    return list(caught.value.problems)


def test_deductions_add_up_to_the_official_sums(national: Profile) -> None:
    assert _caps(national, "deduct") == SECTIONS
    assert sum(SECTIONS.values()) == 100
    assert len([row for row in national.rows if row.part == "deduct" and row.holds_for(PORTAL)]) == 29


def test_a_ministry_has_its_own_points_for_duties_and_none_for_an_overview(national: Profile) -> None:
    assert _caps(national, "deduct", MINISTRY) == SECTIONS
    caps = {row.name: row.cap for row in national.rows if row.part == "deduct" and row.holds_for(MINISTRY)}
    assert (caps["机构职能"], "概况信息" in caps, len(caps)) == (4, False, 28)


def test_bonuses_add_up_to_the_official_sums(national: Profile) -> None:
    assert _caps(national, "bonus") == BONUS_SECTIONS
    assert sum(BONUS_SECTIONS.values()) == 30
    assert len([row for row in national.rows if row.part == "bonus"]) == 10


def test_there_are_six_vetoes(national: Profile) -> None:
    names = [row.name for row in national.rows if row.part == "veto"]
    assert names == [
        "安全、泄密事故等严重问题",
        "站点无法访问",
        "首页不更新",
        "栏目不更新",
        "互动回应差",
        "服务不实用",
    ]


def test_scores_hold_for_portals_alone(national: Profile) -> None:
    scored = [row for row in national.rows if row.part in {"deduct", "bonus"}]
    assert {row.kinds for row in scored} == {("portal",)}
    assert {row.kinds for row in national.rows if row.part == "veto"} == {ALL_KINDS}


def test_rows_have_distinct_ids_and_within_a_kind_of_site_distinct_names(national: Profile) -> None:
    ids = [row.id for row in national.rows]
    assert len(ids) == len(set(ids))
    for kind in ALL_KINDS:
        site = Site(url="http://www.x.gov.cn/", kind=kind)
        scored_apart = [row for row in national.rows if row.holds_for(site) and row.part != "bonus"]
        names = [row.name for row in scored_apart]
        assert len(names) == len(set(names)), kind


def test_no_deduction_costs_more_than_its_row(national: Profile) -> None:
    too_dear = [
        (row.id, rule.points) for row in national.rows for rule in row.deduct if rule.points > row.cap
    ]
    assert too_dear == []


def test_only_wording_that_was_seen_takes_points_or_vetoes(national: Profile) -> None:
    assert {row.sure for row in national.rows if row.deduct or row.veto or row.part == "bonus"} == {"V", "N"}


def test_every_row_is_decided_by_a_check_or_a_person(national: Profile) -> None:
    assert [row.id for row in national.rows if not row.check_ids() and not row.manual] == []


def test_every_check_of_a_row_is_due(national: Profile) -> None:
    named = {check for row in national.rows for check in row.check_ids()}
    assert named - set(national.checks) == set()


def test_every_due_check_but_coverage_has_a_row_for_each_kind_of_site(national: Profile) -> None:
    for kind in ALL_KINDS:
        shown = {check for row in national.rows if kind in row.kinds for check in row.check_ids()}
        assert set(national.checks) - shown == {"COV001"}, kind


def test_due_checks_exist_and_accept_their_parameters(national: Profile) -> None:
    known = all_checks()
    assert set(national.checks) - set(known) == set()
    for check, values in national.checks.items():
        known[check].parameters(values, national.name)


def test_the_rule_book_spells_out_every_parameter(national: Profile) -> None:
    known = all_checks()
    silent = [
        f"{check}.{name}"
        for check, values in national.checks.items()
        for name, field in known[check].params.model_fields.items()
        # Tables of words are the vocabulary's; a rule book names its own only where they differ.
        if name not in values and field.default is not None and field.default_factory is None
    ]
    assert silent == []


def test_the_rule_book_gives_the_thresholds_that_the_checks_have_by_themselves(national: Profile) -> None:
    known = all_checks()
    differing = [
        check
        for check, values in national.checks.items()
        if known[check].parameters(values, national.name).model_dump() != known[check].params().model_dump()
    ]
    assert differing == []


def test_required_columns_are_those_of_each_kind_of_site(national: Profile) -> None:
    def required(kind: str) -> list[str]:
        return [column.name for column in national.columns if kind in column.kinds]

    assert required("portal") == [
        "概况信息",
        "机构职能",
        "领导信息",
        "动态要闻",
        "通知公告",
        "政策文件",
        "政策解读",
        "办事服务",
        "互动交流",
        "政府信息公开",
    ]
    assert required("department") == [
        "机构职能",
        "领导信息",
        "动态要闻",
        "通知公告",
        "政策文件",
        "政府信息公开",
    ]


def test_missing_columns_cost_points_only_where_the_text_says_so(national: Profile) -> None:
    aspects = {
        aspect: (row.id, rule.points)
        for row in national.rows
        for rule in row.deduct
        if "COL001" in rule.checks and row.holds_for(PORTAL)
        for aspect in rule.aspects
    }
    assert aspects == {
        "概况信息": ("REL-overview", 2),
        "机构职能": ("REL-functions", 2),
        "领导信息": ("REL-leaders", 2),
        "动态要闻": ("REL-news", 5),
        "政策文件": ("REL-policies", 5),
        "政策解读": ("REL-interpretations", 5),
    }
    assert set(aspects) <= {column.name for column in national.columns}


def test_clauses_are_written_with_chinese_punctuation(national: Profile) -> None:
    assert [row.id for row in national.rows if set(",;()") & set(row.clause)] == []
    assert all(fold(row.clause) for row in national.rows)


def test_unknown_profile_names_the_known_ones(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, "gov-2091")
    assert problem.key == "profile.unknown"
    assert problem.arguments == {"name": "gov-2091", "known": ", ".join(builtin_profiles())}


def test_own_profile_goes_before_a_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "gov-2019.yaml").write_text("name: gov-2019\ntitle: 自己的\nbasis: 无\n", encoding="utf-8")
    assert load_profile("gov-2019", tmp_path).title == "自己的"


@pytest.mark.parametrize(
    ("text", "key", "line", "column"),
    [
        ("name: own\ntitle: [oops\nbasis: x\n", "yaml.broken", 3, None),
        (f"{OWN}title: 又一次\n", "yaml.doubled-key", 4, None),
        (f"{OWN}pass_mark: 60\n", "invalid.unknown-key", 4, "pass_mark"),
        (f"{OWN}pass_line: 六十\n", "invalid.no-number", 4, "pass_line"),
        ("name: own\ntitle: 缺依据\n", "invalid.missing", 1, "basis"),
        ("- name: own\n", "profile.no-mapping", 1, None),
        ("name: other\ntitle: a\nbasis: b\n", "profile.other-name", 1, "name"),
        (f"{OWN}checks:\n  LNK001: many\n", "invalid.no-mapping", 5, "checks.LNK001"),
        (
            f"{OWN}rows:\n  - id: FUN-x\n    name: x\n    part: deduct\n    cap: 一\n    clause: x\n    sure: N\n",
            "invalid.no-number",
            8,
            "rows.0.cap",
        ),
        (
            (
                f"{OWN}rows:\n  - id: FUN-x\n    name: x\n    part: deduct\n    clause: x\n    sure: N\n"
                "    deduct:\n      - {checks: [LNK001], points: 0}\n"
            ),
            "invalid.too-small",
            11,
            "rows.0.deduct.0.points",
        ),
    ],
)
def test_mistake_is_named_by_line_and_key(
    tmp_path: Path, text: str, key: str, line: int, column: str | None
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    (problem,) = _problems(tmp_path)
    assert (problem.key, problem.where, problem.line, problem.column) == (key, str(file), line, column)


def test_every_mistake_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(f"{OWN}pass_line: a\nbonus_line: b\n", encoding="utf-8")
    assert [(one.line, one.column) for one in _problems(tmp_path)] == [(4, "pass_line"), (5, "bonus_line")]


def test_circle_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(f"{OWN}extends: two\n", encoding="utf-8")
    (tmp_path / "two.yaml").write_text("name: two\ntitle: a\nbasis: b\nextends: own\n", encoding="utf-8")
    (problem,) = _problems(tmp_path)
    assert problem.key == "profile.circle"
    assert problem.arguments == {"circle": "own → two → own"}


def test_unknown_base_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(f"{OWN}extends: nothing\n", encoding="utf-8")
    (problem,) = _problems(tmp_path)
    assert (problem.key, problem.arguments["name"]) == ("profile.unknown", "nothing")


@pytest.mark.parametrize(
    ("text", "key", "line", "column"),
    [
        (
            "rows:\n  - id: OWN-1\n    name: 本地项\n    part: veto\n    clause: x\n    sure: Z\n",
            "no-choice",
            10,
            "rows.0.sure",
        ),
        ("columns:\n  - {name: 权责清单, kind: portal}\n", "unknown-key", 6, "columns.0.kind"),
        ("columns:\n  - 权责清单\n", "no-mapping", 6, "columns.0"),
        ("columns:\n  - {also: [权责清单]}\n", "missing", 6, "columns.0.name"),
        ("columns:\n  - name: 权责清单\n    period: a while\n", "no-period", 7, "columns.0.period"),
        ("columns:\n  - name: 权责清单\n    type: lists\n", "no-choice", 7, "columns.0.type"),
        ("columns:\n  - name: 权责清单\n    may_be_empty: 是\n", "no-truth", 7, "columns.0.may_be_empty"),
        (
            "columns:\n  - name: 权责清单\n    elements:\n      - 职权编码\n      - {names: [名称]}\n",
            "missing",
            9,
            "columns.0.elements.1.name",
        ),
        ("rows:\n  - id: VETO-home\n    cap: 一\n", "no-number", 7, "rows.0.cap"),
        ("rows:\n  - id: VETO-house\n    cap: 1\n", "missing", 6, "rows.0.name"),
        ("checks:\n  LNK001: many\n", "no-mapping", 6, "checks.LNK001"),
        ("checks:\n  FRE002: {period: {days: 7}}\n", "no-text", 6, "checks.FRE002.period"),
        ("checks: many\n", "no-mapping", 5, "checks"),
        ("rows: many\n", "no-list", 5, "rows"),
        ("pass_line:\n  - 60\n", "no-number", 5, "pass_line"),
    ],
)
def test_mistake_in_an_extending_profile_names_its_own_place(
    tmp_path: Path, text: str, key: str, line: int, column: str
) -> None:
    (tmp_path / "own.yaml").write_text(f"{OWN}extends: gov-2019\n{text}", encoding="utf-8")
    problem = _problems(tmp_path)[0]
    assert (problem.key, problem.line, problem.column) == (f"invalid.{key}", line, column)


def test_keys_without_a_value_add_nothing(tmp_path: Path, national: Profile) -> None:
    (tmp_path / "own.yaml").write_text(
        f"{OWN}extends: gov-2019\nrows:\ncolumns:\nchecks:\n  LNK001:\n", encoding="utf-8"
    )
    own = load_profile("own", tmp_path)
    assert (own.rows, own.columns, own.checks) == (national.rows, national.columns, national.checks)


@pytest.mark.parametrize(
    ("check", "values", "key", "column"),
    [
        ("GUI002", {"many": "four"}, "no-number", "checks.GUI002.many"),
        ("GUI002", {"plenty": "4"}, "unknown-key", "checks.GUI002.plenty"),
        ("IDN003", {"pattern": "("}, "other", "checks.IDN003.pattern"),
        ("TAG001", {"labels": "SiteName"}, "no-list", "checks.TAG001.labels"),
        ("FRE002", {"period": "a fortnight"}, "no-period", "checks.FRE002.period"),
    ],
)
def test_wrong_parameter_is_named(
    check: str, values: dict[str, str | list[str]], key: str, column: str
) -> None:
    with pytest.raises(InputError) as caught:
        all_checks()[check].parameters(values, "own")
    (problem,) = caught.value.problems
    assert (problem.key, problem.where, problem.column) == (f"invalid.{key}", "own", column)
    assert problem.arguments["why"]


def test_extending_replaces_rows_and_columns_and_single_parameters(tmp_path: Path, national: Profile) -> None:
    (tmp_path / "own.yaml").write_text(
        f"{OWN}extends: gov-2019\n"
        "checks:\n  GUI002:\n    many: 3\n"
        "columns:\n  - {name: 概况信息, also: [走进云澜]}\n  - {name: 权责清单}\n"
        "rows:\n"
        "  - {id: FUN-links, cap: 2, clause: 本地}\n"
        "  - {id: FUN-marks, deduct: []}\n"
        "  - {id: OWN-1, name: 本地项, part: warn, clause: 本地, sure: V, shown: [LNK001]}\n",
        encoding="utf-8",
    )
    own = load_profile("own", tmp_path)
    assert own.checks["GUI002"] == {**national.checks["GUI002"], "many": "3"}
    assert own.checks["IDN003"] == national.checks["IDN003"]
    assert [row.id for row in own.rows] == ["OWN-1", *(row.id for row in national.rows)]
    replaced, original = own.row("FUN-links"), national.row("FUN-links")
    assert replaced is not None
    assert original is not None
    assert (replaced.cap, replaced.clause, replaced.deduct) == (2, "本地", original.deduct)
    assert original.cap == 1
    assert [column.name for column in own.columns] == [
        *(column.name for column in national.columns),
        "权责清单",
    ]
    assert own.columns[0].also == ("走进云澜",)
    assert own.columns[0].kinds == national.columns[0].kinds
    emptied = own.row("FUN-marks")
    assert emptied is not None
    assert (emptied.deduct, emptied.cap) == ((), 3)
    assert own.row("VETO-home") == national.row("VETO-home")


def test_a_column_says_type_period_and_elements(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        f"{OWN}columns:\n"
        "  - name: 城市更新\n    also: [旧城改造]\n    type: plans\n    period: 3 months\n    may_be_empty: no\n"
        "    elements: [改造计划, {name: 批复, also: [改造方案批复]}]\n",
        encoding="utf-8",
    )
    (column,) = load_profile("own", tmp_path).columns
    assert (column.type, column.period, column.may_be_empty) == ("plans", "3 months", False)
    assert [(one.name, one.also) for one in column.elements] == [
        ("改造计划", ()),
        ("批复", ("改造方案批复",)),
    ]


def test_digest_follows_the_content(tmp_path: Path, national: Profile) -> None:
    (tmp_path / "own.yaml").write_text(f"{OWN}extends: gov-2019\n", encoding="utf-8")
    own = load_profile("own", tmp_path)
    assert own.digest.startswith("sha256:")
    assert own.digest == own.model_copy().digest
    assert len({own.digest, national.digest, own.model_copy(update={"pass_line": 61.0}).digest}) == 3
