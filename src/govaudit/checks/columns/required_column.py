"""COL001: columns that a site of its kind must have."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from govaudit.checks.columns.names_seen import NamesSeen, names_seen
from govaudit.checks.columns.required import nothing_to_look_for, required_here
from govaudit.checks.columns.tree import Recognised, site_words
from govaudit.checks.columns.vocabulary import site_vocabulary
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.inspection.finding import Evidence, Examined, Said
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
    navigation offers and the site map. Missing is only what was not found although all of these were read, not even
    in a name that differs by one character or holds one of the names. ``explain`` tells by which name and where each
    was found.

    Clause: 概况信息、机构职能、领导信息、动态要闻、政策文件、政策解读
    “未开设…类栏目的,扣…分”; the profile's list of columns.
    Reads: navigation, breadcrumbs, labels, headings, links, the profile's required columns, the vocabulary.
    Could not tell: the reason for which a page of the navigation was not read; browser-needed (a script writes
    navigation or lists); parse (the home page shows its columns in pictures).
    """
    nothing = nothing_to_look_for(context)
    if nothing is not None:
        return nothing
    required = required_here(context)
    names = context.derived(names_seen)
    found = {one.name: _found(context, one, names) for one in required}
    faults = [_fault(context, one, names) for one in required if found[one.name] is None]
    trace = tuple(_examined(name, said, names) for name, said in found.items())
    return Judgement(examined=len(required), faults=faults, trace=trace)


def _found(context: Context, required: RequiredColumn, names: NamesSeen) -> Said | None:
    """The name by which a column is there, and where it stands; the surest kind of finding first."""
    vocabulary = context.derived(site_vocabulary)
    words = site_words(context)
    asked = (required.name, *required.also)
    canonical = {match.rule.name for one in asked if (match := vocabulary.match(one)) is not None}
    for look in (vocabulary.match, vocabulary.match_nearly):
        for folded, sighting in names.texts.items():
            match = look(folded, words)
            if match is not None and match.rule.name in canonical:
                return Recognised(match, sighting).said()
    synonyms = (one for column in sorted(canonical) for one in vocabulary.names[column])
    for name in (*asked, *synonyms):
        for folded, sighting in names.texts.items():
            if _holds(folded, fold(name)):
                return sighting.holding(name)
    return None


def _examined(name: str, said: Said | None, names: NamesSeen) -> Examined:
    if said is not None:
        return Examined(subject=name, verdict=Verdict.PASS, arguments={"column": name}, said=(said,))
    return Examined(
        subject=name,
        verdict=Verdict.INCONCLUSIVE if names.unread else Verdict.FAIL,
        reason=names.unread[0] if names.unread else None,
        arguments={"column": name},
    )


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
    shown = "、".join(names.texts[text].text for text in nearest)
    reason = names.unread[0] if names.unread else None
    searched = (Said(key="columns.searched", arguments={"url": url}) for url in names.places)
    seen = Said(key="columns.seen", arguments={"names": "、".join(one.text for one in names.texts.values())})
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
        topic=required.name,
        evidence=(Evidence(kind="text", said=(*searched, seen)),),
    )
