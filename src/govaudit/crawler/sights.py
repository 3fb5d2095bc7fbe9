"""What visitors meet on a few pages of a site that only a browser can tell.

A probe of the kind ``sight`` for the home page and some others. Subject: the page; result: ``rules`` (rules of the Web
Content Accessibility Guidelines that the page breaks, :class:`BrokenRule`), ``untested`` (why they were not tested),
``concealed`` (links to other hosts that visitors do not see, :class:`facts.Concealed`), ``narrow`` (points that the
page takes in a window of :data:`NARROW` points; 0: not measured), ``reason`` and ``detail`` (why the page could not be
looked at). One probe with the subject ``missing`` when there is no browser.
"""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.reading.private import withhold
from govaudit.inspection.facts import Concealed, PageKind, Probe
from govaudit.inspection.sight import KIND, MISSING, NARROW, BrokenRule
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from govaudit.crawler.browser.renderer import View
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.site_facts import SiteFacts

    Look = Callable[[str, Callable[[View], Awaitable[None]]], Awaitable[View | None]]

MEASURE = "sights"
"""Name in a plan's ``measures``."""

_KINDS = (PageKind.COLUMN, PageKind.ARTICLE, PageKind.GUIDE, PageKind.DOCUMENT, PageKind.MESSAGE_BOARD)
"""Kinds of pages beside the home page in the order in which one of each is looked at."""
_LONGEST = 160
_SEARCHED = 2_000
"""So many pages, nearest to the home page first, are drawn from."""


async def look_at_pages(
    facts: SiteFacts, look: Look, *, owns: Callable[[str], bool], most: int, seed: int
) -> list[Probe]:
    """Open the home page and one page of each other kind in a browser, at most ``most`` altogether."""
    probes: list[Probe] = []
    for place, page in enumerate(_drawn(facts, owns, most, seed)):
        probe = await _sight(page, look, is_home=not place)
        if probe is None:
            return probes or [Probe(kind=KIND, subject=MISSING, at=time.time(), result={})]
        probes.append(probe)
    return probes


def _drawn(facts: SiteFacts, owns: Callable[[str], bool], most: int, seed: int) -> list[StoredPage]:
    """The home page, and a page of each kind that the seed chooses."""
    by_kind: dict[PageKind, list[StoredPage]] = {}
    home: StoredPage | None = None
    for place, page in enumerate(facts.pages()):
        if place >= _SEARCHED:
            break
        if page.reading.kind is PageKind.HOME and home is None:
            home = page
        elif page.reading.kind in _KINDS and owns(page.final_url):
            by_kind.setdefault(page.reading.kind, []).append(page)
    if home is None:
        return []
    choice = Random(seed)  # noqa: S311 - a repeatable draw, not a secret
    others = [choice.choice(by_kind[kind]) for kind in _KINDS if kind in by_kind]
    return [home, *others][:most]


async def _sight(page: StoredPage, look: Look, *, is_home: bool) -> Probe | None:
    rules: list[BrokenRule] = []
    concealed: list[Concealed] = []
    untested, narrow = "", 0

    async def read(view: View) -> None:
        nonlocal untested, narrow
        if view.left_for or not 200 <= view.status < 300:
            return
        concealed.extend(map(_masked_link, await view.concealed_links()))
        broken, untested = await view.broken_rules()
        rules.extend(map(_masked_rule, broken))
        if is_home:
            narrow = await view.width_in(NARROW)

    at = time.time()
    view = await look(page.final_url, read)
    if view is None:
        return None
    reason, detail = view.reason, view.detail
    if reason is None and view.left_for:
        reason, detail = Reason.NOT_MEASURED, f"leads on to {view.left_for}"
    elif reason is None and not 200 <= view.status < 300:
        reason, detail = Reason.BLOCKED_STATUS, f"browser: status {view.status}"
    result: dict[str, object] = {
        "rules": msgspec.to_builtins(rules),
        "untested": untested,
        "concealed": msgspec.to_builtins(concealed),
        "narrow": narrow,
        "reason": reason.value if reason else "",
        "detail": detail,
    }
    return Probe(kind=KIND, subject=page.url, at=at, result=result)


def _masked_rule(rule: BrokenRule) -> BrokenRule:
    return msgspec.structs.replace(rule, shown=_masked(rule.shown))


def _masked_link(link: Concealed) -> Concealed:
    return msgspec.structs.replace(link, raw=link.raw[:_LONGEST], text=_masked(link.text))


def _masked(text: str) -> str:
    """Pages may hold numbers of persons; nothing of them is kept."""
    return withhold(text.encode())[0].decode(errors="replace")[:_LONGEST]
