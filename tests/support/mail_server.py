"""A real mail server on loopback that keeps what it takes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tests.support.http_site import closed_port

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from email.message import EmailMessage

PASSWORD = "correct horse battery"


@dataclass
class MailServer:
    """What a real mail server took."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    refuse: str = ""

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def login(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1] == ("watch", PASSWORD))


@contextmanager
def mail_server(trust: ssl.SSLContext | None = None, *, starttls: bool = False) -> Iterator[MailServer]:
    server = MailServer(closed_port())
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        ssl_context=None if starttls else trust,
        tls_context=trust if starttls else None,
        require_starttls=starttls,
        authenticator=server.login if trust else None,
        auth_required=starttls,
        auth_require_tls=starttls,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
