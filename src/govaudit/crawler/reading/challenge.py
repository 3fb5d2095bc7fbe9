"""Walls: answers that stand where the page should be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from govaudit.crawler.reading.words import load
from govaudit.inspection.errors import InputError, Problem

_LONGEST_SOURCE = 300_000
_SEARCHED = 60_000


@dataclass(frozen=True, slots=True)
class _Wall:
    name: str
    traces: tuple[str, ...]
    most_text: int


@cache
def _walls() -> tuple[_Wall, ...]:
    document = load("challenge")
    walls = []
    for name, entry in document.data.items():
        traces = entry.get("any") if isinstance(entry, dict) else None
        most = entry.get("text", "") if isinstance(entry, dict) else ""
        if not isinstance(traces, list) or not traces or not most.isdecimal():
            raise InputError(Problem("words.no-list", document.where, document.line_of((name,)), name))
        walls.append(_Wall(name, tuple(traces), int(most)))
    return tuple(walls)


def challenge_of(html: str, text_length: int) -> str:
    """Name of the wall whose traces the source holds, empty when the page is itself. ``text_length``: visible
    characters."""
    walls = _walls()
    if len(html) > _LONGEST_SOURCE or text_length > max(wall.most_text for wall in walls):
        return ""
    searched = html[:_SEARCHED] + html[max(_SEARCHED, len(html) - _SEARCHED) :]
    for wall in walls:
        if text_length <= wall.most_text and any(trace in searched for trace in wall.traces):
            return wall.name
    return ""
