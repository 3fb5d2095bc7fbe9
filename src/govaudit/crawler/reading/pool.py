"""Reading beside the crawl: a site that answers fast is read on the processors that the crawl leaves free.

Pages wait in one queue. Workers take from it, and so does the crawl's own process, a page at a time, so that
neither waits for the other.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.reading.worker import LENGTH, ReadReply, ReadRequest, read_here

if TYPE_CHECKING:
    from collections.abc import Callable

_WAITING = 4
"""Pages that wait when other processes are started to read them."""
_AHEAD = 8
"""Pages that a worker is given ahead, so that it does not idle while this process reads one itself."""


class ReaderDiedError(Exception):
    """The reader did not survive a page."""


class _Order:
    """A page to read and whoever waits for it."""

    __slots__ = ("reply", "request")

    def __init__(self, request: ReadRequest) -> None:
        self.request = request
        self.reply: asyncio.Future[ReadReply] = asyncio.get_running_loop().create_future()

    def fail(self, why: str) -> None:
        if not self.reply.done():
            self.reply.set_exception(ReaderDiedError(why))

    def fill(self, reply: ReadReply) -> None:
        if not self.reply.done():
            self.reply.set_result(reply)


class _Worker:
    """A process and the orders that it has been given, first the one that it reads."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        feed: Callable[[], None],
    ) -> None:
        """``feed`` is called when the worker has room."""
        self.process = process
        self.sink = sink
        self.orders: deque[_Order] = deque()
        self.alive = True
        self._source = source
        self._feed = feed
        self._decoder = msgspec.msgpack.Decoder(ReadReply)
        self._encoder = msgspec.msgpack.Encoder()
        self.listening = asyncio.create_task(self._listen())

    def give(self, order: _Order) -> None:
        frame = self._encoder.encode(order.request)
        self.orders.append(order)
        self.sink.write(LENGTH.pack(len(frame)) + frame)

    async def _listen(self) -> None:
        """Take replies in the order of the requests until the worker ends. The page it was at has failed then."""
        with suppress(asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError):
            while True:
                (length,) = LENGTH.unpack(await self._source.readexactly(LENGTH.size))
                reply = self._decoder.decode(await self._source.readexactly(length))
                self.orders.popleft().fill(reply)
                self._feed()
        self.alive = False
        with suppress(ProcessLookupError):
            self.process.kill()
        code = await self.process.wait()
        if self.orders:
            self.orders.popleft().fail(f"exit code {code}")
        self._feed()


class ReadingPool:
    """Reads pages, with or without workers."""

    def __init__(self) -> None:
        self._workers: list[_Worker] = []
        self._orders: deque[_Order] = deque()
        self._reading_here: asyncio.Task[None] | None = None
        self._allowed = 0
        self._starting: asyncio.Task[None] | None = None

    def allow(self, workers: int) -> None:
        """Allow so many processes. They are started when pages begin to wait: a site of a few pages is read sooner than
        they are ready."""
        self._allowed = workers

    async def start(self, workers: int) -> None:
        """Start ``workers`` processes."""
        for _ in range(workers):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "govaudit.crawler.reading.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=2**22,
            )
            if process.stdin is not None and process.stdout is not None:
                self._workers.append(_Worker(process, process.stdout, process.stdin, self._feed))
                self._feed()

    async def read(self, request: ReadRequest) -> ReadReply:
        """What a page says. Raises ``ReaderDiedError`` when the reader did not survive it."""
        order = _Order(request)
        self._orders.append(order)
        if self._starting is None and self._allowed and len(self._orders) > _WAITING:
            self._starting = asyncio.create_task(self.start(self._allowed))
        self._feed()
        return await order.reply

    def _feed(self) -> None:
        """Hand waiting orders to workers with room; what is left is read here."""
        for worker in self._workers:
            if not worker.alive:
                self._orders.extendleft(reversed(worker.orders))
                worker.orders.clear()
                continue
            while self._orders and len(worker.orders) < _AHEAD:
                worker.give(self._orders.popleft())
        if self._orders and (self._reading_here is None or self._reading_here.done()):
            self._reading_here = asyncio.create_task(self._read_here())

    async def _read_here(self) -> None:
        while self._orders:
            order = self._orders.popleft()
            try:
                order.fill(read_here(order.request))
            except Exception as error:  # noqa: BLE001 - no single page ends a crawl; it is recorded as unread
                order.fail(f"{type(error).__name__}: {error}")
            await asyncio.sleep(0)

    async def close(self) -> None:
        """End all workers. What they were given has been answered by then, or nobody waits for it any more."""
        if self._starting is not None:
            await self._starting
        for worker in self._workers:
            worker.sink.close()
            await worker.listening
        self._workers.clear()
