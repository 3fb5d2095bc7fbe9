"""Text as the reader compares it: narrow punctuation and digits, simplified characters, every place kept."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

import opencc

_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_ALIKE = {
    0x3000: " ",
    0xA0: " ",
    0x2002: " ",
    0x2003: " ",
    0x3014: "[",
    0x3015: "]",
    0x3010: "[",
    0x3011: "]",
}
_NARROW = _WIDE | _ALIKE | {0x2014: "-", 0x2013: "-", 0x2212: "-", 0x25CB: "〇", 0x25EF: "〇"}
# A replacement costs a hundredth of a translation of the whole text, so the frequent ones go first.
_FREQUENT = tuple((wide, _NARROW[ord(wide)]) for wide in "：，（）；！？　\xa0—–〔〕【】｜～")
_RARE = re.compile("[" + "".join(map(chr, _NARROW)) + "]")
_CJK = range(0x4E00, 0xA000)

# Frequent characters that have another form on the other side, so that a few lines of text are enough to tell.
_TRADITIONAL = re.compile("[務國關發時間會門開於為與個這們來對說學業產區縣訊聯繫電網頁線辦單當實現經濟請問]")
_SIMPLIFIED = re.compile("[务国关发时间会门开于为与个这们来对说学业产区县讯联系电网页线办单当实现经济请问]")
_RARE_OR_TRADITIONAL = re.compile(_RARE.pattern[:-1] + _TRADITIONAL.pattern[1:])
_MANY = 5


@cache
def _to_simplified() -> dict[int, str]:
    converter = opencc.OpenCC("t2s")
    characters = "".join(map(chr, _CJK))
    converted = str(converter.convert("\n".join(characters))).split("\n")
    return {
        ord(old): new for old, new in zip(characters, converted, strict=True) if old != new and len(new) == 1
    }


@cache
def _narrow_and_simplified() -> dict[int, str]:
    return _to_simplified() | _NARROW


def language_of(text: str) -> str:
    """``zh-Hans``, ``zh-Hant``, or empty when there is too little Chinese to tell."""
    if text.isascii():
        return ""
    traditional = len(_TRADITIONAL.findall(text))
    simplified = len(_SIMPLIFIED.findall(text))
    if traditional + simplified < 2:
        return ""
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def comparable(text: str, language: str) -> str:
    """``text`` with narrow forms and simplified characters; as long as ``text``, each character at its place."""
    if text.isascii():
        return text
    if language == "zh-Hant" or len(_TRADITIONAL.findall(text)) >= _MANY:
        return text.translate(_narrow_and_simplified())
    return _narrow(text)


def language_and_comparable(text: str) -> tuple[str, str]:
    """``language_of`` a long text and the text ``comparable`` for it, with one search for what both ask."""
    if text.isascii():
        return "", text
    narrowed = _frequent_narrowed(text)
    # One search for what is rare in either way.
    if _RARE_OR_TRADITIONAL.search(narrowed):
        if _TRADITIONAL.search(narrowed):
            language = language_of(text)
            return language, comparable(text, language)
        narrowed = narrowed.translate(_NARROW)
    several = len(list(islice(_SIMPLIFIED.finditer(text), 2))) == 2
    return "zh-Hans" if several else "", narrowed


def _narrow(text: str) -> str:
    text = _frequent_narrowed(text)
    return text.translate(_NARROW) if _RARE.search(text) else text


def _frequent_narrowed(text: str) -> str:
    for wide, narrow in _FREQUENT:
        text = text.replace(wide, narrow)
    return text


def squeezed(text: str) -> str:
    """``text`` without any blanks."""
    return "".join(text.split())


def collapsed(text: str, limit: int = 0) -> str:
    """``text`` with single blanks, at most ``limit`` characters when that is given."""
    tidy = " ".join(text.split())
    return tidy[:limit] if limit else tidy
