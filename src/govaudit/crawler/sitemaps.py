"""Site maps (sitemaps.org) and feeds (RSS, Atom): addresses that no page may lead to."""

from __future__ import annotations

import gzip
import re
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

from govaudit.inspection.urls import resolve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

MOST_FILES = 50
MOST_ADDRESSES = 50_000
LONGEST = 20_000_000
_GZIP = b"\x1f\x8b"
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_BLANKS = b"\xef\xbb\xbf \t\r\n"
_LISTED = frozenset(["url", "urlset"])
_LISTED_MAPS = frozenset(["sitemap", "sitemapindex"])
_ENTRIES = frozenset(["item", "entry"])
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_FEED_WITHIN = 2000


def locations(body: bytes) -> tuple[list[str], list[str]]:
    """Addresses of pages and of further site maps, as written. Empty for anything that is no site map; what can be read
    of a broken one counts."""
    pages: list[str] = []
    maps: list[str] = []
    plain = _unpacked(body).lstrip(_BLANKS)
    if not plain.startswith(b"<"):
        return _listed(plain), maps
    for element in _elements(plain):
        name = _name(element)
        if name == "loc" and element.text:
            parent = element.getparent()
            holder = "" if parent is None else _name(parent)
            if holder in _LISTED:
                pages.append(element.text.strip())
            elif holder in _LISTED_MAPS:
                maps.append(element.text.strip())
            if len(pages) >= MOST_ADDRESSES:
                break
        elif name in {"url", "sitemap"}:
            _forget(element)
    return pages, maps


def feed_entries(body: bytes) -> list[str]:
    """Addresses of the entries of a feed, as written; empty for anything else."""
    if _FEED.search(body[:_FEED_WITHIN]) is None:
        return []
    found: dict[str, None] = {}
    for element in _elements(body.lstrip(_BLANKS)):
        if _name(element) != "link":
            continue
        parent = element.getparent()
        if (
            parent is not None
            and _name(parent) in _ENTRIES
            and element.get("rel", "alternate") == "alternate"
        ):
            address = (element.get("href") or element.text or "").strip()
            if address:
                found[address] = None
    return list(found)[:MOST_ADDRESSES]


def _elements(plain: bytes) -> Iterator[etree._Element]:
    """Elements at their end, as far as they can be read."""
    walk = etree.iterparse(
        BytesIO(_BARE_AMPERSAND.sub(b"&amp;", plain)),
        events=("end",), resolve_entities=False, no_network=True, recover=True, huge_tree=False,
    )  # fmt: skip
    try:
        for _, element in walk:
            if isinstance(element.tag, str):
                yield element
    except (etree.XMLSyntaxError, ValueError):
        return


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _forget(element: etree._Element) -> None:
    """Free what was read: a map of any size takes the room of one entry."""
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _listed(plain: bytes) -> list[str]:
    """A site map of plain text: one address a line."""
    if not plain[:8].lower().startswith((b"http://", b"https://")):
        return []
    lines = plain.decode("utf-8", "replace").splitlines()
    return [line.strip() for line in lines[:MOST_ADDRESSES] if line.strip()]


def _unpacked(body: bytes) -> bytes:
    """The map itself: as much of a packed one as can be read, up to ``LONGEST``."""
    if not body.startswith(_GZIP):
        return body[:LONGEST]
    plain = bytearray()
    try:
        with gzip.open(BytesIO(body)) as stream:
            while len(plain) < LONGEST and (part := stream.read1(65_536)):
                plain += part
    except (OSError, zlib.error, EOFError):
        pass
    return bytes(plain[:LONGEST])


async def all_locations(
    first: list[str], fetch: Callable[[str], Awaitable[bytes]], may_follow: Callable[[str], bool]
) -> list[str]:
    """Every page address, absolute, of the site maps ``first`` and of those that they name. ``fetch``: address → body,
    empty when there is none; ``may_follow``: whether a further map belongs to the site."""
    waiting = list(dict.fromkeys(first))
    been: set[str] = set()
    found: dict[str, None] = {}
    while waiting and len(been) < MOST_FILES and len(found) < MOST_ADDRESSES:
        address = waiting.pop(0)
        if address in been or not may_follow(address):
            continue
        been.add(address)
        pages, maps = locations(await fetch(address))
        found.update(dict.fromkeys(url for page in pages if (url := resolve(address, page)) is not None))
        waiting.extend(url for one in maps if (url := resolve(address, one)) is not None)
    return list(found)[:MOST_ADDRESSES]
