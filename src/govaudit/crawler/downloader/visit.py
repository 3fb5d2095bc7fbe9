"""One look at one target: the chain of redirects, walked by us, and what came at its end, as a ``Fetch``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from govaudit.crawler.downloader.addresses import Addresses, AddressGuard
from govaudit.crawler.downloader.curl import Aborted, ClientKey, Order, Transfers
from govaudit.crawler.downloader.faults import fault_of
from govaudit.crawler.downloader.own_network import NETWORK_FAULTS, OwnNetwork
from govaudit.crawler.downloader.politeness import Turn
from govaudit.crawler.earlier import taken_over
from govaudit.crawler.filetypes import type_of
from govaudit.crawler.page_text import heading_of, title_of
from govaudit.crawler.robots import origin_of
from govaudit.crawler.walls import blocked_by
from govaudit.inspection.facts import Fetch, Hop, Lane, Skipped
from govaudit.inspection.urls import (
    WEB_SCHEMES,
    hostname_of,
    literal_address_kind,
    port_of,
    resolve,
    scheme_of,
    without_fragment,
)
from govaudit.inspection.verdict import BLOCKED, Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from govaudit.crawler.downloader.addresses import Resolved
    from govaudit.crawler.downloader.curl import Answer
    from govaudit.crawler.downloader.politeness import Politeness
    from govaudit.crawler.earlier import Earlier, Question
    from govaudit.inspection.facts import Revalidated
    from govaudit.inspection.run import Network

MAX_HOPS = 10
LONGEST_ADDRESS = 8_192
KEPT_HEADER_BYTES = 16_384
LONGEST_HEADER = 4_096
MOST_COOKIES = 50
LONGEST_COOKIE = 4_096
_LONGEST_TYPE = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OUTAGES = 2
"""A request that is cut off more often than that cuts itself off: it is believed to fail."""
_NO_COOKIES = str([])
STYLESHEET_BYTES = 1_000_000
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SERVER_ERRORS = frozenset({502, 503, 504, *range(520, 531)})
_READ_TYPES = ("text/html", "application/xhtml+xml")

KEPT_HEADERS = frozenset(
    {
        "content-length", "content-disposition", "content-language", "last-modified", "etag", "server", "date",
        "age", "cache-control", "strict-transport-security", "content-security-policy", "x-frame-options",
        "x-content-type-options", "referrer-policy", "set-cookie", "retry-after", "www-authenticate",
        "x-powered-by", "via", "x-cache", "x-via-jsl", "cf-mitigated", "cf-ray", "location",
        "link", "refresh",
    }
)  # fmt: skip
"""Headers that a judgement may rest on; the others are not stored."""


@dataclass(slots=True)
class Visit:
    """A look and the body that came with it. ``stopped``: the crawl ended before there was an answer;
    ``refused``: the address lies in a private network and was not asked; ``left_out``: why else it was not;
    ``local``: our own address on the last connection."""

    fetch: Fetch
    body: bytes = b""
    stopped: bool = False
    refused: bool = False
    left_out: Skipped | None = None
    local: str = ""


@dataclass(slots=True)
class _Chain:
    hops: list[Hop] = field(default_factory=list)
    been: set[tuple[str, str]] = field(default_factory=set)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    started: float = 0.0
    outages: int = 0


def is_readable(content_type: str) -> bool:
    """Whether a browser would show it as a page."""
    return not content_type or content_type.partition(";")[0].strip().lower() in _READ_TYPES


class Visitor:
    """Makes all requests of one crawl."""

    def __init__(
        self,
        network: Network,
        politeness: Politeness,
        *,
        owns: Callable[[str], bool],
        may_read: Callable[[str], bool],
        may_ask: Callable[[str], bool],
        welcomes: Callable[[str], Awaitable[bool]],
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
        home: str,
        lost: Callable[[], None],
        earlier: Earlier | None = None,
    ) -> None:
        """``owns``: own addresses, which get the plan's headers and cookies; ``may_read``: robots.txt lets us read
        an own page; ``may_ask``: a literal address that may be asked although it is private; ``clock``: seconds
        that only grow; ``wall_clock``: UTC seconds; ``welcomes``: whether somebody else's page may be opened;
        ``home``: address of the site; ``lost``: called when nobody could be reached for too long; ``earlier``:
        answers that need not be sent again if they hold."""
        self._network = network
        self._politeness = politeness
        self._owns = owns
        self._may_read = may_read
        self._may_ask = may_ask
        self._welcomes = welcomes
        self._clock = clock
        self._wall_clock = wall_clock
        self._home = home
        self._lost = lost
        self._earlier = earlier
        guard = AddressGuard(allow_private=network.allow_private)
        self._addresses = Addresses(network, guard)
        self._transfers = Transfers(guard.allows, network.trust)
        self.own_network = OwnNetwork(
            home, self._knock, clock, hurried=not network.rate, longest=network.longest_outage
        )
        self._stopped = False
        self._limits = {
            Lane.PAGE: self._page_limit,
            Lane.RESOURCE: self._resource_limit,
            Lane.ATTACHMENT: self._probe_limit,
            Lane.EXTERNAL: self._probe_limit,
        }
        common = (
            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            "Accept-Language: zh-CN,zh;q=0.9,en;q=0.5",
            f"User-Agent: {network.user_agent}",
        )
        self._foreign_headers = common
        self._own_headers = (*common, *(f"{name}: {value}" for name, value in network.headers))
        self._own_cookie = "; ".join(network.cookies)
        self._key = None
        if network.client_certificate:
            self._key = ClientKey(network.client_certificate, network.client_key, network.client_key_password)
        self._stands_for: dict[str, str] = {}
        for origin, asked in network.stand_ins.items():
            self._stands_for.setdefault(asked, origin)

    def forget_failures(self) -> None:
        """Look up again the names that could not be resolved: before the second look."""
        self._addresses.forget_failures()

    async def where(self, host: str, port: int) -> tuple[Resolved, int]:
        """Addresses of ``host`` that may be connected to, and the port that really is."""
        return await self._addresses.of(host, port), self._network.connect_port.get(f"{host}:{port}", port)

    def timed_order(self, url: str, addresses: tuple[str, ...], cookies: dict[str, str]) -> Order:
        """The request of a visit to ``url`` at ``addresses`` over a connection of its own, to be timed."""
        chain = _Chain(cookies={hostname_of(url): cookies})
        order = self._order(url, self._page_limit, chain, addresses, look=2, question=None)
        return replace(order, timed=True)

    def stop(self) -> None:
        """End everything that runs; every visit returns ``stopped``."""
        self._stopped = True
        self.own_network.stop()
        self._politeness.stop()
        self._transfers.abort()

    def close(self) -> None:
        """Give connections back."""
        self._transfers.close()

    async def visit(self, url: str, lane: Lane, look: int = 1, *, limit: int = 0) -> Visit:
        """GET ``url``, follow its redirects, and say what happened. Never raises for what a server does.

        ``look``: from the second on over a new connection; ``limit``: bytes wanted instead of the lane's."""
        fetch = Fetch(url=url, look=look, at=self._wall_clock())
        chain = _Chain(been={(url, _NO_COOKIES)}, started=self._clock())
        try:
            if lane is Lane.EXTERNAL and look == 1 and not await self._welcomes(url):
                return Visit(fetch, left_out=Skipped.ROBOTS)
            visit = await self._walk(fetch, chain, lane, limit)
        except Aborted:
            return Visit(fetch, stopped=True)
        fetch.seconds = round(self._clock() - chain.started, 4)
        return visit

    async def _walk(self, fetch: Fetch, chain: _Chain, lane: Lane, limit: int) -> Visit:
        url = fetch.url
        while True:
            asked = self.asked(url)
            resolved = await self._addresses.of(hostname_of(asked), port_of(asked))
            if not resolved.addresses:
                if resolved.is_silence and await self._was_cut_off(fetch, chain, url):
                    self._addresses.forget_failures()
                    continue
                return self._without_address(fetch, chain, url, resolved.error, refused=resolved.refused)
            question = self._question(url, lane, fetch.look, limit)
            limit_of = (lambda _: limit) if limit else self._limits[lane]
            order = self._order(url, limit_of, chain, resolved.addresses, look=fetch.look, question=question)
            heard = await self._ask(fetch, chain, url, order, question, at=resolved.addresses[0])
            if heard is None:
                continue
            if isinstance(heard, Visit):
                return heard
            answer, outcome, revalidated = heard
            location = answer.header("location")
            if answer.status not in REDIRECTS or not location:
                _concluded(fetch, chain, url, answer, outcome)
                if lane in {Lane.EXTERNAL, Lane.ATTACHMENT} and fetch.magic == "html":
                    fetch.title, fetch.heading = title_of(answer.body), heading_of(answer.body)
                if question is not None and revalidated is not None:
                    taken_over(fetch, question.stored, revalidated)
                return Visit(fetch, answer.body, local=answer.local)
            chain.hops.append(Hop(url, answer.status))
            _take_cookies(chain, url, answer)
            following = redirect_target(url, location)
            following = following and self.published(following)
            fault = _too_long(location) or self._forbidden(chain, following, location, lane)
            if fault is not None:
                return Visit(_concluded(fetch, chain, url, answer, fault))
            url = following or url

    async def _ask(
        self, fetch: Fetch, chain: _Chain, url: str, order: Order, question: Question | None, *, at: str
    ) -> tuple[Answer, tuple[Reason | None, str], Revalidated | None] | Visit | None:
        """One request when its host's turn has come; a ``Visit`` when it never came. ``None``: what came is worth
        nothing, ask again. ``at``: the address that is connected to."""
        host = hostname_of(url)
        turn = await self._politeness.turn(host, at, port_of(self._connected(order.url)))
        if turn is Turn.DOWN:
            return self._not_asked(fetch, chain, url)
        if turn is Turn.STOPPED or self._stopped:
            raise Aborted
        answer = await self._transfers.get(order)
        revalidated = None
        if question is not None and self._earlier is not None:
            settled = self._earlier.settled(question, answer)
            if settled is None:
                return None
            answer, revalidated = settled
        reason, detail = outcome_of(answer, self._network)
        if _is_cut(answer, reason) and await self._was_cut_off(fetch, chain, url):
            return None
        if answer.status:
            self.own_network.answered(url, own=self._owns(url))
        self._politeness.heard(
            host,
            answer.status,
            reason,
            answer.header("retry-after"),
            walled=reason in BLOCKED and detail.startswith("wall:"),
            seconds=answer.waited,
        )
        return answer, (reason, detail), revalidated

    async def _was_cut_off(self, fetch: Fetch, chain: _Chain, url: str) -> bool:
        """Whether a failure was nobody's but our network's, and the address is to be asked again."""
        if chain.outages >= _OUTAGES:
            return False
        if not await self.own_network.was_away(own=self._owns(url), since=chain.started):
            return False
        if self.own_network.lost:
            self._lost()
        if self.own_network.lost or self._stopped:
            raise Aborted
        chain.outages += 1
        chain.started = self._clock()
        fetch.at = self._wall_clock()
        return True

    async def _knock(self, url: str) -> bool:
        """Whether anything answers at an address; for ``NAME_SERVERS``: whether names can be resolved."""
        if not url:
            return await self._addresses.names_can_be_asked(hostname_of(self._home))
        asked = self.asked(url)
        resolved = await self._addresses.of(hostname_of(asked), port_of(asked))
        if not resolved.addresses:
            return False
        order = self._order(url, lambda _: 1, _Chain(), resolved.addresses, look=2, question=None)
        try:
            return (await self._transfers.get(order)).status > 0
        except Aborted:
            return False

    def _question(self, url: str, lane: Lane, look: int, limit: int) -> Question | None:
        """What to ask about an earlier answer; a second look and what is read whole ask for everything."""
        if self._earlier is None or look > 1 or limit or not self._owns(url):
            return None
        return self._earlier.question(url, lane)

    def _forbidden(
        self, chain: _Chain, following: str | None, location: str, lane: Lane
    ) -> tuple[Reason | None, str] | None:
        """Why the chain ends here, ``None`` when it may go on."""
        if following is None:
            return None, f"redirect-nowhere: {_plain(location[:200])}"
        step = (following, str(sorted(chain.cookies.get(hostname_of(following), {}).items())))
        if step in chain.been:
            return None, f"redirect-loop: {following}"
        chain.been.add(step)
        if len(chain.hops) > MAX_HOPS:
            return None, f"redirect-endless: more than {MAX_HOPS} redirects"
        if literal_address_kind(following) in {"private", "loopback"} and not self._may_ask(following):
            return Reason.CONNECT, f"private: redirect to {following}"
        if lane is Lane.PAGE and self._owns(following) and not self._may_read(following):
            return Reason.ROBOTS, f"robots: redirect to {following}"
        return None

    def _not_asked(self, fetch: Fetch, chain: _Chain, url: str) -> Visit:
        """The host was given up while this look waited for it."""
        fetch.hops = tuple(chain.hops)
        fetch.final_url = url
        fetch.reason = Reason.CONNECT
        fetch.detail = f"host-down: {hostname_of(url)}"
        return Visit(fetch, left_out=None if chain.hops else Skipped.HOST_DOWN)

    def _without_address(self, fetch: Fetch, chain: _Chain, url: str, error: str, *, refused: bool) -> Visit:
        fetch.hops = tuple(chain.hops)
        fetch.final_url = url
        fetch.reason = Reason.CONNECT if refused else Reason.DNS
        fetch.detail = error
        if not refused:
            self._politeness.heard(hostname_of(url), 0, Reason.DNS, "")
        return Visit(fetch, refused=refused and not chain.hops)

    def _order(
        self, url: str, limit_of: Callable[[str], int], chain: _Chain, addresses: tuple[str, ...], *, look: int,
        question: Question | None,
    ) -> Order:  # fmt: skip
        own = self._owns(url)
        cookies = [self._own_cookie] if own and self._own_cookie else []
        cookies += [f"{name}={value}" for name, value in chain.cookies.get(hostname_of(url), {}).items()]
        url = self.asked(url)
        host, port = hostname_of(url), port_of(url)
        connected = port_of(self._connected(url))
        named = f"[{host}]" if ":" in host else host
        return Order(
            url=url,
            headers=(self._own_headers if own else self._foreign_headers)
            + (question.headers if question else ()),
            limit_of=limit_of,
            connect_timeout=self._network.connect_timeout,
            timeout=self._network.timeout,
            resolve=()
            if addresses[0] == host
            else (f"{named}:{connected}:{','.join(map(_bracketed, addresses))}",),
            connect_to=() if connected == port else (f"{named}:{port}::{connected}",),
            cookie="; ".join(cookies),
            fresh=look > 1,
            key=self._key if own else None,
        )

    def asked(self, url: str) -> str:
        """The address that is asked for ``url``: that of what stands in for its origin, if something does."""
        if not self._network.stand_ins:
            return url
        origin = origin_of(url)
        return self._network.stand_ins.get(origin, origin) + url[len(origin) :]

    def published(self, url: str) -> str:
        """The address under which something is published that a stand-in names by its own origin."""
        if not self._stands_for:
            return url
        origin = origin_of(url)
        return self._stands_for.get(origin, origin) + url[len(origin) :]

    def _connected(self, url: str) -> str:
        """``url`` with the port that is really connected to."""
        ports = self._network.connect_port
        if not ports:
            return url
        host, port = hostname_of(url), port_of(url)
        other = ports.get(f"{host}:{port}")
        named = f"[{host}]" if ":" in host else host
        return url if other is None else f"{scheme_of(url)}://{named}:{other}/"

    def _page_limit(self, content_type: str) -> int:
        network = self._network
        return network.max_body_bytes if is_readable(content_type) else network.probe_bytes

    def _resource_limit(self, content_type: str) -> int:
        if content_type.lower().startswith("text/css"):
            return max(STYLESHEET_BYTES, self._network.probe_bytes)
        return self._network.probe_bytes

    def _probe_limit(self, _content_type: str) -> int:
        return self._network.probe_bytes


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _is_cut(answer: Answer, reason: Reason | None) -> bool:
    """Whether the answer, or its end, got lost on the way."""
    return bool(answer.error) and (reason is None or reason in NETWORK_FAULTS)


def outcome_of(answer: Answer, network: Network) -> tuple[Reason | None, str]:
    """Why an answer cannot be used, with the detail; ``None`` when it can."""
    if answer.error:
        return fault_of(answer, network.connect_timeout, answer.given_up or network.timeout)
    blocked = blocked_by(answer.status, answer.headers, answer.body)
    if blocked is not None:
        return blocked
    if answer.status in _SERVER_ERRORS:
        return Reason.SERVER_ERROR, f"status {answer.status}"
    if answer.cut and len(answer.body) >= network.max_body_bytes:
        return Reason.TOO_LARGE, f"more than {network.max_body_bytes} bytes"
    return None, ""


def _concluded(
    fetch: Fetch, chain: _Chain, url: str, answer: Answer, outcome: tuple[Reason | None, str]
) -> Fetch:
    fetch.reason, fetch.detail = outcome
    fetch.status = answer.status
    fetch.final_url = url
    fetch.hops = tuple(chain.hops)
    fetch.content_type = _plain(answer.header("content-type"))[:_LONGEST_TYPE]
    fetch.size = len(answer.body)
    fetch.truncated = answer.cut or (answer.error != 0 and answer.status != 0)
    fetch.magic = type_of(answer.body)
    fetch.address = answer.address
    fetch.headers = _kept(answer.headers)
    return fetch


def _kept(headers: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The headers that are stored, as many as there is room for."""
    room = KEPT_HEADER_BYTES
    kept = []
    for name, value in headers:
        if name in KEPT_HEADERS and room > 0:
            kept.append((name, _plain(value[: min(room, LONGEST_HEADER)])))
            room -= len(kept[-1][1])
    return tuple(kept)


def _plain(text: str) -> str:
    """``text`` without characters that no report may hold."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in text)


def redirect_target(url: str, location: str) -> str | None:
    """Where a ``Location`` leads: canonical, without fragment; ``None`` for what is no web address. Bytes outside ASCII
    are sent back as they came, whatever they were meant to be: so do browsers."""
    written = location
    if not location.isascii():
        written = "".join(
            character if character.isascii() else f"%{ord(character):02X}" for character in location
        )
    joined = resolve(url, written)
    if joined is None or scheme_of(joined) not in WEB_SCHEMES:
        return None
    return without_fragment(joined)


def _too_long(location: str) -> tuple[Reason, str] | None:
    if len(location) <= LONGEST_ADDRESS:
        return None
    return Reason.TOO_LARGE, f"redirect: to an address of {len(location)} characters"


def _take_cookies(chain: _Chain, url: str, answer: Answer) -> None:
    """Cookies that a redirect sets are sent on in the same chain, as a browser does: without them a site that
    sends a visitor back to the same address with a cookie would look like a loop."""
    for name, value in answer.headers:
        if name != "set-cookie":
            continue
        key, equals, content = value.partition(";")[0].partition("=")
        if not equals or len(key) + len(content) > LONGEST_COOKIE or _CONTROL.search(value):
            continue
        cookies = chain.cookies.setdefault(hostname_of(url), {})
        if len(cookies) < MOST_COOKIES or key.strip() in cookies:
            cookies[key.strip()] = content.strip()
