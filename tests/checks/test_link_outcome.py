from __future__ import annotations

import pytest

from govaudit.checks.links.content import file_outcome
from govaudit.checks.links.ladder import Rung, rung_of
from govaudit.checks.links.outcome import Certainty, outcome_of
from govaudit.inspection.facts import Fetch, Hop
from govaudit.inspection.verdict import Reason, Verdict

URL = "http://www.yunlan.gov.cn/a.html"
OWN = Certainty(own=True, network_works=True)
FOREIGN = Certainty(own=False, network_works=True)


def look(status: int = 0, reason: Reason | None = None, detail: str = "", **more: object) -> Fetch:
    return Fetch(url=URL, status=status, reason=reason, detail=detail, final_url=URL, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [404, 410, 400, 414, 500, 501])
@pytest.mark.parametrize("certainty", [OWN, FOREIGN])
def test_certain_statuses_fail_everywhere_when_confirmed(status: int, certainty: Certainty) -> None:
    outcome = outcome_of([look(status), look(status)], certainty)
    assert outcome is not None
    assert outcome.verdict is Verdict.FAIL


@pytest.mark.parametrize("status", [401, 403, 405, 406, 412, 418, 429, 451, 521, 999, 407, 423])
@pytest.mark.parametrize("certainty", [OWN, FOREIGN])
def test_statuses_of_walls_are_never_a_fault(status: int, certainty: Certainty) -> None:
    outcome = outcome_of([look(status), look(status)], certainty)
    assert outcome is not None
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.BLOCKED_STATUS)


@pytest.mark.parametrize(
    ("fetch", "reason"),
    [
        (look(0, Reason.TIMEOUT, "no answer within 15 s"), Reason.TIMEOUT),
        (look(0, Reason.RESET, "empty-reply"), Reason.RESET),
        (look(502, Reason.SERVER_ERROR), Reason.SERVER_ERROR),
        (look(503), Reason.SERVER_ERROR),
        (look(504), Reason.SERVER_ERROR),
        (look(0, Reason.DNS, "servfail: SERVFAIL"), Reason.DNS),
    ],
)
def test_passing_failures_count_on_own_pages_only(fetch: Fetch, reason: Reason) -> None:
    own = outcome_of([fetch, fetch], OWN)
    foreign = outcome_of([fetch, fetch], FOREIGN)
    assert own is not None
    assert foreign is not None
    assert own.verdict is Verdict.FAIL
    assert (foreign.verdict, foreign.reason) == (Verdict.INCONCLUSIVE, reason)


def test_name_and_connection_need_a_working_network() -> None:
    gone = look(0, Reason.DNS, "nxdomain: no such name")
    cut_off = Certainty(own=False, network_works=False)
    assert outcome_of([gone, gone], FOREIGN).verdict is Verdict.FAIL  # type: ignore[union-attr]
    assert outcome_of([gone, gone], cut_off).verdict is Verdict.INCONCLUSIVE  # type: ignore[union-attr]
    assert outcome_of([look(404), look(404)], cut_off).verdict is Verdict.FAIL  # type: ignore[union-attr]


def test_one_look_or_looks_that_disagree_prove_nothing() -> None:
    once = outcome_of([look(404)], OWN)
    mixed = outcome_of([look(404), look(500)], OWN)
    assert once is not None
    assert mixed is not None
    assert (once.fault, once.reason) == ("unconfirmed", Reason.NOT_MEASURED)
    assert (mixed.fault, mixed.reason) == ("uncertain", Reason.SERVER_ERROR)


def test_what_opened_on_any_look_is_no_fault() -> None:
    assert outcome_of([look(503), look(200)], OWN) is None
    assert outcome_of([look(200), look(404)], OWN) is None


def test_endless_redirects_are_not_judged_here() -> None:
    loop = look(302, None, hops=(Hop(URL, 302), Hop(URL, 302)))
    assert rung_of(loop) is Rung.REDIRECTING
    assert outcome_of([loop, loop], OWN) is None


def test_a_form_opened_without_its_fields_fails_only_when_nothing_is_there() -> None:
    form = Certainty(own=True, network_works=True, form_only=True)
    assert outcome_of([look(500), look(500)], form).verdict is Verdict.INCONCLUSIVE  # type: ignore[union-attr]
    assert outcome_of([look(404), look(404)], form).verdict is Verdict.FAIL  # type: ignore[union-attr]


def test_an_unfinished_answer_is_still_an_answer() -> None:
    assert outcome_of([look(200, Reason.TOO_LARGE)], OWN) is None


@pytest.mark.parametrize(
    ("url", "content_type", "magic", "expected"),
    [
        ("http://x.cn/a.pdf", "text/html; charset=utf-8", "html", "wrong-type"),
        ("http://x.cn/a.xls", "application/vnd.ms-excel", "html", None),
        ("http://x.cn/a.txt", "text/html", "html", None),
        ("http://x.cn/a.pdf", "text/html", "pdf", None),
    ],
)
def test_a_page_in_the_place_of_a_file(url: str, content_type: str, magic: str, expected: str | None) -> None:
    fetch = Fetch(url=url, status=200, final_url=url, content_type=content_type, magic=magic, size=900)
    outcome = file_outcome(url, [fetch, fetch], frozenset(), own=True, offered=True)
    assert (outcome.fault if outcome else None) == expected
