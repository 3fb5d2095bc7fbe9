"""The watch: visits every listed home page at its planned moments, day and night, and survives being killed."""

from __future__ import annotations

import asyncio
import fcntl
import heapq
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from govaudit.crawler.probes.availability import Prober
from govaudit.crawler.probes.home_sight import networks, sight
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.site import SiteScope
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.watch_log import Outcome, Visit, WatchLog
from govaudit.workflow.watch_alerts import Postman, channels_of
from govaudit.workflow.watch_events import change_event, network_event, settle
from govaudit.workflow.watch_network import Failed, OwnNetwork
from govaudit.workflow.watch_plan import DAY, due, following

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from govaudit.crawler.probes.availability import HomePage, HomeVisit
    from govaudit.inspection.run import Network
    from govaudit.inspection.site import Site
    from govaudit.inspection.watch_settings import WatchSettings
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.watch_events import Event
    from govaudit.workflow.watch_network import Family

_NAME_LOOKUPS = 64
_BEAT = 0.5
_LATE = 1.0
"""Seconds that this machine may be behind before what it measures is doubted."""
_LOOK = 60.0
"""Seconds between two looks at the clock and the site list."""
_ROUND = 15.0
"""Seconds between two looks at the outbox."""


class Visitor(Protocol):
    """Who visits home pages."""

    async def visit(self, url: str) -> HomeVisit:
        """Visit a home page over all its families."""

    async def answers(self, url: str, family: Family) -> bool:
        """Whether anything answers there."""


@dataclass(slots=True)
class WatchEnd:
    """What was done. ``visited``: visits that were due and made; ``measured``: of those, the ones that say something
    of their site; ``interrupted``: a signal ended it."""

    visited: int = 0
    measured: int = 0
    interrupted: bool = False


def watch(
    workspace: Workspace,
    sites: Sequence[Site],
    network: Network,
    *,
    once: bool,
    tell: Callable[[str, Visit], None],
    changed: Callable[[], Sequence[Site] | None],
) -> WatchEnd:
    """Watch until a signal comes, or with ``once`` make the visits that are due now.

    Raises ``InputError`` when another watch works in the workspace, or its log or passwords cannot be read.
    """
    settings = workspace.settings.watch
    channels = channels_of(settings, workspace.settings.language)

    def begin(prober: Prober) -> Watch:
        return Watch(log, sites, settings, prober, clock=time.time, tell=tell, changed=changed)

    with only_one(workspace.watch_log):
        log = WatchLog.open(workspace.watch_log)
        try:
            with asyncio.Runner() as runner:
                return runner.run(_watch(Postman(log, channels, settings), begin, network, once=once))
        finally:
            log.close()


async def _watch(
    postman: Postman, begin: Callable[[Prober], Watch], network: Network, *, once: bool
) -> WatchEnd:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(_NAME_LOOKUPS, thread_name_prefix="names"))
    prober = Prober(network)
    watcher = begin(prober)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, watcher.stop)
    delivering = asyncio.ensure_future(_deliver(postman, watcher))
    delivering.add_done_callback(watcher.ended)
    try:
        await (watcher.once() if once else watcher.run())
        if not watcher.end.interrupted:
            await postman.deliver(time.time())
    finally:
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering
        prober.close()
    return watcher.end


async def _deliver(postman: Postman, watcher: Watch) -> None:
    while not watcher.end.interrupted:
        await postman.deliver(time.time())
        await asyncio.sleep(_ROUND)


@contextmanager
def only_one(log: Path) -> Iterator[None]:
    """Hold the workspace's watch. Raises ``InputError`` when another process does; a killed one holds nothing."""
    file = log.with_suffix(".lock")
    try:
        with file.open("w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InputError(Problem("watch.running", str(log.parent))) from error
            yield
    except PermissionError as error:
        why: dict[str, str | int] = {"why": error.strerror or str(error)}
        raise InputError(Problem("file.cannot-write", str(file), arguments=why)) from error


class Watch:
    """The plan of all sites and what was made of it. Belongs to one event loop."""

    def __init__(
        self,
        log: WatchLog,
        sites: Sequence[Site],
        settings: WatchSettings,
        visitor: Visitor,
        *,
        clock: Callable[[], float],
        tell: Callable[[str, Visit], None] = lambda _key, _visit: None,
        changed: Callable[[], Sequence[Site] | None] = lambda: None,
    ) -> None:
        """``clock``: UTC seconds; ``tell`` hears of every visit; ``changed``: the site list when it is another than
        before, asked for once a minute."""
        self._log = log
        self._take(sites)
        self._settings = settings
        self._visitor = visitor
        self._clock = clock
        self._tell = tell
        self._changed = changed
        self._begun: dict[str, int] = {}
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(settings.concurrency)
        self._stopped = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._bodies: dict[str, int] = {}
        self._network = OwnNetwork(visitor.answers, settings.controls, self._open_before(), self._loop.time)
        self._crash: BaseException | None = None
        self.end = WatchEnd()

    def stop(self) -> None:
        """End soon. Visits that run are dropped and made after the next start, if they are still due then."""
        self.end.interrupted = True
        self._stopped.set()

    async def once(self) -> None:
        """Make the visits that are due now."""
        now = self._clock()
        for site in self._sites:
            slot = due(site.key, self._settings.per_day, now, self._last_slot(site.key))
            if slot is not None:
                self._start(site, slot)
        stopped = asyncio.ensure_future(self._stopped.wait())
        while self._running and not self._stopped.is_set():
            await asyncio.wait([*self._running, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        self._log.prune(now - self._settings.keep_days * DAY)
        await self._wind_up()

    async def run(self) -> None:
        """Make every visit at its moment until ``stop``."""
        per_day = self._settings.per_day
        plan = self._plan()
        looked = self._clock()
        pruned = looked - DAY
        while not self._stopped.is_set():
            now = self._clock()
            if now - looked >= _LOOK and (sites := self._changed()) is not None:
                self._take(sites)
                plan = self._plan()
            looked = now if now - looked >= _LOOK else looked
            while plan and plan[0][0] <= now:
                _, number = heapq.heappop(plan)
                site = self._sites[number]
                slot = due(site.key, per_day, now, self._last_slot(site.key))
                if slot is not None:
                    self._start(site, slot)
                heapq.heappush(plan, (following(site.key, per_day, now), number))
            if now - pruned >= DAY:
                self._log.prune(now - self._settings.keep_days * DAY)
                pruned = now
            # Never for long: the wall clock may be set, the machine may have slept, the site list may change.
            wait = min(max(0.0, plan[0][0] - now), _LOOK) if plan else _LOOK
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopped.wait()
        await self._wind_up()

    def _take(self, sites: Sequence[Site]) -> None:
        self._sites = [site for site in sites if site.enabled]
        self._hosts = frozenset(site.host for site in sites)

    def _plan(self) -> list[tuple[int, int]]:
        """The next moment of each site, with the site's number: a heap."""
        per_day, now = self._settings.per_day, self._clock()
        plan = []
        for number, site in enumerate(self._sites):
            slot = due(site.key, per_day, now, self._last_slot(site.key))
            plan.append((slot if slot is not None else following(site.key, per_day, now), number))
        heapq.heapify(plan)
        return plan

    async def _wind_up(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._crash is not None:
            raise self._crash

    def _last_slot(self, key: str) -> int | None:
        """The moment that was used last, by a visit that may still run; ``None`` for a site never visited."""
        last = self._log.last_visit(key)
        known = [one for one in (last.slot if last else None, self._begun.get(key)) if one is not None]
        return max(known, default=None)

    def _open_before(self) -> list[str]:
        """Home pages that opened when they were last visited, the newest last."""
        found = [
            (visit.at, site.url)
            for site in self._sites
            if (visit := self._log.last_visit(site.key)) is not None and visit.outcome() is Outcome.OPEN
        ]
        return [url for _, url in sorted(found)]

    def _start(self, site: Site, slot: int) -> None:
        self._begun[site.key] = slot
        task = asyncio.ensure_future(self._one(site, slot))
        self._running.add(task)
        task.add_done_callback(self.ended)

    def ended(self, task: asyncio.Task[None]) -> None:
        """A part of the watch came to its end; one that crashed ends the whole."""
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crash = self._crash or error
            self._stopped.set()

    async def _one(self, site: Site, slot: int) -> None:
        async with self._room:
            at, began = self._clock(), self._loop.time()
            pulse = _Pulse(self._loop)
            try:
                found = await self._visitor.visit(site.url)
            finally:
                late = pulse.stop()
            visit = Visit(slot, at, found.looks)
            if visit.outcome() is Outcome.FAILED:
                visit = msgspec.structs.replace(
                    visit, ours=await self._excuse(site, visit, found, began, late)
                )
            self._keep(site, visit, found)

    async def _excuse(self, site: Site, visit: Visit, found: HomeVisit, began: float, late: float) -> str:
        if late > _LATE:
            return "busy"
        place = found.place or hostname_of(site.url)
        excuse = await self._network.excuse(site.url, place, visit, began)
        if not excuse and self._opened_last(site.key, visit.slot):
            self._network.failed(place, Failed(site.key, visit.slot))
        return excuse

    def _opened_last(self, key: str, slot: int) -> bool:
        before = self._log.last_measured(key, slot)
        return before is not None and before.outcome() is Outcome.OPEN

    def _keep(self, site: Site, visit: Visit, found: HomeVisit) -> None:
        """Record a visit with all that follows from it, in one piece."""
        outcome = visit.outcome()
        if outcome is Outcome.OPEN:
            families = [look.family for look in visit.looks if look.outcome is Outcome.OPEN]
            self._network.opened(site.url, found.place or hostname_of(site.url), families)
        many = self._network.most_fail()
        if outcome is Outcome.FAILED and many:
            visit = msgspec.structs.replace(visit, ours="most")
        with self._log:
            for failed in many:
                self._log.disown(failed.key, failed.slot, "most")
            events = settle(self._log, site, visit)
            if visit.ours in {"away", "most"}:
                events += network_event(self._log, visit.at, away=True)
            elif outcome is Outcome.OPEN and not many:
                events += network_event(self._log, visit.at, away=False)
            events += self._look_at(site, found.page, found.addresses, visit.at)
            self._post(events)
        self.end.visited += 1
        self.end.measured += visit.outcome() is not Outcome.UNCLEAR
        self._tell(site.key, visit)

    def _look_at(
        self, site: Site, page: HomePage | None, addresses: tuple[str, ...], at: float
    ) -> list[Event]:
        """What the page shows for the first time."""
        if page is None:
            return []
        # A page that is the same to the byte shows the same; now and then it is read all the same.
        digest = hash((page.body, page.url, networks(addresses)))
        if self._bodies.get(site.key) == digest:
            return []
        self._bodies[site.key] = digest
        seen = sight(page, SiteScope(site, self._hosts).owns)
        if not seen:
            return []
        changes = self._log.see(site.key, at, {**seen, "dns": networks(addresses)})
        return change_event(site, changes, at)

    def _post(self, events: list[Event]) -> None:
        settings = self._settings
        channels = [name for name in ("email", "webhook") if getattr(settings, name) is not None]
        for event in events:
            if event.kind in settings.alerts:
                self._log.post(channels, event.at, msgspec.json.encode(event))


class _Pulse:
    """By how many seconds this machine was behind while the pulse lasted: then it is no judge of others' speed."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._late = 0.0
        self._set()

    def _set(self) -> None:
        self._due = self._loop.time() + _BEAT
        self._timer = self._loop.call_later(_BEAT, self._beat)

    def _beat(self) -> None:
        self._late = max(self._late, self._loop.time() - self._due)
        self._set()

    def stop(self) -> float:
        """End it and give the worst delay."""
        self._timer.cancel()
        return max(self._late, self._loop.time() - self._due)
