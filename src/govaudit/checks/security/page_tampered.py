"""SEC003: what an intruder changes between two runs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from govaudit.checks.home import front_pages
from govaudit.checks.links.signs import is_public
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.finding import Evidence, Locator
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Link
    from govaudit.inspection.site_facts import SiteFacts

_ARTICLES = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})
_LONGEST = 5000
_LOADED = frozenset({Tag.SCRIPT, Tag.FRAME})


class TamperedParams(Params):
    """``likeness``: share of a text, 0 to 1, that has to be left for it to count as the same; ``settled``: days after
    publication from which an article is not expected to change; ``many``: share of changed articles, 0 to 1, from which
    the site was rebuilt; ``fewest``: articles that have to be compared for that."""

    likeness: float = 0.5
    settled: int = 30
    many: float = 0.2
    fewest: int = 10


@check("SEC003", name="page-tampered", faults=("title", "script", "text", "rebuilt"), params=TamperedParams)
def page_tampered(context: Context, params: TamperedParams) -> Judgement:
    """Since the run before: a home page with another title that does not name the site, scripts and frames of hosts
    that no page loaded, and old articles with another text under the same date.

    Hosts of governments are left out. Where many articles differ the site was rebuilt, and nothing can be said of
    their texts. Everything is for a person to confirm; without an earlier run there is nothing to compare.

    Clause: 单项否决/安全、泄密事故等严重问题 “对安全攻击（如页面被挂马、内容被篡改等）”.
    Reads: pages and references of this run and of the one before.
    Could not tell: not-measured (rebuilt), the home page's reason when nothing was read.
    """
    if context.previous is None:
        return Judgement(examined=0, applicable=False)
    if not context.pages:
        return unread_site(context)
    compared, texts = _changed_articles(context, context.previous, params)
    faults = [*_title(context, context.previous, params), *_new_hosts(context, context.previous), *texts]
    return Judgement(examined=compared + 1, faults=faults)


def _title(context: Context, previous: SiteFacts, params: TamperedParams) -> list[Fault]:
    found = []
    for page in front_pages(context):
        before = previous.page(page.url)
        if before is None:
            continue
        old, new = before.reading.title.strip(), page.reading.title.strip()
        named = context.site.name and context.site.name in new
        if old and new and not named and fuzz.ratio(old, new) < params.likeness * 100:
            found.append(_fault(page.url, "title", page.url, old=old, new=new))
    return found


def _loaded_hosts(facts: SiteFacts) -> dict[str, Link]:
    found: dict[str, Link] = {}
    for _, link in facts.every_anchor():
        if link.tag in _LOADED and link.url:
            found.setdefault(hostname_of(link.url), link)
    return found


def _new_hosts(context: Context, previous: SiteFacts) -> list[Fault]:
    before = _loaded_hosts(previous)
    new = {
        host: link
        for host, link in _loaded_hosts(context.facts).items()
        if host not in before and link.url and not context.scope.owns(link.url) and not is_public(host)
    }
    if not new:
        return []
    pages: dict[str, str] = {}
    numbers = {number: hostname_of(link.url or "") for number, link in context.facts.every_anchor()
               if link.tag in _LOADED and hostname_of(link.url or "") in new}  # fmt: skip
    for key, references in context.facts.references():
        for number in references:
            if number in numbers:
                pages.setdefault(numbers[number], key.url)
        if len(pages) == len(new):
            break
    return [
        _fault(host, "script", pages.get(host, context.home_url), old="", new=link.url or "", raw=link.raw)
        for host, link in sorted(new.items())
    ]


def _changed_articles(
    context: Context, previous: SiteFacts, params: TamperedParams
) -> tuple[int, list[Fault]]:
    """How many old articles were compared, and those with another text."""
    latest = (previous.plan.as_of - timedelta(days=params.settled)).date().isoformat()
    compared = 0
    changed: list[Fault] = []
    for page in context.pages:
        if page.kind not in _ARTICLES:
            continue
        before = previous.page(page.url)
        if before is None or not _is_settled(page, before, latest):
            continue
        compared += 1
        if page.reading.digest[8:] == before.reading.digest[8:]:
            continue
        old, new = before.text.main[:_LONGEST], page.text.main[:_LONGEST]
        if old and new and fuzz.ratio(old, new) < params.likeness * 100:
            changed.append(_fault(page.url, "text", page.url, old=_begin(old), new=_begin(new)))
    if compared >= params.fewest and len(changed) > params.many * compared:
        rebuilt = _fault(
            context.home_url, "rebuilt", context.home_url, old=str(compared), new=str(len(changed))
        )
        return compared, [rebuilt]
    return compared, changed


def _is_settled(page: StoredPage, before: StoredPage, latest: str) -> bool:
    now, then = page.reading.published, before.reading.published
    return now is not None and then is not None and now.value == then.value and now.value[:10] <= latest


def _begin(text: str) -> str:
    return " ".join(text.split())[:80]


def _fault(subject: str, fault: str, page: str, *, old: str, new: str, raw: str = "") -> Fault:
    verdict = Verdict.INCONCLUSIVE if fault == "rebuilt" else Verdict.REVIEW
    return Fault(
        subject=subject,
        identity=f"{subject} {fault}",
        page=page,
        fault=fault,
        arguments={"subject": subject, "old": old, "new": new},
        verdict=verdict,
        reason=Reason.NOT_MEASURED if verdict is Verdict.INCONCLUSIVE else None,
        aspect=fault,
        locator=Locator(raw=raw, text=new),
        evidence=(Evidence(kind="text", text=f"{old}\n{new}"),),
    )
