"""The type of a body by its first bytes."""

from __future__ import annotations

import re
from functools import cache

from govaudit.crawler.rules.tables import file_types

_HTML = re.compile(
    rb"<(?:!doctype html|html|head|body|title|script|meta|table|div|p|frameset|iframe|!--)", re.IGNORECASE
)
_LOOKED_AT = 1024


@cache
def _signatures() -> tuple[tuple[re.Pattern[bytes], bytes, str], ...]:
    return tuple((_pattern(entry.bytes), entry.inside.encode(), entry.type) for entry in file_types())


def _pattern(hexadecimal: str) -> re.Pattern[bytes]:
    pairs = (hexadecimal[start : start + 2] for start in range(0, len(hexadecimal), 2))
    return re.compile(
        b"".join(b"." if pair == ".." else re.escape(bytes.fromhex(pair)) for pair in pairs), re.DOTALL
    )


def type_of(body: bytes) -> str:
    """``pdf``, ``docx``, ``html``, ``xml``, ``text`` …; empty for nothing and for what is not known."""
    if not body:
        return ""
    head = body[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return _markup(head)
    for pattern, inside, name in _signatures():
        if pattern.match(body) and inside in body:
            return name
    return _textual(body[:_LOOKED_AT])


def _markup(head: bytes) -> str:
    if _HTML.match(head):
        return "html"
    if head.startswith(b"<?xml") or head[:4].lower() == b"<svg":
        if b"<svg" in head.lower():
            return "svg"
        return "html" if _HTML.search(head) else "xml"
    return "html" if _HTML.search(head) else "text"


def _textual(head: bytes) -> str:
    return "" if b"\x00" in head else "text" if _HTML.search(head) is None else "html"
