"""The pages of a site on which citizens' messages are public, and what of its boards was not read."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from govaudit.checks.columns.tree import column_tree
from govaudit.checks.home import front_pages
from govaudit.checks.interaction.words import message_words
from govaudit.checks.whole_pages import written_by_script
from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

MESSAGE_KINDS = frozenset({PageKind.MESSAGE, PageKind.MESSAGE_BOARD})
_TITLE_PARTS = str.maketrans("|—–－_", "-----")
_LIST_PARTS = ("list", "page", "more")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|ofd|rar|zip|jpe?g|png|mp[34])(?:$|\?)", re.IGNORECASE)
_INNER = frozenset({Tag.FRAME, Tag.OBJECT, Tag.MEDIA})


def message_pages(context: Context) -> Iterator[StoredPage]:
    """Own pages with public messages, without the channels that the indicators except (信访、举报、征集 …)."""
    for page in context.pages:
        if page.kind in MESSAGE_KINDS and not is_excepted(page):
            yield page


def is_excepted(page: StoredPage) -> bool:
    """Whether the page belongs to a petition, discipline, interview or survey column, or to one of common questions.

    Breadcrumb, column label and the title's parts decide; a message's own title does not.
    """
    reading = page.reading
    names = [crumb.text for crumb in reading.breadcrumb]
    names += [label.content for label in reading.labels if label.name.lower() == "columnname"]
    names += reading.title.translate(_TITLE_PARTS).split("-")[1:]
    if page.kind is PageKind.MESSAGE_BOARD:
        names += [reading.heading, reading.title]
    if any(has_excepted_name(name) for name in names):
        return True
    labels = _excepted_labels()
    return any(fold(cell) in labels for line in page.text.lines for cell in line.cells)


def has_excepted_name(name: str) -> bool:
    """Whether a column of that name is one that the indicators except."""
    return any(word in name for word in message_words().excepted_columns)


def board_of(page: StoredPage) -> str:
    """What pages of the same board share: the last step of their breadcrumb, else their folder."""
    crumbs = page.reading.breadcrumb
    if crumbs:
        return crumbs[-1].url or crumbs[-1].text
    return page.url if page.kind is PageKind.MESSAGE_BOARD else page.url.rpartition("/")[0]


def message_columns(context: Context) -> Iterator[Column]:
    """Own columns that by their name hold messages which have to be answered."""
    for column in context.derived(column_tree).own():
        if column.canonical in message_words().columns and not any(map(has_excepted_name, column.path)):
            yield column


def unread_board(context: Context) -> tuple[Reason, str] | None:
    """Why a board of the site was not read, with its address; ``None`` when all were."""
    for column in message_columns(context):
        if column.unread is not None:
            return column.unread, column.url
        if column.scripted and not column.items:
            return Reason.BROWSER_NEEDED, column.url
    for page in message_pages(context):
        if page.kind is PageKind.MESSAGE_BOARD and written_by_script(page, *_LIST_PARTS):
            return Reason.BROWSER_NEEDED, page.url
    return None


def may_hold_an_answer(context: Context, page: StoredPage) -> bool:
    """Whether something on the page that is no text could be the answer: a frame, a file, a film, a picture that
    does not stand on the home page, or what a script writes."""
    if page.reading.scripted or page.scripted:
        return True
    usual = context.derived(_home_pictures)
    return any(
        link.tag in _INNER
        or (link.tag == Tag.IMAGE and link.url not in usual)
        or (link.tag == Tag.A and link.url is not None and _FILE.search(link.url) is not None)
        for link in context.facts.links(page.url_id)
    )


def _home_pictures(context: Context) -> frozenset[str | None]:
    return frozenset(
        link.url
        for page in front_pages(context)
        for link in context.facts.links(page.url_id)
        if link.tag == Tag.IMAGE
    )


@cache
def _excepted_labels() -> frozenset[str]:
    return frozenset(map(fold, message_words().excepted_labels))
