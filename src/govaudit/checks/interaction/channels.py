"""Ways to write to a government by their names: for questions and advice, or for petitions and the like."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from govaudit.checks.guides.wording import table, word_list
from govaudit.inspection.vocabulary import fold, simplified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govaudit.inspection.fact_tables import StoredPage

FILE = "channels"
_TITLE_PARTS = str.maketrans("|—–－_", "-----")


def names_a_channel(name: str) -> bool:
    """Whether something of that name is a way to ask or to advise."""
    name = simplified(name)
    return _has(name, "strong") or (_has(name, "weak") and not _has(name, "special"))


def is_entrance(text: str) -> bool:
    """Whether the text of a link may name a way to ask or to advise, and is not the title of an article."""
    if len(text) > 2 * _longest():
        return False
    name = fold(text)
    return 1 < len(name) <= _longest() and names_a_channel(name)


def is_special(names: Iterable[str]) -> bool:
    """Whether a page of these names is a channel that the indicators except, or no channel."""
    together = simplified(" ".join(names))
    return _has(together, "special") and not _has(together, "strong")


def names_of(page: StoredPage) -> list[str]:
    """Under which names a page and its columns present themselves; the site's own name is none."""
    reading = page.reading
    names = [crumb.text for crumb in reading.breadcrumb]
    names += [label.content for label in reading.labels if label.name.lower() == "columnname"]
    names += [reading.heading, reading.title.translate(_TITLE_PARTS).split("-")[0]]
    return [name for name in names if name]


def _has(text: str, key: str) -> bool:
    return any(word in text for word in word_list(FILE, key))


@cache
def _longest() -> int:
    return int(table(FILE).data["longest"])
