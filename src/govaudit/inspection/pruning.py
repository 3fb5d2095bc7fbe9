"""Take the bodies out of a judged fact store. What was read of the pages stays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.fact_tables import get_value, put_value, refuse_other_schema
from govaudit.inspection.fact_writer import store_error
from govaudit.inspection.run import CrawlState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from govaudit.inspection.run import Archive

_GONE = {"all": 0, "flagged": 1, "none": 2}


def prune_bodies(path: Path, archive: Archive, flagged: Iterable[str] = ()) -> int:
    """Delete the bodies of all pages (``none``) or of all but ``flagged`` ones, and give the room back. Returns the
    bytes that the file is smaller by; 0 when there was nothing to do. The store stays whole whatever happens.

    Raises ``InputError`` for a file that is no fact store or whose crawl did not come to its end, ``GovauditError``
    when it cannot be written."""
    size = path.stat().st_size
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        refuse_other_schema(connection, path)
        state = get_value(connection, "state", CrawlState)
        if not state.finished:
            raise InputError(Problem("facts.unfinished", str(path)))
        if _GONE[state.archive] >= _GONE[archive]:
            return 0
        try:
            connection.execute("PRAGMA busy_timeout=30000")
            _delete(connection, msgspec.structs.replace(state, archive=archive), flagged)
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise store_error(error, path) from error
    return max(0, size - path.stat().st_size)


def _delete(connection: sqlite3.Connection, state: CrawlState, flagged: Iterable[str]) -> None:
    connection.execute("CREATE TEMP TABLE kept (url TEXT PRIMARY KEY) WITHOUT ROWID")
    connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((url,) for url in flagged))
    connection.execute("BEGIN IMMEDIATE")
    try:
        numbers = "SELECT id FROM url WHERE url IN (SELECT url FROM kept)"
        connection.execute(
            f"DELETE FROM body WHERE fetch_id NOT IN (SELECT id FROM fetch WHERE url_id IN ({numbers}))"
        )
        connection.execute(f"UPDATE rendering SET html = NULL WHERE url_id NOT IN ({numbers})")
        put_value(connection, "state", state)
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
