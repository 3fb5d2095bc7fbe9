"""Markup in such numbers that the parser's cost grows with their square: cut down before it is parsed."""

from __future__ import annotations

import re

MOST_OPTIONS = 5_000
MOST_ATTRIBUTES = 1_000
_HARMLESS = 65_536
"""Characters in which no flood is long enough to matter."""
_LONG_TAG = re.compile(r"<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*'){5000,}>?")
_LONGEST_TAG = 5_000
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_SEPARATOR = re.compile(r"[\s/]+")
_OPTION = re.compile(r"<(/?)opt(?:ion|group)\b", re.IGNORECASE)


def without_floods(html: str) -> str:
    """``html`` with at most so many options, and no element with more attributes than any page needs. What is left
    out are options and attributes only: their text stays."""
    if len(html) <= _HARMLESS:
        return html
    if len(_OPTION.findall(html)) > MOST_OPTIONS:
        html = _with_fewer_options(html)
    return _LONG_TAG.sub(_with_fewer_attributes, html)


def _with_fewer_options(html: str) -> str:
    seen = 0

    def kept(match: re.Match[str]) -> str:
        nonlocal seen
        seen += not match[1]
        return match[0] if seen <= MOST_OPTIONS else f"<{match[1]}wbr"

    return _OPTION.sub(kept, html)


def _with_fewer_attributes(match: re.Match[str]) -> str:
    tag = match[0]
    if len(_SEPARATOR.findall(_QUOTED.sub("", tag))) <= MOST_ATTRIBUTES:
        return tag
    return f"{tag[:_LONGEST_TAG].rsplit(None, 1)[0]}>"
