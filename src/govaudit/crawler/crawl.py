"""The crawl of one site: plan in, fact store out."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import msgspec
import uvloop
from scrapy.crawler import AsyncCrawlerRunner

from govaudit.crawler.afterwards import measure_afterwards
from govaudit.crawler.earlier import ContradictedError, open_earlier
from govaudit.crawler.journey import Journey
from govaudit.crawler.settings import scrapy_settings
from govaudit.crawler.spiders.portal import PortalSpider
from govaudit.inspection.fact_writer import FactWriter, store_error
from govaudit.inspection.run import CrawlPlan, CrawlState, FamilySizes, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from govaudit.crawler.dual_stack import DualStack
    from govaudit.crawler.earlier import Earlier


_GC_THRESHOLDS = (50_000, 50, 50)
_IPV6_KINDS = frozenset({"self-check", "dns", "reach"})
_TLS_KINDS = frozenset({"tls", "home-answer"})


def crawl(
    plan: CrawlPlan,
    path: Path,
    tell: Callable[[Progress], None],
    *,
    readers: int = 0,
    earlier: Path | None = None,
) -> CrawlState:
    """Crawl the site of ``plan`` into the store at ``path``; blocks until it is done, interrupted or failed.

    ``readers``: processes that read pages beside the crawl, for sites that may be asked without pause;
    ``earlier``: facts of the run that ``plan.earlier`` names, whose answers are taken over where the server says
    that they still hold. When its word proves untrue, the crawl starts again and fetches everything.

    An unfinished store of the same plan is gone on with, a finished one is left as it is. SIGINT and SIGTERM (in the
    main thread) end the crawl soon: everything is saved and the state says ``interrupted``. May be called again in
    the same process. Raises ``InputError`` for a store of another plan or a bad address, ``GovauditError`` when
    the store cannot be written.
    """
    try:
        try:
            return _crawl(plan, path, tell, readers=readers, earlier=earlier)
        except ContradictedError as error:
            plan = msgspec.structs.replace(plan, earlier="")
            return _crawl(plan, path, tell, readers=readers, contradicted=str(error))
    except sqlite3.OperationalError as error:
        raise store_error(error, path) from error


def _crawl(
    plan: CrawlPlan, path: Path, tell: Callable[[Progress], None], *, readers: int,
    earlier: Path | None = None, contradicted: str = "",
) -> CrawlState:  # fmt: skip
    with closing(FactWriter.open(path, plan)) as writer:
        state = writer.state
        if state.finished:
            return state
        state = msgspec.structs.replace(
            state, started_at=state.started_at or time.time(), finished_at=0.0, interrupted=False, problem="",
            network_lost=False, contradicted=state.contradicted or contradicted,
        )  # fmt: skip
        writer.set_state(state)
        if "ipv6" in plan.measures and not _IPV6_KINDS & writer.probe_kinds():
            tell(Progress(site=plan.site.key, stage="probe"))
            if not _measure(plan, writer):
                return _end(writer, interrupted=True)
        if "tls" in plan.measures and not _TLS_KINDS & writer.probe_kinds():
            tell(Progress(site=plan.site.key, stage="probe"))
            if not _measure_tls(plan, writer):
                return _end(writer, interrupted=True)
        with (
            _tuned_collector(),
            closing(open_earlier(None if state.contradicted else earlier, plan)) as known,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            journey = runner.run(_prepared(plan, writer, tell, readers=readers, earlier=known))
            runner.run(_travel(journey, path, writer))
        if isinstance(journey.error, ContradictedError):
            writer.discard()
        return _conclude(journey, writer, tell)


def _measure(plan: CrawlPlan, writer: FactWriter) -> bool:
    """Probe what the plan asks for. ``False``: interrupted."""
    from govaudit.crawler.probes import measure  # noqa: PLC0415 - only plans that ask for it need the probes

    try:
        writer.add_probes(asyncio.run(measure(plan)))
    except KeyboardInterrupt:
        return False
    return True


def _measure_tls(plan: CrawlPlan, writer: FactWriter) -> bool:
    """Measure the https entrance. ``False``: interrupted."""
    from govaudit.crawler.probes.tls import measure_tls  # noqa: PLC0415 - as above

    try:
        writer.add_probes(asyncio.run(measure_tls(plan)))
    except KeyboardInterrupt:
        return False
    return True


async def _prepared(
    plan: CrawlPlan, writer: FactWriter, tell: Callable[[Progress], None], *, readers: int, earlier: Earlier
) -> Journey:
    journey = Journey(plan, writer, tell, earlier)
    journey.reading.allow(readers)
    return journey


async def _travel(journey: Journey, path: Path, writer: FactWriter) -> None:
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    both = _both_families(journey, path, writer)
    try:
        with _signals(journey.interrupt):
            if both is not None:
                both.begin()
            await AsyncCrawlerRunner(scrapy_settings(journey.plan)).crawl(PortalSpider, journey=journey)
            await measure_afterwards(journey, path, writer)
            if both is not None:
                await both.finish()
    finally:
        if both is not None:
            await both.close()
        await journey.close()


def _both_families(journey: Journey, path: Path, writer: FactWriter) -> DualStack | None:
    """What is measured over IPv4 and IPv6, if the plan asks for any of it."""
    if "ipv6" not in journey.plan.measures or journey.plan.families == FamilySizes():
        return None
    from govaudit.crawler.dual_stack import DualStack  # noqa: PLC0415 - as above

    return DualStack(journey, path, writer)


def _conclude(journey: Journey, writer: FactWriter, tell: Callable[[Progress], None]) -> CrawlState:
    if journey.error is not None:
        tell(journey.progress("failed", str(journey.error)))
        raise journey.error
    journey.recorder.commit()
    interrupted = journey.interrupted and not journey.completed and not journey.network_lost
    problem = "" if interrupted else journey.problem()
    ended = _end(
        writer,
        interrupted=interrupted,
        problem=problem,
        network_lost=journey.network_lost,
        blocked_from=journey.blocked_from,
    )
    tell(journey.progress("interrupted" if interrupted else "failed" if problem else "done", problem))
    return ended


def _end(
    writer: FactWriter,
    *,
    interrupted: bool,
    problem: str = "",
    network_lost: bool = False,
    blocked_from: Iterable[str] = (),
) -> CrawlState:
    state = writer.state
    ended = msgspec.structs.replace(
        state,
        finished_at=max(time.time(), state.started_at),
        interrupted=interrupted,
        problem=problem,
        network_lost=network_lost,
        blocked_from=tuple(sorted({*state.blocked_from, *blocked_from})),
    )
    writer.set_state(ended)
    return ended


@contextmanager
def _signals(interrupt: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM call ``interrupt``; only the main thread is told of signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    for number in numbers:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


@contextmanager
def _tuned_collector() -> Iterator[None]:
    """What lives for the whole crawl is not searched for garbage again and again."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
