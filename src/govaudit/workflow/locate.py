"""Where on the page: line and XPath of flagged places, worked out from the stored body."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import lxml.html
import msgspec
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from govaudit.inspection.finding import Finding, Locator
    from govaudit.inspection.site_facts import SiteFacts

_REFERRING = (
    "href",
    "src",
    "action",
    "data",
    "background",
    "poster",
    "srcset",
    "data-src",
    "onclick",
    "style",
)


def located(findings: Iterable[Finding], facts: SiteFacts) -> Iterator[Finding]:
    """The findings, those with a raw reference completed by line and XPath. Each page is parsed once."""
    wanted = list(findings)
    by_page: dict[str, list[Finding]] = defaultdict(list)
    for finding in wanted:
        if finding.locator.raw:
            by_page[finding.page].append(finding)
    places: dict[str, Locator] = {}
    for page, concerned in by_page.items():
        places.update(_places(page, concerned, facts))
    for finding in wanted:
        place = places.get(finding.id)
        yield msgspec.structs.replace(finding, locator=place) if place else finding


def _places(page: str, findings: list[Finding], facts: SiteFacts) -> dict[str, Locator]:
    body = facts.body(page)
    stored = facts.page(page)
    if not body or stored is None:
        return {}
    tree = _tree(body, stored.reading.charset.used)
    if tree is None:
        return {}
    by_value: dict[str, list[etree._Element]] = defaultdict(list)
    for element in tree.iter(etree.Element):
        for name in _REFERRING:
            value = element.get(name)
            if value:
                by_value[value.strip()].append(element)
    paths = tree.getroottree()
    found: dict[str, Locator] = {}
    for finding in findings:
        element = _best(by_value, finding.locator)
        if element is not None:
            found[finding.id] = msgspec.structs.replace(
                finding.locator, xpath=paths.getpath(element), line=element.sourceline or 0
            )
    return found


def _tree(body: bytes, charset: str) -> lxml.html.HtmlElement | None:
    parser = lxml.html.HTMLParser(encoding=charset if charset != "gb18030" else "gb18030", huge_tree=True)
    try:
        return lxml.html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, LookupError):
        return None


def _best(by_value: dict[str, list[etree._Element]], locator: Locator) -> etree._Element | None:
    """The element with that reference, the one with the same text first; parts of a longer value (srcset, style,
    onclick) come last."""
    elements = by_value.get(locator.raw.strip(), [])
    for element in elements:
        if locator.text and locator.text in str(element.xpath("string()")):
            return element
    if elements:
        return elements[0]
    for value, holders in by_value.items():
        if locator.raw in value:
            return holders[0]
    return None
