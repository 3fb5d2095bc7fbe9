"""What the choice of the next pages needs to know of a page: a few addresses and what it says, in short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.facts import PageKind

if TYPE_CHECKING:
    from govaudit.inspection.facts import Reading

_LISTS = frozenset({PageKind.COLUMN, PageKind.SEARCH, PageKind.MESSAGE_BOARD})
_WITH_NEWEST = _LISTS | {PageKind.HOME, PageKind.DISCLOSURE_PLATFORM}
_TEXTS = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.GUIDE, PageKind.MESSAGE})


class Gist(msgspec.Struct, frozen=True, array_like=True):
    """``digest``: of the text, then of the text without digits, 8 bytes each, empty for a page without text;
    ``is_text``: an article or the like, ``is_list``: a list of such; ``items``: address and ISO date of a list's
    entries as they stand; ``columns``: addresses of the columns above the page."""

    digest: bytes = b""
    is_text: bool = False
    is_list: bool = False
    items: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    next_page: str = ""


def gist_of(reading: Reading) -> Gist:
    """The gist of a page."""
    items = reading.items if reading.kind in _WITH_NEWEST else ()
    return Gist(
        digest=reading.digest,
        is_text=reading.kind in _TEXTS,
        is_list=reading.kind in _LISTS,
        items=tuple((item.url, item.date) for item in items if item.url),
        columns=tuple(crumb.url for crumb in reading.breadcrumb if crumb.url),
        next_page=reading.next_page,
    )
