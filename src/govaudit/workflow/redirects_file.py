"""The file ``_redirects`` of a built folder: rules by which static hosts answer for addresses without a file.

Read is what the common hosts share: a rule a line, ``FROM TO [STATUS]``, blanks between them, ``#`` begins a comment.
``FROM`` is a path; ``:name`` stands for one part of it, ``*`` at its end for the rest. ``TO`` is a path or an address,
in which ``:name`` and ``:splat`` are filled in. ``STATUS`` (301 unless said): a redirect, 200: the file at ``TO`` under
the address asked for, 404: likewise as an error page; ``!`` behind it: even where a file would answer. Rules with
conditions (country, language, queries) are left out, as for a visitor without these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from govaudit.inspection.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE = "_redirects"
_STATUSES = frozenset({200, 301, 302, 303, 307, 308, 404, 410})
_STATUS = re.compile(r"(\d{3})(!?)")
_NAME = re.compile(r":([A-Za-z_]\w*)", re.ASCII)
_SPLAT = "splat"


@dataclass(frozen=True, slots=True)
class Redirect:
    """A rule; ``forced``: it answers even where there is a file."""

    pattern: re.Pattern[str]
    to: str
    status: int
    forced: bool

    def target(self, path: str) -> str | None:
        """Where ``path`` leads, ``None`` when the rule does not speak of it."""
        match = self.pattern.fullmatch(path)
        if match is None:
            return None
        parts = {name: quote(part or "") for name, part in match.groupdict().items()}
        return _NAME.sub(lambda name: parts.get(name[1], name[0]), self.to)


def read_redirects(folder: Path) -> tuple[Redirect, ...]:
    """The rules of a folder in their order; none without the file. Raises ``InputError`` naming every line that is no
    rule."""
    file = folder / FILE
    if not file.is_file():
        return ()
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem("file.unreadable", str(file), arguments={"why": str(error)})) from error
    rules: list[Redirect] = []
    problems = []
    for number, line in enumerate(lines, 1):
        words = line.partition(" #")[0].split()
        if not words or words[0].startswith("#"):
            continue
        rule = _rule(words)
        if isinstance(rule, Redirect):
            rules.append(rule)
        elif rule:
            problems.append(Problem("gate.no-redirect", str(file), number, None, {"value": line.strip()}))
    if problems:
        raise InputError(*problems)
    return tuple(rules)


def _rule(words: Sequence[str]) -> Redirect | bool:
    """The rule; ``False``: one with conditions, which is left out; ``True``: none at all."""
    source, *rest = words
    if len(rest) > 1 and any("=" in word for word in rest[1:]):
        return False
    if rest and "=" in rest[0] and not rest[0].startswith(("/", "http")):
        return False  # conditions on the query stand before the target
    status = _STATUS.fullmatch(rest[1]) if len(rest) == 2 else None
    if not source.startswith("/") or len(rest) not in {1, 2} or (len(rest) == 2 and status is None):
        return True
    code = int(status[1]) if status else 301
    if code not in _STATUSES or "*" in source[:-1]:
        return True
    return Redirect(_pattern(source), rest[0], code, forced=bool(status and status[2]))


def _pattern(source: str) -> re.Pattern[str]:
    """Both spellings of a path match, with a slash at its end and without."""
    splat = source.endswith("*")
    stem = source.removesuffix("*") if splat else source.rstrip("/")
    written = "".join(
        f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(_NAME.split(stem))
    )
    if not splat:
        return re.compile(f"{written}/?")
    if written.endswith("/"):
        return re.compile(f"{written[:-1]}(?:/(?P<{_SPLAT}>.*))?")
    return re.compile(f"{written}(?P<{_SPLAT}>.*)")
