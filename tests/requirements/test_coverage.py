"""Every row of the five work plans stands in its rule book with the checks that answer it."""

from __future__ import annotations

from pathlib import Path

import pytest

from govaudit.checks.columns.vocabulary import column_vocabulary
from govaudit.checks.registry import all_checks
from govaudit.inspection.errors import InputError
from govaudit.inspection.profile import ALL_KINDS, Profile, builtin_profiles, load_profile
from govaudit.inspection.site import Site
from govaudit.workflow.run_record import usable_profile
from tests.requirements.judging import BOOKS
from tests.requirements.table import CHECKED, MANUAL, WAITING

NUMBERS = {"G": 18, "Z": 22, "S": 15, "P": 10, "T": 18}
NATIONAL = load_profile("gov-2019")

books = pytest.mark.parametrize(
    ("letter", "book"), [(letter, load_profile(name)) for letter, name in BOOKS.items()], ids=list(BOOKS)
)


def _own(book: Profile) -> list[str]:
    national = {row.id for row in NATIONAL.rows}
    return [row.id for row in book.rows if row.id not in national]


@books
def test_a_book_has_every_row_of_its_plan_in_order_and_nothing_else(letter: str, book: Profile) -> None:
    assert _own(book) == [f"{letter}{number}" for number in range(1, NUMBERS[letter] + 1)]


@books
def test_rows_name_the_checks_that_answer_them_and_a_person_where_none_does(
    letter: str, book: Profile
) -> None:
    for row in (row for row in book.rows if row.id in _own(book)):
        assert row.shown == CHECKED.get(row.id, ()), row.id
        waits = row.id in WAITING and row.id not in CHECKED
        assert row.manual == (waits or row.id in MANUAL), row.id
        assert row.part == "open", row.id
        assert row.section, row.id


@pytest.mark.parametrize("name", ["profiles.md", "profiles.zh-CN.md"])
def test_the_documentation_names_every_book(name: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")
    assert [one for one in builtin_profiles() if f"| `{one}` |" not in text] == []


def test_no_row_waits_for_a_check_that_is_there() -> None:
    there = {row: [check for check in checks if check in all_checks()] for row, checks in WAITING.items()}
    assert {row: checks for row, checks in there.items() if checks} == {}, (
        "put these checks into the rows of the local rule books and into CHECKED, and take them out of WAITING"
    )


@books
def test_every_row_cites_a_sentence_and_its_place(letter: str, book: Profile) -> None:
    for row in (row for row in book.rows if row.id in _own(book)):
        assert row.clause.count("“") == row.clause.count("”") >= 1, row.id
        assert row.clause.endswith("）"), row.id
        assert not set(",;()") & set(row.clause), row.id


@books
def test_a_local_book_takes_no_points_and_leaves_the_national_table_as_it_is(
    letter: str, book: Profile
) -> None:
    assert usable_profile(book.name, None) == book
    assert book.extends == NATIONAL.name
    own = set(_own(book))
    assert tuple(row for row in book.rows if row.id not in own) == NATIONAL.rows
    assert not any(row.deduct or row.veto or row.cap for row in book.rows if row.id in own)
    scored = {"GUI002": ("elements", "many"), "GUI003": None, "GUI004": None, "GUI005": ("articles_suffice",)}
    counted = {check for row in NATIONAL.rows for one in row.deduct for check in one.checks}
    counted |= {check for row in NATIONAL.rows for one in row.veto for check in one.checks}
    for check in counted:
        ours, theirs = book.checks[check], NATIONAL.checks[check]
        keys = scored.get(check) or tuple(theirs)
        assert {key: ours[key] for key in keys} == {key: theirs[key] for key in keys}, check


def test_a_row_may_speak_only_of_columns_that_the_book_knows(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "name: own\nextends: gov-2019\nrows:\n  - {id: FUN-links, topics: [政策文件, 无此栏目]}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        usable_profile("own", tmp_path)
    (problem,) = caught.value.problems
    assert (problem.key, problem.line, problem.arguments) == (
        "profile.unknown-topic",
        4,
        {"topic": "无此栏目"},
    )


@books
def test_names_of_rows_are_distinct_on_every_kind_of_site(letter: str, book: Profile) -> None:
    for kind in ALL_KINDS:
        site = Site(url="http://www.x.gov.cn/", kind=kind)
        names = [row.name for row in book.rows if row.holds_for(site) and row.part != "bonus"]
        assert len(names) == len(set(names)), kind


@books
def test_topics_without_a_period_in_the_vocabulary_count_apart_from_the_national_columns(
    letter: str, book: Profile
) -> None:
    vocabulary = column_vocabulary()
    for column in book.columns:
        known = vocabulary.match(column.name)
        assert known is None or known.rule.name == column.name, f"{column.name} is {known.rule.name}"
        if column.period:
            assert column.type == "topic", column.name
