"""What people answered: the rows of a rule book that no crawl can decide, with who said it and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.finding import PersonsRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from govaudit.inspection.finding import SiteJudgement
    from govaudit.inspection.profile import Profile, Row


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. ``site``: key; ``points``: taken from the score (won in a row of bonuses), for a veto 1 or 0,
    for a row without points 1 when it is not met;
    ``by``: who answers for it; ``attachment``: name of a file or document that proves it."""

    site: str
    row: str
    points: float
    note: str = ""
    by: str
    at: datetime
    attachment: str = ""


class Answers:
    """All answers of a run, in the order in which they were given: the last one for a site and row holds, the others
    stay as its history."""

    def __init__(self, given: Iterable[Answer] = ()) -> None:
        self.given = tuple(given)
        self._standing = {(one.site, one.row): one for one in self.given}

    def points(self, site: str) -> dict[str, float]:
        """Row id → points, of one site."""
        return {row: one.points for (key, row), one in self._standing.items() if key == site}

    def answer(self, site: str, row: str) -> Answer | None:
        """The answer that holds."""
        return self._standing.get((site, row))

    def with_more(self, answers: Iterable[Answer]) -> Answers:
        """These answers and further ones; what only repeats the standing answer is no further one."""
        added: list[Answer] = []
        for one in answers:
            standing = self._standing.get((one.site, one.row))
            if standing is None or _said(standing) != _said(one):
                added.append(one)
        return Answers((*self.given, *added))


def _said(answer: Answer) -> tuple[float, str, str, str]:
    return answer.points, answer.note, answer.by, answer.attachment


def asked_rows(profile: Profile, judgement: SiteJudgement, answers: Answers) -> list[Row]:
    """The rows that a person answers on a site: manual ones, and vetoes that the checks left open or that somebody
    answered before. Single findings that wait for a review are settled in the ledger."""
    left_open = set(judgement.undecided)

    def is_asked(row: Row) -> bool:
        if row.part == "veto" and not row.manual:
            answered = answers.answer(judgement.site.key, row.id) is not None
            return answered or bool(left_open & row.check_ids())
        return row.manual

    return [row for row in profile.rows if row.holds_for(judgement.site) and is_asked(row)]


def persons_rows(profile: Profile, judgement: SiteJudgement, answers: Answers) -> tuple[PersonsRow, ...]:
    """These rows with their answers, as reports print them."""
    return tuple(
        _with_answer(row, answers.answer(judgement.site.key, row.id))
        for row in asked_rows(profile, judgement, answers)
    )


def _with_answer(row: Row, answer: Answer | None) -> PersonsRow:
    told = PersonsRow(
        row=row.id, name=row.name, part=row.part, section=row.section, clause=row.clause
    )  # fmt: skip
    if answer is None:
        return told
    return msgspec.structs.replace(
        told, points=answer.points, by=answer.by, at=answer.at, note=answer.note, attachment=answer.attachment
    )


def read_answers(file: Path) -> Answers:
    """The stored answers of a run; none when nobody answered yet. Raises ``InputError`` when the file is damaged."""
    if not file.is_file():
        return Answers()
    try:
        return Answers(msgspec.json.decode(file.read_bytes(), type=tuple[Answer, ...]))
    except msgspec.DecodeError as error:
        raise InputError(Problem("answers.damaged", str(file), arguments={"why": str(error)})) from error


def encoded(answers: Answers) -> bytes:
    """The answers as they are stored."""
    return msgspec.json.format(msgspec.json.encode(answers.given), indent=1)
