"""DOC008: elements of the guide to government information."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.documents.part_elements import PART_FAULTS, judge_part
from govaudit.checks.documents.titles import columns_named, titled
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Judgement, Params, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context

GUIDE = "政府信息公开指南"
_MOST_GUIDES = 20


class DisclosureGuideParams(Params):
    """``elements``: what the guide has to give; names of the vocabulary of elements, or own ones."""

    elements: tuple[str, ...] = ("机构名称", "办公地址", "办公时间", "联系电话", "传真号码", "互联网联系方式")


@check("DOC008", name="disclosure-guide-elements", faults=PART_FAULTS, params=DisclosureGuideParams)
def disclosure_guide(context: Context, params: DisclosureGuideParams) -> Judgement:
    """What the guide to government information (政府信息公开指南) has to say of the office that answers for it.

    The guide is the column of that name, and every page whose link names it; all together hold the elements, as
    headings, labels, cells of tables or words in sentences. A site without a guide is DOC007.

    Clause: 条例第十二条 “政府信息公开指南包括政府信息的分类、编排体系、获取方式和政府信息公开工作机构的名称、办公地址、
    办公时间、联系电话、传真号码、互联网联系方式等内容”.
    Reads: the column tree, links that name the guide, the text of its pages, the vocabulary of elements.
    Could not tell: not-measured where the guide is on another site; the reason for which a page of it was not read;
    browser-needed (a script writes it); parse (it is a picture or a file to download).
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    columns = columns_named(context, GUIDE)
    linked = [one.url for one in titled(context, "guide")][:_MOST_GUIDES]
    return judge_part(context, GUIDE, columns, linked, params.elements)
