"""Links to other sites that a page conceals from its visitors, and scripts that lead visitors of search engines
elsewhere."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.reading.links import anchor_text
from govaudit.crawler.rules.tables import concealment
from govaudit.inspection.facts import Concealed
from govaudit.inspection.urls import hostname_of

if TYPE_CHECKING:
    from govaudit.crawler.reading.outline import Outline

MOST = 50
_LEADING = 160


class _Signs(msgspec.Struct, frozen=True):
    around: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]
    own: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]
    script: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]


@cache
def _signs() -> _Signs:
    table = concealment()
    return _Signs(*(
        tuple((name, tuple(re.compile(one, re.IGNORECASE) for one in patterns)) for name, patterns in part.items())
        for part in (table.around, table.own, table.script)
    ))  # fmt: skip


def concealed(page: Outline, url: str) -> tuple[Concealed, ...]:
    """What the page at ``url`` conceals; links to its own host are left out."""
    found: list[Concealed] = []
    own = hostname_of(url)
    home = (f"http://{own}/", f"https://{own}/")
    known: dict[int, str] = {}
    for element in page.of_tag("a"):
        raw = page.attributes[element].get("href")
        if not raw or raw[:5].lower() not in {"http:", "https"} or raw.startswith(home):
            continue
        if hostname_of(raw) != own:
            how = _how(page, element, known)
            if how:
                found.append(Concealed(how, raw[:_LEADING], anchor_text(page, element)))
    for code in page.code.values():
        if "document" in code and ("referrer" in code or "write" in code):
            found += [
                Concealed(name, "", " ".join(code.split())[:_LEADING])
                for name, patterns in _signs().script
                if all(pattern.search(code) for pattern in patterns)
            ]
    return tuple(found[:MOST])


def _how(page: Outline, element: int, known: dict[int, str]) -> str:
    style = page.attributes[element].get("style")
    how = _met(style, _signs().own) if style else ""
    return how or _around(page, element, known)


def _around(page: Outline, element: int, known: dict[int, str]) -> str:
    """How an element or what is around it is concealed; looked at once for all links in it."""
    chain = []
    how = ""
    while element >= 0 and not how:
        if element in known:
            how = known[element]
            break
        chain.append(element)
        attributes = page.attributes[element]
        style = attributes.get("style")
        if style:
            how = _met(style, _signs().around)
        elif page.tag[element] == "marquee" and {attributes.get("height"), attributes.get("width")} & {
            "0",
            "1",
            "0px",
            "1px",
        }:
            how = "no-room"
        element = page.parent[element]
    known.update(dict.fromkeys(chain, how))
    return how


def _met(style: str, signs: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]) -> str:
    written = "".join(style.lower().split())
    return next(
        (name for name, patterns in signs if all(pattern.search(written) for pattern in patterns)), ""
    )
