"""The read-only view of a site's facts, at any time, also while the crawl still writes.

What there is one of for every page or address of a site is read from the store as it is asked for; only as much is
kept as a site of some thousand pages has.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import ItemsView, Mapping, Sequence, ValuesView
from contextlib import closing
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

import msgspec

from govaudit.inspection.errors import InputError, Problem, PrunedError
from govaudit.inspection.fact_tables import (
    FETCH_COLUMNS,
    LEFT_OUT,
    WAITING,
    StoredPage,
    StoredPageKey,
    Target,
    fetch_of,
    get_value,
    read_plan,
    refuse_other_schema,
    url_key,
)
from govaudit.inspection.facts import (
    Fetch,
    Lane,
    Link,
    Mark,
    MenuEntry,
    PageKind,
    Probe,
    Reading,
    Rendering,
    Skipped,
    Tag,
)
from govaudit.inspection.packed_reading import Unpacker
from govaudit.inspection.page_text import PageText
from govaudit.inspection.run import CrawlState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

V = TypeVar("V")

_MOST_READINGS = 5000
"""Readings that stay decoded: those that were asked for first. Others are decoded each time."""
_MOST_LOOKS = 10_000
_MOST_RECENT = 200
_MOST_LINKS = 50_000
_MOST_PARTS = 2000
_AT_ONCE = 500
_CACHE_KIBIBYTES = 16_384
_View = tuple[int, bool, tuple[str, ...]]
"""A page as it was seen: its number, whether in a browser, and what scripts write of it."""
_KINDS = {kind.value: kind for kind in PageKind}


_PAGES = """
SELECT page.url_id, url.url, fetch.final_url, page.depth,
    CASE WHEN rendering.url_id IS NULL THEN scripted.parts END, rendering.url_id IS NOT NULL,
    coalesce(rendering.kind, page.kind),
    CASE WHEN rendering.url_id IS NULL THEN page.navigation ELSE rendering.navigation END,
    CASE WHEN rendering.url_id IS NULL THEN page.marks ELSE rendering.marks END
FROM page JOIN url ON url.id = page.url_id JOIN fetch ON fetch.id = page.fetch_id
LEFT JOIN scripted ON scripted.url_id = page.url_id
LEFT JOIN rendering ON rendering.url_id = page.url_id AND rendering.reading IS NOT NULL AND NOT ?1
"""
"""Pages as they are judged; parameter 1: only what plain HTTP brought."""


class SiteFacts:
    """Read-only view of a site's facts. Readable while the crawl still writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._unpacker = Unpacker()
        self._readings: dict[_View, Reading] = {}
        self._recent: dict[_View, Reading] = {}
        self._menus: dict[int, tuple[MenuEntry, ...]] = {}
        self._marks: dict[int, tuple[Mark, ...]] = {}
        self._around: dict[int, str] = {}
        self._links: dict[int, Link] = {}
        self.plan = read_plan(connection)
        self.state = get_value(connection, "state", CrawlState)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a stored run. Raises ``InputError`` when the file is not there or is no fact store."""
        if not path.is_file():
            raise InputError(Problem("facts.missing", str(path)))
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        refuse_other_schema(connection, path)
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIBIBYTES}")
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # -- pages ---------------------------------------------------------------------------------------------

    def pages(self, kind: PageKind | None = None, *, plain: bool = False) -> Iterator[StoredPage]:
        """Every page that was read (of one kind), nearest to the home page first, then in the order of addresses.

        A page that a browser showed is given as it was there. ``plain``: all as plain HTTP brought them.
        The order does not depend on the order of the crawl."""
        rows = self._connection.execute(
            f"{_PAGES} WHERE ?2 IS NULL OR coalesce(rendering.kind, page.kind) = ?2"
            " ORDER BY page.depth, url.url",
            (plain, kind),
        )
        return map(self._page, rows)

    def pages_of(self, numbers: Iterable[int]) -> Iterator[StoredPage]:
        """The pages with these numbers (``url_id``), in that order."""
        remaining = iter(numbers)
        while chunk := list(islice(remaining, _AT_ONCE)):
            rows = self._connection.execute(
                f"{_PAGES} WHERE page.url_id IN (SELECT value FROM json_each(?2))", (False, _json(chunk))
            )
            found = {row[0]: row for row in rows}
            yield from (self._page(found[number]) for number in chunk)

    def page(self, url: str, *, plain: bool = False) -> StoredPage | None:
        """The page at a canonical address, if it was read. ``plain``: as plain HTTP brought it."""
        row = self._connection.execute(
            f"{_PAGES} WHERE url.key = ?2 AND url.url = ?3", (plain, url_key(url), url)
        ).fetchone()
        return None if row is None else self._page(row)

    def kind_of(self, url: str) -> PageKind | None:
        """What the page at a canonical address is, if it was read."""
        page = self.page(url)
        return None if page is None else page.kind

    def _page(self, row: Any) -> StoredPage:
        number, url, final_url, depth, parts, in_browser, kind, menu, marks = row
        scripted = tuple(parts.split()) if parts else ()
        return StoredPage(
            number, url, final_url or url, depth, _KINDS[kind], menu, bool(in_browser), scripted, marks, self
        )

    def reading(self, page: StoredPage) -> Reading:
        """What a page says."""
        key = page.url_id, page.in_browser, page.scripted
        known = self._readings.get(key) or self._recent.get(key)
        if known is not None:
            return known
        table = "rendering" if page.in_browser else "page"
        (lean,) = self._connection.execute(
            f"SELECT reading FROM {table} WHERE url_id = ?", (page.url_id,)
        ).fetchone()
        reading = self._unpacker.lean(lean)
        reading.navigation = self._part(page.menu, self._menus, self._unpacker.navigation)
        reading.marks = page.marks
        if page.scripted:
            reading.scripted = tuple(dict.fromkeys([*reading.scripted, *page.scripted]))
        if len(self._readings) < _MOST_READINGS:
            self._readings[key] = reading
            return reading
        if len(self._recent) >= _MOST_RECENT:
            self._recent.clear()
        self._recent[key] = reading
        return reading

    def marks(self, number: int | None) -> tuple[Mark, ...]:
        """Marks by their own number; those of a template are the same on all its pages."""
        found: tuple[Mark, ...] = self._part(number, self._marks, self._unpacker.marks)
        return found

    def text(self, page: StoredPage) -> PageText:
        """All that a page says; its own text is read from the store each time."""
        table = "rendering" if page.in_browser else "page"
        packed, around = self._connection.execute(
            f"SELECT text, around FROM {table} WHERE url_id = ?", (page.url_id,)
        ).fetchone()
        main = "" if packed is None else self._unpacker.text(packed)
        return PageText(main, self._part(around, self._around, self._unpacker.around) or "")

    def _part(self, number: int | None, known: dict[int, Any], unpack: Any) -> Any:
        if number is None:
            return ()
        if number not in known:
            if len(known) >= _MOST_PARTS:
                known.clear()
            (content,) = self._connection.execute(
                "SELECT content FROM part WHERE id = ?", (number,)
            ).fetchone()
            known[number] = unpack(content)
        return known[number]

    # -- references ----------------------------------------------------------------------------------------

    def links(self, url_id: int) -> list[Link]:
        """References of a page in the order in which they stand on it."""
        row = self._connection.execute(
            "SELECT coalesce(rendering.links, page.links) FROM page"
            " LEFT JOIN rendering ON rendering.url_id = page.url_id WHERE page.url_id = ?",
            (url_id,),
        ).fetchone()
        if row is None:
            return []
        numbers = array("I", row[0])
        missing = {number for number in numbers if number not in self._links}
        if missing:
            if len(self._links) + len(missing) > _MOST_LINKS:
                self._links.clear()
                missing = set(numbers)
            self._links.update(self._anchors(missing))
        return [self._links[number] for number in numbers]

    def link(self, number: int) -> Link:
        """A reference by its number (see ``references``)."""
        if number not in self._links:
            self._links.update(self._anchors((number,)))
        return self._links[number]

    def _anchors(self, numbers: Iterable[int]) -> Iterator[tuple[int, Link]]:
        rows = self._connection.execute(
            "SELECT anchor.id, tag, url, raw, text, fragment FROM anchor LEFT JOIN url ON url.id = url_id"
            " WHERE anchor.id IN (SELECT value FROM json_each(?))",
            (_json(numbers),),
        )
        for number, tag, url, raw, text, fragment in rows:
            yield number, Link(tag, url, raw, text, fragment)

    def references(self) -> Iterator[tuple[StoredPageKey, array[int]]]:
        """All pages with the numbers of their references, in the order of ``pages``. What a template repeats has the
        same number on all pages."""
        order = array(
            "I", self._numbers("SELECT page.url_id FROM page JOIN url ON id = url_id ORDER BY depth, url")
        )
        for start in range(0, len(order), _AT_ONCE):
            chunk = order[start : start + _AT_ONCE]
            rows = self._connection.execute(
                "SELECT page.url_id, url.url, page.depth, coalesce(rendering.kind, page.kind),"
                " coalesce(rendering.links, page.links) FROM page JOIN url ON url.id = page.url_id"
                " LEFT JOIN rendering ON rendering.url_id = page.url_id"
                " WHERE page.url_id IN (SELECT value FROM json_each(?))",
                (_json(chunk),),
            )
            found = {row[0]: row for row in rows}
            for number in chunk:
                _, url, depth, kind, links = found[number]
                yield StoredPageKey(number, url, depth, kind), array("I", links)

    def anchors_by_target(self) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
        """Every address that is referred to with all different references to it: number, tag, as written."""
        rows = self._connection.execute(
            "SELECT anchor.url_id, url, anchor.id, tag, raw FROM anchor JOIN url ON url.id = anchor.url_id"
            " WHERE anchor.url_id IS NOT NULL ORDER BY anchor.url_id"
        )
        for (_, url), group in groupby(rows, key=itemgetter(0, 1)):
            yield url, [(number, tag, raw) for _, _, number, tag, raw in group]

    def only_framed(self) -> Iterator[str]:
        """Addresses that are referred to as the content of frames, and as nothing else."""
        rows = self._connection.execute(
            "SELECT url FROM url WHERE id IN (SELECT url_id FROM anchor WHERE tag = ?1) AND NOT EXISTS"
            " (SELECT 1 FROM anchor WHERE anchor.url_id = url.id AND tag <> ?1)",
            (Tag.FRAME,),
        )
        return (url for (url,) in rows)

    # -- looks and targets ---------------------------------------------------------------------------------

    def every_anchor(self) -> Iterator[tuple[int, Link]]:
        """Every different reference with its number, one at a time."""
        rows = self._connection.execute(
            "SELECT anchor.id, tag, url, raw, text, fragment FROM anchor LEFT JOIN url ON url.id = url_id"
        )
        for number, tag, url, raw, text, fragment in rows:
            yield number, Link(tag, url, raw, text, fragment)

    def fragment_links(self) -> Iterator[tuple[str, str]]:
        """Addresses that visitors click with a fragment, and the fragment."""
        rows: Iterator[tuple[str, str]] = self._connection.execute(
            "SELECT DISTINCT url, fragment FROM anchor JOIN url ON url.id = url_id"
            " WHERE fragment != '' AND tag IN (?, ?) ORDER BY url, fragment",
            (Tag.A, Tag.AREA),
        )
        yield from rows

    def led_to(self, final_url: str) -> Iterator[str]:
        """Addresses from which a redirect led to ``final_url``, in their order."""
        rows = self._connection.execute(
            "SELECT DISTINCT url FROM fetch JOIN url ON url.id = url_id WHERE final_url = ? ORDER BY url",
            (final_url,),
        )
        yield from (url for (url,) in rows)

    def looks(self, url: str) -> list[Fetch]:
        """All looks at one address, first to last."""
        rows = self._connection.execute(
            f"SELECT {FETCH_COLUMNS} FROM fetch JOIN url ON url.id = fetch.url_id WHERE key = ? AND url = ?"
            " ORDER BY look",
            (url_key(url), url),
        )
        return [fetch_of(row) for row in rows]

    def flapping(self) -> Iterator[tuple[Target, list[Fetch]]]:
        """Targets that opened on one look and did not on another, with their looks, in the order of addresses."""
        again = "SELECT id FROM url WHERE id IN (SELECT url_id FROM fetch WHERE look > 1) ORDER BY url"
        for target, looks in self._looks_at(again):
            if len({fetch.opened for fetch in looks}) > 1:
                yield target, looks

    def visited(self) -> int:
        """How many addresses were looked at."""
        count: int = self._connection.execute("SELECT count(DISTINCT url_id) FROM fetch").fetchone()[0]
        return count

    def all_looks(self) -> Iterator[tuple[Target, list[Fetch]]]:
        """Every visited target with its looks, in the order of addresses."""
        return self._looks_at("SELECT id FROM url WHERE id IN (SELECT url_id FROM fetch) ORDER BY url")

    def _looks_at(self, numbers: str) -> Iterator[tuple[Target, list[Fetch]]]:
        """Targets with their looks; ``numbers``: the query that chooses and orders them."""
        order = array("I", self._numbers(numbers))
        for start in range(0, len(order), _AT_ONCE):
            rows = self._connection.execute(
                f"SELECT target.url_id, lane, depth, {FETCH_COLUMNS} FROM target"
                " JOIN url ON url.id = target.url_id JOIN fetch ON fetch.url_id = target.url_id"
                " WHERE target.url_id IN (SELECT value FROM json_each(?)) ORDER BY url, look",
                (_json(order[start : start + _AT_ONCE]),),
            )
            for (number, lane, depth), group in groupby(rows, key=itemgetter(0, 1, 2)):
                looks = [fetch_of(row[3:]) for row in group]
                yield Target(number, looks[0].url, Lane(lane), depth), looks

    def visited_targets(self) -> Iterator[Target]:
        """Every visited target, in the order of addresses."""
        rows = self._connection.execute(
            "SELECT url_id, url, lane, depth FROM target JOIN url ON url.id = url_id"
            " WHERE url_id IN (SELECT url_id FROM fetch) ORDER BY url"
        )
        return (Target(number, url, Lane(lane), depth) for number, url, lane, depth in rows)

    def visited_target(self, url: str) -> Target | None:
        """How a visited address was treated."""
        row = self._connection.execute(
            "SELECT url_id, lane, depth FROM target JOIN url ON url.id = url_id WHERE key = ? AND url = ?"
            " AND EXISTS (SELECT 1 FROM fetch WHERE fetch.url_id = target.url_id)",
            (url_key(url), url),
        ).fetchone()
        return None if row is None else Target(row[0], url, Lane(row[1]), row[2])

    def left_out(self) -> Iterator[Target]:
        """Targets that were discovered and not visited, with the reason, in the order of addresses."""
        rows = self._connection.execute(
            "SELECT url_id, url, lane, depth, skipped FROM target JOIN url ON url.id = url_id"
            " WHERE state = ? ORDER BY url",
            (LEFT_OUT,),
        )
        for number, url, lane, depth, skipped in rows:
            yield Target(number, url, Lane(lane), depth, Skipped(skipped))

    def why_left_out(self, url: str) -> Skipped | None:
        """Why an address that was discovered was not visited."""
        row = self._connection.execute(
            "SELECT skipped FROM target JOIN url ON url.id = url_id WHERE key = ? AND url = ? AND state = ?",
            (url_key(url), url, LEFT_OUT),
        ).fetchone()
        return None if row is None else Skipped(row[0])

    def still_waiting(self) -> int:
        """How many targets a broken-off crawl has not visited."""
        count: int = self._connection.execute(
            "SELECT count(*) FROM target WHERE state = ?", (WAITING,)
        ).fetchone()[0]
        return count

    def body(self, url: str) -> bytes | None:
        """Body of the last look at a page, as it came; ``None`` when it was never kept. Raises ``PrunedError`` when it
        was, and is not there any more."""
        row = self._connection.execute(
            "SELECT content FROM body JOIN fetch ON fetch.id = fetch_id JOIN url ON url.id = fetch.url_id"
            " WHERE key = ? AND url = ? ORDER BY look DESC LIMIT 1",
            (url_key(url), url),
        ).fetchone()
        if row is None:
            if self.state.archive != "all" and self.page(url, plain=True) is not None:
                raise self._pruned(url)
            return None
        return self._unpacker.body(row[0])

    def _pruned(self, url: str) -> PrunedError:
        return PrunedError(Problem("facts.pruned", url, arguments={"archive": self.state.archive}))

    def bodies(self, url: str) -> dict[int, bytes]:
        """The bodies that are stored of the looks at an address, by the number of the look."""
        rows = self._connection.execute(
            "SELECT look, content FROM body JOIN fetch ON fetch.id = fetch_id JOIN url ON url.id = fetch.url_id"
            " WHERE key = ? AND url = ?",
            (url_key(url), url),
        )
        return {look: self._unpacker.body(content) for look, content in rows}

    def rendering(self, url: str) -> tuple[Rendering, bytes | None] | None:
        """How a browser saw a page, and the page as it then stood there (UTF-8; ``None`` when it could not be shown);
        ``None`` when no browser opened it. Raises ``PrunedError`` like ``body``."""
        row = self._connection.execute(
            "SELECT look, html, reading IS NOT NULL FROM rendering JOIN url ON url.id = url_id"
            " WHERE key = ? AND url = ?",
            (url_key(url), url),
        ).fetchone()
        if row is None:
            return None
        look, html, was_shown = row
        if was_shown and html is None and self.state.archive != "all":
            raise self._pruned(url)
        return (
            msgspec.msgpack.decode(look, type=Rendering),
            None if html is None else self._unpacker.body(html),
        )

    def probes(self, kind: str) -> list[Probe]:
        """Measurements of one kind in the order in which they were made."""
        rows = self._connection.execute(
            "SELECT kind, subject, at, result FROM probe WHERE kind = ? ORDER BY id", (kind,)
        )
        return [
            Probe(kind=found, subject=subject, at=at, result=msgspec.json.decode(result))
            for found, subject, at, result in rows
        ]

    def _numbers(self, query: str) -> Iterator[int]:
        return (number for (number,) in self._connection.execute(query))


def _json(numbers: Iterable[int]) -> str:
    return f"[{','.join(map(str, numbers))}]"


class Pages(Sequence[StoredPage]):
    """Pages of a site by their numbers, in the order in which those are given; read from the store as they are asked
    for. Holds four bytes a page, and the pages themselves (not what they say) of a site that has some thousands."""

    def __init__(self, facts: SiteFacts, numbers: array[int]) -> None:
        self._facts = facts
        self.numbers = numbers
        self._kept: list[StoredPage] | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[StoredPage]:
        if self._kept is not None:
            return iter(self._kept)
        if len(self.numbers) > _MOST_READINGS:
            return self._facts.pages_of(self.numbers)
        self._kept = list(self._facts.pages_of(self.numbers))
        return iter(self._kept)

    @overload
    def __getitem__(self, at: int) -> StoredPage: ...
    @overload
    def __getitem__(self, at: slice) -> Pages: ...
    def __getitem__(self, at: int | slice) -> StoredPage | Pages:
        if isinstance(at, slice):
            return Pages(self._facts, self.numbers[at])
        if self._kept is not None:
            return self._kept[at]
        return next(self._facts.pages_of((self.numbers[at],)))

    def where(self, wanted: Iterable[bool]) -> Pages:
        """Those for which ``wanted``, one for each page, is true."""
        return Pages(
            self._facts, array("I", (n for n, want in zip(self.numbers, wanted, strict=True) if want))
        )


class Looks(Mapping[str, list[Fetch]]):
    """Every visited address with its looks, first to last, in the order of addresses; kept for a small site, else
    read from the store."""

    def __init__(self, facts: SiteFacts) -> None:
        self._facts = facts
        self._count = facts.visited()
        self._kept: dict[str, list[Fetch]] | None = None
        if self._count <= _MOST_LOOKS:
            self._kept = {target.url: looks for target, looks in facts.all_looks()}

    def __getitem__(self, url: str) -> list[Fetch]:
        looks = self._facts.looks(url) if self._kept is None else self._kept.get(url)
        if not looks:
            raise KeyError(url)
        return looks

    def __iter__(self) -> Iterator[str]:
        return (url for url, _ in self.items())

    def __len__(self) -> int:
        return self._count

    def items(self) -> ItemsView[str, list[Fetch]]:
        """Addresses with their looks."""
        return _Items(self, self._pairs)

    def values(self) -> ValuesView[list[Fetch]]:
        """The looks of each address."""
        return _Values(self, self._pairs)

    def _pairs(self) -> Iterator[tuple[str, list[Fetch]]]:
        if self._kept is not None:
            return iter(self._kept.items())
        return ((target.url, looks) for target, looks in self._facts.all_looks())


class Targets(Mapping[str, Target]):
    """Every visited address with the way it was treated, in the order of addresses; read from the store."""

    def __init__(self, facts: SiteFacts) -> None:
        self._facts = facts
        self._count = facts.visited()
        self._kept: dict[str, Target] | None = None
        if self._count <= _MOST_LOOKS:
            self._kept = {target.url: target for target in facts.visited_targets()}

    def __getitem__(self, url: str) -> Target:
        target = self._facts.visited_target(url) if self._kept is None else self._kept.get(url)
        if target is None:
            raise KeyError(url)
        return target

    def __iter__(self) -> Iterator[str]:
        return (url for url, _ in self.items())

    def __len__(self) -> int:
        return self._count

    def items(self) -> ItemsView[str, Target]:
        """Addresses with their targets."""
        return _Items(self, self._pairs)

    def values(self) -> ValuesView[Target]:
        """The targets alone."""
        return _Values(self, self._pairs)

    def _pairs(self) -> Iterator[tuple[str, Target]]:
        if self._kept is not None:
            return iter(self._kept.items())
        return ((target.url, target) for target in self._facts.visited_targets())


class _Items(ItemsView[str, V]):
    """Items that are read once, not key by key."""

    def __init__(self, mapping: Mapping[str, V], pairs: Callable[[], Iterator[tuple[str, V]]]) -> None:
        super().__init__(mapping)
        self._pairs = pairs

    def __iter__(self) -> Iterator[tuple[str, V]]:
        return self._pairs()


class _Values(ValuesView[V]):
    """Values that are read once, not key by key."""

    def __init__(self, mapping: Mapping[str, V], pairs: Callable[[], Iterator[tuple[str, V]]]) -> None:
        super().__init__(mapping)
        self._pairs = pairs

    def __iter__(self) -> Iterator[V]:
        return (value for _, value in self._pairs())


def was_begun(path: Path) -> bool:
    """Whether there is a store: a kill or a full disk may have left a file without a single table."""
    if not path.is_file():
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        except sqlite3.DatabaseError:
            return True


def read_state(path: Path) -> CrawlState | None:
    """How far the crawl in ``path`` came; ``None`` when there is no such store yet."""
    if not was_begun(path):
        return None
    with closing(SiteFacts.open(path)) as facts:
        return facts.state
