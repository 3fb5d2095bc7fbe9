"""The tables of a fact store and the records that are read from them."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.facts import (
    Fetch,
    Hop,
    Lane,
    Mark,
    PageKind,
    Reading,
    Revalidated,
    Skipped,
)
from govaudit.inspection.run import CrawlPlan
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.page_text import PageText

SCHEMA_VERSION = 3

SCHEMA = """
CREATE TABLE run (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE url (id INTEGER PRIMARY KEY, url TEXT NOT NULL, key INTEGER NOT NULL) STRICT;
CREATE INDEX url_of_key ON url (key);
CREATE TABLE target (
    url_id INTEGER PRIMARY KEY, lane TEXT NOT NULL, depth INTEGER NOT NULL, via INTEGER NOT NULL,
    state INTEGER NOT NULL, skipped TEXT, wave INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE fetch (
    id INTEGER PRIMARY KEY, url_id INTEGER NOT NULL, look INTEGER NOT NULL, at REAL NOT NULL,
    status INTEGER NOT NULL, reason TEXT, final_url TEXT, content_type TEXT, size INTEGER NOT NULL,
    seconds REAL NOT NULL, rest BLOB NOT NULL
) STRICT;
CREATE INDEX fetch_of_url ON fetch (url_id, look);
CREATE TABLE page (
    url_id INTEGER PRIMARY KEY, fetch_id INTEGER NOT NULL, depth INTEGER NOT NULL, kind TEXT NOT NULL,
    reading BLOB NOT NULL, navigation INTEGER, marks INTEGER, links BLOB NOT NULL, text BLOB, around INTEGER
) STRICT;
CREATE TABLE scripted (
    url_id INTEGER PRIMARY KEY, parts TEXT NOT NULL, unmarked INTEGER NOT NULL
) STRICT;
CREATE TABLE rendering (
    url_id INTEGER PRIMARY KEY, look BLOB NOT NULL, kind TEXT, reading BLOB, navigation INTEGER, marks INTEGER,
    links BLOB, html BLOB, text BLOB, around INTEGER
) STRICT;
CREATE TABLE part (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, content BLOB NOT NULL) STRICT;
CREATE TABLE anchor (
    id INTEGER PRIMARY KEY, url_id INTEGER, tag INTEGER NOT NULL, raw TEXT NOT NULL, text TEXT NOT NULL,
    fragment TEXT NOT NULL
) STRICT;
CREATE INDEX anchor_of_url ON anchor (url_id) WHERE url_id IS NOT NULL;
CREATE TABLE body (fetch_id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
CREATE TABLE probe (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, at REAL NOT NULL, result BLOB NOT NULL
) STRICT;
"""

WAITING, DONE, LEFT_OUT = 0, 1, 2
"""States of a target."""

T = TypeVar("T")


class FetchRest(msgspec.Struct, array_like=True):
    detail: str
    hops: tuple[Hop, ...]
    truncated: bool
    magic: str
    address: str
    headers: tuple[tuple[str, str], ...]
    revalidated: Revalidated | None = None
    title: str = ""
    heading: str = ""
    original: str = ""


class Target(msgspec.Struct, frozen=True):
    """Something the crawl means to visit, visited, or left out (``skipped`` says why)."""

    url_id: int
    url: str
    lane: Lane
    depth: int
    skipped: Skipped | None = None


class Choice(msgspec.Struct, frozen=True, array_like=True):
    """How far the choice among too many pages came. ``choosing``: there are more pages than the budget has room
    for; the others: pages that may still be chosen as columns and as newest items, ``None``: none was yet."""

    choosing: bool = False
    room_for_columns: int | None = None
    room_for_newest: int | None = None


class PageSource(Protocol):
    """Where a page's content is read."""

    def reading(self, page: StoredPage) -> Reading:
        """What the page says."""

    def marks(self, number: int | None) -> tuple[Mark, ...]:
        """Marks by their own number."""

    def text(self, page: StoredPage) -> PageText:
        """All that the page says."""


@dataclass(slots=True, eq=False)
class StoredPage:
    """A page as it was read. ``url``: the address that was asked for; ``final_url``: the one that answered;
    ``menu``: number of its navigation, the same on all pages that show the same one."""

    url_id: int
    url: str
    final_url: str
    depth: int
    kind: PageKind
    menu: int | None
    in_browser: bool
    """Whether this is what a browser showed, not what plain HTTP brought."""
    scripted: tuple[str, ...]
    """Parts that turned out to be written by scripts, besides those that the reading names."""
    _marks: int | None = field(repr=False)
    _facts: PageSource = field(repr=False)

    @property
    def reading(self) -> Reading:
        """What the page says; read from the store when it is asked for, so that a site's pages may be many."""
        return self._facts.reading(self)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks of the reading, without the rest of it."""
        return self._facts.marks(self._marks)

    @property
    def text(self) -> PageText:
        """All that the page says; read from the store each time."""
        return self._facts.text(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredPage) and other.url_id == self.url_id

    def __hash__(self) -> int:
        return self.url_id


class ScriptedPage(msgspec.Struct, frozen=True):
    """A page of which only a script may write parts. ``final_url``: the address that answered; ``parts``: as its
    source says; ``marked``/``has_menu``: whether the source holds marks, a navigation; ``rendered``: it was opened in a
    browser; ``newly_marked``: the browser showed marks that the source lacks."""

    url_id: int
    url: str
    final_url: str
    depth: int
    kind: PageKind
    parts: tuple[str, ...]
    marked: bool
    has_menu: bool
    rendered: bool
    newly_marked: bool


class StoredPageKey(msgspec.Struct, frozen=True):
    """Which page a reference stands on."""

    url_id: int
    url: str
    depth: int
    kind: str


FETCH_COLUMNS = "url, look, at, status, reason, final_url, content_type, size, seconds, rest"


def url_key(url: str) -> int:
    """What an address is found by in the store: eight bytes instead of its whole text. Addresses that share one
    are told apart by their text."""
    return int.from_bytes(hashlib.blake2b(url.encode(), digest_size=8).digest(), "big", signed=True)


def fetch_of(row: Any) -> Fetch:
    url, look, at, status, reason, final_url, content_type, size, seconds, rest = row
    more = msgspec.msgpack.decode(rest, type=FetchRest)
    return Fetch(
        url=url, look=look, at=at, status=status, reason=Reason(reason) if reason else None,
        detail=more.detail, final_url=final_url or url, hops=more.hops, content_type=content_type, size=size,
        truncated=more.truncated, magic=more.magic, address=more.address, seconds=seconds,
        headers=more.headers, revalidated=more.revalidated, title=more.title,
        heading=more.heading,
        original=more.original,
    )  # fmt: skip


def refuse_other_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Raises ``InputError`` for a store of another make, and for a file that is none."""
    try:
        found = get_value(connection, "schema", int)
    except (sqlite3.DatabaseError, LookupError) as error:
        connection.close()
        raise InputError(Problem("facts.unreadable", str(path), arguments={"why": str(error)})) from error
    if found != SCHEMA_VERSION:
        connection.close()
        arguments: dict[str, str | int] = {"found": found, "known": SCHEMA_VERSION}
        raise InputError(Problem("facts.other-schema", str(path), arguments=arguments))


def put_value(connection: sqlite3.Connection, key: str, value: object) -> None:
    connection.execute("INSERT OR REPLACE INTO run VALUES (?, ?)", (key, msgspec.json.encode(value)))


def get_value(connection: sqlite3.Connection, key: str, kind: type[T]) -> T:
    row = connection.execute("SELECT value FROM run WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise LookupError(key)
    return msgspec.json.decode(row[0], type=kind)


def read_plan(connection: sqlite3.Connection) -> CrawlPlan:
    """The plan that a store was made under."""
    return get_value(connection, "plan", CrawlPlan)
