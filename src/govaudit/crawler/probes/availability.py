"""Whether a home page opens within the limit, over one family of addresses, and how long that takes.

What fails at once is tried again until the limit is over, over the next address where there are several: the site does
not open when it did not in all that time. What answers but is no failure of the site ends the visit as unclear: walls,
certificates (the security checks' own subject), addresses of private networks.

Nothing but the page itself is asked for, with its redirects. Times are seconds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import msgspec

from govaudit.crawler.downloader.addresses import Addresses, AddressGuard
from govaudit.crawler.downloader.curl import Order, Transfers
from govaudit.crawler.downloader.faults import fault_of
from govaudit.crawler.downloader.politeness import place_of
from govaudit.crawler.probes.self_check import check_route
from govaudit.crawler.walls import blocked_by
from govaudit.inspection.urls import (
    WEB_SCHEMES,
    canonical,
    hostname_of,
    literal_address_kind,
    port_of,
    resolve,
    scheme_of,
    without_fragment,
    without_www,
)
from govaudit.inspection.verdict import Reason
from govaudit.inspection.watch_log import LIMIT, Look, Outcome

if TYPE_CHECKING:
    from govaudit.crawler.downloader.addresses import Resolved
    from govaudit.crawler.downloader.curl import Answer
    from govaudit.inspection.run import Network

MAX_BYTES = 2_000_000
"""More of a home page is not read: what came counts as the page."""
MAX_HOPS = 10
PAUSES = (1.0, 2.0, 4.0)
"""Between one try and the next; what is left of the limit when they are used up is not used."""
_LEAST_LEFT = 0.5
_NEXT_ADDRESS = 4.0
"""Seconds for a connection where the name has further addresses to try."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_STEPS = {Reason.DNS: "dns", Reason.CONNECT: "tcp", Reason.TLS: "tls"}
_UNCLEAR = frozenset({Reason.TLS, Reason.BLOCKED_STATUS, Reason.BLOCKED_PAGE, Reason.PARSE, Reason.TOO_LARGE})
_FAMILIES: tuple[Literal[4, 6], ...] = (4, 6)


@dataclass(frozen=True, slots=True)
class HomePage:
    """A home page as it came."""

    url: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class HomeVisit:
    """``looks``: one for each family that the name has addresses of; ``page``: as it came over one of them;
    ``addresses``: what the name servers said; ``place``: what sites on the same server share."""

    looks: tuple[Look, ...]
    page: HomePage | None = None
    addresses: tuple[str, ...] = ()
    place: str = ""


@dataclass(slots=True)
class _Try:
    """How one try goes, and ended. ``home``: host of the site, whose own headers and cookies nobody else gets."""

    home: str
    reason: Reason | None = None
    error: str = ""
    step: str = "http"
    status: int = 0
    dns: float = 0.0
    first_byte: float = 0.0
    address: str = ""
    page: HomePage | None = None
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)


class Prober:
    """Visits home pages. Belongs to the event loop that is running when it is made."""

    def __init__(self, network: Network, *, limit: float = LIMIT, pauses: tuple[float, ...] = PAUSES) -> None:
        """``limit``: seconds that a page is given to open; ``pauses``: between one try and the next."""
        self._network = network
        self._limit = limit
        self._pauses = pauses
        self._loop = asyncio.get_running_loop()
        guard = AddressGuard(allow_private=network.allow_private)
        self._guard = guard
        self._transfers = Transfers(guard.allows, network.trust)
        self._free_at: dict[str, float] = {}
        self._headers = (
            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language: zh-CN,zh;q=0.9,en;q=0.5",
            f"User-Agent: {network.user_agent}",
        )
        self._own_headers = (*self._headers, *(f"{name}: {value}" for name, value in network.headers))

    def close(self) -> None:
        """End what runs and give all connections back."""
        self._transfers.close()

    async def visit(self, url: str) -> HomeVisit:
        """Visit the home page over every family that its name has addresses of, one after the other."""
        url = canonical(url) or url
        wanted = [one for one in _FAMILIES if self._network.family in {"auto", str(one)}]
        visits: list[tuple[Look, HomePage | None]] = []
        addresses: list[str] = []
        place = ""
        missing: Resolved | None = None
        for family in wanted:
            names = self._addresses(family)
            began = self._loop.time()
            resolved = await names.of(hostname_of(url), port_of(url))
            asked = self._loop.time() - began
            if resolved.error.startswith("no-address"):
                missing = missing or resolved
                continue
            addresses += resolved.addresses
            if family == 6 and resolved.addresses and not check_route(resolved.addresses).route:
                error = ", ".join(resolved.addresses)
                visits.append(
                    (Look(6, Outcome.UNCLEAR, step="tcp", reason=Reason.NO_IPV6_HERE, error=error), None)
                )
                continue
            if resolved.addresses:
                here = place_of(resolved.addresses[0], self._connected(hostname_of(url), port_of(url)))
                place = place or here
                began += await self._turn(here)
            visits.append(await self._until_open(url, family, names, began, asked))
            if resolved.refused:
                break
        if not visits and missing is not None:
            look = Look(_FAMILIES[0], Outcome.FAILED, step="dns", reason=Reason.DNS, error=missing.error)
            visits.append((look, None))
        page = next((page for _, page in visits if page is not None), None)
        return HomeVisit(tuple(look for look, _ in visits), page, tuple(addresses), place)

    async def answers(self, url: str, family: Literal[4, 6]) -> bool:
        """Whether anything at all answers there over HTTP: a control of our own network."""
        url = canonical(url) or url
        network = msgspec.structs.replace(self._network, family=str(family))
        names = Addresses(network, self._guard)
        resolved = await names.of(hostname_of(url), port_of(url))
        if not resolved.addresses:
            return False
        order = self._order(url, resolved.addresses[0], self._limit, _Try(""), most=1)
        return (await self._transfers.get(order)).status > 0

    def _addresses(self, family: Literal[4, 6]) -> Addresses:
        """A resolver that asks anew: a watch that remembered an answer would not see it change."""
        network = msgspec.structs.replace(self._network, family=str(family))
        return Addresses(network, self._guard)

    async def _turn(self, place: str) -> float:
        """Wait until the server at ``place`` may be asked again; the seconds waited."""
        if not self._network.rate:
            return 0.0
        now = self._loop.time()
        start = max(now, self._free_at.get(place, now))
        self._free_at[place] = start + 1 / self._network.rate
        if len(self._free_at) > 10_000:
            self._free_at = {one: at for one, at in self._free_at.items() if at > now}
        await asyncio.sleep(start - now)
        return start - now

    async def _until_open(
        self, url: str, family: Literal[4, 6], names: Addresses, began: float, asked: float
    ) -> tuple[Look, HomePage | None]:
        """Try until the page opens, something else than a failure comes, or the limit is over. ``asked``: seconds for
        the name before the first try."""
        tries = 0
        for pause in (*self._pauses, 0.0):
            started = began if tries == 0 else self._loop.time()
            ended = await self._once(url, names, tries, self._limit - (self._loop.time() - began))
            tries += 1
            now = self._loop.time()
            if ended.reason is None or _outcome_of(ended) is Outcome.UNCLEAR:
                break
            if now - began + pause + _LEAST_LEFT >= self._limit:
                break
            names.forget_failures()
            await asyncio.sleep(pause)
        look = Look(
            family,
            _outcome_of(ended),
            step=ended.step,
            reason=ended.reason,
            error=ended.error[:300],
            status=ended.status,
            after=round(now - began, 4),
            seconds=round(now - started, 4),
            dns=round(ended.dns + (asked if tries == 1 else 0.0), 4),
            first_byte=round(ended.first_byte, 4),
            size=len(ended.page.body) if ended.page else 0,
            address=ended.address,
            tries=tries,
        )
        return look, ended.page

    async def _once(self, url: str, names: Addresses, turn: int, left: float) -> _Try:
        """One try: the page, at the end of its redirects."""
        one = _Try(without_www(hostname_of(url)))
        until = self._loop.time() + left
        seen: set[tuple[str, str]] = set()
        for _ in range(MAX_HOPS + 1):
            host, port = hostname_of(url), port_of(url)
            step = (url, str(sorted(one.cookies.get(host, {}).items())))
            if step in seen:
                return _ended(one, None, f"redirect-loop: {url}")
            seen.add(step)
            asked = self._loop.time()
            resolved = await names.of(host, port)
            one.dns += self._loop.time() - asked
            if not resolved.addresses:
                # A private address is no failure that visitors could not have elsewhere: it is not asked.
                reason = Reason.PARSE if resolved.refused else Reason.DNS
                one.step = "dns"
                return _ended(one, reason, resolved.error)
            address = resolved.addresses[turn % len(resolved.addresses)]
            left = max(_LEAST_LEFT, until - self._loop.time())
            connecting = left if len(resolved.addresses) == 1 else min(left, _NEXT_ADDRESS)
            order = self._order(url, address, left, one, connecting=connecting)
            answer = await self._transfers.get(order)
            one.address, one.status, one.first_byte = answer.address or address, answer.status, answer.waited
            if answer.error:
                fault, error = fault_of(answer, connecting, answer.given_up or left)
                if fault is not None:
                    one.step = _step_of(fault, error)
                    return _ended(one, fault, error)
            location = answer.header("location")
            if answer.status not in _REDIRECTS or not location:
                return _arrived(one, url, answer)
            _take_cookies(one, url, answer)
            following = self._following(url, location)
            if following is None:
                return _ended(one, Reason.PARSE, f"redirect: {location[:200]}")
            url = following
        return _ended(one, None, f"redirect-endless: more than {MAX_HOPS} redirects")

    def _following(self, url: str, location: str) -> str | None:
        """Where a redirect leads, ``None`` when that is nothing that may be asked."""
        written = "".join(one if one.isascii() else f"%{ord(one):02X}" for one in location)
        joined = resolve(url, written)
        if joined is None or scheme_of(joined) not in WEB_SCHEMES:
            return None
        if literal_address_kind(joined) in {"private", "loopback"} and not self._network.allow_private:
            return None
        return without_fragment(joined)

    def _order(
        self,
        url: str,
        address: str,
        left: float,
        one: _Try,
        *,
        connecting: float = LIMIT,
        most: int = MAX_BYTES,
    ) -> Order:
        host, port = hostname_of(url), port_of(url)
        connected = self._connected(host, port)
        own = without_www(host) == one.home
        cookies = [f"{name}={value}" for name, value in one.cookies.get(host, {}).items()]
        return Order(
            url=url,
            headers=self._own_headers if own else self._headers,
            limit_of=lambda _: most,
            connect_timeout=min(connecting, left),
            timeout=left,
            # The address is given for this connection alone: libcurl would keep a resolved one.
            connect_to=(f"{_bracketed(host)}:{port}:{_bracketed(address)}:{connected}",),
            cookie="; ".join((*(self._network.cookies if own else ()), *cookies)),
            fresh=True,
        )

    def _connected(self, host: str, port: int) -> int:
        return self._network.connect_port.get(f"{host}:{port}", port)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _step_of(reason: Reason, error: str) -> str:
    if reason is Reason.TIMEOUT and error.startswith(("no connection", "no TLS")):
        return "tcp" if error.startswith("no connection") else "tls"
    return _STEPS.get(reason, "http")


def _ended(one: _Try, reason: Reason | None, error: str) -> _Try:
    one.reason, one.error = reason or Reason.SERVER_ERROR, error
    return one


def _arrived(one: _Try, url: str, answer: Answer) -> _Try:
    blocked = blocked_by(answer.status, answer.headers, answer.body)
    if blocked is not None:
        return _ended(one, *blocked)
    if 300 <= answer.status < 400:
        return _ended(one, Reason.PARSE, f"status {answer.status}")
    if not 200 <= answer.status < 300:
        return _ended(one, Reason.SERVER_ERROR, f"status {answer.status}")
    if not answer.body.strip():
        return _ended(one, Reason.PARSE, "empty page")
    one.page = HomePage(url, answer.header("content-type"), answer.body)
    return one


def _outcome_of(one: _Try) -> Outcome:
    if one.reason is None:
        return Outcome.OPEN
    return Outcome.UNCLEAR if one.reason in _UNCLEAR else Outcome.FAILED


def _take_cookies(one: _Try, url: str, answer: Answer) -> None:
    """Sites that send a visitor back with a cookie would look like loops without it."""
    for name, value in answer.headers:
        key, equals, content = value.partition(";")[0].partition("=")
        if name == "set-cookie" and equals and value.isprintable() and len(value) < 4_096:
            one.cookies.setdefault(hostname_of(url), {})[key.strip()] = content.strip()
