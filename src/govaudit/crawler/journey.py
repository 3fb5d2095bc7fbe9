"""One crawl with everything that belongs to it: what the spider moves and what the store receives."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from govaudit.crawler.browser.stage import BrowserStage
from govaudit.crawler.downloader.politeness import Politeness
from govaudit.crawler.downloader.shared_turns import SharedTurns, turns_file
from govaudit.crawler.downloader.visit import Visitor
from govaudit.crawler.earlier import ContradictedError
from govaudit.crawler.frontier import Frontier
from govaudit.crawler.reading.pool import ReaderDiedError, ReadingPool
from govaudit.crawler.recorder import Recorder
from govaudit.crawler.robots import Robots, origin_of
from govaudit.crawler.second_looks import SecondLooks
from govaudit.crawler.sitemaps import LONGEST, all_locations
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.facts import Lane, Skipped, Tag
from govaudit.inspection.hours import parse_hours
from govaudit.inspection.run import CrawlPlan, Progress
from govaudit.inspection.site import SiteScope
from govaudit.inspection.urls import canonical, hostname_of, resolve
from govaudit.inspection.verdict import BLOCKED, Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from govaudit.crawler.browser.renderer import View
    from govaudit.crawler.downloader.visit import Visit
    from govaudit.crawler.earlier import Earlier
    from govaudit.crawler.reading.worker import ReadReply
    from govaudit.crawler.second_looks import Again
    from govaudit.inspection.fact_tables import Target
    from govaudit.inspection.fact_writer import FactWriter
    from govaudit.inspection.run import Family, Network

_TOLD_EVERY = 0.25
"""Seconds between two reports of progress."""
_COMMITTED_TOGETHER = 10_000
"""Addresses of site maps."""

_LONGEST_OUTAGE_OF_A_FAMILY = 20.0

Stage = Literal["crawl", "browser", "second-look"]


class Journey:
    """Made on the event loop on which the crawl runs."""

    def __init__(
        self,
        plan: CrawlPlan,
        writer: FactWriter,
        tell: Callable[[Progress], None],
        earlier: Earlier,
    ) -> None:
        """``earlier``: what an earlier run knows of the site. Raises ``InputError`` when the registered address is
        no web address."""
        clock = asyncio.get_running_loop().time
        self.plan = plan
        self.home = home_of(plan)
        self._writer = writer
        self._tell = tell
        self._earlier = earlier
        self._takes_over = writer.state.revalidated
        self._noted_contradiction = False
        self._clock = clock
        self._started = clock()
        self._told = -_TOLD_EVERY
        self._searched = False
        self._refused_home = ""
        self._interrupt_hooks: list[Callable[[], None]] = []
        self.interrupted = False
        self.network_lost = False
        """Broken off because nobody could be reached any more."""
        self.completed = False
        """Nothing was left to visit."""
        self.error: BaseException | None = None
        self.stage: Stage = "crawl"
        self.blocked_from: set[str] = set()
        """Own addresses from which requests met a wall."""
        self._shared = shared_turns() if plan.network.rate else None
        self._scope = SiteScope(plan.site, frozenset(plan.other_hosts))
        self.frontier = Frontier(plan, self._scope, writer, self._was_read)
        own_hosts = {hostname_of(self.home), *(hostname_of(f"http://{one}") for one in plan.site.scope)}
        self.politeness = Politeness(
            plan.network.rate, is_own=lambda host: host.removeprefix("www.") in own_hosts or host in own_hosts,
            clock=clock, wall_clock=time.time, seed=plan.seed, shared=self._shared, on_pause=self._tell_pause,
            hours=parse_hours(plan.network.hours) if plan.network.hours else None,
        )  # fmt: skip
        self.visitor = self._visitor(plan.network, self._lose_network, earlier)
        self.robots = Robots(self._body_of, plan.network.user_agent, ignored=plan.network.ignore_robots)
        self.reading = ReadingPool()
        self._again = SecondLooks(plan.network.rate, clock)
        self.recorder = Recorder(
            writer, self.frontier, self._scope, home=self.home, again=self._again, clock=clock,
            nofollow=plan.network.nofollow == "respect",
        )  # fmt: skip
        self.frontier.restore()
        for host, failures in self.recorder.restore().items():
            if not plan.revisited:
                self.politeness.recall(host, failures)
        self.visitor.own_network.has_answered = self.recorder.answered
        starts = (canonical(url) for url in plan.start_urls)
        self._browser = BrowserStage(self, writer)
        self.on_interrupt(self._browser.stop)
        self.frontier.start([self.home, *(url for url in starts if url is not None)])

    def _visitor(self, network: Network, lost: Callable[[], None], earlier: Earlier | None) -> Visitor:
        return Visitor(
            network, self.politeness, owns=self._scope.owns, may_read=self._may_read,
            may_ask=self.frontier.is_the_site, welcomes=self._welcomes, clock=self._clock, wall_clock=time.time,
            home=self.home, lost=lost, earlier=earlier,
        )  # fmt: skip

    def visitor_over(self, family: Family) -> Visitor:
        """A visitor with the crawl's manners that knows one address family and fetches everything anew. A family that
        goes away altogether is not waited for. To be closed by whoever asked for it."""
        network = msgspec.structs.replace(
            self.plan.network,
            family=family,
            longest_outage=min(_LONGEST_OUTAGE_OF_A_FAMILY, self.plan.network.longest_outage),
        )
        visitor = self._visitor(network, lambda: None, None)
        self.on_interrupt(visitor.stop)
        return visitor

    def _was_read(self, url: str) -> bool:
        return self.recorder.was_read(url)

    def _may_read(self, url: str) -> bool:
        return self.robots.allow(url)

    async def _welcomes(self, url: str) -> bool:
        return await self.robots.welcomes(url)

    def _tell_pause(self, until: datetime) -> None:
        self._tell(self.progress("paused", f"{until:%m-%d %H:%M}"))

    # -- what the spider asks ------------------------------------------------------------------------------

    async def learn_robots(self, urls: set[str]) -> None:
        """Ask the origins of ``urls`` for their robots.txt, each once."""
        origins = sorted({origin_of(url) for url in urls})
        unknown = [origin for origin in origins if not self.robots.knows(origin)]
        delays = await asyncio.gather(*map(self.robots.learn, unknown))
        for origin, delay in zip(unknown, delays, strict=True):
            if delay and self.plan.network.rate:
                self.politeness.slow_down(hostname_of(origin), delay)

    async def may_be_asked(self, url: str) -> bool:
        """Whether the rules of the address's origin let us read it."""
        await self.learn_robots({url})
        return self.robots.allow(url)

    async def discover(self) -> bool:
        """Search the site maps, once, for own pages that no page led to. ``True``: there are some to visit."""
        if self._searched or self.plan.revisited or self.out_of_time() or not self.frontier.has_room():
            return False
        self._searched = True
        await self.learn_robots({self.home})
        if not self.recorder.home_was_read(self.home):
            self._searched = False
            return False
        origin = origin_of(self.home)
        named = (resolve(f"{origin}/", written) for written in self.robots.sitemaps(origin))
        found = await all_locations(
            [*(url for url in named if url), f"{origin}/sitemap.xml"], self._body_of, self._owns_written
        )
        waiting = self.frontier.waiting()
        for count, written in enumerate(found, 1):
            url = canonical(written)
            if url is not None and self._scope.owns(url):
                self.frontier.consider(url, Tag.ANNOUNCED, self.frontier.last_depth() + 1, 0)
            if count % _COMMITTED_TOGETHER == 0:
                self.recorder.commit()
        return self.frontier.waiting() > waiting

    def owns(self, url: str) -> bool:
        """Whether ``url`` (canonical) is a page of the site."""
        return self._scope.owns(url)

    async def browse(self) -> bool:
        """Open in a browser what only scripts write. ``True``: that led to addresses to visit."""
        waiting = self.frontier.waiting()
        before, self.stage = self.stage, "browser"
        await self._browser.run(self._tell_sometimes)
        self.stage = before
        return self.frontier.waiting() > waiting

    async def look_in_browser(self, url: str, read: Callable[[View], Awaitable[None]]) -> View | None:
        """Have an own page read while a browser shows it. ``None``: there is no browser, or no time."""
        return await self._browser.look(url, read)

    def until_second_look(self) -> float | None:
        """Seconds until something that failed may be looked at again, asked for when there is nothing else to do;
        ``None``: nothing is to be looked at again."""
        wait = None if self.out_of_time() else self._again.wait()
        limit = self.plan.budget.max_seconds
        return wait if wait is None or not limit else min(wait, limit - (self._clock() - self._started))

    def second_looks(self) -> list[Again]:
        """What failed and may be looked at again by now, in a fixed order. Hosts that stopped answering and names
        that could not be resolved get a new chance."""
        again = self._again.take()
        if again:
            self.stage = "second-look"
            self.visitor.forget_failures()
            self.politeness.give_another_chance()
        return again

    def out_of_time(self) -> bool:
        """Whether the time budget is used up."""
        limit = self.plan.budget.max_seconds
        return bool(limit) and self._clock() - self._started >= limit

    async def read(self, target: Target, visit: Visit) -> ReadReply | None:
        """What the page of a visit says; ``None`` when there is none to read. A page that the reader does not
        survive is recorded as such: no single page ends a crawl."""
        request = None if visit.refused or visit.left_out else self.recorder.to_read(target, visit)
        if request is None:
            return None
        try:
            return await self.reading.read(request)
        except ReaderDiedError as error:
            visit.fetch.reason = Reason.PARSE
            visit.fetch.detail = f"reader: {error}"
            return None

    def arrived(self, target: Target, visit: Visit, reply: ReadReply | None) -> None:
        """Take in one visit. Raises ``GovauditError`` when it cannot be stored, and ``ContradictedError`` when earlier
        answers were taken over that cannot be trusted."""
        self._note_taking_over(visit)
        if visit.refused:
            self.frontier.leave_out(target, Skipped.PRIVATE)
            if target.url == self.home:
                self._refused_home = visit.fetch.detail
        elif visit.left_out is not None:
            if visit.fetch.look == 1:
                self.frontier.leave_out(target, visit.left_out)
        else:
            self.recorder.record(target, visit, reply)
            if visit.fetch.reason in BLOCKED:
                self._met_wall(visit, reply)
        self._tell_sometimes()

    def _tell_sometimes(self) -> None:
        now = self._clock()
        if now - self._told >= _TOLD_EVERY:
            self._told = now
            self._tell(self.progress(self.stage, self._browser.told if self.stage == "browser" else ""))

    def _met_wall(self, visit: Visit, reply: ReadReply | None) -> None:
        if visit.local:
            self.blocked_from.add(visit.local)
        if reply is not None:
            # Told by the reader only: until now it passed for the page.
            fetch = visit.fetch
            self.politeness.heard(hostname_of(fetch.final_url), fetch.status, fetch.reason, walled=True)

    def _note_taking_over(self, visit: Visit) -> None:
        contradicted, taken = self._earlier.contradicted, visit.fetch.revalidated is not None
        if contradicted and (self._takes_over or taken):
            raise ContradictedError(contradicted)
        if contradicted and not self._noted_contradiction:
            self._noted_contradiction = True
            self._writer.set_state(msgspec.structs.replace(self._writer.state, contradicted=contradicted))
        if taken and not self._takes_over:
            self._takes_over = True
            self._writer.set_state(msgspec.structs.replace(self._writer.state, revalidated=True))

    def interrupt(self) -> None:
        """Stop soon and save."""
        self.interrupted = True
        for hook in self._interrupt_hooks:
            hook()

    def _lose_network(self) -> None:
        if not self.network_lost:
            self.network_lost = True
            self.interrupt()

    def on_interrupt(self, hook: Callable[[], None]) -> None:
        """Have ``hook`` called when the crawl is to stop."""
        self._interrupt_hooks.append(hook)

    # -- how it went ---------------------------------------------------------------------------------------

    def progress(self, stage: Any, detail: str = "") -> Progress:
        """Where the crawl stands."""
        recorder = self.recorder
        return Progress(
            site=self.plan.site.key, stage=stage, fetched=recorder.fetched, pages=recorder.pages,
            waiting=self.frontier.waiting(), failed=len(self._again), detail=detail,
        )  # fmt: skip

    def problem(self) -> str:
        """Why the home page, or what was left of the site, could not be read, beginning with a named reason; empty
        when it was."""
        if self.network_lost:
            return f"{Reason.CONNECT}: nobody could be reached any more for {self.plan.network.longest_outage:g} s"
        if self.recorder.home_was_read(self.home):
            return ""
        if self._refused_home:
            return f"{Reason.CONNECT}: {self._refused_home}"
        fetch = self.recorder.home_fetch
        if fetch is None:
            why = Reason.INTERRUPTED if self.interrupted else Reason.BUDGET
            allowed = self.robots.allow(self.home)
            return f"{why}: home page was not visited" if allowed else f"{Reason.ROBOTS}: {self.home}"
        if fetch.reason is not None:
            return f"{fetch.reason}: {fetch.detail}"
        detail = fetch.detail or (f"status {fetch.status}" if not fetch.opened else fetch.content_type)
        return f"{Reason.NOT_MEASURED}: {detail}"

    async def close(self) -> None:
        """Give connections and workers back."""
        await self._browser.close()
        self.visitor.close()
        await self.reading.close()
        if self._shared is not None:
            self._shared.close()

    async def _body_of(self, url: str) -> bytes:
        visit = await self.visitor.visit(url, Lane.ATTACHMENT, limit=LONGEST)
        return visit.body if visit.fetch.opened and visit.fetch.magic != "html" else b""

    def _owns_written(self, written: str) -> bool:
        url = canonical(written)
        return url is not None and self._scope.owns(url)


def shared_turns() -> SharedTurns | None:
    """The turns of all crawls of this user; ``None`` where there is no place for the file: then each crawl keeps
    its own pace."""
    file = turns_file()
    try:
        return SharedTurns(file, time.time)
    except OSError as error:
        logging.getLogger(__name__).warning("crawls of one address share no budget: %s: %s", file, error)
        return None


def home_of(plan: CrawlPlan) -> str:
    """The registered address. Raises ``InputError`` when it is no web address."""
    home = canonical(plan.site.url)
    if home is None or not home.startswith(("http://", "https://")):
        raise InputError(Problem("site.bad-url", plan.site.url))
    return home
