"""Text of stored pages, for comparing one with another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from selectolax.lexbor import LexborHTMLParser

_CHANGING = re.compile(r"[\s\d]+")
_PIECE = 5
_HEADING = re.compile(rb"<h[12]\b[^>]{0,300}>(.{1,600}?)</h[12]>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(rb"<[^>]{0,600}>")
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,600})", re.IGNORECASE)


@dataclass(frozen=True)
class PageText:
    """``title`` and ``text`` as shown, the text without blanks and digits, which differ from visit to visit."""

    title: str
    text: str

    @cached_property
    def pieces(self) -> frozenset[int]:
        """Every run of five characters."""
        text = self.text
        return frozenset(
            hash(text[place : place + _PIECE]) for place in range(max(1, len(text) - _PIECE + 1))
        )

    def likeness(self, other: PageText) -> float:
        """Share of what two pages say in common, 0 to 1."""
        if not self.text or not other.text:
            return 0.0
        if self.text == other.text:
            return 1.0
        return len(self.pieces & other.pieces) / len(self.pieces | other.pieces)


def tree_of(body: bytes, charset: str) -> LexborHTMLParser:
    """The page as a tree."""
    try:
        html = body.decode(charset or "utf-8", errors="replace")
    except LookupError:
        html = body.decode("utf-8", errors="replace")
    return LexborHTMLParser(html)


def text_of(body: bytes, charset: str) -> PageText:
    """What a page says."""
    tree = tree_of(body, charset)
    title = tree.css_first("title")
    shown = tree.body
    for node in tree.css("script, style, noscript, template"):
        node.decompose()
    return PageText(
        title.text(strip=True) if title is not None else "",
        _CHANGING.sub("", shown.text()) if shown is not None else "",
    )


def title_of(body: bytes) -> str:
    """Title of a page that is not read any further, in one line."""
    return _first(_TITLE, body)


def heading_of(body: bytes) -> str:
    """First heading of a page that is not read any further, in one line."""
    return _first(_HEADING, body)


def _first(pattern: re.Pattern[bytes], body: bytes) -> str:
    match = pattern.search(body)
    if match is None:
        return ""
    written = _MARKUP.sub(b" ", match[1])
    try:
        text = written.decode("utf-8")
    except UnicodeDecodeError:
        text = written.decode("gb18030", errors="replace")
    return " ".join(unescape(text).split())[:200]
