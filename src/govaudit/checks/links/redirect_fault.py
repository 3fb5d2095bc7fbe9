"""LNK006: redirects that lead nowhere, round in circles, or away from what was promised."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from govaudit.checks.addresses import address_key
from govaudit.checks.home import home_addresses
from govaudit.checks.links.outcome import CONFIRMING_LOOKS
from govaudit.checks.links.references import references_to
from govaudit.checks.links.signs import signs
from govaudit.checks.links.spread import counted_as_home
from govaudit.checks.links.verdict import fault_at, unfinished
from govaudit.checks.registry import Judgement, NoParams, check
from govaudit.inspection.urls import host_of, scheme_of
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.checks.context import Context, Reference
    from govaudit.checks.registry import Fault
    from govaudit.inspection.facts import Fetch

_ENDLESS = {"redirect-loop": "loop", "redirect-endless": "too-many-hops", "redirect-nowhere": "nowhere"}
"""First word of a look's detail → key of the text."""


@check(
    "LNK006",
    name="redirect-fault",
    faults=("loop", "too-many-hops", "nowhere", "unconfirmed", "downgrade", "home-instead", "home-perhaps"),
    params=NoParams,
)
def redirect_fault(context: Context, _: NoParams) -> Judgement:
    """Links whose redirects go round in circles, on and on, to no web address, from https to http, or to the home
    page instead of the content.

    Loops, more than ten hops and targets that are no address fail when both looks agree. A link to a page of the
    site that ends at the home page fails where the site does the same for an address that cannot exist; elsewhere a
    person decides. Links that are meant for the home page, roots of hosts and pages of a login are none.

    Clause: 功能设计/可用性 “…链接(包括图片、附件、外部链接等)打不开或错误的…”.
    Reads: all looks with their hops, references of own pages, probes ``not-found``.
    Could not tell: not-measured (only one look), interrupted, the home page's reason when nothing was read.
    """
    home = home_addresses(context)
    found: dict[str, str] = {}
    examined = 0
    for url, looks in context.looks.items():
        examined += bool(looks[-1].hops)
        if ending := _ending(context, url, looks, home):
            found[url] = ending
    faults = [
        fault
        for url, references in references_to(context, found).items()
        if (fault := _placed(context, url, found[url], references)) is not None
    ]
    faults.sort(key=lambda fault: fault.aspect != "home")
    stopped = unfinished(context, examined)
    return stopped or Judgement(examined=examined, faults=faults)


def _ending(context: Context, url: str, looks: Sequence[Fetch], home: frozenset[str]) -> str:
    """What is wrong with the redirects of one target; empty when nothing is."""
    last = looks[-1]
    if not last.hops:
        return ""
    endless = {_ENDLESS.get(fetch.detail.partition(":")[0], "") for fetch in looks}
    if "" not in endless:
        return max(endless) if len(looks) >= CONFIRMING_LOOKS else "unconfirmed"
    if not last.opened or not context.scope.owns(url):
        return ""
    if last.final_url in home and url not in home and not _is_root(url):
        return "home-instead"
    steps = [*(hop.url for hop in last.hops), last.final_url]
    fell = any(scheme_of(one) == "https" and scheme_of(two) == "http" for one, two in pairwise(steps))
    return "downgrade" if fell else ""


def _is_root(url: str) -> bool:
    return address_key(url).rstrip("/") == host_of(url).removeprefix("www.")


def _placed(context: Context, url: str, fault: str, references: list[Reference]) -> Fault | None:
    verdict, reason = Verdict.FAIL, None
    if fault == "home-instead":
        if any(fold(one.link.text).replace(" ", "") in signs().home_words for one in references):
            return None
        if not _sends_all_home(context):
            fault, verdict = "home-perhaps", Verdict.REVIEW
    elif fault == "unconfirmed":
        verdict, reason = Verdict.INCONCLUSIVE, Reason.NOT_MEASURED
    looks = context.looks[url]
    steps = [*(hop.url for hop in looks[-1].hops), looks[-1].final_url]
    return fault_at(
        context,
        references,
        context.derived(counted_as_home),
        subject=url,
        fault=fault,
        verdict=verdict,
        reason=reason,
        looks=looks,
        more={"hops": len(looks[-1].hops), "chain": " → ".join(dict.fromkeys(steps))},
    )


def _sends_all_home(context: Context) -> bool:
    """Whether the site sends a visitor of an address that cannot exist to the home page."""
    home = home_addresses(context)
    return any(
        probe.result.get("final_url") in home and not probe.result.get("reason")
        for probe in context.facts.probes("not-found")
    )
