"""Pictures of flagged places, taken when a site was judged: each page is opened once more, each place framed.

The same rules hold as for the crawl: robots.txt, the pace, the hours, the proxy that refuses private addresses.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec
import uvloop

from govaudit.crawler.browser.gate import Fence
from govaudit.crawler.browser.installed import find_browser
from govaudit.crawler.browser.proxy import GuardProxy
from govaudit.crawler.downloader.politeness import Politeness, Turn
from govaudit.crawler.downloader.visit import Visitor
from govaudit.crawler.journey import home_of, shared_turns
from govaudit.crawler.robots import Robots, origin_of
from govaudit.crawler.sitemaps import LONGEST
from govaudit.inspection.facts import Lane
from govaudit.inspection.hours import parse_hours
from govaudit.inspection.shots import NoShot, Spot
from govaudit.inspection.site import SiteScope
from govaudit.inspection.urls import host_of, hostname_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from govaudit.crawler.browser.renderer import Renderer, View
    from govaudit.inspection.run import CrawlPlan

_LOG = logging.getLogger(__name__)


def capture(plan: CrawlPlan, spots: Sequence[Spot], take: Callable[[Spot, bytes], None]) -> dict[str, NoShot]:
    """Hand a JPEG of each spot to ``take``; those of one page together. Returns why the others have none, by name.

    ``plan.budget`` bounds number and time. Blocks; ``KeyboardInterrupt`` ends the browser and goes on.
    """
    if plan.network.browser == "never" or not plan.budget.screenshots:
        return {spot.name: NoShot.NOT_USED for spot in spots}
    installed = find_browser()
    if not installed.usable:
        return {spot.name: NoShot.NO_BROWSER for spot in spots}
    chosen, left = spots[: plan.budget.screenshots], spots[plan.budget.screenshots :]
    missing = {spot.name: NoShot.LIMIT for spot in left}
    for family, spots_of_family in groupby(sorted(chosen, key=_family), key=_family):
        network = msgspec.structs.replace(plan.network, family=family) if family else plan.network
        camera = _Camera(msgspec.structs.replace(plan, network=network), take)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(camera.work(installed.program, list(spots_of_family)))
        missing |= camera.missing
    return missing


def _family(spot: Spot) -> str:
    return spot.family


class _Camera:
    """The pictures of one site."""

    def __init__(self, plan: CrawlPlan, take: Callable[[Spot, bytes], None]) -> None:
        self._plan = plan
        self._take = take
        self.missing: dict[str, NoShot] = {}

    async def work(self, program: str, spots: Sequence[Spot]) -> None:
        from playwright.async_api import Error  # noqa: PLC0415 - an optional library, loaded when it is used

        taken: set[str] = set()
        why = NoShot.TIME
        try:
            async with (
                asyncio.timeout(self._plan.budget.screenshot_seconds),
                _opened(self._plan, program) as site,
            ):
                for page, of_page in groupby(_page_by_page(spots), key=lambda spot: spot.page):
                    group = list(of_page)
                    await self._page(site, page, group)
                    taken.update(spot.name for spot in group)
        except TimeoutError:
            pass
        except Error as error:
            _LOG.error("no pictures: %s", error.message)
            why = NoShot.NO_BROWSER
        self.missing |= {spot.name: why for spot in spots if spot.name not in taken}

    async def _page(self, site: _Site, page: str, spots: list[Spot]) -> None:
        waiting = dict.fromkeys(spots, NoShot.PAGE)

        async def read(view: View) -> None:
            if view.left_for or not 200 <= view.status < 300:
                return
            for spot in spots:
                if spot.family:
                    picture, why = await view.picture(), NoShot.PAGE.value
                else:
                    picture, why = await view.picture_of(spot.xpath, spot.raw, spot.text)
                if picture:
                    self._take(spot, picture)
                    del waiting[spot]
                else:
                    waiting[spot] = NoShot(why)

        if await site.may_be_read(page):
            if not site.renderer.alive:
                await site.renderer.start()
            await site.renderer.look(page, read)
        else:
            waiting = dict.fromkeys(spots, NoShot.ROBOTS)
        self.missing |= {spot.name: why for spot, why in waiting.items()}


def _page_by_page(spots: Sequence[Spot]) -> list[Spot]:
    """Those of one page together, pages in the order of their first spot."""
    order = {page: place for place, page in enumerate(dict.fromkeys(spot.page for spot in spots))}
    return sorted(spots, key=lambda spot: order[spot.page])


class _Site:
    """The site, within reach of the browser. ``renderer``: the browser, started."""

    def __init__(self, plan: CrawlPlan) -> None:
        network, clock = plan.network, asyncio.get_running_loop().time
        self._home = home_of(plan)
        self._scope = SiteScope(plan.site, frozenset(plan.other_hosts))
        self._shared = shared_turns() if network.rate else None
        self._politeness = Politeness(
            network.rate, is_own=lambda host: self._scope.owns(f"http://{host}/"), clock=clock, wall_clock=time.time,
            seed=plan.seed, shared=self._shared, hours=parse_hours(network.hours) if network.hours else None,
        )  # fmt: skip
        self._robots = Robots(self._body_of, network.user_agent, ignored=network.ignore_robots)
        self._visitor = Visitor(
            network, self._politeness, owns=self._scope.owns, may_read=self._robots.allow,
            may_ask=self._is_the_site, welcomes=self._robots.welcomes, clock=clock, wall_clock=time.time,
            home=self._home, lost=lambda: None,
        )  # fmt: skip
        self._proxy = GuardProxy(
            self._visitor.where, self._turn, may_ask=self._is_the_site, may_post=self._scope.owns,
            connect_timeout=network.connect_timeout, most_bytes=network.max_body_bytes,
        )  # fmt: skip
        self._fence = Fence(
            self._scope.owns, self._scope.owns, self._turn, network.headers, shows_pictures=True
        )
        self._network = network
        self.renderer: Renderer

    async def start(self, program: str) -> None:
        """Start proxy and browser. Raises Playwright's error."""
        from govaudit.crawler.browser.renderer import Renderer  # noqa: PLC0415 - needs the optional library

        await self._proxy.start()
        self.renderer = Renderer(
            program, self._proxy, self._fence, self._network, home=self._home,
            heard=lambda host, status, after: self._politeness.heard(
                host, status, None if status else Reason.RESET, after
            ),
        )  # fmt: skip
        await self.renderer.start()

    async def close(self) -> None:
        """Give everything back."""
        self._politeness.stop()
        if hasattr(self, "renderer"):
            await self.renderer.close()
        await self._proxy.close()
        self._visitor.close()
        if self._shared is not None:
            self._shared.close()

    async def may_be_read(self, page: str) -> bool:
        """Whether the site lets crawlers read a page."""
        delay = await self._robots.learn(origin_of(page))
        if delay and self._network.rate:
            self._politeness.slow_down(hostname_of(page), delay)
        return self._robots.allow(page)

    async def _body_of(self, url: str) -> bytes:
        visit = await self._visitor.visit(url, Lane.ATTACHMENT, limit=LONGEST)
        return visit.body if visit.fetch.opened and visit.fetch.magic != "html" else b""

    async def _turn(self, host: str, address: str = "", port: int = 80) -> bool:
        return await self._politeness.turn(host, address, port) is Turn.GRANTED

    def _is_the_site(self, url: str) -> bool:
        return host_of(url) == host_of(self._home) or self._scope.owns(url)


@asynccontextmanager
async def _opened(plan: CrawlPlan, program: str) -> AsyncIterator[_Site]:
    site = _Site(plan)
    try:
        await site.start(program)
        yield site
    finally:
        await site.close()
