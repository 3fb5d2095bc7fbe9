"""IP6005: the home page says something else over IPv6."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.ipv6.both_families import Seen, command, contents_of, out_of_reach, share, told
from govaudit.checks.ipv6.measurements import measured_at
from govaudit.checks.ipv6.rewriting import Rewriting, rewriting
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.checks.context import Context
    from govaudit.checks.ipv6.both_families import Contents

LEAST_VISITS = 2
"""Of each family: with one alone, nobody knows what differs from visit to visit."""
_CHANGING = re.compile(r"[\s\d]+")
_PASSING = frozenset({"timeout", "reset", "connect", "tls", "server-error"})
_REASONS = {reason.value: reason for reason in Reason}
_SHOWN = 5


class ContentParams(Params):
    """``percent``: share of the links that may be seen over one family only."""

    percent: float = Field(default=10, ge=0, le=100)


@dataclass(frozen=True, slots=True)
class _Links:
    """Links that came on every visit over one family and never over the other; ``total``: those that came on every
    visit, of both families together."""

    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    total: int

    @property
    def percent(self) -> float:
        return share(len(self.only_old) + len(self.only_new), self.total)


@check(
    "IP6005",
    name="ipv6-content-differs",
    faults=("not-opened", "title", "links"),
    params=ContentParams,
    needs_host=True,
)
def ipv6_content_differs(context: Context, params: ContentParams) -> Judgement:
    """Whether the home page says the same over IPv6 as over IPv4, to visitors who send the same request.

    The page is asked for several times over each family in turn. What differs between two visits over the same family
    (dates, counters, marks of a session, recommendations) does not count: a link counts as missing over a family when
    it came on every visit over the other one and never over this one. Share: such links of both families ÷ links of
    both families. Links of others that the way into IPv6 leads over a name of its own, so that they can be reached, are
    the same links. A title counts when it stays the same within each family and differs between them, digits left out.
    A page that opens over IPv4 and ends at another answer over IPv6, every time, is named with it.

    Clause: (ipv4差异数+ipv6差异数)/(ipv4的A标签总个数+ipv6的A标签总个数), as inspections of IPv6 support count it.
    Reads: probe ``contents``, the name answer, the ways to the home page, the test of the machine's own route.
    Could not tell: no-ipv6-here; not-measured; dns; the walls' reason, IPv4's when the page does not open there either,
    and that of IPv6 when the page failed in passing.
    """
    stopped = out_of_reach(context)
    if stopped is not None:
        return stopped
    contents = contents_of(context)
    if contents is None or not contents.ipv6 or not contents.ipv4:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    old = [seen for seen in contents.ipv4 if seen.opened]
    new = [seen for seen in contents.ipv6 if seen.opened]
    examined = len(old) + len(new)
    never = not new and not any(seen.blocked or seen.reason in _PASSING for seen in contents.ipv6)
    if len(old) < LEAST_VISITS or (len(new) < LEAST_VISITS and not never):
        return _unsure(examined, contents.ipv4 if len(old) < LEAST_VISITS else contents.ipv6)
    links = _links(old, new, rewriting(contents))
    fault = "not-opened" if never else "title" if _titles_differ(old, new) else "links"
    if fault == "links" and links.percent <= params.percent:
        return Judgement(examined=examined, detail=f"{links.percent:.1f} %")
    return Judgement(examined=examined, faults=[_fault(context, contents, fault, links)])


def _unsure(examined: int, visits: Sequence[Seen]) -> Judgement:
    failed = next((seen for seen in visits if not seen.opened), None)
    reason = _REASONS.get(failed.reason) if failed is not None else None
    detail = failed.error if failed is not None else ""
    return Judgement(examined=examined, reason=reason or Reason.NOT_MEASURED, detail=detail)


def _titles_differ(old: Sequence[Seen], new: Sequence[Seen]) -> bool:
    titles = [{_CHANGING.sub("", seen.title) for seen in visits} for visits in (old, new)]
    return all(len(one) == 1 for one in titles) and titles[0] != titles[1] and "" not in titles[0]


def _links(old: Sequence[Seen], new: Sequence[Seen], led: Rewriting) -> _Links:
    always = [
        set(visits[0].links).intersection(*(seen.links for seen in visits)) if visits else set[str]()
        for visits in (old, new)
    ]
    ever = [set[str]().union(*(seen.links for seen in visits)) for visits in (old, new)]
    only_old = sorted(always[0] - ever[1]) if new else []
    return _Links(
        tuple(link for link in only_old if not led.is_led(link)),
        tuple(link for link in sorted(always[1] - ever[0]) if not led.is_led(link)),
        len(always[0]) + len(always[1]),
    )


def _fault(context: Context, contents: Contents, fault: str, links: _Links) -> Fault:
    url, last = context.home_url, contents.ipv6[-1]
    pages = tuple(
        Evidence(kind=f"page-over-{family}", text=page)
        for family in ("ipv4", "ipv6")
        if (page := contents.page(family))
    )
    return Fault(
        subject=url,
        page=url,
        fault=fault,
        arguments={
            "url": url,
            "title4": next(seen.title for seen in contents.ipv4 if seen.opened),
            "title6": last.title,
            "ways": told(last.step, last.error),
            "final": last.final_url,
            "visits": len(contents.ipv6),
            "percent": f"{links.percent:.1f}",
            "only4": len(links.only_old),
            "only6": len(links.only_new),
            "total": links.total,
            "likeness": f"{contents.likeness * 100:.0f}",
            "baseline": f"{contents.baseline * 100:.0f}",
            "examples": "; ".join((*links.only_old[:_SHOWN], *links.only_new[:_SHOWN])),
            "marks": ", ".join(_missing_marks(contents)),
        },
        evidence=(Evidence(kind="text", text=_transcript(url, contents, links)), *pages),
        both_families=True,
        measured_at=measured_at(last.at),
    )


def _missing_marks(contents: Contents) -> list[str]:
    """Values of the marks that the page shows over IPv4 and never over IPv6."""
    ever = {value for seen in contents.ipv6 for _, value in seen.marks}
    shown = [{value for _, value in seen.marks} for seen in contents.ipv4 if seen.opened]
    return sorted(set.intersection(*shown) - ever) if shown and ever else []


def _transcript(url: str, contents: Contents, links: _Links) -> str:
    lines = []
    for family, visits in ((4, contents.ipv4), (6, contents.ipv6)):
        lines.append(command(url, family, visits[0].address))
        lines += [
            f"# {seen.status} {seen.final_url} {seen.error} title: {seen.title} links: {len(seen.links)}"
            for seen in visits
        ]
    lines += [f"IPv4 only: {link}" for link in links.only_old]
    lines += [f"IPv6 only: {link}" for link in links.only_new]
    return "\n".join(lines) + "\n"
