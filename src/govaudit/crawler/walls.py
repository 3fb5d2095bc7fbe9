"""Telling a wall from the page behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.crawler.rules.tables import walls
from govaudit.inspection.verdict import BLOCKED_STATUSES, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.crawler.rules.tables import Wall

_LOOKED_AT = 65_536
_SMALL_PAGE = 16_384
"""Challenge pages are small; words of a wall on a large page are its subject, not its author."""

Headers = list[tuple[str, str]]


def blocked_by(
    status: int, headers: Headers, body: bytes, signatures: Sequence[Wall] | None = None
) -> tuple[Reason, str] | None:
    """Reason and name of the wall that answered, ``None`` for an answer of the site itself."""
    signatures = walls() if signatures is None else signatures
    if status in {200, 202}:
        name = _signature(status, headers, body, signatures) if len(body) <= _SMALL_PAGE else ""
        return (Reason.BLOCKED_PAGE, f"wall: {name}") if name else None
    name = _signature(status, headers, body, signatures)
    if name:
        return Reason.BLOCKED_STATUS, f"wall: {name}"
    return (Reason.BLOCKED_STATUS, f"status {status}") if status in BLOCKED_STATUSES else None


def _signature(status: int, headers: Headers, body: bytes, signatures: Sequence[Wall]) -> str:
    for wall in signatures:
        if status in wall.statuses and _meets(wall, headers, body):
            return wall.name
    return ""


def _meets(wall: Wall, headers: Headers, body: bytes) -> bool:
    if wall.header and not _has_header(headers, wall.header):
        return False
    if wall.cookie and not any(
        name == "set-cookie" and value.startswith(wall.cookie) for name, value in headers
    ):
        return False
    return not wall.body or any(text.encode() in body[:_LOOKED_AT] for text in wall.body)


def _has_header(headers: Headers, condition: str) -> bool:
    wanted, colon, part = condition.partition(":")
    part = part.strip().lower()
    return any(name == wanted and (not colon or part in value.lower()) for name, value in headers)
