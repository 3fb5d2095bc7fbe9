"""INT005: how messages are handled, in figures."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.names_seen import names_seen
from govaudit.checks.columns.reach import Reach, pictures_of, reach_of
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.guides.wording import folded_set, word_list
from govaudit.checks.home import front_pages, home_problem
from govaudit.checks.interaction.boards import message_columns, message_pages, unread_board
from govaudit.checks.interaction.channels import FILE
from govaudit.checks.registry import Fault, Judgement, NoParams, check
from govaudit.checks.whole_pages import written_by_script
from govaudit.inspection.facts import PageKind, Tag
from govaudit.inspection.page_text import CELL
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import simplified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

SUBJECT = "留言统计"
_AREA = "互动交流"
_CLICKED = frozenset({Tag.A, Tag.AREA, Tag.SCRIPTED})
_TRADITIONAL = "zh-Hant"
_LINES_BELOW = 3
_NUMBER = re.compile(r"\d[\d,.]*\s*[^\d\s-]{0,2}")
_BLANK = re.compile(r"(?<=[一-龥])[ \u3000](?=[一-龥])")
_SINGLE = frozenset({PageKind.MESSAGE, PageKind.ARTICLE, PageKind.DOCUMENT})


@check("INT005", name="message-statistics", faults=("missing",), params=NoParams)
def message_statistics(context: Context, _: NoParams) -> Judgement:
    """Whether a site with public messages publishes how they are handled: how many came, were answered, in time.

    Such figures count wherever they stand: a column, a title (…留言办理情况通报), labels with numbers (来信总数,
    办结率) on the home page, the boards and the pages around them. A site without boards has none to publish here.

    Clause: 国办秘函〔2019〕19号 互动交流/留言公开: 4.未公开留言受理反馈情况统计数据的，扣3分。
    Reads: names and links of all pages, text of the home page and of the pages about interaction.
    Could not tell: browser-needed (a label without its number, a page that scripts write); parse (a picture may show
    them); not-measured (the board is another site's); the reason for which a board or a page near it was not read.
    """
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    boards = list(message_columns(context))
    elsewhere = next((one.url for one in context.derived(column_tree).columns if _is_elsewhere(one)), "")
    pages = sum(1 for _ in message_pages(context))
    if not pages and not boards:
        if elsewhere:
            return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=elsewhere)
        return Judgement(examined=0, applicable=False)
    reach = reach_of(context, boards, [page.url for page in message_pages(context)])
    _add_areas(context, reach)
    found, unfilled = _figures(context, reach)
    if found or _is_named(context):
        return Judgement(examined=pages or len(boards))
    doubt = _doubt(context, reach, unfilled)
    if doubt is None and elsewhere:
        doubt = Reason.NOT_MEASURED, elsewhere
    if doubt is not None:
        return Judgement(examined=pages or len(boards), reason=doubt[0], detail=doubt[1])
    board = boards[0].url if boards else next(page.url for page in message_pages(context))
    fault = Fault(
        subject=SUBJECT,
        page=board,
        fault="missing",
        arguments={"pages": len(reach.pages)},
        pages=(board,),
    )
    return Judgement(examined=pages or len(boards), faults=[fault])


def _is_elsewhere(column: Column) -> bool:
    return column.external and column.type == "interaction"


def _add_areas(context: Context, reach: Reach) -> None:
    """The pages that lead to the boards; what else they lead to is not about messages."""
    for column in context.derived(column_tree).own():
        if column.canonical != _AREA:
            continue
        reach.note(column.unread, column.url)
        page = page_at(context, column.url)
        if page is not None and page.url not in reach.pages:
            reach.pages.append(page.url)
            if written_by_script(page):
                reach.note(Reason.BROWSER_NEEDED, page.url)


def _is_named(context: Context) -> bool:
    """Whether a column, a link or a title announces such figures."""
    tree = context.derived(column_tree)
    if any(column.canonical == SUBJECT and not column.missing for column in tree.columns):
        return True
    names = folded_set(FILE, "statistics-names")
    if not names.isdisjoint(context.derived(names_seen).texts):
        return True
    told = simplified if context.home and context.home.reading.language == _TRADITIONAL else str
    return any(_title().search(told(title)) for title in _titles(context))


def _titles(context: Context) -> Iterator[str]:
    for _, link in context.facts.every_anchor():
        if link.tag in _CLICKED:
            yield link.text
    for column in context.derived(column_tree).own():
        yield from (item.title for item in column.items)


@cache
def _title() -> re.Pattern[str]:
    first, second = (_any(word_list(FILE, key)) for key in ("statistics-of", "statistics"))
    return re.compile(f"(?:{first}).*?(?:{second})")


def _figures(context: Context, reach: Reach) -> tuple[bool, str]:
    """Whether a page shows a label of such figures with its number, and the address of one that shows a label alone."""
    unfilled = ""
    own = [page for url in reach.pages if (page := page_at(context, url)) is not None]
    for page in (*front_pages(context), *own):
        said = "\n".join(line.text for part in (page.text.lines, page.text.lines_around) for line in part)
        whole = simplified(said)
        shown = _label().search(_without_blanks(whole)) or _counted().search(whole)
        if not (shown or _uncounted().search(whole)):
            continue
        lines = whole.split("\n")
        for place, line in enumerate(lines):
            plain = _without_blanks(line)
            match = _label().search(plain)
            if match is None:
                continue
            behind = plain[match.end() :]
            below = (cell for one in lines[place + 1 : place + _LINES_BELOW] for cell in one.split(CELL))
            if any(map(str.isdigit, behind)) or any(_NUMBER.fullmatch(cell.strip()) for cell in below):
                return True, ""
            unfilled = unfilled or page.url
        if page.kind not in _SINGLE and any(_counted().search(line) for line in lines):
            return True, ""
        if page.kind not in _SINGLE and any(_uncounted().search(line) for line in lines):
            unfilled = unfilled or page.url
    return False, unfilled


def _without_blanks(line: str) -> str:
    """A line without the blanks that layouts put into labels."""
    return _BLANK.sub("", line)


@cache
def _label() -> re.Pattern[str]:
    return re.compile(_any(word_list(FILE, "statistics-labels")))


@cache
def _counted() -> re.Pattern[str]:
    nouns, units = (_any(word_list(FILE, key)) for key in ("statistics-of", "statistics-units"))
    return re.compile(
        rf"(?:{nouns})[^，。；;\d]{{0,8}}[\d,]+\s*(?:{units})|\d\s*(?:{units})[^，。；;\d]{{0,2}}(?:{nouns})"
    )


@cache
def _uncounted() -> re.Pattern[str]:
    """A label and the unit of its number, which a script writes between them."""
    nouns, units = (_any(word_list(FILE, key)) for key in ("statistics-of", "statistics-units"))
    return re.compile(rf"(?:{nouns})[总共量数]{{0,2}}\s*[:：]?\s*(?:{units})(?![一-龥])")


def _any(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(one) for one in sorted(words, key=lambda one: (-len(one), one)))


def _doubt(context: Context, reach: Reach, unfilled: str) -> tuple[Reason, str] | None:
    """Why such figures may be there that were not seen."""
    if unfilled:
        return Reason.BROWSER_NEEDED, unfilled
    unread = unread_board(context) or reach.doubt or context.derived(names_seen).unread
    if unread is not None:
        return unread
    for url in reach.pages:
        page = page_at(context, url)
        if page is None or page.kind in _SINGLE:
            continue
        if _draws_charts(context, page):
            return Reason.BROWSER_NEEDED, url
        if pictures_of(context, page):
            return Reason.PARSE, url
    return None


def _draws_charts(context: Context, page: StoredPage) -> bool:
    """Whether the page loads a script that draws charts, whose figures are no text."""
    return any(
        link.tag == Tag.SCRIPT and any(word in link.raw.lower() for word in word_list(FILE, "chart-scripts"))
        for link in context.facts.links(page.url_id)
    )
