"""How the home page answers over http and over https: the redirects on the site's own hosts, those that a page makes
by itself among them, and the headers that are for browsers.

Certificates are not judged here, so that a bad one does not hide the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from selectolax.lexbor import LexborHTMLParser

from govaudit.crawler.downloader.curl import Answer, Order, Transfers
from govaudit.crawler.downloader.faults import fault_of
from govaudit.crawler.probes.dns_records import ask
from govaudit.crawler.reading.page import read_page
from govaudit.crawler.walls import blocked_by
from govaudit.inspection.urls import (
    WEB_SCHEMES,
    hostname_of,
    port_of,
    resolve,
    scheme_of,
    without_fragment,
    without_www,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from govaudit.inspection.run import Network

MAX_HOPS = 8
MAX_ADDRESSES = 4
ATTEMPTS = 2
BODY_BYTES = 524_288
LONGEST_VALUE = 2000
SHOWN = frozenset(
    {
        "content-security-policy", "content-security-policy-report-only", "content-type", "location",
        "referrer-policy", "server", "strict-transport-security", "x-content-type-options", "x-frame-options",
    }
)  # fmt: skip
_UPGRADE = re.compile(
    rb"""location\.protocol\s*=(?!=)\s*['"]https            # location.protocol = 'https:'
    |\(\s*['"/]\^?http:?(?:\\?/){0,3}['"]?\s*,\s*['"]https  # .replace('http:', 'https:'), .replace(/^http:/, 'https:')
    |location(?:\.href)?\s*=\s*['"]https:(?://)?['"]\s*\+   # location.href = 'https:' + ...
    |location\.(?:replace|assign)\(\s*['"]https:(?://)?['"]\s*\+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_META = frozenset({"content-security-policy", "referrer"})


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. ``address``: that gave it; ``headers``: names in small letters, as sent."""

    url: str
    status: int
    address: str
    headers: list[tuple[str, str]]


class HomeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """From one address to where a visitor ends. ``reason``/``detail``: why there was no usable end; ``meta``: what the
    last page's own ``<meta>`` say in the place of headers; ``left``: address on a foreign host that the last redirect
    led to; ``upgrades``: a script of the last page looks as if it changed http to https in the visitor's address."""

    start: str
    hops: list[Hop] = []
    reason: str = ""
    detail: str = ""
    meta: dict[str, str] = {}
    left: str = ""
    upgrades: bool = False


async def home_answer(start: str, network: Network, usable: Callable[[str], bool]) -> HomeAnswer:
    """Ask for ``start`` and follow its redirects. ``usable``: whether an address may be connected to from here."""
    transfers = Transfers(usable)
    try:
        return await _walk(start, network, transfers, usable)
    finally:
        transfers.close()


async def _walk(
    start: str, network: Network, transfers: Transfers, usable: Callable[[str], bool]
) -> HomeAnswer:
    hops: list[Hop] = []
    url, home = start, without_www(hostname_of(start))
    while True:
        heard = await _asked(url, network, transfers, usable)
        if isinstance(heard, str):
            return HomeAnswer(start=start, hops=hops, reason="dns", detail=heard)
        answer, reason, detail = heard
        shown = [(name, value[:LONGEST_VALUE]) for name, value in answer.headers if name in SHOWN]
        if answer.status:
            hops.append(Hop(url=url, status=answer.status, address=answer.address, headers=shown))
        if not reason and not (200 <= answer.status < 400):
            reason, detail = "server-error", f"status {answer.status}"
        if reason:
            return HomeAnswer(start=start, hops=hops, reason=reason, detail=detail)
        written = _leads_to(url, answer)
        following = resolve(url, written) if written else None
        if answer.status < 300 and (
            following is None or without_fragment(following) in {hop.url for hop in hops}
        ):
            upgrades = bool(_UPGRADE.search(answer.body))
            return HomeAnswer(start=start, hops=hops, meta=_meta(answer.body), upgrades=upgrades)
        if following is None or scheme_of(following) not in WEB_SCHEMES or len(hops) > MAX_HOPS:
            return HomeAnswer(
                start=start, hops=hops, reason="server-error", detail=f"redirect: {written[:200]}"
            )
        url = without_fragment(following)
        if without_www(hostname_of(url)) != home:
            return HomeAnswer(start=start, hops=hops, left=url)


def _leads_to(url: str, answer: Answer) -> str:
    """Where a redirect leads, or a page by itself; empty when it stays."""
    if answer.status >= 300:
        return answer.header("location")
    reading, _ = read_page(answer.body, url, answer.header("content-type"), home=True)
    return reading.refresh


async def _asked(
    url: str, network: Network, transfers: Transfers, usable: Callable[[str], bool]
) -> tuple[Answer, str, str] | str:
    """The first answer that any address gives, or the last failure; a text when there is no address."""
    records, _ = await ask(url, network)
    addresses = [one for one in (*records.usable("A"), *records.usable("AAAA")) if usable(one)]
    if not addresses:
        return (
            "; ".join(f"{kind}: {why}" for kind, why in records.error.items() if why) or "no usable address"
        )
    told = None
    for address in addresses[:MAX_ADDRESSES] * ATTEMPTS:
        answer = await transfers.get(_order(url, network, address))
        blocked = blocked_by(answer.status, answer.headers, answer.body)
        reason, detail = blocked or (
            fault_of(answer, network.connect_timeout, network.timeout) if answer.error else (None, "")
        )
        told = answer, reason.value if reason else "", detail
        if answer.status:
            break
    return told or "no usable address"


def _order(url: str, network: Network, address: str) -> Order:
    host, port = hostname_of(url), port_of(url)
    connected = network.connect_port.get(f"{host}:{port}", port)
    named = f"[{host}]" if ":" in host else host
    reached = f"[{address}]" if ":" in address else address
    return Order(
        url=url,
        headers=(
            "Accept: text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language: zh-CN,zh;q=0.9,en;q=0.5",
            f"User-Agent: {network.user_agent}",
            *(f"{name}: {value}" for name, value in network.headers),
        ),
        limit_of=lambda _: BODY_BYTES,
        connect_timeout=network.connect_timeout,
        timeout=network.timeout,
        connect_to=(f"{named}:{port}:{reached}:{connected}",),
        cookie="; ".join(network.cookies),
        fresh=True,
        verify=False,
    )


def _meta(body: bytes) -> dict[str, str]:
    """``<meta>`` that stand for headers, by name in small letters."""
    found = {}
    for node in LexborHTMLParser(body).css("head meta[content]"):
        name = (node.attributes.get("http-equiv") or node.attributes.get("name") or "").strip().lower()
        if name in _META:
            found[name] = (node.attributes.get("content") or "")[:LONGEST_VALUE]
    return found
