"""What was measured over IPv4 and IPv6 side by side, as the checks read it."""

from __future__ import annotations

import base64
import math
import zlib
from typing import TYPE_CHECKING

import msgspec

from govaudit.checks.ipv6.measurements import name_answer, reaches, route_here, silence_means_nothing
from govaudit.checks.registry import Judgement
from govaudit.inspection.urls import hostname_of, port_of
from govaudit.inspection.verdict import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.checks.context import Context

_NO_ANSWER = frozenset({"servfail", "timeout", "refused"})
_BLOCKED = ("blocked-status", "blocked-page")
_95_PER_CENT = 1.959964


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One timed visit of the home page; times in seconds."""

    at: float
    ok: bool
    step: str = ""
    error: str = ""
    status: int = 0
    dns: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0
    bytes: int = 0

    @property
    def blocked(self) -> bool:
        """Whether a wall answered."""
        return self.error.startswith(_BLOCKED)

    @property
    def without_route(self) -> bool:
        """Whether no packet could leave the measuring machine."""
        return self.error.startswith("no-route")


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """Visits of both families; those of the same number belong together."""

    limit: float = 15.0
    ipv4: tuple[Sample, ...] = ()
    ipv6: tuple[Sample, ...] = ()


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The home page, or a page of a lower level, as one visit saw it."""

    at: float
    opened: bool
    status: int = 0
    reason: str = ""
    step: str = ""
    error: str = ""
    address: str = ""
    final_url: str = ""
    title: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether a wall answered."""
        return self.reason in _BLOCKED


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """The visits of both families to the home page. ``pages``: the first page of each, zlib and base64."""

    ipv4: tuple[Seen, ...] = ()
    ipv6: tuple[Seen, ...] = ()
    likeness: float = 0.0
    baseline: float = 0.0
    pages: dict[str, str] = {}

    def page(self, family: str) -> str:
        """The page as it first came over a family; bytes that are no UTF-8 are shown as U+FFFD."""
        packed = self.pages.get(family, "")
        return zlib.decompress(base64.b64decode(packed)).decode("utf-8", "replace") if packed else ""


class LevelPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a lower level; ``ipv4``: the control, of those that did not open over IPv6."""

    url: str
    ipv6: Seen
    ipv4: Seen | None = None


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """Pages of one level. ``whole``: all ``population`` of them were looked at."""

    level: int
    population: int
    whole: bool
    pages: tuple[LevelPage, ...] = ()

    @property
    def opened(self) -> tuple[LevelPage, ...]:
        """Those that opened over IPv6."""
        return tuple(page for page in self.pages if page.ipv6.opened)

    @property
    def failed(self) -> tuple[LevelPage, ...]:
        """Those that opened over IPv4 alone."""
        return tuple(page for page in self.pages if _fails(page))

    @property
    def unsure(self) -> tuple[LevelPage, ...]:
        """Those that opened over neither, or met a wall: no fault of IPv6."""
        return tuple(page for page in self.pages if not page.ipv6.opened and not _fails(page))


def _fails(page: LevelPage) -> bool:
    if page.ipv6.opened or page.ipv6.blocked:
        return False
    return page.ipv4 is not None and page.ipv4.opened


def samples_of(context: Context) -> Samples | None:
    """The timed visits; ``None`` when the run made none."""
    found = context.facts.probes("samples")
    return msgspec.convert(found[-1].result, Samples) if found else None


def contents_of(context: Context) -> Contents | None:
    """The comparison of the home page; ``None`` when the run made none."""
    found = context.facts.probes("contents")
    return msgspec.convert(found[-1].result, Contents) if found else None


def level_of(context: Context, level: int) -> Level | None:
    """The pages of one level; ``None`` when the run opened none."""
    found = [
        one
        for probe in context.facts.probes("ipv6-level")
        if (one := msgspec.convert(probe.result, Level)).level == level
    ]
    return found[-1] if found else None


def without_address(context: Context) -> Judgement | None:
    """The judgement of a check of a site without a usable IPv6 address, which is IP6001's fault alone, or whose name
    could not be asked for; ``None`` when there is an address."""
    answer = name_answer(context)
    if answer is None:
        return Judgement(examined=0, reason=Reason.NOT_MEASURED, detail=context.home_url)
    if answer.usable:
        return None
    error = answer.error.get("AAAA", "")
    if error in _NO_ANSWER:
        return Judgement(examined=0, reason=Reason.DNS, detail=f"AAAA: {error}")
    return Judgement(examined=0, applicable=False)


def out_of_reach(context: Context) -> Judgement | None:
    """The judgement of a check that needs visits over IPv6 where there can be none: no address, no route from the
    measuring machine, or a home page that nobody gets over IPv6, which is IP6003's fault alone; else ``None``."""
    stopped = without_address(context)
    if stopped is not None:
        return stopped
    here = route_here(context)
    if here is not True:
        reason = Reason.NOT_MEASURED if here is None else Reason.NO_IPV6_HERE
        return Judgement(examined=0, reason=reason, detail=context.home_url)
    ways = reaches(context, 6)
    if not ways or any(way.reached for way in ways) or _opened_later(context):
        return None
    if any(way.reason is Reason.BLOCKED_STATUS for way in ways):
        return Judgement(examined=0, reason=Reason.BLOCKED_STATUS, detail=context.home_url)
    doubt = silence_means_nothing(context)
    if doubt is not None:
        return Judgement(examined=0, reason=doubt, detail=context.home_url)
    return Judgement(examined=0, applicable=False, detail="; ".join(way.told() for way in ways))


def told(step: str, error: str) -> str:
    """A failure in words that every language has: ``[[tcp]] [[timeout]]``, ``[[http]] [[status]] 404``."""
    word, _, detail = error.partition(":")
    if word == "status":
        return f"[[{step}]] [[status]] {detail.strip()}"
    return f"[[{step}]] [[{word or 'closed'}]]" if step else f"[[{word or 'closed'}]]"


def _opened_later(context: Context) -> bool:
    samples = samples_of(context)
    return samples is not None and any(sample.ok for sample in samples.ipv6)


def share(part: int, whole: int) -> float:
    """Per cent."""
    return 100 * part / whole if whole else 0.0


def interval(part: int, whole: int) -> tuple[float, float]:
    """Between which per cents the share of all lies, with 95 % certainty, when ``part`` of ``whole`` drawn ones have
    what is asked for (Wilson)."""
    if not whole:
        return 0.0, 100.0
    rate, spread = part / whole, _95_PER_CENT**2 / whole
    middle = (rate + spread / 2) / (1 + spread)
    half = _95_PER_CENT / (1 + spread) * math.sqrt(rate * (1 - rate) / whole + spread / (4 * whole))
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


def command(url: str, family: int, address: str = "") -> str:
    """The line by which anybody opens ``url`` over one family; ``address``: the one that was used."""
    host, port = hostname_of(url), port_of(url)
    fixed = f" --resolve '{host}:{port}:{address}'" if address and address != host and "'" not in url else ""
    bracketed = fixed.replace(address, f"[{address}]") if ":" in address and fixed else fixed
    times = "%{http_code} %{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total}\\n"
    return f"$ curl -{family} -sSL -m 15 -o /dev/null -w '{times}'{bracketed} '{url.replace(chr(39), '%27')}'"


def medians(values: Sequence[float]) -> float:
    """The median, 0 of nothing."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
