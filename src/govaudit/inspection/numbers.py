"""Sets of small numbers in a byte each: what is remembered of every address of a site for a whole crawl."""

from __future__ import annotations


class NumberSet:
    """A set of numbers from 0 on."""

    __slots__ = ("_marks",)

    def __init__(self) -> None:
        self._marks = bytearray(1024)

    def add(self, number: int) -> None:
        """Take ``number`` in."""
        if number >= len(self._marks):
            self._marks.extend(bytes(max(number + 1 - len(self._marks), len(self._marks) // 4)))
        self._marks[number] = 1

    def discard(self, number: int) -> None:
        """Leave ``number`` out."""
        if number < len(self._marks):
            self._marks[number] = 0

    def __contains__(self, number: int) -> bool:
        return number < len(self._marks) and self._marks[number] == 1
