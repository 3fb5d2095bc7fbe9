"""References of a style sheet: ``url(…)`` and ``@import``."""

from __future__ import annotations

import re

from govaudit.inspection.facts import RawLink, Tag

_TOKEN = re.compile(
    r"""
    (?P<comment>/\*.*?(?:\*/|\Z))
    | @import\s+(?:url\(\s*)?(?P<import>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[^\s"';)]+)
    | @(?P<rule>font-face|namespace)\b
    | (?P<close>\})
    | url\(\s*(?P<url>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(?:[^\s"'()\\]|\\.)*)\s*\)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\r\f]?|(.))", re.DOTALL)
_CHARSET = re.compile(rb'\A@charset "([A-Za-z0-9_.:-]{1,40})";')
_LONGEST = 1_000_000


def references(body: bytes, content_type: str = "") -> list[RawLink]:
    """What the style sheet loads, in its order, each once. Never raises, whatever the bytes are."""
    found: dict[RawLink, None] = {}
    in_font = False
    for token in _TOKEN.finditer(_decode(body[:_LONGEST], content_type)):
        kind = token.lastgroup
        if kind == "rule":
            in_font = token["rule"].lower() == "font-face"
        elif kind == "close":
            in_font = False
        elif kind == "import":
            _keep(found, Tag.STYLE, token["import"])
        elif kind == "url":
            _keep(found, Tag.FONT if in_font else Tag.IMAGE, token["url"])
    return list(found)


def _keep(found: dict[RawLink, None], tag: Tag, written: str) -> None:
    raw = _ESCAPE.sub(_unescaped, written[1:-1] if written[:1] in {'"', "'"} else written).strip()
    if raw and not raw.startswith("#") and raw[:5].lower() != "data:":
        found[RawLink(tag, raw)] = None


def _unescaped(escape: re.Match[str]) -> str:
    code, character = escape.groups()
    if code is None:
        return "" if character == "\n" else str(character)
    number = int(code, 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _decode(body: bytes, content_type: str) -> str:
    match = _CHARSET.match(body)
    _, _, declared = content_type.lower().partition("charset=")
    name = match.group(1).decode("ascii") if match else declared.strip(" \"';") or "utf-8"
    try:
        return body.decode("gb18030" if name.lower() in {"gb2312", "gbk"} else name, errors="replace")
    except LookupError:
        return body.decode("utf-8", errors="replace")
