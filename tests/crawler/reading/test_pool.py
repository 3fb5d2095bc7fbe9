"""Reading beside the crawl says what reading here says, and a reader that dies costs one page at most."""

from __future__ import annotations

import asyncio
import signal

import pytest

from govaudit.crawler.reading import pool as pool_module
from govaudit.crawler.reading.pool import ReaderDiedError, ReadingPool
from govaudit.crawler.reading.worker import ReadReply, ReadRequest, read_here

PAGES = [
    ReadRequest(
        f"<html><title>第{number}页</title><body><a href='/{number}'>链接{number}</a></body></html>".encode(),
        f"http://www.x.gov.cn/{number}",
        "text/html; charset=utf-8",
        number == 0,
    )
    for number in range(20)
]


@pytest.mark.parametrize("workers", [0, 1, 2])
async def test_pages_are_read_the_same_with_and_without_workers(workers: int) -> None:
    pool = ReadingPool()
    await pool.start(workers)
    replies = await asyncio.gather(*map(pool.read, PAGES))
    await pool.close()
    assert replies == [read_here(page) for page in PAGES]


@pytest.mark.parametrize(("pages", "started"), [(2, 0), (20, 1)])
async def test_workers_that_are_allowed_are_started_when_pages_wait(pages: int, started: int) -> None:
    pool = ReadingPool()
    pool.allow(1)
    replies = await asyncio.gather(*map(pool.read, PAGES[:pages]))
    assert replies == [read_here(page) for page in PAGES[:pages]]
    assert (pool._starting is not None) == bool(started)
    await pool.close()


async def test_a_worker_that_is_killed_costs_the_page_it_was_at() -> None:
    pool = ReadingPool()
    await pool.start(1)
    (worker,) = pool._workers
    worker.process.send_signal(signal.SIGSTOP)
    reading = [asyncio.ensure_future(pool.read(page)) for page in PAGES]
    await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
    worker.process.kill()
    ends = await asyncio.gather(*reading, return_exceptions=True)
    await pool.close()
    assert [type(end) for end in ends].count(ReaderDiedError) == 1
    assert sum(isinstance(end, ReadReply) for end in ends) == len(PAGES) - 1


async def test_a_page_that_breaks_the_reader_breaks_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: ReadRequest) -> ReadReply:
        if request.home:
            raise RecursionError("too deep")
        return read_here(request)

    monkeypatch.setattr(pool_module, "read_here", broken)
    pool = ReadingPool()
    ends = await asyncio.gather(*map(pool.read, PAGES), return_exceptions=True)
    assert [str(end) for end in ends if isinstance(end, Exception)] == ["RecursionError: too deep"]
    assert sum(isinstance(end, ReadReply) for end in ends) == len(PAGES) - 1
