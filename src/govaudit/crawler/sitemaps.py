"""Site maps (sitemaps.org): addresses that no page may lead to."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MOST_FILES = 50
MOST_ADDRESSES = 50_000
LONGEST = 20_000_000
_GZIP = b"\x1f\x8b"


def locations(body: bytes) -> tuple[list[str], list[str]]:
    """Addresses of pages and of further site maps, as written. Empty for anything that is no site map."""
    pages: list[str] = []
    maps: list[str] = []
    try:
        plain = _unpacked(body)
        walk = etree.iterparse(
            BytesIO(plain),
            events=("end",),
            resolve_entities=False,
            no_network=True,
            recover=True,
            huge_tree=False,
        )
        for _, element in walk:
            if etree.QName(element).localname == "loc" and element.text:
                parent = element.getparent()
                is_map = parent is not None and etree.QName(parent).localname == "sitemap"
                (maps if is_map else pages).append(element.text.strip())
                if len(pages) >= MOST_ADDRESSES:
                    break
            elif etree.QName(element).localname in {"url", "sitemap"}:
                element.clear()
    except (etree.XMLSyntaxError, OSError, zlib.error, EOFError, ValueError):
        return pages, maps
    return pages, maps


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    with gzip.open(BytesIO(body)) as stream:
        return stream.read(LONGEST)


async def all_locations(
    first: list[str], fetch: Callable[[str], Awaitable[bytes]], may_follow: Callable[[str], bool]
) -> list[str]:
    """Every page address of the site maps ``first`` and of those that they name. ``fetch``: address → body, empty
    when there is none; ``may_follow``: whether a further map belongs to the site."""
    waiting = list(dict.fromkeys(first))
    been: set[str] = set()
    found: dict[str, None] = {}
    while waiting and len(been) < MOST_FILES and len(found) < MOST_ADDRESSES:
        address = waiting.pop(0)
        if address in been or not may_follow(address):
            continue
        been.add(address)
        pages, maps = locations(await fetch(address))
        found.update(dict.fromkeys(pages))
        waiting.extend(maps)
    return list(found)[:MOST_ADDRESSES]
