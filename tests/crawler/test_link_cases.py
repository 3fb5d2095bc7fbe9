"""Every case of a link on real sockets: crawled, judged, and printed with the verdict that it got."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.inspection.profile import load_profile
from govaudit.inspection.site import Site
from govaudit.workflow.judge import judge_site
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.link_cases import CASES, SECURE, Served, served_cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from govaudit.inspection.finding import Finding
    from govaudit.inspection.run import Network

JUDGED = ("LNK001", "LNK002", "LNK003", "LNK004", "LNK005", "LNK006", "LNK007", "LNK008", "LNK010")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, list[Finding]]]:
    folder = tmp_path_factory.mktemp("cases")
    with served_cases(folder) as served, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(folder / "trusted.pem"))
        network: Network = msgspec.structs.replace(
            QUICK, nameserver=served.nameserver, connect_timeout=1.0, timeout=1.5
        )
        site = Site(url=served.url, scope=(f"{SECURE}:{served.words['tls-own']}",))
        plan = msgspec.structs.replace(plan_for(served.url, network), site=site, measures=("links",))
        run = crawled(plan, folder / "facts.sqlite")
        profile = load_profile("gov-2019")
        try:
            judgement = judge_site(run.facts, profile, (plan.site,), folder / "evidence")
        finally:
            run.facts.close()
        yield served, [one for one in judgement.findings if one.check in JUDGED]


def test_every_case_gets_its_verdict(judged: tuple[Served, list[Finding]]) -> None:
    served, findings = judged
    rows = []
    wrong = []
    for case in CASES:
        found = [one for one in findings if _concerns(one, case.name, served.address(case))]
        said = ", ".join(f"{one.check} {one.fault} {one.verdict.value}" for one in found) or "  pass"
        expected = f"{case.check} {case.fault} {case.verdict}" if case.check else "  pass"
        rows.append(f"{case.name:<10} {served.address(case):<50} {said}")
        if said != expected:
            wrong.append(f"{case.name}: {said}, expected {expected}")
    print("\n".join(rows))
    assert wrong == []


def _concerns(finding: Finding, name: str, address: str) -> bool:
    return finding.locator.text == name or (
        not finding.locator.text and finding.locator.raw.strip() == address
    )


def test_nothing_is_said_of_what_is_no_case(judged: tuple[Served, list[Finding]]) -> None:
    served, findings = judged
    known = {case.name for case in CASES} | {served.address(case) for case in CASES}
    strange = [one for one in findings if not {one.locator.text, one.locator.raw} & known]
    assert [(one.check, one.fault, one.subject) for one in strange] == []


def test_every_fault_is_proved_by_two_looks(judged: tuple[Served, list[Finding]]) -> None:
    _, findings = judged
    certain = [one for one in findings if one.verdict.value == "fail" and "looks" in one.arguments]
    assert certain
    once = [(one.subject, one.fault) for one in certain if int(one.arguments["looks"]) < 2]
    assert [one for one in once if one[1] not in {"soft-404", "home-instead", "downgrade"}] == []


def test_the_server_was_not_asked_in_vain(judged: tuple[Served, list[Finding]]) -> None:
    served, _ = judged
    asked = served.server.paths()
    walls = ("/s401", "/s403", "/s406", "/s418", "/s451")
    assert sum(asked.count(path) for path in walls) <= len(walls) + 1
    assert asked.count("/ok.html") <= 6
    assert not any("192.168" in path for path in asked)
