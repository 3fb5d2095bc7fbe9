"""The read-only view of a site's facts, at any time, also while the crawl still writes."""

from __future__ import annotations

import sqlite3
from array import array
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self

import msgspec
import zstandard

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.fact_tables import (
    FETCH_COLUMNS,
    LEFT_OUT,
    WAITING,
    StoredPage,
    StoredPageKey,
    T,
    Target,
    fetch_of,
    get_value,
    read_plan,
    refuse_other_schema,
    url_key,
)
from govaudit.inspection.facts import (
    Fetch,
    Lane,
    Link,
    Mark,
    MenuEntry,
    PageKind,
    Probe,
    Reading,
    Skipped,
)
from govaudit.inspection.run import CrawlState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SiteFacts:
    """Read-only view of a site's facts. Readable while the crawl still writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._decompressor = zstandard.ZstdDecompressor()
        self._reading = msgspec.msgpack.Decoder(Reading)
        self._parts: dict[int, Any] = {}
        self._anchors: dict[int, Link] | None = None
        self.plan = read_plan(connection)
        self.state = get_value(connection, "state", CrawlState)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a stored run. Raises ``InputError`` when the file is not there or is no fact store."""
        if not path.is_file():
            raise InputError(Problem("facts.missing", str(path)))
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        refuse_other_schema(connection, path)
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def pages(self, kind: PageKind | None = None) -> Iterator[StoredPage]:
        """Every page that was read (of one kind), nearest to the home page first, then in the order of addresses.

        The order does not depend on the order of the crawl."""
        rows = self._connection.execute(
            "SELECT page.url_id, url.url, fetch.final_url, page.depth, reading, navigation, marks"
            " FROM page JOIN url ON url.id = page.url_id JOIN fetch ON fetch.id = page.fetch_id"
            " WHERE ?1 IS NULL OR kind = ?1 ORDER BY page.depth, url.url",
            (kind,),
        )
        for number, url, final_url, depth, reading, navigation, marks in rows:
            yield StoredPage(number, url, final_url or url, depth, self._decode(reading, navigation, marks))

    def page(self, url: str) -> StoredPage | None:
        """The page at a canonical address, if it was read."""
        row = self._connection.execute(
            "SELECT page.url_id, url.url, fetch.final_url, page.depth, reading, navigation, marks"
            " FROM page JOIN url ON url.id = page.url_id JOIN fetch ON fetch.id = page.fetch_id"
            " WHERE url.key = ? AND url.url = ?",
            (url_key(url), url),
        ).fetchone()
        if row is None:
            return None
        number, address, final_url, depth, reading, navigation, marks = row
        return StoredPage(
            number, address, final_url or address, depth, self._decode(reading, navigation, marks)
        )

    def _decode(self, blob: bytes, navigation: int | None, marks: int | None) -> Reading:
        reading = self._reading.decode(self._decompressor.decompress(blob))
        reading.navigation = self._part(navigation, MenuEntry)
        reading.marks = self._part(marks, Mark)
        return reading

    def _part(self, number: int | None, kind: type[T]) -> tuple[T, ...]:
        if number is None:
            return ()
        if number not in self._parts:
            (content,) = self._connection.execute(
                "SELECT content FROM part WHERE id = ?", (number,)
            ).fetchone()
            self._parts[number] = msgspec.msgpack.decode(
                self._decompressor.decompress(content),
                type=tuple[kind, ...],  # type: ignore[valid-type]
            )
        parts: tuple[T, ...] = self._parts[number]
        return parts

    def links(self, url_id: int) -> list[Link]:
        """References of a page in the order in which they stand on it."""
        row = self._connection.execute("SELECT links FROM page WHERE url_id = ?", (url_id,)).fetchone()
        if row is None:
            return []
        return [self.anchors[number] for number in array("I", row[0])]

    def references(self) -> Iterator[tuple[StoredPageKey, array[int]]]:
        """All pages with the numbers of their references (see ``anchors``), in the order of ``pages``."""
        rows = self._connection.execute(
            "SELECT page.url_id, url.url, page.depth, page.kind, links FROM page JOIN url ON url.id = page.url_id"
            " ORDER BY page.depth, url.url"
        )
        for number, url, depth, kind, links in rows:
            yield StoredPageKey(number, url, depth, kind), array("I", links)

    @property
    def anchors(self) -> dict[int, Link]:
        """Every different reference of the site by its number: what a template repeats on all pages is there once."""
        if self._anchors is None:
            rows = self._connection.execute(
                "SELECT anchor.id, tag, url, raw, text, fragment FROM anchor LEFT JOIN url ON url.id = url_id"
            )
            self._anchors = {
                number: Link(tag, url, raw, text, fragment) for number, tag, url, raw, text, fragment in rows
            }
        return self._anchors

    def looks(self, url: str) -> list[Fetch]:
        """All looks at one address, first to last."""
        rows = self._connection.execute(
            f"SELECT {FETCH_COLUMNS} FROM fetch JOIN url ON url.id = fetch.url_id WHERE key = ? AND url = ?"
            " ORDER BY look",
            (url_key(url), url),
        )
        return [fetch_of(row) for row in rows]

    def all_looks(self) -> Iterator[tuple[Target, list[Fetch]]]:
        """Every visited target with its looks, in the order of addresses."""
        current: Target | None = None
        looks: list[Fetch] = []
        rows = self._connection.execute(
            f"SELECT target.url_id, lane, depth, {FETCH_COLUMNS} FROM target JOIN url ON url.id = target.url_id"
            " JOIN fetch ON fetch.url_id = target.url_id ORDER BY url, look"
        )
        for number, lane, depth, *fetch in rows:
            if current is None or current.url_id != number:
                if current is not None:
                    yield current, looks
                current, looks = Target(number, fetch[0], Lane(lane), depth), []
            looks.append(fetch_of(fetch))
        if current is not None:
            yield current, looks

    def left_out(self) -> Iterator[Target]:
        """Targets that were discovered and not visited, with the reason, in the order of addresses."""
        rows = self._connection.execute(
            "SELECT url_id, url, lane, depth, skipped FROM target JOIN url ON url.id = url_id"
            " WHERE state = ? ORDER BY url",
            (LEFT_OUT,),
        )
        for number, url, lane, depth, skipped in rows:
            yield Target(number, url, Lane(lane), depth, Skipped(skipped))

    def still_waiting(self) -> int:
        """How many targets a broken-off crawl has not visited."""
        count: int = self._connection.execute(
            "SELECT count(*) FROM target WHERE state = ?", (WAITING,)
        ).fetchone()[0]
        return count

    def body(self, url: str) -> bytes | None:
        """Body of the last look at a page, as it came; ``None`` when it was not kept."""
        row = self._connection.execute(
            "SELECT content FROM body JOIN fetch ON fetch.id = fetch_id JOIN url ON url.id = fetch.url_id"
            " WHERE key = ? AND url = ? ORDER BY look DESC LIMIT 1",
            (url_key(url), url),
        ).fetchone()
        return None if row is None else self._decompressor.decompress(row[0])

    def probes(self, kind: str) -> list[Probe]:
        """Measurements of one kind in the order in which they were made."""
        rows = self._connection.execute(
            "SELECT kind, subject, at, result FROM probe WHERE kind = ? ORDER BY id", (kind,)
        )
        return [
            Probe(kind=found, subject=subject, at=at, result=msgspec.json.decode(result))
            for found, subject, at, result in rows
        ]


def read_state(path: Path) -> CrawlState | None:
    """How far the crawl in ``path`` came; ``None`` when there is no such store yet."""
    if not path.is_file():
        return None
    with closing(SiteFacts.open(path)) as facts:
        return facts.state
