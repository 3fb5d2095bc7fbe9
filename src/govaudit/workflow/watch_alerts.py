"""Send what the watch has to tell, by e-mail and webhook.

Events wait in the log until the other side has taken them. One message holds all that wait, so that a bad hour is a
long message and not a flood of short ones.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import os
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import certifi
import msgspec

from govaudit import __version__
from govaudit.inspection.errors import InputError, Problem
from govaudit.inspection.messages import catalogue
from govaudit.inspection.run import BEIJING
from govaudit.inspection.urls import hostname_of, port_of, scheme_of
from govaudit.workflow.watch_events import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govaudit.inspection.messages import Catalogue
    from govaudit.inspection.watch_log import Change, WatchLog
    from govaudit.inspection.watch_settings import EmailSettings, WatchSettings, WebhookSettings

SCHEMA = "govaudit.alerts/1"
_PATIENCE = 30.0
_MOST = 200
"""Events in one message."""
_AGAIN_AFTER = (60.0, 300.0, 900.0, 3600.0)
_SHOWN_CHANGES = 20


class DeliveryError(Exception):
    """A message could not be handed over; the text says why and holds no secret."""


class Channel(Protocol):
    """A way to tell people."""

    @property
    def name(self) -> str:
        """``email`` or ``webhook``."""

    def send(self, events: Sequence[Event]) -> None:
        """Hand over one message. Raises ``DeliveryError``. Blocks; called in a thread."""


class Postman:
    """Empties the outbox, at its own pace."""

    def __init__(self, log: WatchLog, channels: Sequence[Channel], settings: WatchSettings) -> None:
        self._log = log
        self._channels = channels
        self._pause = settings.alert_pause
        self._busy = asyncio.Lock()

    async def deliver(self, now: float) -> None:
        """Send what waits. What fails stays and is tried again, later and later."""
        async with self._busy:
            for channel in self._channels:
                if now - self._log.last_sent(channel.name) >= self._pause:
                    await self._deliver(channel, now)

    async def _deliver(self, channel: Channel, now: float) -> None:
        waiting = self._log.waiting(channel.name, now, _MOST)
        if not waiting:
            return
        numbers = [one.id for one in waiting]
        events = [msgspec.json.decode(one.event, type=Event) for one in waiting]
        try:
            await asyncio.to_thread(channel.send, events)
        except DeliveryError as error:
            tries = max(one.tries for one in waiting)
            pause = _AGAIN_AFTER[min(tries, len(_AGAIN_AFTER) - 1)]
            with self._log:
                self._log.mark_failed(numbers, now + pause, str(error)[:500])
        else:
            with self._log:
                self._log.mark_sent(numbers, now)


def channels_of(settings: WatchSettings, language: str) -> tuple[Channel, ...]:
    """The channels that are set up, with their secrets read. Raises ``InputError`` when a secret is not there."""
    found: list[Channel] = []
    if settings.email is not None:
        found.append(mail_of(settings.email, language))
    if settings.webhook is not None:
        hook = settings.webhook
        found.append(Webhook(hook, _secret(hook.secret_env, hook.secret_file, "watch.webhook"), language))
    return tuple(found)


def mail_of(settings: EmailSettings, language: str) -> Mail:
    """The way over a mail server. Raises ``InputError`` when its secret is not there."""
    password = _secret(settings.password_env, settings.password_file, "watch.email") if settings.user else ""
    if not (settings.user + password).isascii():
        raise InputError(Problem("watch.no-login", "watch.email"))
    return Mail(settings, password, language)


def _secret(variable: str, file: str, where: str) -> str:
    if variable:
        if variable not in os.environ:
            raise InputError(Problem("option.no-variable", where, arguments={"name": variable}))
        return os.environ[variable]
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem("file.unreadable", file, arguments={"why": str(error)})) from error


def _trust(ca_file: str) -> ssl.SSLContext:
    trust = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        trust.load_verify_locations(ca_file)
    return trust


@dataclass(frozen=True, slots=True)
class Mail:
    """E-mail. The password is in no message, error or file."""

    settings: EmailSettings
    password: str
    language: str
    name: str = "email"

    def __repr__(self) -> str:
        return f"Mail({self.settings.server})"

    def send(self, events: Sequence[Event]) -> None:
        """One message to all recipients."""
        self.deliver(self.message(events))

    def deliver(self, message: EmailMessage) -> None:
        """Hand over a message to those whom it names. Raises ``DeliveryError``."""
        settings = self.settings
        host, _, port = settings.server.rpartition(":")
        try:
            with self._connected(host.strip("[]"), int(port)) as server:
                if settings.security == "starttls":
                    server.starttls(context=_trust(settings.ca_file))
                if settings.user:
                    server.login(settings.user, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise DeliveryError(f"{type(error).__name__}: {_said(error)}") from None

    def _connected(self, host: str, port: int) -> smtplib.SMTP:
        if self.settings.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=_PATIENCE, context=_trust(self.settings.ca_file))
        return smtplib.SMTP(host, port, timeout=_PATIENCE)

    def message(self, events: Sequence[Event]) -> EmailMessage:
        """The message as it is sent."""
        message = EmailMessage()
        message["Subject"] = one_line(subject(events, self.language))
        message["From"] = self.settings.sender
        message["To"] = ", ".join(self.settings.to)
        message["Date"] = formatdate(max(one.at for one in events))
        message["Message-ID"] = make_msgid(domain=self.settings.sender.partition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body(events, self.language), cte="base64")
        return message


def _said(error: Exception) -> str:
    """What a server said, without what was sent to it."""
    if isinstance(error, smtplib.SMTPResponseException):
        told = error.smtp_error
        return f"{error.smtp_code} {told.decode(errors='replace') if isinstance(told, bytes) else told}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return ", ".join(sorted(error.recipients))
    return str(error)


@dataclass(frozen=True, slots=True)
class Webhook:
    """JSON by POST. With a secret the header ``X-Govaudit-Signature`` holds ``sha256=`` and the HMAC of the body."""

    settings: WebhookSettings
    secret: str
    language: str
    name: str = "webhook"

    def __repr__(self) -> str:
        return f"Webhook({self.settings.url})"

    def send(self, events: Sequence[Event]) -> None:
        """One POST; every answer but 2xx is a failure, redirects are not followed."""
        content = self.content(events)
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": f"govaudit/{__version__}"}
        if self.secret:
            digest = hmac.new(self.secret.encode(), content, hashlib.sha256).hexdigest()
            headers["X-Govaudit-Signature"] = f"sha256={digest}"
        connection = self._connection()
        try:
            connection.request("POST", _target(self.settings.url), body=content, headers=headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"{type(error).__name__}: {error}") from None
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise DeliveryError(f"status {status}")

    def _connection(self) -> http.client.HTTPConnection:
        host, port = hostname_of(self.settings.url), port_of(self.settings.url)
        if scheme_of(self.settings.url) == "https":
            trust = _trust(self.settings.ca_file)
            return http.client.HTTPSConnection(host, port, timeout=_PATIENCE, context=trust)
        return http.client.HTTPConnection(host, port, timeout=_PATIENCE)

    def content(self, events: Sequence[Event]) -> bytes:
        """The body as it is sent. ``id``: the same for the same event however often it is sent."""
        told = [
            {
                "id": hashlib.sha256(f"{one.kind}\n{one.site}\n{one.at}".encode()).hexdigest()[:16],
                "kind": one.kind,
                "at": _iso(one.at),
                "since": _iso(one.since) if one.since else None,
                "site": {"code": one.site, "name": one.name, "url": one.url} if one.site else None,
                "fault": {"step": one.step, "reason": one.reason, "error": one.error, "status": one.status}
                if one.step
                else None,
                "failed": one.failed,
                "measured": one.measured,
                "changes": [
                    {"what": change.what, "value": change.value, "before": list(change.before)}
                    for change in one.changes
                ],
                "text": sentence(one, self.language),
            }
            for one in events
        ]
        return msgspec.json.encode(
            {"schema": SCHEMA, "subject": subject(events, self.language), "events": told}
        )


def _target(url: str) -> str:
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2].partition("#")[0]


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def subject(events: Sequence[Event], language: str) -> str:
    """The gravest thing in few words, with how much else there is."""
    texts = catalogue("workflow", language)
    first = min(events, key=lambda one: _GRAVITY.index(one.kind))
    headline = texts.text(f"alerts.subject.{first.kind}", name=one_line(first.name))
    if len(events) == 1:
        return texts.text("alerts.subject.one", headline=headline)
    return texts.text("alerts.subject.several", headline=headline, count=len(events))


_GRAVITY = ("network-lost", "down", "changed", "warning", "up", "network-back")


def body(events: Sequence[Event], language: str) -> str:
    """One paragraph an event, in the order in which they happened."""
    texts = catalogue("workflow", language)
    return "\n\n".join([*(sentence(one, language) for one in events), texts.text("alerts.footer")]) + "\n"


def sentence(event: Event, language: str) -> str:
    """What happened, when, and at which site."""
    texts = catalogue("workflow", language)
    return texts.text(
        f"alerts.text.{event.kind}",
        at=_moment(event.at),
        since=_moment(event.since or event.at),
        name=one_line(event.name),
        url=one_line(event.url),
        fault=_fault(event, texts, language),
        failed=event.failed,
        measured=event.measured,
        share=f"{100 * event.failed / event.measured:.1f}" if event.measured else "0",
        changes="\n".join(_change(one, texts) for one in event.changes[:_SHOWN_CHANGES]),
    )


def _fault(event: Event, texts: Catalogue, language: str) -> str:
    if not event.step:
        return ""
    known = catalogue("inspection", language)
    reason = known.text(f"reasons.{event.reason}") if known.has(f"reasons.{event.reason}") else ""
    return texts.text(
        "alerts.fault",
        step=texts.text(f"alerts.step.{event.step}"),
        reason=reason,
        error=one_line(event.error),
    )


def _change(change: Change, texts: Catalogue) -> str:
    kind, _, label = change.what.partition(":")
    nothing = texts.text("alerts.nothing")
    return texts.text(
        f"alerts.change.{kind}",
        label=label,
        value=one_line(change.value) or nothing,
        before=one_line(", ".join(change.before)) or nothing,
    )


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, BEIJING):%Y-%m-%d %H:%M}"


def one_line(text: str) -> str:
    """One line of it: what comes from pages must not become a header or a line of its own."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
