"""Parts of a page that only a script writes: what is absent there is unknown, not missing."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.words import alternatives, word_set, words
from govaudit.crawler.reading.zones import name_parts
from govaudit.inspection.facts import MarkKind

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline
    from govaudit.inspection.facts import Mark

_IDENTITY = frozenset(
    [
        MarkKind.SITE_CODE,
        MarkKind.ICP,
        MarkKind.POLICE,
        MarkKind.SPONSOR,
        MarkKind.PARTY_GOVERNMENT,
    ]
)
_SHELL_TEXT = 150
_HARDLY_ANY_TEXT = 40
_LIBRARY = re.compile(r"jquery|swiper|superslide|bootstrap|layui|vue(?:\.min)?\.js|echarts", re.IGNORECASE)
_LOADS = re.compile(
    r"\.load\(\s*[\"']([^\"']{1,300})|document\.write|\.(?:html|append|innerHTML)\b|import|include",
    re.IGNORECASE,
)
_HOLDERS = frozenset(["div", "ul", "tbody", "dl", "table", "footer", "nav", "header", "section"])
_LIST_NAMES = frozenset(
    ["list", "lists", "newslist", "datalist", "listbox", "articlelist", "data", "result", "results"]
)


@cache
def _hints(part: str) -> re.Pattern[str]:
    return re.compile(alternatives("scripts", part), re.IGNORECASE)


def scripted_parts(
    page: Outline, marks: tuple[Mark, ...], *, navigation: bool, items: bool, text_length: int, leads_on: bool
) -> tuple[str, ...]:
    """``page``, ``footer``, ``navigation``, ``list``: what this page leaves to its scripts. ``navigation`` and
    ``items``: whether the source itself holds some; ``leads_on``: whether it sends its visitors to another page."""
    if _is_shell(page, text_length, leads_on=leads_on):
        return ("page",)
    addresses = [
        page.attributes[element].get("src") or ""
        for element, tag in enumerate(page.tag)
        if tag == "script" and page.attributes[element].get("src")
    ]
    inline = [code for element, code in page.code.items() if page.tag[element] == "script"]
    parts = []
    if not any(mark.kind in _IDENTITY for mark in marks) and _written(page, "footer", addresses, inline):
        parts.append("footer")
    if not navigation and _written(page, "navigation", addresses, inline):
        parts.append("navigation")
    if not items and _list_is_written(page, inline):
        parts.append("list")
    return tuple(parts)


def _is_shell(page: Outline, text_length: int, *, leads_on: bool) -> bool:
    if text_length > _SHELL_TEXT or not page.of_tag("script"):
        return False
    if text_length <= _HARDLY_ANY_TEXT and not leads_on and not _has_content(page):
        return True
    roots = word_set("scripts", "shell-roots")
    tags = word_set("scripts", "shell-tags")
    for element, tag in enumerate(page.tag):
        if tag in tags:
            return True
        identity = (page.attributes[element].get("id") or "").lower()
        if identity in roots and page.start[element] == page.stop[element]:
            return True
    sentences = words("scripts", "shell-sentences")
    return any(
        sentence in code
        for element, code in page.code.items()
        if page.tag[element] == "noscript"
        for sentence in sentences
    )


def _has_content(page: Outline) -> bool:
    """Whether the source itself shows a visitor something besides text: frames, pictures, or a link to follow."""
    if page.of_tag("iframe", "frame", "img", "object", "embed", "video", "form"):
        return True
    links = (page.attributes[element].get("href") or "" for element in page.of_tag("a", "area"))
    return any(
        link and not link.startswith("#") and not link.lower().startswith("javascript:") for link in links
    )


def _written(page: Outline, part: str, addresses: list[str], inline: list[str]) -> bool:
    hints = _hints(part)
    for address in addresses:
        path = address.partition("?")[0]
        if hints.search(path) and not _LIBRARY.search(path):
            return True
    for code in inline:
        if any(hints.search(match[1] or "") for match in _LOADS.finditer(code)):
            return True
        if _LOADS.search(code) and hints.search(code):
            return True
    names = word_set("zones", part)
    return any(
        page.tag[element] in _HOLDERS
        and page.start[element] == page.stop[element]
        and page.last[element] == element
        and name_parts(page.class_names(element)) & names
        for element in range(len(page))
    ) and bool(addresses or inline)


def _list_is_written(page: Outline, inline: list[str]) -> bool:
    hints = _hints("list")
    if any(hints.search(code) for code in inline):
        return True
    if any(
        "v-for" in attributes or "ng-repeat" in attributes for attributes in page.attributes if attributes
    ):
        return True
    return any(
        page.tag[element] in {"ul", "tbody", "div", "dl"}
        and page.start[element] == page.stop[element]
        and page.last[element] == element
        and name_parts(page.class_names(element)) & _LIST_NAMES
        for element in range(len(page))
    ) and any(tag == "script" for tag in page.tag)
