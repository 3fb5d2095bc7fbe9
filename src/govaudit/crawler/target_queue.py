"""Targets that wait, by their numbers: four bytes each, however many there are. Their addresses are in the store."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from govaudit.inspection.fact_tables import Target

_TIDIED = 10_000
"""So many numbers that were handed out are kept before the room is given back."""


class TargetQueue:
    """First in, first out."""

    __slots__ = ("_first", "_numbers", "_target_of")

    def __init__(self, target_of: Callable[[int], Target]) -> None:
        """``target_of``: the target with a number."""
        self._target_of = target_of
        self._numbers = array("I")
        self._first = 0

    def __len__(self) -> int:
        return len(self._numbers) - self._first

    def append(self, target: Target) -> None:
        """Queue a target behind all others."""
        self._numbers.append(target.url_id)

    def extend(self, numbers: Iterable[int]) -> None:
        """Queue targets by their numbers."""
        self._numbers.extend(numbers)

    def popleft(self) -> Target:
        """The target that waited longest. Raises ``IndexError`` when none waits."""
        number = self._numbers[self._first]
        self._first += 1
        if self._first >= _TIDIED or self._first == len(self._numbers):
            del self._numbers[: self._first]
            self._first = 0
        return self._target_of(number)

    def take_all(self) -> array[int]:
        """Empty the queue; the numbers of what waited."""
        taken = self._numbers[self._first :]
        del self._numbers[:]
        self._first = 0
        return taken
