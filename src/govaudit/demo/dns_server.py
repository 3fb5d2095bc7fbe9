"""A small authoritative name server on loopback, UDP and TCP, for the demo portals and for tests."""

from __future__ import annotations

import errno
import socket
import socketserver
import struct
import threading
from contextlib import ExitStack, contextmanager
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
    from collections.abc import Iterator, Mapping

Records: TypeAlias = "Mapping[str, list[str] | str]"
"""Record type → values in zone file notation, or the behaviour of that type alone."""

Zone: TypeAlias = "Mapping[str, Records | str]"
"""Name → its records or its behaviour: ``NXDOMAIN``, ``SERVFAIL``, ``REFUSED`` or ``DROP`` (never answers, so that
the asker times out). Every other name is NXDOMAIN; a type that a name lacks is an empty answer."""

_BEHAVIOURS = frozenset({"NXDOMAIN", "SERVFAIL", "REFUSED", "DROP"})
_SECONDS_TO_LIVE = 60
_PLAIN_UDP_BYTES = 512
_ATTEMPTS = 50
_CHAIN = 8


@contextmanager
def dns_server(zone: Zone) -> Iterator[str]:
    """Serve ``zone`` while the context is open. Gives the address ``127.0.0.1:port``, the same for UDP and TCP.

    Raises ``ValueError`` when a record of the zone cannot be parsed.
    """
    records = {_folded(name): value for name, value in zone.items()}
    _refuse_bad_records(records)
    with ExitStack() as stack:
        datagrams, streams = _same_port_pair(records)
        for server in (datagrams, streams):
            stack.callback(server.server_close)
            thread = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
            )
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield f"127.0.0.1:{streams.server_address[1]}"


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
            return _behaving(response, values)
        if values is None:
            return response
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
        response = query and answer(query, self.server.records)
        if query is not None and response:
            limit = max(query.payload, _PLAIN_UDP_BYTES)
            sender.sendto(_wire(response, limit), self.client_address)


class _Stream(socketserver.BaseRequestHandler):
    server: _StreamServer

    def handle(self) -> None:
        while len(header := self._exactly(2)) == 2:
            query = _parsed(self._exactly(struct.unpack("!H", header)[0]))
            response = query and answer(query, self.server.records)
            if not response:
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

    def __init__(self, port: int, records: Mapping[str, Records | str]) -> None:
        self.records = records
        super().__init__(("127.0.0.1", port), _Datagram)


class _StreamServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, port: int, records: Mapping[str, Records | str]) -> None:
        self.records = records
        super().__init__(("127.0.0.1", port), _Stream)

    def finish_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        if isinstance(request, socket.socket):
            request.settimeout(5)
        super().finish_request(request, client_address)


def _same_port_pair(records: Mapping[str, Records | str]) -> tuple[_DatagramServer, _StreamServer]:
    for _ in range(_ATTEMPTS):
        streams = _StreamServer(0, records)
        try:
            return _DatagramServer(streams.server_address[1], records), streams
        except OSError:
            streams.server_close()
    raise OSError(errno.EADDRINUSE, "no port is free for both UDP and TCP")
