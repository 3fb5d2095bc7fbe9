"""Walls: answers that stand where the page should be."""

from __future__ import annotations

from functools import cache

import msgspec

from govaudit.crawler.reading.words import load
from govaudit.inspection.errors import InputError, Problem

_LONGEST_SOURCE = 300_000
_SEARCHED = 60_000


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What tells a wall's own page; see ``words/challenge.yaml``. All that is given has to be met."""

    text: int
    code: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    bare: bool = False


@cache
def signatures() -> tuple[tuple[str, Signature], ...]:
    """All signatures with the names of their walls, in the order of the file. Raises ``InputError`` when the file is
    not right."""
    document = load("challenge")
    try:
        table = msgspec.convert(document.data, dict[str, tuple[Signature, ...]], strict=False)
    except msgspec.ValidationError as error:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": str(error)})) from error
    empty = [name for name, rows in table.items() if not all(row.code or row.says for row in rows)]
    if empty:
        raise InputError(Problem("table.invalid", document.where, arguments={"why": ", ".join(empty)}))
    return tuple(
        (name, msgspec.structs.replace(row, says=tuple(map(_squeezed, row.says))))
        for name, rows in table.items()
        for row in rows
    )


@cache
def most_text() -> int:
    """More visible characters than these are never a wall's."""
    return max(row.text for _, row in signatures())


def challenge_of(html: str, shown: str, text_length: int) -> str:
    """Name of the wall whose own page this is, empty when the page is itself. ``shown``: title and text that a
    visitor sees; ``text_length``: visible characters."""
    if text_length > most_text() or len(html) > _LONGEST_SOURCE:
        return ""
    searched = html[:_SEARCHED] + html[max(_SEARCHED, len(html) - _SEARCHED) :]
    said = _squeezed(shown)
    return next(
        (
            name
            for name, row in signatures()
            if text_length <= row.text and _meets(row, searched, shown, said)
        ),
        "",
    )


def _meets(row: Signature, html: str, shown: str, said: str) -> bool:
    if row.says and not any(sentence in said for sentence in row.says):
        return False
    for traces in (row.code, row.also):
        if traces and not any(trace in html and trace not in shown for trace in traces):
            return False
    return not (row.bare and ("<a " in html or "<A " in html))


def _squeezed(text: str) -> str:
    return "".join(text.split()).lower()
