"""SEC001: links to other sites that visitors do not see."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.links.signs import is_public
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.facts import Concealed
from govaudit.inspection.finding import Locator
from govaudit.inspection.sight import KIND
from govaudit.inspection.urls import canonical, hostname_of
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_MOST_SHOWN = 80


@check("SEC001", name="hidden-link", faults=("link", "script"), params=NoParams)
def hidden_link(context: Context, _: NoParams) -> Judgement:
    """Links to sites outside the government that stand off the screen, have no room, no size or no opacity, and scripts
    that send visitors from search engines elsewhere or write concealed links.

    The signs are those of style attributes and inline scripts, and of style sheets on pages that a browser looked at.
    What merely waits to be opened (menus, tabs) is none.
    Each site that is linked so, and each kind of script, is one finding with its pages, for a person to confirm.

    Clause: 单项否决/安全、泄密事故等严重问题 “对安全攻击（如页面被挂马、
    内容被篡改等）没有及时有效处置造成严重安全事故”.
    Reads: probes ``concealed`` (what was seen while pages were read) and ``sight`` (what a browser showed).
    Could not tell: the home page's reason when nothing was read.
    """
    examined = len(context.pages)
    if not examined:
        return unread_site(context)
    seen: dict[str, list[Concealed]] = defaultdict(list)
    for kind in ("concealed", KIND):
        for probe in context.facts.probes(kind):
            seen[probe.subject] += msgspec.convert(probe.result.get("concealed", ()), tuple[Concealed, ...])
    pages: dict[tuple[str, str], list[str]] = defaultdict(list)
    first: dict[tuple[str, str], Concealed] = {}
    for page in context.pages if seen else ():
        for one in seen.get(page.url, ()):
            subject = _subject(context, one)
            if subject:
                key = subject, "link" if one.raw else "script"
                first.setdefault(key, one)
                if not pages[key] or pages[key][-1] != page.url:
                    pages[key].append(page.url)
    return Judgement(
        examined=examined,
        faults=[
            Fault(
                subject=subject,
                page=urls[0],
                fault=fault,
                arguments={
                    "address": first[subject, fault].raw or urls[0],
                    "text": first[subject, fault].text[:_MOST_SHOWN],
                    "pages": len(urls),
                },
                verdict=Verdict.REVIEW,
                aspect=first[subject, fault].how,
                count=len(urls),
                pages=tuple(urls),
                locator=Locator(raw=first[subject, fault].raw, text=first[subject, fault].text),
            )
            for (subject, fault), urls in pages.items()
        ],
    )


def _subject(context: Context, one: Concealed) -> str:
    if not one.raw:
        return one.how
    url = canonical(one.raw)
    if url is None or context.scope.owns(url) or is_public(hostname_of(url)):
        return ""
    return hostname_of(url)
