"""INT002: public messages that were not answered for months."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.interaction.boards import (
    board_of,
    is_excepted,
    may_hold_an_answer,
    message_pages,
    unread_board,
)
from govaudit.checks.interaction.records import Answered, MessageRecord, read_messages
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site
from govaudit.inspection.calendar import Period, day_of
from govaudit.inspection.facts import PageKind
from govaudit.inspection.finding import Locator
from govaudit.inspection.urls import own_identity
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from datetime import date

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage


class MessageUnansweredParams(Params):
    """``within``: how far back messages count. ``limit``: after which time without an answer they are a fault."""

    within: PeriodText = "1 year"
    limit: PeriodText = "3 months"


@dataclass(slots=True)
class _Found:
    """What was seen on the way: faults; places of answers that are empty, to be proven by answered messages of the
    same board; pages on which nothing says whether a message was answered; lists with messages that they call open.
    ``examined``: messages judged."""

    examined: int = 0
    faults: list[Fault] = field(default_factory=list)
    empty: list[tuple[str, Fault, bool]] = field(default_factory=list)
    answering: set[str] = field(default_factory=set)
    unclear: list[str] = field(default_factory=list)
    listed: dict[str, Fault] = field(default_factory=dict)


@check(
    "INT002",
    name="message-unanswered",
    faults=("unanswered", "listed-open"),
    params=MessageUnansweredParams,
    depends_on_date=True,
)
def message_unanswered(context: Context, params: MessageUnansweredParams) -> Judgement:
    """Public messages of the last year that are older than three months and show no answer.

    Certain where the message's own page shows when it was asked and says itself that it is open (state 未回复、
    办理中, or 暂无回复 in the place of the answer) without showing an answer, or leaves the answer's place empty
    while other messages of the same board show theirs there and nothing else on the page could hold one; or where
    the board's list says that it is open and its page shows no answer. What only a list says is for a person to
    confirm. Columns of petitions, discipline, interviews and surveys (网上信访、纪检举报、在线访谈、调查征集) do not
    count.

    Clause: 单项否决/互动回应差: 2.监测时间点前1年内，对网民留言应及时答复处理的政务咨询类栏目（在线访谈、调查征集、
    网上信访、纪检举报类栏目除外）存在超过3个月未回应有效留言的现象。
    Reads: pages of messages and boards, their links and lists.
    Could not tell: the reason for which a board was not read; browser-needed when scripts write it; parse for a
    message whose page does not show whether it was answered.
    """
    today = day_of(context.as_of)
    first, until = Period(params.within).before(context.as_of), Period(params.limit).before(context.as_of)
    found = _Found()
    seen = False
    for page in message_pages(context):
        seen = True
        records = read_messages(page.text)
        if any(record.answer and not record.row for record in records):
            found.answering.add(board_of(page))
        for record in records:
            asked = record.asked_on
            if asked is not None and first <= asked < until:
                _judge(context, page, record, _Asked(asked, (today - asked).days, len(records) == 1), found)
    _settle(found)
    if not seen and not context.pages:
        return unread_site(context)
    unread = unread_board(context)
    if unread is None and found.unclear:
        unread = Reason.PARSE, found.unclear[0]
    if unread is None and not seen:
        return Judgement(examined=0, applicable=False)
    reason, detail = unread or (None, "")
    return Judgement(examined=found.examined, faults=found.faults, reason=reason, detail=detail)


@dataclass(frozen=True, slots=True)
class _Asked:
    """When a message was asked. ``alone``: it is the only one of its page."""

    day: date
    days: int
    alone: bool


def _judge(context: Context, page: StoredPage, record: MessageRecord, asked: _Asked, found: _Found) -> None:
    if record.row:
        if record.state is Answered.SAID_OPEN:
            _judge_row(context, page, record, asked, found)
        return
    found.examined += 1
    match record.state:
        case Answered.SAID_OPEN:
            found.faults.append(_fault(page, record, asked, "unanswered"))
        case Answered.EMPTY:
            fault = _fault(page, record, asked, "unanswered")
            found.empty.append((board_of(page), fault, may_hold_an_answer(context, page)))
        case Answered.UNKNOWN:
            found.unclear.append(page.url)


def _judge_row(
    context: Context, page: StoredPage, record: MessageRecord, asked: _Asked, found: _Found
) -> None:
    """A message that a list calls open: its own page decides where that was read."""
    title = fold(record.title)
    links = {item.url for item in page.reading.items if item.url and fold(item.title) == title}
    own = page_at(context, links.pop()) if len(links) == 1 else None
    if own is None or own.kind is not PageKind.MESSAGE:
        fault = _fault(page, record, _Asked(asked.day, asked.days, alone=True), "listed-open")
        known = found.listed.get(page.url)
        fault.verdict = Verdict.REVIEW
        fault.count = known.count + 1 if known is not None else 1
        fault.arguments = {**fault.arguments, "count": fault.count}
        found.listed[page.url] = fault
        return
    (detail, *more) = read_messages(own.text) or (record,)
    if is_excepted(own) or more or detail.row or detail.state is not Answered.UNKNOWN:
        return
    if not may_hold_an_answer(context, own):
        found.faults.append(_fault(own, detail, _Asked(asked.day, asked.days, alone=True), "unanswered"))


def _settle(found: _Found) -> None:
    """Empty places are faults where the same board shows answers in that place."""
    for board, fault, doubtful in found.empty:
        if board in found.answering and not doubtful:
            found.faults.append(fault)
        else:
            found.unclear.append(fault.page)
    accused = {fault.page for fault in found.faults}
    found.faults += found.listed.values()
    found.unclear = [url for url in found.unclear if url not in accused]


def _fault(page: StoredPage, record: MessageRecord, asked: _Asked, key: str) -> Fault:
    title = record.title or page.reading.heading or page.reading.title
    mark = "" if asked.alone else f"#{title}"
    return Fault(
        subject=f"{page.url}{mark}",
        page=page.url,
        fault=key,
        arguments={
            "title": title,
            "asked": asked.day.isoformat(),
            "days": asked.days,
            "state": record.text("state") or record.text("answer"),
        },
        identity=f"{own_identity(page.url)}{mark}",
        locator=Locator(text=title),
    )
