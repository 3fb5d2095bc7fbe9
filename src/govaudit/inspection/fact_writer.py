"""The writer of a site's facts, which is also the crawl's journal.

What was fetched, what it linked to and what is still to visit are committed together, so a kill loses at most
the batch that was being collected.
"""

from __future__ import annotations

import sqlite3
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from govaudit.inspection.errors import GovauditError, InputError, Problem
from govaudit.inspection.fact_tables import (
    DONE,
    FETCH_COLUMNS,
    LEFT_OUT,
    SCHEMA,
    SCHEMA_VERSION,
    WAITING,
    Choice,
    FetchRest,
    ScriptedPage,
    Target,
    fetch_of,
    get_value,
    put_value,
    read_plan,
    refuse_other_schema,
    url_key,
)
from govaudit.inspection.facts import (
    Fetch,
    Lane,
    Link,
    PageKind,
    Probe,
    Reading,
    Rendering,
    Skipped,
)
from govaudit.inspection.packed_reading import PackedPart, PackedReading, Packer, Unpacker
from govaudit.inspection.run import CrawlPlan, CrawlState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_MOST_RECENT = 30_000
"""Addresses whose numbers are kept at hand; those of others are looked up in the store."""
_MOST_PARTS = 1000
_CACHE_KIBIBYTES = 32_768


def _pragmas(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KIBIBYTES}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA busy_timeout=30000")


class FactWriter:
    """The one writer of a site's facts. Collects in memory, ``commit`` makes it durable."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._encoder = msgspec.msgpack.Encoder()
        self._packer = Packer()
        self._parts: dict[bytes, int] = {}
        self._next_url = self._next("url")
        self._next_anchor = self._next("anchor")
        self._next_fetch = self._next("fetch")
        self._next_part = self._next("part")
        self._recent: dict[str, int] = {}
        self._earlier: dict[str, int] = {}
        self._new_urls: dict[int, str] = {}
        self._new_targets: dict[int, tuple[int, str, int, int, int, str | None]] = {}
        self._target_states: list[tuple[int, str | None, int]] = []
        self._target_depths: list[tuple[int, int]] = []
        self._target_waves: list[tuple[int, int]] = []
        self.choice = get_value(connection, "choice", Choice)
        """How far the choice of pages came; durable with the next commit."""
        self._new_anchors: dict[tuple[int | None, int, str, str, str], int] = {}
        self._new_fetches: list[tuple[object, ...]] = []
        self._new_pages: list[tuple[object, ...]] = []
        self._new_bodies: list[tuple[int, bytes]] = []
        self._new_parts: list[tuple[int, bytes, bytes]] = []
        self._new_scripted: list[tuple[int, str, bool]] = []
        self._new_renderings: list[tuple[object, ...]] = []
        self._new_rarities: list[tuple[str, str, float, bytes]] = []

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
                put_value(connection, "choice", Choice())
            return cls(connection, path)
        refuse_other_schema(connection, path)
        stored = read_plan(connection)
        if changed := stored.differences(plan):
            connection.close()
            arguments: dict[str, str | int] = {"changed": ", ".join(changed), "run": plan.run}
            raise InputError(Problem("run.other-plan", str(path), arguments=arguments))
        return cls(connection, path)

    def discard(self) -> None:
        """Close the file and delete it with everything in it."""
        (path,) = (
            name for _, schema, name in self._connection.execute("PRAGMA database_list") if schema == "main"
        )
        self.close()
        for ending in ("-wal", "-shm", ""):
            Path(path + ending).unlink(missing_ok=True)

    def _next(self, table: str) -> int:
        highest: int | None = self._connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
        return (highest or 0) + 1

    # -- addresses and targets -------------------------------------------------------------------------

    def url_id(self, url: str) -> int:
        """Number of a canonical address, given on first use."""
        number = self.number_of(url)
        if number is None:
            number = self._next_url
            self._next_url += 1
            self._recent[url] = number
            self._new_urls[number] = url
        return number

    def number_of(self, url: str) -> int | None:
        """Number of an address that was ever seen in this run."""
        number = self._recent.get(url)
        if number is not None:
            return number
        number = self._earlier.get(url)
        if number is None:
            row = self._connection.execute(
                "SELECT id FROM url WHERE key = ? AND url = ?", (url_key(url), url)
            ).fetchone()
            if row is None:
                return None
            number = int(row[0])
        self._recent[url] = number
        return number

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

    def hand_out(self, numbers: Iterable[int], wave: int) -> None:
        """These pages are visited next, as one wave."""
        self._target_waves.extend((wave, number) for number in numbers)

    def finish_target(self, url_id: int) -> None:
        """The target was visited (well or not): a restart does not visit it again."""
        self._target_states.append((DONE, None, url_id))

    def target(self, number: int) -> Target:
        """A target by its number, as it was put in. Raises ``LookupError`` when there is none."""
        new = self._new_targets.get(number)
        if new is not None:
            _, lane, depth, *_ = new
            url = self._new_urls.get(number) or self._url(number)
            return Target(number, url, Lane(lane), depth)
        row = self._connection.execute(
            "SELECT url, lane, depth FROM target JOIN url ON url.id = url_id WHERE url_id = ?", (number,)
        ).fetchone()
        if row is None:
            raise LookupError(number)
        return Target(number, row[0], Lane(row[1]), row[2])

    def _url(self, number: int) -> str:
        return str(self._connection.execute("SELECT url FROM url WHERE id = ?", (number,)).fetchone()[0])

    def targets(self) -> Iterator[tuple[Target, bool, int]]:
        """Every committed target, nearest first, then in the order in which they were found; whether it is still to
        visit, and the wave in which it was handed out (0: it was not)."""
        rows = self._connection.execute(
            "SELECT url_id, url, lane, depth, state, skipped, wave FROM target JOIN url ON url.id = url_id"
            " ORDER BY depth, url_id"
        )
        for number, url, lane, depth, state, skipped, wave in rows:
            why = Skipped(skipped) if state == LEFT_OUT else None
            yield Target(number, url, Lane(lane), depth, why), state == WAITING, wave

    def navigation_urls(self) -> Iterator[str]:
        """Addresses in the navigation of all committed pages."""
        unpacker = Unpacker()
        rows = self._connection.execute(
            "SELECT content FROM part WHERE id IN (SELECT navigation FROM page WHERE navigation IS NOT NULL)"
        )
        for (content,) in rows:
            yield from (entry.url for entry in unpacker.navigation(content) if entry.url)

    def page_numbers(self) -> Iterator[int]:
        """Numbers of the addresses of all committed pages that were read."""
        return (number for (number,) in self._connection.execute("SELECT url_id FROM page"))

    def readings(self) -> Iterator[tuple[int, str, Reading]]:
        """Wave, address and content of all committed pages, without navigation and marks, wave by wave."""
        unpacker = Unpacker()
        rows = self._connection.execute(
            "SELECT wave, url, reading FROM page JOIN url ON url.id = page.url_id"
            " JOIN target ON target.url_id = page.url_id WHERE lane = 'page' ORDER BY wave, page.depth, url"
        )
        for wave, url, reading in rows:
            yield wave, url, unpacker.lean(reading)

    def arrivals(self, url: str) -> list[str]:
        """Where committed looks at an address ended that opened it."""
        rows = self._connection.execute(
            "SELECT DISTINCT coalesce(final_url, url) FROM fetch JOIN url ON url.id = fetch.url_id"
            " WHERE key = ? AND url = ? AND reason IS NULL AND status BETWEEN 200 AND 299",
            (url_key(url), url),
        )
        return [final_url for (final_url,) in rows]

    def way_on(self, url: str) -> tuple[str, str] | None:
        """Where a committed page answered and where it sends its visitors at once (empty: nowhere)."""
        row = self._connection.execute(
            "SELECT final_url, reading FROM page JOIN url ON url.id = page.url_id"
            " JOIN fetch ON fetch.id = page.fetch_id WHERE key = ? AND url = ?",
            (url_key(url), url),
        ).fetchone()
        if row is None:
            return None
        return row[0] or url, Unpacker().lean(row[1]).refresh

    def looked(self) -> Iterator[tuple[Target, Fetch]]:
        """Every committed target that has looks, with the last look at it (what a second look starts from)."""
        rows = self._connection.execute(
            f"SELECT target.url_id, lane, depth, {FETCH_COLUMNS} FROM target JOIN url ON url.id = target.url_id"
            " JOIN fetch ON fetch.url_id = target.url_id"
            " WHERE look = (SELECT max(look) FROM fetch AS other WHERE other.url_id = target.url_id)"
        )
        for number, lane, depth, *fetch in rows:
            yield Target(number, fetch[0], Lane(lane), depth), fetch_of(fetch)

    def first_look(self, url_id: int) -> Fetch:
        """The first committed look at a target that has looks."""
        row = self._connection.execute(
            f"SELECT {FETCH_COLUMNS} FROM fetch JOIN url ON url.id = fetch.url_id"
            " WHERE url_id = ? ORDER BY look LIMIT 1",
            (url_id,),
        ).fetchone()
        return fetch_of(row)

    # -- what was seen -----------------------------------------------------------------------------------

    def anchor(self, link: Link) -> int:
        """Keep a reference, the same one once; returns its number."""
        next_url = self._next_url
        url_id = None if link.url is None else self.url_id(link.url)
        key = (url_id, link.tag, link.raw, link.text, link.fragment)
        number = self._new_anchors.get(key)
        if number is None and url_id is not None and self._next_url == next_url:
            number = self._stored_anchor(key)
        if number is None:
            number = self._new_anchors[key] = self._next_anchor
            self._next_anchor += 1
        return number

    def _stored_anchor(self, key: tuple[int | None, int, str, str, str]) -> int | None:
        row = self._connection.execute(
            "SELECT id FROM anchor WHERE url_id = ? AND tag = ? AND raw = ? AND text = ? AND fragment = ?",
            key,
        ).fetchone()
        return None if row is None else int(row[0])

    def add_fetch(self, fetch: Fetch, body: bytes | None = None, *, packed_body: bytes | None = None) -> int:
        """Record a look, with the body as it came (decoded from its transfer) where it is kept. ``packed_body``:
        the same, compressed by a ``Packer`` before."""
        number = self._next_fetch
        self._next_fetch += 1
        rest = FetchRest(
            fetch.detail, fetch.hops, fetch.truncated, fetch.magic, fetch.address, fetch.headers,
            fetch.revalidated, fetch.title, fetch.heading, fetch.original,
        )  # fmt: skip
        self._new_fetches.append(
            (
                number, self.url_id(fetch.url), fetch.look, fetch.at, fetch.status,
                fetch.reason.value if fetch.reason else None,
                fetch.final_url if fetch.final_url != fetch.url else None,
                fetch.content_type, fetch.size, fetch.seconds, self._encoder.encode(rest),
            )
        )  # fmt: skip
        if body is not None:
            packed_body = self._packer.compress(body)
        if packed_body is not None:
            self._new_bodies.append((number, packed_body))
        return number

    def add_page(self, url: str, fetch_id: int, depth: int, reading: Reading, anchors: Iterable[int]) -> None:
        """Record what a page says. ``anchors``: numbers of its references in the order of the page."""
        self.add_packed_page(url, fetch_id, depth, self._packer.pack(reading), anchors)

    def add_packed_page(
        self, url: str, fetch_id: int, depth: int, packed: PackedReading, anchors: Iterable[int]
    ) -> None:
        """Record what a page says, its reading packed before."""
        self._new_pages.append(
            (
                self.url_id(url), fetch_id, depth, packed.kind, packed.lean,
                self._part(packed.navigation), self._part(packed.marks), array("I", anchors).tobytes(),
                packed.text, self._part(packed.around),
            )
        )  # fmt: skip
        self._note_rarities(url, packed)

    def note_scripted(self, url_id: int, parts: tuple[str, ...], *, unmarked: bool) -> None:
        """Record which parts of a page only a script writes, and whether its source holds no mark at all."""
        self._new_scripted.append((url_id, " ".join(parts), unmarked))

    def add_rendering(
        self, url_id: int, look: Rendering, reading: Reading | None = None, anchors: Iterable[int] = (),
        html: bytes = b"",
    ) -> None:  # fmt: skip
        """Record what a browser showed of a page; without ``reading``: that it could not show it."""
        seen: tuple[object, ...] = (None,) * 8
        if reading is not None:
            packed = self._packer.pack(reading)
            seen = (
                packed.kind, packed.lean, self._part(packed.navigation), self._part(packed.marks),
                array("I", anchors).tobytes(), self._packer.compress(html), packed.text, self._part(packed.around),
            )  # fmt: skip
            self._note_rarities(self._new_urls.get(url_id) or self._url(url_id), packed)
        self._new_renderings.append((url_id, self._encoder.encode(look), *seen))

    def _note_rarities(self, url: str, packed: PackedReading) -> None:
        """Record what few pages hold, as probes of their own: private numbers, concealed links, forms."""
        rarities = (("private", packed.private), ("concealed", packed.concealed), ("forms", packed.forms))
        for kind, seen in rarities:
            if seen:
                name = "numbers" if kind == "private" else kind
                result = msgspec.json.encode({name: msgspec.to_builtins(seen)})
                self._new_rarities.append((kind, url, 0.0, result))

    def scripted_pages(self, *, everything: bool = False) -> Iterator[ScriptedPage]:
        """Committed pages that were noted as written by scripts or without marks, nearest to the home page first, then
        in the order of addresses. ``everything``: all pages."""
        # A site may have a million pages and ten of these: the short table leads.
        source = "page LEFT JOIN scripted" if everything else "scripted CROSS JOIN page"
        rows = self._connection.execute(
            "SELECT page.url_id, url.url, fetch.final_url, page.depth, page.kind, coalesce(parts, ''),"
            " NOT coalesce(unmarked, 0), page.navigation IS NOT NULL, rendering.url_id IS NOT NULL,"
            " coalesce(unmarked, 0) AND rendering.marks IS NOT NULL"
            f" FROM {source} ON scripted.url_id = page.url_id"
            " JOIN url ON url.id = page.url_id JOIN fetch ON fetch.id = page.fetch_id"
            " LEFT JOIN rendering ON rendering.url_id = page.url_id ORDER BY page.depth, url.url"
        )
        for number, url, final_url, depth, kind, parts, *signs in rows:
            yield ScriptedPage(
                number, url, final_url or url, depth, PageKind(kind), tuple(parts.split()), *map(bool, signs)
            )

    def unmarked_pages(self) -> int:
        """How many committed pages were noted as without marks."""
        return int(self._connection.execute("SELECT count(*) FROM scripted WHERE unmarked").fetchone()[0])

    def rendered(self) -> int:
        """How many pages were opened in a browser and committed."""
        return int(self._connection.execute("SELECT count(*) FROM rendering").fetchone()[0])

    def _part(self, part: PackedPart | None) -> int | None:
        if part is None:
            return None
        known = self._parts.get(part.digest)
        if known is None:
            if len(self._parts) > _MOST_PARTS and not self._new_parts:
                self._parts.clear()
            known = self._parts[part.digest] = self._stored_part(part)
        return known

    def _stored_part(self, part: PackedPart) -> int:
        row = self._connection.execute("SELECT id FROM part WHERE digest = ?", (part.digest,)).fetchone()
        if row is not None:
            return int(row[0])
        number = self._next_part
        self._next_part += 1
        self._new_parts.append((number, part.digest, part.content))
        return number

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
        """Make everything that was collected durable, in one transaction. Raises ``GovauditError`` when the store
        cannot be written; nothing that was committed before is lost."""
        try:
            self._write()
        except sqlite3.OperationalError as error:
            raise store_error(error, self._path) from error
        for collected in (
            self._new_urls, self._new_targets, self._target_states, self._target_depths, self._target_waves,
            self._new_anchors, self._new_fetches,
            self._new_parts, self._new_pages, self._new_bodies, self._new_scripted, self._new_renderings,
            self._new_rarities,
        ):  # fmt: skip
            collected.clear()
        if len(self._recent) > _MOST_RECENT:
            self._earlier, self._recent = self._recent, {}

    def _write(self) -> None:
        with _transaction(self._connection) as connection:
            connection.executemany(
                "INSERT INTO url VALUES (?, ?, ?)",
                ((number, url, url_key(url)) for number, url in self._new_urls.items()),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO target VALUES (?, ?, ?, ?, ?, ?, 0)", self._new_targets.values()
            )
            connection.executemany("UPDATE target SET depth = ? WHERE url_id = ?", self._target_depths)
            connection.executemany("UPDATE target SET wave = ? WHERE url_id = ?", self._target_waves)
            put_value(connection, "choice", self.choice)
            connection.executemany(
                "UPDATE target SET state = ?, skipped = ? WHERE url_id = ?", self._target_states
            )
            connection.executemany(
                "INSERT INTO anchor VALUES (?, ?, ?, ?, ?, ?)",
                ((number, *key) for key, number in self._new_anchors.items()),
            )
            connection.executemany(
                "INSERT INTO fetch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._new_fetches
            )
            connection.executemany("INSERT INTO part VALUES (?, ?, ?)", self._new_parts)
            connection.executemany(
                "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._new_pages
            )
            connection.executemany("INSERT INTO body VALUES (?, ?)", self._new_bodies)
            connection.executemany(
                "INSERT INTO probe (kind, subject, at, result) VALUES (?, ?, ?, ?)", self._new_rarities
            )
            connection.executemany("INSERT OR REPLACE INTO scripted VALUES (?, ?, ?)", self._new_scripted)
            connection.executemany(
                "INSERT OR REPLACE INTO rendering VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._new_renderings
            )

    def skip_targets(self, numbers: Iterable[int], why: Skipped) -> None:
        """Leave out targets that wait, however many. Everything is durable then. Raises like ``commit``."""
        self.commit()
        try:
            with _transaction(self._connection) as connection:
                connection.executemany(
                    "UPDATE target SET state = ?, skipped = ? WHERE url_id = ?",
                    ((LEFT_OUT, why.value, number) for number in numbers),
                )
        except sqlite3.OperationalError as error:
            raise store_error(error, self._path) from error

    def close(self) -> None:
        """Close the file. What was not committed is gone."""
        self._connection.close()


def store_error(error: sqlite3.OperationalError, path: Path) -> GovauditError:
    """The error that a user is shown when the store cannot be written."""
    full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
    key = "store.disk-full" if full else "store.unwritable"
    return GovauditError(Problem(key, str(path), arguments={} if full else {"why": str(error)}))


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
