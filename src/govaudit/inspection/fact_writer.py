"""The writer of a site's facts, which is also the crawl's journal.

What was fetched, what it linked to and what is still to visit are committed together, so a kill loses at most
the batch that was being collected.
"""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from typing import TYPE_CHECKING, Self

import msgspec
import zstandard

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.fact_tables import (
    DONE,
    FETCH_COLUMNS,
    LEFT_OUT,
    SCHEMA,
    SCHEMA_VERSION,
    WAITING,
    FetchRest,
    Target,
    fetch_of,
    get_value,
    put_value,
    read_plan,
)
from govaudit.inspection.facts import (
    Fetch,
    Lane,
    Link,
    MenuEntry,
    Probe,
    Reading,
    Skipped,
)
from govaudit.inspection.run import CrawlPlan, CrawlState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def _pragmas(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=30000")


class FactWriter:
    """The one writer of a site's facts. Collects in memory, ``commit`` makes it durable."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._encoder = msgspec.msgpack.Encoder()
        self._compressor = zstandard.ZstdCompressor(level=3)
        self._parts: dict[bytes, int] = {}
        self._next_url = self._next("url")
        self._next_anchor = self._next("anchor")
        self._next_fetch = self._next("fetch")
        self._next_part = self._next("part")
        self._url_ids: dict[str, int] = dict(connection.execute("SELECT url, id FROM url"))
        self._new_urls: list[tuple[int, str]] = []
        self._new_targets: dict[int, tuple[int, str, int, int, int, str | None]] = {}
        self._target_states: list[tuple[int, str | None, int]] = []
        self._target_depths: list[tuple[int, int]] = []
        self._new_anchors: list[tuple[int, int | None, int, str, str, str]] = []
        self._new_fetches: list[tuple[object, ...]] = []
        self._new_pages: list[tuple[object, ...]] = []
        self._new_bodies: list[tuple[int, bytes]] = []
        self._new_parts: list[tuple[int, bytes, bytes]] = []

    @classmethod
    def open(cls, path: Path, plan: CrawlPlan) -> Self:
        """Create the store for ``plan`` or go on with an unfinished one.

        Raises ``InputError`` when the stored run was made under another plan, and ``sqlite3.Error`` when the
        file cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None)
        _pragmas(connection)
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            with _transaction(connection):
                for statement in SCHEMA.split(";\n"):
                    connection.execute(statement)
                put_value(connection, "schema", SCHEMA_VERSION)
                put_value(connection, "plan", plan.without_secrets())
                put_value(connection, "state", CrawlState())
            return cls(connection)
        stored = read_plan(connection)
        if changed := stored.differences(plan):
            connection.close()
            arguments: dict[str, str | int] = {"changed": ", ".join(changed), "run": plan.run}
            raise InputError(Problem("run.other-plan", str(path), arguments=arguments))
        return cls(connection)

    def _next(self, table: str) -> int:
        highest: int | None = self._connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
        return (highest or 0) + 1

    # -- addresses and targets -------------------------------------------------------------------------

    def url_id(self, url: str) -> int:
        """Number of a canonical address, given on first use."""
        known = self._url_ids.get(url)
        if known is not None:
            return known
        number = self._next_url
        self._next_url += 1
        self._url_ids[url] = number
        self._new_urls.append((number, url))
        return number

    def knows(self, url: str) -> bool:
        """Whether the address was ever seen in this run."""
        return url in self._url_ids

    def add_target(self, url: str, lane: Lane, depth: int, via: int = 0) -> int:
        """Put an address into the frontier. The first lane and depth stay. Returns its number."""
        number = self.url_id(url)
        self._new_targets.setdefault(number, (number, lane.value, depth, via, WAITING, None))
        return number

    def skip_target(self, url: str, lane: Lane, depth: int, why: Skipped, via: int = 0) -> int:
        """Record an address that will not be visited, with the reason."""
        number = self.url_id(url)
        self._new_targets[number] = (number, lane.value, depth, via, LEFT_OUT, why.value)
        self._target_states.append((LEFT_OUT, why.value, number))
        return number

    def move_target(self, url_id: int, depth: int) -> None:
        """A shorter way to a target was found: it lies at ``depth``."""
        self._target_depths.append((depth, url_id))

    def finish_target(self, url_id: int) -> None:
        """The target was visited (well or not): a restart does not visit it again."""
        self._target_states.append((DONE, None, url_id))

    def waiting(self) -> list[Target]:
        """Committed targets that are still to visit, in the order in which they were found."""
        rows = self._connection.execute(
            "SELECT url_id, url, lane, depth FROM target JOIN url ON url.id = url_id"
            " WHERE state = ? ORDER BY depth, url_id",
            (WAITING,),
        )
        return [Target(number, url, Lane(lane), depth) for number, url, lane, depth in rows]

    def targets(self) -> Iterator[tuple[Target, bool]]:
        """Every committed target, nearest first, and whether it is still to visit."""
        rows = self._connection.execute(
            "SELECT url_id, url, lane, depth, state, skipped FROM target JOIN url ON url.id = url_id"
            " ORDER BY depth, url_id"
        )
        for number, url, lane, depth, state, skipped in rows:
            why = Skipped(skipped) if state == LEFT_OUT else None
            yield Target(number, url, Lane(lane), depth, why), state == WAITING

    def navigation_urls(self) -> set[str]:
        """Addresses in the navigation of any committed page."""
        found: set[str] = set()
        decompressor = zstandard.ZstdDecompressor()
        rows = self._connection.execute(
            "SELECT content FROM part WHERE id IN (SELECT navigation FROM page WHERE navigation IS NOT NULL)"
        )
        for (content,) in rows:
            entries = msgspec.msgpack.decode(decompressor.decompress(content), type=tuple[MenuEntry, ...])
            found.update(entry.url for entry in entries if entry.url)
        return found

    def page_urls(self) -> set[str]:
        """Addresses of all committed pages that were read."""
        rows = self._connection.execute("SELECT url FROM page JOIN url ON url.id = url_id")
        return {url for (url,) in rows}

    def targets_known(self) -> set[int]:
        """Numbers of all committed targets, visited or not."""
        return {number for (number,) in self._connection.execute("SELECT url_id FROM target")}

    def looked(self) -> list[tuple[Target, Fetch]]:
        """Every committed target that has looks, with the last look at it (what a second look starts from)."""
        return list(_last_looks(self._connection))

    # -- what was seen -----------------------------------------------------------------------------------

    def anchor(self, link: Link) -> int:
        """Keep a reference; returns its number. Callers keep numbers of references that repeat."""
        number = self._next_anchor
        self._next_anchor += 1
        url_id = None if link.url is None else self.url_id(link.url)
        self._new_anchors.append((number, url_id, link.tag, link.raw, link.text, link.fragment))
        return number

    def add_fetch(self, fetch: Fetch, body: bytes | None = None) -> int:
        """Record a look, with the body as it came (decoded from its transfer) where it is kept."""
        number = self._next_fetch
        self._next_fetch += 1
        rest = FetchRest(fetch.detail, fetch.hops, fetch.truncated, fetch.magic, fetch.address, fetch.headers)
        self._new_fetches.append(
            (
                number, self.url_id(fetch.url), fetch.look, fetch.at, fetch.status,
                fetch.reason.value if fetch.reason else None,
                fetch.final_url if fetch.final_url != fetch.url else None,
                fetch.content_type, fetch.size, fetch.seconds, self._encoder.encode(rest),
            )
        )  # fmt: skip
        if body is not None:
            self._new_bodies.append((number, self._compressor.compress(body)))
        return number

    def add_page(self, url: str, fetch_id: int, depth: int, reading: Reading, anchors: Iterable[int]) -> None:
        """Record what a page says. ``anchors``: numbers of its references in the order of the page."""
        navigation = self._part(reading.navigation)
        marks = self._part(reading.marks)
        lean = msgspec.structs.replace(reading, navigation=(), marks=())
        self._new_pages.append(
            (
                self.url_id(url), fetch_id, depth, reading.kind.value,
                self._compressor.compress(self._encoder.encode(lean)),
                navigation, marks, array("I", anchors).tobytes(),
            )
        )  # fmt: skip

    def _part(self, content: tuple[object, ...]) -> int | None:
        if not content:
            return None
        encoded = self._encoder.encode(content)
        digest = hashlib.sha256(encoded).digest()[:16]
        known = self._parts.get(digest)
        if known is not None:
            return known
        row = self._connection.execute("SELECT id FROM part WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            row = (self._next_part,)
            self._next_part += 1
            self._new_parts.append((row[0], digest, self._compressor.compress(encoded)))
        self._parts[digest] = row[0]
        return int(row[0])

    def add_probe(self, probe: Probe) -> None:
        """Record a measurement; durable at once (probes are few and slow)."""
        self._connection.execute(
            "INSERT INTO probe (kind, subject, at, result) VALUES (?, ?, ?, ?)",
            (probe.kind, probe.subject, probe.at, msgspec.json.encode(probe.result)),
        )

    def add_probes(self, probes: Iterable[Probe]) -> None:
        """Record measurements that belong together; durable at once, all or none."""
        with _transaction(self._connection):
            for probe in probes:
                self.add_probe(probe)

    def probe_kinds(self) -> set[str]:
        """Kinds of probes that are already recorded (a restart does not repeat them)."""
        return {kind for (kind,) in self._connection.execute("SELECT DISTINCT kind FROM probe")}

    # -- the journal -------------------------------------------------------------------------------------

    @property
    def plan(self) -> CrawlPlan:
        """The plan this store was made under."""
        return read_plan(self._connection)

    @property
    def state(self) -> CrawlState:
        """How far the crawl came."""
        return get_value(self._connection, "state", CrawlState)

    def set_state(self, state: CrawlState) -> None:
        """Record how far the crawl came; durable at once."""
        put_value(self._connection, "state", state)

    def commit(self) -> None:
        """Make everything that was collected durable, in one transaction."""
        with _transaction(self._connection) as connection:
            connection.executemany("INSERT INTO url VALUES (?, ?)", self._new_urls)
            connection.executemany(
                "INSERT OR IGNORE INTO target VALUES (?, ?, ?, ?, ?, ?)", self._new_targets.values()
            )
            connection.executemany("UPDATE target SET depth = ? WHERE url_id = ?", self._target_depths)
            connection.executemany(
                "UPDATE target SET state = ?, skipped = ? WHERE url_id = ?", self._target_states
            )
            connection.executemany("INSERT INTO anchor VALUES (?, ?, ?, ?, ?, ?)", self._new_anchors)
            connection.executemany(
                "INSERT INTO fetch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._new_fetches
            )
            connection.executemany("INSERT INTO part VALUES (?, ?, ?)", self._new_parts)
            connection.executemany(
                "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._new_pages
            )
            connection.executemany("INSERT INTO body VALUES (?, ?)", self._new_bodies)
        for collected in (
            self._new_urls, self._new_targets, self._target_states, self._target_depths,
            self._new_anchors, self._new_fetches,
            self._new_parts, self._new_pages, self._new_bodies,
        ):  # fmt: skip
            collected.clear()

    def close(self) -> None:
        """Close the file. What was not committed is gone."""
        self._connection.close()


def _last_looks(connection: sqlite3.Connection) -> Iterator[tuple[Target, Fetch]]:
    rows = connection.execute(
        f"SELECT target.url_id, lane, depth, {FETCH_COLUMNS} FROM target JOIN url ON url.id = target.url_id"
        " JOIN fetch ON fetch.url_id = target.url_id"
        " WHERE look = (SELECT max(look) FROM fetch AS other WHERE other.url_id = target.url_id) ORDER BY url"
    )
    for number, lane, depth, *fetch in rows:
        yield Target(number, fetch[0], Lane(lane), depth), fetch_of(fetch)


def _transaction(connection: sqlite3.Connection) -> _Transaction:
    return _Transaction(connection)


class _Transaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
        elif self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
