"""Links as places: which anchor leads where, for the readers that need text and target together."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from string import ascii_letters, digits
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.reading.links import anchor_text, script_of, scripted_addresses
from govaudit.crawler.reading.text import collapsed, comparable, squeezed
from govaudit.inspection.urls import WEB_SCHEMES, host_of, resolve, scheme_of, without_fragment

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_FROM_FOLDER = frozenset("._" + ascii_letters + digits)
_WRITES = re.compile(r"document\.write(?:ln)?\(\s{0,4}([\"'])([^\"'<>\\]{2,300})\1")
_LONGEST_TEXT = 200
_CLICKABLE = ("li", "tr", "td", "div", "span", "p")


class Anchor(msgspec.Struct, frozen=True):
    """A link at ``start``–``stop`` of the text. ``url``: absolute without fragment, empty when no web address.
    ``plain``: its text without blanks, narrow and simplified."""

    element: int
    url: str
    text: str
    plain: str
    start: int
    stop: int


@dataclass(slots=True)
class Resolver:
    """Absolute addresses of what a page writes. ``base``: address that relative ones start from."""

    base: str
    encoding: str = "utf-8"
    _root: str = field(init=False)
    _folder: str = field(init=False)

    def __post_init__(self) -> None:
        self._root = f"{scheme_of(self.base)}://{host_of(self.base)}/"
        before = self.base.partition("#")[0].partition("?")[0].rpartition("/")[0]
        self._folder = _folder_of(before) or self.base

    def __call__(self, raw: str) -> str:
        """The web address that ``raw`` leads to, without fragment; empty when it leads to none."""
        written = raw.strip()
        if not written or written[0] == "#":
            return ""
        if written[0] == "/" or "://" in written[:8]:
            return _web_address(self._root, raw, self.encoding)
        # Most relative addresses mean the same on all pages of a folder.
        from_folder = written[0] in _FROM_FOLDER and ":" not in written
        return _web_address(self._folder if from_folder else self.base, raw, self.encoding)


@lru_cache(maxsize=4096)
def _folder_of(before_slash: str) -> str:
    return resolve(before_slash + "/", ".") or ""


@lru_cache(maxsize=32768)
def _web_address(base: str, raw: str, encoding: str) -> str:
    """Kept over pages: what a site's templates write is the same on all of them."""
    url = resolve(base, raw, encoding)
    if url is None or scheme_of(url) not in WEB_SCHEMES:
        return ""
    return without_fragment(url)


class Anchors:
    """The anchors of a page in document order. ``written``: how many have a text that a script writes."""

    def __init__(self, page: Outline, resolver: Resolver) -> None:
        self.all: list[Anchor] = []
        self.written = 0
        self._elements: list[int] = []
        attributes = page.attributes
        clickable = [
            element for tag in _CLICKABLE for element in page.of_tag(tag) if "onclick" in attributes[element]
        ]
        elements = page.of_tag("a")
        for element in sorted([*elements, *clickable]) if clickable else elements:
            anchor = _anchor(page, element, resolver)
            if anchor is not None:
                if not anchor.text and page.last[element] > element and (text := _written(page, element)):
                    anchor = msgspec.structs.replace(
                        anchor, text=text, plain=squeezed(comparable(text, page.language))
                    )
                    self.written += 1
                self.all.append(anchor)
                self._elements.append(element)

    def within(self, page: Outline, outer: int) -> list[Anchor]:
        """Anchors inside ``outer``, itself included."""
        return self.all[
            bisect_left(self._elements, outer) : bisect_left(self._elements, page.last[outer] + 1)
        ]

    def of(self, element: int) -> Anchor | None:
        """The anchor that ``element`` is."""
        index = bisect_left(self._elements, element)
        if index < len(self._elements) and self._elements[index] == element:
            return self.all[index]
        return None

    def around(self, page: Outline, place: int) -> Anchor | None:
        """The anchor that holds the text at ``place``."""
        for element in page.ancestors(page.owner_at(place)):
            anchor = self.of(element)
            if anchor is not None:
                return anchor
        return None


def _written(page: Outline, element: int) -> str:
    """The text that an inline script writes into an element: ``document.write("…")``."""
    for inner in range(element + 1, page.last[element] + 1):
        match = _WRITES.search(page.code[inner]) if inner in page.code else None
        if match is not None:
            return collapsed(match[2], _LONGEST_TEXT)
    return ""


def _anchor(page: Outline, element: int, resolver: Resolver) -> Anchor | None:
    attributes = page.attributes[element]
    if page.tag[element] == "a":
        raw = attributes.get("href") or attributes.get("xlink:href") or ""
        url = resolver(raw) or _scripted(raw, attributes.get("onclick") or "", resolver)
    else:
        url = _scripted("", attributes["onclick"] or "", resolver)
        if not url:
            return None
    text = anchor_text(page, element)
    start, stop = page.start[element], page.stop[element]
    plain = "".join(page.plain[start:stop].split()) or squeezed(comparable(text, page.language))
    return Anchor(element, url, text, plain, start, stop)


def _scripted(raw: str, onclick: str, resolver: Resolver) -> str:
    for address in (
        *(scripted_addresses(script_of(raw)) if raw else ()),
        *(scripted_addresses(onclick, handler=True) if onclick else ()),
    ):
        url = resolver(address)
        if url:
            return url
    return ""
