"""The type of a body by its first bytes."""

from __future__ import annotations

import re
from functools import cache

from govaudit.crawler.containers import Contents, ole_contents, zip_contents
from govaudit.crawler.rules.tables import FileType, file_types

_HTML = re.compile(
    rb"<(?:!doctype html|html|head|body|title|script|meta|table|div|p|frameset|iframe|!--)", re.IGNORECASE
)
_ROOT = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\]\s*)?>)*<([a-z_][\w.-]*:)?([a-z_][\w.-]*)",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 1024
_ROOT_WITHIN = 4096
_NOTHING = Contents(())


@cache
def _signatures() -> tuple[tuple[re.Pattern[bytes], FileType], ...]:
    return tuple((_pattern(entry.bytes), entry) for entry in file_types())


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
        return _markup(body[:_ROOT_WITHIN].lstrip(b"\xef\xbb\xbf \t\r\n"))
    contents = _contents(body)
    for pattern, entry in _signatures():
        if pattern.match(body) and _holds(contents, entry):
            return entry.type
    return _textual(body[:_LOOKED_AT])


def _contents(body: bytes) -> Contents:
    if body.startswith(b"PK\x03\x04"):
        return zip_contents(body)
    return ole_contents(body) if body.startswith(b"\xd0\xcf\x11\xe0") else _NOTHING


def _holds(contents: Contents, entry: FileType) -> bool:
    if entry.entry:
        return any(name.startswith(entry.entry) for name in contents.entries)
    return entry.declares in contents.declared


def _markup(head: bytes) -> str:
    """What begins with a tag: the root element decides, so that the title of a feed makes it no page."""
    match = _ROOT.match(head)
    root = match[2].lower() if match else b""
    if root == b"svg":
        return "svg"
    if root != b"html" and (
        head.startswith(b"<?xml") or root in {b"rss", b"feed", b"urlset", b"sitemapindex", b"rdf"}
    ):
        return "xml"
    return "html" if _HTML.search(head[:_LOOKED_AT]) else "text"


def _textual(head: bytes) -> str:
    if head.startswith(_WIDE):
        return "text"
    if _BINARY.search(head):
        return ""
    return "text" if _HTML.search(head) is None else "html"
