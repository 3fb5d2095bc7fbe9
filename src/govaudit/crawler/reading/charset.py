"""Bytes → text, the way a browser decodes a page, with what was declared on the way."""

from __future__ import annotations

import re

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from govaudit.inspection.facts import Charset

_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"',]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,400}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_META_WITHIN = 4096
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SAMPLE = 16384
_CUT_CHARACTER = 4

# What browsers take when they read the name; each of Python's own names is the superset they decode with.
_PYTHON = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
    "windows-1252": "cp1252",
    "x-user-defined": "cp1252",
}
_SINGLE_BYTE_DEFAULTS = frozenset(["cp1252", "iso8859-1", "iso-8859-1", "ascii"])


def decode(body: bytes, content_type: str = "") -> tuple[str, Charset]:
    """The page's text and how it was decoded.

    A byte order mark decides, then strict UTF-8, then what header and meta declare, then detection. Never raises:
    what cannot be decoded becomes U+FFFD and is counted. ``Charset.contradiction``: the declarations name
    different encodings, or what they name is not what the bytes are.
    """
    header = _first(_HEADER.search(content_type))
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            text = body[len(mark) :].decode(encoding, "replace")
            meta = "" if encoding != "utf-8" else _declared_in_meta(body)
            return text, _charset(encoding, header, meta, text, bom=True)
    meta = _declared_in_meta(body)
    text, used = _decoded(body, _python_name(header), _python_name(meta, from_meta=True))
    return text, _charset(used, header, meta, text, bom=False)


def _decoded(body: bytes, header: str, meta: str) -> tuple[str, str]:
    declared = header or meta
    if body.isascii():
        if "utf-16" not in declared:
            return body.decode("ascii"), declared or "utf-8"
        return body.decode(declared, "replace"), declared
    strict = _strict_utf8(body)
    if strict is not None and not _doubtful_utf8(strict, declared):
        return strict, "utf-8"
    candidates = [name for name in (header, meta) if name and name not in _SINGLE_BYTE_DEFAULTS]
    best = ("", "", -1)
    for name in [*candidates, _detected(body), "utf-8", *[one for one in (header, meta) if one]]:
        text = body.decode(name, "replace")
        damaged = text.count("\ufffd")
        if best[2] < 0 or damaged < best[2]:
            best = (text, name, damaged)
        if best[2] == 0:
            break
    return best[0], best[1]


def _strict_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(body) or error.start < len(body) - _CUT_CHARACTER:
            return None
        # A body that was cut off at a size limit ends inside a character.
        return body[: error.start].decode("utf-8") + "\ufffd"


def _doubtful_utf8(text: str, declared: str) -> bool:
    """Two-byte GBK characters can pass as UTF-8: then hardly any of them becomes a Chinese character."""
    if not declared.startswith(("gb", "big5")):
        return False
    return not any("\u4e00" <= character <= "\u9fff" for character in text)


def _detected(body: bytes) -> str:
    return _python_name(str(detect_encoding(body, max_len=_SAMPLE) or "")) or "utf-8"


def _declared_in_meta(body: bytes) -> str:
    start = _COMMENT.sub(b"", body[:_META_WITHIN]) if b"<!--" in body[:_META_WITHIN] else body[:_META_WITHIN]
    match = _META.search(start)
    return match[1].decode("ascii") if match else ""


def _python_name(declared: str, *, from_meta: bool = False) -> str:
    """Python's name of the encoding that browsers take for ``declared``, empty for no or an unknown name."""
    label = declared.strip().lower()
    if not label:
        return ""
    mapped = str(map_encoding_to_html5(label) or "")
    if mapped == "utf-8" and "utf" not in label:
        return ""
    if from_meta and mapped.startswith("utf-16"):
        # A meta that can be read as ASCII cannot be UTF-16: browsers take UTF-8.
        return "utf-8"
    name = _PYTHON.get(mapped, mapped)
    try:
        "".encode(name)
    except LookupError:
        return ""
    return name


def _family(declared: str) -> str:
    name = _python_name(declared)
    return "cp1252" if name in _SINGLE_BYTE_DEFAULTS else name or declared.lower()


def _charset(used: str, header: str, meta: str, text: str, *, bom: bool) -> Charset:
    families = {_family(name) for name in (header, meta) if name}
    if meta and not header and _python_name(meta).startswith("utf-16"):
        families = {"utf-8"}
    ascii_only = text.isascii()
    contradiction = len(families) > 1 or (not ascii_only and bool(families - {used}))
    shown = "big5" if used == "big5hkscs" else used
    return Charset(shown, header, meta, bom, contradiction, text.count("\ufffd"))


def _first(match: re.Match[str] | None) -> str:
    return match[1] if match else ""
