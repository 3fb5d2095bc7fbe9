"""What checks of documents say together: how many were judged, and what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.registry import Fault, Judgement
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from govaudit.checks.context import Context
    from govaudit.checks.documents.own import Documents, OwnDocument


def judge_documents(
    context: Context, documents: Documents, judged: Sequence[OwnDocument], faults: Iterable[Fault]
) -> Judgement:
    """The judgement over ``judged``, which may be some of ``documents``; documents that only scripts write are named
    as could not tell. Without any document there is nothing to judge."""
    if not context.pages:
        return unread_site(context)
    if not judged and not documents.unread:
        return Judgement(examined=0, applicable=False)
    return Judgement(
        examined=len(judged),
        faults=[*faults],
        population=tuple(document.url for document in judged),
        reason=Reason.BROWSER_NEEDED if documents.unread else None,
        detail=f"{documents.unread[0]} ({len(documents.unread)}/{documents.seen})"
        if documents.unread
        else "",
    )
