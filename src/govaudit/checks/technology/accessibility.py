"""ACC001: pages that people with disabilities cannot use as others do."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.home import front_pages
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, written_by_script
from govaudit.inspection.finding import Locator
from govaudit.inspection.sight import KIND, MISSING, BrokenRule
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_HIDDEN_CODE = re.compile(
    rb"<!--.*?-->|<(script|style|template|noscript)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL
)
_ATTRIBUTES = rb"""((?:[^>"']|"[^"]*"|'[^']*')*)>"""
_IMAGE = re.compile(rb"<img\b" + _ATTRIBUTES, re.IGNORECASE)
_ROOT = re.compile(rb"<html\b" + _ATTRIBUTES, re.IGNORECASE)
_LANGUAGE = re.compile(rb"""[\s"':]lang\s*=\s*["']?\s*[a-z]""", re.IGNORECASE)
_NAMED = re.compile(
    rb"""(?:^|[\s"'/])(?:alt\b|aria-label(?:ledby)?\s*=|title\s*=|role\s*=\s*["']?(?:none|presentation))""",
    re.IGNORECASE,
)


class AccessibilityParams(Params):
    """``rules``: those of axe-core's rules that count."""

    rules: tuple[str, ...] = (
        "area-alt",
        "aria-hidden-focus",
        "blink",
        "button-name",
        "color-contrast",
        "document-title",
        "frame-title",
        "html-has-lang",
        "html-lang-valid",
        "image-alt",
        "input-button-name",
        "input-image-alt",
        "label",
        "link-name",
        "list",
        "listitem",
        "marquee",
        "meta-refresh",
        "meta-viewport",
        "object-alt",
        "role-img-alt",
        "select-name",
        "svg-img-alt",
        "video-caption",
    )


@check("ACC001", name="accessibility", faults=("broken",), params=AccessibilityParams)
def accessibility(context: Context, params: AccessibilityParams) -> Judgement:
    """Rules of the Web Content Accessibility Guidelines (levels A and AA) that pages break.

    Where a browser is on board, the home page and one page of each other kind are tested by axe-core. Without one
    the source of the home page tells whether it names its language, has a title and a text for every picture; the rest
    is left open. Each rule is one finding, however many places break it.

    Clause: 《中华人民共和国无障碍环境建设法》第三十二条 “应当逐步符合无障碍网站设计标准和国家信息无障碍标准”.
    Reads: probes ``sight``; without them the home page's reading and its source.
    Could not tell: browser-needed (nothing looked at the page as visitors see it), the home page's reason when it was
    not read.
    """
    if not front_pages(context):
        return unread_site(context)
    seen, problem = _seen(context)
    if not seen:
        broken = {page.url: _by_source(context, page) for page in front_pages(context)}
        return Judgement(
            examined=len(broken), faults=_faults(broken, params), reason=Reason.BROWSER_NEEDED, detail=problem
        )
    return Judgement(examined=len(seen), faults=_faults(seen, params))


def _seen(context: Context) -> tuple[dict[str, list[BrokenRule]], str]:
    """What a browser told of pages, or why it told nothing."""
    seen: dict[str, list[BrokenRule]] = {}
    problem = ""
    for probe in context.facts.probes(KIND):
        if probe.subject == MISSING:
            continue
        failed = str(probe.result["detail"] or probe.result["reason"] or probe.result["untested"])
        if failed:
            problem = problem or failed
        else:
            seen[probe.subject] = msgspec.convert(probe.result["rules"], list[BrokenRule])
    return seen, problem


def _by_source(context: Context, page: StoredPage) -> list[BrokenRule]:
    """What the source alone tells."""
    if written_by_script(page):
        return []
    body = context.facts.body(page.url)
    if body is None:
        return []
    broken = []
    source = _HIDDEN_CODE.sub(b"", body)
    if not any(_LANGUAGE.search(match[1]) for match in _ROOT.finditer(source)):
        broken.append(BrokenRule("html-has-lang", ("3.1.1",), 1))
    if not page.reading.title:
        broken.append(BrokenRule("document-title", ("2.4.2",), 1))
    unnamed = [match for match in _IMAGE.finditer(source) if not _NAMED.search(match[1])]
    if unnamed:
        shown = unnamed[0][0][:160].decode(page.reading.charset.used, "replace")
        broken.append(BrokenRule("image-alt", ("1.1.1",), len(unnamed), shown=shown))
    return broken


def _faults(seen: dict[str, list[BrokenRule]], params: AccessibilityParams) -> list[Fault]:
    places: dict[str, list[tuple[str, BrokenRule]]] = defaultdict(list)
    for url, rules in seen.items():
        for one in rules:
            if one.rule in params.rules:
                places[one.rule].append((url, one))
    return [_fault(rule, places[rule]) for rule in sorted(places)]


def _fault(rule: str, places: list[tuple[str, BrokenRule]]) -> Fault:
    url, first = places[0]
    return Fault(
        subject=rule,
        page=url,
        fault="broken",
        arguments={
            "rule": rule,
            "advice": rule,
            "criteria": " ".join(first.criteria),
            "pages": len(places),
            "places": sum(one.places for _, one in places),
            "example": first.shown,
        },
        count=len(places),
        pages=tuple(url for url, _ in places),
        locator=Locator(xpath=first.xpath, text=first.shown),
    )
