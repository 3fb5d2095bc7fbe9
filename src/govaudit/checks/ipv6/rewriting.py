"""Ways into IPv6 that lead links of other sites over names of their own, so that visitors with IPv6 alone get there.

Such a translator writes ``www-news-example.six.mou.gov.cn`` or ``six.mou.gov.cn/http/www.news.example/`` into the pages
that it hands out over IPv6, where the page over IPv4 has ``www.news.example``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.inspection.urls import without_www

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.ipv6.both_families import Contents, Seen

_BETWEEN = re.compile(r"(?:%2e|%2f|%3a|[^a-z0-9])+")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """``old``, ``new``: hosts that the home page refers to over IPv4 and over IPv6, without ``www.``; ``led``: those of
    ``old`` that a translator leads another way."""

    old: frozenset[str]
    new: frozenset[str]
    led: frozenset[str]

    def is_led(self, link: str) -> bool:
        """Whether a link (without scheme and ``www.``) is one that is led another way, or is that way."""
        return host_in(link) in self.led or any(_names(self._telling(link), host) for host in self.led)

    def _telling(self, link: str) -> str:
        return _telling(link, self.old)


def rewriting(contents: Contents) -> Rewriting:
    """What the visits of both families show of a translator."""
    old, new = _hosts(contents.ipv4), _hosts(contents.ipv6)
    ways = "".join({_telling(link, old) for seen in contents.ipv6 for link in (*seen.links, *seen.resources)})
    led = frozenset(host for host in old - new if _names(ways, host)) if new else frozenset[str]()
    return Rewriting(old, new, led)


def host_in(link: str) -> str:
    """Host of a link without scheme and ``www.``, as visits keep them."""
    return without_www(re.split(r"[/?#:]", link, maxsplit=1)[0])


def _hosts(visits: Iterable[Seen]) -> frozenset[str]:
    return frozenset(host_in(link) for seen in visits for link in (*seen.links, *seen.resources))


def _telling(link: str, known: frozenset[str]) -> str:
    """What of a link may name another host: nothing of a host that the page names over IPv4, too."""
    rest = link[len(host_in(link)) :] if host_in(link) in known else link
    return f" {_plain(rest)} "


def _names(text: str, host: str) -> bool:
    return "." in host and _plain(host) in text


def _plain(text: str) -> str:
    return f".{_BETWEEN.sub('.', text.lower())}."
