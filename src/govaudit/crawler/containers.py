"""What containers (ZIP, OLE compound files) hold, as far as their first bytes tell."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_ZIP_ENTRY = b"PK\x03\x04"
_ZIP_HEAD = struct.Struct("<4xHHH8xIIHH")
_SIZES_BEHIND = 0x08
_DEFLATED = 8
_MOST_ENTRIES = 200
_LISTS = frozenset(["[Content_Types].xml", "mimetype"])
_LONGEST_LIST = 100_000
_OLE_ENTRY = 128
_OLE_END = 0xFFFFFFFA
_SECTORS_OF_FAT = 109


@dataclass(frozen=True, slots=True)
class Contents:
    """``entries``: names at the top, in their order; ``declared``: text of the container's own list of types."""

    entries: tuple[str, ...]
    declared: str = ""


def zip_contents(body: bytes) -> Contents:
    """Names of the entries whose heads were read. Never raises on rubbish."""
    names: list[str] = []
    declared = ""
    place = 0
    while place >= 0 and len(names) < _MOST_ENTRIES and place + 30 <= len(body):
        flags, packing, size, length, more = _zip_head(body, place)
        content = place + 30 + length + more
        name = body[place + 30 : place + 30 + length].decode("utf-8", "replace")
        names.append(name)
        if name in _LISTS and not declared:
            declared = _unpacked(body[content : content + _LONGEST_LIST], packing)
        if not flags & _SIZES_BEHIND and body.startswith(b"PK", content + size):
            place = content + size if body.startswith(_ZIP_ENTRY, content + size) else -1
        elif flags & _SIZES_BEHIND or content + size <= len(body):
            place = body.find(_ZIP_ENTRY, content)
        else:
            place = -1
    return Contents(tuple(names), declared)


def _zip_head(body: bytes, place: int) -> tuple[int, int, int, int, int]:
    _version, flags, packing, size, _plain, length, more = _ZIP_HEAD.unpack_from(body, place)
    return flags, packing, size, length, more


def _unpacked(packed: bytes, packing: int) -> str:
    if packing != _DEFLATED:
        return packed[:1000].decode("utf-8", "replace")
    try:
        return zlib.decompressobj(-15).decompress(packed, _LONGEST_LIST).decode("utf-8", "replace")
    except zlib.error:
        return ""


def ole_contents(body: bytes) -> Contents:
    """Names of the streams and storages at the top, as far as their directory was read. Never raises on rubbish."""
    if len(body) < 512:
        return Contents(())
    (shift,) = struct.unpack_from("<H", body, 30)
    if shift not in {9, 12}:
        return Contents(())
    sector = 1 << shift
    directory = _chain(body, struct.unpack_from("<I", body, 48)[0], sector)
    if len(directory) < _OLE_ENTRY:
        return Contents(())
    names: list[str] = []
    (top,) = struct.unpack_from("<I", directory, 76)
    waiting, been = [top], set[int]()
    while waiting and len(names) < _MOST_ENTRIES:
        number = waiting.pop()
        if number in been or (number + 1) * _OLE_ENTRY > len(directory):
            continue
        been.add(number)
        entry = directory[number * _OLE_ENTRY : (number + 1) * _OLE_ENTRY]
        length, left, right = struct.unpack_from("<H2xII", entry, 64)
        names.append(entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"))
        waiting += [left, right]
    return Contents(tuple(names))


def _chain(body: bytes, first: int, sector: int) -> bytes:
    """The sectors of the directory; where the table that links them was not read, those that follow each other."""
    table = _table(body, sector)
    found = bytearray()
    number, been = first, set[int]()
    while number < _OLE_END and number not in been and (number + 2) * sector <= len(body):
        been.add(number)
        found += body[(number + 1) * sector : (number + 2) * sector]
        number = table.get(number, number + 1)
    return bytes(found)


def _table(body: bytes, sector: int) -> dict[int, int]:
    linked: dict[int, int] = {}
    each = sector // 4
    for place, number in enumerate(struct.unpack_from(f"<{_SECTORS_OF_FAT}I", body, 76)):
        start = (number + 1) * sector
        if number >= _OLE_END or start + sector > len(body):
            continue
        entries = struct.unpack_from(f"<{each}I", body, start)
        linked.update((place * each + index, following) for index, following in enumerate(entries))
    return linked
