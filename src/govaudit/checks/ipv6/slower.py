"""IP6009: the home page is slower over IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.ipv6.both_families import medians, out_of_reach, samples_of, share
from govaudit.checks.ipv6.measurements import measured_at
from govaudit.checks.ipv6.success_rate import transcript
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.checks.context import Context
    from govaudit.checks.ipv6.both_families import Sample

_STEPS = ("dns", "connect", "tls", "first_byte", "total")


class SlowerParams(Params):
    """``probes``: pairs of visits that have to be there; ``percent`` and ``milliseconds``: by which the median over
    IPv6 has to be longer; ``pairs``: per cent of the pairs in which it has to be."""

    probes: int = Field(default=15, ge=1)
    percent: float = Field(default=15, ge=0)
    milliseconds: float = Field(default=50, ge=0)
    pairs: float = Field(default=75, ge=50, le=100)


@check("IP6009", name="ipv6-slower", faults=("slower",), params=SlowerParams, needs_host=True)
def ipv6_slower(context: Context, params: SlowerParams) -> Judgement:
    """How long the home page takes over IPv6 compared with IPv4: the median of visits made in pairs.

    Both the share and the milliseconds have to be exceeded, and IPv6 has to be the slower one in most of the pairs: a
    few long waits are no degradation. Only pairs count of which both visits opened the page. What was measured is the
    way from the place of the inspection.

    Clause: 性能劣化比 = (IPv6−IPv4)/IPv4, as guides to IPv6 deployment define it; the limits are ours.
    Reads: probe ``samples``, the name answer, the ways to the home page, the test of the machine's own route.
    Could not tell: no-ipv6-here; not-measured when there are too few pairs; dns.
    """
    stopped = out_of_reach(context)
    if stopped is not None:
        return stopped
    samples = samples_of(context)
    if samples is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    both = zip(samples.ipv4, samples.ipv6, strict=False)
    pairs = [(old, new) for old, new in both if old.ok and new.ok]
    if len(pairs) < params.probes:
        return Judgement(examined=len(pairs), reason=Reason.NOT_MEASURED, detail=f"{len(pairs)}")
    old, new = _medians([one for one, _ in pairs]), _medians([one for _, one in pairs])
    longer = new["total"] - old["total"]
    worse = share(round(longer * 1_000_000), round(old["total"] * 1_000_000))
    slower = share(sum(six.total > four.total for four, six in pairs), len(pairs))
    detail = f"{old['total'] * 1000:.0f} ms / {new['total'] * 1000:.0f} ms ({worse:+.0f} %)"
    if worse <= params.percent or longer * 1000 <= params.milliseconds or slower < params.pairs:
        return Judgement(examined=len(pairs), detail=detail)
    fault = Fault(
        subject=context.home_url,
        page=context.home_url,
        fault="slower",
        arguments={
            "url": context.home_url,
            "worse": f"{worse:.0f}",
            "count": len(pairs),
            "most": f"{params.percent:g}",
            **{f"{step}4": f"{old[step] * 1000:.0f}" for step in _STEPS},
            **{f"{step}6": f"{new[step] * 1000:.0f}" for step in _STEPS},
        },
        evidence=(Evidence(kind="text", text=transcript(context.home_url, samples.ipv4, samples.ipv6)),),
        measured_at=measured_at(pairs[-1][1].at),
    )
    return Judgement(examined=len(pairs), faults=[fault], detail=detail)


def _medians(samples: Sequence[Sample]) -> dict[str, float]:
    return {step: medians([getattr(sample, step) for sample in samples]) for step in _STEPS}
