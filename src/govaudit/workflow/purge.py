"""Delete old runs, or only the bodies of their pages, and write down who did it and why.

Never touched: reports, published versions and the ledger. ``runs/purged.jsonl`` only grows: a line before anything is
deleted and one when all is done.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.ages import before
from govaudit.inspection.errors import GovauditError, InputError, Problem
from govaudit.inspection.run import BEIJING
from govaudit.inspection.site_facts import SiteFacts, was_begun
from govaudit.workflow.archive import prune_run
from govaudit.workflow.run_record import RunRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from govaudit.inspection.workspace import Workspace

AUDIT_NAME = "purged.jsonl"
_GOING = ".purging-"
_STILL_AT_WORK = timedelta(hours=24)
"""An unfinished run in which nothing was written for so long is not at work any more."""


class Held(StrEnum):
    """Why a run is not purged."""

    AT_WORK = "at-work"
    """It is not finished, and was written to within the last day."""
    NEWEST = "newest"
    """The next run asks which of its pages still hold, and is compared with it."""
    BUILT_ON = "built-on"
    """A run that is not finished was begun with its pages."""


class What(StrEnum):
    """What is deleted of a run."""

    RUN = "run"
    FACTS = "facts"
    """Its facts alone: a published version rests on its judgements and evidence."""
    BODIES = "bodies"


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run in the workspace. ``name``: of its folder, which is not the run's own for one that was set aside; ``size``
    in bytes; ``published``: there is a final version of its report."""

    name: str
    folder: Path
    record: RunRecord
    size: int
    published: bool
    held: Held | None

    @property
    def ended(self) -> datetime:
        """When it ended, or began when it never did."""
        return self.record.finished_at or self.record.started_at


@dataclass(frozen=True, slots=True)
class Purge:
    """What is to be deleted of a run."""

    run: StoredRun
    what: What


@dataclass(frozen=True, slots=True)
class Order:
    """Who has something deleted, why, and when."""

    who: str
    why: str
    at: datetime


def stored_runs(workspace: Workspace, now: datetime) -> list[StoredRun]:
    """All runs, those that were set aside too, oldest first. Damaged ones are left out."""
    found = sorted(_records(workspace), key=lambda one: (one[1].as_of, one[1].started_at, one[0].name))
    held = _held(found, now)
    return [
        StoredRun(
            name=folder.name,
            folder=folder,
            record=record,
            size=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
            published=any(workspace.report_folder(folder.name).glob("final-v*")),
            held=held.get(folder.name),
        )
        for folder, record in found
    ]


def _records(workspace: Workspace) -> Iterator[tuple[Path, RunRecord]]:
    for file in (workspace.root / "runs").glob("[!.]*/run.json"):
        try:
            yield file.parent, msgspec.json.decode(file.read_bytes(), type=RunRecord)
        except (OSError, msgspec.DecodeError):
            continue


def _held(found: Sequence[tuple[Path, RunRecord]], now: datetime) -> dict[str, Held]:
    """Runs that may not be purged, by the name of the folder. ``found``: oldest first."""
    held: dict[str, Held] = {}
    for folder, record in found:
        if record.finished_at is None:
            held |= dict.fromkeys(_earlier_runs(folder, record), Held.BUILT_ON)
    finished = [
        record.id
        for folder, record in found
        if record.listed and record.finished_at and folder.name == record.id
    ]
    held |= dict.fromkeys(finished[-1:], Held.NEWEST)
    for folder, record in found:
        if record.finished_at is None and _is_at_work(folder, now):
            held[folder.name] = Held.AT_WORK
    return held


def _earlier_runs(folder: Path, record: RunRecord) -> set[str]:
    """Runs whose pages the crawls of a run take over."""
    runs = set()
    for site in record.sites:
        file = folder / f"{site.key}.sqlite"
        try:
            if was_begun(file):
                with closing(SiteFacts.open(file)) as facts:
                    runs.add(facts.plan.earlier)
        except InputError:  # of another version, which cannot go on with it
            continue
    return runs


def _is_at_work(folder: Path, now: datetime) -> bool:
    # Whoever reads a store leaves files beside it, which hold nothing.
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.endswith("-shm"))
    newest = max((seen.st_mtime for seen in map(Path.stat, files) if seen.st_size), default=0.0)
    return now - datetime.fromtimestamp(newest, BEIJING) < _STILL_AT_WORK


def plan_purge(
    workspace: Workspace, names: Sequence[str], age: str, now: datetime, *, bodies_only: bool
) -> list[Purge]:
    """What would be deleted: the runs that are named, or all that ended longer ago than ``age`` (``3y``); what is held
    is left out of the latter.

    Raises ``InputError`` when neither is given, for names that there are not, and for named runs that are held."""
    runs = stored_runs(workspace, now)
    if names:
        chosen = _named(workspace, runs, names)
    elif age:
        until = before(now, age)
        chosen = [one for one in runs if one.ended < until and one.held is None]
    else:
        raise InputError(Problem("purge.nothing-named", str(workspace.root)))
    return [Purge(one, _what(one, bodies_only=bodies_only)) for one in chosen]


def _named(workspace: Workspace, runs: Sequence[StoredRun], names: Sequence[str]) -> list[StoredRun]:
    known = {one.name: one for one in runs}
    listed = ", ".join(known) or "-"
    problems = [
        Problem("run.unknown", str(workspace.root), arguments={"run": name, "known": listed})
        for name in names
        if name not in known
    ]
    chosen = [known[name] for name in dict.fromkeys(names) if name in known]
    problems += [Problem(f"purge.{one.held}", str(one.folder)) for one in chosen if one.held]
    if problems:
        raise InputError(*problems)
    return chosen


def _what(run: StoredRun, *, bodies_only: bool) -> What:
    if bodies_only:
        return What.BODIES
    return What.FACTS if run.published else What.RUN


def purge(workspace: Workspace, plan: Iterable[Purge], order: Order) -> Iterator[tuple[Purge, int]]:
    """Delete what ``plan`` says; yields each with the bytes that became free. Every deletion is written to the audit
    file before it begins and when it is done.

    Raises ``GovauditError`` when something cannot be deleted or written; what was deleted before stays written down."""
    for one in plan:
        try:
            _note(workspace, one, order, {"event": "begin", "bytes": one.run.size})
            freed = _delete(workspace, one)
            _note(workspace, one, order, {"event": "end", "bytes": freed})
        except OSError as error:
            where, told = str(error.filename or one.run.folder), error.strerror or str(error)
            raise GovauditError(Problem("purge.cannot-delete", where, arguments={"why": told})) from error
        yield one, freed


def _delete(workspace: Workspace, one: Purge) -> int:
    run = one.run
    if one.what is What.BODIES:
        freed, problems = prune_run(workspace, msgspec.structs.replace(run.record, id=run.name), "none")
        if problems:
            raise GovauditError(*problems)
        return freed
    if one.what is What.FACTS:
        files = [file for file in run.folder.glob("*.sqlite*") if file.is_file()]
        freed = sum(file.stat().st_size for file in files)
        for file in files:
            file.unlink()
        return freed
    # Half a run is no run: it goes in one step, and is cleared away then.
    going = run.folder.with_name(f"{_GOING}{run.name}")
    shutil.rmtree(going, ignore_errors=True)
    run.folder.rename(going)
    shutil.rmtree(going)
    return run.size


def clear_rests(workspace: Workspace) -> None:
    """Delete what is left of a purge that was killed."""
    for folder in (workspace.root / "runs").glob(f"{_GOING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _note(workspace: Workspace, one: Purge, order: Order, more: dict[str, str | int]) -> None:
    """Append a line to the audit file, and see that it is on the disk."""
    run = one.run
    line = {
        "at": order.at.isoformat(),
        "by": order.who,
        "why": order.why,
        "run": run.name,
        "what": one.what.value,
        "as_of": run.record.as_of.isoformat(),
        "sites": len(run.record.sites),
        **more,
    }
    with (workspace.root / "runs" / AUDIT_NAME).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
