"""When the home page of each site is visited: the same moments for the same site and day, whoever asks.

A day has ``per_day`` parts of equal length with one moment in each, away from the ends, so that two visits are never
close together and a site cannot know when it is visited. Days are those of Beijing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400
_BEIJING_OFFSET = 8 * 3600
_MARGIN = 0.1
"""Share of a part at each of its ends that has no moment."""


def moments(key: str, day: int, per_day: int) -> Iterator[int]:
    """The moments of day number ``day`` (days since 1970 in Beijing), UTC seconds, ascending."""
    return (_moment(key, day * per_day + part, per_day) for part in range(per_day))


def following(key: str, per_day: int, after: float) -> int:
    """The first moment after ``after``."""
    number = _part_at(after, per_day)
    first = _moment(key, number, per_day)
    return first if first > after else _moment(key, number + 1, per_day)


def due(key: str, per_day: int, now: float, last: int | None) -> int | None:
    """The newest moment that has come, when it is later than ``last`` (the one that was used last) and not so long ago
    that a visit now would stand for another part of the day; earlier ones were missed. A site that was never visited
    is due at once."""
    number = _part_at(now, per_day)
    newest = _moment(key, number, per_day)
    if newest > now:
        newest = _moment(key, number - 1, per_day)
    if last is None:
        return newest
    return newest if newest > max(last, now - DAY / per_day) else None


def _part_at(moment: float, per_day: int) -> int:
    """Number of the part that ``moment`` lies in, counted from 1970 in Beijing."""
    return int((moment + _BEIJING_OFFSET) * per_day // DAY)


def _moment(key: str, number: int, per_day: int) -> int:
    digest = hashlib.blake2b(f"{key}\n{number}\n{per_day}".encode(), digest_size=8).digest()
    share = int.from_bytes(digest, "big") / 2**64
    return int((number + _MARGIN + share * (1 - 2 * _MARGIN)) * DAY / per_day) - _BEIJING_OFFSET
