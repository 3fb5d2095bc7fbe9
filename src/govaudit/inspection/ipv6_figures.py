"""How far a site has come with IPv6, in the figures that reports add up."""

from __future__ import annotations

import msgspec

from govaudit.inspection.verdict import Verdict


class IPv6Figures(msgspec.Struct, frozen=True, kw_only=True):
    """``address``: a usable AAAA record; ``home``: the home page opens over IPv6; each pass, fail or inconclusive.
    ``second``, ``third``: pages of that level that opened over IPv6, and pages that count. ``windows``: hosts of others
    that have IPv4 alone, -1 where that could not be told."""

    address: Verdict = Verdict.INCONCLUSIVE
    home: Verdict = Verdict.INCONCLUSIVE
    second: tuple[int, int] = (0, 0)
    third: tuple[int, int] = (0, 0)
    windows: int = -1
