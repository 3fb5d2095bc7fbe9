"""References of style sheets: ``url(…)`` and ``@import``, as far as browsers follow them."""

from __future__ import annotations

import re

from govaudit.crawler.reading.charset import encoding_named, read_as
from govaudit.inspection.facts import RawLink, Tag

_ESCAPED = r"\\(?:[0-9a-f]{1,6}\s?|[^\n])"
_STRING = rf"""(?:"(?:[^"\\\n]|{_ESCAPED}|\\\n)*"|'(?:[^'\\\n]|{_ESCAPED}|\\\n)*')"""
_ADDRESS = rf"""(?:{_STRING}|(?:[^\s"'()\\]|{_ESCAPED})*)"""
_TOKEN = re.compile(
    rf"""
    (?P<comment>/\*.*?(?:\*/|\Z))
    | @import(?![\w-])(?:\s|/\*.*?\*/)*(?:url\(\s*(?P<import>{_ADDRESS})\s*\)|(?P<imported>{_STRING}))
    | @(?P<font>font-face)\b
    | (?P<ignored>@(?:namespace|-moz-document)\b[^;{{]*
        | (?<![\w-])(?:behavior|-moz-binding)\s*:[^;}}]*
        | (?<=[;{{\s])[*_][a-z-]+\s*:[^;{{}}]*(?=[;}}]))
    | (?P<open>\{{)
    | (?P<close>\}})
    | (?<![\w-])url\(\s*(?P<url>{_ADDRESS})\s*\)
    | (?P<bad>(?<![\w-])url\((?:[^)\\]|\\.)*\)?)
    | (?P<string>{_STRING})
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\r\f]?|(.))", re.DOTALL)
_CHARSET = re.compile(rb'\A@charset "([A-Za-z0-9_.:-]{1,40})";')
_BOM = b"\xef\xbb\xbf"
_LONGEST = 1_000_000
_NOT_FETCHED = ("data:", "about:", "blob:", "javascript:")


def references(body: bytes, content_type: str = "") -> tuple[list[RawLink], str]:
    """What a style sheet loads, in its order, each once, and the encoding in which it is read. Never raises, whatever
    the bytes are."""
    encoding = _encoding(body, content_type)
    return references_in(read_as(body[:_LONGEST].removeprefix(_BOM), encoding)), encoding


def references_in(css: str) -> list[RawLink]:
    """What a style sheet, ``<style>`` or style attribute loads. Addresses that a browser does not understand (blanks
    without quotes), imports behind rules and what only the Internet Explorer read are left out."""
    found: dict[RawLink, None] = {}
    in_font = ruled = False
    for token in _TOKEN.finditer(css):
        kind = token.lastgroup
        if kind == "open":
            ruled = True
        elif kind == "font":
            in_font = True
        elif kind == "close":
            in_font = False
        elif kind in {"import", "imported"} and not ruled:
            _keep(found, Tag.STYLE, token[kind])
        elif kind == "url":
            _keep(found, Tag.FONT if in_font else Tag.IMAGE, token["url"])
    return list(found)


def _keep(found: dict[RawLink, None], tag: Tag, written: str) -> None:
    raw = _ESCAPE.sub(_unescaped, written[1:-1] if written[:1] in {'"', "'"} else written).strip()
    if raw and not raw.startswith("#") and not raw[:11].lower().startswith(_NOT_FETCHED):
        found[RawLink(tag, raw)] = None


def _unescaped(escape: re.Match[str]) -> str:
    code, character = escape.groups()
    if code is None:
        return "" if character == "\n" else str(character)
    number = int(code, 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _encoding(body: bytes, content_type: str) -> str:
    """What the header says, then ``@charset``; a sheet without either is read as the page that loads it: bytes that
    are no UTF-8 are taken for those of a GBK page."""
    if body.startswith(_BOM):
        return "utf-8"
    declared = encoding_named(content_type.lower().partition("charset=")[2].strip(" \"';"))
    match = _CHARSET.match(body)
    if not declared and match:
        named = encoding_named(match[1].decode("ascii"))
        declared = "utf-8" if named.startswith("utf-16") else named
    if declared:
        return declared
    try:
        body[:_LONGEST].decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if error.end >= _LONGEST else "gbk"
    return "utf-8"
