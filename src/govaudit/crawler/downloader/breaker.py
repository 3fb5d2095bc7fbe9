"""A circuit breaker: a host that fails again and again is left alone, then asked once whether it is back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Breaker:
    """Closed, open, or down for good. ``patience``: failures in a row that open it; ``cool_downs``: seconds that it
    stays open, first to last; after each of them a single request, the probe, may go out."""

    patience: int
    cool_downs: tuple[float, ...]
    failures: int = 0
    opened: int = 0
    """How often it opened without an answer since; 0: it is closed."""
    until: float = 0.0
    probing: bool = False
    down: bool = False

    def answered(self) -> None:
        """The host is there."""
        self.failures = self.opened = 0
        self.probing = self.down = False

    def failed(self, now: float) -> None:
        """The host did not answer, or answered that it will not. What was on its way when the breaker opened does
        not count again."""
        if self.opened and not self.probing:
            return
        self.failures += 1
        if self.opened == 0 and self.failures < self.patience:
            return
        self.probing = False
        if self.opened >= len(self.cool_downs):
            self.down = True
            return
        self.until = now + self.cool_downs[self.opened]
        self.opened += 1

    def reprieve(self) -> None:
        """Let one more probe decide about a host that is held to be down."""
        if self.down:
            self.down = False
            self.until = 0.0
            self.opened = max(1, len(self.cool_downs))
