"""Families of addresses that add nothing: calendars, filters and orders of one list, the same text without end.

Only whole waves of pages are judged, in an order that the seed decides: neither the speed of a server nor the order
of its links changes what is left out. A family is closed on what its pages say, never on their number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from govaudit.crawler.families import shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from govaudit.crawler.gist import Gist
    from govaudit.crawler.rules.tables import Traps

_MOST_FAMILIES = 20_000
_MOST_REMEMBERED = 1_000
"""Texts and items that are remembered of one family: an endless series says few things again and again."""


@dataclass(slots=True)
class _Family:
    """``fruitful``: pages that said something new; ``barren``: pages in a row that did not; ``beyond``: pages with
    dates outside the calendar that were no texts, ``reaches``: whether some were."""

    fruitful: int = 0
    barren: int = 0
    beyond: int = 0
    reaches: bool = False
    closed: bool = False
    texts: set[bytes] = field(default_factory=set)
    items: set[int] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)


class Series:
    """What is known of the families of one crawl."""

    def __init__(self, limits: Traps, year: int, rank: Callable[[str], bytes]) -> None:
        """``year``: of the inspection; ``rank``: the seeded place of an address among others."""
        self._limits = limits
        self._year = year
        self._rank = rank
        self._families: dict[str, _Family] = {}

    def closed(self, family: str) -> bool:
        """Whether no more pages of the family are visited."""
        known = self._families.get(family)
        return known is not None and known.closed

    def fruitful(self, family: str) -> int:
        """How many pages of the family said something new."""
        known = self._families.get(family)
        return known.fruitful if known else 0

    def allowance(self, family: str) -> int:
        """How many pages of the family may be visited before it is judged again."""
        limits = self._limits
        known = self._families.get(family)
        if known is None:
            return limits.first_wave
        return min(limits.largest_wave, max(limits.first_wave, limits.wave_growth * known.fruitful))

    def beyond_calendar(self, year: int) -> bool:
        """Whether a date in an address lies where only a calendar walks on."""
        return bool(year) and not self._limits.earliest_year <= year <= self._year + self._limits.years_ahead

    def walks_on(self, family: str) -> bool:
        """Whether the family's pages outside the calendar were looked at and are none that anybody wrote."""
        known = self._families.get(family)
        return known is not None and not known.reaches and known.beyond >= self._limits.beyond_calendar

    def judge(self, pages: Iterable[tuple[str, Gist]]) -> None:
        """Take in a wave of pages that were read."""
        shapes = [(shape_of(url), self._rank(url), gist) for url, gist in pages]
        for shape, _, gist in sorted(shapes, key=lambda one: (one[0].family, one[1])):
            known = self._families.setdefault(shape.family, _Family())
            known.parameters |= shape.parameters
            if self.beyond_calendar(shape.year):
                known.reaches |= gist.is_text
                known.beyond += 1
            if self._is_barren(known, gist, dated=bool(shape.year)):
                known.barren += 1
                known.closed |= known.barren >= self._limits.barren_pages
            else:
                known.barren = 0
                known.fruitful += 1
        if len(self._families) > _MOST_FAMILIES:
            self._forget_singles()

    def _is_barren(self, known: _Family, gist: Gist, *, dated: bool) -> bool:
        if not gist.digest:
            return False
        said_before = _remembered(known.texts, gist.digest[:8])
        without_digits = _remembered(known.texts, b"#" + gist.digest[8:])
        if said_before:
            return True
        if dated and without_digits and not gist.is_text:
            return True
        if not gist.is_list or not gist.items or len(known.parameters) < 2:
            return False
        items = {hash(url) for url, _ in gist.items}
        new = items - known.items
        if len(known.items) < _MOST_REMEMBERED * 10:
            known.items |= new
        return not new

    def _forget_singles(self) -> None:
        self._families = {
            name: known
            for name, known in self._families.items()
            if known.closed or known.barren or known.beyond or known.fruitful > 1
        }


def _remembered(texts: set[bytes], digest: bytes) -> bool:
    """Whether the digest was there before; it is from now on, while there is room."""
    if digest in texts:
        return True
    if len(texts) < _MOST_REMEMBERED:
        texts.add(digest)
    return False
