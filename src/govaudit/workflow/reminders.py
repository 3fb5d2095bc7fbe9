"""Reminders: one message a site with what is to be mended and by when, as a draft or sent."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING

from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.ledger.entries import AWAITED, Cause
from govaudit.inspection.messages import catalogue
from govaudit.inspection.verdict import State
from govaudit.reports.texts import Texts
from govaudit.workflow.findings import kept_ledger
from govaudit.workflow.findings_tables import as_reported, sheet_csv, sheet_rows
from govaudit.workflow.watch_alerts import DeliveryError, mail_of, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from govaudit.inspection.ledger.entries import Entry
    from govaudit.inspection.ledger.filters import Filter
    from govaudit.inspection.site import Site
    from govaudit.inspection.workspace import Workspace

_LISTED = 30
"""Findings that a message names; the sheet that goes with it holds all."""
_TO_MEND = AWAITED - {State.DISPUTED}


@dataclass(frozen=True, slots=True)
class Reminder:
    """A message to the owner of one site about these findings."""

    site: Site
    entries: tuple[Entry, ...]
    message: EmailMessage


def reminders(
    workspace: Workspace, wanted: Filter, at: datetime, language: str
) -> tuple[list[Reminder], list[Problem]]:
    """One message a site about what it still has to mend, of the findings that fit; and the sites that have no
    address. Raises ``InputError`` when there is no address to send from."""
    sender = _sender(workspace)
    with kept_ledger(workspace).reading() as pages:
        waiting = [one for one in pages.entries(wanted) if one.state in _TO_MEND]
    rows = sheet_rows(workspace, wanted, language)
    found: list[Reminder] = []
    problems: list[Problem] = []
    for site, entries in _by_site(waiting):
        if not site.owner_email:
            problems.append(Problem("ledger.no-recipient", site.name or site.key))
            continue
        named = {one.id for one in entries}
        sheet = sheet_csv((row for row in rows[site.key] if row[0] in named), language)
        message = _message(
            workspace, site, entries, sheet, sender=sender, at=at, day=wanted.day, language=language
        )
        found.append(Reminder(site, tuple(entries), message))
    return found, problems


def write_drafts(folder: Path, messages: Iterable[Reminder]) -> list[Path]:
    """One ``.eml`` file a site, which mail programs open as a draft."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for one in messages:
        one.message["X-Unsent"] = "1"
        file = folder / f"{one.site.key}.eml"
        file.write_bytes(one.message.as_bytes())
        files.append(file)
    return files


def send(
    workspace: Workspace, messages: Iterable[Reminder], who: str, at: datetime
) -> tuple[int, list[Problem]]:
    """Send the messages over the server of ``[watch.email]`` and note it in the history of every finding. Returns how
    many went out, and those that did not. Raises ``InputError`` when no server is set up."""
    settings = workspace.settings.watch.email
    if settings is None:
        raise InputError(Problem("ledger.no-mail", "watch.email"))
    mail = mail_of(settings, workspace.settings.language)
    sent, problems = 0, []
    for one in messages:
        try:
            mail.deliver(one.message)
        except DeliveryError as error:
            where = one.site.owner_email
            problems.append(Problem("ledger.not-sent", where, arguments={"why": str(error)}))
            continue
        sent += 1
        with kept_ledger(workspace).writing() as pen:
            for entry in one.entries:
                pen.note(entry.id, who=who, why=one.site.owner_email, at=at, cause=Cause.REMINDED)
    return sent, problems


def _sender(workspace: Workspace) -> str:
    email = workspace.settings.watch.email
    if email is not None:
        return email.sender
    if "@" in workspace.settings.contact:
        return workspace.settings.contact.removeprefix("mailto:")
    raise InputError(Problem("ledger.no-sender", "watch.email"))


def _by_site(entries: Sequence[Entry]) -> list[tuple[Site, list[Entry]]]:
    sites: dict[str, tuple[Site, list[Entry]]] = {}
    for one in entries:
        sites.setdefault(one.site.key, (one.site, []))[1].append(one)
    return list(sites.values())


def _message(
    workspace: Workspace,
    site: Site,
    entries: Sequence[Entry],
    sheet: str,
    *,
    sender: str,
    at: datetime,
    day: date,
    language: str,
) -> EmailMessage:
    words, texts = catalogue("workflow", language), Texts(language)
    name = one_line(site.name or site.url)
    late = sum(one.overdue(day) for one in entries)
    organiser = one_line(workspace.settings.organiser)
    message = EmailMessage()
    message["Subject"] = words.text(
        "reminders.subject-late" if late else "reminders.subject", name=name, count=len(entries), late=late
    )
    message["From"] = sender
    message["To"] = one_line(site.owner_email)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    lines = [
        words.text(
            "reminders.late-line" if one.overdue(day) else "reminders.line",
            number=number,
            deadline=one.deadline.isoformat() if one.deadline else words.text("reminders.no-deadline"),
            message=one_line(texts.finding(as_reported(one)).message),
            page=one_line(one.finding.page),
        )
        for number, one in enumerate(entries[:_LISTED], 1)
    ]
    if len(entries) > _LISTED:
        lines.append(words.text("reminders.more", count=len(entries) - _LISTED))
    body = words.text(
        "reminders.body",
        name=name,
        count=len(entries),
        late=late,
        lines="\n".join(lines),
        organiser=organiser,
    )
    message.set_content(body, cte="base64")
    message.add_attachment(
        f"\ufeff{sheet}".encode(),
        maintype="text",
        subtype="csv",
        filename=f"{site.key}.csv",
        params={"charset": "utf-8"},
    )
    return message
