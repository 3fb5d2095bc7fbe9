"""SCH001: a site without a search of its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from govaudit.checks.guides.wording import folded_set, word_list
from govaudit.checks.home import front_pages, home_problem
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.forms import Form, FormUse, forms_by_page
from govaudit.inspection.searches import search_box
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Link

_FILE = "search"
_FRAME = "frame"
_CLICKED = frozenset({Tag.A, Tag.AREA, Tag.SCRIPTED})
_DRAWN = frozenset({Tag.IMAGE, Tag.SCRIPT})
_SENT = frozenset({Tag.FORM, Tag.POST})
_SCRIPT_SIGN = "script"


@check("SCH001", name="no-search", faults=("missing",), params=NoParams)
def no_search(context: Context, _: NoParams) -> Judgement:
    """A site on which nothing can be searched for.

    A search is there when the home page shows a box to type into, in a form of any kind, in a frame or without a
    form, when a link leads to a search (搜索, 检索, a search address, the province's search), or when a page of the
    site is one. Missing is only what was not found on a home page of which scripts write nothing that could be one.

    Clause: 国办秘函〔2019〕19号 功能设计/站内搜索: 1.未提供全站站内搜索功能或功能不可用的，扣4分。
    Reads: forms and links of the home page (in a browser where its source leaves it open), links and kinds of all
    pages.
    Could not tell: the reason for which the home page was not read; browser-needed (a script may write the box);
    parse (links of the home page are pictures without words); not-measured (a frame was not read).
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    if _is_there(context):
        return Judgement(examined=1)
    doubt = _doubt(context)
    if doubt is not None:
        return Judgement(examined=1, reason=doubt[0], detail=doubt[1])
    fault = Fault(
        subject=context.home_url,
        page=context.home_url,
        fault="missing",
        arguments={"pages": len(front_pages(context))},
        identity=f"{own_identity(context.home_url)}#search",
    )
    return Judgement(examined=1, faults=[fault])


def _is_there(context: Context) -> bool:
    if any(one.asked >= 0 or one.action == _FRAME for one in _searches(context)):
        return True
    if any(_leads_to_search(link) for _, link in context.facts.every_anchor()):
        return True
    return any(page.kind is PageKind.SEARCH for page in context.pages)


def _searches(context: Context) -> Iterator[Form]:
    """Search boxes of the home page and signs of some, as its source and a browser show them."""
    known = forms_by_page(context.facts)
    for page in front_pages(context):
        yield from (one for one in known.get(page.url, ()) if one.use is FormUse.SEARCH)
    box = search_box(context.facts)
    yield from (one for one in (box.seen or () if box else ()) if one.use is FormUse.SEARCH)


def _leads_to_search(link: Link) -> bool:
    if link.tag in _SENT:
        return any(part in (link.url or link.raw).lower() for part in word_list(_FILE, "addresses"))
    if link.tag not in _CLICKED:
        return False
    if len(link.text) <= _longest():
        folded = fold(link.text)
        if folded in folded_set(_FILE, "texts") or any(
            fold(one) in folded for one in word_list(_FILE, "parts")
        ):
            return True
    return link.url is not None and any(part in link.url.lower() for part in word_list(_FILE, "addresses"))


@cache
def _longest() -> int:
    return 2 * max(map(len, word_list(_FILE, "texts")))


def _doubt(context: Context) -> tuple[Reason, str] | None:
    """Why a search may be there that was not seen."""
    box = search_box(context.facts)
    in_browser = box.seen if box is not None and box.whole else None
    known = forms_by_page(context.facts)
    front = front_pages(context)
    for page in front:
        signs = [
            one
            for one in (known.get(page.url, ()) if in_browser is None else in_browser)
            if one.use is FormUse.SEARCH
        ]
        if in_browser is not None or page.in_browser:
            signs = [one for one in signs if not one.words.startswith(_SCRIPT_SIGN)]
        if signs:
            return Reason.BROWSER_NEEDED, f"{page.url} {signs[0].words}"
        if in_browser is None and {"page", "navigation"}.intersection(page.reading.scripted):
            return Reason.BROWSER_NEEDED, page.url
    read = {page.url for page in front}
    for page in front:
        for link in context.facts.links(page.url_id):
            if link.tag == Tag.FRAME and link.url not in read:
                return Reason.NOT_MEASURED, link.url or link.raw
            if in_browser is None and link.tag in _DRAWN and _is_sign(link):
                return Reason.BROWSER_NEEDED, f"{page.url} {link.raw}"
            if link.tag == Tag.A and not link.text.strip() and _is_script(link):
                return Reason.BROWSER_NEEDED, f"{page.url} {link.raw}"
    return None


def _is_sign(link: Link) -> bool:
    """Whether a picture or script is named like one of a search box, which something without words may open."""
    address = (link.url or link.raw).partition("?")[0].lower()
    name = address if link.tag == Tag.SCRIPT else address.rpartition("/")[2]
    return any(part in name for part in word_list(_FILE, "signs"))


def _is_script(link: Link) -> bool:
    """Whether something without words does what only its script knows: a magnifying glass."""
    return link.url is None and link.raw.strip().lower().startswith(("javascript:", "#"))
