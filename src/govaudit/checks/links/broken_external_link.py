"""LNK002: links that leave the site and cannot be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.links.foreign import FOREIGN_FAULTS
from govaudit.checks.links.survey import LinkClass
from govaudit.checks.links.verdict import FAULTS, judge_links
from govaudit.checks.registry import NoParams, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


@check(
    "LNK002",
    name="broken-external-link",
    faults=(*FAULTS, *FOREIGN_FAULTS),
    params=NoParams,
    concerns_others=True,
)
def broken_external_link(context: Context, _: NoParams) -> Judgement:
    """Links of the site's own pages that leave the site and cannot be opened.

    A link fails when two looks agree on 404, 410, 400, 414, 500, 501, no such name or a refused connection.
    Where several foreign hosts were tried and none of them ever answered, the inspecting machine's own way out
    is in doubt and names or connections are no fault of theirs. A page that opened goes to a person where its title or
    heading says that nothing was found, and where a link to content ended at a front page; other people's sites are
    never asked for addresses that cannot exist.

    Clause: 功能设计/可用性 “首页上的链接(包括图片、附件、外部链接等)打不开或错误的,每发现一处,扣0.2分;
    其他页面上的…,每发现一处,扣0.1分”.
    Reads: references of own pages, all looks at their targets, their titles and headings.
    Could not tell: timeout, reset, server-error, dns (time-outs and failing servers of others may pass),
    blocked-status, blocked-page, tls, connect, not-measured, interrupted.
    """
    return judge_links(context, LinkClass.EXTERNAL)
