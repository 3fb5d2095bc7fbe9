"""What one rule book says otherwise than another is told entry by entry and key by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from govaudit.inspection.profile import Profile, Row, load_profile
from govaudit.inspection.profile_diff import differences

if TYPE_CHECKING:
    from pathlib import Path

NATIONAL = load_profile("gov-2019")


def test_every_kind_of_difference_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "name: own\nextends: gov-2019\npass_line: 70\n"
        "checks:\n  FRE002: {period: 7 days}\n  FRE004: {unknown_period: 2 years}\n"
        "columns:\n  - {name: 概况信息, also: [走进云澜]}\n  - {name: 城市更新}\n"
        "rows:\n  - {id: FUN-links, cap: 2}\n",
        encoding="utf-8",
    )
    own = load_profile("own", tmp_path)
    told = [
        (one.part, one.change, one.entry, one.key, one.a, one.b)
        for one in differences(NATIONAL, own)
        if one.key
    ]
    assert told == [
        ("general", "changed", "", "pass_line", 60, 70),
        ("checks", "changed", "FRE002", "period", "14 days", "7 days"),
        ("checks", "added", "FRE004", "unknown_period", None, "2 years"),
        ("columns", "changed", "概况信息", "also", [], ["走进云澜"]),
        ("rows", "changed", "FUN-links", "cap", 1, 2),
    ]
    whole = [one for one in differences(NATIONAL, own) if not one.key]
    assert [(one.part, one.change, one.entry, one.a) for one in whole] == [
        ("columns", "added", "城市更新", None)
    ]


def test_a_rule_book_differs_in_nothing_from_itself() -> None:
    assert differences(NATIONAL, NATIONAL) == []


@given(st.permutations(NATIONAL.rows), st.integers(0, len(NATIONAL.rows)))
def test_what_one_side_lacks_the_other_has_more(rows: list[Row], kept: int) -> None:
    part = NATIONAL.model_copy(update={"rows": tuple(rows[:kept])})
    fewer, more = differences(NATIONAL, part), differences(part, NATIONAL)
    assert {one.entry for one in fewer} == {row.id for row in rows[kept:]}
    assert {(one.entry, one.change) for one in fewer} == {(row.id, "removed") for row in rows[kept:]}
    assert {(one.entry, one.change) for one in more} == {(row.id, "added") for row in rows[kept:]}


def test_a_book_of_its_own_shares_nothing() -> None:
    alone = Profile(name="alone", title="x", basis="y")
    parts = {one.part for one in differences(NATIONAL, alone)}
    assert parts == {"general", "checks", "columns", "rows"}
