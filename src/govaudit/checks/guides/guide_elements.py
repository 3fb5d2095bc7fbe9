"""GUI002: elements of service guides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.guides.survey import (
    NAME_ELEMENT,
    SeenGuide,
    fault_of,
    is_scripted,
    says,
    seen_guides,
    unread_guides,
)
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold, name_table

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage


class GuideElementsParams(Params):
    """``elements``: classes of elements that a guide has to hold, under any of their names. ``many``: from how many
    missing classes on a guide counts for the veto. ``also``: further classes that a local rule book asks for."""

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
    also: tuple[str, ...] = ()


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
    ``few``. “无” or “不收费” is an answer where it can be one; punctuation, a placeholder, nothing, or “见附件” without
    a file is none. A picture or link is an answer. Aspect and count never depend on other guides. What misses of
    ``also`` is a finding of its own, aspect ``local``, and never counts among ``many``.

    Clause: 国办秘函〔2019〕19号 办事服务/办事指南: 2.提供办事指南，但重点要素类别（事项名称、设定依据、申请条件、
    办理材料、办理地点、办理机构、收费标准、办理时间、联系电话、办理流程）缺失的，每发现一处，扣0.5分。
    单项否决/服务不实用: 2.办事指南重点要素类别缺失4类及以上的事项数量超过（含）5个。
    Reads: the guides that the reader found on own pages and in their frames, with links and pictures.
    Could not tell: browser-needed for a guide that only scripts write (it may decide the veto, so its aspect is
    ``many``); parse for a page that is a guide and whose elements were not recognised; the reason of the crawl
    when no page was read. A site without guides has none to judge (GUI001 judges that).
    """
    faults: list[Fault] = [_not_read(page, reason) for page, reason in unread_guides(context)]
    population: list[str] = []
    examined = 0
    for seen in seen_guides(context):
        examined += 1
        missing = missing_elements(context, seen, params.elements)
        if is_scripted(seen) and (missing or missing_elements(context, seen, params.also)):
            faults.append(_not_read(seen.page, Reason.BROWSER_NEEDED))
            continue
        population.append(seen.shown_on)
        if missing:
            faults.append(_fault(seen, missing, params))
        if absent := missing_elements(context, seen, params.also):
            faults.append(_local_fault(seen, absent, params))
    if not examined and not faults:
        return unread_site(context) if not context.pages else Judgement(examined=0, applicable=False)
    return Judgement(examined=examined, faults=faults, population=tuple(dict.fromkeys(population)))


def missing_elements(context: Context, seen: SeenGuide, elements: tuple[str, ...]) -> tuple[str, ...]:
    """Classes of ``elements`` that the guide lacks or leaves empty, in that order and as the profile names them."""
    return tuple(name for name in elements if not _is_there(context, seen, name))


def _is_there(context: Context, seen: SeenGuide, name: str) -> bool:
    canonical = name_table("guide_elements").match(name) or name
    return says(context, seen, canonical) or (canonical == NAME_ELEMENT and bool(fold(seen.guide.name)))


def _fault(seen: SeenGuide, missing: tuple[str, ...], params: GuideElementsParams) -> Fault:
    return fault_of(
        seen,
        "elements-missing",
        {"missing": "、".join(missing), "count": len(missing), "required": len(params.elements)},
        aspect="many" if len(missing) >= params.many else "few",
        count=len(missing),
        parts=missing,
    )


def _local_fault(seen: SeenGuide, absent: tuple[str, ...], params: GuideElementsParams) -> Fault:
    return fault_of(
        seen,
        "elements-missing",
        {"missing": "、".join(absent), "count": len(absent), "required": len(params.also)},
        aspect="local",
        count=len(absent),
        part="local",
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
