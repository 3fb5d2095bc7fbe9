"""What is asked for over both address families: beside the crawl, and when it has ended."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from typing import TYPE_CHECKING

from govaudit.crawler.probes import contents, host_records, levels, samples
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.urls import hostname_of

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.crawler.downloader.visit import Visitor
    from govaudit.crawler.journey import Journey
    from govaudit.inspection.fact_writer import FactWriter
    from govaudit.inspection.facts import Probe

MEASURE = "ipv6"
"""Name in a plan's ``measures``."""
_FAMILIES: tuple[tuple[samples.Family, str], ...] = (("ipv4", "A"), ("ipv6", "AAAA"))


class DualStack:
    """The measurements of one crawl. Belongs to the event loop of its journey."""

    def __init__(self, journey: Journey, path: Path, writer: FactWriter) -> None:
        """``path``: of the store that ``writer`` writes to, with the name's records and the test of the own route."""
        self._journey = journey
        self._path = path
        self._writer = writer
        self._done = writer.probe_kinds()
        with closing(SiteFacts.open(path)) as facts:
            self._families = _usable_families(facts)
            self._has_ipv6 = bool(_usable(facts, "AAAA"))
        self._sampler: samples.Sampler | None = None
        self._sampling: asyncio.Task[Probe | None] | None = None

    def begin(self) -> None:
        """Begin with what runs beside the crawl."""
        journey = self._journey
        if not journey.plan.families.samples or samples.KIND in self._done or not self._families:
            return
        self._sampler = samples.Sampler(
            journey.plan, journey.home, journey.visitor, journey.politeness, self._families,
            wall_clock=time.time,
        )  # fmt: skip
        journey.on_interrupt(self._sampler.stop)
        self._sampling = asyncio.create_task(self._sampler.run())

    async def finish(self) -> None:
        """Measure what needs the crawl's facts, and wait for what ran beside it."""
        journey = self._journey
        if self._sampler is not None:
            self._sampler.hurry()
        if journey.completed and journey.recorder.home_was_read(journey.home):
            journey.recorder.commit()
            with closing(SiteFacts.open(self._path)) as facts:
                await self._measure(facts)
        taken = await self._sampling if self._sampling is not None else None
        if taken is not None:
            self._writer.add_probes([taken])

    async def close(self) -> None:
        """End what still runs."""
        if self._sampler is None or self._sampling is None:
            return
        self._sampler.stop()
        await asyncio.gather(self._sampling, return_exceptions=True)
        self._sampler.close()

    async def _measure(self, facts: SiteFacts) -> None:
        journey, sizes = self._journey, self._journey.plan.families
        if sizes.hosts and self._has_ipv6 and host_records.KIND not in self._done:
            probe = await host_records.ask_for_hosts(
                facts, journey.home, journey.owns, sizes.hosts,
                clock=time.time, stopped=lambda: journey.interrupted,
            )  # fmt: skip
            if probe is not None:
                self._writer.add_probes([probe])
        compares = (sizes.contents or sizes.second_level or sizes.third_level) and (
            contents.KIND not in self._done
        )
        if compares and "ipv6" in self._families:
            four, six = journey.visitor_over("4"), journey.visitor_over("6")
            with closing(four), closing(six):
                self._writer.add_probes(await self._over_both(facts, four, six))

    async def _over_both(self, facts: SiteFacts, four: Visitor, six: Visitor) -> list[Probe]:
        """The comparison of the home page, its rounds spread over the opening of the lower levels; nothing when the
        crawl is ending."""
        journey, sizes = self._journey, self._journey.plan.families
        visitors: dict[contents.Family, Visitor] = {"ipv4": four, "ipv6": six}
        comparison = contents.Comparison(
            journey.home, {family: visitors[family] for family in self._families}
        )
        if not await comparison.rounds(1):
            return []
        if not comparison.opened("ipv6") and not await comparison.rounds(1):
            return []
        found: list[Probe] = []
        drawn = {}
        if comparison.opened("ipv6"):
            drawn = levels.drawn_levels(
                facts, journey.home, journey.owns,
                {levels.SECOND: sizes.second_level, levels.THIRD: sizes.third_level},
            )  # fmt: skip
        for level in (levels.SECOND, levels.THIRD):
            if level in drawn:
                probe = await levels.open_level(
                    drawn[level], journey.home, six, four, journey.plan.network.concurrency
                )
                found += [probe] if probe is not None else []
            if not await comparison.rounds(1):
                return []
        if comparison.differs() and not await comparison.rounds(contents.MORE_ROUNDS):
            return []
        return [comparison.probe(), *found]


def _usable_families(facts: SiteFacts) -> tuple[samples.Family, ...]:
    """Families over which the home page can be asked for from here."""
    routes = [probe for probe in facts.probes("self-check") if probe.subject == "ipv6"]
    can_leave = {"ipv4": True, "ipv6": bool(routes and routes[-1].result.get("route"))}
    return tuple(family for family, kind in _FAMILIES if can_leave[family] and _usable(facts, kind))


def _usable(facts: SiteFacts, kind: str) -> set[str]:
    """Addresses of one kind of the registered host that a visitor can be sent to."""
    host = hostname_of(facts.plan.site.url)
    answers = [probe.result for probe in facts.probes("dns") if probe.subject == host]
    addresses, unusable = (answers[-1].get(name) for name in (kind, "unusable")) if answers else ([], {})
    found = set(addresses) if isinstance(addresses, list) else set[str]()
    return found - set(unusable) if isinstance(unusable, dict) else found
