"""The home page as it comes over each address family, several times, so that what differs from visit to visit is known.

One probe of the kind ``contents``. Subject: the home page. Result: ``ipv4`` and ``ipv6``: visits in the order in which
they were made, each ``{"at", "opened", "status", "reason", "step", "error", "address", "final_url", "title",
"marks", "links", "resources"}``; ``marks``: kind and value of what government pages have to show, ``links``: targets of
the page's links (``a``, ``area``), each once, without scheme and ``www.``, ``resources``: of what it loads;
``likeness``: how much of its text the page has in common over both families, and ``baseline``: with itself over IPv4,
0 to 1, digits left out; ``pages``: family → the page as it first came (zlib, then base64), for the evidence.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any, Literal

from govaudit.crawler.page_text import text_of
from govaudit.crawler.probes.steps import error_of, step_of
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.facts import RESOURCE_TAGS, Lane, Probe, Tag
from govaudit.inspection.urls import WEB_SCHEMES, own_identity, resolve, scheme_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.crawler.downloader.visit import Visit, Visitor
    from govaudit.crawler.page_text import PageText

KIND = "contents"
MORE_ROUNDS = 2
"""When the families differ: a page that comes in two versions by chance is told by asking more often."""
_LONGEST_KEPT = 4_000_000
_CLICKED = frozenset({Tag.A, Tag.AREA})

Family = Literal["ipv4", "ipv6"]
_BOTH: tuple[Family, Family] = ("ipv4", "ipv6")


class Comparison:
    """The visits of both families, a round at a time."""

    def __init__(self, home: str, visitors: dict[Family, Visitor]) -> None:
        self._home = home
        self._visitors = visitors
        self._seen: dict[Family, list[dict[str, Any]]] = {family: [] for family in visitors}
        self._texts: dict[Family, list[PageText]] = {family: [] for family in visitors}
        self._pages: dict[Family, bytes] = {}

    async def rounds(self, count: int) -> bool:
        """Ask for the page ``count`` times over each family in turn. ``False``: the crawl is ending."""
        for family, visitor in list(self._visitors.items()) * count:
            visit = await visitor.visit(self._home, Lane.PAGE, look=2)
            if visit.stopped:
                return False
            seen, text = _seen(visit)
            self._seen[family].append(seen)
            if text is not None:
                self._texts[family].append(text)
                self._pages.setdefault(family, visit.body[:_LONGEST_KEPT])
        return True

    def opened(self, family: Family) -> bool:
        """Whether the page opened over ``family`` so far."""
        return any(one["opened"] for one in self._seen.get(family, ()))

    def differs(self) -> bool:
        """Whether one family has so far had another title, or links that the other one never had."""
        old, new = ([one for one in self._seen.get(family, ()) if one["opened"]] for family in _BOTH)
        if not old or not new:
            return False
        titles, links = ([[one[name] for one in seen] for seen in (old, new)] for name in ("title", "links"))
        always = [set(seen[0]).intersection(*seen) for seen in links]
        ever = [set[str]().union(*seen) for seen in links]
        return not set(titles[0]) & set(titles[1]) or not (always[0] <= ever[1] and always[1] <= ever[0])

    def probe(self) -> Probe:
        """What was seen."""
        old, new = self._texts.get("ipv4", []), self._texts.get("ipv6", [])
        return Probe(
            kind=KIND,
            subject=self._home,
            at=next(one["at"] for visits in self._seen.values() for one in visits),
            result={
                "ipv4": self._seen.get("ipv4", []),
                "ipv6": self._seen.get("ipv6", []),
                "likeness": _likeness(old[:1], new[:1]),
                "baseline": _likeness(old[:1], old[1:2]),
                "pages": {
                    family: base64.b64encode(zlib.compress(body)).decode()
                    for family, body in self._pages.items()
                },
            },
        )


def _likeness(one: list[PageText], other: list[PageText]) -> float:
    return round(one[0].likeness(other[0]), 3) if one and other else 0.0


def _seen(visit: Visit) -> tuple[dict[str, Any], PageText | None]:
    fetch = visit.fetch
    seen: dict[str, Any] = {
        "at": fetch.at,
        "opened": fetch.opened,
        "status": fetch.status,
        "reason": fetch.reason.value if fetch.reason else "",
        "step": step_of(fetch),
        "error": error_of(fetch),
        "address": fetch.address,
        "final_url": fetch.final_url,
        "title": "",
        "marks": [],
        "links": [],
        "resources": [],
    }
    if not fetch.opened:
        return seen, None
    reading, links = read_page(visit.body, fetch.final_url, fetch.content_type, home=True)
    if reading.challenge:
        seen |= {
            "opened": False,
            "reason": Reason.BLOCKED_PAGE.value,
            "step": "http",
            "error": f"wall: {reading.challenge}",
        }
        return seen, None

    def targets(tags: frozenset[Tag]) -> list[str]:
        base = reading.base or fetch.final_url
        wanted = (link.raw for link in links if link.tag in tags and link.raw)
        found = (resolve(base, raw, reading.charset.used) for raw in wanted)
        return sorted({own_identity(url) for url in found if url and scheme_of(url) in WEB_SCHEMES})

    seen |= {
        "title": " ".join(reading.title.split()),
        "marks": sorted({(mark.kind.value, mark.value) for mark in reading.marks}),
        "links": targets(_CLICKED),
        "resources": targets(RESOURCE_TAGS),
    }
    return seen, text_of(visit.body, reading.charset.used)
