"""IDN001: the mark of party and government bodies (CONAC) in the footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.identity.mark_survey import judge_mark
from govaudit.checks.registry import Judgement, NoParams, check
from govaudit.inspection.facts import MarkKind

if TYPE_CHECKING:
    from govaudit.checks.context import Context


@check(
    "IDN001",
    name="party-gov-mark-missing",
    faults=("missing", "missing-on-some", "not-read"),
    params=NoParams,
)
def party_government_mark(context: Context, _: NoParams) -> Judgement:
    """The mark of party and government bodies (党政机关网站标识) on every page.

    Any sign of the mark counts: its link to the certificate, its script, or its image. One finding for the site,
    with all pages that lack it.

    Clause: 国办秘函〔2019〕19号 功能设计/网站标识: 未在全站页面底部功能区清晰列明党政机关网站标识，网站标识码、
    ICP备案编号、公安机关备案标识、网站主办单位、联系方式的，每缺一项，扣0.5分。
    Reads: marks of all own pages; frames and redirect stubs are not pages.
    Could not tell: browser-needed where only a script writes the footer; the reason of the crawl when no page
    was read.
    """
    return judge_mark(context, MarkKind.PARTY_GOVERNMENT, None)
