"""Where on the page: line, character, XPath, heading and words of flagged places, worked out from the stored body."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.reading.charset import text_of
from govaudit.crawler.reading.links import raw_links
from govaudit.crawler.reading.outline import outline
from govaudit.inspection.errors import PrunedError
from govaudit.workflow.surroundings import quote_of, section_heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.crawler.reading.outline import Outline
    from govaudit.inspection.facts import RawLink
    from govaudit.inspection.finding import Finding, Locator
    from govaudit.inspection.site_facts import SiteFacts

_MARK = "govaudit-at"
_TAG = re.compile(r"<[a-zA-Z][^\s/>]*")
_MARKED = re.compile(rf" {_MARK}=\d+ ")
_LINE_END = re.compile(r"\r\n?|\n")
_FOREIGN = frozenset(["svg", "math"])


def located(findings: Iterable[Finding], facts: SiteFacts) -> Iterator[Finding]:
    """The findings, those with a raw reference completed by line, character and XPath. Each page is parsed once."""
    wanted = list(findings)
    by_page: dict[str, list[Finding]] = defaultdict(list)
    for finding in wanted:
        if finding.locator.raw:
            by_page[finding.page].append(finding)
    places: dict[str, Locator] = {}
    for page, concerned in by_page.items():
        with suppress(PrunedError):  # the finding holds, only nobody can say any more where on the page
            places.update(_places(page, concerned, facts))
    for finding in wanted:
        place = places.get(finding.id)
        yield msgspec.structs.replace(finding, locator=place) if place else finding


def _places(page: str, findings: list[Finding], facts: SiteFacts) -> dict[str, Locator]:
    """Places on the page that the judgement rests on: as the browser showed it where it did."""
    stored = facts.page(page)
    if stored is None:
        return {}
    rendering = facts.rendering(page) if stored.in_browser else None
    if rendering is not None and rendering[1]:
        shown = Source.of(rendering[1].decode())
        # What a browser shows has no lines that a webmaster could look up.
        return {
            one.id: msgspec.structs.replace(shown.locate(one.locator), line=0, character=0)
            for one in findings
        }
    body = facts.body(page)
    if not body:
        return {}
    source = Source.of(text_of(body, stored.reading.charset))
    return {one.id: source.locate(one.locator) for one in findings}


@dataclass(slots=True)
class Source:
    """The source of a page, parsed as a browser parses it, each element knowing where its tag begins."""

    text: str
    _page: Outline
    _starts: list[int]
    _links: list[RawLink]
    _elements: list[int]
    _lines: list[int]

    @classmethod
    def of(cls, text: str) -> Source:
        """Parse ``text``. Never raises on rubbish."""
        # The parser tells no places: each tag is given its own as an attribute, wherever something looks like a tag.
        page = outline(_TAG.sub(lambda tag: f"{tag[0]} {_MARK}={tag.start()} ", text))
        starts = [int(attributes.pop(_MARK, None) or -1) for attributes in page.attributes]
        for attributes in page.attributes:
            for name, value in attributes.items():
                if value and _MARK in value:
                    attributes[name] = _MARKED.sub("", value)
        for element, code in page.code.items():
            page.code[element] = _MARKED.sub("", code)
        elements: list[int] = []
        links = raw_links(page, elements)
        lines = [0, *(end.end() for end in _LINE_END.finditer(text))]
        return cls(text, page, starts, links, elements, lines)

    def locate(self, locator: Locator) -> Locator:
        """``locator`` with the place of its reference; unchanged when the page does not hold it."""
        element = self._element(locator)
        start = self._starts[element] if element >= 0 else self._written(locator.raw)
        line, character = self._line_of(start) if start >= 0 else (0, 0)
        if element < 0:
            return msgspec.structs.replace(locator, line=line, character=character)
        return msgspec.structs.replace(
            locator,
            line=line,
            character=character,
            xpath=self.xpath(element),
            heading=section_heading(self._page, element),
            quote=quote_of(self._page, element),
        )

    def xpath(self, element: int) -> str:
        """The path by which a browser's ``document.evaluate`` finds the element."""
        page, steps = self._page, []
        while element >= 0:
            parent, name = page.parent[element], page.tag[element]
            same = [
                one for one in (page.children(parent) if parent >= 0 else [element]) if page.tag[one] == name
            ]
            foreign = ":" in name or any(page.tag[one] in _FOREIGN for one in page.ancestors(element))
            step = f"*[name()='{name}']" if foreign else name
            steps.append(f"{step}[{same.index(element) + 1}]" if len(same) > 1 else step)
            element = parent
        return "/" + "/".join(reversed(steps))

    def _element(self, locator: Locator) -> int:
        """The element with that reference, the one with the same text first; -1 when there is none."""
        found = [
            (link.text, element)
            for link, element in zip(self._links, self._elements, strict=True)
            if link.raw == locator.raw
        ]
        same_text = [element for text, element in found if text == locator.text]
        return (same_text or [element for _, element in found] or [-1])[0]

    def _written(self, raw: str) -> int:
        """Where ``raw`` stands in what scripts only write later; -1 when it does not."""
        return max(self.text.find(raw), self.text.find(escape(raw)))

    def _line_of(self, start: int) -> tuple[int, int]:
        line = bisect_right(self._lines, start)
        return line, start - self._lines[line - 1] + 1
