"""Private numbers leave a page before it is read: they are masked in its bytes, so that nothing that is made of it
holds one. Addresses in attributes stay as they are, or links would break."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING

import re2

from govaudit.crawler.reading.charset import decode
from govaudit.inspection.private_numbers import (
    Found,
    PrivateNumber,
    heads_of_persons,
    holds_number,
    masked,
    private_numbers,
    sentence_at,
    without_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_TOLD = 100
"""Numbers of a page that are told; all are masked."""
# One run of a state machine over all bytes of every page: anything longer than a number of a person may hold one.
_CANDIDATE = re2.compile(
    rb"1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|[0-9]{15}|[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}"
    rb"|[0-9]{6} [0-9]{8} [0-9]{3}"
)
_IN_PIECES = re2.compile(rb"[1-9](?: ?[0-9]){16} ?[0-9Xx]")
_GAP = re.compile(r"(?<=[0-9]) (?=[0-9Xx])")
_WIDE_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_PART = re.compile(r"<!--.*?-->|<(script|style)\b[^>]*>.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:/?(?:p|div|tr|li|h\d|table|ul|ol|dl|dt|dd|section|article)|br)\b", re.IGNORECASE)
_ADDRESS = re.compile(
    rb"(?:\b(?:href|src|action|data-src|data-url|value|content)\s*=\s*[\"']?[^\"'<>\s]*[/?=&:][^\"'<>\s]*|"
    rb"https?://[^\"'<>\s]*)\Z",
    re.IGNORECASE,
)
_LONGEST_ADDRESS = 400
_AROUND = 24
_ROW = re.compile(r"<tr\b.*?</tr", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<t[dh]\b", re.IGNORECASE)
_TABLE = re.compile(r"<(/?)table\b", re.IGNORECASE)
_ROW_STARTS = re.compile(r"<tr\b", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_BETWEEN = rb"(?:<[^>]{0,300}>|&nbsp;|&ensp;|&#160;|\xc2\xa0|\xe3\x80\x80|[\s-]){0,40}"


def withhold(body: bytes, content_type: str = "") -> tuple[bytes, tuple[PrivateNumber, ...]]:
    """``body`` with its private numbers masked, and what may be told of them. Costs a scan where there is none."""
    if body[:2] in _WIDE_MARKS:
        text = body.decode("utf-16", errors="replace")
        kept, told = withhold(text.encode(errors="replace"))
        return (body[:2] + kept.decode().encode(_WIDE_MARKS[body[:2]]) if told else body), told
    if not any(_may_be_private(body, match) for match in _CANDIDATE.finditer(body)):
        return body, ()
    html, _ = decode(body, content_type)
    view = _View(html)
    found = [one for one in private_numbers(view.text, view.heading) if view.counts(one)]
    if not found:
        return body, ()
    for number, one in {
        view.text[one.start : one.stop]: one for one in found if one.kind != "contact"
    }.items():
        body = _masked_everywhere(body, number, one)
    return body, tuple(view.told(found))


def _may_be_private(body: bytes, match: re.Match[bytes]) -> bool:
    """Whether a long number, looked at alone, may be one of a person; most are moments and numbers of files."""
    start = match.start()
    return holds_number(
        body[max(0, start - _AROUND) : match.end() + _AROUND].decode("ascii", "replace")
    ) and not (_ADDRESS.search(body[max(0, start - _LONGEST_ADDRESS) : start]))


def withhold_split(body: bytes, shown: str) -> tuple[bytes, tuple[PrivateNumber, ...]]:
    """``body`` without the private numbers that a visitor sees in one piece though they are written in several, or in
    wide digits. ``shown``: its text with narrow digits, from which the others were withheld before."""
    encoded = shown.encode(errors="replace")
    if _CANDIDATE.search(encoded) is not None:
        body, told = _withheld_as_shown(body, shown, frozenset({"identity", "card", "mobile"}))
    else:
        told = []
    if _IN_PIECES.search(encoded) is not None:
        body, more = _withheld_as_shown(body, _GAP.sub("", shown), frozenset({"identity"}))
        told += more
    return body, tuple(told[:MOST_TOLD])


def _withheld_as_shown(body: bytes, shown: str, kinds: frozenset[str]) -> tuple[bytes, list[PrivateNumber]]:
    # What stands there in one piece was judged before, in its table.
    found = [
        one
        for one in private_numbers(shown)
        if one.kind in kinds and shown[one.start : one.stop].encode() not in body
    ]
    told = []
    safe = without_numbers(shown, found)
    for one in found:
        digits = [digit for digit in shown[one.start : one.stop] if digit not in " -"]
        kept = re.sub(_BETWEEN.join(map(_written, digits)), partial(_starred, kind=one.kind), body)
        if kept != body:
            body = kept
            sentence = sentence_at(safe, one.start, one.stop)
            told.append(PrivateNumber(one.kind, safe[one.start : one.stop], sentence))
    return body, told


def _written(digit: str) -> bytes:
    """A digit as bytes of a page may say it: plain, as a reference, wide in UTF-8 and in GBK."""
    code = ord(digit)
    wide = chr(code + 0xFEE0)
    forms = [
        re.escape(digit.encode()),
        rb"&#0*%d;" % code,
        rb"&#[xX]0*%x;" % code,
        re.escape(wide.encode()),
        re.escape(wide.encode("gbk", errors="ignore") or digit.encode()),
    ]
    return b"(?:" + b"|".join(forms) + b")"


_ONE = re.compile(
    rb"<[^>]*>|&nbsp;|&ensp;|&#160;|&#[0-9xXa-fA-F]+;|\xc2\xa0|\xe3\x80\x80|\xef\xbc.|\xa3[\xb0-\xd8]|[0-9Xx]|.",
    re.DOTALL,
)
_BLANKS = (b"<", b"&nbsp;", b"&ensp;", b"&#160;", b"\xc2\xa0", b"\xe3\x80\x80")


def _starred(match: re.Match[bytes], kind: str) -> bytes:
    pieces = _ONE.findall(match[0])
    digits = [
        place
        for place, piece in enumerate(pieces)
        if not piece.startswith(_BLANKS) and piece.strip(b" \t\r\n-")
    ]
    for place in digits[3 : len(digits) - (2 if kind == "identity" else 4)]:
        pieces[place] = b"*"
    return b"".join(pieces)


def _masked_everywhere(body: bytes, number: str, one: Found) -> bytes:
    written, stars = number.encode(), masked(number, one.kind).encode()

    def replaced(match: re.Match[bytes]) -> bytes:
        before = body[max(0, match.start() - _LONGEST_ADDRESS) : match.start()]
        return match[0] if _ADDRESS.search(before) else stars

    return re.sub(rb"(?<![0-9])" + re.escape(written) + rb"(?![0-9])", replaced, body)


class _View:
    """The source of a page as text: blanks instead of tags, so that every place is kept; breaks instead of those that
    end a line. What attributes and scripts hold stays where it is."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._starts: list[int] = []
        self._parts: list[tuple[int, str]] = []
        self.text = _PART.sub(self._blank, html)

    def _blank(self, match: re.Match[str]) -> str:
        start, stop = match.span()
        self._starts.append(start)
        script = match[1] is not None or match[0].startswith("<!--")
        self._parts.append((stop, "script" if script else "attribute"))
        sign = "\n" if _BREAK.match(match[0]) else " "
        if not any(character.isdigit() for character in match[0]) or len(match[0]) < 11:
            return sign * len(match[0])
        # Kept, since attributes and scripts may hold numbers; a break on both sides parts them from the text.
        inner = match[0][1:-1].replace("\n", " ")
        return f"\n{inner}\n"

    def _place(self, start: int) -> str:
        part = bisect_right(self._starts, start) - 1
        if part >= 0 and start < self._parts[part][0]:
            return self._parts[part][1]
        return "text"

    def counts(self, one: Found) -> bool:
        """Whether a number is not only part of an address, nor one of the many that scripts count with."""
        place = self._place(one.start)
        if place == "text":
            return True
        before = self._html[max(0, one.start - _LONGEST_ADDRESS) : one.start].encode(errors="replace")
        if _ADDRESS.search(before):
            return False
        return one.kind == "identity" or (place == "attribute" and one.kind == "card")

    def heading(self, place: int) -> str:
        """The first cell of the row and the head of the column of a table in which a place lies."""
        before = self._html[max(0, place - 200_000) : place]
        opened = list(_TABLE.finditer(before))
        depth = 0
        for match in reversed(opened):
            depth += -1 if match[1] else 1
            if depth > 0:
                break
        else:
            return ""
        rows = [row.start() for row in _ROW_STARTS.finditer(before, match.start())]
        if len(rows) < 2:
            return ""
        column = len(_CELL.findall(before, rows[-1]))
        head = _ROW.search(self._html, rows[0])
        cells = _CELL.split(head[0]) if head else []
        named = cells[column] if 0 < column < len(cells) else ""
        whole = " ".join(cells[1:]) if named else ""
        # A list of persons says so in its head; whom to call says so above the very column.
        return _TAG.sub("", f"<{named}") + "\n" + heads_of_persons(_TAG.sub(" ", f"<{whole}").split())

    def told(self, found: Iterable[Found]) -> list[PrivateNumber]:
        """What may be told of the numbers."""
        numbers = list(found)
        safe = without_numbers(self.text, numbers)
        return [
            PrivateNumber(
                one.kind,
                safe[one.start : one.stop],
                sentence_at(safe, one.start, one.stop),
                self._place(one.start),
            )
            for one in numbers[:MOST_TOLD]
        ]
