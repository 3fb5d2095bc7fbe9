"""A world of sites for the watch in virtual time: what a visit finds there is said by the test, moment by moment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.probes.availability import HomePage, HomeVisit
from govaudit.inspection.run import BEIJING
from govaudit.inspection.site import Site
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason
from govaudit.inspection.watch_log import Look, Outcome
from govaudit.inspection.watch_settings import WatchSettings, WebhookSettings
from govaudit.workflow.watch import Watch
from govaudit.workflow.watch_events import Event
from tests.support.virtual_time import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from govaudit.inspection.watch_log import WatchLog

DAY = 86_400
SETTINGS = WatchSettings(webhook=WebhookSettings(url="http://127.0.0.1/"))
"""With a channel, so that events stay in the outbox for the test to read."""

OPEN = Look(4, Outcome.OPEN, status=200, after=0.3, seconds=0.3)
REFUSED = Look(4, Outcome.FAILED, step="tcp", reason=Reason.CONNECT, error="refused", after=7.0, tries=4)
BROKEN = Look(
    4, Outcome.FAILED, reason=Reason.SERVER_ERROR, status=503, error="status 503", after=7.0, tries=4
)


def sites(count: int) -> list[Site]:
    """Sites on servers of their own."""
    return [
        Site(url=f"http://s{number}.gov.cn/", code=f"44010000{number:02}", name=f"网站{number}")
        for number in range(count)
    ]


def page(title: str = "某市", *scripts: str) -> HomePage:
    """A home page."""
    tags = "".join(f'<script src="http://{host}/x.js"></script>' for host in scripts)
    html = f"<html><head><title>{title}</title>{tags}</head><body><p>正文</p></body></html>"
    return HomePage("http://s0.gov.cn/", "text/html; charset=utf-8", html.encode())


@dataclass
class World:
    """``finds``: host and UTC seconds → look (and page); ``controls``: whether a control answers;
    ``one_server``: all sites have the same address."""

    start: datetime
    finds: Callable[[str, float], Look | tuple[Look, HomePage]] = lambda _host, _at: OPEN
    controls: Callable[[str, float], bool] = lambda _url, _at: True
    one_server: bool = False
    visits: list[tuple[str, float]] = field(default_factory=list)
    knocks: list[str] = field(default_factory=list)

    def now(self) -> float:
        """UTC seconds: virtual time since ``start``."""
        return self.start.timestamp() + asyncio.get_running_loop().time() - 1000.0

    async def visit(self, url: str) -> HomeVisit:
        """As ``Prober.visit``."""
        host, at = hostname_of(url), self.now()
        self.visits.append((host, at))
        found = self.finds(host, at)
        look, home = found if isinstance(found, tuple) else (found, None)
        await asyncio.sleep(look.after)
        place = "one" if self.one_server else f"place of {host}"
        return HomeVisit((look,), home, ("203.0.113.7",), place)

    async def answers(self, url: str, _family: int) -> bool:
        """As ``Prober.answers``."""
        self.knocks.append(url)
        await asyncio.sleep(0.1)
        return self.controls(url, self.now())

    def watch(
        self,
        log: WatchLog,
        listed: Sequence[Site],
        seconds: float,
        settings: WatchSettings = SETTINGS,
        changed: Callable[[], Sequence[Site] | None] = lambda: None,
    ) -> Watch:
        """Watch for so many seconds of virtual time, from ``start``, and move ``start`` on."""

        async def watching() -> Watch:
            watcher = Watch(log, listed, settings, self, clock=self.now, changed=changed)
            asyncio.get_running_loop().call_later(seconds, watcher.stop)
            await watcher.run()
            return watcher

        watcher = run(watching())
        self.start = self.start.fromtimestamp(self.start.timestamp() + seconds, BEIJING)
        return watcher


def posted(log: WatchLog) -> list[Event]:
    """Everything that waits to be told."""
    return [msgspec.json.decode(one.event, type=Event) for one in log.waiting("webhook", 1e12, 10_000)]
