"""What people do with the findings of the ledger: look for them, and say what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.ledger.states import RefusedError
from govaudit.workflow.ledger import due_by, ledger_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from govaudit.inspection.ledger.entries import Change, Entry
    from govaudit.inspection.ledger.filters import Filter
    from govaudit.inspection.ledger.states import Role
    from govaudit.inspection.ledger.store import Ledger, Pages
    from govaudit.inspection.verdict import State
    from govaudit.inspection.workspace import Workspace

_SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says. ``state``: what it moves findings to, ``None``: only a remark; ``until``: the last day of a
    waiver, or by when a dispute is to be answered."""

    state: State | None
    who: str
    why: str
    at: datetime
    role: Role = "inspector"
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What came of it. ``problems``: findings of which it could not be said, each with the reason."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


def kept_ledger(workspace: Workspace) -> Ledger:
    """The workspace's ledger. Raises ``InputError`` when none is kept."""
    ledger = ledger_of(workspace)
    if ledger is None:
        raise InputError(Problem("ledger.none", str(workspace.root)))
    return ledger


def chosen(workspace: Workspace, wanted: Filter) -> list[Entry]:
    """The entries that fit; every id that is named has to be that of one finding. Raises ``InputError``."""
    with kept_ledger(workspace).reading() as pages:
        return _chosen(pages, wanted)


def history(workspace: Workspace, finding: str, day: date) -> tuple[Entry, list[Change]]:
    """A finding with everything that ever happened to it. Raises ``InputError``."""
    from govaudit.inspection.ledger.filters import Filter  # noqa: PLC0415 - help must be quick

    with kept_ledger(workspace).reading() as pages:
        (entry,) = _chosen(pages, Filter(day=day, ids=(finding,)))
        return entry, pages.changes(entry.id)


def say_of(workspace: Workspace, wanted: Filter, word: Word) -> Said:
    """Say something of all findings that fit, in one transaction. Raises ``InputError`` when the filter leaves
    nothing out, or finds nothing."""
    if not wanted.narrows:
        raise InputError(Problem("ledger.no-choice", "govaudit findings"))
    due = due_by(workspace)
    said: list[Entry] = []
    problems: list[Problem] = []
    with kept_ledger(workspace).writing() as pen:
        found = _chosen(pen, wanted)
        if not found:
            raise InputError(Problem("ledger.nothing-fits", "govaudit findings"))
        for entry in found:
            try:
                if word.state is None:
                    said.append(pen.note(entry.id, who=word.who, why=word.why, at=word.at))
                else:
                    said.append(
                        pen.decide(
                            entry.id, word.state, who=word.who, why=word.why, at=word.at, role=word.role,
                            until=word.until, day=wanted.day, due=due,
                        )
                    )  # fmt: skip
            except RefusedError as refused:
                problems.append(refused.problem(entry.id))
    return Said(tuple(said), tuple(problems))


def runs_of(entries: Iterable[Entry]) -> list[str]:
    """The runs whose reports say something of these findings."""
    return sorted({entry.last_run for entry in entries})


def _chosen(pages: Pages, wanted: Filter) -> list[Entry]:
    named = []
    for one in wanted.ids:
        fitting = (
            pages.entries(msgspec.structs.replace(wanted, ids=(one,))) if len(one) >= _SHORTEST_ID else []
        )
        if not fitting:
            raise InputError(Problem("ledger.unknown", one, arguments={"id": one}))
        if len(fitting) > 1:
            raise InputError(Problem("ledger.several", one, arguments={"id": one, "count": len(fitting)}))
        named += fitting
    return list({one.id: one for one in named}.values()) if wanted.ids else pages.entries(wanted)
