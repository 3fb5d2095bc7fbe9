"""LNK005: addresses that answer 200 and say that nothing is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from pydantic import Field

from govaudit.checks.home import home_addresses
from govaudit.checks.links.error_pages import says_missing
from govaudit.checks.links.references import references_to
from govaudit.checks.links.signs import signs
from govaudit.checks.links.spread import counted_as_home
from govaudit.checks.links.verdict import fault_at, unfinished
from govaudit.checks.registry import Judgement, Params, check
from govaudit.inspection.facts import PageKind
from govaudit.inspection.urls import extension_of
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.checks.context import Context, Reference
    from govaudit.checks.registry import Fault
    from govaudit.inspection.fact_tables import StoredPage
    from govaudit.inspection.facts import Probe

_REASONS = {reason.value: reason for reason in Reason}
_NOT_JUDGED = frozenset({PageKind.HOME, PageKind.STUB, PageKind.CHALLENGE})


class Soft404Params(Params):
    """``likeness``: share of its text that a page must have in common with the answer for an impossible address;
    ``short``: characters of a page that can be an error page."""

    likeness: float = Field(default=0.9, gt=0.5, le=1)
    short: int = Field(default=800, gt=0)


@dataclass(frozen=True, slots=True)
class _Suspect:
    page: StoredPage
    fault: str
    verdict: Verdict
    reason: Reason | None
    likeness: float
    probe: Probe | None


@check(
    "LNK005",
    name="soft-404",
    faults=("soft-404", "home-served", "same-as-missing", "says-missing", "unmeasured"),
    params=Soft404Params,
)
def soft_404(context: Context, params: Soft404Params) -> Judgement:
    """Pages of the site that answer 200 although there is nothing: the site's own error page, or its home page.

    Three signs together: the page says what the site answers for an address beside it that cannot exist (asked for
    once the crawl is done), its title or heading says that nothing was found, and it is short. The first two make a
    fault, as does the home page in the place of all addresses; the first or second alone with the third is a review.
    A site that answers 404 for what cannot exist has no soft 404 by comparison. Pages of walls are never judged.

    Clause: 功能设计/可用性 “首页上的链接(包括图片、附件、外部链接等)打不开或错误的,每发现一处,扣0.2分;
    其他页面上的…,每发现一处,扣0.1分”.
    Reads: pages with title, heading and length; probes ``not-found``; references of own pages.
    Could not tell: not-measured (no impossible address was asked for), blocked-status, blocked-page, timeout and the
    other reasons for which one gave no answer, interrupted, the home page's reason when nothing was read.
    """
    pages = [page for page in context.facts.pages() if _is_judged(context, page)]
    probes = context.facts.probes("not-found")
    suspects = {one.page.url: one for page in pages if (one := _suspect(page, probes, params)) is not None}
    faults = sorted(_faults(context, suspects), key=lambda fault: fault.aspect != "home")
    stopped = unfinished(context, len(pages))
    if stopped is not None:
        return msgspec.structs.replace(stopped, faults=faults)
    unknown = None if faults or _was_measured(probes) else _why_unmeasured(probes)
    return Judgement(
        examined=len(pages), faults=faults, reason=unknown, detail="" if unknown is None else context.home_url
    )


def _is_judged(context: Context, page: StoredPage) -> bool:
    return page.reading.kind not in _NOT_JUDGED and context.scope.owns(page.url)


def _suspect(page: StoredPage, probes: list[Probe], params: Soft404Params) -> _Suspect | None:
    reading = page.reading
    short = reading.text_length <= params.short
    says = any(map(says_missing, (reading.title, reading.heading)))
    probe, likeness = _likest(page, probes)
    if probe is not None and likeness >= params.likeness:
        if _measure(probe, "home") >= params.likeness:
            return _Suspect(page, "home-served", Verdict.FAIL, None, likeness, probe)
        if says:
            return _Suspect(page, "soft-404", Verdict.FAIL, None, likeness, probe)
        return _Suspect(page, "same-as-missing", Verdict.REVIEW, None, likeness, probe) if short else None
    if not (says and short):
        return None
    near = _nearest(page.url, probes)
    if near is None or near.result.get("reason"):
        reason = _REASONS.get(str(near.result["reason"]) if near else "", Reason.NOT_MEASURED)
        return _Suspect(page, "unmeasured", Verdict.INCONCLUSIVE, reason, 0.0, near)
    return _Suspect(page, "says-missing", Verdict.REVIEW, None, likeness, near)


def _likest(page: StoredPage, probes: list[Probe]) -> tuple[Probe | None, float]:
    best: tuple[Probe | None, float] = (None, 0.0)
    for probe in probes:
        for url, likeness in probe.result.get("alike", ()):  # type: ignore[attr-defined]
            if url == page.url and float(likeness) > best[1]:
                best = (probe, float(likeness))
    return best


def _nearest(url: str, probes: list[Probe]) -> Probe | None:
    """The impossible address in the folder nearest to ``url``, one with the same ending before others."""
    fitting = [probe for probe in probes if url.startswith(_folder(probe.subject))]
    ending = extension_of(url)
    return max(
        fitting,
        key=lambda probe: (len(_folder(probe.subject)), extension_of(probe.subject) == ending),
        default=None,
    )


def _folder(url: str) -> str:
    return f"{url.rstrip('/').rpartition('/')[0]}/"


def _measure(probe: Probe, name: str) -> float:
    value = probe.result.get(name)
    return float(value) if isinstance(value, (int, float, str)) else 0.0


def _was_measured(probes: list[Probe]) -> bool:
    return any(not probe.result.get("reason") for probe in probes)


def _why_unmeasured(probes: list[Probe]) -> Reason:
    return next(
        (_REASONS[name] for probe in probes if (name := str(probe.result.get("reason"))) in _REASONS),
        Reason.NOT_MEASURED,
    )


def _faults(context: Context, suspects: dict[str, _Suspect]) -> Iterator[Fault]:
    home = context.derived(counted_as_home)
    at_home = home_addresses(context)
    leading = {alias: url for url in suspects for alias in (url, *context.facts.led_to(url))}
    gathered: dict[str, list[Reference]] = {}
    for address, references in references_to(context, leading.keys()).items():
        gathered.setdefault(leading[address], []).extend(references)
    for url, references in sorted(gathered.items()):
        one = suspects[url]
        if one.fault == "home-served" and (url in at_home or _means_home(references)):
            continue
        yield fault_at(
            context,
            references,
            home,
            subject=url,
            fault=one.fault,
            verdict=one.verdict,
            reason=one.reason,
            looks=context.looks.get(url, ()),
            more={
                "title": one.page.reading.heading or one.page.reading.title,
                "length": one.page.reading.text_length,
                "likeness": round(100 * one.likeness),
                "impossible": one.probe.subject if one.probe else "",
            },
        )


def _means_home(references: list[Reference]) -> bool:
    """Whether links to an address are meant for the home page."""
    return any(fold(one.link.text).replace(" ", "") in signs().home_words for one in references)
