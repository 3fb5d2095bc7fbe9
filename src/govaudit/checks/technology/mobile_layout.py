"""ACC003: a home page that is not made for telephones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.home import front_pages
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.facts import Tag
from govaudit.inspection.finding import Arguments, Locator
from govaudit.inspection.sight import KIND, NARROW
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_META = re.compile(rb"<meta\b[^>]*\bname\s*=\s*[\"']?\s*viewport\b[^>]*>", re.IGNORECASE)
_WIDTH = re.compile(rb"width\s*=\s*(?:device-width|(\d{3,}))", re.IGNORECASE)


class MobileParams(Params):
    """``words``: names of links to a version for telephones; ``hosts``: first parts of the names of its hosts;
    ``widest``: points that a telephone shows side by side; ``overflow``: points that a page may take beyond a
    telephone's screen."""

    words: tuple[str, ...] = ("手机版", "移动版", "手机网站", "移动端", "触屏版", "手机端", "WAP版")
    hosts: tuple[str, ...] = ("m", "wap", "mobile", "3g")
    widest: int = 640
    overflow: int = 20


@check("ACC003", name="mobile-layout", faults=("none", "fixed", "scripted", "sideways"), params=MobileParams)
def mobile_layout(context: Context, params: MobileParams) -> Judgement:
    """A home page without a viewport, or with one of a fixed width, or that a browser finds wider than a telephone's
    screen, and that links no version for telephones either.

    Clause: none whose wording was seen; common practice of large portals, shown without points.
    Reads: the home page's source as it was kept, its references, probes ``sight``.
    Could not tell: browser-needed (only a script writes the page), not-measured (its source was not kept), the home
    page's reason when it was not read.
    """
    pages = front_pages(context)
    if not pages:
        return unread_site(context)
    if any(_leads_to_mobile(context, page, params) for page in pages):
        return Judgement(examined=len(pages))
    sources = [source for page in pages if (source := _source(context, page)) is not None]
    if not sources:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=pages[0].url)
    metas = [match[0] for source in sources for match in _META.finditer(source)]
    widths = [match for meta in metas for match in _WIDTH.finditer(meta)]
    page = pages[0]
    if any(match[1] is None or int(match[1]) <= params.widest for match in widths) or (metas and not widths):
        return Judgement(examined=len(pages), faults=_sideways(context, page, params))
    scripted = "page" in page.reading.scripted and not page.in_browser
    written = metas[0].decode("ascii", "replace") if metas else ""
    fault = Fault(
        subject=page.url,
        page=page.url,
        fault="fixed" if written else "scripted" if scripted else "none",
        arguments={"address": page.url, "written": written[:200]},
        verdict=Verdict.INCONCLUSIVE if scripted and not written else Verdict.FAIL,
        reason=Reason.BROWSER_NEEDED if scripted and not written else None,
        locator=Locator(text=written[:200]),
    )
    return Judgement(examined=len(pages), faults=[fault])


def _sideways(context: Context, page: StoredPage, params: MobileParams) -> list[Fault]:
    """That the page is wider than a telephone's screen, where a browser measured it."""
    for probe in context.facts.probes(KIND):
        took = probe.result.get("narrow", 0)
        if probe.subject == page.url and isinstance(took, int) and took > NARROW + params.overflow:
            arguments: Arguments = {"address": page.url, "width": NARROW, "took": took}
            return [Fault(subject=page.url, page=page.url, fault="sideways", arguments=arguments)]
    return []


def _leads_to_mobile(context: Context, page: StoredPage, params: MobileParams) -> bool:
    return any(
        link.tag in {Tag.A, Tag.AREA, Tag.CANONICAL}
        and (
            any(word in link.text for word in params.words)
            or (link.url is not None and hostname_of(link.url).partition(".")[0] in params.hosts)
        )
        for link in context.facts.links(page.url_id)
    )


def _source(context: Context, page: StoredPage) -> bytes | None:
    if page.in_browser:
        rendering = context.facts.rendering(page.url)
        if rendering is not None and rendering[1] is not None:
            return rendering[1]
    return context.facts.body(page.url)
