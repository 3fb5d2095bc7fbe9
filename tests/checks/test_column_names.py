"""Names that real sites show are recognised; names that only look like one are not; every match can be told."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.checks.columns.vocabulary import column_vocabulary, place_words
from govaudit.inspection.profile import RequiredColumn
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.columns.vocabulary import ColumnVocabulary

ROOT = Path(__file__).parents[2]
OBSERVED = Path(os.environ.get("GOVAUDIT_CORPUS", ROOT.parent / "shared" / "corpus")) / "column_names.csv"
PLACES = place_words("平潭综合实验区", "宜春市", "邯郸市", "大兴区", "江西省", "平潭")
LEAST_SHARE = 0.98
KNOWN = column_vocabulary()
NAMES = sorted(name for names in KNOWN.names.values() for name in names)
LONG = [name for name in NAMES if len(fold(name)) >= 6]


@pytest.fixture(scope="module")
def vocabulary() -> ColumnVocabulary:
    return KNOWN


def test_names_of_real_sites_are_recognised(vocabulary: ColumnVocabulary) -> None:
    if not OBSERVED.is_file():
        pytest.skip("the corpus of real pages is not on this machine")
    with OBSERVED.open(encoding="utf-8-sig", newline="") as file:
        names = [row["observed_name"] for row in csv.DictReader(file)]
    unknown = [name for name in names if vocabulary.match(name, PLACES) is None]
    assert len(names) > 100
    assert len(unknown) <= (1 - LEAST_SHARE) * len(names), unknown


def test_no_name_belongs_to_two_columns(vocabulary: ColumnVocabulary) -> None:
    owners: dict[str, str] = {}
    for canonical, names in vocabulary.names.items():
        for name in names:
            assert owners.setdefault(fold(name), canonical) == canonical, name


def test_every_period_of_the_vocabulary_rests_on_its_type_or_is_its_own(vocabulary: ColumnVocabulary) -> None:
    evergreen = {
        "历史沿革",
        "概况信息",
        "机构职能",
        "领导信息",
        "专题专栏",
        "行政区划",
        "政府部门",
        "网站声明",
    }
    assert all(vocabulary.rules[name].evergreen for name in evergreen)
    dated = {name: str(rule.period) for name, rule in vocabulary.rules.items() if rule.period is not None}
    assert {dated["动态要闻"], dated["通知公告"], dated["人事信息"], dated["政府工作报告"]} == {
        "14 days",
        "6 months",
        "1 year",
        "18 months",
    }


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("政府資訊公開指南", "政府信息公开指南"),
        ("資訊公開年報", "政府信息公开年报"),
        ("線上訪談", "在线访谈"),
        ("網站導覽", "网站地图"),
        ("領導之窗", "领导信息"),
        ("諮詢投訴", "咨询建言"),
        ("徵集調查", "意见征集"),
        ("行政機關辦公地址／聯繫方式", "办公地址"),
    ],
)
def test_traditional_names_are_known_also_where_the_words_differ(name: str, canonical: str) -> None:
    match = KNOWN.match(name)
    assert match is not None
    assert match.rule.name == canonical


@pytest.mark.parametrize("script", ["s2t", "s2tw", "s2hk"])
def test_every_name_is_known_in_traditional_characters(script: str) -> None:
    converter = opencc.OpenCC(script)
    wrong = {
        name: traditional
        for name in NAMES
        if (match := KNOWN.match(traditional := converter.convert(name))) is None
        or fold(name) not in map(fold, KNOWN.names[match.rule.name])
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "name",
    [
        "要闻评论",
        "政策文件起草培训班",
        "通知公告管理办法",
        "政府信息公开指南编制说明",
        "办事服务满意度",
        "局领导信箱使用须知",
        "全市政策解读工作会议",
        "机构职能调整方案",
        "动态要闻摄影大赛",
        "云澜新闻网",
        "关于我市财政预决算公开的通知",
    ],
)
def test_names_that_only_hold_one_are_not_matched(name: str) -> None:
    assert KNOWN.match(name, PLACES) is None
    assert KNOWN.match_nearly(name, PLACES) is None


@given(st.sampled_from(NAMES), st.sampled_from(["评论", "培训班", "管理办法", "满意度调查表", "摄影大赛"]))
def test_a_name_with_something_behind_it_is_another_name(name: str, more: str) -> None:
    assert KNOWN.match(name + more) is None


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("政府信息公开指引", "政府信息公开指南"),
        ("政府信息公开专样", "政府信息公开"),
        ("重点领域信公开", "重点领域信息公开"),
        ("行政规范性文件件", "规范性文件"),
        ("政府信息公开年度", None),
        ("不依申请公开政府信息", None),
        ("失效规范性文件", None),
        ("市外要闻", None),
        ("部门会议", None),
    ],
)
def test_a_long_name_may_differ_by_one_character_when_no_other_column_is_as_near(
    name: str, canonical: str | None
) -> None:
    assert KNOWN.match(name) is None
    near = KNOWN.match_nearly(name)
    assert (near.rule.name if near else None) == canonical
    assert near is None or near.near


@given(st.sampled_from(LONG), st.integers(0, 30), st.sampled_from("省水石木火山田不非失"))
def test_a_misspelt_name_is_never_taken_for_another_column(name: str, place: int, other: str) -> None:
    place %= len(name)
    written = name[:place] + other + name[place + 1 :]
    match = KNOWN.match(written) or KNOWN.match_nearly(written)
    assert match is None or fold(name) in map(fold, KNOWN.names[match.rule.name])


def test_a_profile_adds_names_types_and_periods() -> None:
    local = KNOWN.with_columns(
        (
            RequiredColumn(name="城市更新", also=("旧城改造", "公告"), type="plans", period="3 months"),
            RequiredColumn(name="政府文件", also=("云政文件",), period="1 year"),
            RequiredColumn(name="统计信息", period="none", may_be_empty=True),
            RequiredColumn(name="旅游节"),
        )
    )

    def rule_of(name: str) -> tuple[str, str, str]:
        match = local.match(name)
        assert match is not None
        return match.rule.name, match.rule.type, str(match.rule.period)

    assert rule_of("舊城改造") == ("城市更新", "plans", "3 months")
    assert rule_of("云政文件") == ("政策文件", "policy", "1 year")
    assert rule_of("公告") == ("通知公告", "notices", "6 months"), "a name of another column stays with it"
    assert rule_of("统计数据") == ("统计信息", "statistics", "None")
    assert local.rules["统计信息"].may_be_empty
    assert rule_of("旅游节") == ("旅游节", "other", "None")
    assert KNOWN.match("旧城改造") is None, "the vocabulary itself stays as it is"
