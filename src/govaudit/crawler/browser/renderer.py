"""Chromium: started behind the proxy, one page at a time opened, looked at and closed again."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout
from playwright.async_api import async_playwright

from govaudit.crawler.browser.gate import Fence, Gate
from govaudit.crawler.reading.words import words
from govaudit.inspection.facts import Concealed
from govaudit.inspection.sight import BrokenRule
from govaudit.inspection.urls import canonical, hostname_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from playwright.async_api import (
        Browser,
        BrowserContext,
        Dialog,
        ElementHandle,
        Page,
        Playwright,
        Request,
        Response,
    )

    from govaudit.crawler.browser.proxy import GuardProxy
    from govaudit.inspection.run import Network

_LOAD_SECONDS = 30.0
_QUIET_SECONDS = 10.0
_TURN_SECONDS = 5.0
"""How long the next page of a list may take."""
_PAGE_SECONDS = 75.0
"""Everything that is done with one page."""
_STILL = 0.5
"""Seconds without any request after which a page is held to be complete."""
_CLOSING_SECONDS = 5.0
_MOST_NOTES = 20
_LONGEST_NOTE = 200
_PICTURE_SECONDS = 10.0
_PICTURE_QUALITY = 80
"""Of JPEG: letters stay sharp, and a picture of a page weighs some 100 KB."""
_MOST_CONCEALED = 50
_RULES_SECONDS = 20.0
_UNFRAMED = "() => document.querySelectorAll('[data-govaudit=frame]').forEach((one) => one.remove())"
_LONGEST_PAGE = 5_000_000
"""Characters of a page as the browser holds it."""
_WRITING = frozenset(["script", "xhr", "fetch"])
"""Requests without which a page may be incomplete."""
_SPARED = ("ERR_BLOCKED_BY_CLIENT", "ERR_ABORTED")
_DEVICE = {"width": 1366, "height": 768}
_QUIETLY = """
window.open = () => null;
HTMLFormElement.prototype.submit = () => {};
HTMLFormElement.prototype.requestSubmit = () => {};
addEventListener("submit", (event) => { event.preventDefault(); event.stopImmediatePropagation(); }, true);
"""
_REASONS = (
    ("ERR_CERT", Reason.TLS),
    ("ERR_SSL", Reason.TLS),
    ("ERR_TIMED_OUT", Reason.TIMEOUT),
    ("ERR_TUNNEL", Reason.CONNECT),
    ("ERR_PROXY", Reason.CONNECT),
    ("ERR_EMPTY_RESPONSE", Reason.RESET),
    ("ERR_CONNECTION", Reason.RESET),
)


@dataclass(frozen=True, slots=True)
class Click:
    """What a page did about a click on a link. ``asked``: it asked the visitor, or showed words of a prompt; ``held``:
    it kept the browser from following; ``opened``: where its scripts wanted to go; ``leads``: where the link leads
    then."""

    asked: bool
    held: bool
    opened: tuple[str, ...]
    leads: str


@dataclass(slots=True)
class View:
    """A page as the browser shows it. ``address``: where it stands then (a redirect or a script may have changed it);
    ``reason``/``detail``: why it could not be shown; ``left_for``: where a script
    sends the visitor; ``charset``: in which the page is written; ``failed``: requests of its scripts without an
    answer, each with what happened; ``complaints``: errors of its scripts; ``dialogs``: questions that it asked."""

    url: str
    address: str = ""
    status: int = 0
    reason: Reason | None = None
    detail: str = ""
    html: str = ""
    charset: str = "utf-8"
    left_for: str = ""
    settled: bool = False
    crashed: bool = False
    dialogs: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _page: Page | None = None
    _gate: Gate | None = None
    _traffic: _Traffic | None = None

    async def next_list_page(self, number: int) -> str:
        """Have the page's own pager show list page ``number``: the page then, empty when there is no such control or
        nothing changes. Where the control leads to another address, ``left_for`` names it."""
        try:
            return await self._turned(number)
        except PlaywrightError:
            return ""

    async def _turned(self, number: int) -> str:
        control = await self._control(number)
        if control is None or self._page is None or self._traffic is None or self._gate is None:
            return ""
        before = await _shown_text(self._page)
        await control.evaluate("(element) => element.click()")
        deadline = time.monotonic() + _TURN_SECONDS
        while time.monotonic() < deadline:
            await self._traffic.fall_silent(deadline - time.monotonic())
            if self._gate.left_for:
                self.left_for = self._gate.left_for
                return ""
            if await _shown_text(self._page) != before:
                return await _content(self._page)
            await asyncio.sleep(_STILL / 5)
        return ""

    async def has_next_list_page(self, number: int) -> bool:
        """Whether the page's pager leads on to list page ``number``."""
        try:
            return await self._control(number) is not None
        except PlaywrightError:
            return True

    @property
    def complete(self) -> bool:
        """Whether everything that its scripts write is there, as far as anybody can tell."""
        return self.settled and not (self.failed or self.complaints or self.left_for or self.reason)

    async def fate_of(self, fragment: str) -> str:
        """What becomes of a fragment: ``found`` on the page, ``used`` by a script, ``idle``; empty when the page does
        not tell."""
        if self._page is None:
            return ""
        try:
            return str(await self._page.evaluate(_script("fragment.js"), {"fragment": fragment}))
        except PlaywrightError:
            return ""

    async def scripts_say(self, pattern: str, spared: Collection[str]) -> bool:
        """Whether a script of the page matches a pattern; files with a name that holds one of ``spared`` are known
        libraries. ``True`` when that cannot be told."""
        if self._page is None:
            return True
        try:
            session = await self._page.context.new_cdp_session(self._page)
            scripts: dict[str, str] = {}
            session.on("Debugger.scriptParsed", lambda one: scripts.update({one["scriptId"]: one["url"]}))
            await session.send("Debugger.enable")
            for number, url in scripts.items():
                file = url.partition("?")[0].rpartition("/")[2].lower()
                if url.partition("#")[0] != self._page.url.partition("#")[0] and any(
                    name in file for name in spared
                ):
                    continue
                query = {"scriptId": number, "query": pattern, "isRegex": True}
                if (await session.send("Debugger.searchInContent", query))["result"]:
                    return True
        except PlaywrightError:
            return True
        return False

    async def clicked(self, raw: str, words: Sequence[str]) -> Click | None:
        """What the page does about a click on the link with ``raw`` as its address, which it is not left by. ``None``:
        there is no such link. ``words``: of a prompt."""
        if self._page is None or self._gate is None:
            return None
        self._gate.left_for, dialogs = "", self.dialogs
        try:
            told = await self._page.evaluate(_script("click.js"), {"raw": raw, "words": list(words)})
        except PlaywrightError:
            return None
        if told is None:
            return None
        opened = [*told["opened"], *([self._gate.left_for] if self._gate.left_for else [])]
        asked = bool(told["asked"]) or self.dialogs > dialogs
        return Click(asked, bool(told["held"]), tuple(opened), str(told["leads"]))

    async def concealed_links(self) -> list[Concealed]:
        """Links to other hosts that a visitor of the page does not see, one of each host."""
        if self._page is None:
            return []
        try:
            return msgspec.convert(
                await self._page.evaluate(_script("concealed.js"), {"most": _MOST_CONCEALED}), list[Concealed]
            )
        except PlaywrightError:
            return []

    async def broken_rules(self) -> tuple[list[BrokenRule], str]:
        """Rules of the accessibility guidelines that the page breaks, and why they could not be tested."""
        program = _axe()
        if self._page is None or not program:
            return [], "axe-core"
        try:
            await self._page.evaluate(program)
            async with asyncio.timeout(_RULES_SECONDS):
                told = await self._page.evaluate(_script("rules.js"))
        except TimeoutError:
            return [], f"axe-core: not done within {_RULES_SECONDS:g} s"
        except PlaywrightError as error:
            return [], f"axe-core: {_first_line(error)}"
        return [_broken_rule(one) for one in told], ""

    async def width_in(self, width: int) -> int:
        """Points that the page takes in a window of ``width`` points; 0 when that cannot be told."""
        if self._page is None or self._traffic is None:
            return 0
        try:
            await self._page.set_viewport_size({"width": width, "height": _DEVICE["height"]})
            await self._traffic.fall_silent(2 * _STILL)
            return int(await self._page.evaluate(_script("width.js")))
        except PlaywrightError:
            return 0

    async def picture(self) -> bytes:
        """A JPEG of what the page shows first; empty when it cannot be taken."""
        if self._page is None:
            return b""
        try:
            return await self._page.screenshot(
                type="jpeg", quality=_PICTURE_QUALITY, timeout=_PICTURE_SECONDS * 1000, animations="disabled"
            )
        except PlaywrightError:
            return b""

    async def picture_of(self, xpath: str, raw: str, text: str) -> tuple[bytes, str]:
        """A JPEG of what is around the element that bears a reference, with a frame around it; or empty, and why there
        is none: a value of ``NoShot``."""
        if self._page is None or self._traffic is None:
            return b"", "page"
        try:
            where = {"xpath": xpath, "raw": raw, "text": text}
            why = str(await self._page.evaluate(_script("framed.js"), where))
            if why:
                return b"", why
            # What only loads when it comes into sight.
            await self._traffic.fall_silent(2 * _STILL)
            picture = await self.picture()
            await self._page.evaluate(_UNFRAMED)
        except PlaywrightError:
            return b"", "page"
        return picture, "" if picture else "page"

    async def _control(self, number: int) -> ElementHandle | None:
        if self._page is None:
            return None
        handle = await self._page.evaluate_handle(_script("pager.js"), {**_pager_words(), "number": number})
        return handle.as_element()


class _Traffic:
    """Requests that a page still waits for."""

    def __init__(self) -> None:
        self._open: set[Request] = set()
        self._last = time.monotonic()

    def began(self, request: Request) -> None:
        self._open.add(request)
        self._last = time.monotonic()

    def ended(self, request: Request) -> None:
        self._open.discard(request)
        self._last = time.monotonic()

    async def fall_silent(self, limit: float) -> bool:
        """Wait until nothing was loading for a moment. ``False``: that took longer than ``limit`` seconds."""
        deadline = time.monotonic() + limit
        while (now := time.monotonic()) < deadline:
            if not self._open and now - self._last >= _STILL:
                return True
            await asyncio.sleep(_STILL / 10)
        return False


class Renderer:
    """One browser and its one context. Pages of the site are opened in it one after another or side by side."""

    def __init__(
        self,
        program: str,
        proxy: GuardProxy,
        fence: Fence,
        network: Network,
        *,
        home: str,
        heard: Callable[[str, int, str], None],
    ) -> None:
        """``heard``: is told of every answer: host, status (0: none), ``Retry-After``."""
        self._program = program
        self._proxy = proxy
        self._fence = fence
        self._network = network
        self._home = home
        self._heard = heard
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._context: BrowserContext | None = None
        self.name = ""
        """Name and version of the browser."""

    async def start(self) -> None:
        """Start the browser, or start it anew. Raises ``PlaywrightError``."""
        await self._stop_browser()
        if self._driver is None:
            self._driver = await async_playwright().start()
        self._browser = await _launched(self._driver, self._program, _arguments(self._proxy.port))
        self.name = f"{self._program.rpartition('/')[2]} {self._browser.version}"
        self._context = await self._browser.new_context(
            user_agent=self._network.user_agent,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": _DEVICE["width"], "height": _DEVICE["height"]},
            accept_downloads=False,
            service_workers="block",
        )
        await self._context.add_init_script(_QUIETLY)
        if self._network.cookies:
            pairs = [one.partition("=") for one in self._network.cookies]
            await self._context.add_cookies(
                [
                    {"name": name.strip(), "value": value.strip(), "url": self._home}
                    for name, _, value in pairs
                ]
            )

    @property
    def alive(self) -> bool:
        """Whether the browser runs."""
        return self._browser is not None and self._browser.is_connected()

    async def close(self) -> None:
        """End the browser and everything that belongs to it."""
        await self._stop_browser()
        if self._driver is not None:
            with suppress(PlaywrightError, TimeoutError, OSError):
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await self._driver.stop()
            self._driver = None

    async def _stop_browser(self) -> None:
        browser, self._browser, self._context = self._browser, None, None
        if browser is not None:
            with suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await browser.close()

    async def look(self, url: str, read: Callable[[View], Awaitable[None]]) -> View:
        """Open the page at ``url``, have it read while it is open, close it. What goes wrong is told by the view."""
        view = View(url)
        page: Page | None = None
        try:
            async with asyncio.timeout(_PAGE_SECONDS):
                page = await self._new_page()
                await self._show(page, view)
                if view.reason is None:
                    await read(view)
        except TimeoutError:
            view.reason, view.detail = Reason.TIMEOUT, f"browser: not done within {_PAGE_SECONDS:g} s"
        except PlaywrightError as error:
            view.crashed = self._broke(error)
            view.reason, view.detail = Reason.PARSE, f"browser: {_first_line(error)}"
        finally:
            if page is not None:
                with suppress(PlaywrightError, TimeoutError):
                    async with asyncio.timeout(_CLOSING_SECONDS):
                        await page.close()
        return view

    async def _new_page(self) -> Page:
        if self._context is None:
            raise PlaywrightError("browser has been closed")
        return await self._context.new_page()

    async def _show(self, page: Page, view: View) -> None:
        traffic = view._traffic = _Traffic()  # noqa: SLF001 - one module, one story
        self._listen(page, view, traffic)
        session = await page.context.new_cdp_session(page)
        gate = view._gate = Gate(self._fence, session, view.url)  # noqa: SLF001
        view._page = page  # noqa: SLF001
        await gate.close_behind()
        if not await self._load(page, view, gate):
            return
        if not gate.left_for:
            view.settled = await traffic.fall_silent(_QUIET_SECONDS) and not view.detail
        view.left_for = gate.left_for
        if view.left_for:
            return
        await page.evaluate("() => window.scrollTo(0, document.documentElement.scrollHeight)")
        view.settled = await traffic.fall_silent(_QUIET_SECONDS) and view.settled
        view.charset = await page.evaluate("() => document.characterSet")
        view.html = await _content(page)
        view.address = canonical(page.url) or view.url

    async def _load(self, page: Page, view: View, gate: Gate) -> bool:
        """Load the page, or begin to until a script leaves it. ``False``: the browser did not get it."""
        loading = asyncio.ensure_future(page.goto(view.url, timeout=_LOAD_SECONDS * 1000, wait_until="load"))
        leaving = asyncio.ensure_future(gate.left.wait())
        try:
            await asyncio.wait({loading, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if loading.done():
                loading.result()
        except PlaywrightTimeout:
            view.detail = f"browser: not loaded within {_LOAD_SECONDS:g} s"
        except PlaywrightError as error:
            if not gate.left_for:
                view.reason, view.detail = self._why(view.url, error)
                view.crashed = self._broke(error)
                return False
        finally:
            loading.cancel()
            leaving.cancel()
            await asyncio.gather(loading, leaving, return_exceptions=True)
        return True

    def _listen(self, page: Page, view: View, traffic: _Traffic) -> None:
        def failed(request: Request) -> None:
            traffic.ended(request)
            why = request.failure or ""
            if any(one in why for one in _SPARED):
                return
            host = hostname_of(canonical(request.url) or "")
            self._heard(host, 0, "")
            if request.resource_type in _WRITING:
                told = self._proxy.failure(host)
                _note(view.failed, (request.url[:_LONGEST_NOTE], told or why))

        def answered(response: Response) -> None:
            request = response.request
            host = hostname_of(canonical(request.url) or "")
            self._heard(host, response.status, response.headers.get("retry-after", ""))
            if request.is_navigation_request() and request.frame == page.main_frame:
                view.status = response.status
            if response.status >= 400 and request.resource_type in _WRITING:
                _note(view.failed, (request.url[:_LONGEST_NOTE], f"status {response.status}"))

        def said(dialog: Dialog) -> None:
            view.dialogs += 1
            asyncio.ensure_future(_dismiss(dialog))  # noqa: RUF006 - nobody waits for it

        page.on("request", traffic.began)
        page.on("requestfinished", traffic.ended)
        page.on("requestfailed", failed)
        page.on("response", answered)
        page.on("dialog", said)
        page.on("pageerror", lambda error: _note(view.complaints, _first_line(error)))

    def _broke(self, error: PlaywrightError) -> bool:
        """Whether the browser or the page in it died, and not only the page could not be shown."""
        told = error.message.lower()
        return not self.alive or any(
            sign in told for sign in ("crash", "has been closed", "connection closed")
        )

    def _why(self, url: str, error: PlaywrightError) -> tuple[Reason, str]:
        """Reason and detail of a page that the browser did not get."""
        told = self._proxy.failure(hostname_of(url))
        if told:
            return Reason.CONNECT, f"browser: {told}"
        text = _first_line(error)
        reason = next((reason for sign, reason in _REASONS if sign in text), Reason.PARSE)
        return reason, f"browser: {text}"


async def version_of(program: str) -> str:
    """Start the browser for a moment and ask for its version. Raises ``PlaywrightError``."""
    async with asyncio.timeout(_LOAD_SECONDS), async_playwright() as driver:
        browser = await _launched(driver, program, [])
        try:
            page = await browser.new_page()
            await page.set_content("<p>中文</p>")
            return browser.version
        finally:
            await browser.close()


async def _launched(driver: Playwright, program: str, arguments: list[str]) -> Browser:
    return await driver.chromium.launch(
        executable_path=program,
        args=arguments,
        ignore_default_args=["--disable-popup-blocking"],
        # Chromium refuses to run as root with its sandbox on.
        chromium_sandbox=os.geteuid() != 0,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


def _arguments(proxy_port: int) -> list[str]:
    return [
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        # Loopback, too, is asked for through the proxy; names are never resolved by the browser.
        "--proxy-bypass-list=<-loopback>",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--force-webrtc-ip-handling-policy",
        "--disable-quic",
        "--disable-remote-fonts",
        "--disable-gpu",
        "--renderer-process-limit=2",
        "--js-flags=--max-old-space-size=512",
    ]


async def _dismiss(dialog: Dialog) -> None:
    with suppress(PlaywrightError):
        await dialog.dismiss()


async def _content(page: Page) -> str:
    return (await page.content())[:_LONGEST_PAGE]


async def _shown_text(page: Page) -> str:
    return str(await page.evaluate("() => document.body ? document.body.innerText : ''"))[:_LONGEST_PAGE]


def _note(notes: list[Any], note: Any) -> None:
    if len(notes) < _MOST_NOTES and note not in notes:
        notes.append(note)


def _first_line(error: PlaywrightError) -> str:
    return error.message.strip().partition("\n")[0][:_LONGEST_NOTE]


@cache
def _axe() -> str:
    """The text of axe-core; empty where its package is not installed."""
    try:
        return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    except ModuleNotFoundError:
        return ""


def _broken_rule(told: dict[str, Any]) -> BrokenRule:
    numbers = (tag.removeprefix("wcag") for tag in told["criteria"])
    return BrokenRule(
        told["rule"],
        tuple(f"{number[0]}.{number[1]}.{number[2:]}" for number in numbers),
        told["places"],
        told["xpath"],
        told["shown"],
    )


@cache
def _script(name: str) -> str:
    lines = (files("govaudit.crawler.browser") / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("//"))


@cache
def _pager_words() -> dict[str, list[str]]:
    return {
        "next": [*words("lists", "next"), *words("lists", "load-more")],
        "marks": list(words("lists", "next-marks")),
    }
