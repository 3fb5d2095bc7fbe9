"""Cases of the dual-stack bench: a world, what is measured in it, and what the checks must say of it."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import yaml

from govaudit.checks.context import Context
from govaudit.checks.registry import Judgement, all_checks
from govaudit.crawler.probes import measure
from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.profile import load_profile
from govaudit.inspection.run import BEIJING, CrawlPlan, CrawlState
from govaudit.inspection.site import Site, SiteScope
from govaudit.inspection.site_facts import SiteFacts
from tests.support.dual_stack import WorldSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.support.dual_stack import World

AT = datetime(2026, 11, 22, 10, tzinfo=BEIJING)


class Case(WorldSpec):
    """``expect``: check → verdict, then words that must stand in the judgement: its reason, the fault, parts of the
    fault's texts, with words of addresses for addresses: ``fail tcp-failed "six tcp refused"``."""

    case: str
    note: str = ""
    expect: dict[str, list[str]]


def load_cases(file: Path) -> list[Case]:
    """The rows of a table of cases."""
    return [Case.model_validate(row) for row in yaml.safe_load(file.read_text("utf-8"))]


def plan_in(world: World) -> CrawlPlan:
    """The plan by which the world's site is inspected."""
    site = Site(url=world.spec.url)
    return CrawlPlan(run="2026Q4", site=site, as_of=AT, seed=1, network=world.network, measures=("ipv6",))


def store_probes(plan: CrawlPlan, file: Path, moment: datetime = AT) -> None:
    """Measure the world's site and store nothing but that, as if it were ``moment``."""
    at = moment.timestamp()
    with closing(FactWriter.open(file, plan)) as writer:
        writer.add_probes(asyncio.run(measure(plan, clock=lambda: at)))
        writer.set_state(CrawlState(started_at=at, finished_at=at + 60))


def judged(file: Path, checks: Iterable[str]) -> dict[str, Judgement]:
    """What checks say of stored facts, under the built-in profile."""
    profile = load_profile("gov-2019")
    with closing(SiteFacts.open(file)) as facts:
        site = facts.plan.site
        context = Context(
            facts=facts, site=site, scope=SiteScope(site), as_of=facts.plan.as_of, profile=profile
        )
        known = all_checks()
        return {
            one: known[one].function(context, known[one].parameters(profile.checks[one], profile.name))
            for one in checks
        }


def proof(judgement: Judgement, in_words: Callable[[str], str]) -> str:
    """All evidence of a judgement."""
    return in_words("\n".join(one.text for fault in judgement.faults for one in fault.evidence))


def said(judgement: Judgement, in_words: Callable[[str], str]) -> str:
    """A judgement in one line, for the table and to compare with."""
    parts = [judgement.verdict.value]
    if judgement.reason is not None:
        parts.append(judgement.reason.value)
    for fault in judgement.faults:
        parts.append(fault.fault)
        parts += [f"{name}={value}" for name, value in fault.arguments.items()]
    if judgement.detail:
        parts.append(f"({judgement.detail})")
    return in_words(" ".join(parts))


def differences(case: Case, judgements: dict[str, Judgement], in_words: Callable[[str], str]) -> list[str]:
    """Where the judgements are not as the table says."""
    wrong = []
    for check, (verdict, *words) in case.expect.items():
        line = said(judgements[check], in_words)
        whole = f"{line}\n{proof(judgements[check], in_words)}"
        wrong += (
            [] if judgements[check].verdict.value == verdict else [f"{check}: {line}, expected {verdict}"]
        )
        wrong += [f"{check}: {word!r} is not in {whole!r}" for word in words if word not in whole]
    return wrong
