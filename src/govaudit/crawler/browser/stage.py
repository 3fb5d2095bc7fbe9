"""The browser's turn in a crawl: what only scripts write is opened, read, and what it leads to is visited."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from govaudit.crawler.browser.choice import chosen, family_of, may_be_opened, unexpected_families
from govaudit.crawler.browser.gate import Fence
from govaudit.crawler.browser.installed import find_browser
from govaudit.crawler.browser.proxy import GuardProxy
from govaudit.crawler.downloader.politeness import Turn
from govaudit.crawler.reading.pool import ReaderDiedError
from govaudit.crawler.reading.private import withhold
from govaudit.crawler.reading.worker import ReadRequest
from govaudit.inspection.errors import InputError
from govaudit.inspection.facts import PageKind, Probe, RawLink, Rendering, Tag
from govaudit.inspection.packed_reading import Unpacker
from govaudit.inspection.urls import canonical, hostname_of, without_www
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from govaudit.crawler.browser.renderer import Renderer, View
    from govaudit.crawler.journey import Journey
    from govaudit.inspection.fact_tables import ScriptedPage
    from govaudit.inspection.fact_writer import FactWriter
    from govaudit.inspection.facts import Reading

_SIDE_BY_SIDE = 2
_PAGES_A_BROWSER = 100
"""Pages after which the browser is started anew: what leaks in it is gone then."""
_MOST_CRASHES = 6
"""Pages that may have another try because the browser died with them; two are open at a time."""
LIST_PAGES = 3
"""Pages of a list that are looked at where only a script turns them: enough to see the newest entries."""
_LIST_KINDS = frozenset([PageKind.COLUMN, PageKind.MESSAGE_BOARD, PageKind.OTHER])
_MANY = 0.5
"""Share of pages without any mark from which the site, not the page, is to blame."""
_WIDE = {"gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Shown:
    """What a page says as it stands in the browser."""

    reading: Reading
    links: list[RawLink]
    html: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as the browser showed it. ``shown`` is ``None`` when it could not be shown or read."""

    page: ScriptedPage
    look: Rendering
    shown: Shown | None = None
    crashed: bool = False


class BrowserStage:
    """Opens pages of one crawl in a browser. It is started when the first page needs it."""

    def __init__(self, journey: Journey, writer: FactWriter) -> None:
        self._journey = journey
        self._writer = writer
        self._plan = journey.plan
        self._installed = find_browser()
        self._mode = journey.plan.network.browser
        if self._mode == "always" and not self._installed.usable:
            raise InputError(self._installed.problem())
        self._proxy: GuardProxy | None = None
        self._renderer: Renderer | None = None
        self._crashes = 0
        self._opened = 0
        self._tasks: set[asyncio.Future[Any]] = set()
        self._unpacker = Unpacker()
        self._stopped = False
        self.told = ""
        """How far it is: ``3/20``."""

    async def run(self, tell: Callable[[], None]) -> None:
        """Open everything that needs it and was not opened yet; what was seen is recorded in a fixed order."""
        if self._mode == "never" or self._stopped:
            return
        self._journey.recorder.commit()
        due = self._due()
        if not due:
            return
        if not self._installed.usable:
            self._note_browser("", f"missing: {self._installed.missing}")
            self._stopped = True
            return
        total, done = len(due), 0

        def take(rendered: Rendered) -> None:
            nonlocal done
            self._journey.recorder.record_rendering(rendered.page, rendered.look, rendered.shown)
            done += 1
            self.told = f"{done}/{total}"
            tell()

        while due and not self._is_over() and await self._start():
            await self._open([due.popleft() for _ in range(min(len(due), _PAGES_A_BROWSER))], take)
        self._journey.recorder.commit()
        self._learn()

    async def look(self, url: str, read: Callable[[View], Awaitable[None]]) -> View | None:
        """Have a page read once more while it is open, beside what is recorded. ``None``: there is no browser to do it,
        or no time."""
        if self._mode == "never" or not self._installed.usable or self._is_over() or not await self._start():
            return None
        renderer = self._renderer
        assert renderer is not None, "just started"  # noqa: S101
        self._opened += 1
        task = asyncio.ensure_future(renderer.look(url, read))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await task
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            return None

    def stop(self) -> None:
        """End soon; pages that are open are not recorded."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """End the browser."""
        if self._renderer is not None:
            await self._renderer.close()
            self._renderer = None
        if self._proxy is not None:
            await self._proxy.close()
            self._proxy = None

    # -- what is opened ------------------------------------------------------------------------------------

    def _due(self) -> deque[ScriptedPage]:
        if self._mode == "always":
            rows = self._writer.scripted_pages(everything=True)
            return deque(page for page in rows if not page.rendered and may_be_opened(page))
        limit = self._plan.budget.browser_pages
        room = max(0, limit - self._writer.rendered())
        if limit and not room:
            return deque()
        odd = self._others_are_marked()
        rows = (page for page in self._writer.scripted_pages() if page.parts or odd)
        return deque(chosen(rows, in_navigation=self._journey.frontier.is_navigation, most=room))

    def _others_are_marked(self) -> bool:
        """Whether most pages carry marks, so that one without any is odd."""
        return 0 < self._writer.unmarked_pages() < _MANY * self._journey.recorder.pages

    def _learn(self) -> None:
        """What scripts turned out to write on the samples of a template they write on all of its pages."""
        if self._mode == "always" or not self._others_are_marked():
            return
        families = unexpected_families(self._writer.scripted_pages())
        if not families:
            return
        for page in self._writer.scripted_pages():
            if not (page.rendered or page.marked) and family_of(page) in families:
                self._writer.note_scripted(page.url_id, (*page.parts, "footer"), unmarked=True)
        self._journey.recorder.commit()

    def _is_over(self) -> bool:
        return self._stopped or self._journey.out_of_time()

    # -- the browser ---------------------------------------------------------------------------------------

    async def _start(self, *, anew: bool = False) -> bool:
        """Start the browser, or start it anew (after many pages, or because it died). ``False``: it does not
        start; the crawl goes on without it."""
        from playwright.async_api import Error  # noqa: PLC0415 - an optional library, loaded when it is used

        from govaudit.crawler.browser.renderer import Renderer  # noqa: PLC0415

        journey, network = self._journey, self._plan.network
        if self._proxy is None:
            self._proxy = GuardProxy(
                journey.visitor.where, self._turn,
                may_ask=lambda url: journey.frontier.is_the_site(journey.visitor.published(url)),
                may_post=lambda url: self._may_post(journey.visitor.published(url)),
                connect_timeout=network.connect_timeout, most_bytes=network.max_body_bytes,
            )  # fmt: skip
            await self._proxy.start()
        if self._renderer is None:
            self._renderer = Renderer(
                self._installed.program, self._proxy,
                Fence(
                    journey.owns, self._may_post, self._turn, network.headers,
                    asked=journey.visitor.asked if network.stand_ins else None,
                ),
                network,
                home=journey.home,
                heard=lambda host, status, after: journey.politeness.heard(
                    host, status, None if status else Reason.RESET, after
                ),
            )  # fmt: skip
        if not anew and self._renderer.alive and self._opened < _PAGES_A_BROWSER:
            return True
        self._opened = 0
        try:
            await self._renderer.start()
        except Error as error:
            _LOG.error("browser does not start: %s", error.message)
            self._note_browser("", error.message.strip().partition("\n")[0])
            self._stopped = True
            return False
        self._note_browser(self._renderer.name, "")
        return True

    async def _turn(self, host: str, address: str = "", port: int = 80) -> bool:
        return await self._journey.politeness.turn(host, address, port) is Turn.GRANTED

    def _note_browser(self, name: str, problem: str) -> None:
        if "browser" not in self._writer.probe_kinds():
            self._writer.add_probe(
                Probe(
                    kind="browser",
                    subject=name or self._installed.program,
                    at=time.time(),
                    result={"problem": problem},
                )
            )

    def _may_post(self, url: str) -> bool:
        """Scripts of a page may ask the site's own hosts for their lists the way they do for any visitor."""
        address = canonical(url) or ""
        if self._journey.owns(address):
            return True
        host, home = hostname_of(address), without_www(hostname_of(self._journey.home))
        return host == home or host.endswith(f".{home}")

    # -- pages ---------------------------------------------------------------------------------------------

    async def _open(self, pages: list[ScriptedPage], take: Callable[[Rendered], None]) -> None:
        """Open pages, a few at a time, and hand them on in their order. One that took the browser down with it has
        another try alone."""
        waiting = iter(pages)
        running = deque(self._task(page) for page in islice(waiting, _SIDE_BY_SIDE))
        try:
            while running:
                rendered = await self._outcome(running.popleft(), running)
                if rendered is not None:
                    take(rendered)
                following = None if self._is_over() else next(waiting, None)
                if following is not None:
                    running.append(self._task(following))
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _outcome(
        self, task: asyncio.Task[Rendered], others: deque[asyncio.Task[Rendered]]
    ) -> Rendered | None:
        """What came of a page; ``None`` when the crawl was stopped meanwhile."""
        try:
            rendered = await task
            if rendered.crashed and not self._stopped and self._crashes < _MOST_CRASHES:
                self._crashes += 1
                await asyncio.gather(*others, return_exceptions=True)
                if await self._start(anew=True):
                    rendered = await self._task(rendered.page)
        except asyncio.CancelledError:
            if not self._stopped:
                raise
        return None if self._stopped else rendered

    def _task(self, page: ScriptedPage) -> asyncio.Task[Rendered]:
        task = asyncio.create_task(self._rendered(page))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _rendered(self, page: ScriptedPage) -> Rendered:
        renderer = self._renderer
        assert renderer is not None, "started before pages are opened"  # noqa: S101
        self._opened += 1
        at, started = time.time(), time.monotonic()
        reply: Shown | None = None
        shown = 1

        async def read(view: View) -> None:
            nonlocal reply, shown
            if view.left_for == page.final_url:
                view.reason, view.detail = Reason.PARSE, "browser: the page loads itself again and again"
            elif view.left_for:
                reply = _led_on(await self._read("", view, page), view.left_for)
            elif 200 <= view.status < 300:
                reply, shown = await self._read_lists(view, page)

        view = await renderer.look(page.final_url, read)
        if reply is not None and reply.reading.kind is PageKind.CHALLENGE:
            view.reason, view.detail = Reason.BLOCKED_PAGE, f"wall: {reply.reading.challenge}"
        elif view.status >= 400:
            view.reason = view.reason or Reason.BLOCKED_STATUS
            view.detail = view.detail or f"browser: status {view.status}"
        look = Rendering(
            at, renderer.name, round(time.monotonic() - started, 3), view.status, view.reason, view.detail,
            view.settled, shown, tuple(view.failed), tuple(view.complaints),
        )  # fmt: skip
        if reply is None or view.reason is not None:
            return Rendered(page, look, crashed=view.crashed)
        reply.reading.scripted = _unanswered(reply, page, look)
        reply.html = reply.html or withhold(view.html.encode())[0].decode()
        return Rendered(page, look, reply)

    async def _read_lists(self, view: View, page: ScriptedPage) -> tuple[Shown | None, int]:
        """What the page says, with the further pages of its list that only a script shows."""
        reply = await self._read(view.html, view, page)
        if reply is None:
            return None, 1
        reading, shown = reply.reading, 1
        _without_doubles(reply)
        if reading.kind not in _LIST_KINDS or not reading.items or reading.next_page:
            return reply, shown
        while shown < LIST_PAGES:
            html = await view.next_list_page(shown + 1)
            following = await self._read(html, view, page) if html else None
            before = len(reading.items)
            if following is not None:
                reading.items += following.reading.items
                reading.private += following.reading.private
                reply.links.extend(following.links)
                _without_doubles(reply)
            if len(reading.items) == before:
                break
            shown += 1
        if view.left_for:
            reading.next_page = view.left_for
            reply.links.append(RawLink(Tag.SCRIPTED, view.left_for))
        elif shown == LIST_PAGES and await view.has_next_list_page(shown + 1):
            reading.scripted = (*reading.scripted, "more")
        return reply, shown

    async def _read(self, html: str, view: View, page: ScriptedPage) -> Shown | None:
        encoding = _WIDE.get(view.charset.lower(), "utf-8")
        label = view.charset if view.charset.lower() in _WIDE else "utf-8"
        address = view.address or page.final_url
        request = ReadRequest(
            html.encode(encoding, "xmlcharrefreplace"),
            address,
            f"text/html; charset={label}",
            self._journey.recorder.is_home(page.url),
        )
        try:
            reply = await self._journey.reading.read(request)
        except ReaderDiedError:
            return None
        reading = self._unpacker.whole(reply.packed)
        # Private numbers are masked in what is kept.
        kept = self._unpacker.body(reply.body).decode(encoding) if reply.original else html
        if address != page.final_url:
            reading.base = reading.base or address
        return Shown(reading, reply.links, kept)


def _led_on(reply: Shown | None, target: str) -> Shown | None:
    """A page whose script sends its visitors on at once."""
    if reply is None:
        return None
    reading = msgspec.structs.replace(
        reply.reading, kind=PageKind.STUB, kind_reasons=("refresh",), refresh=target, items=(), text_length=0
    )
    return Shown(reading, [RawLink(Tag.REFRESH, target)])


def _without_doubles(reply: Shown) -> None:
    reply.reading.items = tuple(dict.fromkeys(reply.reading.items))
    reply.links[:] = dict.fromkeys(reply.links)


def _unanswered(reply: Shown, page: ScriptedPage, look: Rendering) -> tuple[str, ...]:
    """Parts of the page that are still unknown: all of its scripts' where they did not get what they asked for, and
    what its source shows but the browser does not."""
    reading = reply.reading
    if reading.kind is PageKind.STUB and reading.refresh:
        return ()
    complete = look.settled and not look.failed and not look.complaints
    parts = [part for part in reading.scripted if not complete or part == "more"]
    if page.marked and not reading.marks:
        parts.append("footer")
    if page.has_menu and not reading.navigation:
        parts.append("navigation")
    return tuple(dict.fromkeys(parts))
