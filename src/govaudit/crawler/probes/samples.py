"""Visits of the home page spread over the crawl, over each address family: how often it opens, and how fast.

One probe of the kind ``samples``. Subject: the home page. Result: ``limit`` (seconds within which the page has to be
there), ``ipv4`` and ``ipv6``: visits in the order in which they were made, each ``{"at", "ok", "step", "error",
"status", "dns", "connect", "tls", "first_byte", "total", "bytes"}``. ``step`` is the one that failed (``dns``,
``tcp``, ``tls``, ``http``), empty when the page opened; ``error`` begins with a named reason, or with ``no-route``
where no packet could leave this machine. Times are seconds: ``dns`` until the name server had said both kinds of
addresses, ``connect`` and ``tls`` of all connections that redirects need, ``first_byte`` from the beginning of the
visit to the first byte of the page itself, ``total`` to its end. Visits of the same number belong together: the two
families are asked one right after the other, each of them first in turn.

Between two rounds lies the plan's interval, shorter or longer by half at random. When the crawl has ended, what is
missing follows at intervals of ``LAST_INTERVAL`` at most, without any where the site may be asked without pause.
"""

from __future__ import annotations

import asyncio
import errno
import random
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.crawler.downloader.addresses import AddressGuard
from govaudit.crawler.downloader.curl import Aborted, Transfers
from govaudit.crawler.downloader.politeness import Turn
from govaudit.crawler.downloader.visit import MAX_HOPS, REDIRECTS, outcome_of, redirect_target
from govaudit.crawler.probes.dns_records import ask
from govaudit.crawler.probes.steps import Step, failed_step
from govaudit.inspection.facts import Probe
from govaudit.inspection.urls import hostname_of, port_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from govaudit.crawler.downloader.curl import Answer
    from govaudit.crawler.downloader.politeness import Politeness
    from govaudit.crawler.downloader.visit import Visitor
    from govaudit.crawler.probes.dns_records import NameRecords
    from govaudit.inspection.run import CrawlPlan

KIND = "samples"
LIMIT = 15.0
"""Seconds: the official limit for a page to be there."""
LAST_INTERVAL = 1.0
_JITTER = 0.5
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})

Family = Literal["ipv4", "ipv6"]


class Sample(msgspec.Struct, kw_only=True):
    """One visit; see above."""

    at: float
    ok: bool = False
    step: Step = ""
    error: str = ""
    status: int = 0
    dns: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0
    bytes: int = 0


class Sampler:
    """Takes the samples of one crawl. Belongs to the event loop that is running when it is made."""

    def __init__(
        self,
        plan: CrawlPlan,
        home: str,
        visitor: Visitor,
        politeness: Politeness,
        families: Sequence[Family],
        *,
        wall_clock: Callable[[], float],
    ) -> None:
        """``visitor``: the crawl's, whose requests are imitated and whose turns are shared; ``families``: those over
        which the page can be asked for; ``wall_clock``: UTC seconds."""
        guard = AddressGuard(allow_private=plan.network.allow_private)
        self._plan = plan
        self._network = msgspec.structs.replace(plan.network, timeout=LIMIT)
        self._home = home
        self._visitor = visitor
        self._politeness = politeness
        self._wall_clock = wall_clock
        self._transfers: dict[Family, Transfers] = {family: Transfers(guard.allows) for family in families}
        self._taken: dict[Family, list[Sample]] = {"ipv4": [], "ipv6": []}
        self._random = random.Random(f"{plan.seed}\n{KIND}")  # noqa: S311 - spaces requests, keeps no secret
        self._hurry = asyncio.Event()
        self._stopped = False

    async def run(self) -> Probe | None:
        """All rounds; ``None`` when the crawl was interrupted before the last one."""
        began = self._wall_clock()
        for number in range(self._plan.families.samples):
            if number:
                await self._pause()
            families = list(self._transfers)
            for family in families if number % 2 else reversed(families):
                if self._stopped or not await self._may_ask():
                    return None
                try:
                    self._taken[family].append(await self._sample(family))
                except Aborted:
                    return None
        result = {"limit": LIMIT, **msgspec.to_builtins(self._taken)}
        return Probe(kind=KIND, subject=self._home, at=began, result=result)

    def hurry(self) -> None:
        """The crawl has ended: wait no longer than need be."""
        self._hurry.set()

    def stop(self) -> None:
        """End soon."""
        self._stopped = True
        self._hurry.set()
        for transfers in self._transfers.values():
            transfers.abort()

    def close(self) -> None:
        """Give connections back."""
        for transfers in self._transfers.values():
            transfers.close()

    async def _pause(self) -> None:
        interval = self._plan.families.interval * self._random.uniform(1 - _JITTER, 1 + _JITTER)
        with suppress(TimeoutError):
            async with asyncio.timeout(interval):
                await self._hurry.wait()
        if self._hurry.is_set() and not self._stopped and self._network.rate:
            await asyncio.sleep(min(interval, LAST_INTERVAL))

    async def _may_ask(self) -> bool:
        """Wait for a turn of the host, whichever family the crawl uses. A host that was given up is asked all the same:
        whether it answers is the question."""
        host, port = hostname_of(self._home), port_of(self._home)
        resolved, connected = await self._visitor.where(host, port)
        address = resolved.addresses[0] if resolved.addresses else ""
        return await self._politeness.turn(host, address, connected) is not Turn.STOPPED

    async def _sample(self, family: Family) -> Sample:
        sample = Sample(at=self._wall_clock())
        url, cookies = self._home, dict[str, str]()
        for _ in range(MAX_HOPS + 1):
            records, seconds = await ask(url, self._network)
            sample.dns += seconds
            sample.total += seconds
            addresses = records.usable("AAAA" if family == "ipv6" else "A")
            if not addresses:
                return _ended(sample, "dns", f"{Reason.DNS.value}: {_why_none(records, family)}")
            order = self._visitor.timed_order(url, tuple(addresses), cookies)
            answer = await self._transfers[family].get(replace(order, timeout=LIMIT))
            _add(sample, answer)
            location = answer.header("location")
            if answer.error or answer.status not in REDIRECTS or not location:
                return self._concluded(sample, answer)
            following = redirect_target(url, location)
            if following is None:
                break
            cookies = {**cookies, **_cookies(answer)} if hostname_of(following) == hostname_of(url) else {}
            url = following
        return _ended(sample, "http", f"{Reason.PARSE.value}: redirect without end")

    def _concluded(self, sample: Sample, answer: Answer) -> Sample:
        reason, detail = outcome_of(answer, self._network)
        if answer.status:
            self._politeness.heard(
                hostname_of(self._home), answer.status, reason, answer.header("retry-after")
            )
        if reason is None and sample.total >= LIMIT:
            reason, detail = Reason.TIMEOUT, f"no complete answer within {LIMIT:g} s"
        if answer.os_error in _NO_ROUTE:
            return _ended(sample, "tcp", f"no-route: {detail}")
        step = failed_step(answer.status, reason, detail)
        if not step:
            sample.ok = True
            return _ended(sample, "", "")
        return _ended(sample, step, f"{reason.value}: {detail}" if reason else f"status: {answer.status}")


def _add(sample: Sample, answer: Answer) -> None:
    spent = answer.durations
    sample.status = answer.status
    sample.bytes = len(answer.body)
    if spent is not None:
        sample.connect += spent.connect
        sample.tls += spent.tls
        sample.first_byte = sample.total + spent.first_byte
        sample.total += spent.total


def _ended(sample: Sample, step: Step, error: str) -> Sample:
    sample.step, sample.error = step, error
    for name in ("dns", "connect", "tls", "first_byte", "total"):
        setattr(sample, name, round(getattr(sample, name), 4))
    return sample


def _why_none(records: NameRecords, family: Family) -> str:
    unusable = "; ".join(f"{address} {why}" for address, why in sorted(records.unusable.items()))
    return records.error.get("AAAA" if family == "ipv6" else "A", "") or unusable or "no-answer"


def _cookies(answer: Answer) -> dict[str, str]:
    """What a redirect wants to get back: sites send a visitor on to the same address with a cookie."""
    pairs = (value.partition(";")[0].partition("=") for name, value in answer.headers if name == "set-cookie")
    return {name.strip(): value.strip() for name, equals, value in pairs if equals and value.isprintable()}
