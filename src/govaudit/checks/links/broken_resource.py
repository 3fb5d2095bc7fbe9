"""LNK003: images, styles, scripts, fonts, frames and media that cannot be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.links.content import FILE_FAULTS
from govaudit.checks.links.survey import LinkClass
from govaudit.checks.links.verdict import FAULTS, judge_links
from govaudit.checks.registry import NoParams, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


@check("LNK003", name="broken-resource", faults=(*FAULTS, *FILE_FAULTS), params=NoParams)
def broken_resource(context: Context, _: NoParams) -> Judgement:
    """What the site's own pages need to be shown: images, styles, scripts, fonts, frames, media.

    Fails under the same conditions as links (LNK001 for own hosts, LNK002 for foreign ones); also when a
    picture, font or medium arrives empty, or an own one cut short. An empty style or script is none.

    Clause: 功能设计/可用性 “首页上的链接(包括图片、附件、外部链接等)打不开或错误的,每发现一处,扣0.2分;
    其他页面上的…,每发现一处,扣0.1分”.
    Reads: references of own pages, all looks at their targets.
    Could not tell: as LNK001 and LNK002.
    """
    return judge_links(context, LinkClass.RESOURCE)
