"""What the attachments of a site say, for the checks of words and private numbers.

A probe of the kind ``attachment-text`` for each attachment that was looked at. Subject: its address; result: ``type``,
``text`` (private numbers masked), ``numbers`` (those, as they may be told), ``size`` and ``why``, the reason for which
there is no text (empty when there is).
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from govaudit.crawler.attachment_frames import LENGTH, OFFICE, READ_TYPES, SECONDS, Extracted, File
from govaudit.crawler.filetypes import type_of
from govaudit.inspection.facts import Lane, Probe
from govaudit.inspection.private_numbers import heads_of_persons, private_numbers, told, without_numbers

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable

    from govaudit.crawler.downloader.visit import Visit, Visitor
    from govaudit.inspection.site_facts import SiteFacts

MEASURE = "attachments"
"""Name in a plan's ``measures``."""
KIND = "attachment-text"
MOST_FILES = 200
MOST_BYTES = 8_000_000
_MOST_TOLD = 200
_NEAREST = 100_000


async def read_attachments(
    facts: SiteFacts, visitor: Visitor, *, owns: Callable[[str], bool], may_read: Callable[[str], bool],
    stopped: Callable[[], bool], but: set[str],
) -> AsyncIterator[Probe]:  # fmt: skip
    """Fetch the attachments nearest to the home page and read them, one after another. ``but``: what was read
    before."""
    readers = _Readers()
    try:
        for url in _chosen(facts, owns, may_read):
            if url in but:
                continue
            if stopped():
                return
            visit = await visitor.visit(url, Lane.ATTACHMENT, limit=MOST_BYTES)
            if visit.stopped:
                return
            kind = type_of(visit.body)
            if kind == "text" and url.lower().endswith(".csv"):
                kind = "csv"
            why = _why_unread(visit)
            extracted = Extracted(why=why) if why else await readers.text_of(kind, visit.body)
            yield _probe(url, visit.fetch.at, kind, extracted, len(visit.body))
    finally:
        await readers.close()


def _why_unread(visit: Visit) -> str:
    if not visit.fetch.opened or visit.refused or visit.left_out is not None:
        return "not-opened"
    return "too-large" if visit.fetch.truncated or len(visit.body) >= MOST_BYTES else ""


def _chosen(facts: SiteFacts, owns: Callable[[str], bool], may_read: Callable[[str], bool]) -> list[str]:
    found: list[tuple[int, str]] = []
    for target, looks in facts.all_looks():
        if target.lane is Lane.ATTACHMENT and looks[-1].opened and owns(target.url) and may_read(target.url):
            found.append((target.depth, target.url))
            if len(found) >= _NEAREST:
                break
    return [url for _, url in sorted(found)[:MOST_FILES]]


class _Readers:
    """The processes that read files, started when there is one to read. One that fails over a file is given up."""

    def __init__(self) -> None:
        self._running: dict[bool, Process] = {}

    async def text_of(self, kind: str, body: bytes) -> Extracted:
        """The text of a file."""
        if kind not in READ_TYPES:
            return Extracted(why="not-read")
        by_office = kind in OFFICE
        try:
            async with asyncio.timeout(2 * SECONDS):
                return await self._asked(by_office, File(kind, body))
        except (TimeoutError, EOFError, ConnectionError, msgspec.DecodeError):
            await self._give_up(by_office)
            return Extracted(why="unreadable")

    async def _asked(self, by_office: bool, file: File) -> Extracted:  # noqa: FBT001 - which of the two processes
        process = self._running.get(by_office)
        if process is None:
            process = self._running[by_office] = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "govaudit.crawler.attachment_text", *(["office"] if by_office else []),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        source, sink = process.stdout, process.stdin
        if source is None or sink is None:
            raise EOFError
        frame = msgspec.msgpack.encode(file)
        sink.write(LENGTH.pack(len(frame)) + frame)
        await sink.drain()
        (length,) = LENGTH.unpack(await source.readexactly(LENGTH.size))
        return msgspec.msgpack.decode(await source.readexactly(length), type=Extracted)

    async def _give_up(self, by_office: bool) -> None:  # noqa: FBT001
        process = self._running.pop(by_office, None)
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def close(self) -> None:
        """End the processes."""
        for by_office in list(self._running):
            await self._give_up(by_office)


def _probe(url: str, at: float, kind: str, extracted: Extracted, size: int) -> Probe:
    found = private_numbers(extracted.text, lambda place: head_of_column(extracted.text, place))
    result: dict[str, object] = {
        "type": kind,
        "size": size,
        "why": extracted.why,
        "text": without_numbers(extracted.text, [one for one in found if one.kind != "contact"]),
        "numbers": msgspec.to_builtins(list(told(extracted.text, found))[:_MOST_TOLD]),
    }
    return Probe(kind=KIND, subject=url, at=at, result=result)


def head_of_column(text: str, place: int) -> str:
    """The head of the column of a table in which a place lies: the first rows of as many cells hold it."""
    start = text.rfind("\n", 0, place) + 1
    column = text.count("\t", start, place)
    if "\t" not in text[start : (text.find("\n", place) + 1 or len(text) + 1) - 1]:
        return ""
    block = text.rfind("\n\n", 0, start) + 1
    for line in text[block:start].split("\n")[:10]:
        cells = line.split("\t")
        if len(cells) > max(column, 1) and not any(character.isdigit() for character in cells[column]):
            return f"{cells[column]}\n{heads_of_persons(cells)}"
    return ""
