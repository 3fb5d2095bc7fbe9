"""Steps, errors and addresses of the network in the words of the reader."""

from __future__ import annotations

import msgspec
import pytest

from govaudit.crawler.probes.address_kinds import special_kinds
from govaudit.inspection.messages import LANGUAGES, catalogue
from govaudit.reports.texts import Texts
from tests.reports.sample_run import sample_report

ERRORS = {
    "timeout",
    "refused",
    "unreachable",
    "reset",
    "certificate",
    "handshake",
    "closed",
    "protocol",
    "status",
}
STATES = {"good", "denied", "servfail", "lame", "malformed", "no-route", "not-asked", "no-aaaa", "unknown"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_a_finding_may_say_has_a_word(language: str) -> None:
    texts = catalogue("inspection", language)
    words = special_kinds() | ERRORS | STATES | {"dns", "tcp", "tls", "http"}
    assert [word for word in sorted(words) if not texts.has(f"network.{word}")] == []


@pytest.mark.parametrize(
    ("language", "observed"),
    [
        ("zh-CN", "已尝试 1 个地址：2400:3200::1 建立连接 被拒绝"),
        ("en", "Tried 1 addresses: 2400:3200::1 connection refused"),
    ],
)
def test_a_finding_is_told_in_them(language: str, observed: str) -> None:
    some = next(finding for site in sample_report().sites for finding in site.findings)
    finding = msgspec.structs.replace(
        some,
        check="IP6003",
        fault="tcp-failed",
        arguments={
            "url": "http://www.mou.gov.cn/",
            "address": "2400:3200::1",
            "error": "[[refused]]",
            "count": 1,
            "ways": "2400:3200::1 [[tcp]] [[refused]]",
        },
    )
    text = Texts(language).finding(finding)
    assert text.observed == observed
    assert "[[" not in text.message + text.expected + text.fix
