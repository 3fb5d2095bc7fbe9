from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.checks.columns.vocabulary import column_vocabulary, place_words, read_vocabulary
from govaudit.inspection.errors import InputError
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from pathlib import Path

YUNLAN = place_words("云澜市人民政府", "浙江省云澜市")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("云澜要闻", "动态要闻"),
        ("要聞動態", "动态要闻"),
        ("走进云澜", "概况信息"),
        ("云澜概况", "概况信息"),
        ("云澜市政府文件", "政策文件"),
        ("通知公告 更多>>", "通知公告"),
        ("一、机构职能", "机构职能"),
        ("政府信息 公开指南", "政府信息公开指南"),
        ("历史新闻专题", None),
        ("云澜", None),
        ("云澜新闻网", None),
        ("青湖要闻", None),
        ("要闻评论", None),
        ("", None),
    ],
)
def test_name_is_matched_or_left_alone(text: str, canonical: str | None) -> None:
    match = column_vocabulary().match(text, YUNLAN)
    assert (match.rule.name if match else None) == canonical


def test_every_name_of_the_vocabulary_finds_its_own_column() -> None:
    vocabulary = column_vocabulary()
    for canonical, names in vocabulary.names.items():
        for one in names:
            match = vocabulary.match(one)
            assert match is not None
            assert match.rule.name == canonical


def test_vocabulary_is_large_and_every_type_is_used() -> None:
    rules = column_vocabulary().rules.values()
    assert len(rules) >= 150
    assert len({rule.type for rule in rules}) == 16


def test_period_depends_on_the_place_in_the_tree() -> None:
    rule = column_vocabulary().rules["通知公告"]
    assert str(rule.period_of(first_level=True)) == "6 months"
    assert str(rule.period_of(first_level=False)) == "1 year"
    assert column_vocabulary().rules["概况信息"].evergreen


@pytest.mark.parametrize(
    ("name", "is_archive"),
    [
        ("历史专题", True),
        ("2024年统计信息", True),
        ("2026年工作动态", False),
        ("统计信息", False),
        ("往期回顾", True),
    ],
)
def test_archives_are_known_by_their_names(name: str, is_archive: bool) -> None:
    assert column_vocabulary().is_archive_name(name, 2026) is is_archive


def test_names_of_sites_are_no_headlines() -> None:
    vocabulary = column_vocabulary()
    assert vocabulary.is_site_name("云澜市住房和城乡建设局")
    assert not vocabulary.is_site_name("全市重大项目集中开工活动举行")


def test_mistakes_in_a_vocabulary_are_named_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "columns.yaml"
    file.write_text(
        "archive_words: []\nhome_words: []\nsite_name_endings: []\n"
        "types:\n  news: {period: 14 days}\n"
        "columns:\n  甲:\n    type: news\n    period: a fortnight\n  乙:\n    type: weather\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_vocabulary(load_yaml(file))
    assert {(problem.line, problem.column) for problem in caught.value.problems} == {
        (9, "columns.甲.period"),
        (11, "columns.乙.type"),
    }


def test_one_name_for_two_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "columns.yaml"
    file.write_text(
        "archive_words: []\nhome_words: []\nsite_name_endings: []\n"
        "types:\n  news: {period: 14 days}\n"
        "columns:\n  动态:\n    type: news\n    names: [要闻]\n  新闻:\n    type: news\n    names: [要聞]\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_vocabulary(load_yaml(file))
    (problem,) = caught.value.problems
    assert problem.key == "vocabulary.double-name"
    assert (problem.line, problem.column) == (10, "要聞")
    assert problem.arguments == {"first": "动态", "second": "新闻"}
