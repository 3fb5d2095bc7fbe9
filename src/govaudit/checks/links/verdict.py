"""From the survey of links to the judgement of one class."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from govaudit.checks.home import home_addresses, home_problem
from govaudit.checks.links.outcome import host_named
from govaudit.checks.links.survey import BrokenTarget, LinkClass, survey_links
from govaudit.checks.registry import Fault, Judgement
from govaudit.inspection.finding import Arguments, Evidence, Locator
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from govaudit.checks.context import Context, Reference
    from govaudit.inspection.facts import Fetch

FAULTS = (
    "not-found",
    "error-answer",
    "behind-redirect",
    "no-such-name",
    "refused",
    "no-answer",
    "blocked",
    "unconfirmed",
    "uncertain",
)
"""Keys of the texts that all checks of links share; ``empty`` and ``wrong-type`` are for files."""


def judge_links(context: Context, link_class: LinkClass) -> Judgement:
    """One fault for each target of the class that did not open, those of the home page first."""
    survey = context.derived(survey_links)
    home = home_addresses(context)
    faults = [_fault(target, home) for target in survey.broken[link_class]]
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


def _fault(target: BrokenTarget, home: frozenset[str]) -> Fault:
    references = sorted(target.references, key=lambda reference: reference.page not in home)
    pages = tuple(dict.fromkeys(reference.page for reference in references))
    first = references[0]
    outcome = target.outcome
    return Fault(
        subject=target.url,
        page=first.page,
        fault=outcome.fault,
        arguments=_arguments(target, first, len(pages)),
        verdict=outcome.verdict,
        reason=outcome.reason,
        locator=Locator(raw=first.link.raw, text=first.link.text),
        aspect="home" if first.page in home else "other",
        count=len(pages),
        pages=pages,
        evidence=(Evidence(kind="headers", text="\n\n".join(map(_look_as_text, target.looks))),),
        measured_at=datetime.fromtimestamp(outcome.fetch.at, UTC).replace(microsecond=0),
    )


def _arguments(target: BrokenTarget, first: Reference, pages: int) -> Arguments:
    fetch = target.outcome.fetch
    reason = target.outcome.reason or fetch.reason or Reason.SERVER_ERROR
    return {
        "url": target.url,
        "text": first.link.text or first.link.raw,
        "status": fetch.status,
        "final": fetch.final_url,
        "host": host_named(fetch),
        "type": fetch.content_type,
        "looks": len(target.looks),
        "pages": pages,
        "reason": reason.value,
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
