"""TXT004: texts that were put there to try something out, and places that no program filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.registry import NoParams, check
from govaudit.checks.wording.survey import judge_words
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.checks.registry import Judgement


@check("TXT004", name="placeholder-text", faults=("placeholder", "template", "scripted"), params=NoParams)
def placeholder_text(context: Context, _: NoParams) -> Judgement:
    """Lines, headings and titles that say only 测试, 标题标题 and the like, filler text, and variables of templates.

    A word such as 测试 counts only where a whole line says nothing else. ``{{name}}`` in the source is filled by a
    script when the page is shown, so it is a fault only where a browser showed it. Each text is one finding with all
    its pages.

    Clause: none that was seen in an official text; common practice, shown without points.
    Reads: texts and titles of own pages, and of attachments.
    Could not tell: browser-needed (a script may fill the place); the home page's reason when nothing was read.
    """
    texts = judge_words(context, "placeholders", Verdict.FAIL, "placeholder")
    places = judge_words(context, "templates", Verdict.FAIL, "template", plain="scripted")
    return msgspec.structs.replace(texts, faults=[*texts.faults, *places.faults])
