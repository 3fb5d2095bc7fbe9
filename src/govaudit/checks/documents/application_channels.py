"""DOC021: channels through which government information may be applied for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.documents.disclosure_guide import GUIDE
from govaudit.checks.documents.part_elements import PART_FAULTS, judge_part
from govaudit.checks.documents.titles import columns_named, titled
from govaudit.checks.home import home_problem
from govaudit.checks.registry import Judgement, Params, check

if TYPE_CHECKING:
    from govaudit.checks.context import Context

APPLICATIONS = "依申请公开"
_MOST_GUIDES = 20


class ApplicationChannelsParams(Params):
    """``channels``: ways of applying that have to be offered; names of the vocabulary of elements, or own ones with
    further names behind ``|``."""

    channels: tuple[str, ...] = ("信件", "数据电文")


@check("DOC021", name="application-channels", faults=PART_FAULTS, params=ApplicationChannelsParams)
def application_channels(context: Context, params: ApplicationChannelsParams) -> Judgement:
    """Which of the profile's channels the column 依申请公开 offers: by letter, online, at the window, by fax …

    The guide to government information counts as well, since it tells how to apply. A channel is offered where a link,
    a label or a sentence names it. A site without the column is DOC007.

    Clause: 条例第二十九条 “采用包括信件、数据电文在内的书面形式”; the profile's list of channels.
    Reads: the column tree, the text and links of the pages for applications and of the guide, the vocabulary.
    Could not tell: not-measured where the column is on another site; the reason for which a page of it was not read;
    browser-needed (a script writes it); parse (it is a picture or a file to download).
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    columns = columns_named(context, APPLICATIONS)
    if not columns:
        return Judgement(examined=0, applicable=False)
    guides = [one.url for one in titled(context, "guide")][:_MOST_GUIDES]
    return judge_part(
        context, APPLICATIONS, [*columns, *columns_named(context, GUIDE)], guides, params.channels
    )
