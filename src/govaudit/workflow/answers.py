"""The rows that a person answers: listed as a form, taken back from it, and judged with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govaudit.inspection.answers import Answer, Answers, asked_rows, encoded, read_answers
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.messages import LANGUAGES, catalogue, language_of_environment
from govaudit.inspection.site_list_table import plain_text, read_table
from govaudit.inspection.vocabulary import fold
from govaudit.workflow.ipv6_witnesses import settle_silence
from govaudit.workflow.run_record import profile_for, write_whole
from govaudit.workflow.site_job import judge_stored, read_judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from govaudit.inspection.profile import Row
    from govaudit.inspection.site import Site
    from govaudit.inspection.site_list_table import TableRow
    from govaudit.inspection.workspace import Workspace
    from govaudit.workflow.run_record import RunRecord

COLUMNS = (
    "site-code",
    "site-name",
    "row",
    "name",
    "part",
    "cap",
    "clause",
    "points",
    "note",
    "by",
    "attachment",
)
"""Columns of the form. Headings are ``answers.columns.<name>``; only code, row, points, note, by and attachment are
read back."""
_NEEDED = ("site-code", "row", "points")


@dataclass(frozen=True, slots=True)
class Question:
    """A row of a site that a person answers, with the answer that holds."""

    site: Site
    row: Row
    answer: Answer | None


def questions(workspace: Workspace, record: RunRecord, *, only_open: bool) -> Iterator[Question]:
    """The rows that people answer, site by site in the order of the list and the rule book."""
    answers = read_answers(workspace.answers_file(record.id))
    for site in record.sites:
        for row in manual_rows(workspace, record, site).values():
            answer = answers.answer(site.key, row.id)
            if answer is None or not only_open:
                yield Question(site, row, answer)


def manual_rows(workspace: Workspace, record: RunRecord, site: Site) -> dict[str, Row]:
    """Row id → row, of those that a person answers on a site."""
    rows = asked_rows(
        profile_for(record, site, workspace),
        read_judgement(workspace, record, site),
        read_answers(workspace.answers_file(record.id)),
    )
    return {row.id: row for row in rows}


def read_form(
    workspace: Workspace, record: RunRecord, file: Path, by: str, at: datetime
) -> tuple[list[Answer], list[Problem]]:
    """The answers of a filled form, and what is wrong with its other rows. ``by``: who answers where the form does not
    say. Raises ``InputError`` when the file as a whole cannot be used."""
    table = read_table(file, _headings())
    if table.problems:
        raise InputError(*table.problems)
    if not table.rows:
        raise InputError(Problem("answers.empty", str(file)))
    head, *rows = table.rows
    places = _places(head)
    if missing := [_heading(name) for name in _NEEDED if name not in places]:
        names: dict[str, str | int] = {"missing": ", ".join(missing)}
        raise InputError(Problem("answers.no-column", str(file), head.line, arguments=names))
    sites = {site.key: site for site in record.sites}
    books = {key: manual_rows(workspace, record, site) for key, site in sites.items()}
    found: list[Answer] = []
    problems: list[Problem] = []
    for row in rows:
        cells = {
            name: plain_text(row.cells[place]) for name, place in places.items() if place < len(row.cells)
        }
        if row.problem:
            problems.append(Problem(f"site-list.{row.problem}", str(file), row.line))
        if not cells.get("points"):
            continue
        answer = _answer(cells, books, by, at)
        if isinstance(answer, Answer):
            found.append(answer)
        else:
            problems.append(Problem(f"answers.{answer[0]}", str(file), row.line, answer[1], answer[2]))
    return found, problems


def keep_answers(workspace: Workspace, record: RunRecord, given: Iterable[Answer]) -> list[Answer]:
    """Store further answers and judge the sites that they concern again. Returns those that say something new."""
    file = workspace.answers_file(record.id)
    before = read_answers(file)
    after = before.with_more(given)
    added = list(after.given[len(before.given) :])
    if not added:
        return []
    write_whole(file, encoded(Answers(after.given)))
    concerned = {one.site for one in added}
    for site in record.sites:
        if site.key in concerned and workspace.facts_file(record.id, site.key).is_file():
            judge_stored(workspace, record, site)
    settle_silence(workspace, record)
    return added


def answer_of(workspace: Workspace, record: RunRecord, said: Mapping[str, str], at: datetime) -> Answer:
    """One answer from the cells of a form. Raises ``InputError``."""
    books = {site.key: manual_rows(workspace, record, site) for site in record.sites}
    answer = _answer(said, books, "", at)
    if isinstance(answer, Answer):
        return answer
    key, column, arguments = answer
    raise InputError(Problem(f"answers.{key}", said.get(column, ""), None, column, arguments))


_Wrong = tuple[str, str, dict[str, str | int]]


def _answer(
    cells: Mapping[str, str], books: Mapping[str, Mapping[str, Row]], by: str, at: datetime
) -> Answer | _Wrong:
    site, name = cells.get("site-code", ""), cells.get("row", "")
    if site not in books:
        return "unknown-site", "site-code", {"value": site}
    row = books[site].get(name)
    if row is None:
        return "unknown-row", "row", {"value": name, "site": site}
    points = _points(cells["points"], row)
    if points is None:
        return _refused(cells["points"], row)
    who = cells.get("by") or by
    if not who:
        return "nobody", "by", {}
    return Answer(
        site=site, row=row.id, points=points, note=cells.get("note", ""), by=who, at=at,
        attachment=cells.get("attachment", ""),
    )  # fmt: skip


def _refused(text: str, row: Row) -> _Wrong:
    if row.part == "veto":
        return "no-decision", "points", {"value": text}
    if not row.cap:
        return "not-said", "points", {"value": text}
    return "no-points", "points", {"value": text, "cap": f"{row.cap:g}"}


def _points(text: str, row: Row) -> float | None:
    """Points within the cap of the row; of a veto whether it applies, of a row without points whether it is not met."""
    if row.part == "veto":
        return _decided(text, "yes", "no")
    if not row.cap:
        return _decided(text, "not-met", "met")
    try:
        points = float(text)
    except ValueError:
        return None
    return points if 0 <= points <= row.cap else None


def _decided(text: str, yes: str, no: str) -> float | None:
    said = fold(text)
    if said == "1" or said in _words(yes):
        return 1.0
    return 0.0 if said == "0" or said in _words(no) else None


def _words(key: str) -> set[str]:
    """How something is said, in any language."""
    return {fold(catalogue("inspection", language).text(f"answers.{key}")) for language in LANGUAGES}


def _heading(name: str) -> str:
    return catalogue("inspection", language_of_environment()).text(f"answers.columns.{name}")


def _headings() -> dict[str, str]:
    """Folded heading → column, in any language."""
    return {
        fold(catalogue("inspection", language).text(f"answers.columns.{name}")): name
        for language in LANGUAGES
        for name in COLUMNS
    } | {name: name for name in COLUMNS}


def _places(head: TableRow) -> dict[str, int]:
    known = _headings()
    named = [
        (known.get(fold(cell)) or known.get(cell.strip().lower()), place)
        for place, cell in enumerate(head.cells)
    ]
    return {name: place for name, place in named if name is not None}
