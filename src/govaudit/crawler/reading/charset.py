"""Bytes → text as it was meant, with what was declared and what a browser would show instead.

Encodings have the names of the WHATWG standard in small letters.
"""

from __future__ import annotations

import codecs
import re

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from govaudit.inspection.facts import Charset

_HEADER = re.compile(r"charset\s*=\s*(?:\"\s*([^\"]*?)\s*\"|([^\s;,\"]+))", re.IGNORECASE)
_META = re.compile(
    rb"<meta\b(?=[^>]{0,400}?\bcharset\s*=)((?:[^>\"']|\"[^\"]{0,400}\"|'[^']{0,400}'|[\"']){0,800})>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rb"([^\s=/>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
_IN_CONTENT = re.compile(rb"charset\s*=\s*[\"']?\s*([^\s;\"',]+)", re.IGNORECASE)
_NO_MARKUP = re.compile(
    rb"<!--.*?-->|<(script|style|title|textarea|noscript)\b.*?</\1", re.DOTALL | re.IGNORECASE
)
_BODY = re.compile(rb"</head|<(?:body|div|p|table|span|a|center|font|frameset|ul|h\d)\b", re.IGNORECASE)
_XML = re.compile(rb"\A\s*<\?xml[^>]{0,100}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_META_WITHIN = 1024
_HEAD_WITHIN = 32_768
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
_SAMPLE = 16384
_CUT_CHARACTER = 4

_NAMES = {
    "cp1252": "windows-1252",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "euc_kr": "euc-kr",
    "euc_jp": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
}
_REPLACED = frozenset(
    ["replacement", "hz-gb-2312", "iso-2022-kr", "csiso2022kr", "iso-2022-cn", "iso-2022-cn-ext"]
)
"""Names for which a browser shows nothing but one U+FFFD."""
_PYTHON = {
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "windows-1252": "cp1252",
    "x-user-defined": "cp1252",
    "replacement": "utf-8",
}
_GB = frozenset(["gbk", "gb18030"])
_CHINESE = _GB | {"big5"}
_SINGLE_BYTE_DEFAULTS = frozenset(["windows-1252", "x-user-defined", "replacement"])
_ONE_BYTE = re.compile(r"windows-|iso-?8859|koi8|x-|mac|replacement")

# Python's table of GB 18030 is that of 2000; what it reads as private characters has had places in Unicode since.
_PRIVATE = str.maketrans(
    dict(
        zip(
            "\ue5e5\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
            "\u3000\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19\u1e3f\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
            strict=True,
        )
    )
)
_WIDE_BLANK = b"\xa3\xa0"


def _as_browsers_read(error: UnicodeError) -> tuple[str, int]:
    """Single bytes that browsers know and Python does not: the euro of GBK, the controls of windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start]
    if error.encoding == "gb18030":
        return ("€", error.start + 1) if byte == 0x80 else ("\ufffd", error.end)
    if error.encoding == "charmap":
        return chr(byte), error.start + 1
    return "\ufffd", error.end


codecs.register_error("govaudit-browser", _as_browsers_read)


def decode(body: bytes, content_type: str = "") -> tuple[str, Charset]:
    """The page's text and how it was decoded.

    A byte order mark decides, then strict UTF-8, then what header and meta declare, then detection: the text as it
    was meant, which a browser that trusts a wrong declaration does not show. Never raises: what cannot be decoded
    becomes U+FFFD and is counted. ``Charset.contradiction``: the declarations name different encodings, or what a
    browser decodes with is not what the bytes are.
    """
    header = _header_of(content_type)
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            text = read_as(body[len(mark) :], encoding)
            meta = "" if encoding != "utf-8" else _declared_in_meta(body)
            return text, _charset(encoding, header, meta, text, shown=encoding, bom=True)
    meta = _declared_in_meta(body)
    by_header, by_meta = encoding_named(header), _of_meta(meta)
    in_xml = "" if by_header or by_meta else _declared_in_xml(body)
    shown = by_header or by_meta or encoding_named(in_xml)
    if "xhtml" in content_type:
        # The meta of an XML document declares nothing.
        shown = by_header or encoding_named(_declared_in_xml(body)) or "utf-8"
    text, used = _decoded(body, [name for name in (by_header, by_meta, encoding_named(in_xml)) if name])
    return text, _charset(used, header, meta, text, shown=shown, bom=False)


def encoding_named(label: str) -> str:
    """The encoding that browsers take for a label, empty for no or an unknown one."""
    name = label.strip().lower()
    if not name:
        return ""
    if name in _REPLACED:
        return "replacement"
    if name in {"gb18030", "x-user-defined"}:
        return name
    mapped = str(map_encoding_to_html5(name, fallback_utf8=False) or "")
    return _NAMES.get(mapped, mapped)


def read_as(body: bytes, encoding: str) -> str:
    """``body`` read as a browser reads ``encoding``; what is no character becomes U+FFFD."""
    text = body.decode(_PYTHON.get(encoding, encoding), "govaudit-browser")
    return text.translate(_PRIVATE) if _WIDE_BLANK in body and encoding in _GB else text


def text_of(body: bytes, charset: Charset) -> str:
    """The text of a page that was read before."""
    for mark, encoding in _BOMS:
        if charset.bom and charset.used == encoding:
            return read_as(body.removeprefix(mark), encoding)
    return read_as(body, charset.used)


def _decoded(body: bytes, declared: list[str]) -> tuple[str, str]:
    first = declared[0] if declared else ""
    if body.isascii():
        if first.startswith("utf-16") or first == "iso-2022-jp":
            return read_as(body, first), first
        return body.decode("ascii"), "utf-8" if first in {"", "replacement"} else first
    strict = _strict_utf8(body)
    if strict is not None and not _doubtful_utf8(strict, first):
        return strict, "utf-8"
    return _least_damaged(body, declared)


def _least_damaged(body: bytes, declared: list[str]) -> tuple[str, str]:
    """The declared encoding that fits best, else what the bytes look like. Any bytes at all are text of one byte a
    character: such an encoding is believed last."""
    best = ("", "", -1)
    candidates = [name for name in declared if not _ONE_BYTE.match(name)]
    guessed = _detected(body)
    if not (candidates and _ONE_BYTE.match(guessed)):
        candidates.append(guessed)
    for name in [*candidates, "utf-8"]:
        text = read_as(body, name)
        damaged = text.count("\ufffd")
        if best[2] < 0 or damaged * 2 < best[2]:
            best = (text, name, damaged)
        if not damaged:
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
    if declared not in _CHINESE:
        return False
    return not any("\u4e00" <= character <= "\u9fff" for character in text)


def _detected(body: bytes) -> str:
    found = encoding_named(str(detect_encoding(body, max_len=_SAMPLE) or "")) or "utf-8"
    if found == "gb18030":
        return "gbk"
    return (_chinese(body) or found) if _ONE_BYTE.match(found) else found


_TWO_BYTES = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_FREQUENT = (
    ("gbk", re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe]")),
    ("big5", re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|\xa1[\x40-\x7e\xa1-\xfe]")),
)


def _chinese(body: bytes) -> str:
    """``gbk`` or ``big5`` when all double bytes of a body with few of them are frequent Chinese characters."""
    pairs = _TWO_BYTES.findall(body)
    if not pairs or sum(map(len, pairs)) < sum(byte >= 0x80 for byte in body[:_SAMPLE]):
        return ""
    for name, frequent in _FREQUENT:
        if all(frequent.fullmatch(pair) for pair in pairs):
            return name
    return ""


def _header_of(content_type: str) -> str:
    match = _HEADER.search(content_type)
    return (match[1] or match[2] or "") if match else ""


def _declared_in_meta(body: bytes) -> str:
    found = _meta_within(body[:_META_WITHIN])
    if found or len(body) <= _META_WITHIN:
        return found
    head = body[:_HEAD_WITHIN]
    if b"charset" not in head and b"CHARSET" not in head:
        return ""
    head = _NO_MARKUP.sub(b"", head)
    end = _BODY.search(head)
    return _meta_within(head[: max(_META_WITHIN, end.start())] if end else head)


def _meta_within(head: bytes) -> str:
    match = _META.search(head)
    if match is None:
        return ""
    before = head[: match.start()].lower()
    if b"<!--" in before or b"<script" in before or b"<style" in before or b"<title" in before:
        head = _NO_MARKUP.sub(b"", head)
    for one in _META.finditer(head):
        label = _label_of(one[1])
        if label and _of_meta(label):
            return label
    return ""


def _label_of(meta: bytes) -> str:
    """What a ``<meta …>`` declares, as written."""
    attributes: dict[bytes, bytes] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(meta):
        attributes.setdefault(name.lower(), double or single or bare)
    written = attributes.get(b"charset", b"")
    if not written and attributes.get(b"http-equiv", b"").strip().lower() == b"content-type":
        match = _IN_CONTENT.search(attributes.get(b"content", b""))
        written = match[1] if match else b""
    return written.strip().rstrip(b"/").decode("latin-1")[:40]


def _of_meta(label: str) -> str:
    """A meta that can be read as ASCII cannot be UTF-16: browsers take UTF-8."""
    name = encoding_named(label)
    return {"utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}.get(name, name)


def _declared_in_xml(body: bytes) -> str:
    match = _XML.match(body[:200])
    return match[1].decode("ascii") if match else ""


def _family(encoding: str) -> str:
    return "gb" if encoding in _GB else encoding


def _charset(used: str, header: str, meta: str, text: str, *, shown: str, bom: bool) -> Charset:
    families = {_family(encoding_named(header) or header.lower())} if header else set[str]()
    if meta:
        families.add(_family(_of_meta(meta) if not header else encoding_named(meta) or meta.lower()))
    ascii_only = text.isascii()
    contradiction = len(families) > 1 or (not ascii_only and bool(families - {_family(used)}))
    if shown and _family(shown) != _family(used) and (not ascii_only or shown == "replacement"):
        contradiction = True
    return Charset(used, header, meta, bom, contradiction, text.count("\ufffd"), shown)
