"""IP6008: what the upper levels need from hosts that have no IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from pydantic import Field

from govaudit.checks.ipv6.both_families import contents_of, without_address
from govaudit.checks.ipv6.measurements import NameAnswer, measured_at, name_answer, name_transcript
from govaudit.checks.ipv6.rewriting import Rewriting, rewriting
from govaudit.checks.links.signs import is_government, is_public
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.facts import Tag
from govaudit.inspection.finding import Evidence, Locator
from govaudit.inspection.foreign_hosts import HostUse, foreign_hosts
from govaudit.inspection.urls import without_www
from govaudit.inspection.verdict import Reason, Verdict

if TYPE_CHECKING:
    from govaudit.checks.context import Context

_NO_ANSWER = frozenset({"servfail", "timeout", "refused"})
_OTHERS = (Tag.FONT, Tag.MEDIA, Tag.OBJECT, Tag.ICON)


class SkyWindowParams(Params):
    """``hosts``: how many hosts are asked for at most, those first on which most pages depend."""

    hosts: int = Field(default=300, ge=1, le=5000)


@check(
    "IP6008",
    name="sky-window",
    faults=("resource", "government-link", "link"),
    params=SkyWindowParams,
    needs_host=True,
    concerns_others=True,
)
def sky_window(context: Context, _: SkyWindowParams) -> Judgement:
    """Hosts of others that pages of the first three levels load from or link to, and that have an IPv4 address alone.

    A visitor who has IPv6 alone sees a hole there (天窗). Each host is one finding: what pages load (scripts, styles,
    images, frames …) apart from what they only link, governments' hosts apart from others. A host without any address
    is a broken link, not a window; what the home page names over IPv4 alone, because a translator leads it another way
    over IPv6, is none either, and of such a site's other pages nothing is said. Hosts of the marks and records that
    every site has to show are not the site's to choose. Told from the DNS, so the measuring machine needs no IPv6.
    Where not one name that was asked for has IPv6, the name server may be holding such answers back.

    Clause: 天窗问题: parts of other sites that are missing on a page where only IPv6 is to be had.
    Reads: references of pages up to two clicks from the home page, probes ``host-records`` and ``contents``, the name
    answer.
    Could not tell: not-measured; dns when names could not be asked for or no answer held IPv6; budget when there were
    more hosts than were asked for.
    """
    stopped = without_address(context)
    if stopped is not None:
        return stopped
    probes = context.facts.probes("host-records")
    if not probes:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    probe = probes[-1]
    found = msgspec.convert(probe.result["hosts"], dict[str, NameAnswer])
    answers = {host: msgspec.structs.replace(answer, at=probe.at) for host, answer in found.items()}
    if not answers:
        return Judgement(examined=0, applicable=False)
    unanswered = sorted(host for host, answer in answers.items() if _NO_ANSWER & set(answer.error.values()))
    told = {host: answer for host, answer in answers.items() if host not in unanswered}
    if unanswered and not told:
        return Judgement(examined=0, reason=Reason.DNS, detail=", ".join(unanswered[:5]))
    windows = {host: answer for host, answer in told.items() if answer.A and not answer.usable}
    if windows and not _tells_of_ipv6(context, told):
        return Judgement(examined=len(told), reason=Reason.DNS, detail="AAAA: 0")
    uses = context.derived(_uses)
    home = _home(context)
    faults = [
        _fault(context, use, windows[host], verdict)
        for host, use in uses.items()
        if host in windows and (verdict := _verdict(host, home)) is not None
    ]
    left_out = int(str(probe.result.get("left_out", 0)))
    return Judgement(
        examined=len(told),
        faults=faults,
        reason=Reason.DNS if unanswered else Reason.BUDGET if left_out else None,
        detail=", ".join(unanswered[:5]) if unanswered else f"+{left_out}" if left_out else "",
    )


def _verdict(host: str, home: Rewriting) -> Verdict | None:
    """What a host with IPv4 alone amounts to; ``None``: nothing. ``home``: the home page over both families."""
    name = without_www(host)
    if name in home.old - home.new or (is_public(host) and not is_government(host)):
        return None
    return Verdict.INCONCLUSIVE if home.led and name not in home.new else Verdict.FAIL


def _home(context: Context) -> Rewriting:
    contents = contents_of(context)
    if contents is None or not any(seen.opened for seen in contents.ipv6):
        return Rewriting(frozenset(), frozenset(), frozenset())
    return rewriting(contents)


def _uses(context: Context) -> dict[str, HostUse]:
    return foreign_hosts(context.facts, context.scope.owns)


def _tells_of_ipv6(context: Context, answers: dict[str, NameAnswer]) -> bool:
    """Whether the way names are asked for lets IPv6 through: one answer with it proves that."""
    own = name_answer(context)
    sources = [*answers.values(), *([own] if own is not None else [])]
    return any(answer.usable and answer.source == "resolver" for answer in sources) or all(
        answer.source == "option" for answer in answers.values()
    )


def _fault(context: Context, use: HostUse, answer: NameAnswer, verdict: Verdict) -> Fault:
    fault = "resource" if use.resources else "government-link" if is_government(use.host) else "link"
    count = use.resources
    unusable = "; ".join(f"{address} ([[{why}]])" for address, why in sorted(answer.unusable_v6.items()))
    return Fault(
        subject=use.host,
        page=use.examples[0],
        fault=fault,
        verdict=verdict,
        reason=Reason.NOT_MEASURED if verdict is Verdict.INCONCLUSIVE else None,
        arguments={
            "host": use.host,
            "address": use.url,
            "addresses": ", ".join(answer.A[:5]),
            "unusable": unusable,
            "pages": use.pages,
            "linking": use.links,
            "scripts": count[Tag.SCRIPT],
            "styles": count[Tag.STYLE],
            "images": count[Tag.IMAGE],
            "frames": count[Tag.FRAME],
            "others": sum(count[tag] for tag in _OTHERS),
        },
        locator=Locator(raw=use.raw, text=use.text),
        aspect="home" if use.examples[0] == context.home_url else "other",
        count=use.pages,
        pages=tuple(use.examples),
        evidence=(Evidence(kind="dns", text=name_transcript(use.host, answer)),),
        measured_at=measured_at(answer.at),
    )
