"""What one rule book says otherwise than another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.inspection.profile import Profile

Part = Literal["general", "checks", "columns", "rows"]
Change = Literal["added", "removed", "changed"]
Value = str | float | list[Any] | dict[str, Any] | None

_KEYS = {"columns": "name", "rows": "id"}
_APART = frozenset({"name", "extends", "checks", *_KEYS})
"""What is no difference, and what is compared entry by entry."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """``entry``: the check, column or row (empty in ``general``); ``key``: what of it is different, empty when the
    whole entry was added or removed. ``a``, ``b``: what the books say, ``None`` where one says nothing."""

    part: Part
    change: Change
    entry: str
    key: str
    a: Value = None
    b: Value = None


def differences(a: Profile, b: Profile) -> list[Difference]:
    """Everything that ``b`` says otherwise than ``a``, in the order of a rule book: general, checks, columns, rows."""
    one, other = a.model_dump(mode="json"), b.model_dump(mode="json")
    general = ({key: said[key] for key in said if key not in _APART} for said in (one, other))
    found = list(_changed("general", "", *general))
    found += _entries("checks", one["checks"], other["checks"])
    for part, key in _KEYS.items():
        by_key = ({entry[key]: entry for entry in said[part]} for said in (one, other))
        found += _entries("columns" if part == "columns" else "rows", *by_key)
    return found


def _entries(part: Part, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
    for name in (*a, *(name for name in b if name not in a)):
        if name not in b:
            yield Difference(part=part, change="removed", entry=name, key="", a=a[name])
        elif name not in a:
            yield Difference(part=part, change="added", entry=name, key="", b=b[name])
        else:
            yield from _changed(part, name, a[name], b[name])


def _changed(part: Part, entry: str, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
    for key in (*a, *(key for key in b if key not in a)):
        was, now = a.get(key), b.get(key)
        if was != now:
            change: Change = "added" if key not in a else "removed" if key not in b else "changed"
            yield Difference(part=part, change=change, entry=entry, key=key, a=was, b=now)
