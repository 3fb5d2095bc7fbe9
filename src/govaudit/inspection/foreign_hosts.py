"""Hosts of others that the upper levels of a site refer to, and what for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from govaudit.inspection.facts import RESOURCE_TAGS, Tag
from govaudit.inspection.urls import WEB_SCHEMES, hostname_of, literal_address_kind, scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from govaudit.inspection.facts import Link
    from govaudit.inspection.site_facts import SiteFacts

DEEPEST = 2
"""Clicks from the home page to a page of the third level."""
MOST_PAGES = 5_000
MOST_EXAMPLES = 20
_LINKING = frozenset({Tag.A, Tag.AREA, Tag.FORM, Tag.POST})
_REFERRING = RESOURCE_TAGS | _LINKING


@dataclass(slots=True)
class HostUse:
    """``url``: an address there; ``pages``: how many pages refer to it; ``examples``: some of them, nearest to the home
    page first; ``resources``: pages that load something of a kind from there; ``links``: pages that lead there;
    ``raw``, ``text``: of the first reference."""

    host: str
    url: str
    raw: str = ""
    text: str = ""
    pages: int = 0
    examples: list[str] = field(default_factory=list)
    resources: Counter[Tag] = field(default_factory=Counter)
    links: int = 0


def foreign_hosts(facts: SiteFacts, owns: Callable[[str], bool]) -> dict[str, HostUse]:
    """Host → its use on the pages of the first three levels, at most ``MOST_PAGES`` of them. Addresses without a name
    are left out. In the order in which they matter: what pages load before what they link, then by pages."""
    foreign = _foreign_links(facts, owns)
    found: dict[str, HostUse] = {}
    near = takewhile(lambda row: row[0].depth <= DEEPEST, facts.references())
    for page, numbers in islice(near, MOST_PAGES):
        if not owns(page.url):
            continue
        kinds: dict[str, set[Tag]] = {}
        for number in foreign.keys() & set(numbers):
            host, link = foreign[number]
            if host not in found:
                found[host] = HostUse(host, link.url or "", link.raw, link.text)
            kinds.setdefault(host, set()).add(Tag(link.tag))
        for host, tags in kinds.items():
            _count(found[host], page.url, tags)
    return dict(sorted(found.items(), key=lambda row: (not row[1].resources, -row[1].pages, row[0])))


def _count(use: HostUse, page: str, tags: set[Tag]) -> None:
    use.pages += 1
    if len(use.examples) < MOST_EXAMPLES:
        use.examples.append(page)
    use.resources.update(tags & RESOURCE_TAGS)
    use.links += bool(tags & _LINKING)


def _foreign_links(facts: SiteFacts, owns: Callable[[str], bool]) -> dict[int, tuple[str, Link]]:
    """Number of a reference to somebody else's host → the host and the reference."""
    hosts: dict[str, str] = {}
    found: dict[int, tuple[str, Link]] = {}
    for number, link in facts.every_anchor():
        url = link.url
        if url is None or link.tag not in _REFERRING or owns(url):
            continue
        origin = "/".join(url.split("/", 3)[:3])
        host = hosts.get(origin)
        if host is None:
            host = hosts[origin] = _name_of(origin)
        if host:
            found[number] = host, link
    return found


def _name_of(origin: str) -> str:
    """The host of a web address; empty where it is no name."""
    web = scheme_of(origin) in WEB_SCHEMES and literal_address_kind(origin) is None
    return hostname_of(origin) if web else ""
