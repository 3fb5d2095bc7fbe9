"""Which elements a part of the site holds: searched on all its pages, with the reasons for which it may hold more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.elements import Element, read_elements
from govaudit.checks.columns.reach import lines_of_page, pictures_of
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.home import front_pages
from govaudit.inspection.facts import NAVIGATION_TAGS
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from govaudit.checks.columns.reach import Reach
    from govaudit.checks.context import Context
    from govaudit.inspection.fact_tables import StoredPage

_LEAST_TEXT = 40
"""Characters that a page says at least when its text was told from its template."""
_LEAST_BEHIND_TITLE = 10
_BLANK = 16
"""Characters that a page may say, its title among them, and be blank all the same."""


@dataclass(frozen=True, slots=True)
class Search:
    """``found``: name of an element → the words and the page; ``empty``: those that are named and not filled in;
    ``missing``: all that are not filled in; ``doubt``: why they may be there all the same; ``blank``: the pages
    say and show nothing at all."""

    pages: int
    found: dict[str, tuple[str, str]]
    empty: dict[str, tuple[str, str]]
    missing: tuple[str, ...]
    doubt: tuple[Reason, str] | None
    blank: bool

    def evidence(self) -> Evidence:
        """What was found where, and what was not."""
        lines = [f"+ {name}: {text} ({page})" for name, (text, page) in self.found.items()]
        lines += [f"- {name}: {text} ({page})" for name, (text, page) in self.empty.items()]
        lines += [f"- {name}" for name in self.missing if name not in self.empty]
        return Evidence(kind="text", text="\n".join(lines))


def search(context: Context, reach: Reach, elements: tuple[Element, ...]) -> Search:
    """Look for ``elements`` on all pages of a part of the site, in the titles there, and in columns of their name
    anywhere on the site."""
    found: dict[str, tuple[str, str]] = {}
    empty: dict[str, tuple[str, str]] = {}
    says = 0
    for url in reach.pages:
        page = page_at(context, url)
        if page is None:
            continue
        open_ones = tuple(one for one in elements if one.name not in found)
        if not open_ones:
            break
        lines = list(lines_of_page(context, page))
        says += sum(len(fold(line.text)) for line in lines)
        for name, named in read_elements(lines, open_ones).items():
            (found if named.filled else empty).setdefault(name, (named.text, url))
    if len(found) < len(elements):
        titles = tuple(dict.fromkeys((*reach.titles, *context.derived(_elsewhere))))
        for element in elements:
            if element.name not in found:
                _by_title(context, titles, element, found, empty)
    empty = {name: where for name, where in empty.items() if name not in found}
    missing = tuple(one.name for one in elements if one.name not in found)
    doubt = _doubt(context, reach) if missing else None
    blank = not found and says <= _BLANK and doubt is None
    if missing and doubt is None and says < _LEAST_TEXT and reach.pages:
        doubt = Reason.PARSE, reach.pages[0]
    return Search(len(reach.pages), found, empty, missing, doubt, blank)


def _by_title(
    context: Context,
    titles: tuple[tuple[str, str], ...],
    element: Element,
    found: dict[str, tuple[str, str]],
    empty: dict[str, tuple[str, str]],
) -> None:
    for title, url in titles:
        if not element.is_named(title):
            continue
        page = page_at(context, url)
        if page is None or _says_more(context, page, title):
            found[element.name] = (title, url)
            return
        empty.setdefault(element.name, (title, url))


def _elsewhere(context: Context) -> tuple[tuple[str, str], ...]:
    """Names that lead to something of their own anywhere on the site: columns, and the links of the home page."""
    columns = [(one.name, one.url) for one in context.derived(column_tree).columns if not one.missing]
    links = [
        (link.text, link.url)
        for page in front_pages(context)
        for link in context.facts.links(page.url_id)
        if link.tag in NAVIGATION_TAGS and link.url and link.text
    ]
    return tuple(dict.fromkeys([*columns, *links]))


def _says_more(context: Context, page: StoredPage, title: str) -> bool:
    reading = page.reading
    if reading.items or reading.scripted or pictures_of(context, page):
        return True
    said = sum(
        len(fold(line.text)) for line in lines_of_page(context, page) if fold(line.text) != fold(title)
    )
    return said >= _LEAST_BEHIND_TITLE and not reading.empty_text


def _doubt(context: Context, reach: Reach) -> tuple[Reason, str] | None:
    if reach.doubt is not None:
        return reach.doubt
    for url in reach.pages:
        page = page_at(context, url)
        if page is not None and pictures_of(context, page):
            return Reason.PARSE, url
    return None
