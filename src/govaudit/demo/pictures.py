"""Small real pictures for the portals, drawn anew from a few numbers: the same bytes every time."""

from __future__ import annotations

import math
import struct
import zlib
from functools import cache

Colour = tuple[int, int, int]

_WIDTH, _HEIGHT = 480, 270
_BADGE = 60


@cache
def landscape(seed: int) -> bytes:
    """A PNG of 480 × 270 pixels: sky, three ranges of hills and water, different for every ``seed``."""
    palette = _palette(seed)
    ranges = [
        [
            int(_HEIGHT * (0.38 + 0.14 * layer))
            + int(26 * math.sin(x / (47.0 + 13 * layer) + seed * 1.7 + layer * 2))
            + int(9 * math.sin(x / (17.0 + 5 * layer) + seed))
            for x in range(_WIDTH)
        ]
        for layer in range(3)
    ]
    water = int(_HEIGHT * 0.86)
    rows = bytearray()
    for y in range(_HEIGHT):
        rows.append(0)
        if y >= water:
            rows += bytes(14 + (y * 3 + x // 24) % 2 for x in range(_WIDTH))
            continue
        sky = min(y * 11 // water, 10)
        rows += bytes(
            13 if y >= third else 12 if y >= second else 11 if y >= first else sky
            for first, second, third in zip(*ranges, strict=True)
        )
    return _png(_WIDTH, _HEIGHT, palette, bytes(rows))


@cache
def badge(colour: Colour) -> bytes:
    """A PNG of 60 × 60 pixels: a round badge in ``colour`` with a light ring."""
    centre = (_BADGE - 1) / 2
    rows = bytearray()
    for y in range(_BADGE):
        rows.append(0)
        for x in range(_BADGE):
            distance = math.hypot(x - centre, y - centre)
            inside = distance <= 29
            ring = 21 <= distance <= 24 or (abs(x - centre) < 3 and distance < 17) or distance < 7
            rows.append(0 if not inside else 2 if ring else 1)
    return _png(_BADGE, _BADGE, [(255, 255, 255), colour, (255, 245, 225)], bytes(rows), transparent=True)


def emblem(colour: str) -> bytes:
    """The logo as SVG: clouds over waves in a ring."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="72" height="72" viewBox="0 0 72 72">'
        f'<circle cx="36" cy="36" r="34" fill="#fff" stroke="{colour}" stroke-width="3"/>'
        f'<path d="M16 34a8 8 0 0 1 9-8 11 11 0 0 1 21-2 8 8 0 0 1 10 10z" fill="{colour}"/>'
        f'<path d="M12 44q6-6 12 0t12 0 12 0 12 0M16 52q5-5 10 0t10 0 10 0 10 0" fill="none" stroke="{colour}"'
        ' stroke-width="3" stroke-linecap="round"/></svg>'
    ).encode()


def portrait() -> bytes:
    """A neutral placeholder for a portrait, SVG."""
    return (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="160" viewBox="0 0 120 160">'
        b'<rect width="120" height="160" fill="#e7ebf0"/><circle cx="60" cy="62" r="28" fill="#b6c0cc"/>'
        b'<path d="M12 160q0-58 48-58t48 58z" fill="#b6c0cc"/></svg>'
    )


def _palette(seed: int) -> list[Colour]:
    shift = seed * 29 % 60
    sky = [(150 + step * 8, 185 + step * 5, 225 + step * 2) for step in range(11)]
    hills = [
        (120 - shift // 2, 150, 160 + shift // 3),
        (80, 125 - shift // 3, 115),
        (45 + shift // 4, 92, 76),
    ]
    return [*sky, *hills, (108, 152, 178), (122, 165, 190)]


def _png(width: int, height: int, palette: list[Colour], rows: bytes, *, transparent: bool = False) -> bytes:
    """``rows``: a filter byte and palette indexes for every row. ``transparent``: the first colour is."""
    header = struct.pack("!IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = b"".join(bytes(colour) for colour in palette)
    chunks = [(b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    if transparent:
        chunks.insert(2, (b"tRNS", b"\0"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
