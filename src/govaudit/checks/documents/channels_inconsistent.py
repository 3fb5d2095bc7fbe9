"""DOC020: the same document, told differently in two places."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from govaudit.checks.documents.interpretations import names_of
from govaudit.checks.documents.own import own_documents
from govaudit.checks.documents.words import document_words, has_any
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.calendar import Period
from govaudit.inspection.peers import is_portal_of
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.documents.own import NumberedDocument, OwnDocument
    from govaudit.inspection.peers import Peer, ToldDocument

    Shown = NumberedDocument | ToldDocument

_SAME_TITLE, _RELATED_TITLE = 97, 70
"""Likeness of two titles in percent, from which they are the same; under the second the pages show two things."""
_REASONS = {reason.value: reason for reason in Reason}


class ChannelsInconsistentParams(Params):
    """``on_portal``: the office's normative documents have to be on the portal of its government too; ``within``:
    those published in this period."""

    on_portal: bool = False
    within: PeriodText = "1 year"


@check(
    "DOC020",
    name="channels-inconsistent",
    faults=("differs", "differs-from-portal", "not-on-portal", "portal-unread"),
    params=ChannelsInconsistentParams,
)
def channels_inconsistent(context: Context, params: ChannelsInconsistentParams) -> Judgement:
    """Documents with one number (文号) on two pages of the site, or here and on the portal of the government, whose
    titles, days of making or validity differ; where the rule book asks for it, normative documents that the portal
    lacks.

    One finding for each number, for a person to decide which place is right. Titles that are nearly unlike are of
    two things, such as a notice and its annex, and are not compared; a title with and without its office, or what the
    document issues, is the same. What one place does not say is no difference.

    Clause: “制度文件通过本单位网站和市政府门户网站对外公开”; “确保不同平台发布内容准确、一致” (地方政务公开工作要点).
    Reads: tables, number lines and signatures of document pages; what the portal of the run told of its own.
    Could not tell: the reason for which the portal or its columns of policies were not read, not-measured where no
    portal is in the run, both only where its documents are asked for; browser-needed for documents that only scripts
    write; the reason of the crawl when no page was read.
    """
    if not context.pages:
        return unread_site(context)
    documents = context.derived(own_documents)
    by_number: defaultdict[str, list[NumberedDocument]] = defaultdict(list)
    for document in documents.numbered:
        by_number[document.number].append(document)
    portals = [peer for peer in context.peers if is_portal_of(peer.site, context.site)]
    faults = [fault for shown in by_number.values() if (fault := _within_site(shown)) is not None]
    faults += [fault for portal in portals for fault in _against(by_number, portal)]
    if params.on_portal and context.site.kind != "portal":
        since = Period(params.within).before(context.as_of)
        due = [
            one for one in documents.own if one.normative and one.number and _since(one, since.isoformat())
        ]
        faults += [fault for one in due if (fault := _missing(one, portals)) is not None]
    if not by_number and not faults and not documents.unread:
        return Judgement(examined=0, applicable=False)
    return Judgement(
        examined=len(by_number),
        faults=faults,
        reason=Reason.BROWSER_NEEDED if documents.unread else None,
        detail=documents.unread[0] if documents.unread else "",
    )


def _since(document: OwnDocument, day: str) -> bool:
    return document.published is not None and document.published.isoformat() >= day


def _within_site(shown: list[NumberedDocument]) -> Fault | None:
    for first, second in combinations(shown, 2):
        if differences := _differences(first, second):
            return _fault("differs", second, differences, first.url)
    return None


def _against(by_number: dict[str, list[NumberedDocument]], portal: Peer) -> list[Fault]:
    found: dict[str, Fault] = {}
    for other in portal.documents:
        for own in by_number.get(other.number, ()):
            if own.number not in found and (differences := _differences(other, own)):
                found[own.number] = _fault("differs-from-portal", own, differences, other.url)
    return list(found.values())


def _differences(one: Shown, other: Shown) -> list[tuple[str, str, str]]:
    """Fields that cannot both be right, with what both places say."""
    first, second = fold(one.title), fold(other.title)
    likeness = fuzz.ratio(first, second)
    same = first in second or second in first or bool(names_of(one.title) & names_of(other.title))
    if _is_part(one.title) != _is_part(other.title) or (not same and likeness < _RELATED_TITLE):
        return []
    words = document_words()
    found = []
    if not same and likeness < _SAME_TITLE:
        found.append((words.field_title, one.title, other.title))
    if one.made and other.made and one.made != other.made:
        found.append((words.field_made, one.made, other.made))
    if one.validity and other.validity and one.validity != other.validity:
        shown = {"valid": words.valid[0], "invalid": words.invalid[1]}
        found.append((words.field_validity, shown[one.validity], shown[other.validity]))
    return found


def _is_part(title: str) -> bool:
    """Whether the page shows an annex or a piece of the document."""
    return has_any(fold(title), document_words().parts)


def _fault(fault: str, shown: NumberedDocument, differences: list[tuple[str, str, str]], other: str) -> Fault:
    return Fault(
        subject=shown.url,
        page=shown.url,
        fault=fault,
        arguments={
            "title": shown.title,
            "number": shown.number,
            "other": other,
            "fields": "、".join(name for name, _, _ in differences),
            "differences": "; ".join(f"{name}: {one[:80]} ≠ {two[:80]}" for name, one, two in differences),
        },
        verdict=Verdict.REVIEW,
        identity=f"{shown.number}#{fault}",
        aspect="portal" if fault == "differs-from-portal" else "pages",
        count=len(differences),
    )


def _missing(document: OwnDocument, portals: list[Peer]) -> Fault | None:
    number = str(document.number)
    names = names_of(document.title)
    for portal in portals:
        if any(one.number == number for one in portal.documents):
            return None
        if any(name in title for name in names for title in portal.titles):
            return None
    unread = next((portal.unread for portal in portals if portal.unread), "")
    reason = _REASONS[unread.partition(":")[0]] if unread else None if portals else Reason.NOT_MEASURED
    return Fault(
        subject=document.url,
        page=document.url,
        fault="not-on-portal" if reason is None else "portal-unread",
        arguments={
            "title": document.title,
            "number": number,
            "portal": portals[0].site.name or portals[0].site.url if portals else "",
            "unread": unread.partition(": ")[2],
            **({"reason": reason.value} if reason else {}),
        },
        verdict=Verdict.REVIEW if reason is None else Verdict.INCONCLUSIVE,
        reason=reason,
        identity=f"{number}#not-on-portal",
        column=document.column,
        aspect="portal",
    )
