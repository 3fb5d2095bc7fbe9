"""Links as places: which anchor leads where, for the readers that need text and target together."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from govaudit.crawler.reading.links import anchor_text, scripted_addresses
from govaudit.crawler.reading.text import comparable, squeezed
from govaudit.inspection.urls import WEB_SCHEMES, host_of, resolve, scheme_of, without_fragment

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

_CLICKABLE = ("li", "tr", "td", "div", "span", "p")


@dataclass(frozen=True, slots=True)
class Anchor:
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
    known: dict[str, str] = field(default_factory=dict)

    def __call__(self, raw: str) -> str:
        """The web address that ``raw`` leads to, without fragment; empty when it leads to none."""
        if raw not in self.known:
            self.known[raw] = self._resolved(raw)
        return self.known[raw]

    def _resolved(self, raw: str) -> str:
        written = raw.strip()
        if not written or written.startswith("#"):
            return ""
        if written.startswith("/") or "://" in written[:8]:
            return _web_address(f"{scheme_of(self.base)}://{host_of(self.base)}/", raw, self.encoding)
        return _web_address(self.base, raw, self.encoding)


@lru_cache(maxsize=32768)
def _web_address(base: str, raw: str, encoding: str) -> str:
    """Kept over pages: what a site's templates write is the same on all of them."""
    url = resolve(base, raw, encoding)
    if url is None or scheme_of(url) not in WEB_SCHEMES:
        return ""
    return without_fragment(url)


class Anchors:
    """The anchors of a page in document order."""

    def __init__(self, page: Outline, resolver: Resolver) -> None:
        self.all: list[Anchor] = []
        self._elements: list[int] = []
        clickable = [element for element in page.of_tag(*_CLICKABLE) if "onclick" in page.attributes[element]]
        elements = page.of_tag("a")
        for element in sorted([*elements, *clickable]) if clickable else elements:
            anchor = _anchor(page, element, resolver)
            if anchor is not None:
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
    plain = squeezed(page.compared(element)) or squeezed(comparable(text, page.language))
    return Anchor(element, url, text, plain, page.start[element], page.stop[element])


def _scripted(raw: str, onclick: str, resolver: Resolver) -> str:
    for code in (raw, onclick):
        for address in scripted_addresses(code):
            url = resolver(address)
            if url:
                return url
    return ""
