"""A copy of a site's facts in which some places are open again: the crawl goes on there as if it had never been there,
and the checks still see the whole site."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.fact_tables import WAITING, Choice, put_value, refuse_other_schema, url_key
from govaudit.inspection.run import CrawlState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from govaudit.inspection.run import CrawlPlan

_SEEN_ON_PAGES = ("private", "concealed", "attachment-text", "forms")
"""Probes that a page or file brought; their subject is its address."""
_OF_A_LOOK = ("page", "scripted", "rendering")


def copy_facts(source: Path, copy: Path) -> None:
    """Copy a store, whether or not it is open elsewhere. Raises ``InputError`` when there is none."""
    if not source.is_file():
        raise InputError(Problem("facts.missing", str(source)))
    copy.parent.mkdir(parents=True, exist_ok=True)
    draft = copy.with_suffix(".copying")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as stored:
        refuse_other_schema(stored, source)
        with closing(sqlite3.connect(draft)) as copied:
            stored.backup(copied)
    draft.replace(copy)


def open_again(
    store: Path, plan: CrawlPlan, urls: Iterable[str], kinds: Iterable[str], *, follow: int, began: float
) -> CrawlPlan:
    """Forget what the store knows of ``urls`` and the probes of ``kinds``, and let the crawl go on there. Returns
    ``plan`` as it is stored now. ``follow``: how many new pages may be visited besides; ``began``: UTC seconds from
    which on looks are new."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        chosen = "SELECT count(*) FROM target WHERE lane = 'page' AND skipped IS NULL"
        (pages,) = connection.execute(chosen).fetchone()
        budget = msgspec.structs.replace(plan.budget, max_pages=max(1, pages + follow), max_depth=0)
        plan = msgspec.structs.replace(plan, budget=budget)
        for url in urls:
            _forget(connection, url)
        connection.executemany("DELETE FROM probe WHERE kind = ?", ((kind,) for kind in kinds))
        put_value(connection, "plan", plan.without_secrets())
        put_value(connection, "state", CrawlState(started_at=began))
        put_value(connection, "choice", Choice())
        connection.execute("COMMIT")
    return plan


def keep_new(store: Path, began: float) -> None:
    """Keep only what was seen from ``began`` on: the proof of a visit, without the rest of the site."""
    with closing(sqlite3.connect(store, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN IMMEDIATE")
        old = "SELECT id FROM fetch WHERE at < ?"
        connection.execute(
            f"DELETE FROM scripted WHERE url_id IN (SELECT url_id FROM page WHERE fetch_id IN ({old}))",
            (began,),
        )
        connection.execute(
            f"DELETE FROM rendering WHERE url_id IN (SELECT url_id FROM page WHERE fetch_id IN ({old}))",
            (began,),
        )
        for table in ("page", "body"):
            connection.execute(f"DELETE FROM {table} WHERE fetch_id IN ({old})", (began,))
        connection.execute("DELETE FROM fetch WHERE at < ?", (began,))
        connection.execute("DELETE FROM target WHERE url_id NOT IN (SELECT url_id FROM fetch)")
        connection.execute("DELETE FROM url WHERE id NOT IN (SELECT url_id FROM fetch)")
        connection.execute("DELETE FROM anchor")
        connection.execute("UPDATE page SET links = x''")
        connection.execute("COMMIT")
        connection.execute("VACUUM")


def _forget(connection: sqlite3.Connection, url: str) -> None:
    number = _number(connection, url)
    if number is None:
        return
    for final_url in [
        one for (one,) in connection.execute("SELECT final_url FROM fetch WHERE url_id = ?", (number,)) if one
    ]:
        arrived = _number(connection, final_url)
        if arrived is not None and arrived != number:
            # Where a redirect ended is recorded from the visit that it happens to.
            _forget_looks(connection, arrived, final_url)
            connection.execute("DELETE FROM target WHERE url_id = ? AND lane = 'page'", (arrived,))
    _forget_looks(connection, number, url)
    connection.execute("UPDATE target SET state = ?, skipped = NULL WHERE url_id = ?", (WAITING, number))


def _forget_looks(connection: sqlite3.Connection, number: int, url: str) -> None:
    connection.execute(
        "DELETE FROM body WHERE fetch_id IN (SELECT id FROM fetch WHERE url_id = ?)", (number,)
    )
    for table in (*_OF_A_LOOK, "fetch"):
        connection.execute(f"DELETE FROM {table} WHERE url_id = ?", (number,))
    connection.executemany(
        "DELETE FROM probe WHERE kind = ? AND subject = ?", ((kind, url) for kind in _SEEN_ON_PAGES)
    )


def _number(connection: sqlite3.Connection, url: str) -> int | None:
    row = connection.execute("SELECT id FROM url WHERE key = ? AND url = ?", (url_key(url), url)).fetchone()
    return None if row is None else int(row[0])
