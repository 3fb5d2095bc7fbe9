"""What holds for all tests."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.postgresql import MISSING, running_postgresql, server_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

# How long an example takes says something of the machine, not of the program.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell that runs the tests in its background has them ignore Ctrl-C, and their workers with them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a real PostgreSQL server."""
    programs = server_programs()
    if programs is None:
        pytest.skip(MISSING)
    with running_postgresql(programs) as address:
        yield address
