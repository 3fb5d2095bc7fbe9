"""Who left the remark of an entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("entries", sa.Column("remark_by", sa.String, nullable=False, server_default=""))
