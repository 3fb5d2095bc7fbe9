"""What of a home page nobody changes without notice: its title, its site labels, whose scripts and frames it loads, and
the networks that its name leads to.

Only these are looked for, since every visit asks for them: the page is not read as the crawl reads it.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from govaudit.crawler.reading.charset import decode
from govaudit.inspection.urls import WEB_SCHEMES, hostname_of, resolve, scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from govaudit.crawler.probes.availability import HomePage

LABELS = ("SiteName", "SiteDomain", "SiteIDCode")
_LONGEST = 300
_LOADED = {"script": "script[src]", "frame": "iframe[src], frame[src]"}
_MOST_HOSTS = 200
_PREFIX = {4: 24, 6: 48}


def sight(page: HomePage, owns: Callable[[str], bool]) -> dict[str, tuple[str, ...]]:
    """``title`` and ``label:<name>`` as shown (empty where there is none), ``script`` and ``frame``: hosts outside the
    site. ``owns``: whether an address belongs to the site. A page that forwards at once says nothing."""
    html, _ = decode(page.body, page.content_type)
    tree = LexborHTMLParser(html)
    if tree.css_first('meta[http-equiv="refresh" i][content*="url" i]') is not None:
        return {}
    labels = {
        (node.attributes.get("name") or "").lower(): node.attributes.get("content") or ""
        for node in tree.css("meta[name]")
    }
    title = tree.css_first("title")
    seen: dict[str, tuple[str, ...]] = {"title": (_plain(title.text() if title is not None else ""),)}
    seen |= {f"label:{name}": (_plain(labels.get(name.lower(), "")),) for name in LABELS}
    base = tree.css_first("base[href]")
    written = (base.attributes.get("href") or "") if base is not None else ""
    base_url = (resolve(page.url, written) or page.url) if written else page.url
    for what, selector in _LOADED.items():
        addresses = (node.attributes.get("src") or "" for node in tree.css(selector))
        seen[what] = tuple(sorted(_foreign(base_url, addresses, owns))[:_MOST_HOSTS])
    return seen


def _foreign(base: str, addresses: Iterable[str], owns: Callable[[str], bool]) -> set[str]:
    """Hosts of addresses that do not belong to the site."""
    resolved = (resolve(base, raw) for raw in addresses)
    return {
        hostname_of(url)
        for url in resolved
        if url is not None and scheme_of(url) in WEB_SCHEMES and not owns(url)
    }


def networks(addresses: Iterable[str]) -> tuple[str, ...]:
    """The networks that addresses lie in: single addresses change every hour where content is delivered."""
    found = (ipaddress.ip_address(one) for one in addresses)
    return tuple(
        sorted({str(ipaddress.ip_network((one, _PREFIX[one.version]), strict=False)) for one in found})
    )


def _plain(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:_LONGEST]
