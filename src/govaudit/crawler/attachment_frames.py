"""What passes between the crawl and the processes that read attachments. Apart from the readers themselves: they are
large, and a crawl without attachments does not wait for them to be loaded."""

from __future__ import annotations

import struct

import msgspec

SECONDS = 40
"""Processor time that a file may take."""
OFFICE = frozenset(["doc", "xls", "rtf"])
"""Types that an office program converts first."""
READ_TYPES = OFFICE | {"pdf", "docx", "xlsx", "csv", "text"}
LENGTH = struct.Struct(">I")


class File(msgspec.Struct, array_like=True):
    """A file to read."""

    kind: str
    body: bytes


class Extracted(msgspec.Struct):
    """What was read: ``text``, or ``why`` there is none."""

    text: str = ""
    why: str = ""
