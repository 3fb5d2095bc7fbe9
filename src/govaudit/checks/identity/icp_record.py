"""IDN003: the ICP record number in the footer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from govaudit.checks.identity.mark_survey import judge_mark
from govaudit.checks.registry import Judgement, Params, check
from govaudit.inspection.facts import MarkKind

if TYPE_CHECKING:
    from govaudit.checks.context import Context


class IcpParams(Params):
    """``pattern``: what the mark looks like, in narrow characters and without spaces."""

    pattern: re.Pattern[str] = re.compile(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼蜀滇陇黔]ICP备(?:\d{6,8}|\d{10})号(?:-\d+)?"
    )


@check(
    "IDN003",
    name="icp-missing",
    faults=("missing", "missing-on-some", "malformed", "not-read"),
    params=IcpParams,
)
def icp_record(context: Context, params: IcpParams) -> Judgement:
    """The ICP record number (ICP备案编号) on every page, complete and in the official form.

    One finding for the site, with all pages that lack the mark or write it wrongly. A page with one right mark is
    right, whatever else stands beside it.

    Clause: 国办秘函〔2019〕19号 功能设计/网站标识: 未在全站页面底部功能区清晰列明党政机关网站标识，网站标识码、
    ICP备案编号、公安机关备案标识、网站主办单位、联系方式的，每缺一项，扣0.5分。
    Reads: marks of all own pages; frames and redirect stubs are not pages.
    Could not tell: browser-needed where only a script writes the footer; the reason of the crawl when no page
    was read.
    """
    return judge_mark(context, MarkKind.ICP, params.pattern)
