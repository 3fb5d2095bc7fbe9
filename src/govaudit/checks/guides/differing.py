"""Whether two texts of an element of a guide cannot both be right."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from govaudit.checks.guides.phones import phones_in
from govaudit.checks.guides.survey import MATERIALS, refers_elsewhere, says
from govaudit.checks.guides.wording import folded_set, word_list
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.guides.survey import SeenGuide

FEE = "收费标准"
_DAYS = re.compile(r"([0-9]+)\s*个?(?:工作|自然)?(?:日|天)")
_NUMBER = re.compile(r"^[(（]?[0-9一二三四五六七八九十]{1,3}[)）、.．]")
_PHONES = frozenset(["联系电话", "监督电话"])
_LIMITS = frozenset(["承诺时限", "法定时限", "办理时限"])


def stated(context: Context, seen: SeenGuide, element: str) -> str:
    """The text of an element, of materials their names, one a line; empty where the guide says nothing in words, such
    as by a picture or a file alone."""
    if not says(context, seen, element) or refers_elsewhere(seen.text(element)):
        return ""
    if element == MATERIALS and seen.guide.materials:
        return "\n".join(one.name for one in seen.guide.materials)
    return seen.text(element)


def differ(element: str, one: str, other: str) -> bool:
    """Whether two texts of an element cannot both be right. An empty one says nothing, so it agrees with all."""
    one, other = simplified(one), simplified(other)
    if not fold(one) or not fold(other) or fold(one) == fold(other):
        return False
    if element in _PHONES:
        first, second = ({phone.local for phone in phones_in(text)} for text in (one, other))
        return bool(first and second) and first.isdisjoint(second)
    if element in _LIMITS:
        first_days, second_days = (_days(text) for text in (one, other))
        return bool(first_days and second_days) and first_days.isdisjoint(second_days)
    if element == FEE:
        return _fee(one) != _fee(other)
    if element == MATERIALS:
        return _other_materials(_materials(one), _materials(other))
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


def _other_materials(one: set[str], other: set[str]) -> bool:
    """Whether two lists name other things, or one more than the other. A list in one piece is not counted: it may name
    in a sentence what the other tells apart."""
    for whole, parts in ((one, other), (other, one)):
        if len(whole) == 1 and all(part in text for part in parts for text in whole):
            return False
    return one.isdisjoint(other) or len(one) != len(other)
