"""Which fragments that links of the site point at are there, read from the stored pages.

A probe of the kind ``fragments`` for each page. Subject: its address; result: ``missing`` (fragments as links write
them, nothing on the page bears that name), ``found`` (how many do), ``scripts`` (how many scripts may add more) and
``idle`` (those of ``missing`` that a browser did not find either, and of which no script makes anything).
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote

from govaudit.crawler.page_text import tree_of
from govaudit.crawler.rules.tables import leave_prompts
from govaudit.inspection.facts import Probe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from selectolax.lexbor import LexborNode

    from govaudit.crawler.browser.renderer import View
    from govaudit.inspection.site_facts import SiteFacts

    Read = Callable[[View], Awaitable[None]]

KIND = "fragments"
MOST_READ = 2_000
"""Pages at most, a seeded choice where links point into more."""
MOST_OPENED = 15
"""Pages with scripts that a browser opens to be sure."""
MOST_TRIED = 10
"""Fragments of one page that are tried there."""
_READS_FRAGMENTS = r"location\.hash|hashchange|\.hash\b"
"""In a script: it may do something about the fragment of an address."""
_OF_BROWSERS = (":~:", "/", "!", "xpointer")
"""Beginnings of fragments that name no place on the page: texts to show, states of a script."""


async def fragments_of(
    facts: SiteFacts, owns: Callable[[str], bool], look: Callable[[str, Read], Awaitable[View | None]]
) -> list[Probe]:
    """Look up every fragment that some link points at. ``look``: opens a page in a browser, if there is one."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for url, fragment in facts.fragment_links():
        if owns(url) and not fragment.startswith(_OF_BROWSERS) and fragment.lower() != "top":
            wanted[url].add(fragment)
    pages = sorted(wanted)
    if len(pages) > MOST_READ:
        choice = random.Random(f"{facts.plan.seed}\n{KIND}")  # noqa: S311 - repeatable on purpose
        pages = sorted(choice.sample(pages, MOST_READ))
    probes = [probe for url in pages if (probe := _probe(facts, url, wanted[url])) is not None]
    doubtful = [probe for probe in probes if probe.result["missing"] and probe.result["scripts"]]
    for probe in doubtful[:MOST_OPENED]:
        if not await _try(probe, look):
            break
    return probes


async def _try(probe: Probe, look: Callable[[str, Read], Awaitable[View | None]]) -> bool:
    """Try in a browser what the page's source lacks. ``False``: there is no browser."""
    missing, fates = probe.result["missing"], {}
    assert isinstance(missing, list)  # noqa: S101 - made above

    async def read(view: View) -> None:
        if not view.complete or await view.scripts_say(_READS_FRAGMENTS, leave_prompts().libraries):
            return
        for fragment in missing[:MOST_TRIED]:
            fates[fragment] = await view.fate_of(fragment)

    view = await look(probe.subject, read)
    if view is None:
        return False
    found = [one for one in missing if fates.get(one) == "found"]
    probe.result["missing"] = [one for one in missing if one not in found]
    probe.result["found"] = int(str(probe.result["found"])) + len(found)
    if view.complete:
        probe.result["idle"] = [one for one in missing if fates.get(one) == "idle"]
    return True


def _probe(facts: SiteFacts, url: str, fragments: set[str]) -> Probe | None:
    page, body = facts.page(url), facts.body(url)
    if page is None or body is None:
        return None
    rendering = facts.rendering(url) if page.in_browser else None
    if rendering is not None and rendering[1]:
        tree = tree_of(rendering[1], "utf-8")
    else:
        tree = tree_of(body, page.reading.charset.used)
    names = {node.attributes.get("id") for node in tree.css("[id]")}
    names |= {node.attributes.get("name") for node in tree.css("a[name]")}
    missing = sorted(one for one in fragments if one not in names and unquote(one) not in names)
    scripts = sum(_is_code(node) for node in tree.css("script, [onclick], [onload]"))
    result: dict[str, object] = {
        "missing": missing,
        "found": len(fragments) - len(missing),
        "scripts": scripts,
        "idle": [],
    }
    return Probe(kind=KIND, subject=url, at=facts.state.started_at, result=result)


def _is_code(node: LexborNode) -> bool:
    """Whether a browser runs it: a block of data in a script element it does not."""
    kind = (node.attributes.get("type") or "").strip().lower()
    return (
        node.tag != "script" or not kind or "javascript" in kind or "ecmascript" in kind or kind == "module"
    )
