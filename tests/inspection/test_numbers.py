"""Sets of numbers say what sets say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from govaudit.inspection.numbers import NumberSet


@given(some.lists(some.tuples(some.booleans(), some.integers(0, 5000))))
def test_a_number_is_in_it_from_when_it_is_added_until_it_is_discarded(steps: list[tuple[bool, int]]) -> None:
    numbers, plain = NumberSet(), set[int]()
    for add, number in steps:
        if add:
            numbers.add(number)
            plain.add(number)
        else:
            numbers.discard(number)
            plain.discard(number)
    assert {number for number in range(5001) if number in numbers} == plain
