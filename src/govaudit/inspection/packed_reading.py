"""A reading as it is stored: encoded, compressed, without the parts that a template repeats on every page."""

from __future__ import annotations

import hashlib

import msgspec
import zstandard

from govaudit.inspection.facts import Concealed, Mark, MenuEntry, Reading
from govaudit.inspection.forms import Form
from govaudit.inspection.page_text import PageText
from govaudit.inspection.private_numbers import PrivateNumber

_MOST_PARTS = 500
_LEVEL = 3


class PackedPart(msgspec.Struct, frozen=True, array_like=True):
    """What a template repeats on its pages: menu, marks, the text around. ``digest``: what it is known by;
    ``content``: compressed."""

    digest: bytes
    content: bytes


class PackedReading(msgspec.Struct, frozen=True, array_like=True):
    """``kind``: of the page; ``lean``: all but menu, marks and text, compressed; ``text``: the page's own text,
    compressed."""

    kind: str
    lean: bytes
    navigation: PackedPart | None
    marks: PackedPart | None
    text: bytes | None
    around: PackedPart | None
    private: tuple[PrivateNumber, ...] = ()
    concealed: tuple[Concealed, ...] = ()
    forms: tuple[Form, ...] = ()


class Packer:
    """Packs readings one after another; what was packed before is not compressed again."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._parts: dict[bytes, PackedPart] = {}

    def pack(self, reading: Reading) -> PackedReading:
        """``reading`` as it is stored."""
        lean = msgspec.structs.replace(
            reading, navigation=(), marks=(), text=PageText(), private=(), concealed=(), forms=()
        )
        return PackedReading(
            reading.kind.value,
            self._compressor.compress(self._encoder.encode(lean)),
            self._part(reading.navigation),
            self._part(reading.marks),
            self._compressor.compress(reading.text.main.encode()) if reading.text.main else None,
            self._part(reading.text.around),
            reading.private,
            reading.concealed,
            reading.forms,
        )

    def compress(self, content: bytes) -> bytes:
        """A body as it is stored."""
        return self._compressor.compress(content)

    def _part(self, entries: tuple[object, ...] | str) -> PackedPart | None:
        if not entries:
            return None
        encoded = self._encoder.encode(entries)
        digest = hashlib.sha256(encoded).digest()[:16]
        known = self._parts.get(digest)
        if known is None:
            if len(self._parts) >= _MOST_PARTS:
                self._parts.clear()
            known = self._parts[digest] = PackedPart(digest, self._compressor.compress(encoded))
        return known


class Unpacker:
    """Reads back what was packed."""

    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor()
        self._reading = msgspec.msgpack.Decoder(Reading)
        self._navigation = msgspec.msgpack.Decoder(tuple[MenuEntry, ...])
        self._marks = msgspec.msgpack.Decoder(tuple[Mark, ...])
        self._around = msgspec.msgpack.Decoder(str)

    def lean(self, content: bytes) -> Reading:
        """A reading without menu, marks and text."""
        return self._reading.decode(self._decompressor.decompress(content))

    def whole(self, packed: PackedReading) -> Reading:
        """A reading with everything."""
        reading = self.lean(packed.lean)
        if packed.navigation is not None:
            reading.navigation = self.navigation(packed.navigation.content)
        if packed.marks is not None:
            reading.marks = self.marks(packed.marks.content)
        reading.text = PageText(
            self.text(packed.text) if packed.text is not None else "",
            self.around(packed.around.content) if packed.around is not None else "",
        )
        reading.private, reading.concealed = packed.private, packed.concealed
        reading.forms = packed.forms
        return reading

    def navigation(self, content: bytes) -> tuple[MenuEntry, ...]:
        """A menu."""
        return self._navigation.decode(self._decompressor.decompress(content))

    def marks(self, content: bytes) -> tuple[Mark, ...]:
        """The marks of a page."""
        return self._marks.decode(self._decompressor.decompress(content))

    def text(self, content: bytes) -> str:
        """A page's own text."""
        return self._decompressor.decompress(content).decode()

    def around(self, content: bytes) -> str:
        """The text that a template puts around."""
        return self._around.decode(self._decompressor.decompress(content))

    def body(self, content: bytes) -> bytes:
        """A body as it came."""
        return self._decompressor.decompress(content)
