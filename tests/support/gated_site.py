"""A network that goes away and comes back: everything behind it answers, or nothing does."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Outage:
    """Answers of any number of servers pass through ``gate``. After ``after`` answers the network is gone: every
    connection is reset. It is back after ``knocks`` more requests, for good."""

    after: int
    knocks: int
    answered: int = 0
    refused: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def gate(self, answer: Callable[[str], Reply]) -> Callable[[str], Reply]:
        """``answer`` behind this network."""

        def gated(path: str) -> Reply:
            with self._lock:
                if self.answered >= self.after and self.refused < self.knocks:
                    self.refused += 1
                    return Reply(reset=True)
                self.answered += 1
            return answer(path)

        return gated

    def site(self, answer: Callable[[str], Reply]) -> HttpSite:
        """A server behind this network."""
        return HttpSite(otherwise=self.gate(answer))
