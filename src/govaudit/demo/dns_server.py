"""A small authoritative name server on loopback, UDP and TCP, for the demo portals and for tests."""

from __future__ import annotations

import errno
import socket
import socketserver
import struct
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Records: TypeAlias = "Mapping[str, list[str] | str]"
"""Record type → values in zone file notation, or the behaviour of that type alone."""

Edit: TypeAlias = "Callable[[dns.message.Message, dns.message.Message, str], dns.message.Message | None]"
"""Makes of query, answer and transport (``udp``, ``tcp``) the answer that is sent; ``None``: nothing is sent."""

Zone: TypeAlias = "Mapping[str, Records | str]"
"""Name → its records or its behaviour: ``NXDOMAIN``, ``SERVFAIL``, ``REFUSED`` or ``DROP`` (never answers, so that
the asker times out). Every other name is NXDOMAIN; a type that a name lacks is an empty answer."""

_BEHAVIOURS = frozenset({"NXDOMAIN", "SERVFAIL", "REFUSED", "DROP"})
_SECONDS_TO_LIVE = 60
_PLAIN_UDP_BYTES = 512
_ATTEMPTS = 50
_CHAIN = 8


def _as_it_is(
    query: dns.message.Message,  # noqa: ARG001
    response: dns.message.Message,
    transport: str,  # noqa: ARG001
) -> dns.message.Message:
    return response


@contextmanager
def dns_server(
    zone: Zone, address: str = "127.0.0.1", port: int = 0, edit: Edit = _as_it_is
) -> Iterator[str]:
    """Serve ``zone`` at ``address`` while the context is open. Gives ``address:port``, the same port for UDP and TCP;
    an address of IPv6 stands in brackets. A ``port`` of 0 is any that is free.

    Raises ``ValueError`` when a record of the zone cannot be parsed.
    """
    records = {_folded(name): value for name, value in zone.items()}
    _refuse_bad_records(records)
    with ExitStack() as stack:
        datagrams, streams = _same_port_pair(_Served(records, edit), address, port)
        for server in (datagrams, streams):
            stack.callback(server.server_close)
            thread = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
            )
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        shown = f"[{address}]" if ":" in address else address
        yield f"{shown}:{streams.server_address[1]}"


@dataclass(frozen=True, slots=True)
class _Served:
    records: Mapping[str, Records | str]
    edit: Edit

    def respond(self, query: dns.message.Message | None, transport: str) -> dns.message.Message | None:
        response = answer(query, self.records) if query is not None else None
        return self.edit(query, response, transport) if query is not None and response is not None else None


def answer(query: dns.message.Message, zone: Mapping[str, Records | str]) -> dns.message.Message | None:
    """The response to ``query``, or ``None`` when none is to be sent. Names of ``zone`` are lower case."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    if not query.question:
        response.set_rcode(dns.rcode.FORMERR)
        return response
    question = query.question[0]
    name = question.name
    for _ in range(_CHAIN):
        entry = zone.get(_folded(name.to_text()), "NXDOMAIN")
        values = entry if isinstance(entry, str) else _values(entry, question.rdtype)
        if isinstance(values, str):
            return _with_authority(_behaving(response, values), name, zone)
        if values is None:
            return _with_authority(response, name, zone)
        kind, texts = values
        # one set a record: dnspython shuffles the records of a set when it writes them
        response.answer += [dns.rrset.from_text(name, _SECONDS_TO_LIVE, "IN", kind, text) for text in texts]
        if kind != "CNAME" or question.rdtype == dns.rdatatype.CNAME:
            return response
        name = dns.name.from_text(texts[0])
    return _behaving(response, "SERVFAIL")


def _values(records: Records, rdtype: dns.rdatatype.RdataType) -> tuple[str, list[str]] | str | None:
    for kind in (dns.rdatatype.to_text(rdtype), "CNAME"):
        found = records.get(kind)
        if isinstance(found, str):
            return found if found in _BEHAVIOURS else (kind, [found])
        if found:
            return kind, list(found)
    return None


def _with_authority(
    response: dns.message.Message | None, name: dns.name.Name, zone: Mapping[str, Records | str]
) -> dns.message.Message | None:
    """The answer that there is nothing, with the SOA record of the zone that says so, if it has one."""
    if response is None or response.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return response
    while name != dns.name.root:
        records = zone.get(_folded(name.to_text()))
        start = None if records is None or isinstance(records, str) else records.get("SOA")
        if start:
            text = start if isinstance(start, str) else start[0]
            response.authority.append(dns.rrset.from_text(name, _SECONDS_TO_LIVE, "IN", "SOA", text))
            return response
        name = name.parent()
    return response


def _behaving(response: dns.message.Message, behaviour: str) -> dns.message.Message | None:
    if behaviour == "DROP":
        return None
    response.set_rcode(dns.rcode.from_text(behaviour))
    return response


def _folded(name: str) -> str:
    return name.rstrip(".").lower()


def _refuse_bad_records(zone: Mapping[str, Records | str]) -> None:
    for name, entry in zone.items():
        if isinstance(entry, str):
            if entry not in _BEHAVIOURS:
                raise ValueError(f"{name}: {entry}")
            continue
        for kind, values in entry.items():
            if isinstance(values, str) and values in _BEHAVIOURS:
                continue
            try:
                dns.rrset.from_text_list(name, 0, "IN", kind, [values] if isinstance(values, str) else values)
            except dns.exception.DNSException as error:
                raise ValueError(f"{name} {kind}: {error}") from error


def _wire(response: dns.message.Message, limit: int) -> bytes:
    try:
        return response.to_wire(max_size=limit)
    except dns.exception.TooBig:
        response.answer.clear()
        response.flags |= dns.flags.TC
        return response.to_wire(max_size=limit)


def _parsed(wire: bytes) -> dns.message.Message | None:
    try:
        return dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return None


class _Datagram(socketserver.BaseRequestHandler):
    server: _DatagramServer

    def handle(self) -> None:
        wire, sender = self.request
        query = _parsed(wire)
        response = self.server.served.respond(query, "udp")
        if query is not None and response is not None:
            limit = max(query.payload, _PLAIN_UDP_BYTES)
            sender.sendto(_wire(response, limit), self.client_address)


class _Stream(socketserver.BaseRequestHandler):
    server: _StreamServer

    def handle(self) -> None:
        while len(header := self._exactly(2)) == 2:
            query = _parsed(self._exactly(struct.unpack("!H", header)[0]))
            response = self.server.served.respond(query, "tcp")
            if response is None:
                return
            wire = _wire(response, 65_535)
            self.request.sendall(struct.pack("!H", len(wire)) + wire)

    def _exactly(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            try:
                part: bytes = self.request.recv(count - len(received))
            except (ConnectionError, TimeoutError):
                return b""
            if not part:
                return b""
            received += part
        return received


class _DatagramServer(socketserver.UDPServer):
    max_packet_size = 65_535

    def __init__(self, address: str, port: int, served: _Served) -> None:
        self.served = served
        self.address_family = _family(address)
        super().__init__((address, port), _Datagram)


class _StreamServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: str, port: int, served: _Served) -> None:
        self.served = served
        self.address_family = _family(address)
        super().__init__((address, port), _Stream)

    def finish_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        if isinstance(request, socket.socket):
            request.settimeout(5)
        super().finish_request(request, client_address)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _same_port_pair(served: _Served, address: str, port: int) -> tuple[_DatagramServer, _StreamServer]:
    for _ in range(_ATTEMPTS):
        streams = _StreamServer(address, port, served)
        try:
            return _DatagramServer(address, int(streams.server_address[1]), served), streams
        except OSError:
            streams.server_close()
            if port:
                raise
    raise OSError(errno.EADDRINUSE, "no port is free for both UDP and TCP")
