"""The word lists are checked when they are loaded."""

from __future__ import annotations

from importlib.resources import files

import pytest

from govaudit.crawler.reading.challenge import challenge_of
from govaudit.crawler.reading.kinds import weights
from govaudit.crawler.reading.words import alternatives, load, words
from govaudit.inspection.errors import InputError
from govaudit.inspection.vocabulary import fold, name_table

LISTS = [
    (name, key)
    for name in (
        "breadcrumb",
        "dates",
        "footer",
        "forms",
        "guide-keys",
        "guides",
        "kinds",
        "labels",
        "links",
        "lists",
        "marks",
        "material-keys",
        "materials",
        "navigation",
        "scripts",
        "search-results",
        "source",
        "zones",
    )
    for key in load(name).data
    if isinstance(load(name).data[key], list)
]


@pytest.mark.parametrize(("name", "key"), LISTS)
def test_lists_hold_words_once(name: str, key: str) -> None:
    assert len(words(name, key)) == len(set(words(name, key))) > 0


def test_every_file_is_read() -> None:
    folder = files("govaudit") / "crawler" / "reading" / "words"
    known = {name for name, _ in LISTS} | {"challenge", "kinds"}
    assert {file.name.removesuffix(".yaml") for file in folder.iterdir()} == known


def test_a_missing_list_is_an_input_error() -> None:
    with pytest.raises(InputError) as caught:
        words("dates", "no-such-list")
    assert caught.value.problems[0].key == "words.no-list"


def test_weights_and_walls_load() -> None:
    table, least = weights()
    assert least > 0
    assert table
    assert challenge_of("<html></html>", "", 0) == ""


def test_spaced_words_match_letter_spacing() -> None:
    assert "发[ \\n]{0,4}布" in alternatives("dates", "published", spaced=True)


def test_guide_elements_have_the_ten_key_elements_and_no_name_twice() -> None:
    data = (load_guides := name_table("guide_elements")).match
    for name in (
        "事项名称",
        "设定依据",
        "申请条件",
        "办理材料",
        "办理地点",
        "办理机构",
        "收费标准",
        "办理时间",
        "联系电话",
        "办理流程",
    ):
        assert data(name) == name
    assert load_guides.match("辦理時限") == "办理时限"


def test_no_synonym_stands_under_two_guide_elements() -> None:
    from govaudit.inspection.yaml_text import load_yaml  # noqa: PLC0415

    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "guide_elements.yaml")
    seen: dict[str, str] = {}
    for name, synonyms in document.data.items():
        for one in [name, *synonyms]:
            assert seen.setdefault(fold(one), name) == name, one
