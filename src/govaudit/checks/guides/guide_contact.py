"""GUI009: phone numbers and addresses of guides that cannot be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.guides.phones import Phone, phones_in
from govaudit.checks.guides.survey import SeenGuide, fault_of, judge_guides, refers_elsewhere, says
from govaudit.checks.guides.wording import folded_set, word_list
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context

_FILE = "contact_numbers"
_PLACE = "办理地点"
_SHORTEST_PLACE = 4


class GuideContactParams(Params):
    """``phones``: elements that hold phone numbers."""

    phones: tuple[str, ...] = ("联系电话", "监督电话")


@check(
    "GUI009",
    name="guide-contact-fault",
    faults=("phone-empty", "phone-malformed", "phone-placeholder", "phone-contradicts", "place-blank"),
    params=GuideContactParams,
)
def guide_contact(context: Context, params: GuideContactParams) -> Judgement:
    """Phone numbers and addresses of service guides that are empty, cannot be dialled, were meant to be replaced,
    or contradict each other; for a person to confirm.

    One finding for each guide and fault. A number can be dialled as a mobile, with or without its area code, as a
    400 or 800 number or a short number (12345, 95598); extensions are allowed. An element that GUI002 of the same
    profile finds missing or empty is not told twice. Contradiction: two area codes in one element, or the same name
    twice on the page with numbers of which none agrees.

    Clause: 国办秘函〔2019〕19号 办事服务/内容准确: 信息（如咨询电话、投诉电话等）存在错误，或与实际办事要求不一致的，
    每发现一处，扣1分。
    Reads: phone and place of the guides.
    Could not tell: browser-needed or parse where the site's only guides were not read; the reason of the crawl when no
    page was read.
    """
    told = frozenset(context.profile.checks.get("GUI002", {}).get("elements", ()))
    return judge_guides(
        context, lambda seen: [*_phone_faults(context, seen, params, told), *_place_faults(seen)]
    )


def _phone_faults(
    context: Context, seen: SeenGuide, params: GuideContactParams, told: frozenset[str]
) -> Iterator[Fault]:
    """Faults of phone numbers. ``told``: elements whose emptiness another check reports."""
    for element in params.phones:
        if element not in seen.guide.elements or (element in told and not says(context, seen, element)):
            continue
        text = seen.text(element)
        phones = phones_in(text)
        key, wrong = _wrong(text, phones)
        if not key:
            key, wrong = _contradiction(seen, element, phones)
        if key:
            yield _fault(seen, key, element, wrong)


def _wrong(text: str, phones: list[Phone]) -> tuple[str, str]:
    """What is wrong with the numbers of one element, and the number."""
    placeholder = next((one for one in phones if one.placeholder), None)
    if placeholder is not None:
        return "phone-placeholder", placeholder.text
    if (
        fold(text) in folded_set("guide_answers", "blank")
        or word_list(_FILE, "blank-numbers")[0] in text.lower()
    ):
        return "phone-placeholder", text[:40]
    if any(one.sound for one in phones):
        return "", ""
    if phones:
        return "phone-malformed", phones[0].text
    if refers_elsewhere(text) or any(word in text for word in word_list(_FILE, "elsewhere")):
        return "", ""
    return ("phone-empty", text[:40]) if len(fold(text)) <= _SHORTEST_PLACE else ("", "")


def _contradiction(seen: SeenGuide, element: str, phones: list[Phone]) -> tuple[str, str]:
    areas = {one.area for one in phones if one.area}
    if len(areas) > 1:
        return "phone-contradicts", "、".join(one.text for one in phones if one.area)
    mine = {one.local for one in phones if one.sound}
    for name, text in seen.guide.repeated:
        others = {one.local for one in phones_in(text) if one.sound}
        if name == element and mine and others and mine.isdisjoint(others):
            return "phone-contradicts", f"{phones[0].text}、{text[:40]}"
    return "", ""


def _place_faults(seen: SeenGuide) -> Iterator[Fault]:
    text = seen.text(_PLACE)
    if not text:
        return
    blank = any(word in text for word in word_list(_FILE, "blank-addresses"))
    if blank or (text.isascii() and len(fold(text)) < _SHORTEST_PLACE and fold(text)):
        yield _fault(seen, "place-blank", _PLACE, text[:40])


def _fault(seen: SeenGuide, fault: str, element: str, wrong: str) -> Fault:
    return fault_of(
        seen,
        fault,
        {"element": element, "wrong": wrong},
        verdict=Verdict.REVIEW,
        aspect="place" if fault == "place-blank" else "phone",
        text=wrong or element,
        part=f"{fault}/{element}",
    )
