"""GUI008: the same item, told differently in two places."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from govaudit.checks.guides.phones import phones_in
from govaudit.checks.guides.survey import MATERIALS, SeenGuide, judge_guides, says, seen_guides
from govaudit.checks.guides.wording import folded_set, word_list
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Locator
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.own_tables import ListedItem

_OFFICE = "办理机构"
_SHORTEST_CODE = 8
_DAYS = re.compile(r"([0-9]+)\s*个?(?:工作|自然)?(?:日|天)")
_NUMBER = re.compile(r"^[(（]?[0-9一二三四五六七八九十]{1,3}[)）、.．]")
_PHONES = frozenset(["联系电话", "监督电话"])
_LIMITS = frozenset(["承诺时限", "法定时限", "办理时限"])
_FEE = "收费标准"


class GuideConsistencyParams(Params):
    """``elements``: those that have to agree."""

    elements: tuple[str, ...] = ("承诺时限", "法定时限", _FEE, MATERIALS, "联系电话", "办理地点")


@check(
    "GUI008",
    name="guide-inconsistent",
    faults=("differs", "differs-from-list"),
    params=GuideConsistencyParams,
)
def guide_consistency(context: Context, params: GuideConsistencyParams) -> Judgement:
    """The same item on two pages of the site, or here and in the imported list of items, with different contents.

    One finding for each item, for a person to decide which place is right. Items are the same by their code, or by name
    and office; without an office by nothing. Limits are compared by their days, fees by whether there is one and its
    amount, materials by their names, phones by whether they share a number. What one place does not say is no
    difference. The list is ``items.csv`` of the workspace: 事项编码, 事项名称 and any elements.

    Clause: 国办秘函〔2019〕19号 办事服务/内容准确: 信息（如咨询电话、投诉电话等）存在错误，或与实际办事要求不一致的，
    每发现一处，扣1分; 线上线下、网站与大厅信息同源、准确一致.
    Reads: elements of all guides, the imported list.
    Could not tell: browser-needed or parse where the site's only guides were not read; the reason of the crawl when no
    page was read.
    """
    counted = Counter(key for seen in seen_guides(context) if (key := _key(seen)))
    several = {key for key, count in counted.items() if count > 1}
    listed = {key: item for item in context.tables.items if (key := _key_of(item))}
    firsts: dict[str, SeenGuide] = {}

    def look(seen: SeenGuide) -> list[Fault]:
        key = _key(seen)
        first = firsts.setdefault(key, seen) if key in several else seen
        faults = _against(context, first, seen, params) if first is not seen else []
        return [*faults, *(_against_list(context, seen, listed[key], params) if key in listed else ())]

    return judge_guides(context, look)


def _key(seen: SeenGuide) -> str:
    """What the same item has in common wherever it stands: its code, else its name and office; empty for none."""
    return _made_key(seen.guide.code, seen.guide.name, seen.text(_OFFICE))


def _key_of(item: ListedItem) -> str:
    return _made_key(item.code, item.name, item.elements.get(_OFFICE, ""))


def _made_key(code: str, name: str, office: str) -> str:
    if len(fold(code)) >= _SHORTEST_CODE:
        return fold(code)
    return f"{fold(name)}/{fold(office)}" if fold(name) and fold(office) else ""


def _against(
    context: Context, first: SeenGuide, second: SeenGuide, params: GuideConsistencyParams
) -> list[Fault]:
    differences = [
        (element, first.text(element), second.text(element))
        for element in params.elements
        if says(context, first, element)
        and says(context, second, element)
        and _differ(element, _names(first, element), _names(second, element))
    ]
    return [_fault(second, "differs", differences, first.shown_on)] if differences else []


def _against_list(
    context: Context, seen: SeenGuide, item: ListedItem, params: GuideConsistencyParams
) -> list[Fault]:
    differences = [
        (element, item.elements[element], seen.text(element))
        for element in params.elements
        if item.elements.get(element)
        and says(context, seen, element)
        and _differ(element, item.elements[element], _names(seen, element))
    ]
    return [_fault(seen, "differs-from-list", differences, item.where)] if differences else []


def _names(seen: SeenGuide, element: str) -> str:
    """The text of an element; of materials their names, one a line."""
    if element == MATERIALS and seen.guide.materials:
        return "\n".join(one.name for one in seen.guide.materials)
    return seen.text(element)


def _fault(seen: SeenGuide, fault: str, differences: list[tuple[str, str, str]], other: str) -> Fault:
    told = "; ".join(f"{element}: {one[:60]} ≠ {two[:60]}" for element, one, two in differences)
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
        },
        verdict=Verdict.REVIEW,
        identity=f"{seen.subject}#{fault}",
        locator=Locator(text=differences[0][2][:40]),
        aspect="list" if fault == "differs-from-list" else "pages",
        pages=(seen.shown_on,),
    )


def _differ(element: str, one: str, other: str) -> bool:
    """Whether two texts of an element cannot both be right."""
    one, other = simplified(one), simplified(other)
    if fold(one) == fold(other):
        return False
    if element in _PHONES:
        first, second = ({phone.local for phone in phones_in(text)} for text in (one, other))
        return bool(first and second) and first.isdisjoint(second)
    if element in _LIMITS:
        first_days, second_days = (_days(text) for text in (one, other))
        return bool(first_days and second_days) and first_days != second_days
    if element == _FEE:
        return _fee(one) != _fee(other)
    if element == MATERIALS:
        return _materials(one).isdisjoint(_materials(other)) or len(_materials(one)) != len(_materials(other))
    first_text, second_text = fold(one), fold(other)
    return first_text not in second_text and second_text not in first_text


def _days(text: str) -> set[str]:
    return set(_DAYS.findall(unicodedata.normalize("NFKC", text)))


def _fee(text: str) -> str:
    """Empty for no fee, else the amounts; a fee without an amount is its text."""
    free = word_list("guide_answers", "free")
    if fold(text) in folded_set("guide_answers", "free") or text.startswith(free[:2]):
        return ""
    amounts = re.findall(r"[0-9]+(?:\.[0-9]+)?(?=\s*元)", unicodedata.normalize("NFKC", text))
    return "/".join(sorted(amounts)) or fold(text)


def _materials(text: str) -> set[str]:
    parts = re.split(r"[\n；;]+", text)
    return {name for part in parts if (name := fold(_NUMBER.sub("", part.strip())))}
