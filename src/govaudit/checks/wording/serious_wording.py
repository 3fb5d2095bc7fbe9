"""TXT002: names of the country, of its organs and its leaders that are written wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.registry import NoParams, check
from govaudit.checks.wording.survey import judge_words
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


@check("TXT002", name="serious-wording", faults=("wrong",), params=NoParams)
def serious_wording(context: Context, _: NoParams) -> Judgement:
    """Known miswritings, and official names with one character wrong, missing or too many in their middle.

    Words: ``checks/vocabulary/wording.yaml``, on top of them the workspace's ``words/serious.csv``, ``words/names.csv``
    and ``words/leaders.csv``; ``words/allowed.csv`` is never told. Lines that mend a mistake (误写, 更正 …) are left
    alone. Each miswriting is one finding with all its pages, for a person to confirm.

    Clause: 单项否决/安全、泄密事故等严重问题 “出现严重表述错误”.
    Reads: texts and titles of own pages, probes ``attachment-text``.
    Could not tell: the home page's reason when nothing was read.
    """
    return judge_words(context, "serious", Verdict.REVIEW, "wrong")
