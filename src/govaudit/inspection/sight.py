"""What a browser tells of a page beside its text; the shape of the probes of the kind ``sight``."""

from __future__ import annotations

import msgspec

KIND = "sight"
MISSING = "missing"
"""Subject of the one probe that says that there was no browser."""
NARROW = 390
"""Points: the width of a telephone's screen."""


class BrokenRule(msgspec.Struct, frozen=True, array_like=True):
    """A rule of the Web Content Accessibility Guidelines that a page breaks. ``rule``: axe-core's name of it;
    ``criteria``: of the guidelines (``1.1.1``); ``places``: how many elements break it; ``xpath`` and ``shown``: the
    first of them and its tag as written."""

    rule: str
    criteria: tuple[str, ...]
    places: int
    xpath: str = ""
    shown: str = ""
