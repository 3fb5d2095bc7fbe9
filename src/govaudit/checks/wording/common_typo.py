"""TXT003: words that are often written wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.registry import NoParams, check
from govaudit.checks.wording.survey import judge_words
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


@check("TXT003", name="common-typo", faults=("wrong",), params=NoParams)
def common_typo(context: Context, _: NoParams) -> Judgement:
    """Known misspellings of common words, with exceptions by their context.

    Words: ``checks/vocabulary/wording.yaml`` with the workspace's ``words/typos.csv`` on top; ``words/allowed.csv`` is
    never told. Lines that mend a mistake are left alone. Each is one finding with all its pages, for a person to
    confirm.

    Clause: none that was seen in an official text; common practice, shown without points.
    Reads: texts and titles of own pages, and of attachments.
    Could not tell: the home page's reason when nothing was read.
    """
    return judge_words(context, "typos", Verdict.REVIEW, "wrong")
