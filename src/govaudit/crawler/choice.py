"""Which pages come next: within the budget all of them, wave by wave; beyond it the columns, the newest items of their
lists, and of the rest as many of each family as of any other.

The answers depend on the site and the seed alone.
"""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from govaudit.inspection.fact_tables import Choice
from govaudit.inspection.numbers import NumberSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from govaudit.crawler.gist import Gist
    from govaudit.crawler.rules.tables import Traps
    from govaudit.crawler.series import Series
    from govaudit.inspection.fact_writer import FactWriter


class Pending:
    """Numbers of pages that may be visited, by family."""

    def __init__(self, url_of: Callable[[int], str], rank: Callable[[str], bytes]) -> None:
        """``url_of``: number → address; ``rank``: the seeded place of an address among others."""
        self._url_of = url_of
        self._rank = rank
        self._families: dict[str, list[int]] = {}
        self._unsorted: set[str] = set()
        self._numbers = NumberSet()
        self._size = 0

    def __contains__(self, number: int) -> bool:
        return number in self._numbers

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[int]:
        for numbers in self._families.values():
            yield from numbers

    def families(self) -> list[str]:
        """Names of the families that have pages."""
        return sorted(self._families)

    def add(self, number: int, family: str) -> None:
        """Put a page to its family."""
        self._families.setdefault(family, []).append(number)
        self._unsorted.add(family)
        self._numbers.add(number)
        self._size += 1

    def drop(self, family: str) -> list[int]:
        """Take out a whole family."""
        numbers = self._families.pop(family, [])
        self._unsorted.discard(family)
        self._size -= len(numbers)
        self._forget(numbers)
        return numbers

    def clear(self) -> None:
        """Take out everything."""
        self._families.clear()
        self._unsorted.clear()
        self._numbers = NumberSet()
        self._size = 0

    def take(self, numbers: set[int]) -> None:
        """Take out these pages."""
        for family in list(self._families):
            self._keep(family, [number for number in self._families[family] if number not in numbers])
        self._forget(numbers)

    def take_evenly(self, room: int, series: Series) -> list[int]:
        """At most ``room`` pages: of families that said little so far first, of each at most its allowance."""
        allowed = {family: series.allowance(family) for family in self._families}
        whole = self._size <= room
        picked: list[tuple[int, bytes, str, int]] = []
        for family in self.families():
            numbers = self._families[family]
            if not whole or len(numbers) > allowed[family]:
                self._sort(family)
            start, seed = series.fruitful(family), b"" if whole else self._rank(family)
            chosen = numbers[: allowed[family]]
            picked.extend((start + place, seed, family, number) for place, number in enumerate(chosen))
        if len(picked) > room:
            picked.sort()
            del picked[room:]
        for family, count in Counter(family for _, _, family, _ in picked).items():
            self._keep(family, self._families[family][count:])
        taken = sorted(number for *_, number in picked)
        self._forget(taken)
        return taken

    def _forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._numbers.discard(number)

    def _keep(self, family: str, numbers: list[int]) -> None:
        self._size += len(numbers) - len(self._families[family])
        if numbers:
            self._families[family] = numbers
        else:
            del self._families[family]
            self._unsorted.discard(family)

    def _sort(self, family: str) -> None:
        if family in self._unsorted:
            self._families[family].sort(key=lambda number: self._rank(self._url_of(number)))
            self._unsorted.discard(family)


class Preference:
    """Which pages come first when a site is larger than its budget."""

    def __init__(self, limits: Traps, rank: Callable[[str], bytes], writer: FactWriter) -> None:
        """``rank``: the seeded place of an address among others; ``writer``: knows the numbers of addresses."""
        self._limits = limits
        self._rank = rank
        self._writer = writer
        self._menu, self._in_menu = array("I"), NumberSet()
        self._columns, self._in_columns = array("I"), NumberSet()
        self._places: dict[int, int] = {}
        self._newest: dict[int, str] = {}
        self._room_for_columns: int | None = None
        self._room_for_newest: int | None = None

    def choice(self, *, choosing: bool) -> Choice:
        """How far the choice came, to be stored."""
        return Choice(choosing, self._room_for_columns, self._room_for_newest)

    def restore(self, choice: Choice) -> None:
        """Go on with a choice."""
        self._room_for_columns, self._room_for_newest = choice.room_for_columns, choice.room_for_newest

    def lead_to(self, number: int) -> None:
        """The navigation leads to a page."""
        if number not in self._in_menu:
            self._in_menu.add(number)
            self._menu.append(number)

    def is_menu(self, number: int | None) -> bool:
        """Whether the navigation leads to a page."""
        return number is not None and number in self._in_menu

    def meet(self, number: int, url: str) -> None:
        """A page may be visited."""
        if self._is_named_like_a_column(url):
            self._take_for_column(number)

    def note(self, url: str, gist: Gist) -> None:
        """Take in a page that was read."""
        for address in gist.columns:
            self._take_for_column(self._writer.number_of(address))
        for address, date in gist.items[: self._limits.top_items]:
            number = self._writer.number_of(address)
            if number is not None:
                self._newest[number] = max(self._newest.get(number, ""), date)
        own = self._writer.number_of(url)
        place = (self._places.pop(own, 1) if own is not None else 1) + 1
        following = self._writer.number_of(gist.next_page) if gist.next_page else None
        if following is not None and place <= self._limits.first_list_pages:
            self._places[following] = min(place, self._places.get(following, place))
            self._take_for_column(following)

    def choose(self, pending: Pending, room: int, series: Series) -> list[int]:
        """At most ``room`` of the pending pages: what the navigation leads to and columns, as long as these leave room
        for the rest; then the newest items of lists; then as many of each family as of any other."""
        first = self._first(pending, room) or self._at_the_top(pending, room)
        if not first:
            return pending.take_evenly(room, series)
        pending.take(set(first))
        return first

    def _first(self, pending: Pending, room: int) -> list[int]:
        if self._room_for_columns is None:
            self._room_for_columns = int(room * self._limits.column_share)
        menu = self._by_depth(number for number in self._menu if number in pending)
        columns: list[int] = []
        if self._room_for_columns:
            columns = self._by_depth(
                number for number in self._columns if number in pending and number not in self._in_menu
            )[: self._room_for_columns]
        self._room_for_columns -= len(columns)
        return [*menu, *columns][:room]

    def _by_depth(self, numbers: Iterable[int]) -> list[int]:
        targets = map(self._writer.target, numbers)
        return [
            number for *_, number in sorted((one.depth, self._rank(one.url), one.url_id) for one in targets)
        ]

    def _at_the_top(self, pending: Pending, room: int) -> list[int]:
        if self._room_for_newest is None:
            self._room_for_newest = int(room * self._limits.newest_share)
        shown = [
            (date, self._rank(self._writer.target(number).url), number)
            for number, date in self._newest.items()
            if number in pending
        ]
        chosen = sorted(shown, reverse=True)[: min(room, self._room_for_newest)]
        self._room_for_newest -= len(chosen)
        return [number for *_, number in chosen]

    def _take_for_column(self, number: int | None) -> None:
        if number is not None and number not in self._in_columns:
            self._in_columns.add(number)
            self._columns.append(number)

    def _is_named_like_a_column(self, url: str) -> bool:
        path, question_mark, _ = url.partition("?")
        if question_mark:
            return False
        name = path.rpartition("/")[2].partition(".")[0].lower()
        return not name or name in self._limits.column_files
