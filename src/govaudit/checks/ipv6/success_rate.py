"""IP6004: the home page does not open over IPv6 every time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import Field

from govaudit.checks.ipv6.both_families import Sample, command, out_of_reach, samples_of, share, told
from govaudit.checks.ipv6.measurements import measured_at
from govaudit.checks.registry import Fault, Judgement, Params, check
from govaudit.inspection.finding import Evidence
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.checks.context import Context

_REASONS = {reason.value: reason for reason in Reason}


class SuccessRateParams(Params):
    """``probes``: visits that have to count; ``percent``: of them that have to succeed; ``interval``: mean seconds
    between two visits of one family while the crawl lasts."""

    probes: int = Field(default=20, ge=1, le=500)
    percent: float = Field(default=95, gt=0, le=100)
    interval: float = Field(default=60, gt=0)


@check("IP6004", name="ipv6-success-rate", faults=("low-rate",), params=SuccessRateParams, needs_host=True)
def ipv6_success_rate(context: Context, params: SuccessRateParams) -> Judgement:
    """How often the home page opened over IPv6 within 15 seconds, of visits spread over the inspection.

    Each visit over IPv6 has one over IPv4 beside it. Where that failed too, where a wall answered, and where no
    packet could leave the measuring machine, the visit does not count. Without IPv4 there is no such control, and
    failures prove nothing. A home page that never opens over IPv6 is IP6003's alone.

    Clause: none official with numbers; 首页IPv6访问成功率 = 访问成功次数/总次数, as surveys of IPv6 count it.
    Reads: probe ``samples``, the name answer, the ways to the home page, the test of the machine's own route.
    Could not tell: no-ipv6-here; not-measured; dns; the walls' or IPv4's reason when too few visits count.
    """
    stopped = out_of_reach(context)
    if stopped is not None:
        return stopped
    samples = samples_of(context)
    if samples is None or not samples.ipv6:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    counted = [
        sample
        for number, sample in enumerate(samples.ipv6)
        if sample.ok or _counts(sample, samples.ipv4[number] if number < len(samples.ipv4) else None)
    ]
    if len(counted) < params.probes:
        return _too_few(samples.ipv6, samples.ipv4, len(counted))
    opened = sum(sample.ok for sample in counted)
    rate = share(opened, len(counted))
    detail = f"{opened}/{len(counted)} ({rate:.1f} %)"
    if rate >= params.percent:
        return Judgement(examined=len(counted), detail=detail)
    failures = [sample for sample in counted if not sample.ok]
    steps = Counter(told(sample.step, sample.error) for sample in failures)
    fault = Fault(
        subject=context.home_url,
        page=context.home_url,
        fault="low-rate",
        arguments={
            "url": context.home_url,
            "rate": f"{rate:.1f}",
            "least": f"{params.percent:g}",
            "opened": opened,
            "count": len(counted),
            "limit": f"{samples.limit:g}",
            "ways": "; ".join(f"{text} ×{count}" for text, count in steps.most_common(5)),
        },
        evidence=(Evidence(kind="text", text=transcript(context.home_url, samples.ipv4, samples.ipv6)),),
        measured_at=measured_at(counted[-1].at),
    )
    return Judgement(examined=len(counted), faults=[fault], detail=detail)


def _counts(failed: Sample, control: Sample | None) -> bool:
    """Whether a failure over IPv6 is one of IPv6."""
    return control is not None and control.ok and not failed.blocked and not failed.without_route


def _too_few(new: Sequence[Sample], old: Sequence[Sample], counted: int) -> Judgement:
    left_out = [sample for sample in new if not sample.ok]
    detail = f"{counted}/{len(new)}"
    if any(sample.without_route for sample in left_out):
        return Judgement(examined=counted, reason=Reason.NO_IPV6_HERE, detail=detail)
    telling = next((sample for sample in (*left_out, *old) if not sample.ok), None)
    reason = _REASONS.get(telling.error.partition(":")[0]) if telling is not None else None
    return Judgement(examined=counted, reason=reason or Reason.NOT_MEASURED, detail=detail)


def transcript(url: str, old: Sequence[Sample], new: Sequence[Sample]) -> str:
    """The commands that measure the same, with every visit as it went."""
    lines = []
    for family, samples in ((4, old), (6, new)):
        lines.append(command(url, family))
        lines += [f"# {_line(sample)}" for sample in samples]
    return "\n".join(lines) + "\n"


def _line(sample: Sample) -> str:
    moment = f"{datetime.fromtimestamp(sample.at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    times = " ".join(
        f"{name} {getattr(sample, name):.3f}" for name in ("dns", "connect", "tls", "first_byte", "total")
    )
    outcome = "ok" if sample.ok else f"{sample.step}: {sample.error}"
    return f"{moment} {outcome} status {sample.status} {times} bytes {sample.bytes}"
