"""The first ledger: sites, looks with their rules, entries, sightings, changes, former ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "sites",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("region", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "rules",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "looks",
        sa.Column("site", sa.String, sa.ForeignKey("sites.key"), primary_key=True),
        sa.Column("run", sa.String, primary_key=True),
        sa.Column("as_of", sa.String, nullable=False),
        sa.Column("rules", sa.String, sa.ForeignKey("rules.digest"), nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("site", sa.String, sa.ForeignKey("sites.key"), nullable=False),
        sa.Column("check_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("page", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("decided", sa.String),
        sa.Column("until_day", sa.String),
        sa.Column("deadline", sa.String),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("cause", sa.String),
        sa.Column("prior", sa.String),
        sa.Column("first_run", sa.String, nullable=False),
        sa.Column("first_seen", sa.String, nullable=False),
        sa.Column("last_run", sa.String, nullable=False),
        sa.Column("last_seen", sa.String, nullable=False),
        sa.Column("looked_run", sa.String, nullable=False),
        sa.Column("looked_at", sa.String, nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
    )
    op.create_index("entries_of_site", "entries", ["site", "check_id"])
    op.create_table(
        "sightings",
        sa.Column("finding", sa.String, sa.ForeignKey("entries.id"), primary_key=True),
        sa.Column("run", sa.String, primary_key=True),
    )
    op.create_index("sightings_of_run", "sightings", ["run"])
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("finding", sa.String, sa.ForeignKey("entries.id"), nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("from_state", sa.String),
        sa.Column("to_state", sa.String, nullable=False),
        sa.Column("run", sa.String, nullable=False),
        sa.Column("as_of", sa.String, nullable=False),
        sa.Column("decided", sa.String),
        sa.Column("until_day", sa.String),
    )
    op.create_index("changes_of_finding", "changes", ["finding", "id"])
    op.create_table(
        "former_ids",
        sa.Column("former", sa.String, primary_key=True),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("run", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
