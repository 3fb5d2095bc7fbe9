from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.checks.links.ladder import FAULTS, LADDER, Rung, Standing, rung_of
from govaudit.checks.links.malformed_link import fault_of
from govaudit.inspection.facts import Fetch, Link, Tag
from govaudit.inspection.urls import WEB_SCHEMES, resolve, scheme_of
from govaudit.inspection.verdict import BLOCKED_STATUSES, Reason

URL = "http://www.yunlan.gov.cn/a.html"


def look(status: int = 0, reason: Reason | None = None, detail: str = "") -> Fetch:
    return Fetch(url=URL, status=status, reason=reason, detail=detail, final_url=URL)


@pytest.mark.parametrize(
    ("fetch", "rung"),
    [
        (look(0, Reason.DNS, "no-address: the name has no address"), Rung.NO_ADDRESS),
        (look(0, Reason.DNS, "servfail: SERVFAIL"), Rung.NAME_SERVER),
        (look(0, Reason.TIMEOUT, "no connection within 10 s"), Rung.NO_CONNECTION),
        (look(0, Reason.TIMEOUT, "no TLS handshake within 10 s"), Rung.NO_CONNECTION),
        (look(0, Reason.TIMEOUT, "no answer within 15 s"), Rung.NO_FIRST_BYTE),
        (look(200, Reason.TIMEOUT, "incomplete within 15 s (12 bytes)"), Rung.STALLED),
        (look(0, Reason.TLS, "not-yet-valid: x"), Rung.TLS_EXPIRED),
        (look(0, Reason.TLS, "handshake: x"), Rung.TLS_PROTOCOL),
        (look(302, Reason.CONNECT, "private: redirect to http://10.0.0.1/"), Rung.PRIVATE),
        (look(302, None, "redirect-loop: x"), Rung.REDIRECTING),
        (look(525), Rung.ORIGIN_DOWN),
        (look(503, Reason.BLOCKED_STATUS, "wall: x"), Rung.BLOCKED),
        (look(200, Reason.BLOCKED_PAGE, "wall: x"), Rung.BLOCKED),
        (look(200, Reason.PARSE, "encoding: x"), Rung.NOT_UNDERSTOOD),
        (look(200, Reason.TOO_LARGE, "more than 20000000 bytes"), Rung.FINE),
    ],
)
def test_each_way_of_failing_has_its_rung(fetch: Fetch, rung: Rung) -> None:
    assert rung_of(fetch) is rung


def test_every_rung_stands_somewhere_and_has_its_texts() -> None:
    assert set(LADDER) == set(Rung)
    failing = {rung for rung, standing in LADDER.items() if standing is not Standing.FINE}
    assert {rung.value for rung in failing} <= set(FAULTS)


@given(st.integers(0, 999), st.sampled_from([None, *Reason]), st.text(max_size=20))
def test_every_look_has_a_rung_and_walls_are_never_certain(
    status: int, reason: Reason | None, detail: str
) -> None:
    rung = rung_of(look(status, reason, detail))
    if status in BLOCKED_STATUSES and reason in {None, Reason.BLOCKED_STATUS}:
        assert LADDER[rung] is Standing.DOUBT
    if reason is None and 200 <= status < 300:
        assert rung is Rung.FINE


@given(st.text(max_size=40))
def test_any_reference_is_judged_without_an_error(raw: str) -> None:
    url = resolve(URL, raw)
    known = url if url is not None and scheme_of(url) in WEB_SCHEMES else None
    fault_of(Link(Tag.A, known, raw, "文字"))


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("ttp://www.gov.cn/", "misspelt-scheme"),
        ("hhttps://www.gov.cn/", "misspelt-scheme"),
        ("httpss://www.gov.cn/", "misspelt-scheme"),
        ("\\\\server\\share\\a.doc", "inner"),
        ("D:/通知.doc", "local-file"),
        ("mailto:a@b.cn;c@d.cn", ""),
        ("mailto:zfw#yunlan.gov.cn", "bad-mail"),
        ("tel:", ""),
        ("tel:+86-571-88888888", ""),
        ("weixin://dl", ""),
        ("${ctx}/a.html", "unfilled"),
        ("/list.jsp?id=<%=id%>", "template"),
    ],
)
def test_references_by_how_they_are_written(raw: str, fault: str) -> None:
    url = resolve(URL, raw)
    known = url if url is not None and scheme_of(url) in WEB_SCHEMES else None
    assert fault_of(Link(Tag.A, known, raw, "文字")) == fault
