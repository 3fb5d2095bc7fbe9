"""LNK007: links to a place on a page that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from govaudit.checks.links.references import CLICKED, references_where
from govaudit.checks.links.signs import signs
from govaudit.checks.links.spread import counted_as_home
from govaudit.checks.links.verdict import fault_at, unfinished
from govaudit.checks.registry import Judgement, NoParams, check
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Link, Probe

_HOOKS = frozenset("#;!?()=&,")
"""Signs that names of places do not bear: such fragments are hooks for scripts."""


@check("LNK007", name="missing-fragment", faults=("missing", "scripted"), params=NoParams)
def missing_fragment(context: Context, params: NoParams) -> Judgement:  # noqa: ARG001
    """Links with ``#name`` to own pages on which nothing bears that name, as written or decoded.

    ``#``, ``#top``, ``#:~:text=``, ``#/route``, ``#!/`` and hooks for scripts (``#none``, ``#;``) are fine. Pages with
    scripts may get the place later: there a missing one is a fault only where a browser did not find it either, no
    script of the page reads fragments, and nothing happened when the page's own links to it were clicked.

    Clause: 功能设计/可用性 “…链接(包括图片、附件、外部链接等)打不开或错误的…”.
    Reads: probes ``fragments`` (made from the stored pages when the crawl is done), references of own pages.
    Could not tell: browser-needed (scripts run on the page, and no browser was certain), not-measured, interrupted.
    """
    probes = {probe.subject: probe for probe in context.facts.probes("fragments")}
    examined = sum(_number(probe, "found") + len(_missing(probe)) for probe in probes.values())
    stopped = unfinished(context, examined)
    if stopped is not None:
        return stopped
    if "links" not in context.facts.plan.measures:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    missing = {(url, one) for url, probe in probes.items() for one in _missing(probe) if not _is_hook(one)}

    def key_of(link: Link) -> str:
        wanted = link.tag in CLICKED and (link.url, link.fragment) in missing
        return f"{link.url}#{link.fragment}" if wanted else ""

    faults = []
    for target, references in references_where(context, key_of).items():
        url, _, fragment = target.partition("#")
        scripted = _number(probes[url], "scripts") > 0 and fragment not in _list(probes[url], "idle")
        faults.append(
            fault_at(
                context,
                references,
                context.derived(counted_as_home),
                subject=target,
                fault="scripted" if scripted else "missing",
                verdict=Verdict.INCONCLUSIVE if scripted else Verdict.FAIL,
                reason=Reason.BROWSER_NEEDED if scripted else None,
                more={"fragment": unquote(fragment), "target": url},
            )
        )
    if not examined:
        return Judgement(examined=0, applicable=False)
    return Judgement(examined=examined, faults=faults)


def _missing(probe: Probe) -> list[str]:
    return _list(probe, "missing")


def _list(probe: Probe, name: str) -> list[str]:
    value = probe.result.get(name)
    return [str(one) for one in value] if isinstance(value, list) else []


def _number(probe: Probe, name: str) -> int:
    value = probe.result.get(name)
    return value if isinstance(value, int) else 0


def _is_hook(fragment: str) -> bool:
    written = unquote(fragment).strip().lower()
    return not written or written in signs().idle_fragments or not _HOOKS.isdisjoint(written)
