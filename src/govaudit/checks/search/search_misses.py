"""SCH002: articles that the site's own search does not find by their titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Evidence, Locator
from govaudit.inspection.searches import Asked, SearchBox, SearchLook, search_box, search_looks
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_WHY = {
    "none": Reason.NOT_MEASURED,
    "not-get": Reason.BROWSER_NEEDED,
    "elsewhere": Reason.NOT_MEASURED,
    "robots": Reason.ROBOTS,
}
_REASONS = {reason.value: reason for reason in Reason}
_UNREAD = frozenset({"page", "list"})
_MOST_SHOWN = 3
_ERRORS = frozenset({404, 410, 500, 501})
_NOWHERE = frozenset({Reason.DNS.value, Reason.CONNECT.value})
_FEWEST_ASKED = 3


class SearchMissesParams(Params):
    """``titles``: how many are searched for. ``days``: how old an article has to be, so that an index knows it."""

    titles: int = Field(default=4, ge=1, le=20)
    days: int = Field(default=14, ge=0)


@check(
    "SCH002", name="search-misses", faults=("missed", "unusable"), params=SearchMissesParams, needs_host=True
)
def search_misses(context: Context, params: SearchMissesParams) -> Judgement:
    """Titles of the site's own articles that the first page of its search does not show.

    The crawl draws the titles by the run's seed, asks by the form of the home page as a browser would, and once more
    for a title that did not show. One finding for each title that was missed both times, on a page that lists other
    things or says itself that there is nothing. A search that shows no result for anything, sure words included, may
    have been asked in a wrong way, and accuses nobody. Where not one title was found, the box may search for
    something else than articles, and a person has to look. A title counts as found in whatever way the page holds it:
    as a link, cut, marked up, in data of a script, or by its address. A search that answers every question by an error
    (no such page, program error, no connection), and in which no script takes part, is one finding for a person to
    confirm.

    Clause: 国办秘函〔2019〕19号 功能设计/站内搜索: 2.随机选取4条网站已发布的信息或服务的标题进行测试，在搜索结果第一页
    无法找到该内容的，每条扣1分。1.…功能不可用的，扣4分。
    Reads: the answers of the site's own search.
    Could not tell: browser-needed (only scripts ask or show results); robots; blocked-page or the answer's own reason;
    not-measured (no box, the search of another government, or nothing found for any question); parse (a page of
    results that neither lists anything nor says so).
    """
    box = search_box(context.facts)
    if box is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    if box.why == "no-titles":
        return Judgement(examined=0, applicable=False)
    if box.why:
        return Judgement(examined=0, reason=_WHY[box.why], detail=box.detail or context.home_url)
    looks = search_looks(context.facts)
    broken = _unusable(context, box, looks)
    if broken is not None:
        return Judgement(examined=len(looks), faults=[broken])
    works = any(_has_worked(look) for _, look in looks)
    titles: dict[str, list[tuple[str, SearchLook]]] = {}
    for address, look in looks:
        if look.asked is Asked.TITLE:
            titles.setdefault(look.query, []).append((address, look))
    found_any = any(look.shown for _, look in looks if look.asked is Asked.TITLE)
    faults, doubts, decided = [], [], 0
    for asked in list(titles.values())[: params.titles]:
        doubt = _doubt(asked, works=works, box=box)
        if any(look.shown for _, look in asked):
            decided += 1
        elif doubt is not None:
            doubts.append(doubt)
        else:
            decided += 1
            faults.append(_fault(context, asked, Verdict.FAIL if found_any else Verdict.REVIEW))
    stopped = next(((reason, address) for address, look in looks if (reason := _refused(look))), None)
    doubt = doubts[0] if doubts else None if decided else stopped or (Reason.NOT_MEASURED, context.home_url)
    reason, detail = doubt or (None, "")
    return Judgement(examined=decided, faults=faults, reason=reason, detail=detail)


def _unusable(context: Context, box: SearchBox, looks: list[tuple[str, SearchLook]]) -> Fault | None:
    """A search that answers every question by an error."""
    if box.form is None or box.form.scripted or len(looks) < _FEWEST_ASKED:
        return None
    said = [look for _, look in looks]
    if not all(one.status in _ERRORS or (not one.status and one.reason in _NOWHERE) for one in said):
        return None
    answer = str(said[-1].status or said[-1].detail or said[-1].reason)
    return Fault(
        subject=box.form.action,
        page=context.home_url,
        fault="unusable",
        arguments={"answer": answer, "asked": len(said), "address": looks[-1][0]},
        verdict=Verdict.REVIEW,
        identity=f"{own_identity(context.home_url)}#search",
        aspect="search",
        evidence=(Evidence(kind="text", text="\n".join(address for address, _ in looks)),),
    )


def _has_worked(look: SearchLook) -> bool:
    return look.asked is not Asked.NOTHING and bool(look.listed or (look.shown and look.article))


def _refused(look: SearchLook) -> Reason | None:
    """Why an answer is no page of results."""
    if look.wall:
        return Reason.BLOCKED_PAGE
    if look.reason:
        return _REASONS.get(look.reason, Reason.PARSE)
    return None if 200 <= look.status < 300 else Reason.SERVER_ERROR


def _doubt(asked: list[tuple[str, SearchLook]], *, works: bool, box: SearchBox) -> tuple[Reason, str] | None:
    """Why a title that did not show may be there all the same."""
    for address, look in asked:
        refused = _refused(look)
        if refused is not None:
            return refused, address
        if not look.listed and (not look.nothing or _UNREAD.intersection(look.scripted)):
            return (Reason.BROWSER_NEEDED if look.scripted else Reason.PARSE), address
    if not works:
        return Reason.NOT_MEASURED, asked[0][0]
    if len(asked) < 2:
        return Reason.INTERRUPTED, asked[0][0]
    if box.form is not None and box.form.scripted and not any(look.listed for _, look in asked):
        return Reason.BROWSER_NEEDED, asked[0][0]
    return None


def _fault(context: Context, asked: list[tuple[str, SearchLook]], verdict: Verdict) -> Fault:
    address, look = asked[-1]
    shown = "；".join(one.text for one in look.listed[:_MOST_SHOWN])
    return Fault(
        subject=look.article,
        page=context.home_url,
        fault="missed",
        verdict=verdict,
        aspect="title",
        arguments={
            "title": look.query,
            "address": address,
            "listed": len(look.listed),
            "shown": shown or look.nothing,
        },
        identity=own_identity(look.article),
        locator=Locator(text=look.query),
        pages=(look.article,),
        evidence=(Evidence(kind="text", text=address),),
    )
