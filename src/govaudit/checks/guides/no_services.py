"""GUI001: a site without services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.tree import column_tree, site_words
from govaudit.checks.columns.vocabulary import column_vocabulary
from govaudit.checks.guides.wording import word_list
from govaudit.checks.home import front_pages, home_problem, reason_of, unvisited_reason
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.facts import NAVIGATION_TAGS, PageKind
from govaudit.inspection.urls import hostname_of, own_identity
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_FILE = "service_entrances"
_COLUMN = "办事服务"
_LONGEST_NAME = 14
_LISTING = frozenset({"page", "list"})


class NoServicesParams(Params):
    """``kinds``: kinds of site that have services to offer."""

    kinds: tuple[str, ...] = ("portal", "service")


@check("GUI001", name="no-services", faults=("none", "empty"), params=NoServicesParams)
def no_services(context: Context, params: NoServicesParams) -> Judgement:
    """A site that offers no services: no guide, no service column with items, no way to a service portal.

    One finding for the site, for a person to confirm. A link to a service portal (政务服务网, 网上办事大厅) is an
    entrance, on whichever host. A service column that holds no item is an empty entrance. Departments without services
    for the public are not judged unless the profile says so.

    Clause: 国办秘函〔2019〕19号 单项否决/服务不实用: 1.未提供办事服务。（注：对没有对外服务职能的部门，不检查其网站
    该项指标）
    Reads: kinds of all pages, the columns, links of the home page and of the service columns.
    Could not tell: the reason for which a place where an entrance may stand was not read (browser-needed, parse, the
    crawl's own).
    """
    if context.site.kind not in params.kinds:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    if any(page.kind is PageKind.GUIDE for page in context.pages):
        return Judgement(examined=1)
    entrances = _entrances(context)
    if any(_is_outside(context, url) or _has_entries(context, url) for url in entrances):
        return Judgement(examined=len(entrances))
    unread = _unread(context, entrances)
    if unread is not None:
        return Judgement(examined=len(entrances), reason=unread[0], detail=unread[1])
    return Judgement(examined=1, faults=[_fault(context, entrances)])


def _fault(context: Context, entrances: list[str]) -> Fault:
    places = context.derived(names_seen).places
    return Fault(
        subject=context.home_url,
        page=entrances[0] if entrances else context.home_url,
        fault="empty" if entrances else "none",
        arguments={"columns": "、".join(entrances), "places": len(places)},
        verdict=Verdict.REVIEW,
        identity=f"{own_identity(context.home_url)}#services",
        pages=tuple(entrances) or (context.home_url,),
    )


def _entrances(context: Context) -> list[str]:
    """Addresses that present themselves as a way to services: columns of the tree and links of the home page."""
    vocabulary, words = column_vocabulary(), site_words(context)
    found = {
        column.url: None for column in context.derived(column_tree).columns if column.canonical == _COLUMN
    }
    texts, hosts = word_list(_FILE, "texts"), word_list(_FILE, "hosts")
    for page in front_pages(context):
        for link in context.facts.links(page.url_id):
            if not link.url or link.tag not in NAVIGATION_TAGS:
                continue
            rule = vocabulary.match(fold(link.text), words) if len(link.text) <= _LONGEST_NAME else None
            if (
                (rule is not None and rule.name == _COLUMN)
                or (len(link.text) <= _LONGEST_NAME and any(text in link.text for text in texts))
                or any(part in hostname_of(link.url) for part in hosts)
            ):
                found[link.url] = None
    return [url for url in found if url]


def _is_outside(context: Context, url: str) -> bool:
    """Whether an entrance leads to another host, such as the province's portal: what is there is not this site's."""
    return not context.scope.owns(url)


def _has_entries(context: Context, url: str) -> bool:
    """Whether a page of the site offers something that the home page does not repeat."""
    page = context.facts.page(url)
    if page is None:
        return False
    if page.reading.items:
        return True
    repeated = {link.url for front in front_pages(context) for link in context.facts.links(front.url_id)}
    offered = {
        link.url
        for link in context.facts.links(page.url_id)
        if link.url and link.text.strip() and link.tag in NAVIGATION_TAGS and link.url not in repeated
    }
    return bool(offered - {page.url, page.final_url})


def _unread(context: Context, entrances: list[str]) -> tuple[Reason, str] | None:
    """Why a place where services may stand was not read."""
    for url in entrances:
        page = context.facts.page(url)
        if page is not None:
            if _LISTING.intersection(page.reading.scripted):
                return Reason.BROWSER_NEEDED, url
            continue
        looks = context.looks.get(url)
        reason = reason_of(looks[-1]) if looks else unvisited_reason(context, url)
        if reason is not None:
            return reason, url
    return context.derived(names_seen).unread
