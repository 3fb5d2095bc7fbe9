"""LNK009: links to sites that are not of the government, without a word that the visitor leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.links.references import references_where
from govaudit.checks.links.signs import is_inner, is_public
from govaudit.checks.links.spread import counted_as_home
from govaudit.checks.links.verdict import fault_at, unfinished
from govaudit.checks.registry import Judgement, NoParams, check
from govaudit.inspection.facts import Tag
from govaudit.inspection.urls import hostname_of
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context, Reference
    from govaudit.inspection.facts import Link, Probe


@check(
    "LNK009", name="no-leave-prompt", faults=("none", "straight", "scripted", "unmeasured"), params=NoParams
)
def no_leave_prompt(context: Context, _: NoParams) -> Judgement:
    """Links to sites that bear no name of a government and open without telling the visitor so.

    A prompt may stand in the page, in its scripts, or in code of the link itself; a link to a page of the site that
    carries the visitor on does not leave at once. Its absence is certain where a click in a browser led away at once,
    or where all scripts of the page were read and none takes hold of links. Each site that is linked so is one
    finding.

    Clause: none that was seen in an official text; common practice of large portals, shown without points.
    Reads: references of own pages, probes ``leave-prompt`` (some pages and their scripts, clicks in a browser).
    Could not tell: browser-needed (a script may ask), not-measured, interrupted.
    """
    leaving = references_where(context, lambda link: _foreign_host(context, link))
    examined = len(leaving)
    stopped = unfinished(context, examined)
    if stopped is not None:
        return stopped
    if not leaving:
        return Judgement(examined=0, applicable=False)
    probes = {probe.subject: probe for probe in context.facts.probes("leave-prompt")}
    if not probes:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    if any(probe.result.get("words") for probe in probes.values()):
        return Judgement(examined=examined)
    home = context.derived(counted_as_home)
    faults = []
    for host, references in leaving.items():
        seen = [one for one in references if one.page in probes]
        fates = {fate for one in seen if (fate := _clicked(one, probes[one.page]))}
        bare = [one for one in seen if not _guarded(one, probes[one.page])]
        if fates - {"went"} or (seen and not bare and not fates):
            continue
        went = [one for one in seen if _clicked(one, probes[one.page]) == "went"]
        certain = went or [one for one in bare if _is_certain(probes[one.page])]
        fault = "straight" if went else "none" if certain else "scripted" if bare else "unmeasured"
        reasons = {"scripted": Reason.BROWSER_NEEDED, "unmeasured": Reason.NOT_MEASURED}
        faults.append(
            fault_at(
                context,
                certain or bare or references,
                home,
                subject=host,
                fault=fault,
                verdict=Verdict.FAIL if certain else Verdict.INCONCLUSIVE,
                reason=reasons.get(fault),
                more={"host": host, "address": references[0].link.url or ""},
            )
        )
    return Judgement(examined=examined, faults=faults)


def _foreign_host(context: Context, link: Link) -> str:
    if link.tag != Tag.A or link.url is None or context.scope.owns(link.url) or is_inner(link.url):
        return ""
    host = hostname_of(link.url)
    return "" if is_public(host) or _same_domain(host, hostname_of(context.home_url)) else host


def _same_domain(one: str, other: str) -> bool:
    """Whether two hosts belong to one domain: ``mail.x.cn`` and ``www.x.cn``."""
    own = other.removeprefix("www.")
    return one == own or one.endswith(f".{own}")


def _clicked(reference: Reference, probe: Probe) -> str:
    """What became of a click on the link in a browser; empty when nobody clicked."""
    clicked = probe.result.get("clicked")
    return str(clicked.get(reference.link.raw, "")) if isinstance(clicked, dict) else ""


def _guarded(reference: Reference, probe: Probe) -> bool:
    guarded = probe.result.get("guarded")
    return isinstance(guarded, list) and reference.link.raw in guarded


def _is_certain(probe: Probe) -> bool:
    return not probe.result.get("handlers") and not probe.result.get("unread")
