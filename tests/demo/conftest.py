from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from govaudit.demo.server import STATES, running_portals
from tests.demo.browsing import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def visitors() -> Iterator[dict[str, Visitor]]:
    """A visitor of the portals in each of their states."""
    first, second = STATES
    with running_portals(first) as earlier, running_portals(second) as later:
        yield {first: Visitor(earlier), second: Visitor(later)}
