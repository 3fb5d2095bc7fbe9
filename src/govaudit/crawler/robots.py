"""robots.txt: of the site's own hosts for the crawl; of others as far as it speaks to us by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from protego import Protego

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PRODUCT = "govaudit"
_LONGEST = 512_000
_LONGEST_DELAY = 5.0
_NAMED = re.compile(r"^[ \t\ufeff]*user-agent[ \t]*:[ \t]*([^\s#]+)", re.IGNORECASE | re.MULTILINE)
_VERSION = re.compile(r"^([ \t\ufeff]*user-agent[ \t]*:[ \t]*[^\s/#]+)/[^\s#]*", re.IGNORECASE | re.MULTILINE)
_TOKEN = re.compile(r"(?:compatible;\s*)([A-Za-z_-]+)|^(?!Mozilla/)([A-Za-z_-]+)")


def origin_of(url: str) -> str:
    """Scheme and authority of a canonical address."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def product_of(user_agent: str) -> str:
    """The name by which robots.txt files speak to a crawler of this user agent: ours wherever it stands in it."""
    if PRODUCT in user_agent.lower():
        return PRODUCT
    match = _TOKEN.search(user_agent)
    return (match[1] or match[2]).lower() if match else PRODUCT


class Robots:
    """Rules of every origin that was asked for them. No file (4xx) and no answer both mean: no rules."""

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[bytes]],
        user_agent: str,
        *,
        ignored: bool,
    ) -> None:
        """``fetch``: address → the file, empty when there is none; ``ignored``: everything is allowed."""
        self._fetch = fetch
        self._product = product_of(user_agent)
        self._ignored = ignored
        self._rules: dict[str, Protego | None] = {}
        self._rules_by_name: dict[str, Protego | None] = {}

    async def learn(self, origin: str) -> float:
        """Ask ``origin`` for its rules, once. Returns the ``Crawl-delay`` in seconds, 0 when there is none."""
        if self._ignored or origin in self._rules:
            return 0.0
        self._rules[origin] = None
        text = await self._text_of(origin)
        if not text:
            return 0.0
        rules = Protego.parse(text)
        self._rules[origin] = rules
        delay = rules.crawl_delay(self._product)
        return min(float(delay), _LONGEST_DELAY) if delay else 0.0

    async def welcomes(self, url: str) -> bool:
        """Whether somebody else's page may be opened. Its origin is asked once; only rules that name us count: one
        request for a link is what any visitor does, rules for all crawlers are about reading a site."""
        if self._ignored:
            return True
        origin = origin_of(url)
        if origin not in self._rules_by_name:
            self._rules_by_name[origin] = None
            text = await self._text_of(origin)
            if self._product in map(str.lower, _NAMED.findall(text)):
                self._rules_by_name[origin] = Protego.parse(text)
        rules = self._rules_by_name[origin]
        return rules is None or bool(rules.can_fetch(url, self._product))

    def knows(self, origin: str) -> bool:
        """Whether the origin was asked."""
        return self._ignored or origin in self._rules

    def allow(self, url: str) -> bool:
        """Whether the page may be read; origins that were not asked have no rules."""
        rules = self._rules.get(origin_of(url))
        return rules is None or bool(rules.can_fetch(url, self._product))

    def sitemaps(self, origin: str) -> list[str]:
        """Addresses of site maps that the file names."""
        rules = self._rules.get(origin)
        return list(rules.sitemaps) if rules is not None else []

    async def _text_of(self, origin: str) -> str:
        body = await self._fetch(f"{origin}/robots.txt")
        return _VERSION.sub(r"\1", body[:_LONGEST].decode("utf-8", errors="replace"))
