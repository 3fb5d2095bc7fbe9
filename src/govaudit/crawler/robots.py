"""robots.txt of the site's own hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protego import Protego

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_LONGEST = 512_000
_LONGEST_DELAY = 5.0


def origin_of(url: str) -> str:
    """Scheme and authority of a canonical address."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


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
        self._user_agent = user_agent
        self._ignored = ignored
        self._rules: dict[str, Protego | None] = {}

    async def learn(self, origin: str) -> float:
        """Ask ``origin`` for its rules, once. Returns the ``Crawl-delay`` in seconds, 0 when there is none."""
        if self._ignored or origin in self._rules:
            return 0.0
        self._rules[origin] = None
        body = await self._fetch(f"{origin}/robots.txt")
        if not body:
            return 0.0
        rules = Protego.parse(body[:_LONGEST].decode("utf-8", errors="replace"))
        self._rules[origin] = rules
        delay = rules.crawl_delay(self._user_agent)
        return min(float(delay), _LONGEST_DELAY) if delay else 0.0

    def knows(self, origin: str) -> bool:
        """Whether the origin was asked."""
        return self._ignored or origin in self._rules

    def allow(self, url: str) -> bool:
        """Whether the page may be read; origins that were not asked have no rules."""
        rules = self._rules.get(origin_of(url))
        return rules is None or bool(rules.can_fetch(url, self._user_agent))

    def sitemaps(self, origin: str) -> list[str]:
        """Addresses of site maps that the file names."""
        rules = self._rules.get(origin)
        return list(rules.sitemaps) if rules is not None else []
