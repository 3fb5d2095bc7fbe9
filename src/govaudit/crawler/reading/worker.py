"""A process that reads pages for the crawl: a request a frame on standard input, what the page says on standard output.

    python -m govaudit.crawler.reading.worker

A frame is its length in four bytes (big-endian) and MessagePack. It ends when its input ends.
"""

from __future__ import annotations

import hashlib
import signal
import struct
import sys

import msgspec

from govaudit.crawler.gist import Gist, gist_of
from govaudit.crawler.reading.page import read_and_withhold
from govaudit.inspection.facts import RawLink
from govaudit.inspection.packed_reading import PackedReading, Packer

LENGTH = struct.Struct(">I")


class ReadRequest(msgspec.Struct, frozen=True, array_like=True):
    """A page to read: the arguments of ``read_page``."""

    body: bytes
    url: str
    content_type: str
    home: bool
    nofollow: bool = False


class ReadReply(msgspec.Struct, frozen=True, array_like=True):
    """What the page says, as it is stored, and what the crawl itself needs to know of it: the fields of the
    reading by these names and the references. ``body``: of the request, as it is stored; ``original``: hash of
    the body as it came, where private numbers in it are masked."""

    packed: PackedReading
    body: bytes
    links: list[RawLink]
    charset: str
    base: str
    refresh: str
    challenge: str
    gist: Gist
    scripted: tuple[str, ...]
    original: str = ""


_PACKER = Packer()


def read_here(request: ReadRequest) -> ReadReply:
    """Read a page in this process."""
    reading, links, kept = read_and_withhold(
        request.body, request.url, request.content_type, home=request.home, nofollow=request.nofollow
    )
    return ReadReply(
        packed=_PACKER.pack(reading),
        body=_PACKER.compress(kept),
        links=links,
        charset=reading.charset.used,
        base=reading.base,
        refresh=reading.refresh,
        challenge=reading.challenge,
        gist=gist_of(reading),
        scripted=reading.scripted,
        original=hashlib.sha256(request.body).hexdigest() if kept != request.body else "",
    )


def main() -> None:
    """Answer requests until the input ends. Interrupts are the crawl's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    decoder = msgspec.msgpack.Decoder(ReadRequest)
    encoder = msgspec.msgpack.Encoder()
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        request = decoder.decode(source.read(*LENGTH.unpack(head)))
        reply = encoder.encode(read_here(request))
        sink.write(LENGTH.pack(len(reply)) + reply)
        sink.flush()


if __name__ == "__main__":
    main()
