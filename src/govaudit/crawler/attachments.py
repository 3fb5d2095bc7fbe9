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

from govaudit.crawler.attachment_text import READ_TYPES, SECONDS, Extracted
from govaudit.crawler.filetypes import type_of
from govaudit.inspection.facts import Lane, Probe
from govaudit.inspection.private_numbers import private_numbers, told, without_numbers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from govaudit.crawler.downloader.visit import Visitor
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
    for url in _chosen(facts, owns, may_read):
        if url in but:
            continue
        if stopped():
            return
        visit = await visitor.visit(url, Lane.ATTACHMENT, limit=MOST_BYTES)
        if visit.stopped:
            return
        fetch = visit.fetch
        kind = type_of(visit.body)
        if not fetch.opened or visit.refused or visit.left_out is not None:
            extracted = Extracted(why="not-opened")
        elif fetch.truncated or len(visit.body) >= MOST_BYTES:
            extracted = Extracted(why="too-large")
        else:
            if kind == "text" and url.lower().endswith(".csv"):
                kind = "csv"
            extracted = await _extracted(kind, visit.body)
        yield _probe(url, fetch.at, kind, extracted, len(visit.body))


def _chosen(facts: SiteFacts, owns: Callable[[str], bool], may_read: Callable[[str], bool]) -> list[str]:
    found: list[tuple[int, str]] = []
    for target, looks in facts.all_looks():
        if target.lane is Lane.ATTACHMENT and looks[-1].opened and owns(target.url) and may_read(target.url):
            found.append((target.depth, target.url))
            if len(found) >= _NEAREST:
                break
    return [url for _, url in sorted(found)[:MOST_FILES]]


async def _extracted(kind: str, body: bytes) -> Extracted:
    if kind not in READ_TYPES:
        return Extracted(why="not-read")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "govaudit.crawler.attachment_text", kind,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        printed, _ = await asyncio.wait_for(process.communicate(body), 2 * SECONDS)
        return msgspec.json.decode(printed, type=Extracted)
    except (TimeoutError, msgspec.DecodeError):
        return Extracted(why="unreadable")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


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
            persons = " ".join(cell for cell in cells if "身份证" in cell or "住址" in cell)
            return f"{cells[column]}\n{persons}"
    return ""
