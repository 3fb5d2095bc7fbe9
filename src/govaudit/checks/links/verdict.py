"""From the survey of links to the judgement of one class."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from govaudit.checks.home import home_problem
from govaudit.checks.links import ladder
from govaudit.checks.links.foreign import telling_title
from govaudit.checks.links.outcome import host_named
from govaudit.checks.links.spread import counted_as_home, spread_of
from govaudit.checks.links.survey import BrokenTarget, LinkClass, survey_links
from govaudit.checks.registry import Fault, Judgement
from govaudit.inspection.finding import Arguments, Evidence, Locator
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.checks.context import Context, Reference
    from govaudit.inspection.facts import Fetch

FAULTS = (*ladder.FAULTS, "unconfirmed", "uncertain")
"""Keys of the texts that all checks of links share."""


def judge_links(context: Context, link_class: LinkClass) -> Judgement:
    """One fault for each target of the class that did not open, those of the home page first."""
    survey = context.derived(survey_links)
    home = context.derived(counted_as_home)
    faults = [_fault(context, target, home) for target in survey.broken[link_class]]
    faults.sort(key=lambda fault: fault.aspect != "home")
    examined = survey.examined[link_class]
    problem = home_problem(context)
    if problem is not None and not examined:
        return Judgement(examined=0, reason=problem[0], detail=problem[1])
    if not survey.referred[link_class]:
        return Judgement(examined=0, applicable=False)
    state = context.facts.state
    if state.interrupted or not state.finished_at:
        detail = f"{examined}/{survey.referred[link_class]}"
        return Judgement(examined=examined, faults=faults, reason=Reason.INTERRUPTED, detail=detail)
    if not examined:
        detail = f"0/{survey.referred[link_class]}"
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=detail)
    return Judgement(examined=examined, faults=faults)


def _fault(context: Context, target: BrokenTarget, home: frozenset[str]) -> Fault:
    outcome = target.outcome
    return fault_at(
        context,
        target.references,
        home,
        subject=target.url,
        fault=outcome.fault,
        verdict=outcome.verdict,
        reason=outcome.reason,
        looks=target.looks,
        more={"title": telling_title(outcome.fetch)},
    )


def fault_at(
    context: Context,
    references: Sequence[Reference],
    home: frozenset[str],
    *,
    subject: str,
    fault: str,
    verdict: Verdict = Verdict.FAIL,
    reason: Reason | None = None,
    looks: Sequence[Fetch] = (),
    more: Arguments | None = None,
) -> Fault:
    """The fault of one target with all pages that refer to it, those that count as home page first."""
    placed = sorted(references, key=lambda reference: reference.page not in home)
    pages = tuple(dict.fromkeys(reference.page for reference in placed))
    first = placed[0]
    at_home = sum(page in home for page in pages)
    arguments: Arguments = {
        "url": subject,
        "text": first.link.text or first.link.raw or subject,
        "pages": len(pages),
        "where": spread_of(context, references),
    }
    if looks:
        arguments |= _measured(looks, reason)
    return Fault(
        subject=subject,
        page=first.page,
        fault=fault,
        arguments=arguments | (more or {}),
        verdict=verdict,
        reason=reason,
        locator=Locator(raw=first.link.raw, text=first.link.text),
        aspect="home" if first.page in home else "other",
        count=len(pages),
        pages=pages,
        spread={"home": at_home, "other": len(pages) - at_home} if 0 < at_home < len(pages) else {},
        evidence=(Evidence(kind="headers", text="\n\n".join(map(_look_as_text, looks))),) if looks else (),
        measured_at=datetime.fromtimestamp(looks[-1].at, UTC).replace(microsecond=0) if looks else None,
    )


def unfinished(context: Context, examined: int) -> Judgement | None:
    """The judgement of a check that cannot say all is well, for want of the home page or of the rest of the crawl."""
    problem = home_problem(context)
    if problem is not None:
        return Judgement(examined=examined, reason=problem[0], detail=problem[1])
    state = context.facts.state
    if state.interrupted or not state.finished_at:
        return Judgement(examined=examined, reason=Reason.INTERRUPTED, detail=context.home_url)
    return None


def _measured(looks: Sequence[Fetch], reason: Reason | None) -> Arguments:
    fetch = looks[-1]
    return {
        "status": fetch.status,
        "final": fetch.final_url or fetch.url,
        "host": host_named(fetch),
        "type": fetch.content_type,
        "looks": len(looks),
        "bytes": fetch.size,
        "reason": (reason or fetch.reason or Reason.SERVER_ERROR).value,
    }


def _look_as_text(fetch: Fetch) -> str:
    """One look in the manner of a transfer log, the same in every language."""
    lines = [
        f"look: {fetch.look}",
        f"time: {datetime.fromtimestamp(fetch.at, UTC):%Y-%m-%dT%H:%M:%SZ}",
        *(f"hop: {hop.status} {hop.url}" for hop in fetch.hops),
        f"url: {fetch.final_url or fetch.url}",
        f"address: {fetch.address}",
        f"status: {fetch.status}",
        f"reason: {fetch.reason.value if fetch.reason else ''} {fetch.detail}".rstrip(),
        f"content-type: {fetch.content_type}",
        f"bytes: {fetch.size}",
        f"seconds: {fetch.seconds:.3f}",
    ]
    return "\n".join(line for line in lines if not line.endswith(": "))
