"""GUI008: the same item, told differently in two places."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from govaudit.checks.guides.differing import FEE, differ, stated
from govaudit.checks.guides.survey import MATERIALS, SeenGuide, judge_guides, seen_guides
from govaudit.checks.guides.told_guides import OFFICE, Told, guides_of_portals, of_same_item
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Locator
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.own_tables import ListedItem

    Difference = tuple[str, str, str]

_SHORTEST_CODE = 8
_ASPECTS = {"differs": "pages", "differs-from-list": "list", "differs-from-site": "sites"}


class GuideConsistencyParams(Params):
    """``elements``: those that have to agree."""

    elements: tuple[str, ...] = ("承诺时限", "法定时限", FEE, MATERIALS, "联系电话", "办理地点")


@check(
    "GUI008",
    name="guide-inconsistent",
    faults=("differs", "differs-from-list", "differs-from-site"),
    params=GuideConsistencyParams,
)
def guide_consistency(context: Context, params: GuideConsistencyParams) -> Judgement:
    """The same item with different contents on two pages of the site, here and on the portal of the government, or here
    and in the imported list of items.

    One finding for each item and pair of places, for a person to decide which place is right. Items are the same by
    their code, or by name and office; without an office by nothing. On the portal an item is the same only by a code
    that names the office and a name that does not tell of another case, or by name and office; where the portal shows
    an item more than once, nothing differs that one of its guides says too. Limits differ when they share no number of
    days, fees by whether there is one and its amount, materials by their names, phones when they share no number. What
    one place does not say in words is no difference. A department is compared with its portal when both are in the run;
    the finding is the department's. The list is ``items.csv`` of the workspace: 事项编码, 事项名称 and any elements.

    Clause: 国办秘函〔2019〕19号 办事服务/内容准确: 信息（如咨询电话、投诉电话等）存在错误，或与实际办事要求不一致的，
    每发现一处，扣1分; 线上线下、网站与大厅信息同源、准确一致.
    Reads: elements of all guides, what the portal of the run told of its guides, the imported list.
    Could not tell: browser-needed or parse where the site's only guides were not read; the reason of the crawl when no
    page was read.
    """
    counted = Counter(key for seen in seen_guides(context) if (key := _key(seen)))
    several = {key for key, count in counted.items() if count > 1}
    listed = {key: item for item in context.tables.items if (key := _key_of(item))}
    told = guides_of_portals(context)
    firsts: dict[str, SeenGuide] = {}

    def look(seen: SeenGuide) -> list[Fault]:
        key = _key(seen)
        first = firsts.setdefault(key, seen) if key in several else seen
        faults = _against(context, first, seen, params) if first is not seen else []
        if told and first is seen:
            faults += _against_portal(context, seen, told, params)
        return [*faults, *(_against_list(context, seen, listed[key], params) if key in listed else ())]

    return judge_guides(context, look)


def compared_elements(context: Context) -> tuple[str, ...]:
    """The elements that the site's rule book compares."""
    return GuideConsistencyParams.model_validate(context.profile.checks.get("GUI008", {})).elements


def _key(seen: SeenGuide) -> str:
    """What the same item has in common wherever it stands: its code, else its name and office; empty for none."""
    return _made_key(seen.guide.code, seen.guide.name, seen.text(OFFICE))


def _key_of(item: ListedItem) -> str:
    return _made_key(item.code, item.name, item.elements.get(OFFICE, ""))


def _made_key(code: str, name: str, office: str) -> str:
    if len(fold(code)) >= _SHORTEST_CODE:
        return fold(code)
    return f"{fold(name)}/{fold(office)}" if fold(name) and fold(office) else ""


def _against(
    context: Context, first: SeenGuide, second: SeenGuide, params: GuideConsistencyParams
) -> list[Fault]:
    differences = [
        (element, one, two)
        for element in params.elements
        if differ(element, one := stated(context, first, element), two := stated(context, second, element))
    ]
    return [_fault(second, "differs", differences, first.shown_on)] if differences else []


def _against_list(
    context: Context, seen: SeenGuide, item: ListedItem, params: GuideConsistencyParams
) -> list[Fault]:
    differences = [
        (element, item.elements[element], own)
        for element in params.elements
        if differ(element, item.elements.get(element, ""), own := stated(context, seen, element))
    ]
    return [_fault(seen, "differs-from-list", differences, item.where)] if differences else []


def _against_portal(
    context: Context, seen: SeenGuide, told: Told, params: GuideConsistencyParams
) -> list[Fault]:
    others = list(of_same_item(told, seen))
    differences: list[Difference] = []
    places: dict[str, str] = {}
    for element in params.elements if others else ():
        own = stated(context, seen, element)
        saying = [(peer, guide) for peer, guide in others if guide.elements.get(element)]
        if saying and all(differ(element, guide.elements[element], own) for _, guide in saying):
            peer, guide = saying[0]
            differences.append((element, guide.elements[element], own))
            places.setdefault(guide.url, peer.site.name or peer.site.host)
    if not differences:
        return []
    site = next(iter(places.values()))
    return [_fault(seen, "differs-from-site", differences, "、".join(places), site)]


def _fault(seen: SeenGuide, fault: str, differences: list[Difference], other: str, site: str = "") -> Fault:
    told = "; ".join(f"{element}: {_shown(one)} ≠ {_shown(two)}" for element, one, two in differences)
    return Fault(
        subject=seen.subject,
        page=seen.shown_on,
        fault=fault,
        arguments={
            "guide": seen.name,
            "elements": "、".join(element for element, _, _ in differences),
            "differences": told,
            "other": other,
            "count": len(differences),
            **({"site": site} if site else {}),
        },
        verdict=Verdict.REVIEW,
        identity=f"{seen.subject}#{fault}",
        locator=Locator(text=seen.text(differences[0][0])[:40]),
        aspect=_ASPECTS[fault],
        pages=(seen.shown_on,),
    )


def _shown(text: str) -> str:
    return text.replace("\n", "；")[:60]
