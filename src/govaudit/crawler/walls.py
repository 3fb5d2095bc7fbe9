"""Telling a wall from the page behind it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from govaudit.crawler.reading.challenge import challenge_of
from govaudit.crawler.rules.tables import walls
from govaudit.inspection.verdict import BLOCKED_STATUSES, Reason

if TYPE_CHECKING:
    from govaudit.crawler.rules.tables import Wall

_SMALL_PAGE = 16_384
"""Challenge pages are small; words of a wall on a large page are its subject, not its author."""
_PASSED = frozenset({200, 202})
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)

Headers = list[tuple[str, str]]


def blocked_by(status: int, headers: Headers, body: bytes) -> tuple[Reason, str] | None:
    """Reason and name of the wall that answered, ``None`` for an answer of the site itself."""
    if status in _PASSED:
        name = _by_body(body) if body.lstrip()[:1] == b"<" else ""
        return (Reason.BLOCKED_PAGE, f"wall: {name}") if name else None
    if status < 400:
        return None
    name = _by_head(status, headers) or _by_body(body)
    if name:
        return Reason.BLOCKED_STATUS, f"wall: {name}"
    return (Reason.BLOCKED_STATUS, f"status {status}") if status in BLOCKED_STATUSES else None


def _by_head(status: int, headers: Headers) -> str:
    return next((wall.name for wall in walls() if status in wall.statuses and _meets(wall, headers)), "")


def _by_body(body: bytes) -> str:
    if not body or len(body) > _SMALL_PAGE:
        return ""
    html = body.decode("utf-8", errors="replace")
    if "\ufffd" in html:
        html = body.decode("gb18030", errors="replace")
    shown = unescape(_MARKUP.sub(" ", html))
    return challenge_of(html, shown, len("".join(shown.split())))


def _meets(wall: Wall, headers: Headers) -> bool:
    if not (wall.cookie or wall.header):
        return True
    if wall.cookie:
        return any(name == "set-cookie" and value.startswith(wall.cookie) for name, value in headers)
    wanted, colon, part = wall.header.partition(":")
    part = part.strip().lower()
    return any(name == wanted and (not colon or part in value.lower()) for name, value in headers)
