"""ACC002: pages that hold objects which browsers of today do not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govaudit.checks.links.references import references_where
from govaudit.checks.links.spread import counted_as_home
from govaudit.checks.links.verdict import fault_at, unfinished
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.facts import Tag
from govaudit.inspection.finding import Evidence
from govaudit.inspection.urls import extension_of
from govaudit.inspection.verdict import Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context, Reference
    from govaudit.inspection.facts import Link

_CLASS = "clsid:"


class LegacyParams(Params):
    """Class ids of objects in capital letters. ``flash``: of the Flash player; ``harmless``: of helpers without which
    the page shows everything (the printing of Internet Explorer)."""

    flash: tuple[str, ...] = ("D27CDB6E-AE6D-11CF-96B8-444553540000",)
    harmless: tuple[str, ...] = ("8856F961-340A-11D0-A96B-00C04FD705A2",)


@check("ACC002", name="legacy-technology", faults=("flash", "activex"), params=LegacyParams)
def legacy_technology(context: Context, params: LegacyParams) -> Judgement:
    """Flash films and ActiveX objects that stand in the source of own pages.

    No browser has shown Flash since 2021, so a film that stands in the page is a fault; where the page offers a video
    or sound as well the film is only there for old browsers. An ActiveX object goes to a person, who sees whether the
    page shows all without it; known helpers are left out. What a script writes is not seen, nor is code that runs in
    Internet Explorer alone: telling it from code that also minds other browsers takes a browser. Each film or class of
    objects is one finding.

    Clause: 国办秘函〔2019〕19号 功能设计/兼容性: 使用主流浏览器访问网站，不能正常显示页面内容的，每类扣1分.
    Reads: references of own pages.
    Could not tell: interrupted, or the reason for which the home page was not read.
    """
    found = references_where(context, lambda link: _key(link, params))
    examined = len(context.pages)
    stopped = unfinished(context, examined)
    if stopped is not None and not found:
        return stopped
    filmed = {
        one.page for key, references in found.items() if not key.startswith(_CLASS) for one in references
    }
    home = context.derived(counted_as_home)
    faults = []
    for key, references in found.items():
        flash = not key.startswith(_CLASS) or key.removeprefix(_CLASS) in params.flash
        # A film names its player: one finding is enough.
        twice = filmed if flash and key.startswith(_CLASS) else set()
        left = [
            one for one in references if one.page not in twice and not (flash and _shows(context, one.page))
        ]
        if left:
            faults.append(_fault(context, key, left, home, flash=flash))
    return Judgement(
        examined=examined,
        faults=faults,
        reason=stopped.reason if stopped else None,
        detail=stopped.detail if stopped else "",
    )


def _shows(context: Context, url: str) -> bool:
    """Whether a page offers a video or sound that browsers play."""
    page = context.facts.page(url)
    return page is not None and any(link.tag == Tag.MEDIA for link in context.facts.links(page.url_id))


def _key(link: Link, params: LegacyParams) -> str:
    if link.tag != Tag.OBJECT:
        return ""
    if link.url is not None:
        return link.url if extension_of(link.url) == "swf" else ""
    scheme, _, number = link.raw.strip().partition(":")
    number = number.strip().strip("{}").upper()
    known = scheme.lower() == "clsid" and number and number not in params.harmless
    return f"{_CLASS}{number}" if known else ""


def _fault(
    context: Context, key: str, references: list[Reference], home: frozenset[str], *, flash: bool
) -> Fault:
    fault = fault_at(
        context,
        references,
        home,
        subject=key,
        fault="flash" if flash else "activex",
        verdict=Verdict.FAIL if flash else Verdict.REVIEW,
    )
    written = references[0].link.raw
    fault.evidence = (
        Evidence(kind="text", text=f"$ curl -s '{fault.page}' | grep -in 'object\\|embed'\n{written}\n"),
    )
    return fault
