"""Fixtures of checks: a small site in YAML, put through the real reader into a real fact store, and judged.

A fixture names the check, the site, its pages (path or address → HTML, or a mapping), other targets, probes,
addresses left out, and the judgement that is expected. Every scalar of the file is text until it is typed here.

Something that did not open is looked at twice with the same outcome, as the crawl does, unless ``looks`` gives the
single looks. Depths are clicks from the home page unless a page gives its own.
"""

from __future__ import annotations

from collections import deque
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from govaudit.checks.context import Context
from govaudit.checks.registry import Check, Judgement, all_checks
from govaudit.checks.told import told_by
from govaudit.crawler.reading.page import read_page
from govaudit.inspection.fact_writer import FactWriter
from govaudit.inspection.facts import Fetch, Hop, Lane, Link, Probe, Reading, Skipped
from govaudit.inspection.messages import LANGUAGES, told
from govaudit.inspection.profile import Profile, RequiredColumn, load_profile
from govaudit.inspection.run import CrawlPlan, CrawlState, Network, parse_moment
from govaudit.inspection.site import Site, SiteScope
from govaudit.inspection.site_facts import SiteFacts
from govaudit.inspection.urls import (
    WEB_SCHEMES,
    canonical,
    host_of,
    resolve,
    scheme_of,
    without_fragment,
)
from govaudit.inspection.verdict import Reason, Verdict
from govaudit.inspection.watch_log import Look, Outcome, Visit, WatchWindow
from govaudit.inspection.yaml_text import load_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from govaudit.inspection.peers import Peer

CASES = ("pass", "fail", "near-miss", "could-not-tell")
"""Beginnings of fixture file names; every check has at least one of each."""

SECONDS_BETWEEN_LOOKS = 3600.0


def _empty_as_mapping(value: Any) -> Any:
    return {} if value is None else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HopSpec(_Strict):
    """One redirect of a chain."""

    url: str
    status: int = 302


class LookSpec(_Strict):
    """How one look at a target ended. ``reason`` without ``status`` means that there was no answer."""

    status: int | None = None
    reason: Reason | None = None
    detail: str = ""
    content_type: str = ""
    magic: str = ""
    size: int | None = None
    seconds: float = 0.2
    address: str = "203.0.113.7"
    hops: tuple[HopSpec, ...] = ()
    final_url: str = ""
    truncated: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    title: str = ""
    heading: str = ""


class TargetSpec(LookSpec):
    """Something that was opened but is no page that was read."""

    lane: Lane = Lane.PAGE
    depth: int = 1
    looks: tuple[LookSpec, ...] = ()


class PageSpec(TargetSpec):
    """A page. ``charset``: in which the HTML is sent, without saying so in the header."""

    html: str = ""
    charset: str = ""
    depth: int | None = None  # type: ignore[assignment]


def _as_page(value: Any) -> Any:
    return {"html": value} if isinstance(value, str) else value


class ProbeSpec(_Strict):
    """A measurement outside the crawl."""

    kind: str
    subject: str
    result: dict[str, Any]


class SiteSpec(_Strict):
    """The registered site; fields of ``inspection.site.Site``."""

    url: str
    code: str = ""
    name: str = ""
    sponsor: str = ""
    region: str = ""
    level: str = ""
    kind: str = "portal"
    scope: tuple[str, ...] = ()
    main_host: str = ""

    def site(self) -> Site:
        """The registry row."""
        return Site(**self.model_dump())


class StateSpec(_Strict):
    """How the crawl ended."""

    interrupted: bool = False
    problem: str = ""


class ExpectedFault(_Strict):
    """What a fault has to say; only the given keys are compared. Subjects and pages may be paths."""

    subject: str | None = None
    page: str | None = None
    pages: tuple[str, ...] | None = None
    fault: str | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None
    count: int | None = None
    aspect: str | None = None
    column: str | None = None
    identity: str | None = None
    spread: dict[str, int] | None = None
    arguments: dict[str, str] = {}
    locator: dict[str, str] = {}
    evidence: str | None = None
    """Text that some evidence contains."""


class Expected(_Strict):
    """The judgement. Faults that are not listed must not be there."""

    verdict: Verdict
    examined: int | None = None
    reason: Reason | None = None
    detail: str | None = None
    """Text that the judgement's detail contains."""
    faults: tuple[ExpectedFault, ...] = ()
    awards: tuple[str, ...] | None = None


class EarlierSpec(_Strict):
    """The run before: when it judged and the pages that it read."""

    as_of: str
    pages: dict[str, Annotated[PageSpec, BeforeValidator(_as_page)]]


class PeerSpec(_Strict):
    """Another site of the run, read like this one, that tells what it has."""

    site: SiteSpec
    pages: dict[str, Annotated[PageSpec, BeforeValidator(_as_page)]]
    targets: dict[str, Annotated[TargetSpec, BeforeValidator(_empty_as_mapping)]] = {}


class WatchSpec(_Strict):
    """The watch log before ``as_of``. ``days``: oldest first, each a row of visits spread over its 24 hours, such as
    ``20o 2f 2.``: ``o`` opened, ``f`` no connection, ``s`` answered 503, ``q`` silence, ``d`` no such name, ``l``
    opened after the limit, ``6`` opened over IPv6 alone, ``w`` a wall, ``t`` a certificate fault, ``n`` our own
    network was away, ``4`` failed over IPv4 and there is no IPv6 here, ``.`` not made. ``seconds``: until the page
    was there."""

    days: tuple[str, ...]
    seconds: float = 0.4


class FixtureSpec(_Strict):
    """A whole fixture file."""

    check: str
    why: str = ""
    as_of: str = "2026-11-20"
    profile: str = ""
    params: dict[str, str | list[str]] = {}
    columns: tuple[RequiredColumn, ...] | None = None
    minimum_coverage: float | None = None
    site: SiteSpec = SiteSpec(url="http://www.yunlan.gov.cn/")
    registry: tuple[SiteSpec, ...] = ()
    pages: dict[str, Annotated[PageSpec, BeforeValidator(_as_page)]] = {}
    targets: dict[str, Annotated[TargetSpec, BeforeValidator(_empty_as_mapping)]] = {}
    skipped: dict[str, Skipped] = {}
    waiting: tuple[str, ...] = ()
    probes: tuple[ProbeSpec, ...] = ()
    measures: tuple[str, ...] = ()
    state: StateSpec = StateSpec()
    previous: EarlierSpec | None = None
    watch: WatchSpec | None = None
    peers: tuple[PeerSpec, ...] = ()
    expect: Expected = Field()


@dataclass(frozen=True, slots=True)
class _ReadPage:
    url: str
    spec: PageSpec
    body: bytes
    reading: Reading
    links: list[Link]


@dataclass
class FixtureSite:
    """A fixture that was judged: what it expects and what the check said."""

    spec: FixtureSpec
    check: Check[Any]
    context: Context
    judgement: Judgement

    def differences(self) -> list[str]:
        """Where the judgement is not the expected one, one line each."""
        expected, said = self.spec.expect, self.judgement
        lines = []
        if said.verdict is not expected.verdict:
            lines.append(f"verdict {said.verdict.value}, expected {expected.verdict.value}")
        if expected.examined is not None and said.examined != expected.examined:
            lines.append(f"examined {said.examined}, expected {expected.examined}")
        if expected.awards is not None and said.awards != expected.awards:
            lines.append(f"awards {said.awards}, expected {expected.awards}")
        if (expected.reason is not None or not expected.faults) and said.reason is not expected.reason:
            lines.append(f"reason {said.reason}, expected {expected.reason} (detail: {said.detail})")
        if expected.detail is not None and expected.detail not in said.detail:
            lines.append(f"detail {said.detail!r} does not contain {expected.detail!r}")
        left = [self._facts_of(fault) for fault in said.faults]
        for wanted in expected.faults:
            match = next((one for one in left if self._matches(wanted, one)), None)
            if match is None:
                lines.append(f"expected fault not found: {wanted.model_dump(exclude_defaults=True)}")
            else:
                left.remove(match)
        lines.extend(f"fault not expected: {one}" for one in left)
        return lines

    def _facts_of(self, fault: Any) -> dict[str, Any]:
        return {
            "subject": fault.subject,
            "page": fault.page,
            "pages": fault.pages,
            "fault": fault.fault,
            "verdict": fault.verdict,
            "reason": fault.reason,
            "count": fault.count,
            "aspect": fault.aspect,
            "spread": fault.spread,
            "column": fault.column,
            "identity": fault.identity,
            "arguments": {name: str(value) for name, value in fault.arguments.items()},
            "locator": {
                "raw": fault.locator.raw,
                "text": fault.locator.text,
                "line": str(fault.locator.line),
            },
            "evidence": "\n".join(
                line
                for one in fault.evidence
                for line in (one.text or one.path, *(told(said, LANGUAGES[0]) for said in one.said))
            ),
        }

    def _matches(self, wanted: ExpectedFault, found: dict[str, Any]) -> bool:
        given = wanted.model_dump(exclude_unset=True)
        return all(self._agrees(name, value, found[name]) for name, value in given.items())

    def _agrees(self, name: str, wanted: Any, found: Any) -> bool:
        match name:
            case "arguments" | "locator":
                return all(found.get(key) == text for key, text in wanted.items())
            case "evidence":
                return wanted in found
            case "pages":
                return tuple(self._absolute(one) for one in wanted) == tuple(found)
            case "subject" | "page" | "identity":
                return bool(self._absolute(wanted) == found)
        return bool(wanted == found)

    def _absolute(self, text: str) -> str:
        return _address(self.spec.site.url, text) if text.startswith("/") else text


def load_fixture(file: Path) -> FixtureSpec:
    """Read a fixture file. Raises ``ValidationError`` naming what is wrong in it."""
    return FixtureSpec.model_validate(load_yaml(file).data)


def judge_fixture(spec: FixtureSpec, folder: Path) -> FixtureSite:
    """Write the facts of ``spec`` into a store in ``folder``, judge them, and return both.

    The caller closes ``context.facts`` and ``context.previous``.
    """
    found = all_checks()[spec.check]
    context = build_context(spec, folder)
    profile = context.profile
    values = {**profile.checks.get(spec.check, {}), **spec.params}
    judgement = found.function(context, found.parameters(values, profile.name))
    return FixtureSite(spec, found, context, judgement)


def build_context(spec: FixtureSpec, folder: Path) -> Context:
    """The context that a check sees of the fixture's site, over a real fact store in ``folder``."""
    site = spec.site.site()
    as_of = parse_moment(spec.as_of)
    registry = (site, *(one.site() for one in spec.registry))
    other_hosts = frozenset(one.host for one in registry[1:])
    plan = CrawlPlan(
        run="2026Q4",
        site=site,
        as_of=as_of,
        seed=1,
        network=Network(),
        measures=spec.measures,
        other_hosts=tuple(sorted(other_hosts)),
    )
    path = folder / "facts.sqlite"
    _write(spec, plan, path)
    previous = None
    if spec.previous is not None:
        earlier = spec.model_copy(
            update={"pages": spec.previous.pages, "targets": {}, "skipped": {}, "probes": ()}
        )
        plan_then = msgspec.structs.replace(plan, run="2026Q3", as_of=parse_moment(spec.previous.as_of))
        _write(earlier, plan_then, folder / "previous.sqlite")
        previous = SiteFacts.open(folder / "previous.sqlite")
    return Context(
        facts=SiteFacts.open(path),
        site=site,
        scope=SiteScope(site, other_hosts),
        as_of=as_of,
        profile=_profile(spec),
        registry=registry,
        previous=previous,
        peers=tuple(_peer(spec, one, folder / f"peer{place}") for place, one in enumerate(spec.peers)),
    )


def _peer(spec: FixtureSpec, peer: PeerSpec, folder: Path) -> Peer:
    folder.mkdir()
    changes = {
        "site": peer.site, "pages": peer.pages, "targets": peer.targets, "peers": (), "previous": None,
        "skipped": {}, "waiting": (), "probes": (), "registry": (spec.site,),
    }  # fmt: skip
    context = build_context(spec.model_copy(update=changes), folder)
    with closing(context.facts):
        return told_by(context)


def _profile(spec: FixtureSpec) -> Profile:
    profile = (
        load_profile(spec.profile) if spec.profile else Profile(name="fixture", title="fixture", basis="")
    )
    changes: dict[str, Any] = {}
    if spec.columns is not None:
        changes["columns"] = spec.columns
    if spec.minimum_coverage is not None:
        changes["minimum_coverage"] = spec.minimum_coverage
    return profile.model_copy(update=changes)


def _write(spec: FixtureSpec, plan: CrawlPlan, path: Path) -> None:
    home = canonical(plan.site.url) or plan.site.url
    start = (plan.as_of - timedelta(days=1)).timestamp()
    pages = [_read(spec, address, page, home) for address, page in spec.pages.items()]
    depths = _depths(pages, home)
    writer = FactWriter.open(path, plan)
    try:
        for page in pages:
            depth = page.spec.depth if page.spec.depth is not None else depths.get(page.url, 1)
            number = writer.add_target(page.url, Lane.PAGE, depth)
            body = page.body if page.spec.html else None
            fetch_id = _add_looks(writer, page.url, page.spec, start, body)
            if page.spec.html:
                anchors = [writer.anchor(link) for link in page.links]
                writer.add_page(page.url, fetch_id, depth, page.reading, anchors)
            writer.finish_target(number)
        for address, target in spec.targets.items():
            url = _address(spec.site.url, address)
            number = writer.add_target(url, target.lane, target.depth)
            _add_looks(writer, url, target, start, None)
            writer.finish_target(number)
        for address, why in spec.skipped.items():
            writer.skip_target(_address(spec.site.url, address), Lane.PAGE, 1, why)
        for address in spec.waiting:
            writer.add_target(_address(spec.site.url, address), Lane.PAGE, 1)
        for probe in spec.probes:
            writer.add_probe(
                Probe(kind=probe.kind, subject=probe.subject, at=start, result=_typed(probe.result))
            )
        if spec.watch is not None:
            writer.add_probe(_watched(spec.watch, home, plan.as_of.timestamp()))
        writer.commit()
        writer.set_state(
            CrawlState(
                started_at=start - 60,
                finished_at=0.0 if spec.state.interrupted else start + 2 * SECONDS_BETWEEN_LOOKS,
                interrupted=spec.state.interrupted,
                problem=spec.state.problem,
            )
        )
    finally:
        writer.close()


_REFUSED = "refused: connection refused"


def _looks(kind: str, seconds: float) -> tuple[Look, ...]:
    opened = Look(4, Outcome.OPEN, status=200, after=seconds, seconds=seconds, address="203.0.113.7")
    failed = Look(
        4,
        Outcome.FAILED,
        step="tcp",
        reason=Reason.CONNECT,
        error=_REFUSED,
        after=15.0,
        address="203.0.113.7",
    )
    http = partial(msgspec.structs.replace, failed, step="http")
    other = partial(msgspec.structs.replace, failed, family=6)
    wall = {"reason": Reason.BLOCKED_STATUS, "status": 403, "error": "status 403", "outcome": Outcome.UNCLEAR}
    found: dict[str, tuple[Look, ...]] = {
        "o": (opened,),
        "f": (failed,),
        "n": (failed,),
        "q": (http(step="tcp", reason=Reason.TIMEOUT, error="no connection within 15 s"),),
        "s": (http(reason=Reason.SERVER_ERROR, status=503, error="status 503"),),
        "d": (http(step="dns", reason=Reason.DNS, error="nxdomain: no such name", address=""),),
        "l": (msgspec.structs.replace(opened, after=17.5, seconds=17.5),),
        "6": (failed, other(outcome=Outcome.OPEN, step="http", reason=None, error="", after=0.4)),
        "w": (http(**wall),),
        "t": (http(step="tls", reason=Reason.TLS, error="expired", outcome=Outcome.UNCLEAR),),
        "4": (failed, other(outcome=Outcome.UNCLEAR, reason=Reason.NO_IPV6_HERE)),
    }
    return found[kind]


def _watched(spec: WatchSpec, home: str, until: float) -> Probe:
    """The copy of the log that a run keeps."""
    end = -(-until // 60) * 60
    visits = []
    for back, written in enumerate(reversed(spec.days)):
        kinds = "".join(token[-1] * int(token[:-1] or 1) for token in written.split())
        for number, kind in enumerate(kinds):
            slot = int(end - (back + 1) * 86_400 + (number + 0.5) * 86_400 / len(kinds))
            if kind != ".":
                visits.append(
                    Visit(slot, slot + 0.2, _looks(kind, spec.seconds), "away" if kind == "n" else "")
                )
    visits.sort(key=lambda one: one.slot)
    window = WatchWindow(since=until - 14 * 86_400, until=until, taken_at=until, visits=tuple(visits))
    return Probe(kind="watch", subject=home, at=until, result=msgspec.to_builtins(window))


def _read(spec: FixtureSpec, address: str, page: PageSpec, home: str) -> _ReadPage:
    url = _address(spec.site.url, address)
    final = _address(spec.site.url, page.final_url) if page.final_url else url
    body = page.html.encode(page.charset or "utf-8")
    reading, raw_links = read_page(body, final, _content_type(page), home=url == home)
    base = reading.base or final
    links = [_link(base, raw.tag, raw.raw, raw.text, reading.charset.used) for raw in raw_links]
    return _ReadPage(url, page, body, reading, links)


def _content_type(page: PageSpec) -> str:
    if page.content_type:
        return page.content_type
    return "text/html" if page.charset else "text/html; charset=utf-8"


def _link(base: str, tag: int, raw: str, text: str, encoding: str) -> Link:
    resolved = resolve(base, raw, encoding)
    if resolved is None or scheme_of(resolved) not in WEB_SCHEMES:
        return Link(tag, None, raw, text)
    url, _, fragment = resolved.partition("#")
    return Link(tag, url, raw, text, fragment)


def _depths(pages: list[_ReadPage], home: str) -> dict[str, int]:
    by_url = {page.url: page for page in pages}
    depths = {home: 0}
    queue = deque([home])
    while queue:
        url = queue.popleft()
        if url not in by_url:
            continue
        for link in by_url[url].links:
            if link.url in by_url and link.url not in depths:
                depths[link.url] = depths[url] + 1
                queue.append(link.url)
    return depths


def _add_looks(writer: FactWriter, url: str, target: TargetSpec, start: float, body: bytes | None) -> int:
    fetches = [
        _fetch(url, look, number, start=start, target=target, body=body)
        for number, look in enumerate(_looks_of(url, target, body), 1)
    ]
    identifiers = [writer.add_fetch(fetch, body if fetch is fetches[-1] else None) for fetch in fetches]
    return identifiers[-1]


def _looks_of(url: str, target: TargetSpec, body: bytes | None) -> tuple[LookSpec, ...]:
    if target.looks:
        return target.looks
    opened = _fetch(url, target, 1, start=0.0, target=target, body=body).opened
    return (target,) if opened else (target, target)


def _fetch(
    url: str, look: LookSpec, number: int, *, start: float, target: TargetSpec, body: bytes | None
) -> Fetch:
    answered = look.reason is None
    status = look.status if look.status is not None else (200 if answered else 0)
    content_type = look.content_type or target.content_type
    if body is not None and isinstance(target, PageSpec):
        content_type = content_type or _content_type(target)
    default_size = len(body) if body is not None else (1024 if status else 0)
    return Fetch(
        url=url,
        look=number,
        at=start + (number - 1) * SECONDS_BETWEEN_LOOKS,
        status=status,
        reason=look.reason,
        detail=look.detail,
        final_url=_address(url, look.final_url) if look.final_url else url,
        hops=tuple(Hop(_address(url, hop.url), hop.status) for hop in look.hops),
        content_type=content_type,
        size=default_size if look.size is None else look.size,
        truncated=look.truncated,
        magic=look.magic,
        address=look.address if status else "",
        seconds=look.seconds,
        headers=look.headers,
        title=look.title,
        heading=look.heading,
    )


def _address(base: str, text: str) -> str:
    joined = resolve(base, text)
    if joined is None or not host_of(joined):
        raise ValueError(f"no address: {text!r}")
    return without_fragment(joined)


def _typed(value: Any) -> Any:
    """Probe results hold numbers and truth values; the file's scalars are all text."""
    if isinstance(value, dict):
        return {name: _typed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_typed(one) for one in value]
    if value in {"true", "false"}:
        return value == "true"
    if isinstance(value, str) and value.isdigit():
        return int(value)
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return float(value)
    return "" if value is None else value
