"""What is to be visited: lanes, levels, budgets, traps. No network; the same answers in every run.

Pages are handed out in waves, each a part of a level; what is left out is decided between two waves only. Waves are
stored: a crawl that goes on judges the pages wave by wave as they were handed out."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from govaudit.crawler.choice import Pending, Preference
from govaudit.crawler.copies import Copies
from govaudit.crawler.families import family_of, repeats, shape_of
from govaudit.crawler.rules.tables import actions, traps
from govaudit.crawler.series import Series
from govaudit.crawler.target_queue import TargetQueue
from govaudit.inspection.fact_tables import Target
from govaudit.inspection.facts import RESOURCE_TAGS, Lane, Skipped, Tag
from govaudit.inspection.numbers import NumberSet
from govaudit.inspection.urls import host_of, is_attachment, literal_address_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from govaudit.crawler.gist import Gist
    from govaudit.inspection.fact_writer import FactWriter
    from govaudit.inspection.run import CrawlPlan
    from govaudit.inspection.site import SiteScope

_EXTERNALS_A_HOST = 1
"""Other people's hosts are asked one thing at a time."""


@dataclass(slots=True)
class _Level:
    """Pages of one depth that wait, by their numbers in the order in which they were found. ``left``: how many of
    them still do; ``origins``: where they are."""

    numbers: array[int] = field(default_factory=lambda: array("I"))
    origins: set[str] = field(default_factory=set)
    left: int = 0


class Frontier:
    """Targets of one crawl: own pages level by level, everything else as it is found."""

    def __init__(
        self, plan: CrawlPlan, scope: SiteScope, writer: FactWriter, was_read: Callable[[str], bool]
    ) -> None:
        """``was_read``: whether the page at an address is in the store."""
        self._plan = plan
        self._scope = scope
        self._writer = writer
        self._home_host = plan.site.host
        self._traps = traps()
        self._seen = NumberSet()
        self._in_level = NumberSet()
        self._levels: dict[int, _Level] = {}
        self._pending = Pending(lambda number: writer.target(number).url, self._rank)
        self._series = Series(self._traps, plan.as_of.year, self._rank)
        self._copies = Copies(self._traps, was_read)
        self._preference = Preference(self._traps, self._rank, writer)
        self._notes: list[tuple[str, Gist]] = []
        self._wave = 0
        self._is_choosing = False
        self._variants: Counter[str] = Counter()
        self._deepest = 0
        self._revisited: frozenset[int] = frozenset()
        self._revisits: list[Target] = []
        self.chosen = 0
        """Own pages that were visited or are about to be: what ``max_pages`` limits."""
        self.pages = TargetQueue(writer.target)
        """Own pages of the wave that is being visited."""
        self.others = TargetQueue(writer.target)
        """Own resources and attachments."""
        self.externals = Externals(writer.target)

    def restore(self) -> None:
        """Take up the frontier that the store holds."""
        choice = self._writer.choice
        self._is_choosing = choice.choosing
        self._preference.restore(choice)
        known = (self._writer.number_of(url) for url in self._plan.revisited)
        self._revisited = frozenset(number for number in known if number is not None)
        for target, state_is_waiting, wave in self._writer.targets():
            self._seen.add(target.url_id)
            self._wave = max(self._wave, wave)
            if target.lane is not Lane.PAGE:
                self._count_variant(target.url)
            else:
                self._copies.meet(_origin(target.url))
            if state_is_waiting and target.lane is Lane.PAGE and target.url_id in self._revisited:
                self._revisits.append(target)
            elif state_is_waiting and wave:
                self.pages.append(target)
            elif state_is_waiting:
                self._put(target)
            if target.lane is Lane.PAGE and target.skipped is None:
                self.chosen += wave > 0 or not state_is_waiting
        self.mark_navigation(self._writer.navigation_urls())

    def restore_notes(self, notes: Iterable[tuple[int, str, Gist]]) -> None:
        """What the pages in the store say, each with its wave, wave by wave. The last wave may not be through."""
        current = 0
        for wave, url, gist in notes:
            if wave != current:
                self._judge()
                current = wave
            self.take_note(url, gist)

    def take_note(self, url: str, gist: Gist) -> None:
        """The own page ``url`` was read: what its like is worth is judged when all of its wave have been."""
        self._notes.append((url, gist))

    def start(self, urls: Iterable[str]) -> None:
        """Begin with these pages; they are never skipped."""
        for url in urls:
            if self._writer.url_id(url) not in self._seen:
                number = self._writer.add_target(url, Lane.PAGE, 0)
                self._seen.add(number)
                self._put(Target(number, url, Lane.PAGE, 0))

    def mark_navigation(self, urls: Iterable[str]) -> None:
        """Pages that the navigation leads to: the first to be chosen when the budget does not reach."""
        for url in urls:
            self._preference.lead_to(self._writer.url_id(url))

    def is_navigation(self, url: str) -> bool:
        """Whether the navigation of some page leads to ``url``."""
        return self._preference.is_menu(self._writer.number_of(url))

    def consider(self, url: str, tag: int, depth: int, via: int) -> None:
        """An address was found on the page ``via``: put it where it belongs, once."""
        if tag == Tag.POST:
            return
        number = self._writer.url_id(url)
        if number in self._seen:
            return
        self._seen.add(number)
        lane = self.lane_of(url, tag)
        why = self._reason_to_skip(url, lane, depth)
        if self._revisited and not self._is_next_to_revisited(lane, via):
            why = why or Skipped.BUDGET
        if why is not None:
            self._writer.skip_target(url, lane, depth, why, via)
            return
        self._writer.add_target(url, lane, depth, via)
        self._put(Target(number, url, lane, depth))

    def _is_next_to_revisited(self, lane: Lane, via: int) -> bool:
        return lane in {Lane.PAGE, Lane.ATTACHMENT} and via in self._revisited and self.has_room()

    def lane_of(self, url: str, tag: int) -> Lane:
        """How a target is treated that is referred to by ``tag``."""
        if not self._scope.owns(url):
            return Lane.EXTERNAL
        if tag in RESOURCE_TAGS and tag != Tag.FRAME:
            return Lane.RESOURCE
        return Lane.ATTACHMENT if is_attachment(url) else Lane.PAGE

    def adopt(self, url: str, depth: int) -> int | None:
        """A redirect of a page at ``depth`` brought us to the own page ``url``. Returns its number when it is to be
        recorded from this very visit; ``None`` when it has or gets a visit of its own."""
        number = self._writer.url_id(url)
        if number in self._in_level:
            waiting = self._writer.target(number)
            self._take_out(number, waiting.depth)
            self._writer.move_target(number, min(depth, waiting.depth))
            self._writer.hand_out([number], self._wave)
            self.chosen += 1
            return number
        if number in self._seen or self.lane_of(url, Tag.A) is not Lane.PAGE:
            return None
        self._seen.add(number)
        self.chosen += 1
        self._writer.add_target(url, Lane.PAGE, depth)
        self._writer.hand_out([number], self._wave)
        return number

    def _take_out(self, number: int, depth: int) -> None:
        self._in_level.discard(number)
        self._levels[depth].left -= 1
        if not self._levels[depth].left:
            del self._levels[depth]

    # -- levels --------------------------------------------------------------------------------------------

    def last_depth(self) -> int:
        """Depth of the deepest level so far."""
        return self._deepest

    def has_room(self) -> bool:
        """Whether the budget allows one more page."""
        limit = self._plan.budget.max_pages
        return not limit or self.chosen < limit

    def next_level_origins(self) -> set[str]:
        """Addresses, one an origin, of the pages that come next: their robots.txt must be known."""
        if self._revisits:
            return {_origin(target.url) for target in self._revisits}
        if not self._levels:
            return {_origin(self._writer.target(number).url) for number in islice(self._pending, 1)}
        levels = self._levels if self._is_choosing else {min(self._levels)}
        return {origin for level in levels for origin in self._levels[level].origins}

    def open_level(self, may_read: Callable[[str], bool]) -> bool:
        """Move the next wave of pages to ``pages``: of the nearest level, as far as the budget goes. ``False``: there
        is none."""
        self._judge()
        if self._revisits:
            self._open_revisits(may_read)
            return True
        if self._is_choosing:
            for depth in sorted(self._levels):
                self._open_pages(depth, may_read)
        elif not self._pending and self._levels:
            self._open_pages(min(self._levels), may_read)
            self._is_choosing = len(self._pending) > self._room()
        elif not self._pending:
            return False
        self._close_series()
        before = len(self._pending)
        self._hand_out()
        return before > 0 or bool(self._levels)

    def _open_revisits(self, may_read: Callable[[str], bool]) -> None:
        """The nearest to the home page. They were chosen before: only their owner can keep them from being visited."""
        nearest = min(target.depth for target in self._revisits)
        due = [target for target in self._revisits if target.depth == nearest]
        self._revisits = [target for target in self._revisits if target.depth > nearest]
        self.pages.extend(target.url_id for target in due if may_read(target.url))
        self._leave_out([target.url_id for target in due if not may_read(target.url)], Skipped.ROBOTS)

    def _judge(self) -> None:
        self._notes.sort(key=lambda note: note[0])
        self._copies.judge(self._notes)
        self._series.judge(self._notes)
        if self._plan.budget.max_pages:
            for url, gist in self._notes:
                self._preference.note(url, gist)
        self._notes.clear()

    def _open_pages(self, depth: int, may_read: Callable[[str], bool]) -> None:
        self._deepest = max(self._deepest, depth)
        refused, endless = array("I"), array("I")
        for number in self._levels.pop(depth).numbers:
            if number not in self._in_level:
                continue
            self._in_level.discard(number)
            url = self._writer.target(number).url
            if not may_read(url):
                refused.append(number)
                continue
            self._copies.meet(_origin(url))
            shape = shape_of(url)
            if depth and self._series.beyond_calendar(shape.year) and self._series.walks_on(shape.family):
                endless.append(number)
                continue
            self._pending.add(number, shape.family)
            self._preference.meet(number, url)
        self._leave_out(refused, Skipped.ROBOTS)
        self._leave_out(endless, Skipped.TRAP)

    def _close_series(self) -> None:
        for family in self._pending.families():
            if self._series.closed(family):
                self._leave_out(self._pending.drop(family), Skipped.TRAP)

    def _room(self) -> int:
        limit = self._plan.budget.max_pages
        return max(0, limit - self.chosen) if limit else sys.maxsize

    def _hand_out(self) -> None:
        """Choose until a wave is full; what turns out to be a copy of a page that was read makes room for another."""
        wave: dict[str, int] = {}
        held: list[int] = []
        copies = array("I")
        while self._pending and not wave:
            room = self._room()
            if self._is_choosing:
                numbers = self._preference.choose(self._pending, room, self._series)
            else:
                numbers = self._pending.take_evenly(room, self._series)
            if not numbers:
                break
            for number in numbers:
                url = self._writer.target(number).url
                if self._copies.was_read(url):
                    copies.append(number)
                elif any(twin in wave for twin in self._copies.twin_of(url)):
                    held.append(number)
                else:
                    wave[url] = number
        self._leave_out(copies, Skipped.DUPLICATE)
        self.pages.extend(wave.values())
        self.chosen += len(wave)
        if wave:
            self._wave += 1
            self._writer.hand_out(wave.values(), self._wave)
            self._writer.choice = self._preference.choice(choosing=self._is_choosing)
        if not self._room():
            self._leave_out([*self._pending, *held], Skipped.BUDGET)
            self._pending.clear()
            return
        for number in held:
            self._pending.add(number, family_of(self._writer.target(number).url))

    def _leave_out(self, numbers: Sequence[int], why: Skipped) -> None:
        if len(numbers):
            self._writer.skip_targets(numbers, why)

    def drop_waiting(self, why: Skipped, but: set[str]) -> None:
        """Empty all queues. ``but``: addresses that only waited for another look and are not left out."""
        kept = {self._writer.url_id(url) for url in but}
        waiting = [level.numbers for level in self._levels.values()]
        for numbers in waiting:
            numbers[:] = array("I", (number for number in numbers if number in self._in_level))
        waiting += [self.pages.take_all(), self.others.take_all(), self.externals.take_all()]
        waiting.append(array("I", self._pending))
        waiting.append(array("I", (target.url_id for target in self._revisits)))
        self._revisits.clear()
        self._pending.clear()
        for level in self._levels.values():
            for number in level.numbers:
                self._in_level.discard(number)
        self._levels.clear()
        for numbers in waiting:
            if numbers:
                self._writer.skip_targets((number for number in numbers if number not in kept), why)

    def leave_out(self, target: Target, why: Skipped) -> None:
        """Leave out one target that was handed out."""
        self._writer.skip_target(target.url, target.lane, target.depth, why)

    def waiting(self) -> int:
        """How many targets wait."""
        deeper = sum(level.left for level in self._levels.values())
        own = len(self._pending) + len(self.pages) + len(self.others) + len(self._revisits)
        return own + len(self.externals) + deeper

    def _rank(self, name: str) -> bytes:
        """The place of an address or a family among others: by lot, the same in every run of this name."""
        return hashlib.blake2b(f"{self._plan.seed}\n{name}".encode(), digest_size=8).digest()

    def _put(self, target: Target) -> None:
        if target.lane is Lane.PAGE:
            level = self._levels.setdefault(target.depth, _Level())
            level.numbers.append(target.url_id)
            level.left += 1
            level.origins.add(_origin(target.url))
            self._in_level.add(target.url_id)
        elif target.lane is Lane.EXTERNAL:
            self.externals.add(target)
        else:
            self.others.append(target)

    # -- what is left out ----------------------------------------------------------------------------------

    def _reason_to_skip(self, url: str, lane: Lane, depth: int) -> Skipped | None:
        if literal_address_kind(url) in {"private", "loopback"} and not self.is_the_site(url):
            return Skipped.PRIVATE
        if acts(url):
            return Skipped.ACTION
        if self._is_endless(url):
            return Skipped.TRAP
        if lane is not Lane.PAGE and self._count_variant(url) > self._traps.query_variants:
            return Skipped.TRAP
        limit = self._plan.budget.max_depth
        if limit and lane is Lane.PAGE and depth > limit:
            return Skipped.BUDGET
        return None

    def is_the_site(self, url: str) -> bool:
        """Whether a literal address is the inspected site itself."""
        return host_of(url) == self._home_host or self._scope.owns(url)

    def _is_endless(self, url: str) -> bool:
        if len(url) > self._traps.url_length:
            return True
        if url.count("/") <= self._traps.repeated_segment + 3:
            return False
        segments = [one for one in url.partition("?")[0].split("/")[3:] if one and not one.isdigit()]
        if repeats(segments) >= self._traps.repeated_segments:
            return True
        return max(Counter(segments).values(), default=0) > self._traps.repeated_segment

    def _count_variant(self, url: str) -> int:
        path, question_mark, _ = url.partition("?")
        if not question_mark:
            return 0
        self._variants[path] += 1
        return self._variants[path]


class Externals:
    """Targets on other hosts, handed out so that no host is asked two things at once."""

    def __init__(self, target_of: Callable[[int], Target]) -> None:
        """``target_of``: the target with a number."""
        self._target_of = target_of
        self._queues: dict[str, TargetQueue] = {}
        self._ready: deque[str] = deque()
        self._busy: Counter[str] = Counter()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, target: Target) -> None:
        """Queue a target behind the others of its host."""
        host = host_of(target.url)
        queue = self._queues.get(host)
        if queue is None:
            queue = self._queues[host] = TargetQueue(self._target_of)
        if not queue and self._busy[host] < _EXTERNALS_A_HOST:
            self._ready.append(host)
        queue.append(target)
        self._size += 1

    def take(self) -> Target | None:
        """The next target whose host is free; ``None`` when all hosts with targets are busy."""
        if not self._ready:
            return None
        host = self._ready.popleft()
        queue = self._queues[host]
        target = queue.popleft()
        if not queue:
            del self._queues[host]
        self._busy[host] += 1
        self._size -= 1
        return target

    def give_back(self, target: Target) -> None:
        """The host of ``target`` is free again."""
        host = host_of(target.url)
        self._busy[host] -= 1
        if not self._busy[host]:
            del self._busy[host]
        if host in self._queues:
            self._ready.append(host)

    def take_all(self) -> array[int]:
        """Empty all queues; the numbers of what waited."""
        numbers = array("I")
        for queue in self._queues.values():
            numbers.extend(queue.take_all())
        self._queues.clear()
        self._ready.clear()
        self._size = 0
        return numbers


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def acts(url: str) -> bool:
    """Whether opening the address would do something (log out, delete, vote)."""
    table = actions()
    path, _, query = url.partition("?")
    folder, _, name = path.rstrip("/").rpartition("/")
    if name.isdecimal():
        name = folder.rpartition("/")[2]
    if name.partition(".")[0].partition(";")[0].lower() in table.paths:
        return True
    if not query:
        return False
    return any(
        value.lower() in table.parameters.get(parameter.lower(), ())
        for parameter, value in parse_qsl(query, errors="replace")
    )
