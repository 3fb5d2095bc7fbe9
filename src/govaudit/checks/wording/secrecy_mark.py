"""TXT005: marks of secrecy and of papers that are not for the public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.registry import NoParams, check
from govaudit.checks.wording.survey import judge_words
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


@check("TXT005", name="secrecy-mark", faults=("mark",), params=NoParams)
def secrecy_mark(context: Context, _: NoParams) -> Judgement:
    """Marks such as 机密★, 秘密★10年, 密级：机密, 内部资料 注意保存 in pages and attachments.

    The mark has to stand in a short line; lines that explain marks, or speak of the law, are none. For a person to
    confirm.

    Clause: 单项否决/安全、泄密事故等严重问题 “泄露国家秘密”; 《政府信息公开条例》第十四条.
    Reads: texts and titles of own pages, probes ``attachment-text``.
    Could not tell: the home page's reason when nothing was read.
    """
    return judge_words(context, "secrecy", Verdict.REVIEW, "mark", each_page=True)
