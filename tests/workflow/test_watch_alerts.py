"""Alerts reach real mail and web servers, or wait until they do."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from govaudit.inspection.errors import InputError
from govaudit.inspection.messages import LANGUAGES
from govaudit.inspection.watch_log import Change, WatchLog
from govaudit.inspection.watch_settings import ALERT_KINDS, EmailSettings, WatchSettings, WebhookSettings
from govaudit.workflow.watch_alerts import Postman, channels_of, sentence, subject
from govaudit.workflow.watch_events import Event
from tests.support.certificates import certificate, pem_of
from tests.support.http_site import closed_port
from tests.support.mail_server import PASSWORD, mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 1_793_000_000.0
DOWN = Event(
    kind="down",
    at=NOW,
    site="4401000001",
    name="示例市人民政府",
    url="https://www.shili.example/",
    since=NOW - 3600,
    step="tcp",
    reason="timeout",
    error="no connection within 15 s",
)
LOGIN = {"user": "watch", "password_env": "MAIL_PASSWORD"}
UP = Event(kind="up", at=NOW + 60, site="4401000001", name="示例市人民政府", url=DOWN.url, since=NOW - 3600)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[WatchLog]:
    with closing(WatchLog.open(tmp_path / "watch.sqlite")) as opened:
        yield opened


@dataclass
class Hook:
    """What a real web server was sent; ``statuses``: its answers, the last one stays."""

    url: str = ""
    statuses: list[int] = field(default_factory=lambda: [204])
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def hook_server() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(hook.statuses.pop(0) if len(hook.statuses) > 1 else hook.statuses[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        hook.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/watch?room=1"
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def mail_settings(port: int, **more: Any) -> WatchSettings:
    given = {
        "server": f"127.0.0.1:{port}",
        "sender": "watch@shili.example",
        "to": ("a@x.example", "b@x.example"),
    }
    return WatchSettings(email=EmailSettings.model_validate(given | more))


def post(log: WatchLog, channel: str, *events: Event) -> None:
    for event in events:
        log.post([channel], event.at, msgspec.json.encode(event))


async def test_events_come_by_mail_in_one_message(log: WatchLog) -> None:
    with mail_server() as server:
        settings = mail_settings(server.port, security="none")
        postman = Postman(log, channels_of(settings, "zh-CN"), settings)
        post(log, "email", DOWN, UP)
        await postman.deliver(NOW)
        await postman.deliver(NOW + 1000)
    (message,) = server.messages
    assert message["Subject"] == "【网站监测】示例市人民政府无法访问等2项"
    assert message["To"] == "a@x.example, b@x.example"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "连续两次监测打不开" in text
    assert "建立连接失败：响应超时（no connection within 15 s）" in text
    assert "已恢复访问" in text
    assert log.unsent() == (0, "")


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_is_handed_over_with_login_over_tls(
    log: WatchLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    authority = certificate(tmp_path, "authority", 300, None)
    (tmp_path / "ca.pem").write_bytes(pem_of(authority[0]))
    certificate(tmp_path, "127.0.0.1", 30, authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "127.0.0.1.pem")
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with mail_server(context, starttls=security == "starttls") as server:
        login = {"security": security, **LOGIN}
        post(log, "email", DOWN)
        untrusting = mail_settings(server.port, **login)
        await Postman(log, channels_of(untrusting, "en"), untrusting).deliver(NOW)
        assert (server.messages, server.logins) == ([], [])
        assert "certificate" in log.unsent()[1].lower()
        settings = mail_settings(server.port, **login, ca_file=str(tmp_path / "ca.pem"))
        await Postman(log, channels_of(settings, "en"), settings).deliver(NOW + 1000)
    assert server.logins == [("watch", PASSWORD)]
    assert [one["Subject"] for one in server.messages] == ["[site watch] 示例市人民政府 does not open"]


async def test_what_was_refused_waits_and_is_sent_later_each_once(log: WatchLog) -> None:
    with mail_server() as server:
        server.refuse = "451 try later"
        settings = mail_settings(server.port, security="none")
        postman = Postman(log, channels_of(settings, "en"), settings)
        post(log, "email", DOWN)
        await postman.deliver(NOW)
        assert log.unsent() == (1, "SMTPDataError: 451 try later")
        server.refuse = ""
        await postman.deliver(NOW + 30)
        assert server.messages == []
        await postman.deliver(NOW + 61)
        await postman.deliver(NOW + 10_000)
    assert len(server.messages) == 1


async def test_waiting_grows_while_the_other_side_is_away(log: WatchLog) -> None:
    settings = mail_settings(closed_port(), security="none")
    postman = Postman(log, channels_of(settings, "en"), settings)
    post(log, "email", DOWN)
    tried = []
    for minute in range(200):
        before = log.waiting("email", NOW + 60 * minute, 1)
        await postman.deliver(NOW + 60 * minute)
        tried += [minute] if before else []
    assert tried == [0, 1, 6, 21, 81, 141]
    assert log.unsent()[1].startswith("ConnectionRefusedError")


async def test_messages_keep_a_pause_between_them(log: WatchLog) -> None:
    with hook_server() as hook:
        settings = WatchSettings(webhook=WebhookSettings(url=hook.url), alert_pause=300)
        postman = Postman(log, channels_of(settings, "en"), settings)
        for minute in range(12):
            post(log, "webhook", DOWN)
            await postman.deliver(NOW + 60 * minute)
    sizes = [len(json.loads(body)["events"]) for _, _, body in hook.received]
    assert sizes == [1, 5, 5]


async def test_a_webhook_is_signed_json(log: WatchLog, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    with hook_server() as hook:
        settings = WatchSettings(webhook=WebhookSettings(url=hook.url, secret_file=str(tmp_path / "secret")))
        changed = msgspec.structs.replace(
            UP, kind="changed", changes=(Change(NOW, "title", "彩票", ("某市",)),), since=0.0
        )
        post(log, "webhook", DOWN, changed)
        await Postman(log, channels_of(settings, "zh-CN"), settings).deliver(NOW)
    ((path, headers, body),) = hook.received
    assert path == "/hooks/watch?room=1"
    assert headers["content-type"] == "application/json; charset=utf-8"
    digest = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["x-govaudit-signature"] == f"sha256={digest}"
    said = json.loads(body)
    assert said["schema"] == "govaudit.alerts/1"
    down, change = said["events"]
    assert down["site"] == {
        "code": "4401000001",
        "name": "示例市人民政府",
        "url": "https://www.shili.example/",
    }
    assert down["fault"] == {
        "step": "tcp",
        "reason": "timeout",
        "error": "no connection within 15 s",
        "status": 0,
    }
    assert (down["kind"], down["id"] != change["id"]) == ("down", True)
    assert change["changes"] == [{"what": "title", "value": "彩票", "before": ["某市"]}]
    assert "标题：彩票（原为：某市）" in change["text"]


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_a_webhook_that_does_not_take_it_is_asked_again(log: WatchLog, status: int) -> None:
    with hook_server() as hook:
        hook.statuses = [status, 200]
        settings = WatchSettings(webhook=WebhookSettings(url=hook.url))
        postman = Postman(log, channels_of(settings, "en"), settings)
        post(log, "webhook", DOWN)
        await postman.deliver(NOW)
        assert log.unsent() == (1, f"status {status}")
        await postman.deliver(NOW + 61)
    assert [body for _, _, body in hook.received] == [hook.received[0][2]] * 2
    assert log.unsent() == (0, "")


async def test_one_channel_does_not_wait_for_the_other(log: WatchLog) -> None:
    with hook_server() as hook:
        settings = mail_settings(closed_port(), security="none").model_copy(
            update={"webhook": WebhookSettings(url=hook.url)}
        )
        log.post(["email", "webhook"], NOW, msgspec.json.encode(DOWN))
        await Postman(log, channels_of(settings, "en"), settings).deliver(NOW)
    assert len(hook.received) == 1
    assert log.unsent()[0] == 1


def test_secrets_come_from_the_environment_or_a_file_and_show_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    settings = mail_settings(25, **LOGIN)
    (mail,) = channels_of(settings, "en")
    assert PASSWORD not in repr(mail)
    (tmp_path / "word").write_text("密码")
    for more in (
        {"password_file": str(tmp_path / "word")},
        {"password_env": "NO_SUCH_VARIABLE"},
        {"password_file": str(tmp_path / "none")},
    ):
        with pytest.raises(InputError):
            channels_of(mail_settings(25, user="watch", **more), "en")


@pytest.mark.parametrize(
    "more",
    [
        {"user": "watch", "password_env": "A", "security": "none"},
        {"user": "watch"},
        {"user": "watch", "password_env": "A", "password_file": "b"},
        {"server": "smtp.x.example"},
        {"password": "plain"},
        {"to": ()},
    ],
)
def test_settings_that_would_give_a_password_away_or_mean_nothing_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Settings"):
        mail_settings(25, **more)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ALERT_KINDS)
def test_every_event_has_its_words(kind: Any, language: str) -> None:
    hostile = "示例\r\nBcc: x@x.example\u202e"
    changes = tuple(
        Change(NOW, what, hostile, (hostile,))
        for what in ("title", "label:SiteName", "script", "frame", "dns")
    )
    event = msgspec.structs.replace(DOWN, kind=kind, name=hostile, failed=9, measured=168, changes=changes)
    assert "\n" not in subject([event], language)
    text = sentence(event, language)
    assert "\r" not in text
    assert "\u202e" not in text
    assert "\nBcc" not in text
