"""Which fragments that links of the site point at are there, read from the stored pages.

A probe of the kind ``fragments`` for each page. Subject: its address; result: ``missing`` (fragments as links write
them, nothing on the page bears that name), ``found`` (how many do) and ``scripts`` (how many scripts may add more).
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote

from govaudit.crawler.page_text import tree_of
from govaudit.inspection.facts import Probe

if TYPE_CHECKING:
    from collections.abc import Callable

    from govaudit.inspection.site_facts import SiteFacts

KIND = "fragments"
MOST_READ = 2_000
"""Pages at most, a seeded choice where links point into more."""
_OF_BROWSERS = (":~:", "/", "!", "xpointer")
"""Beginnings of fragments that name no place on the page: texts to show, states of a script."""


def fragments_of(facts: SiteFacts, owns: Callable[[str], bool]) -> list[Probe]:
    """Look up every fragment that some link points at."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for url, fragment in facts.fragment_links():
        if owns(url) and not fragment.startswith(_OF_BROWSERS) and fragment.lower() != "top":
            wanted[url].add(fragment)
    pages = sorted(wanted)
    if len(pages) > MOST_READ:
        choice = random.Random(f"{facts.plan.seed}\n{KIND}")  # noqa: S311 - repeatable on purpose
        pages = sorted(choice.sample(pages, MOST_READ))
    return [probe for url in pages if (probe := _probe(facts, url, wanted[url])) is not None]


def _probe(facts: SiteFacts, url: str, fragments: set[str]) -> Probe | None:
    page, body = facts.page(url), facts.body(url)
    if page is None or body is None:
        return None
    tree = tree_of(body, page.reading.charset.used)
    names = {node.attributes.get("id") for node in tree.css("[id]")}
    names |= {node.attributes.get("name") for node in tree.css("a[name]")}
    missing = sorted(one for one in fragments if one not in names and unquote(one) not in names)
    scripts = len(tree.css("script, [onclick], [onload]"))
    result: dict[str, object] = {
        "missing": missing,
        "found": len(fragments) - len(missing),
        "scripts": scripts,
    }
    return Probe(kind=KIND, subject=url, at=facts.state.started_at, result=result)
