"""Which entries are meant: the one filter language of all commands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import and_, case, func, or_, select

from govaudit.inspection.ledger.entries import AWAITED
from govaudit.inspection.ledger.schema import entries, former_ids, sightings, sites
from govaudit.inspection.verdict import Kind, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Entries that fit every field that says something; of a field's values one has to fit.

    ``day``: the day as of which waivers have run out and deadlines have passed. ``ids``: whole or the beginning, at
    least 6 characters; former ids too. ``sites``: key, host or name; ``checks``: ``LNK001`` or the beginning
    ``LNK``; ``runs``: seen by one of them; ``pages``: a part of the address of the page or the subject, ``*`` stands
    for anything; ``overdue``: somebody should have acted before ``day``; ``due_by``: somebody has to act by that day.
    """

    day: date
    ids: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    states: tuple[State, ...] = ()
    runs: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    overdue: bool = False
    due_by: date | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return self != Filter(day=self.day)

    def clauses(self) -> list[ColumnElement[bool]]:
        """The filter over ``entries`` joined with ``sites``."""
        return [*self._by_name(), *self._by_standing()]

    def _by_name(self) -> Iterator[ColumnElement[bool]]:
        columns = entries.c
        if self.ids:
            renamed = select(former_ids.c.id).where(former_ids.c.former.in_(self.ids))
            yield or_(
                columns.id.in_(renamed), *(columns.id.startswith(one, autoescape=True) for one in self.ids)
            )
        if self.sites:
            names = [one.lower() for one in self.sites]
            yield or_(columns.site.in_(self.sites), sites.c.host.in_(names), sites.c.name.in_(self.sites))
        if self.regions:
            yield sites.c.region.in_(self.regions)
        if self.checks:
            yield or_(*(columns.check_id.startswith(one.upper(), autoescape=True) for one in self.checks))
        if self.pages:
            yield or_(
                *(
                    func.lower(column).like(_pattern(one), escape="\\")
                    for one in self.pages
                    for column in (columns.page, columns.subject)
                )
            )

    def _by_standing(self) -> Iterator[ColumnElement[bool]]:
        columns = entries.c
        if self.kinds:
            yield columns.kind.in_([one.value for one in self.kinds])
        if self.states:
            yield self._state().in_([one.value for one in self.states])
        if self.runs:
            seen = select(sightings.c.finding).where(sightings.c.run.in_(self.runs))
            yield columns.id.in_(seen)
        if self.overdue:
            yield self._term() < self.day.isoformat()
        if self.due_by is not None:
            yield self._term() <= self.due_by.isoformat()

    def _waiver_over(self) -> ColumnElement[bool]:
        return and_(entries.c.state == State.WAIVED.value, entries.c.until_day < self.day.isoformat())

    def _state(self) -> ColumnElement[str]:
        return case((self._waiver_over(), State.OPEN.value), else_=entries.c.state)

    def _term(self) -> ColumnElement[str | None]:
        """By when somebody has to act; null where nobody has to."""
        disputed = entries.c.state == State.DISPUTED.value
        awaited = entries.c.state.in_([one.value for one in AWAITED])
        return case((disputed, entries.c.until_day), (awaited, entries.c.deadline), else_=None)


def _pattern(text: str) -> str:
    quoted = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{quoted.replace('*', '%')}%"
