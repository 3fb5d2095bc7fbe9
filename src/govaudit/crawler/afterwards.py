"""What is measured when all pages were visited: answers for what cannot exist, fragments, prompts before leaving,
what the site's own search finds."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from govaudit.crawler import absent, attachments, fragments, leave_prompts, sights, site_search
from govaudit.inspection.searches import BOX_KIND
from govaudit.inspection.sight import KIND as SIGHT
from govaudit.inspection.site_facts import SiteFacts

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.crawler.journey import Journey
    from govaudit.inspection.fact_writer import FactWriter

MEASURE = "links"
"""Name in a plan's ``measures``."""


async def measure_afterwards(journey: Journey, path: Path, writer: FactWriter) -> None:
    """Make the measurements that the store at ``path`` does not hold yet. Asks the site a few more times."""
    measures = journey.plan.measures
    if (
        not {MEASURE, attachments.MEASURE, sights.MEASURE, site_search.MEASURE} & {*measures}
        or not journey.completed
        or not journey.recorder.home_was_read(journey.home)
    ):
        return
    journey.recorder.commit()
    done = writer.probe_kinds()
    owns, may_read = journey.owns, journey.robots.allow
    with closing(SiteFacts.open(path)) as facts:
        if attachments.MEASURE in measures:
            read = {probe.subject for probe in facts.probes(attachments.KIND)}
            found = attachments.read_attachments(
                facts, journey.visitor, owns=owns, may_read=may_read, stopped=lambda: journey.interrupted,
                but=read,
            )  # fmt: skip
            async for probe in found:
                writer.add_probe(probe)
        most = journey.plan.budget.sights
        if sights.MEASURE in measures and most and SIGHT not in done:
            seen = await sights.look_at_pages(
                facts, journey.look_in_browser, owns=owns, most=most, seed=journey.plan.seed
            )
            writer.add_probes(seen)
        if site_search.MEASURE in measures and BOX_KIND not in done:
            await _search(journey, facts, writer)
        if MEASURE not in measures:
            return
        if absent.KIND not in done:
            probes = await absent.ask_for_impossible(
                facts, journey.visitor, home=journey.home, owns=owns, may_read=may_read
            )
            writer.add_probes(probes)
        if fragments.KIND not in done:
            writer.add_probes(await fragments.fragments_of(facts, owns, journey.look_in_browser))
        if leave_prompts.KIND not in done:
            writer.add_probes(
                await leave_prompts.look_for_prompts(
                    facts, journey.visitor, owns=owns, may_read=may_read, look=journey.look_in_browser
                )
            )


async def _search(journey: Journey, facts: SiteFacts, writer: FactWriter) -> None:
    found = site_search.search_site(
        facts, journey.visitor, home=journey.home, owns=journey.owns, may_ask=journey.may_be_asked,
        look=journey.look_in_browser,
    )  # fmt: skip
    async for probe in found:
        writer.add_probe(probe)
