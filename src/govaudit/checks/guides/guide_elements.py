"""GUI002: elements of service guides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, whole_pages, written_by_script
from govaudit.inspection.facts import GuideReading, PageKind
from govaudit.inspection.finding import Locator
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

NAME_ELEMENT = "事项名称"


class GuideElementsParams(Params):
    """``elements``: classes of elements that a guide has to hold. ``many``: from how many missing classes on a
    guide counts for the veto."""

    elements: tuple[str, ...] = (
        NAME_ELEMENT,
        "设定依据",
        "申请条件",
        "办理材料",
        "办理地点",
        "办理机构",
        "收费标准",
        "办理时间",
        "联系电话",
        "办理流程",
    )
    many: int = 4


@check(
    "GUI002",
    name="guide-elements-missing",
    faults=("elements-missing", "not-read"),
    params=GuideElementsParams,
)
def guide_elements(context: Context, params: GuideElementsParams) -> Judgement:
    """Elements of each service guide (办事指南): the classes that the profile names, there and filled in.

    One finding for each guide, with all missing classes; its count is the number of missing classes, by which a
    row takes points (``per: occurrence``). Aspect ``many`` when at least ``many`` classes are missing, else
    ``few``. “无” or “不收费” is an answer; only punctuation or nothing is none. Aspect and count never depend on
    other guides.

    Clause: 国办秘函〔2019〕19号 办事服务/办事指南: 2.提供办事指南，但重点要素类别（事项名称、设定依据、申请条件、
    办理材料、办理地点、办理机构、收费标准、办理时间、联系电话、办理流程）缺失的，每发现一处，扣0.5分。
    单项否决/服务不实用: 2.办事指南重点要素类别缺失4类及以上的事项数量超过（含）5个。
    Reads: the guides that the reader found on own pages.
    Could not tell: browser-needed for a guide that only scripts write (it may decide the veto, so its aspect is
    ``many``); parse for a page that is a guide and whose elements were not recognised; the reason of the crawl
    when no page was read. A site without guides has none to judge (GUI001 judges that).
    """
    pages = [
        page for page in whole_pages(context) if page.reading.guides or page.reading.kind is PageKind.GUIDE
    ]
    if not pages:
        return unread_site(context) if not context.pages else Judgement(examined=0, applicable=False)
    faults: list[Fault] = []
    population: list[str] = []
    examined = 0
    for page in pages:
        unread = _why_unread(page)
        if unread is not None:
            faults.append(_not_read(page, unread))
            continue
        population.append(page.url)
        examined += len(page.reading.guides)
        faults.extend(
            _fault(page, guide, missing, params)
            for guide in page.reading.guides
            if (missing := missing_elements(guide, params.elements))
        )
    return Judgement(examined=examined, faults=faults, population=tuple(population))


def missing_elements(guide: GuideReading, elements: tuple[str, ...]) -> tuple[str, ...]:
    """Classes of ``elements`` that the guide lacks or leaves empty, in that order."""
    shown = {name for name, text in guide.elements.items() if fold(text)}
    if fold(guide.name):
        shown.add(NAME_ELEMENT)
    return tuple(name for name in elements if name not in shown)


def _why_unread(page: StoredPage) -> Reason | None:
    if not page.reading.guides:
        return Reason.BROWSER_NEEDED if page.reading.scripted else Reason.PARSE
    return Reason.BROWSER_NEEDED if written_by_script(page) else None


def _fault(
    page: StoredPage, guide: GuideReading, missing: tuple[str, ...], params: GuideElementsParams
) -> Fault:
    item = guide.code or guide.name or page.reading.heading
    alone = len(page.reading.guides) == 1
    return Fault(
        subject=page.url if alone else f"{page.url}#{item}",
        page=page.url,
        fault="elements-missing",
        arguments={
            "guide": guide.name or page.reading.heading or page.reading.title,
            "missing": "、".join(missing),
            "count": len(missing),
            "required": len(params.elements),
        },
        identity=f"{own_identity(page.url)}#{item}",
        locator=Locator(text=guide.name),
        aspect="many" if len(missing) >= params.many else "few",
        count=len(missing),
        pages=(page.url,),
    )


def _not_read(page: StoredPage, reason: Reason) -> Fault:
    guide = page.reading.heading or page.reading.title
    return Fault(
        subject=page.url,
        page=page.url,
        fault="not-read",
        arguments={"guide": guide},
        verdict=Verdict.INCONCLUSIVE,
        reason=reason,
        identity=f"{own_identity(page.url)}#{guide}",
        aspect="many" if reason is Reason.BROWSER_NEEDED else "",
        pages=(page.url,),
    )
