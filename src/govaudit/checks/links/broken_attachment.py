"""LNK004: files that cannot be downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.links.content import ATTACHMENT_FAULTS
from govaudit.checks.links.survey import LinkClass
from govaudit.checks.links.verdict import FAULTS, judge_links
from govaudit.checks.registry import NoParams, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


@check("LNK004", name="broken-attachment", faults=(*FAULTS, *ATTACHMENT_FAULTS), params=NoParams)
def broken_attachment(context: Context, _: NoParams) -> Judgement:
    """Files to download (pdf, doc, xls, wps, ofd, zip …) that own pages link to.

    Fails under the same conditions as links, and when two looks bring an empty file, an own file cut short, or a web
    page in the file's place: then both its first bytes and its header say HTML, so that a table saved as HTML under
    ``.xls`` and sent as a table is none. A login in the file's place, and bytes that the program of the extension does
    not open, go to a person.

    Clause: 功能设计/可用性 “首页上的链接(包括图片、附件、外部链接等)打不开或错误的,每发现一处,扣0.2分;
    其他页面上的…,每发现一处,扣0.1分”.
    Reads: references of own pages, all looks at their targets with size, type and first bytes.
    Could not tell: as LNK001 and LNK002.
    """
    return judge_links(context, LinkClass.ATTACHMENT)
