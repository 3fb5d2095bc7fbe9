"""``govaudit findings``: the ledger of findings, and what people say of them."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govaudit.cli.chosen import choosing, date_of, day_said, filter_of, now
from govaudit.cli.options import everywhere, hush, workspace_of
from govaudit.cli.speech import complain, language, say, text, word
from govaudit.cli.table import aligned, cut
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.run import BEIJING
from govaudit.inspection.verdict import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from govaudit.inspection.ledger.entries import Change, Entry
    from govaudit.inspection.ledger.states import Role

_ID_SHOWN = 10
_LONGEST_NAME = 24
_LONGEST_SUBJECT = 70

DECISIONS: dict[str, State | None] = {
    "confirm": State.CONFIRMED,
    "dismiss": State.DISMISSED,
    "waive": State.WAIVED,
    "dispute": State.DISPUTED,
    "report-fixed": State.REPORTED_FIXED,
    "close": State.FIXED,
    "reopen": State.OPEN,
    "note": None,
}
"""Command → the state that it moves findings to; ``None``: it only leaves a remark."""
_OF_UNITS = frozenset({"dispute", "report-fixed", "note"})
_WITH_END = frozenset({"waive", "dispute"})


@click.group("findings", short_help=text("findings.short"), help=text("findings.help"))
def command() -> None:
    """Commands about findings over runs."""


@command.command("list", short_help=text("findings.list.short"), help=text("findings.list.help"))
@choosing
@click.option("--json", "as_json", is_flag=True, help=text("findings.json-option"))
@everywhere
def list_(*, as_json: bool, **options: Any) -> None:
    """Findings that fit, a line each."""
    from govaudit.workflow.findings import chosen  # noqa: PLC0415 - help must be quick

    hush(verbose=options["verbose"])
    wanted = filter_of(options)
    entries = chosen(workspace_of(options["workspace"]), wanted)
    if as_json:
        for one in entries:
            click.echo(_json(one))
        return
    headings = [
        text(f"findings.columns.{name}") for name in ("id", "state", "deadline", "check", "site", "subject")
    ]
    rows = [_line(one, wanted.day) for one in entries]
    for line in aligned([headings, *rows]) if rows else ():
        click.echo(line)
    if not options["quiet"]:
        say("findings.counted", count=len(entries), late=sum(one.overdue(wanted.day) for one in entries))


@command.command("show", short_help=text("findings.show.short"), help=text("findings.show.help"))
@click.argument("finding", metavar="ID")
@click.option("--as-of", metavar="ISO", default="", help=text("findings.by.as-of"))
@everywhere
def show(finding: str, **options: Any) -> None:
    """One finding with its history."""
    from govaudit.workflow.findings import history  # noqa: PLC0415 - help must be quick

    hush(verbose=options["verbose"])
    day = day_said(options)
    entry, changes = history(workspace_of(options["workspace"]), finding, day)
    for line in _told(entry, changes, day):
        click.echo(line)


def _decision(name: str) -> Callable[..., None]:
    def decide(
        ids: tuple[str, ...], who: str, why: str, until: str = "", by: str = "inspector", **options: Any
    ) -> None:
        from govaudit.workflow.findings import Word, runs_of, say_of  # noqa: PLC0415 - help must be quick

        hush(verbose=options["verbose"])
        if name == "note" and not why.strip():
            raise InputError(Problem("ledger.no-remark", "--why"))
        role: Role = "unit" if by == "unit" else "inspector"
        said = say_of(
            workspace_of(options["workspace"]),
            filter_of(options, ids),
            Word(
                DECISIONS[name], who=who or who_am_i(), why=why, at=now(), role=role,
                until=date_of(until, "--until"),
            ),
        )  # fmt: skip
        complain(said.problems)
        if not options["quiet"]:
            say("findings.said", count=len(said.entries), problems=len(said.problems))
            for run in runs_of(said.entries):
                say("findings.report-again", run=run)
        if said.problems:
            click.get_current_context().exit(2)

    return decide


def _add_decision(name: str) -> None:
    function = _decision(name)
    decorators = [
        command.command(name, short_help=text(f"findings.{name}.short"), help=text(f"findings.{name}.help")),
        click.argument("ids", nargs=-1, metavar="[ID…]"),
        choosing,
        click.option("--who", default="", metavar="NAME", help=text("findings.who-option")),
        click.option("--why", default="", metavar="TEXT", help=text("findings.why-option")),
    ]
    if name in _WITH_END:
        decorators.append(
            click.option("--until", default="", metavar="DATE", help=text(f"findings.{name}.until-option"))
        )
    if name in _OF_UNITS:
        role = click.Choice(["inspector", "unit"])
        decorators.append(
            click.option("--as", "by", type=role, default="inspector", help=text("findings.as-option"))
        )
    for decorate in reversed([*decorators, everywhere]):
        function = decorate(function)


for _name in DECISIONS:
    _add_decision(_name)


@command.command("export", short_help=text("findings.export.short"), help=text("findings.export.help"))
@choosing
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=text("findings.out-option"))
@click.option(
    "--per-site", type=click.Path(path_type=Path, file_okay=False), help=text("findings.per-site-option")
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "xlsx"]),
    default="xlsx",
    help=text("findings.format-option"),
)
@everywhere
def export(*, out: Path | None, per_site: Path | None, form: str, **options: Any) -> None:
    """The list that goes out to an office."""
    from govaudit.workflow.findings_tables import sheet_csv, sheet_rows, write_sheet  # noqa: PLC0415

    hush(verbose=options["verbose"])
    by_site = sheet_rows(workspace_of(options["workspace"]), filter_of(options), language())
    rows = [row for site in by_site.values() for row in site]
    if per_site is not None:
        for key, own in by_site.items():
            file = per_site / f"{key}.{form}"
            write_sheet(file, own, language())
            click.echo(file)
    elif out is not None:
        write_sheet(out, rows, language())
    else:
        click.echo(sheet_csv(rows, language()), nl=False)
    if not options["quiet"] and (out or per_site):
        say("findings.exported", count=len(rows), place=out or per_site)


@command.command("import", short_help=text("findings.import.short"), help=text("findings.import.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as", "by", type=click.Choice(["unit", "inspector"]), default="unit", help=text("findings.as-option")
)
@click.option("--who", default="", metavar="NAME", help=text("findings.who-option"))
@click.option("--until", default="", metavar="DATE", help=text("findings.waive.until-option"))
@choosing
@everywhere
@click.pass_context
def import_(context: click.Context, /, file: Path, by: str, who: str, until: str, **options: Any) -> None:
    """Take the good rows, name the others."""
    from govaudit.workflow.findings import runs_of  # noqa: PLC0415 - help must be quick
    from govaudit.workflow.findings_tables import Sender, import_sheet  # noqa: PLC0415

    hush(verbose=options["verbose"])
    role: Role = "inspector" if by == "inspector" else "unit"
    sender = Sender(who or who_am_i(), role, now(), day_said(options), date_of(until, "--until"))
    done = import_sheet(workspace_of(options["workspace"]), file, filter_of(options), sender)
    complain(done.problems)
    if not options["quiet"]:
        say("findings.imported", changed=len(done.changed), same=done.same, problems=len(done.problems))
        for run in runs_of(done.changed):
            say("findings.report-again", run=run)
    context.exit(2 if done.problems else 0)


@command.command("remind", short_help=text("findings.remind.short"), help=text("findings.remind.help"))
@choosing
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help=text("findings.drafts-option"))
@click.option("--send", "at_once", is_flag=True, help=text("findings.send-option"))
@click.option("--who", default="", metavar="NAME", help=text("findings.who-option"))
@everywhere
@click.pass_context
def remind(context: click.Context, /, *, out: Path | None, at_once: bool, who: str, **options: Any) -> None:
    """One message a site."""
    from govaudit.workflow.reminders import reminders, send, write_drafts  # noqa: PLC0415 - help must be quick

    hush(verbose=options["verbose"])
    opened = workspace_of(options["workspace"])
    messages, problems = reminders(opened, filter_of(options), now(), language())
    if at_once:
        sent, unsent = send(opened, messages, who or who_am_i(), now())
        complain([*problems, *unsent])
        say("findings.sent", count=sent)
        context.exit(4 if unsent else 0)
    for file in write_drafts(out or opened.root / "reminders", messages):
        click.echo(file)
    complain(problems)
    if not options["quiet"]:
        say("findings.drafted", count=len(messages))


def who_am_i() -> str:
    """The name under which the user is logged in."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise InputError(Problem("ledger.nobody", "--who")) from error


def _line(entry: Entry, day: date) -> list[str]:
    term = entry.until if entry.state in {State.DISPUTED, State.WAIVED} else entry.deadline
    when = term.isoformat() if term else "-"
    return [
        entry.id[:_ID_SHOWN],
        word(f"states.{entry.state}"),
        text("findings.late", day=when) if entry.overdue(day) else when,
        entry.finding.check,
        cut(entry.site.name or entry.site.key, _LONGEST_NAME),
        cut(" ".join(entry.finding.subject.split()), _LONGEST_SUBJECT),
    ]


def _json(entry: Entry) -> str:
    import msgspec  # noqa: PLC0415

    told = {
        "id": entry.id,
        "state": entry.state,
        "check": entry.finding.check,
        "kind": entry.finding.kind,
        "site": entry.site.key,
        "page": entry.finding.page,
        "subject": entry.finding.subject,
        "first_seen": entry.first_run,
        "last_seen": entry.last_run,
        "deadline": entry.deadline,
        "until": entry.until,
        "remark": entry.remark,
    }
    return msgspec.json.encode(told).decode()


def _told(entry: Entry, changes: Sequence[Change], day: date) -> Iterator[str]:
    from govaudit.reports.texts import Texts  # noqa: PLC0415
    from govaudit.workflow.findings_tables import as_reported  # noqa: PLC0415

    texts, finding = Texts(language()), as_reported(entry)
    words = texts.finding(finding)
    facts = [
        ("id", entry.id),
        ("check", f"{words.title} ({finding.check})"),
        ("site", f"{entry.site.name or entry.site.url} ({entry.site.key})"),
        ("page", finding.page),
        ("subject", texts.subject(finding)),
        ("message", words.message),
        ("fix", words.fix),
        ("state", word(f"states.{entry.state}")),
        ("deadline", _line(entry, day)[2]),
        ("seen", f"{entry.first_run} – {entry.last_run}"),
        ("remark", entry.remark),
    ]
    yield from aligned(
        [[text(f"findings.columns.{name}"), " ".join(value.split())] for name, value in facts if value]
    )
    yield ""
    yield text("findings.history")
    yield from aligned([_change(one) for one in changes], "  ")


def _change(change: Change) -> list[str]:
    moved = word(f"states.{change.to_state}")
    if change.from_state not in {None, change.to_state}:
        moved = f"{word(f'states.{change.from_state}')} → {moved}"
    return [
        change.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"),
        change.who,
        moved,
        change.run,
        " ".join(filter(None, [text(f"findings.causes.{change.cause}"), " ".join(change.why.split())])),
    ]
