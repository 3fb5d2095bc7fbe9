"""INT004: message boards without a new message for months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.freshness.period_text import PeriodText  # noqa: TC001 - pydantic reads it
from govaudit.checks.interaction.boards import has_excepted_name, message_columns, message_pages, unread_board
from govaudit.checks.interaction.records import read_messages
from govaudit.checks.interaction.words import message_words
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.checks.whole_pages import unread_site, written_by_script
from govaudit.inspection.calendar import Period, as_day, day_of
from govaudit.inspection.facts import PageKind
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from datetime import date

    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

SUBJECT = "留言公开"


class MessagesStaleParams(Params):
    """``period``: within which a new message or answer has to be public."""

    period: PeriodText = "2 months"


@dataclass(slots=True)
class _Seen:
    """``newest``: newest day of questions and answers that is not of the future; ``page``: where it stands;
    ``board``: the first list of messages; ``messages``: pages seen; ``doubt``: why something newer may be there, with
    its address."""

    today: date
    newest: date | None = None
    page: str = ""
    board: str = ""
    messages: int = 0
    doubt: tuple[Reason, str] | None = None

    def see(self, day: date | None, page: str) -> None:
        """Note a day."""
        if day is not None and day <= self.today and (self.newest is None or day > self.newest):
            self.newest, self.page = day, page

    def doubt_of(self, reason: Reason, url: str) -> None:
        """Note the first reason for which something may have been missed."""
        self.doubt = self.doubt or (reason, url)


@check("INT004", name="messages-stale", faults=("stale",), params=MessagesStaleParams, depends_on_date=True)
def messages_stale(context: Context, params: MessagesStaleParams) -> Judgement:
    """Whether anything new was made public on the site's boards within the period: a question or an answer.

    All boards count together, and the newest day of lists, messages and answers is taken. A site without public
    messages has none to judge here.

    Clause: 国办秘函〔2019〕19号 互动交流/留言公开: 3.监测时间点前2个月内未更新的，扣3分。
    Reads: pages of messages and boards, lists with their dates, columns.
    Could not tell: the reason for which a board or a further page of one was not read; browser-needed when scripts
    write it; parse when entries show no date; not-measured when a board lies on another site, or is listed oldest
    first and was not read to its end.
    """
    seen = _Seen(day_of(context.as_of))
    for page in message_pages(context):
        _look_at(context, page, seen)
    for column in message_columns(context):
        if column.newest is not None:
            seen.see(column.newest.day, column.url)
    if not context.pages:
        return unread_site(context)
    if seen.newest is not None and seen.newest >= Period(params.period).before(context.as_of):
        return Judgement(examined=seen.messages)
    doubt = unread_board(context) or seen.doubt or _elsewhere(context)
    if doubt is not None:
        return Judgement(examined=seen.messages, reason=doubt[0], detail=doubt[1])
    if seen.newest is None:
        return Judgement(examined=0, applicable=False)
    return Judgement(
        examined=seen.messages,
        faults=[
            Fault(
                subject=SUBJECT,
                page=seen.board or seen.page,
                fault="stale",
                arguments={
                    "newest": seen.newest.isoformat(),
                    "days": (seen.today - seen.newest).days,
                    "since": Period(params.period).before(context.as_of).isoformat(),
                },
            )
        ],
    )


def _look_at(context: Context, page: StoredPage, seen: _Seen) -> None:
    seen.messages += 1
    if written_by_script(page, "list"):
        seen.doubt_of(Reason.BROWSER_NEEDED, page.url)
    records = read_messages(page.text)
    for record in records:
        seen.see(record.asked_on, page.url)
        seen.see(record.answered_on, page.url)
    if page.kind is not PageKind.MESSAGE_BOARD:
        if all(record.asked_on is None for record in records):
            seen.doubt_of(Reason.PARSE, page.url)
        return
    seen.board = seen.board or page.url
    days = []
    for item in page.reading.items:
        day = as_day(item.date)
        if day is not None:
            days.append(day)
            seen.see(day, page.url)
        elif item.url and page_at(context, item.url) is None:
            seen.doubt_of(Reason.PARSE, page.url)
    if not days and not any(record.asked_on for record in records):
        seen.doubt_of(Reason.PARSE, page.url)
    following = page.reading.next_page
    newest_first = len(days) > 1 and days[0] > days[-1]
    if following and not newest_first and page_at(context, following) is None:
        seen.doubt_of(Reason.NOT_MEASURED, following)


def _elsewhere(context: Context) -> tuple[Reason, str] | None:
    """A board that the site offers and another site holds."""
    for column in context.derived(column_tree).columns:
        if (
            column.external
            and column.canonical in message_words().columns
            and not any(map(has_excepted_name, column.path))
        ):
            return Reason.NOT_MEASURED, column.url
    return None
