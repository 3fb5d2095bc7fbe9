"""The watch log: what the visits to home pages found, and what those pages showed. ``watch.sqlite`` of a workspace.

One process writes, anybody may read meanwhile. Every visit is durable when it is recorded. Times are UTC seconds.
"""

from __future__ import annotations

import sqlite3
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import msgspec

from govaudit.inspection.errors import GovauditError, InputError, Problem
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

LIMIT = 15.0
"""Seconds that a home page is given to open; until then a visit that fails at once is tried again."""

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE site (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, down_since REAL, warned INTEGER NOT NULL
    DEFAULT 0) STRICT;
CREATE TABLE visit (
    site INTEGER NOT NULL, slot INTEGER NOT NULL, at REAL NOT NULL, outcome TEXT NOT NULL, ours TEXT NOT NULL,
    looks BLOB NOT NULL, PRIMARY KEY (site, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_at ON visit (at);
CREATE TABLE sighting (
    site INTEGER NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL, first_at REAL NOT NULL, last_at REAL NOT NULL,
    PRIMARY KEY (site, what, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE change (
    id INTEGER PRIMARY KEY, site INTEGER NOT NULL, at REAL NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL,
    before BLOB NOT NULL
) STRICT;
CREATE INDEX change_of_site ON change (site, at);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, channel TEXT NOT NULL, event BLOB NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL DEFAULT 0, sent_at REAL, error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_waiting ON outbox (channel, next_at) WHERE sent_at IS NULL;
CREATE TABLE state (key TEXT PRIMARY KEY, value REAL NOT NULL) STRICT, WITHOUT ROWID;
"""


class Outcome(StrEnum):
    """How a visit ended. ``UNCLEAR``: something answered that is not the page and no failure of the site either (a
    wall, a certificate), or it could not be asked for."""

    OPEN = "open"
    FAILED = "failed"
    UNCLEAR = "unclear"


class Look(msgspec.Struct, frozen=True, array_like=True):
    """A visit over one family of addresses. ``step``: where it ended (``dns``, ``tcp``, ``tls``, ``http``); ``after``:
    seconds from its beginning, further tries included; ``seconds``: what the last try took until the page was there;
    ``dns``: of that for the name; ``first_byte``: from the request to the answer's beginning; ``tries``: how often
    it was tried."""

    family: Literal[4, 6]
    outcome: Outcome
    step: str = "http"
    reason: Reason | None = None
    error: str = ""
    status: int = 0
    after: float = 0.0
    seconds: float = 0.0
    dns: float = 0.0
    first_byte: float = 0.0
    size: int = 0
    address: str = ""
    tries: int = 1

    @property
    def was_tried(self) -> bool:
        """Whether this machine could ask at all."""
        return self.reason is not Reason.NO_IPV6_HERE


class Visit(msgspec.Struct, frozen=True, array_like=True):
    """One planned visit to a home page. ``slot``: the moment that was planned; ``ours``: why it says nothing of the
    site when it was our own network (``away``, ``most``, ``nobody-to-ask``, ``busy``), else empty."""

    slot: int
    at: float
    looks: tuple[Look, ...]
    ours: str = ""

    def outcome(self, limit: float = LIMIT) -> Outcome:
        """Open when it opened over one of the families in less than ``limit`` seconds, failed when it did not over
        any that this machine has."""
        tried = [one for one in self.looks if one.was_tried]
        if any(one.outcome is Outcome.OPEN and one.after < limit for one in tried):
            return Outcome.OPEN
        if self.ours or not tried or any(one.outcome is Outcome.UNCLEAR for one in tried):
            return Outcome.UNCLEAR
        return Outcome.FAILED

    @property
    def fault(self) -> Look | None:
        """The look that tells why it did not open: IPv4's where there is one."""
        found = [one for one in self.looks if one.was_tried] or list(self.looks)
        return min(found, key=lambda one: (one.outcome is Outcome.OPEN, one.family), default=None)

    @property
    def seconds(self) -> float | None:
        """How long the page took where it opened soonest."""
        return min((one.seconds for one in self.looks if one.outcome is Outcome.OPEN), default=None)


class Change(msgspec.Struct, frozen=True, array_like=True):
    """Something that a home page showed for the first time. ``what``: ``title``, ``label:<name>``, ``script`` or
    ``frame`` (a host outside the site), ``dns`` (a network); ``before``: what it had shown until then."""

    at: float
    what: str
    value: str
    before: tuple[str, ...]


class WatchWindow(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the log that a run is judged by: visits after ``since`` up to ``until``, oldest first.
    ``taken_at``: when it was copied; before ``until`` it is not whole yet."""

    since: float
    until: float
    taken_at: float
    visits: tuple[Visit, ...] = ()
    changes: tuple[Change, ...] = ()


class Waiting(NamedTuple):
    """An alert that is not sent yet. ``event``: JSON."""

    id: int
    event: bytes
    tries: int


class WatchLog:
    """Reader and the one writer of a workspace's log."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._ids: dict[str, int] = {}
        self._encoder = msgspec.msgpack.Encoder()
        self._looks = msgspec.msgpack.Decoder(tuple[Look, ...])
        self._texts = msgspec.msgpack.Decoder(tuple[str, ...])

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the log for writing; it is made when there is none. Raises ``InputError`` when it cannot be used."""
        try:
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA busy_timeout=30000")
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
            return cls._known(connection, path)
        except sqlite3.Error as error:
            raise InputError(Problem("watch.unusable", str(path), arguments={"why": str(error)})) from error

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Open the log for reading; ``None`` when there is none. Raises ``InputError`` when it cannot be used."""
        if not path.is_file():
            return None
        try:
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
            connection.execute("PRAGMA busy_timeout=30000")
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                connection.close()
                return None
            return cls._known(connection, path)
        except sqlite3.Error as error:
            raise InputError(Problem("watch.unusable", str(path), arguments={"why": str(error)})) from error

    @classmethod
    def _known(cls, connection: sqlite3.Connection, path: Path) -> Self:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found != SCHEMA_VERSION:
            connection.close()
            arguments: dict[str, str | int] = {"found": found, "known": SCHEMA_VERSION}
            raise InputError(Problem("watch.other-schema", str(path), arguments=arguments))
        return cls(connection, path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Begin what is recorded together or not at all."""
        self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        except sqlite3.OperationalError as failed:
            error = failed
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        if error is not None:
            self._ids.clear()
        if isinstance(error, sqlite3.OperationalError):
            why: dict[str, str | int] = {"why": str(error)}
            raise GovauditError(Problem("watch.unusable", str(self._path), arguments=why)) from error

    # -- visits --------------------------------------------------------------------------------------------

    def record(self, key: str, visit: Visit) -> None:
        """Record a visit to the site ``key``; one for each slot."""
        self._connection.execute(
            "INSERT OR REPLACE INTO visit (site, slot, at, outcome, ours, looks) VALUES (?, ?, ?, ?, ?, ?)",
            (
                self._id(key),
                visit.slot,
                visit.at,
                visit.outcome(),
                visit.ours,
                self._encoder.encode(visit.looks),
            ),
        )

    def visits(self, key: str, since: float, until: float) -> Iterator[Visit]:
        """Visits whose moment lies after ``since`` and not after ``until``, oldest first."""
        rows = self._connection.execute(
            "SELECT slot, at, looks, ours FROM visit JOIN site ON site.id = visit.site"
            " WHERE site.key = ? AND slot > ? AND slot <= ? ORDER BY slot",
            (key, since, until),
        )
        return (Visit(slot, at, self._looks.decode(looks), ours) for slot, at, looks, ours in rows)

    def last_visit(self, key: str) -> Visit | None:
        """The newest visit of a site."""
        row = self._connection.execute(
            "SELECT slot, at, looks, ours FROM visit WHERE site = ? ORDER BY slot DESC LIMIT 1",
            (self._known_id(key),),
        ).fetchone()
        return None if row is None else Visit(row[0], row[1], self._looks.decode(row[2]), row[3])

    def last_measured(self, key: str, before: int) -> Visit | None:
        """The newest visit before the slot ``before`` that says whether the site opens."""
        row = self._connection.execute(
            "SELECT slot, at, looks, ours FROM visit WHERE site = ? AND slot < ? AND outcome != ?"
            " ORDER BY slot DESC LIMIT 1",
            (self._known_id(key), before, Outcome.UNCLEAR),
        ).fetchone()
        return None if row is None else Visit(row[0], row[1], self._looks.decode(row[2]), row[3])

    def counts(self, key: str, since: float) -> tuple[int, int]:
        """How many visits after ``since`` failed, and how many say whether the site opens."""
        row = self._connection.execute(
            "SELECT coalesce(sum(outcome = ?), 0), count(*) FROM visit WHERE site = ? AND slot > ? AND outcome != ?",
            (Outcome.FAILED, self._known_id(key), since, Outcome.UNCLEAR),
        ).fetchone()
        return int(row[0]), int(row[1])

    def disown(self, key: str, slot: int, why: str) -> None:
        """Say of a visit that was recorded as failed that it was our own network."""
        self._connection.execute(
            "UPDATE visit SET ours = ?, outcome = ? WHERE site = ? AND slot = ? AND outcome = ?",
            (why, Outcome.UNCLEAR, self._known_id(key), slot, Outcome.FAILED),
        )

    def down_since(self, key: str) -> float | None:
        """Since when the site counts as down; ``None`` while it does not."""
        row = self._connection.execute("SELECT down_since FROM site WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_down(self, key: str, since: float | None) -> None:
        """The site went down, or came back."""
        self._connection.execute("UPDATE site SET down_since = ? WHERE id = ?", (since, self._id(key)))

    def warned(self, key: str) -> bool:
        """Whether its failures were warned of."""
        row = self._connection.execute("SELECT warned FROM site WHERE key = ?", (key,)).fetchone()
        return bool(row and row[0])

    def set_warned(self, key: str, *, warned: bool) -> None:
        """Its failures were warned of, or are few again."""
        self._connection.execute("UPDATE site SET warned = ? WHERE id = ?", (warned, self._id(key)))

    def value(self, key: str) -> float | None:
        """A moment of the watch itself, such as ``network-lost``."""
        row = self._connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_value(self, key: str, value: float | None) -> None:
        """Set or, with ``None``, forget a moment of the watch."""
        if value is None:
            self._connection.execute("DELETE FROM state WHERE key = ?", (key,))
        else:
            self._connection.execute("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", (key, value))

    # -- what home pages show ------------------------------------------------------------------------------

    def see(self, key: str, at: float, seen: Mapping[str, Iterable[str]]) -> list[Change]:
        """Record what a home page shows and return what is new; nothing is on the first look at a site. An answer of
        the name servers is new when nothing of it is known."""
        site = self._id(key)
        known: dict[str, set[str]] = {}
        for what, value in self._connection.execute(
            "SELECT what, value FROM sighting WHERE site = ?", (site,)
        ):
            known.setdefault(what, set()).add(value)
        latest = self._shown_last(site)
        changes = []
        for what, given in seen.items():
            values = tuple(dict.fromkeys(given))
            new = [value for value in values if value not in known.get(what, ())]
            if known and new and (what != "dns" or (len(new) == len(values) and known.get("dns"))):
                changes += [Change(at, what, value, latest.get(what, ())) for value in new]
            self._connection.executemany(
                "INSERT INTO sighting (site, what, value, first_at, last_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET last_at = excluded.last_at",
                [(site, what, value, at, at) for value in values],
            )
        self._connection.executemany(
            "INSERT INTO change (site, at, what, value, before) VALUES (?, ?, ?, ?, ?)",
            [(site, at, one.what, one.value, self._encoder.encode(one.before)) for one in changes],
        )
        return changes

    def _shown_last(self, site: int) -> dict[str, tuple[str, ...]]:
        """What each kind of thing was on the newest look that showed it."""
        rows = self._connection.execute(
            "SELECT what, value FROM sighting AS one WHERE site = ? AND last_at ="
            " (SELECT max(last_at) FROM sighting WHERE site = one.site AND what = one.what) ORDER BY what, value",
            (site,),
        )
        latest: dict[str, tuple[str, ...]] = {}
        for what, value in rows:
            latest[what] = (*latest.get(what, ()), value)
        return latest

    def changes(self, key: str, since: float, until: float) -> list[Change]:
        """What a site's home page showed for the first time after ``since``, oldest first."""
        rows = self._connection.execute(
            "SELECT at, what, value, before FROM change JOIN site ON site.id = change.site"
            " WHERE site.key = ? AND at > ? AND at <= ? ORDER BY change.id",
            (key, since, until),
        )
        return [Change(at, what, value, self._texts.decode(before)) for at, what, value, before in rows]

    def window(self, key: str, since: float, until: float, taken_at: float) -> WatchWindow:
        """A copy of the part of the log that tells of a site's week."""
        return WatchWindow(
            since=since,
            until=until,
            taken_at=taken_at,
            visits=tuple(self.visits(key, since, until)),
            changes=tuple(self.changes(key, since, until)),
        )

    # -- alerts --------------------------------------------------------------------------------------------

    def post(self, channels: Iterable[str], at: float, event: bytes) -> None:
        """Leave an event to be sent over each channel."""
        self._connection.executemany(
            "INSERT INTO outbox (at, channel, event) VALUES (?, ?, ?)",
            [(at, channel, event) for channel in channels],
        )

    def waiting(self, channel: str, now: float, most: int) -> list[Waiting]:
        """Events to be sent over a channel by now, oldest first."""
        rows = self._connection.execute(
            "SELECT id, event, tries FROM outbox WHERE channel = ? AND sent_at IS NULL AND next_at <= ?"
            " ORDER BY id LIMIT ?",
            (channel, now, most),
        )
        return [Waiting(*row) for row in rows]

    def last_sent(self, channel: str) -> float:
        """When something was last sent over a channel, 0 when nothing was."""
        row = self._connection.execute(
            "SELECT coalesce(max(sent_at), 0) FROM outbox WHERE channel = ?", (channel,)
        )
        return float(row.fetchone()[0])

    def mark_sent(self, numbers: Iterable[int], at: float) -> None:
        """The events were taken by the other side."""
        self._connection.executemany(
            "UPDATE outbox SET sent_at = ?, tries = tries + 1, error = '' WHERE id = ?",
            [(at, number) for number in numbers],
        )

    def mark_failed(self, numbers: Iterable[int], next_at: float, error: str) -> None:
        """The events could not be delivered and wait until ``next_at``."""
        self._connection.executemany(
            "UPDATE outbox SET tries = tries + 1, next_at = ?, error = ? WHERE id = ?",
            [(next_at, error, number) for number in numbers],
        )

    def unsent(self) -> tuple[int, str]:
        """How many events wait to be sent, and what kept the last of them from it."""
        row = self._connection.execute(
            "SELECT count(*), coalesce((SELECT error FROM outbox WHERE sent_at IS NULL AND error != ''"
            " ORDER BY id DESC LIMIT 1), '') FROM outbox WHERE sent_at IS NULL"
        ).fetchone()
        return int(row[0]), str(row[1])

    # -- upkeep --------------------------------------------------------------------------------------------

    def prune(self, before: float) -> None:
        """Forget visits, changes and alerts from before that moment; what pages showed last stays known."""
        self._connection.execute("DELETE FROM visit WHERE at < ?", (before,))
        self._connection.execute("DELETE FROM change WHERE at < ?", (before,))
        self._connection.execute("DELETE FROM outbox WHERE at < ?", (before,))
        self._connection.execute(
            "DELETE FROM sighting WHERE last_at < ? AND last_at <"
            " (SELECT max(last_at) FROM sighting AS one WHERE one.site = sighting.site AND one.what = sighting.what)",
            (before,),
        )

    def _known_id(self, key: str) -> int:
        """Number of a site, -1 for one that was never visited."""
        if key not in self._ids:
            row = self._connection.execute("SELECT id FROM site WHERE key = ?", (key,)).fetchone()
            if row is None:
                return -1
            self._ids[key] = int(row[0])
        return self._ids[key]

    def _id(self, key: str) -> int:
        found = self._known_id(key)
        if found >= 0:
            return found
        self._connection.execute("INSERT INTO site (key) VALUES (?)", (key,))
        return self._known_id(key)
