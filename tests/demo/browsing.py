"""A visitor of the running portals: real connections over either address family, real bytes, real names."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin, urlsplit

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
from selectolax.lexbor import LexborHTMLParser

from govaudit.inspection.urls import host_of, resolve, without_fragment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.demo.server import DemoPortals

ADDRESSES: dict[int, str] = {4: "127.0.0.1", 6: "::1"}
GBK_HOST = "zjj.yunlan.gov.cn"
REFERENCES = {"a": "href", "img": "src", "script": "src", "link": "href", "form": "action", "iframe": "src"}
Kind = Literal["page", "resource"]


@dataclass(frozen=True)
class Reply:
    """An answer as it came in."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        encoding = "gb18030" if urlsplit(self.url).hostname == GBK_HOST else "utf-8"
        return self.body.decode(encoding)

    @property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)


@dataclass(frozen=True)
class Visitor:
    """Visits addresses as they are registered, without ports."""

    portals: DemoPortals

    def get(
        self,
        url: str,
        *,
        family: int = 4,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        follow: bool = True,
    ) -> Reply:
        """The answer for ``url``, by default behind its redirects. Raises ``OSError`` when there is none."""
        for _ in range(5):
            reply = self._once(url, family, method, headers or {})
            if not (follow and reply.status in {301, 302} and reply.headers.get("location")):
                return reply
            url = urljoin(url, reply.headers["location"])
        raise AssertionError(f"too many redirects: {url}")

    def _once(self, url: str, family: int, method: str, headers: dict[str, str]) -> Reply:
        parts = urlsplit(url)
        port = self.portals.connect_port[f"{parts.hostname}:80"]
        connection = http.client.HTTPConnection(ADDRESSES[family], port, timeout=10)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, headers={"Host": host_of(url), **headers})
            answer = connection.getresponse()
            return Reply(
                url,
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read(),
            )
        finally:
            connection.close()

    def ask(self, name: str, kind: str) -> tuple[str, list[str]]:
        """Response code and values of a name."""
        address, _, port = self.portals.nameserver.rpartition(":")
        query = dns.message.make_query(name, kind)
        answer = dns.query.udp(query, address, port=int(port), timeout=5)
        values = [record.to_text() for group in answer.answer for record in group]
        return dns.rcode.to_text(answer.rcode()), values

    def connects(self, url: str, family: int) -> bool:
        """Whether the port of the host accepts a connection over that family."""
        port = self.portals.connect_port[f"{urlsplit(url).hostname}:80"]
        kind = socket.AF_INET6 if family == 6 else socket.AF_INET
        with socket.socket(kind, socket.SOCK_STREAM) as made:
            made.settimeout(5)
            return made.connect_ex((ADDRESSES[family], port)) == 0

    def references(self, reply: Reply) -> Iterator[tuple[Kind, str]]:
        """Addresses that a page refers to, without fragments; those that are no web addresses left out."""
        encoding = "gbk" if urlsplit(reply.url).hostname == GBK_HOST else "utf-8"
        for tag, attribute in REFERENCES.items():
            for node in reply.tree.css(tag):
                raw = node.attributes.get(attribute)
                url = resolve(reply.url, raw, encoding) if raw else None
                if url and url.startswith("http"):
                    yield ("page" if tag in {"a", "form"} else "resource"), without_fragment(url)
