"""Encrypted sites: the browser trusts no certificate that it should not, and what it does not get stays unknown."""

from __future__ import annotations

import base64
import hashlib
import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization

from govaudit.crawler.browser import renderer
from govaudit.inspection.verdict import Reason
from tests.crawler.browser.chromium import needs_chromium
from tests.crawler.crawling import crawled, plan_for
from tests.support.certificates import certificate as made_certificate
from tests.support.http_site import HttpSite, Reply

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_chromium

SHELL = '<title>首页</title><div id="app"></div><script src="/app.js"></script>'
APP = 'document.getElementById("app").innerHTML = "<p>" + "正文".repeat(100) + "</p>";'


@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_is_judged_by_the_browser_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    authority = made_certificate(tmp_path, "authority", 300, None)
    (tmp_path / "trusted.pem").write_bytes(authority[0].public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    certificate, _ = made_certificate(tmp_path, "127.0.0.1", 30, authority)
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pin = base64.b64encode(hashlib.sha256(key).digest()).decode()
    if trusted:
        arguments = renderer._arguments
        monkeypatch.setattr(
            renderer, "_arguments", lambda port: [*arguments(port), f"--ignore-certificate-errors-spki-list={pin}"]
        )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "127.0.0.1.pem")
    script = Reply(body=APP, content_type="text/javascript; charset=utf-8")
    with HttpSite({"/": Reply(body=SHELL), "/app.js": script}, tls=context) as site:
        store = crawled(plan_for(f"{site.url}/"), tmp_path / "facts.sqlite")
        page = store.facts.page(f"{site.url}/")
        found = store.facts.rendering(f"{site.url}/")
        assert page is not None
        assert found is not None
        assert page.in_browser is trusted
        assert page.reading.scripted == (() if trusted else ("page",))
        assert found[0].reason is (None if trusted else Reason.TLS)
