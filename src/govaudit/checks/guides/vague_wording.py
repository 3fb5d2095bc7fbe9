"""GUI003: wording that leaves applicants guessing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from govaudit.checks.guides.survey import MATERIALS, SeenGuide, fault_of, judge_guides, named
from govaudit.checks.guides.wording import table
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import simplified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context

_FILE = "vague_wording"
_SENTENCE = re.compile(
    r"[。;；\n]+|(?<=[^0-9])(?=[0-9]{1,2}[.、．][^0-9])|(?=[(（][0-9一二三四五六七八九十]{1,3}[)）])"
)
_QUOTED = re.compile(r"《[^》]*》")
_LONGEST_QUOTE = 120


class VagueWordingParams(Params):
    """``elements``: where it is looked for; none: in those that the word list names. ``leave_out``: patterns of the
    word list, by id, that do not count here. ``phrases``: further phrases that are a fault wherever they stand."""

    elements: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vague:
    """A pattern of the word list. ``certain``: elements in which it is a fault without a second look."""

    id: str
    pattern: re.Pattern[str]
    certain: frozenset[str]
    exceptions: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase in its sentence."""

    element: str
    phrase: str
    sentence: str
    certain: bool


@check("GUI003", name="vague-wording", faults=("vague", "perhaps-vague"), params=VagueWordingParams)
def vague_wording(context: Context, params: VagueWordingParams) -> Judgement:
    """Wording in service guides that leaves open what is asked for: “其他材料”, “有关材料”, “视情况” ….

    One finding for each guide with every sentence; where all hits need a second look (“等材料”, “必要时”, conditions
    that repeat a law's own words), it goes to a person. What denies or forbids (“不得要求提供其他材料”,
    “其他材料：无”), names of documents, and lists that go on to say what is meant are no hits.

    Clause: 国办秘函〔2019〕19号 办事服务/办事指南: 4.存在表述含糊不清的情形（如“根据有关法律法规规定应提交的其他材料”
    等表述），每发现一个存在该问题的事项，扣2分。
    Reads: elements of the guides, sentence by sentence; the word list vague_wording.
    Could not tell: browser-needed or parse where the site's only guides were not read; the reason of the crawl when no
    page was read.
    """
    elements = params.elements or tuple(table(_FILE).data["elements"])
    return judge_guides(context, lambda seen: _faults(seen, elements, params))


def _faults(seen: SeenGuide, elements: tuple[str, ...], params: VagueWordingParams) -> list[Fault]:
    hits = [hit for element in elements for hit in _hits(seen, element, params)]
    if not hits:
        return []
    certain = [hit for hit in hits if hit.certain]
    shown = certain or hits
    return [
        fault_of(
            seen,
            "vague" if certain else "perhaps-vague",
            {
                "phrases": "、".join(dict.fromkeys(f"“{hit.phrase}”" for hit in shown)),
                "sentences": named([f"{hit.element}：“{hit.sentence}”" for hit in shown]),
                "count": len(shown),
            },
            verdict=Verdict.FAIL if certain else Verdict.REVIEW,
            text=shown[0].phrase,
        )
    ]


def _hits(seen: SeenGuide, element: str, params: VagueWordingParams) -> Iterator[Hit]:
    told: set[str] = set()
    for sentence in _sentences(seen, element):
        squeezed = simplified("".join(unicodedata.normalize("NFKC", sentence).split()))
        phrase, certain = _vague(squeezed, element, params)
        if phrase and phrase not in told:
            told.add(phrase)
            yield Hit(element, phrase, sentence.strip()[:_LONGEST_QUOTE], certain)


def _sentences(seen: SeenGuide, element: str) -> list[str]:
    if element == MATERIALS and seen.guide.materials:
        return [one.text or one.name for one in seen.guide.materials]
    return [one for one in _SENTENCE.split(seen.text(element)) if one.strip()]


def _vague(sentence: str, element: str, params: VagueWordingParams) -> tuple[str, bool]:
    """The first vague phrase of a sentence, and whether it is certainly a fault."""
    own = next((phrase for phrase in params.phrases if phrase in sentence), "")
    if own:
        return own, True
    if any(one.search(sentence) for one in _exceptions()):
        return "", False
    bare = _QUOTED.sub("", sentence)
    for vague in _patterns():
        if vague.id in params.leave_out or any(one.search(sentence) for one in vague.exceptions):
            continue
        match = vague.pattern.search(bare)
        if match is not None:
            return match[0], element in vague.certain
    return "", False


@cache
def _exceptions() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one) for one in table(_FILE).data["except"])


@cache
def _patterns() -> tuple[Vague, ...]:
    document = table(_FILE)
    try:
        return tuple(
            Vague(
                one["id"],
                re.compile(one["pattern"]),
                frozenset(one["certain"]),
                tuple(re.compile(text) for text in one["except"]),
            )
            for one in document.data["patterns"]
        )
    except (KeyError, TypeError, re.error) as error:
        line = document.line_of(("patterns",))
        raise InputError(Problem("vocabulary.no-list", document.where, line, str(error))) from error
