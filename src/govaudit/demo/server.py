"""The demo portals as real HTTP servers on loopback, with the name server that knows their hosts."""

from __future__ import annotations

import csv
import io
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from govaudit.demo import pictures
from govaudit.demo.dns_server import dns_server
from govaudit.demo.portal import build_portal, planted_in, plants_in
from govaudit.demo.serving import Answer, Request, has_ipv6, listening, refusing, serving
from govaudit.demo.specification import PORTALS, load_hosts, load_portal, load_states
from govaudit.inspection.run import BEIJING
from govaudit.inspection.site import Site

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from govaudit.demo.serving import Respond
    from govaudit.demo.specification import Planted, Portal

_HTML = "text/html; charset=utf-8"
_PROTECTION = (
    ("Content-Security-Policy", "frame-ancestors 'self'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
_ZONES = ("yunlan.gov.cn", "qinghu.gov.cn")
_SITE_LIST = {
    "code": "网站标识码",
    "name": "网站名称",
    "url": "首页网址",
    "sponsor": "主办单位",
    "region": "地区",
    "level": "level",
    "kind": "kind",
}

STATES: tuple[str, ...] = tuple(load_states().states)
"""Names of the states, in the order of time."""


@dataclass(frozen=True, slots=True)
class DemoPortals:
    """Running portals.

    ``sites``: for a site list, addresses without port. ``connect_port``: ``host:port`` → the port of 127.0.0.1 and
    ::1 that really answers. ``addresses``: key of a portal → an address for a browser. ``ipv6``: whether this
    machine has IPv6 on loopback, so that the portals answer there too.
    """

    state: str
    as_of: datetime
    sites: tuple[Site, ...]
    connect_port: dict[str, int]
    nameserver: str
    addresses: dict[str, str]
    planted: tuple[Planted, ...]
    ipv6: bool

    def site_list_csv(self) -> str:
        """The sites as a site list with Chinese headers."""
        return site_list_csv(self.sites)


@contextmanager
def running_portals(state: str, *, ipv6: bool | None = None) -> Iterator[DemoPortals]:
    """Serve all portals in ``state`` (one of ``STATES``) while the context is open.

    ``ipv6``: serve over IPv6 too; by default where the machine has it. Raises ``KeyError`` for an unknown state.
    """
    as_of = load_states().states[state].as_of.astimezone(BEIJING)
    ipv6 = has_ipv6() if ipv6 is None else ipv6
    portals = [load_portal(key) for key in PORTALS]
    with ExitStack() as stack:
        served = _Served()
        for portal in portals:
            content = build_portal(portal.key, state)
            answering = _Answering(
                portal.host,
                content.answers,
                portal,
                content.search,
                protected=not _is(state, portal.host, "bare"),
            )
            sockets = stack.enter_context(listening(ipv6=ipv6, on_ipv6=_listens_on_ipv6(state, portal.host)))
            served.add(sockets, answering.respond, (portal.host, *_twin(portal)))
        sockets = stack.enter_context(listening(ipv6=ipv6, on_ipv6=True))
        others = _OtherHosts(_other_answers(state))
        served.add(sockets, others.respond, tuple(host.host for host in load_hosts() if not host.closed))
        closed = stack.enter_context(refusing(ipv6=ipv6))
        for portal in portals:
            if _is(state, portal.host, "refuses_https"):
                served.connect_port[f"{portal.host}:443"] = closed
        for host in load_hosts():
            if host.closed:
                served.connect_port[f"{host.host}:80"] = closed
            if host.plain_tls:
                served.connect_port[f"{host.host}:443"] = served.connect_port[f"{host.host}:80"]
        stack.enter_context(serving(served.listeners))
        nameserver = stack.enter_context(dns_server(zone(state, ipv6=ipv6)))
        name_port = int(nameserver.rpartition(":")[2])
        served.connect_port |= dict.fromkeys([f"{name}:53" for name in _name_servers()], name_port)
        if ipv6:
            stack.enter_context(dns_server(zone(state), "::1", name_port))
        addresses = {
            portal.key: f"http://127.0.0.1:{served.connect_port[f'{portal.host}:80']}/" for portal in portals
        }
        yield DemoPortals(
            state=state,
            as_of=as_of,
            sites=demo_sites(),
            connect_port=served.connect_port,
            nameserver=nameserver,
            addresses=addresses,
            planted=planted_in(state),
            ipv6=ipv6,
        )


def demo_sites() -> tuple[Site, ...]:
    """The portals as rows of a site list."""
    return tuple(
        Site(
            url=f"http://{portal.host}/",
            code=portal.code,
            name=portal.name,
            sponsor=portal.sponsor,
            region=portal.region,
            level=portal.level,
            kind=portal.kind,
        )
        for portal in map(load_portal, PORTALS)
    )


def site_list_csv(sites: tuple[Site, ...]) -> str:
    """A site list in CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_SITE_LIST.values())
    writer.writerows([getattr(site, name) for name in _SITE_LIST] for site in sites)
    return buffer.getvalue()


def zone(state: str, *, ipv6: bool = True) -> dict[str, dict[str, list[str] | str] | str]:
    """The records of all hosts in ``state``; without ``ipv6`` nothing but the portals' own records has AAAA."""
    both: dict[str, list[str] | str] = {"A": ["127.0.0.1"], "AAAA": ["::1"]}
    records: dict[str, dict[str, list[str] | str] | str] = {}
    for portal in map(load_portal, PORTALS):
        for host in (portal.host, *_twin(portal)):
            records[host] = dict(both)
    for other in load_hosts():
        records[other.host] = dict(both) if ipv6 else {"A": ["127.0.0.1"]}
    for apex in _ZONES:
        own: dict[str, list[str] | str] = {
            "SOA": [f"ns1.{apex}. hostmaster.{apex}. 1 3600 600 604800 60"],
            "NS": [f"ns1.{apex}.", f"ns2.{apex}."],
        }
        # every zone is the twin of a portal, with that one's addresses
        records[apex] = {**both, **own}
    records |= {name: dict(both) for name in _name_servers()}
    for plant in plants_in(state):
        if plant.network and plant.network.behaviour:
            records[plant.network.host] = plant.network.behaviour
        elif plant.network and plant.network.records:
            records[plant.network.host] = {
                kind: list(values) for kind, values in plant.network.records.items()
            }
    return records


def _name_servers() -> list[str]:
    """Hosts of the portals' name servers, two a zone."""
    return [f"ns{number}.{apex}" for apex in _ZONES for number in (1, 2)]


def _twin(portal: Portal) -> tuple[str, ...]:
    return (portal.host.removeprefix("www."),) if portal.host.startswith("www.") else ()


def _listens_on_ipv6(state: str, host: str) -> bool:
    return all(plant.network.listens_on_ipv6 for plant in plants_in(state, host) if plant.network)


def _is(state: str, host: str, sign: str) -> bool:
    return any(getattr(plant.network, sign) for plant in plants_in(state, host) if plant.network)


# answering


@dataclass(slots=True)
class _Answering:
    """The answers of one host. ``seen`` counts requests of the paths that answer otherwise at first; ``protected``:
    its pages bear the headers that protect visitors."""

    host: str
    answers: Mapping[str, Answer]
    portal: Portal | None = None
    search: Callable[[str], Answer] | None = None
    protected: bool = False
    seen: Counter[str] = field(default_factory=Counter)

    def respond(self, request: Request) -> Answer:
        if self.portal and request.host == self.host.removeprefix("www.") and request.host != self.host:
            return Answer(301, location=f"http://{self.host}{request.target}")
        if self.portal and self.search and request.path == self.portal.search_path:
            encoding = self.portal.encoding
            return self.search(parse_qs(request.query, encoding=encoding, errors="replace").get("q", [""])[0])
        answer = self.answers.get(request.path)
        if answer is None:
            answer = self.answers.get(request.path.removesuffix("index.html"))
        if answer is None or answer.encoded_query not in request.query:
            return self._missing(404)
        if answer.first_status:
            self.seen[request.path] += 1
            if self.seen[request.path] == 1:
                return self._missing(answer.first_status)
        if request.method == "HEAD" and answer.head_status:
            return Answer(answer.head_status)
        return replace(answer, headers=_PROTECTION) if self.protected and answer.page else answer

    def _missing(self, status: int) -> Answer:
        phrase = HTTPStatus(status).phrase
        page = (
            f"<html><head><title>{status} {phrase}</title></head><body><center><h1>{status} {phrase}</h1>"
            "</center><hr></body></html>"
        )
        return Answer(status, "text/html", page.encode())


class _OtherHosts:
    """Everything that is no portal, told apart by the Host header."""

    def __init__(self, answers: Mapping[str, Mapping[str, Answer]]) -> None:
        self._hosts = {host: _Answering(host, found) for host, found in answers.items()}
        self._unknown = _Answering("", {})

    def respond(self, request: Request) -> Answer:
        return self._hosts.get(request.host, self._unknown).respond(request)


def _other_answers(state: str) -> dict[str, dict[str, Answer]]:
    badges = {"jiucuo.png": pictures.badge((214, 120, 20))}
    answers: dict[str, dict[str, Answer]] = {}
    for host in load_hosts():
        found: dict[str, Answer] = {}
        for path, body in host.paths.items():
            if body in badges:
                found[path] = Answer(200, "image/png", badges[body])
            elif path.endswith(".js"):
                found[path] = Answer(200, "application/javascript", body.encode())
            else:
                page = f"<!DOCTYPE html><html lang=zh-CN><title>{host.title}</title><h1>{host.title}</h1><p>{body}</p>"
                found[path] = Answer(200, _HTML, page.encode())
        answers[host.host] = found
    for plant in plants_in(state):
        if plant.answer and plant.answer.host:
            one = plant.answer
            answers.setdefault(one.host, {})[one.path] = Answer(
                one.status,
                one.content_type,
                one.body.encode(),
                None,
                one.location,
                one.first_status,
                one.head_status,
            )
    return answers


@dataclass(slots=True)
class _Served:
    """What listens where."""

    listeners: list[tuple[list[socket.socket], Respond]] = field(default_factory=list)
    connect_port: dict[str, int] = field(default_factory=dict)

    def add(self, sockets: list[socket.socket], respond: Respond, hosts: tuple[str, ...]) -> None:
        self.listeners.append((sockets, respond))
        for host in hosts:
            self.connect_port[f"{host}:80"] = sockets[0].getsockname()[1]
