"""What a page may load in the browser, request by request: no pictures, no forms, no leaving the page."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from govaudit.inspection.urls import canonical, hostname_of, without_fragment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import CDPSession

_SPARED = ("Media", "Font", "EventSource", "Ping")
"""Nothing that a reading rests on."""
_JUDGED = ("Document", "XHR", "Fetch")
_READING_METHODS = frozenset(["GET", "HEAD", "OPTIONS"])
_RELOADS = 2
"""How often a page may load itself again (a first visit that sets a cookie does)."""
_PIXEL = base64.b64encode(
    base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
).decode()


@dataclass(frozen=True, slots=True)
class Fence:
    """``owns``: pages of the site; ``may_post``: addresses that scripts may send something to; ``turn``: waits until
    a host may be asked; ``headers``: sent to the site only; ``shows_pictures``: they are loaded, for a picture of the
    page, instead of a dot in their place."""

    owns: Callable[[str], bool]
    may_post: Callable[[str], bool]
    turn: Callable[[str], Awaitable[bool]]
    headers: tuple[tuple[str, str], ...] = ()
    shows_pictures: bool = False
    asked: Callable[[str], str] | None = None
    """The address that is really asked for one of the site, where something stands in for it."""


@dataclass
class Gate:
    """Decides over the requests of one page. ``left_for``: where a script wanted to send the visitor
    (then ``left`` is set)."""

    fence: Fence
    session: CDPSession
    url: str
    left_for: str = ""
    left: asyncio.Event = field(default_factory=asyncio.Event)
    _frame: str = ""
    _loads: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def close_behind(self) -> None:
        """Begin to decide."""
        tree = await self.session.send("Page.getFrameTree")
        self._frame = tree["frameTree"]["frame"]["id"]
        kinds = ["Image", *_SPARED, *_JUDGED]
        if self.fence.headers or self.fence.asked:
            kinds += ["Script", "Stylesheet"]
        self.session.on("Fetch.requestPaused", self._paused)
        await self.session.send("Fetch.enable", {"patterns": [{"resourceType": kind} for kind in kinds]})

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._decide(event))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # The page may be closed while its requests are decided: nobody waits for the answer then.
            task.exception()

    async def _decide(self, event: dict[str, Any]) -> None:
        kind = event["resourceType"]
        if kind == "Image":
            await (self._go_on(event) if self.fence.shows_pictures else self._show_nothing(event))
        elif kind in _SPARED:
            await self._fail(event, "BlockedByClient")
        elif kind == "Document":
            await self._document(event)
        elif self._may_send(event["request"]):
            await self._go_on(event)
        else:
            await self._fail(event, "AccessDenied")

    def _may_send(self, request: dict[str, Any]) -> bool:
        method = request["method"]
        return method in _READING_METHODS or (method == "POST" and self.fence.may_post(request["url"]))

    async def _document(self, event: dict[str, Any]) -> None:
        request = event["request"]
        url = without_fragment(canonical(request["url"]) or "")
        owned = bool(url) and self.fence.owns(url)
        if request["method"] != "GET":
            await self._fail(event, "BlockedByClient")
        elif event["frameId"] != self._frame:
            await (self._go_on(event) if owned else self._fail(event, "BlockedByClient"))
        elif owned and (self._is_first(event) or self._is_reload(url)):
            await self._go_on(event)
        else:
            self.left_for = self.left_for or url
            self.left.set()
            await self._fail(event, "Aborted")

    def _is_first(self, event: dict[str, Any]) -> bool:
        if event.get("redirectedRequestId"):
            return True
        self._loads += 1
        return self._loads == 1

    def _is_reload(self, url: str) -> bool:
        return url == self.url and self._loads <= 1 + _RELOADS

    async def _go_on(self, event: dict[str, Any]) -> None:
        request = event["request"]
        if request["url"].startswith("https:") and event["resourceType"] in (*_JUDGED, "Image"):
            # The proxy counts plain requests; of encrypted ones it sees only the connection.
            await self.fence.turn(hostname_of(request["url"]))
        answer: dict[str, Any] = {"requestId": event["requestId"]}
        if self.fence.asked is not None:
            answer["url"] = self.fence.asked(request["url"])
        if self.fence.headers and self.fence.owns(request["url"]):
            headers = {**request["headers"], **dict(self.fence.headers)}
            answer["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
        await self.session.send("Fetch.continueRequest", answer)

    async def _fail(self, event: dict[str, Any], why: str) -> None:
        await self.session.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": why})

    async def _show_nothing(self, event: dict[str, Any]) -> None:
        """A picture of one dot: scripts that replace or hide broken pictures find nothing to do."""
        await self.session.send(
            "Fetch.fulfillRequest",
            {
                "requestId": event["requestId"],
                "responseCode": 200,
                "responseHeaders": [{"name": "Content-Type", "value": "image/gif"}],
                "body": _PIXEL,
            },
        )
