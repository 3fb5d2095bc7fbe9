"""INT003: what public messages show of question and answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.interaction.boards import board_of, may_hold_an_answer, message_pages, unread_board
from govaudit.checks.interaction.records import Answered, MessageRecord, read_messages
from govaudit.checks.interaction.words import message_words
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, written_by_script
from govaudit.inspection.calendar import Period
from govaudit.inspection.finding import Locator
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from datetime import date

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

ASKED, ANSWERED, UNIT, ANSWER = "留言时间", "答复时间", "答复单位", "答复内容"
_DATE_LIKE = re.compile(r"(?<!\d)(?:\d{2,4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}(?!\d)")


class MessageFieldsParams(Params):
    """``within``: how far back messages are judged. ``sample``: of a page with more messages only that many are."""

    within: PeriodText = "1 year"
    sample: int = 5


@dataclass(frozen=True, slots=True)
class _Incomplete:
    """An answered message that lacks something. ``alone``: it is the only one of its page."""

    page: str
    board: str
    title: str
    missing: tuple[str, ...]
    alone: bool


@check(
    "INT003",
    name="message-fields",
    faults=("fields-missing",),
    params=MessageFieldsParams,
    depends_on_date=True,
)
def message_fields(context: Context, params: MessageFieldsParams) -> Judgement:
    """What each public message with an answer shows: time of the question, time, unit and text of the answer.

    One finding for each message, its count is the number of parts that it lacks. A part counts as shown wherever it
    stands: a day anywhere on the page beside those that were read, an organ named in the answer. Messages that are
    still open lack nothing here (INT002 judges them).

    Clause: 国办秘函〔2019〕19号 互动交流/留言公开: 2.随机抽查5条已公开的网民留言，未公开留言时间、答复时间、答复单位、
    答复内容的，每发现一处，扣1分；（注：不足5条的则检查全部留言。）
    Reads: pages of messages and boards, their links.
    Could not tell: the reason for which a board was not read; browser-needed for messages that only scripts write.
    """
    first = Period(params.within).before(context.as_of)
    answering: set[str] = set()
    incomplete: list[_Incomplete] = []
    population: list[str] = []
    examined, script = 0, ""
    for page in message_pages(context):
        if written_by_script(page):
            script = script or page.url
            continue
        records = read_messages(page.text)
        due = [one for one in records if _is_due(one, first)][: params.sample]
        if any(one.answer for one in due):
            answering.add(board_of(page))
        if not due:
            continue
        population.append(page.url)
        examined += len(due)
        shown = _Shown.of(page, records)
        for one in due:
            missing = _missing(context, page, one, shown)
            if missing:
                title = one.title or page.reading.heading or page.reading.title
                incomplete.append(
                    _Incomplete(page.url, board_of(page), title, missing, alone=len(records) == 1)
                )
    if not examined and not context.pages:
        return unread_site(context)
    unread = (Reason.BROWSER_NEEDED, script) if script else unread_board(context)
    if unread is None and not examined:
        return Judgement(examined=0, applicable=False)
    reason, detail = unread or (None, "")
    faults = [fault for one in incomplete if (fault := _fault(one, answering)) is not None]
    return Judgement(
        examined=examined, faults=faults, population=tuple(population), reason=reason, detail=detail
    )


def _is_due(record: MessageRecord, first: date) -> bool:
    """Whether it is an answered message of the period. Without any day it may be of any time, and counts; without
    any part but question and answer it may be something else than a message."""
    if record.row or record.state is not Answered.YES or len(record.values.keys() - {"title"}) < 2:
        return False
    day = record.asked_on or record.answered_on
    if day is None:
        return not record.values.keys() <= {"title", "question", "answer"}
    return day >= first


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page shows beside the parts that were read. ``more_days``: something like a further day."""

    more_days: bool

    @classmethod
    def of(cls, page: StoredPage, records: tuple[MessageRecord, ...]) -> _Shown:
        read = sum((one.asked_on is not None) + (one.answered_on is not None) for one in records)
        like = sum(len(_DATE_LIKE.findall(line.text)) for line in page.text.lines)
        around = sum(len(_DATE_LIKE.findall(line.text)) for line in page.text.lines_around)
        return cls(like + around > read)


def _missing(context: Context, page: StoredPage, record: MessageRecord, shown: _Shown) -> tuple[str, ...]:
    missing = []
    if record.asked_on is None and not fold(record.text("asked")) and not shown.more_days:
        missing.append(ASKED)
    if record.answered_on is None and not fold(record.text("answered")) and not shown.more_days:
        missing.append(ANSWERED)
    if not fold(record.text("unit")) and _organ().search(record.answer) is None and record.answer:
        missing.append(UNIT)
    if not fold(record.answer) and "answer" in record.values and not may_hold_an_answer(context, page):
        missing.append(ANSWER)
    return tuple(missing)


@cache
def _organ() -> re.Pattern[str]:
    return re.compile(rf"[一-龥]{{2}}(?:{'|'.join(message_words().organs)})")


def _fault(one: _Incomplete, answering: set[str]) -> Fault | None:
    # A board on which no answer was read may have them written by scripts.
    missing = tuple(part for part in one.missing if part != ANSWER or one.board in answering)
    if not missing:
        return None
    mark = "" if one.alone else f"#{one.title}"
    return Fault(
        subject=f"{one.page}{mark}",
        page=one.page,
        fault="fields-missing",
        arguments={"title": one.title, "missing": "、".join(missing), "count": len(missing)},
        identity=f"{own_identity(one.page)}{mark}",
        locator=Locator(text=one.title),
        count=len(missing),
        pages=(one.page,),
    )
