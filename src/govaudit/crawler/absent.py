"""What a site answers for addresses that cannot exist: the measure for pages that only say that they are not there.

Each is a probe of the kind ``not-found``. Subject: the address that was asked for; result: ``status``, ``reason`` (a
named one, or empty), ``final_url``, ``title``, ``text`` (hash of what it says), ``length`` (characters), ``home``
(likeness to the home page, 0 to 1) and ``alike``: own pages that say much the same, address and likeness.
"""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING, Any

from govaudit.crawler.page_text import text_of
from govaudit.crawler.reading.page import read_page
from govaudit.crawler.robots import origin_of
from govaudit.inspection.facts import Lane, PageKind, Probe
from govaudit.inspection.urls import extension_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from govaudit.crawler.downloader.visit import Visit, Visitor
    from govaudit.crawler.page_text import PageText
    from govaudit.inspection.site_facts import SiteFacts

KIND = "not-found"
MOST_ASKED = 8
"""So many addresses a site at most: one at the root, the others beside pages that look as if they were not there."""
MOST_COMPARED = 3_000
WORTH_NOTING = 0.5
_LONGEST = 262_144


def impossible_addresses(home: str, suspects: Iterable[str], seed: int) -> list[str]:
    """An address that cannot exist at the root of the site, and one beside each of some suspects, always the same for
    the same seed."""
    choice = random.Random(f"{seed}\n{KIND}")  # noqa: S311 - repeatable on purpose
    name = f"{choice.getrandbits(64):016x}"
    beside = sorted({_beside(url, name) for url in suspects})
    first = f"{origin_of(home)}/{name}.html"
    others = [url for url in beside if url != first]
    return [first, *sorted(choice.sample(others, min(len(others), MOST_ASKED - 1)))]


def _beside(url: str, name: str) -> str:
    path = url.partition("?")[0]
    ending = extension_of(path)
    return f"{path.rpartition('/')[0]}/{name}{f'.{ending}' if ending else '/'}"


async def ask_for_impossible(
    facts: SiteFacts, visitor: Visitor, *, home: str, owns: Callable[[str], bool], may_read: Callable[[str], bool],
) -> list[Probe]:  # fmt: skip
    """Ask for a few addresses that cannot exist and compare the answers with the pages that were read."""
    homepage = facts.page(home) or next(facts.pages(PageKind.HOME), None)
    if homepage is None:
        return []
    suspects = {page.url for page in facts.pages(PageKind.ERROR)}
    for address in {home, homepage.url, homepage.final_url}:
        suspects.update(facts.led_to(address))
    suspects = {url for url in suspects if owns(url)} - {home, homepage.url}
    body = facts.body(homepage.url) or b""
    front = text_of(body, homepage.reading.charset.used)
    probes = []
    for url in impossible_addresses(homepage.final_url, suspects, facts.plan.seed):
        if may_read(url):
            visit = await visitor.visit(url, Lane.PAGE, limit=_LONGEST)
            if visit.stopped:
                break
            probes.append(_probe(facts, visit, front, suspects, owns))
    return probes


def _probe(
    facts: SiteFacts, visit: Visit, front: PageText, suspects: set[str], owns: Callable[[str], bool]
) -> Probe:
    fetch = visit.fetch
    result: dict[str, Any] = {
        "status": fetch.status,
        "reason": fetch.reason.value if fetch.reason else "",
        "final_url": fetch.final_url,
        "title": "",
        "text": "",
        "length": 0,
        "home": 0.0,
        "alike": [],
    }
    if fetch.opened and fetch.magic == "html":
        reading, _ = read_page(visit.body, fetch.final_url, fetch.content_type, home=False)
        said = text_of(visit.body, reading.charset.used)
        result |= {
            "title": said.title,
            "text": hashlib.sha256(said.text.encode()).hexdigest(),
            "length": len(said.text),
            "home": round(said.likeness(front), 3),
            "alike": _alike(facts, said, suspects, owns),
        }
    return Probe(kind=KIND, subject=fetch.url, at=fetch.at, result=result)


def _alike(
    facts: SiteFacts, said: PageText, suspects: set[str], owns: Callable[[str], bool]
) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    compared = 0
    for page in facts.pages():
        reading = page.reading
        if reading.kind in {PageKind.HOME, PageKind.STUB} or not owns(page.url):
            continue
        if page.url not in suspects and reading.title.strip() != said.title:
            continue
        compared += 1
        if compared > MOST_COMPARED:
            break
        likeness = text_of(facts.body(page.url) or b"", reading.charset.used).likeness(said)
        if likeness >= WORTH_NOTING:
            found.append((page.url, round(likeness, 3)))
    return found
