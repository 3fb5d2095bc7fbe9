"""DOC002: interpretations and their documents that do not lead to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.documents.interpretations import interpretations
from govaudit.checks.documents.own import own_documents
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context
    from govaudit.checks.documents.interpretations import Interpretation


@check(
    "DOC002",
    name="interpretation-unlinked",
    faults=("document-unlinked", "interpretation-unlinked"),
    params=NoParams,
)
def interpretation_unlinked(context: Context, _: NoParams) -> Judgement:
    """Interpretations (解读) without a link to their document, and documents without one to their interpretation.

    Judged are interpretations whose title quotes exactly one document of the office that is on the site, by its title
    or what it issues. A link counts by its address, or by its text when it leads to a copy elsewhere; a document also
    when it leads to another interpretation. Two findings may stand for one interpretation, one for each direction; the
    page of both is the interpretation, from which samples are drawn.

    Clause: 随机抽查网站已发布的3个解读稿：未与被解读的政策文件相关联的，每发现一处，扣0.5分；该政策文件未与被抽查
    解读稿相关联的，每发现一处，扣0.5分。(国办秘函〔2019〕19号 发布解读/解读关联)
    Reads: titles, text and links of interpretations and of document pages.
    Could not tell: browser-needed where a page has a place for related links that a script may fill and no browser
    opened it; the reason of the crawl when no page was read.
    """
    if not context.pages:
        return unread_site(context)
    found = context.derived(interpretations)
    if not found:
        unread = context.derived(own_documents).unread
        if unread:
            return Judgement(examined=0, reason=Reason.BROWSER_NEEDED, detail=unread[0])
        return Judgement(examined=0, applicable=False)
    return Judgement(
        examined=len(found),
        faults=[fault for one in found for fault in _faults(one)],
        population=tuple(one.url for one in found),
    )


def _faults(one: Interpretation) -> Iterator[Fault]:
    if not one.to_document:
        yield _fault(one, "document-unlinked", doubtful=one.doubtful_here)
    if not one.to_interpretation:
        yield _fault(one, "interpretation-unlinked", doubtful=one.doubtful_there)


def _fault(one: Interpretation, key: str, *, doubtful: bool) -> Fault:
    return Fault(
        subject=one.url,
        page=one.url,
        fault=key,
        arguments={"title": one.title, "document": one.document.title, "url": one.document.url},
        verdict=Verdict.INCONCLUSIVE if doubtful else Verdict.FAIL,
        reason=Reason.BROWSER_NEEDED if doubtful else None,
        identity=f"{one.url}#{key}",
        aspect=key.removesuffix("-unlinked"),
    )
