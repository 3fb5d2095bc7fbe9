"""The spider of one site: which request comes next, and when the crawl is over."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy import Request, Spider, signals

from govaudit.crawler.earlier import ContradictedError
from govaudit.crawler.settings import EXTERNAL_CONCURRENCY, own_concurrency
from govaudit.inspection.errors import GovauditError
from govaudit.inspection.facts import Lane, Skipped
from govaudit.inspection.urls import hostname_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from govaudit.crawler.downloader.component import VisitResponse
    from govaudit.crawler.journey import Journey
    from govaudit.inspection.fact_tables import Target

_GRACE = 3.0
"""Seconds that requests in flight are given when the crawl is interrupted."""


class PortalSpider(Spider):
    """Reads a site level by level; looks a second time, later and over new connections, at what failed."""

    name = "portal"

    def __init__(self, journey: Journey, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._journey = journey
        self.visitor = journey.visitor
        self._frontier = journey.frontier
        self._own_limit = own_concurrency(journey.plan)
        self._pages_in_flight = 0
        self._others_in_flight = 0
        self._externals_in_flight = 0
        self._second_looks: dict[str, int] = {}
        self._benched: list[Target] = []
        self._last_chance = False
        self._woken: asyncio.Future[None] | None = None
        self._stopping = False
        self._broken = False
        journey.on_interrupt(self.stop)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor: errors of callbacks end the crawl instead of vanishing in a log."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.broke, signal=signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Conduct the crawl. Requests go to the engine as there is room for them; nothing is yielded."""
        journey = self._journey
        while not self._stopping:
            await self._first_looks()
            if self._stopping:
                break
            browsed = await journey.browse()
            if not self._stopping and not (browsed or await journey.discover() or await self._look_again()):
                self._leave_out_benched()
                journey.completed = not self._stopping
                break
        await self._until(lambda: not self._in_flight)
        for request in list[Request]():
            yield request

    def stop(self) -> None:
        """End soon: what is in flight gets a moment, what waits stays in the store."""
        if self._stopping:
            return
        self._stopping = True
        asyncio.get_running_loop().call_later(_GRACE if self._in_flight else 0, self.visitor.stop)
        self._wake()

    async def visited(self, response: Response) -> None:
        """Callback of every request. A target is in flight until its page was read."""
        target: Target = response.meta["target"]
        visit = cast("VisitResponse", response).visit
        reply = None if visit.stopped else await self._journey.read(target, visit)
        self._left_flight(target)
        try:
            if not visit.stopped:
                self._journey.arrived(target, visit, reply)
        except (GovauditError, ContradictedError, sqlite3.OperationalError) as error:
            self._end_with(error)
            return
        if self._journey.out_of_time():
            self._frontier.drop_waiting(Skipped.BUDGET, but=set(self._second_looks))
        self._pump()
        if self._stopping or not (self._pages_in_flight or self._frontier.pages):
            self._wake()

    def failed(self, failure: Failure) -> None:
        """Errback of every request: visits never raise, so this is an error of ours."""
        self._end_with(failure.value or RuntimeError(failure.getErrorMessage()))

    def broke(self, failure: Failure) -> None:
        """An exception left a callback or ``start``."""
        self._end_with(failure.value or RuntimeError(failure.getErrorMessage()))

    # -- the stages ----------------------------------------------------------------------------------------

    async def _first_looks(self) -> None:
        frontier = self._frontier
        while not self._stopping:
            await self._journey.learn_robots(frontier.next_level_origins())
            try:
                opened = frontier.open_level(self._journey.robots.allow)
            except GovauditError as error:
                self._end_with(error)
                return
            self._pump()
            await self._until(lambda: not frontier.pages and not self._pages_in_flight)
            if opened:
                continue
            await self._until(lambda: not self._in_flight and not self._queued)
            if not frontier.next_level_origins():
                return

    async def _look_again(self) -> bool:
        """Another look at what failed, and at what was not asked for because its host did not answer. ``False``: there
        is nothing to look at again."""
        journey = self._journey
        wait = journey.until_second_look()
        if wait is None or self._stopping:
            return False
        await self._pause(wait)
        for one in journey.second_looks():
            self._second_looks[one.target.url] = one.look
            self._queue(one.target)
        benched, self._benched = self._benched, []
        for target in benched:
            self._queue(target)
        self._last_chance = True
        self._pump()
        await self._until(lambda: not self._in_flight and not self._queued)
        return True

    def _queue(self, target: Target) -> None:
        if target.lane is Lane.PAGE:
            self._frontier.pages.append(target)
        elif target.lane is Lane.EXTERNAL:
            self._frontier.externals.add(target)
        else:
            self._frontier.others.append(target)

    def _leave_out_benched(self) -> None:
        for target in self._benched:
            self._frontier.leave_out(target, Skipped.HOST_DOWN)
        self._benched.clear()

    # -- requests ------------------------------------------------------------------------------------------

    @property
    def _in_flight(self) -> int:
        return self._pages_in_flight + self._others_in_flight + self._externals_in_flight

    @property
    def _queued(self) -> int:
        frontier = self._frontier
        return len(frontier.pages) + len(frontier.others) + len(frontier.externals)

    def _pump(self) -> None:
        """Hand as many targets to the engine as there is room for."""
        if self._stopping:
            return
        frontier = self._frontier
        while frontier.pages and self._pages_in_flight + self._others_in_flight < self._own_limit:
            self._pages_in_flight += self._ask(frontier.pages.popleft())
        while frontier.others and self._pages_in_flight + self._others_in_flight < self._own_limit:
            self._others_in_flight += self._ask(frontier.others.popleft())
        while self._externals_in_flight < EXTERNAL_CONCURRENCY:
            target = frontier.externals.take()
            if target is None:
                break
            if self._ask(target):
                self._externals_in_flight += 1
            else:
                frontier.externals.give_back(target)

    def _ask(self, target: Target) -> bool:
        look = self._second_looks.pop(target.url, 1)
        if self._journey.politeness.is_down(hostname_of(target.url)):
            if look == 1 and self._last_chance:
                self._frontier.leave_out(target, Skipped.HOST_DOWN)
            elif look == 1:
                self._benched.append(target)
            return False
        meta = {"target": target, "look": look, "verbatim_url": True}
        request = Request(target.url, self.visited, meta=meta, dont_filter=True, errback=self.failed)
        self.crawler.engine.crawl(request)
        return True

    def _left_flight(self, target: Target) -> None:
        if target.lane is Lane.PAGE:
            self._pages_in_flight -= 1
        elif target.lane is Lane.EXTERNAL:
            self._externals_in_flight -= 1
            self._frontier.externals.give_back(target)
        else:
            self._others_in_flight -= 1

    # -- waiting -------------------------------------------------------------------------------------------

    async def _pause(self, seconds: float) -> None:
        over = asyncio.Event()

        def end() -> None:
            over.set()
            self._wake()

        timer = asyncio.get_running_loop().call_later(seconds, end)
        await self._until(over.is_set)
        timer.cancel()

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not (reached() or self._broken or (self._stopping and not self._in_flight)):
            self._woken = asyncio.get_running_loop().create_future()
            await self._woken
            self._woken = None

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def _end_with(self, error: BaseException) -> None:
        self._journey.error = self._journey.error or error
        self._stopping = self._broken = True
        self.visitor.stop()
        self._wake()
