"""Links of the whole site by what their texts name: reports, budgets, lists, guides of disclosure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from govaudit.checks.addresses import page_at
from govaudit.checks.columns.elements import plain
from govaudit.checks.columns.tree import column_tree
from govaudit.checks.columns.vocabulary import place_words
from govaudit.inspection.errors import InputError
from govaudit.inspection.facts import NAVIGATION_TAGS
from govaudit.inspection.validation import problems_of
from govaudit.inspection.verdict import Reason
from govaudit.inspection.vocabulary import fold
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.checks.columns.tree import Column
    from govaudit.checks.context import Context

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_CHINESE_YEAR = re.compile(r"二[〇零○0][〇零○一二三四五六七八九]{2}年")
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_LONGEST = 200
_MOST = 2000
"""Links that are kept of a topic: a portal shows the reports of all its departments."""


@dataclass(frozen=True, slots=True)
class Titled:
    """A link. ``text``: the words of the link, or the title of the page behind it where that says more; ``plain``: the
    same narrow and simplified."""

    text: str
    plain: str
    url: str

    @property
    def years(self) -> frozenset[int]:
        """Years in the title."""
        return years_in(self.plain)


class DisclosureWords(BaseModel):
    """The file ``vocabulary/disclosure.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    may: re.Pattern[str]
    units: re.Pattern[str]
    answered: re.Pattern[str]
    topics: dict[str, re.Pattern[str]]
    report_headings: tuple[str, ...] = Field(alias="report-headings", min_length=1)
    statement_names: tuple[str, ...] = Field(alias="statement-names", min_length=1)
    pilot_fields: tuple[str, ...] = Field(alias="pilot-fields", min_length=1)


def years_in(text: str) -> frozenset[int]:
    """Years that a plain text names, in digits or Chinese numerals."""
    written = (int(found[:4].translate(_NUMERALS)) for found in _CHINESE_YEAR.findall(text))
    return frozenset([*map(int, _YEAR.findall(text)), *written])


def titled(context: Context, topic: str) -> tuple[Titled, ...]:
    """The links whose words (or the titles of the pages behind them) are of that topic."""
    return context.derived(_by_topic).get(topic, ())


def is_titled(text: str, topic: str) -> bool:
    """Whether a title itself is of that topic."""
    return disclosure_words().topics[topic].search(plain(text)) is not None


@cache
def disclosure_words() -> DisclosureWords:
    """The words of the program. Raises ``InputError`` when the file is not right."""
    document = load_yaml(files("govaudit") / "checks" / "vocabulary" / "disclosure.yaml")
    try:
        return DisclosureWords.model_validate(document.data)
    except ValidationError as error:
        raise InputError(*problems_of(error, document)) from error


def _by_topic(context: Context) -> dict[str, tuple[Titled, ...]]:
    """One look at every different link of the site; only those that may be of a topic are looked at closely."""
    words = disclosure_words()
    found: dict[str, dict[str, Titled]] = {topic: {} for topic in words.topics}
    for _, link in context.facts.every_anchor():
        if link.tag not in NAVIGATION_TAGS or not link.url or not words.may.search(link.text):
            continue
        one = _titled(context, link.text, link.url)
        for topic, pattern in words.topics.items():
            kept = found[topic]
            if len(kept) < _MOST and pattern.search(one.plain) and len(one.plain) <= _LONGEST:
                kept.setdefault(one.url, one)
    return {topic: tuple(sorted(kept.values(), key=lambda one: one.url)) for topic, kept in found.items()}


def _titled(context: Context, text: str, url: str) -> Titled:
    """Lists cut long titles short; the page behind says them whole."""
    said = plain(text)
    page = page_at(context, url) if said.endswith(("...", "…")) else None
    if page is not None and page.reading.heading:
        return Titled(page.reading.heading, plain(page.reading.heading), url)
    return Titled(text, said, url)


def columns_named(context: Context, name: str) -> list[Column]:
    """Columns that the vocabulary knows by that name, own and foreign, that are there."""
    return [
        column
        for column in context.derived(column_tree).columns
        if column.canonical == name and not column.missing
    ]


def column_doubt(columns: Iterable[Column]) -> tuple[Reason, str] | None:
    """Why entries of these columns may not have been seen."""
    for column in columns:
        if column.external:
            return Reason.NOT_MEASURED, column.url
        unread = column.unread or column.more_unread
        if unread is not None:
            return unread, column.url
        if column.scripted or (column.framed and not column.items):
            return Reason.BROWSER_NEEDED, column.url
    return None


def names_other_unit(context: Context, text: str) -> bool:
    """Whether a plain title names a unit that is not the site's: a department on a portal, a sub-unit elsewhere."""
    rest = fold(text)
    for word in _own_words(context):
        rest = rest.replace(word, "")
    return disclosure_words().units.search(rest) is not None


def _own_words(context: Context) -> tuple[str, ...]:
    site = context.site
    return place_words(site.name, site.region, site.sponsor)
