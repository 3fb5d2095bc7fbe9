"""How long a host takes to begin its answers, now and usually: a host that gets slower is asked less often."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

_FLOOR = 0.3
"""Seconds; nothing faster is ever called slow."""
_SLOWER = 2.0
_GROUP = 8
_REMEMBERED = 15
_STEEPEST = 32


@dataclass(slots=True)
class Latency:
    """Medians of groups of answers; the usual time is the median of the last of them, so that a host which simply
    is slow soon counts as itself. ``factor``: by how many times its interval the host is to be spared, 0 = not."""

    factor: int = 0
    _recent: list[float] = field(default_factory=list)
    _medians: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def heard(self, seconds: float) -> None:
        """``seconds``: from the request to the first byte of its answer."""
        self._recent.append(seconds)
        if len(self._recent) < _GROUP:
            return
        now = sorted(self._recent)[_GROUP // 2]
        self._recent.clear()
        usual = sorted(self._medians)[len(self._medians) // 2] if self._medians else now
        self._medians.append(now)
        if now > _FLOOR and now > _SLOWER * usual:
            self.factor = min(max(1, self.factor * 2), _STEEPEST)
        else:
            self.factor //= 2
