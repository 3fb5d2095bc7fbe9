"""GUI004: in what form and number materials are to be brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.guides.survey import (
    MATERIALS,
    SeenGuide,
    fault_of,
    judge_guides,
    named,
    refers_elsewhere,
    says,
)
from govaudit.checks.guides.wording import word_list
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import simplified

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Material


class MaterialFormatParams(Params):
    """``least``: how many of the three (original or copy, number, paper or electronic) a material has to say."""

    least: int = 1


@check("GUI004", name="material-format-unclear", faults=("unclear", "not-read"), params=MaterialFormatParams)
def material_format(context: Context, params: MaterialFormatParams) -> Judgement:
    """Materials of service guides of which nothing says whether original or copy, how many, paper or electronic.

    One finding for each guide with all of these materials. What the guide says of all materials holds for each
    (“以上材料均提供复印件一份”). Materials that offices look up themselves are not asked for.

    Clause: 国办秘函〔2019〕19号 办事服务/办事指南: 3.办理材料格式要求不明确的（如未说明原件/复印件、纸质版/电子版、
    份数等），每发现一个存在该问题的事项，扣1分。
    Reads: materials of the guides, one by one.
    Could not tell: parse where a guide names its materials only in a file or picture; browser-needed or parse where
    the site's only guides were not read; the reason of the crawl when no page was read.
    """
    return judge_guides(context, lambda seen: _faults(context, seen, params))


def _faults(context: Context, seen: SeenGuide, params: MaterialFormatParams) -> list[Fault]:
    if not says(context, seen, MATERIALS):
        return []
    if refers_elsewhere(seen.text(MATERIALS)) or not (seen.guide.materials or seen.text(MATERIALS)):
        return [
            fault_of(seen, "not-read", {}, verdict=Verdict.INCONCLUSIVE, reason=Reason.PARSE, part="file")
        ]
    if any(link.picture and link.element == MATERIALS for link in seen.guide.links):
        return []
    unclear = [one.name for one in seen.guide.materials if _said(one) < params.least and not _looked_up(one)]
    if not unclear:
        return []
    total = len(seen.guide.materials)
    return [
        fault_of(
            seen,
            "unclear",
            {"materials": named(unclear), "count": len(unclear), "total": total},
            text=unclear[0],
        )
    ]


def _said(material: Material) -> int:
    return sum(map(bool, (material.original, material.copies, material.medium)))


def _looked_up(material: Material) -> bool:
    """Whether nobody has to bring it."""
    return any(word in simplified(material.text) for word in word_list("guide_forms", "not-brought"))
