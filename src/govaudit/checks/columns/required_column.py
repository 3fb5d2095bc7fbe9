"""COL001: columns that a site of its kind must have."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from govaudit.checks.columns.names_seen import NamesSeen, names_seen
from govaudit.checks.columns.tree import site_words
from govaudit.checks.columns.vocabulary import column_vocabulary
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.profile import RequiredColumn

_NEAREST = 5
_TELLING = 4
"""Names of so many characters are recognised inside a longer one; shorter ones only at its end."""
_LONGEST_COMPOUND = 10


@check("COL001", name="required-column-missing", faults=("missing", "unclear"), params=NoParams)
def required_column(context: Context, _: NoParams) -> Judgement:
    """Columns (and topics) that the profile requires of sites of this kind and that stand nowhere.

    Searched under all names of the vocabulary and the profile, simplified or traditional, in navigation,
    headings, breadcrumbs and labels of all pages and in the links of the home page, the pages that its
    navigation offers and the site map. Missing is only what was not found although all of these were read.

    Clause: 概况信息、机构职能、领导信息、动态要闻、政策文件、政策解读
    “未开设…类栏目的,扣…分”; the profile's list of columns.
    Reads: navigation, breadcrumbs, labels, headings, links, the profile's required columns, the vocabulary.
    Could not tell: the reason for which a page of the navigation was not read; browser-needed (a script writes
    navigation or lists); parse (the home page shows its columns in pictures).
    """
    required = [one for one in context.profile.columns if context.site.kind in one.kinds]
    if not required:
        return Judgement(examined=0, applicable=False)
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    names = context.derived(names_seen)
    words = site_words(context)
    absent = [one for one in required if not _is_seen(one, names, words)]
    return Judgement(examined=len(required), faults=[_fault(context, one, names) for one in absent])


def _is_seen(required: RequiredColumn, names: NamesSeen, words: tuple[str, ...]) -> bool:
    vocabulary = column_vocabulary()
    asked = (required.name, *required.also)
    canonical = {rule.name for one in asked if (rule := vocabulary.match(one)) is not None}
    wanted = {fold(one) for one in asked}
    for folded in names.texts:
        if folded in wanted:
            return True
        rule = vocabulary.match(folded, words)
        if rule is not None and rule.name in canonical:
            return True
    synonyms = wanted | {fold(one) for name in canonical for one in (name, *vocabulary.names[name])}
    return any(_holds(folded, synonym) for folded in names.texts for synonym in synonyms)


def _holds(text: str, synonym: str) -> bool:
    """Whether a compound name contains a synonym: not sure enough to call it found, but enough not to accuse."""
    if len(text) > _LONGEST_COMPOUND:
        return False
    if len(synonym) >= _TELLING:
        return synonym in text
    return len(synonym) >= 2 and text.endswith(synonym)


def _fault(context: Context, required: RequiredColumn, names: NamesSeen) -> Fault:
    nearest = sorted(
        names.texts, key=lambda text: (-SequenceMatcher(None, fold(required.name), text).ratio(), text)
    )[:_NEAREST]
    shown = "、".join(names.texts[text] for text in nearest)
    reason = names.unread[0] if names.unread else None
    lines = (*names.places, "", "、".join(names.texts.values()))
    return Fault(
        subject=required.name,
        page=context.home_url,
        fault="unclear" if reason else "missing",
        verdict=Verdict.INCONCLUSIVE if reason else Verdict.FAIL,
        reason=reason,
        arguments={
            "column": required.name,
            "pages": len(names.places),
            "nearest": shown,
            "unread": names.unread[1] if names.unread else "",
            **({"reason": reason.value} if reason else {}),
        },
        column=required.name,
        aspect=required.name,
        evidence=(Evidence(kind="text", text="\n".join(lines)),),
    )
