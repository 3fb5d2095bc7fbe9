"""Tables of the ledger, the same on SQLite and PostgreSQL. Moments are ISO texts in UTC, so that they sort."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

HEAD = "0002"
"""The newest migration; a ledger at another one is brought up to it, or is newer than this program."""

metadata = MetaData()

sites = Table(
    "sites",
    metadata,
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("region", String, nullable=False),
    Column("host", String, nullable=False),
    Column("body", Text, nullable=False),
)

rules = Table(
    "rules",
    metadata,
    Column("digest", String, primary_key=True),
    Column("body", Text, nullable=False),
)

looks = Table(
    "looks",
    metadata,
    Column("site", String, ForeignKey("sites.key"), primary_key=True),
    Column("run", String, primary_key=True),
    Column("as_of", String, nullable=False),
    Column("rules", String, ForeignKey("rules.digest"), nullable=False),
    Column("at", String, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", String, primary_key=True),
    Column("site", String, ForeignKey("sites.key"), nullable=False),
    Column("check_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("page", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("state", String, nullable=False),
    Column("decided", String),
    Column("until_day", String),
    Column("deadline", String),
    Column("remark", Text, nullable=False),
    Column("remark_by", String, nullable=False),
    Column("cause", String),
    Column("prior", String),
    Column("first_run", String, nullable=False),
    Column("first_seen", String, nullable=False),
    Column("last_run", String, nullable=False),
    Column("last_seen", String, nullable=False),
    Column("looked_run", String, nullable=False),
    Column("looked_at", String, nullable=False),
    Column("finding", Text, nullable=False),
    Index("entries_of_site", "site", "check_id"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("finding", String, ForeignKey("entries.id"), primary_key=True),
    Column("run", String, primary_key=True),
    Index("sightings_of_run", "run"),
)

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("finding", String, ForeignKey("entries.id"), nullable=False),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("why", Text, nullable=False),
    Column("cause", String, nullable=False),
    Column("from_state", String),
    Column("to_state", String, nullable=False),
    Column("run", String, nullable=False),
    Column("as_of", String, nullable=False),
    Column("decided", String),
    Column("until_day", String),
    Index("changes_of_finding", "finding", "id"),
)

former_ids = Table(
    "former_ids",
    metadata,
    Column("former", String, primary_key=True),
    Column("id", String, nullable=False),
    Column("run", String, nullable=False),
    Column("at", String, nullable=False),
)
