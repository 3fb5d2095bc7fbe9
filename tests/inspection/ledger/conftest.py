"""Ledgers on both kinds of server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.postgresql import fresh_database

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where an empty ledger may be made."""
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite"
    address: str = request.getfixturevalue("postgresql")
    return fresh_database(address, f"ledger_{tmp_path.name}")
