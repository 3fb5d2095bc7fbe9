"""LNK001: pages of the site that cannot be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.links.content import PAGE_FAULTS
from govaudit.checks.links.survey import LinkClass
from govaudit.checks.links.verdict import FAULTS, judge_links
from govaudit.checks.registry import NoParams, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


@check("LNK001", name="broken-internal-link", faults=(*FAULTS, *PAGE_FAULTS), params=NoParams)
def broken_internal_link(context: Context, _: NoParams) -> Judgement:
    """Links of the site's own pages that lead to pages of the site which cannot be opened.

    A link fails when two looks, taken apart from each other, agree: 404, 410, 400, 414, 500, 501, no such name,
    refused connection; also no answer, broken connection, 502, 503, 504, 52x or a failing name server, since the
    site's other pages did answer. A page that is empty, or cut short on both looks, goes to a person. One finding for
    each target, with all pages that hold the link. Frames, resources and files to download are judged by LNK003 and
    LNK004, endless redirects by LNK006, what is written wrongly by LNK008; addresses that only a script puts
    together are not judged.

    Clause: 功能设计/可用性 “首页上的链接(包括图片、附件、外部链接等)打不开或错误的,每发现一处,扣0.2分;
    其他页面上的…,每发现一处,扣0.1分”.
    Reads: references of own pages, all looks at their targets.
    Could not tell: blocked-status, blocked-page (a wall answered), tls, connect, not-measured (only one look, or
    looks that disagree), interrupted (the crawl was broken off), the home page's reason when nothing was read.
    """
    return judge_links(context, LinkClass.INTERNAL)
