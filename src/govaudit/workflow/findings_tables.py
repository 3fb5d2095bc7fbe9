"""The list of findings as a sheet that goes out to an office and comes back with states and remarks."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.ledger.entries import Cause
from govaudit.inspection.ledger.states import UNIT_MAY, RefusedError
from govaudit.inspection.messages import LANGUAGES, catalogue, language_of_environment
from govaudit.inspection.site_list_table import TableRow, plain_text, read_table
from govaudit.inspection.verdict import State
from govaudit.inspection.vocabulary import fold
from govaudit.reports.cells import guarded
from govaudit.reports.findings_csv import COLUMNS, exchange_row
from govaudit.reports.form_xlsx import write_form_xlsx
from govaudit.reports.texts import Texts
from govaudit.workflow.findings import kept_ledger
from govaudit.workflow.ledger import due_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from govaudit.inspection.finding import Finding
    from govaudit.inspection.ledger.entries import Change, Entry
    from govaudit.inspection.ledger.filters import Filter
    from govaudit.inspection.ledger.states import Due, Role
    from govaudit.inspection.ledger.store import Pen
    from govaudit.inspection.workspace import Workspace

_VERSION = "version"
SHEET_COLUMNS = (*COLUMNS, _VERSION)
"""Columns of the sheet; headings are ``columns.<name>`` of the reports. ``id``, ``state`` and ``remark`` are read back,
and ``version``, the number of the finding's last change, by which a cell that nobody touched is told from an edit."""
_READ = ("id", "state", "remark", _VERSION)
_NEEDED = ("id", "state", "remark")


@dataclass
class Imported:
    """What a sheet brought. ``changed``: findings with a new state or remark; ``same``: rows that nobody touched."""

    changed: list[Entry] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a sheet back, when, and about how things stand on ``day``. ``until``: the last day of its waivers."""

    who: str
    role: Role
    at: datetime
    day: date
    until: date | None = None


def sheet_rows(workspace: Workspace, wanted: Filter, language: str) -> dict[str, list[tuple[str, ...]]]:
    """Site key → rows of its findings, in the order of ``SHEET_COLUMNS``, not yet guarded."""
    texts = Texts(language)
    rows: dict[str, list[tuple[str, ...]]] = {}
    with kept_ledger(workspace).reading() as pages:
        versions = pages.versions()
        for entry in pages.entries(wanted):
            row = (*exchange_row(as_reported(entry), entry.site, texts), str(versions[entry.id]))
            rows.setdefault(entry.site.key, []).append(row)
    return rows


def write_sheet(file: Path, rows: Sequence[Sequence[str]], language: str) -> None:
    """Write rows as a workbook (``.xlsx``) or as CSV in UTF-8 with byte order mark."""
    texts = Texts(language)
    headings = [texts.text(f"columns.{name}") for name in SHEET_COLUMNS]
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix.lower() == ".xlsx":
        words = [texts.word(f"states.{state.value}") for state in State]
        choices = {SHEET_COLUMNS.index("state"): words}
        write_form_xlsx(file, texts.text("sheets.to-rectify"), headings, rows, choices)
    else:
        file.write_text(sheet_csv(rows, language), encoding="utf-8-sig", newline="")


def sheet_csv(rows: Iterable[Sequence[str]], language: str) -> str:
    """Rows as CSV with their headings; no cell starts a formula."""
    texts = Texts(language)
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(texts.text(f"columns.{name}") for name in SHEET_COLUMNS)
    table.writerows([guarded(cell) for cell in row] for row in rows)
    return file.getvalue()


def as_reported(entry: Entry) -> Finding:
    """The finding of an entry with what the ledger says of it."""
    return msgspec.structs.replace(
        entry.finding,
        state=entry.state,
        decided=entry.decided,
        first_seen=entry.first_run,
        last_seen=entry.last_run,
        deadline=entry.deadline,
        remark=entry.remark,
        remark_by=entry.remark_by,
    )


def import_sheet(workspace: Workspace, file: Path, wanted: Filter, sender: Sender) -> Imported:
    """Take the good rows of a sheet and name the others. ``wanted``: findings that it may speak of.

    Raises ``InputError`` when the file as a whole cannot be used.
    """
    done = Imported()
    rows = list(_cells(file, done.problems))
    due = due_by(workspace)
    lines: dict[str, int] = {}
    with kept_ledger(workspace).writing() as pen:
        allowed = {one.id: one for one in pen.entries(wanted)}
        for line, cells in rows:
            try:
                entry = _meant(pen, cells["id"], allowed, lines, line)
                changed = _take(pen, entry, cells, sender, due)
            except RefusedError as refused:
                column = "id" if refused.key in _ABOUT_THE_ID else "state"
                done.problems.append(refused.problem(str(file), line, _heading(column)))
            else:
                if changed is None:
                    done.same += 1
                else:
                    done.changed.append(changed)
    return done


_ABOUT_THE_ID = frozenset({"unknown", "not-yours", "doubled"})


def _meant(pen: Pen, name: str, allowed: Mapping[str, Entry], lines: dict[str, int], line: int) -> Entry:
    """The entry of a row. ``lines``: where findings stood before. Raises ``RefusedError``."""
    known = pen.known_as(name)
    if known in lines:
        raise RefusedError("doubled", line=lines[known])
    lines[known] = line
    if known not in allowed:
        raise RefusedError("not-yours" if pen.holds(known) else "unknown", id=name)
    return allowed[known]


def _take(pen: Pen, entry: Entry, cells: Mapping[str, str], sender: Sender, due: Due) -> Entry | None:
    """Do what a row says; ``None`` when nobody touched it. Raises ``RefusedError``."""
    state, remark = _state(cells.get("state", "")), cells.get("remark", "")
    row = (state, _plain(remark))
    past = _past(pen.changes(entry.id))
    shown = _as_of_version(past, cells.get(_VERSION, ""))
    if row in {*shown, (entry.state, _plain(entry.remark))}:
        return None
    if not shown and state not in UNIT_MAY and row in {pair for _, pair in past}:
        return None
    states = {one for one, _ in shown}
    if state in {*states, entry.state}:
        return pen.note(entry.id, who=sender.who, why=remark, at=sender.at) if row[1] else None
    if states and entry.state not in states:
        raise RefusedError("moved-since", state=entry.state)
    return pen.decide(
        entry.id, state, who=sender.who, why=remark, at=sender.at, role=sender.role,
        day=sender.day, until=sender.until if state is State.WAIVED else None, due=due,
    )  # fmt: skip


def _past(changes: Sequence[Change]) -> list[tuple[int, tuple[State, str]]]:
    """Number of a change, and the state and remark after it; a waiver may have been shown as run out."""
    past, remark = [], ""
    for change in changes:
        if change.cause in {Cause.DECIDED, Cause.NOTED} and change.why:
            remark = _plain(change.why)
        shown = (State.OPEN, State.WAIVED) if change.to_state is State.WAIVED else (change.to_state,)
        past += [(change.id, (state, remark)) for state in shown]
    return past


def _as_of_version(past: Sequence[tuple[int, tuple[State, str]]], version: str) -> set[tuple[State, str]]:
    """What the sheet showed when it went out; nothing when it does not say which version it is of."""
    before = [number for number, _ in past if version.isdigit() and number <= int(version)]
    return {pair for number, pair in past if before and number == before[-1]}


def _plain(text: str) -> str:
    return " ".join(text.split())


def _state(text: str) -> State:
    said = fold(text)
    for state in State:
        words = {
            fold(catalogue("inspection", language).text(f"states.{state.value}")) for language in LANGUAGES
        }
        if said in words | {fold(state.value)}:
            return state
    raise RefusedError("no-state", value=text)


def _cells(file: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells of every row that names a finding. Rows that say something and do not tell of what are added to
    ``problems``. Raises ``InputError``."""
    table = read_table(file, _headings())
    if table.problems:
        raise InputError(*table.problems)
    if not table.rows:
        raise InputError(Problem("ledger.empty", str(file)))
    head, *rows = table.rows
    places = _places(head)
    if missing := [_heading(name) for name in _NEEDED if name not in places]:
        arguments: dict[str, str | int] = {"missing": ", ".join(missing)}
        raise InputError(Problem("ledger.no-column", str(file), head.line, arguments=arguments))
    for row in rows:
        cells = {
            name: plain_text(row.cells[place]) for name, place in places.items() if place < len(row.cells)
        }
        if row.problem:
            problems.append(Problem(f"site-list.{row.problem}", str(file), row.line))
        elif cells.get("id"):
            yield row.line, cells
        elif cells.get("state") or cells.get("remark"):
            problems.append(Problem("ledger.no-id", str(file), row.line, _heading("id")))


def _heading(name: str) -> str:
    return catalogue("reports", language_of_environment()).text(f"columns.{name}")


def _headings() -> dict[str, str]:
    """Folded heading → column, in any language."""
    return {
        fold(catalogue("reports", language).text(f"columns.{name}")): name
        for language in LANGUAGES
        for name in _READ
    } | {name: name for name in _READ}


def _places(head: TableRow) -> dict[str, int]:
    known = _headings()
    return {known[fold(cell)]: place for place, cell in enumerate(head.cells) if fold(cell) in known}
