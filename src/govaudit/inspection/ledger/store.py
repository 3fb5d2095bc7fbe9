"""The ledger's store: SQLite in the workspace, or a PostgreSQL server that several write to."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import (
    URL,
    NullPool,
    and_,
    bindparam,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    or_,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from govaudit.inspection.calendar import day_of
from govaudit.inspection.errors import GovauditError, InputError, Problem
from govaudit.inspection.finding import Finding, finding_id
from govaudit.inspection.ledger import schema, states
from govaudit.inspection.ledger.entries import PROGRAM, Cause, Change, Entry, Look, Rule
from govaudit.inspection.site import Site
from govaudit.inspection.urls import without_www
from govaudit.inspection.verdict import State, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine, RowMapping

    from govaudit.inspection.ledger.filters import Filter
    from govaudit.inspection.ledger.states import Due, Moved, Role

_PATIENCE_SECONDS = 60
"""How long a writer waits for another one."""
_LOCK = 0x60764C6564676572
"""Number of the lock by which writers on a server wait for one another."""
_MIGRATIONS = Path(__file__).parent / "migrations"

_KEPT = frozenset({Verdict.FAIL, Verdict.REVIEW})
"""What could not be told never enters the ledger."""

Rules = dict[str, Rule]


def open_ledger(location: Path | str, password: str = "") -> Ledger:
    """Open the ledger at a file or at ``postgresql+psycopg://user@host/database``; makes it where there is none, and
    brings one of an earlier version up to this one.

    Raises ``InputError`` when it is newer than this program or cannot be reached, and for other addresses.
    """
    url = _url(location, password)
    where = url.render_as_string(hide_password=True) if url.get_backend_name() != "sqlite" else str(location)
    if url.database and url.get_backend_name() == "sqlite":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        engine = _engine(url)
        _bring_up_to_date(engine, where)
    except ImportError as error:
        raise InputError(Problem("ledger.no-driver", where, arguments={"why": str(error)})) from error
    except (DBAPIError, SQLAlchemyError) as error:
        raise InputError(
            Problem("ledger.unreachable", where, arguments={"why": _first_line(error)})
        ) from error
    return Ledger(engine, where)


def _url(location: Path | str, password: str) -> URL:
    if isinstance(location, Path):
        return URL.create("sqlite", database=str(location))
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise InputError(Problem("ledger.no-address", "ledger")) from error
    if url.get_backend_name() != "postgresql":
        raise InputError(Problem("ledger.no-address", "ledger"))
    if url.password:
        raise InputError(Problem("ledger.open-password", "ledger"))
    url = url.set(drivername="postgresql+psycopg")
    return url.set(password=password) if password else url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool)
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE_SECONDS})

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    def begun(connection: Connection) -> None:
        # A reader that turns writer half-way could not wait for another writer.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


@contextmanager
def _transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    with engine.connect().execution_options(writes=writes) as connection, connection.begin():
        if writes and engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        yield connection


def _bring_up_to_date(engine: Engine, where: str) -> None:
    with _transaction(engine, writes=False) as connection:
        if _version(connection) == schema.HEAD:
            return
    with _transaction(engine, writes=True) as connection:
        found = _version(connection)
        if found == schema.HEAD:
            return
        migrate(connection, found, schema.HEAD, where)


def migrate(connection: Connection, found: str | None, to: str, where: str = "") -> None:
    """Bring a ledger that stands at the step ``found`` (``None``: an empty one) to the step ``to``. Raises
    ``InputError`` when ``found`` is none that this program knows."""
    from alembic import command  # noqa: PLC0415 - only for a ledger that is new or old
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        arguments: dict[str, str | int] = {"found": found, "known": schema.HEAD}
        raise InputError(Problem("ledger.newer", where, arguments=arguments))
    command.upgrade(config, to)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


class Ledger:
    """An open ledger. Reading and writing take a transaction each; writers wait for one another."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    @contextmanager
    def reading(self) -> Iterator[Pages]:
        """One view of the ledger, whatever others write meanwhile."""
        with self._transaction(writes=False) as connection:
            yield Pages(connection)

    @contextmanager
    def writing(self) -> Iterator[Pen]:
        """All or nothing: an exception, or a kill, leaves the ledger as it was. Raises ``GovauditError`` when the
        server is gone, the disk is full, or others write for longer than anybody waits."""
        with self._transaction(writes=True) as connection:
            yield Pen(connection)

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with _transaction(self._engine, writes=writes) as connection:
                yield connection
        except DBAPIError as error:
            told = Problem("ledger.unreachable", self._where, arguments={"why": _first_line(error)})
            raise GovauditError(told) from error

    def entries(self, wanted: Filter) -> list[Entry]:
        """The entries that fit, site by site, gravest first, as they stand on the filter's day."""
        with self.reading() as pages:
            return pages.entries(wanted)

    def changes(self, finding: str) -> list[Change]:
        """The history of an entry, oldest first."""
        with self.reading() as pages:
            return pages.changes(finding)


class Pages:
    """The ledger for readers, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self, wanted: Filter) -> list[Entry]:
        """See ``Ledger.entries``."""
        found = [one.as_it_stands(wanted.day) for one in self._entries(*wanted.clauses())]
        return sorted(found, key=_order)

    def entries_of_site(self, key: str) -> dict[str, Entry]:
        """All entries of a site by id, as they were last written."""
        return {one.id: one for one in self._entries(schema.entries.c.site == key)}

    def changes(self, finding: str) -> list[Change]:
        """See ``Ledger.changes``."""
        table = schema.changes
        rows = self._connection.execute(select(table).where(table.c.finding == finding).order_by(table.c.id))
        return [_read_change(row) for row in rows.mappings()]

    def versions(self) -> dict[str, int]:
        """Finding → number of its last change."""
        table = schema.changes
        rows = self._connection.execute(
            select(table.c.finding, func.max(table.c.id)).group_by(table.c.finding)
        )
        return {finding: int(number) for finding, number in rows}

    def decisions(self, key: str, as_of: datetime, run: str = "") -> dict[str, State]:
        """Finding → what a person decided of it that counts in a run judged at ``as_of``: confirmed, dismissed,
        waived. What was decided on the ground of a later run does not count; what was after a recheck of the ``run``
        does."""
        table, entry = schema.changes, schema.entries
        rows = self._connection.execute(
            select(table.c.finding, table.c.decided, table.c.until_day)
            .join(entry, entry.c.id == table.c.finding)
            .where(
                entry.c.site == key,
                or_(table.c.as_of <= _utc(as_of), table.c.run.startswith(f"{run}/", autoescape=True)),
                table.c.cause != Cause.WAIVER_EXPIRED.value,
            )
            .order_by(table.c.as_of, table.c.id)
        )
        day = day_of(as_of).isoformat()
        last = {finding: (decided, until) for finding, decided, until in rows}
        return {
            finding: State(decided)
            for finding, (decided, until) in last.items()
            if decided and not (decided == State.WAIVED and until and until < day)
        }

    def known_as(self, finding: str) -> str:
        """The id that a finding has now: another one when its site was given a code."""
        table = schema.former_ids
        now = self._connection.execute(select(table.c.id).where(table.c.former == finding)).scalar()
        return finding if now is None else str(now)

    def holds(self, finding: str) -> bool:
        """Whether there is such a finding."""
        table = schema.entries
        query = select(table.c.id).where(table.c.id == self.known_as(finding))
        return self._connection.execute(query).first() is not None

    def _entries(self, *clauses: Any) -> list[Entry]:
        query = select(schema.entries, schema.sites.c.body).join(
            schema.sites, schema.sites.c.key == schema.entries.c.site
        )
        known: dict[str, Site] = {}
        return [_read_entry(row, known) for row in self._connection.execute(query.where(*clauses)).mappings()]


class Pen(Pages):
    """The ledger for a writer, within one transaction."""

    def observe(
        self,
        look: Look,
        findings: Sequence[Finding],
        looked_at: Callable[[Entry], bool],
        due: Due,
    ) -> None:
        """Write what a judged visit of a site says. ``findings``: all of them, those that could not be told included;
        ``looked_at``: whether the visit looked at the thing of an entry that is not among them, so that its absence
        means something; ``due``: day of a finding → the last day to mend it."""
        key = look.site.key
        self._keep_site(look.site)
        self._take_over_from_host(look)
        told = self._looks([key, *_host_keys(look.site)])
        before = self.entries_of_site(key)
        present = {one.id for one in findings}
        moves: list[Moved] = []
        for finding in findings:
            if finding.verdict not in _KEPT:
                continue
            entry = before.get(finding.id)
            if entry is None:
                moves.append(states.found(finding, look, _last_rule(told, look, finding.check), due))
            else:
                moves.append(states.seen(entry, finding, look, _rule_of(told, entry), due))
        for entry in before.values():
            absent = entry.id not in present and entry.finding.check in look.rules
            if absent and look.as_of >= entry.looked_at and looked_at(entry):
                moves.append(states.gone(entry, look, _rule_of(told, entry), due))
        self._keep_look(look)
        self._keep_moves(moves, before)
        self._keep_sightings([one.id for one in findings if one.verdict in _KEPT], look)

    def decide(
        self,
        finding: str,
        state: State,
        *,
        who: str,
        why: str,
        at: datetime,
        day: date | None = None,
        role: Role = "inspector",
        until: date | None = None,
        due: Due,
    ) -> Entry:
        """A person's word on a finding, said at ``at``, about how it stands on ``day`` (else the day of ``at``); see
        ``states.decided``. Raises ``RefusedError``."""
        entry = self._entry(finding)
        return self._keep_moves(
            [
                states.decided(
                    entry,
                    state,
                    who=who,
                    why=why,
                    at=at,
                    day=day or day_of(at),
                    role=role,
                    until=until,
                    due=due,
                )
            ],
            {entry.id: entry},
        )[0]

    def note(self, finding: str, *, who: str, why: str, at: datetime, cause: Cause = Cause.NOTED) -> Entry:
        """A remark, or that somebody was reminded. Raises ``RefusedError``."""
        entry = self._entry(finding)
        return self._keep_moves(
            [states.noted(entry, who=who, why=why, at=at, cause=cause)], {entry.id: entry}
        )[0]

    def _entry(self, finding: str) -> Entry:
        found = self._entries(schema.entries.c.id == self.known_as(finding))
        if not found:
            raise states.RefusedError("unknown", id=finding)
        return found[0]

    def _keep_site(self, site: Site) -> None:
        table = schema.sites
        values = {
            "name": site.name,
            "region": site.region,
            "host": site.host,
            "body": msgspec.json.encode(site).decode(),
        }
        known = self._connection.execute(select(table.c.key).where(table.c.key == site.key)).first()
        if known is None:
            self._connection.execute(table.insert().values(key=site.key, **values))
        else:
            self._connection.execute(table.update().where(table.c.key == site.key).values(**values))

    def _looks(self, keys: Sequence[str]) -> dict[str, tuple[datetime, Rules]]:
        """Run → its moment and the rules by which it looked at the site, by whatever key it was known."""
        table = schema.looks
        rows = self._connection.execute(
            select(table.c.run, table.c.as_of, schema.rules.c.body)
            .join(schema.rules, schema.rules.c.digest == table.c.rules)
            .where(table.c.site.in_(keys))
        )
        return {
            run: (datetime.fromisoformat(as_of), msgspec.json.decode(body, type=Rules))
            for run, as_of, body in rows
        }

    def _keep_look(self, look: Look) -> None:
        body = msgspec.json.encode(dict(sorted(look.rules.items())), order="sorted").decode()
        digest = hashlib.sha256(body.encode()).hexdigest()
        if (
            self._connection.execute(
                select(schema.rules.c.digest).where(schema.rules.c.digest == digest)
            ).first()
            is None
        ):
            self._connection.execute(schema.rules.insert().values(digest=digest, body=body))
        table = schema.looks
        same = and_(table.c.site == look.site.key, table.c.run == look.run)
        values = {"as_of": _utc(look.as_of), "rules": digest, "at": _utc(look.at)}
        if self._connection.execute(table.update().where(same).values(**values)).rowcount == 0:
            self._connection.execute(table.insert().values(site=look.site.key, run=look.run, **values))

    def _keep_moves(self, moves: Sequence[Moved], before: Mapping[str, Entry]) -> list[Entry]:
        table = schema.entries
        added = [_entry_row(entry) for entry, _ in moves if entry.id not in before]
        if added:
            self._connection.execute(table.insert(), added)
        changed = [
            {"entry": entry.id, **_entry_row(entry)}
            for entry, _ in moves
            if entry.id in before and entry != before[entry.id]
        ]
        if changed:
            # One statement for all of them: twenty thousand of their own would take ten seconds.
            values: dict[str, Any] = {name: bindparam(name) for name in table.c.keys() if name != "id"}  # noqa: SIM118 - no mapping
            update = table.update().where(table.c.id == bindparam("entry")).values(values)
            self._connection.execute(update, changed)
        changes = [_change_row(change) for _, told in moves for change in told]
        if changes:
            self._connection.execute(schema.changes.insert(), changes)
        return [entry for entry, _ in moves]

    def _keep_sightings(self, findings: Iterable[str], look: Look) -> None:
        table, entry = schema.sightings, schema.entries
        rows = self._connection.execute(
            select(table.c.finding)
            .join(entry, entry.c.id == table.c.finding)
            .where(table.c.run == look.run, entry.c.site == look.site.key)
        )
        known = set(rows.scalars())
        added = [{"finding": one, "run": look.run} for one in findings if one not in known]
        if added:
            self._connection.execute(table.insert(), added)

    def _take_over_from_host(self, look: Look) -> None:
        """A site that was known by its host and has a code now keeps its findings, under the ids that it has now."""
        for key in _host_keys(look.site):
            for entry in self.entries_of_site(key).values():
                self._rename(entry, look)

    def _rename(self, entry: Entry, look: Look) -> None:
        subject = entry.finding.identity or entry.finding.subject
        new = finding_id(entry.finding.check, look.site.key, subject)
        table, sightings = schema.entries, schema.sightings
        finding = msgspec.structs.replace(entry.finding, id=new, site=look.site.key)
        renamed = msgspec.structs.replace(entry, finding=finding, site=look.site)
        if self._connection.execute(select(table.c.id).where(table.c.id == new)).first() is None:
            self._connection.execute(table.insert().values(**_entry_row(renamed)))
        changes = schema.changes
        self._connection.execute(changes.update().where(changes.c.finding == entry.id).values(finding=new))
        known = select(sightings.c.run).where(sightings.c.finding == new)
        doubled = and_(sightings.c.finding == entry.id, sightings.c.run.in_(known.scalar_subquery()))
        self._connection.execute(sightings.delete().where(doubled))
        self._connection.execute(
            sightings.update().where(sightings.c.finding == entry.id).values(finding=new)
        )
        self._connection.execute(table.delete().where(table.c.id == entry.id))
        former = schema.former_ids
        if self.known_as(entry.id) == entry.id:
            values = {"former": entry.id, "id": new, "run": look.run, "at": _utc(look.at)}
            self._connection.execute(former.insert().values(**values))
        told = Change(
            finding=new, at=look.at, who=PROGRAM, why=f"{entry.id} → {new}", cause=Cause.NEW_CODE,
            from_state=entry.state, to_state=entry.state, run=entry.last_run, as_of=entry.last_seen,
            decided=entry.decided, until=entry.until,
        )  # fmt: skip
        self._connection.execute(changes.insert().values(**_change_row(told)))


def _host_keys(site: Site) -> list[str]:
    """The keys that a site with a code may have had without one."""
    host = without_www(site.host)
    nameless = msgspec.structs.replace(site, code="")
    return [
        msgspec.structs.replace(nameless, url=f"http://{one}/").key
        for one in (host, f"www.{host}")
        if site.code
    ]


def _last_rule(told: Mapping[str, tuple[datetime, Rules]], look: Look, check: str) -> Rule | None:
    """The rule by which the newest earlier run looked that ran the check."""
    earlier = [
        (as_of, rules[check])
        for run, (as_of, rules) in told.items()
        if run != look.run and as_of < look.as_of and check in rules
    ]
    return max(earlier, key=lambda one: one[0])[1] if earlier else None


def _rule_of(told: Mapping[str, tuple[datetime, Rules]], entry: Entry) -> Rule | None:
    """The rule by which an entry was last seen."""
    if entry.last_run not in told:
        return Rule(entry.finding.rule_version)
    return told[entry.last_run][1].get(entry.finding.check)


_GRAVITY = ("veto", "deduct", "bonus", "open", "warn")


def _order(entry: Entry) -> tuple[str, int, str, str, str]:
    one = entry.finding
    return entry.site.key, _GRAVITY.index(one.kind.value), one.check, one.subject, one.id


def _entry_row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "site": entry.site.key,
        "check_id": entry.finding.check,
        "kind": entry.finding.kind.value,
        "page": entry.finding.page,
        "subject": entry.finding.subject,
        "state": entry.state.value,
        "decided": entry.decided.value if entry.decided else None,
        "until_day": entry.until.isoformat() if entry.until else None,
        "deadline": entry.deadline.isoformat() if entry.deadline else None,
        "remark": entry.remark,
        "remark_by": entry.remark_by,
        "cause": entry.cause.value if entry.cause else None,
        "prior": entry.prior.value if entry.prior else None,
        "first_run": entry.first_run,
        "first_seen": _utc(entry.first_seen),
        "last_run": entry.last_run,
        "last_seen": _utc(entry.last_seen),
        "looked_run": entry.looked_run,
        "looked_at": _utc(entry.looked_at),
        "finding": msgspec.json.encode(entry.finding).decode(),
    }


def _read_entry(row: RowMapping, known: dict[str, Site]) -> Entry:
    site = known.get(row["site"])
    if site is None:
        site = known[row["site"]] = msgspec.json.decode(row["body"], type=Site)
    return Entry(
        finding=msgspec.json.decode(row["finding"], type=Finding),
        site=site,
        state=State(row["state"]),
        decided=State(row["decided"]) if row["decided"] else None,
        until=_day(row["until_day"]),
        deadline=_day(row["deadline"]),
        remark=row["remark"],
        remark_by=row["remark_by"],
        cause=Cause(row["cause"]) if row["cause"] else None,
        prior=State(row["prior"]) if row["prior"] else None,
        first_run=row["first_run"],
        first_seen=datetime.fromisoformat(row["first_seen"]),
        last_run=row["last_run"],
        last_seen=datetime.fromisoformat(row["last_seen"]),
        looked_run=row["looked_run"],
        looked_at=datetime.fromisoformat(row["looked_at"]),
    )


def _change_row(change: Change) -> dict[str, Any]:
    return {
        "finding": change.finding,
        "at": _utc(change.at),
        "who": change.who,
        "why": change.why,
        "cause": change.cause.value,
        "from_state": change.from_state.value if change.from_state else None,
        "to_state": change.to_state.value,
        "run": change.run,
        "as_of": _utc(change.as_of),
        "decided": change.decided.value if change.decided else None,
        "until_day": change.until.isoformat() if change.until else None,
    }


def _read_change(row: RowMapping) -> Change:
    return Change(
        id=row["id"],
        finding=row["finding"],
        at=datetime.fromisoformat(row["at"]),
        who=row["who"],
        why=row["why"],
        cause=Cause(row["cause"]),
        from_state=State(row["from_state"]) if row["from_state"] else None,
        to_state=State(row["to_state"]),
        run=row["run"],
        as_of=datetime.fromisoformat(row["as_of"]),
        decided=State(row["decided"]) if row["decided"] else None,
        until=_day(row["until_day"]),
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return str(cause).strip().partition("\n")[0]
