"""Sites that answer differently over IPv6 than over IPv4: what is measured beside and after a crawl, and what the
checks say of it. Real servers on both loopback addresses, a real name server."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.checks.context import Context
from govaudit.checks.registry import all_checks
from govaudit.demo.dns_server import dns_server
from govaudit.inspection.profile import Profile
from govaudit.inspection.run import FamilySizes
from govaudit.inspection.site import SiteScope
from tests.crawler.crawling import QUICK, crawled, plan_for
from tests.support.http_site import HttpSite, Reply, page, redirect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from govaudit.checks.registry import Judgement
    from govaudit.inspection.site_facts import SiteFacts
    from tests.support.http_site import Route

HOST = "www.mou.gov.cn"
# An hour between two visits: what is missing when the crawl has ended follows at once.
SIZES = FamilySizes(samples=24, interval=3600, second_level=40, third_level=40, hosts=50, contents=True)
CHECKS = ("IP6004", "IP6005", "IP6006", "IP6007", "IP6008", "IP6009", "IP6010")
SECOND = [f"/lanmu/{number}.html" for number in range(12)]
THIRD = [f"/neirong/{number}.html" for number in range(24)]
OTHERS: dict[str, dict[str, list[str] | str]] = {
    "cdn.example": {"A": ["127.0.0.1"], "AAAA": ["::1"]},
    "v4.example": {"A": ["127.0.0.1"]},
}


def has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no IPv6 loopback")


def home(*links: str, title: str = "某市人民政府", extra: str = "") -> Reply:
    return Reply(body=page(*(links or SECOND), title=title, extra=extra))


def portal(front: Route | None = None) -> dict[str, Route]:
    """A site of three levels."""
    second = {url: Reply(body=page(*THIRD[place * 2 : place * 2 + 2])) for place, url in enumerate(SECOND)}
    return {"/": front or home(), **second, **{url: Reply(body=page(title="内容")) for url in THIRD}}


def dead(urls: Sequence[str]) -> dict[str, Route]:
    return dict.fromkeys(urls, Reply(502, "no upstream"))


@dataclass(frozen=True)
class Case:
    """A site, how it differs over IPv6, and what is said; checks that are not named pass."""

    name: str
    says: Mapping[str, str | None]
    over_ipv6: Mapping[str, Route] = field(default_factory=dict)
    site: Mapping[str, Route] = field(default_factory=portal)
    families: tuple[int, ...] = (socket.AF_INET, socket.AF_INET6)
    records: Mapping[str, list[str] | str] = field(
        default_factory=lambda: {"A": ["127.0.0.1"], "AAAA": ["::1"]}
    )


def every_fifth_fails(reply: Reply) -> list[Reply]:
    return [Reply(502, "no upstream") if number % 5 == 4 else reply for number in range(200)]


WITH_SCRIPTS = '<script src="http://{host}/a.js"></script>'
NOTHING = dict.fromkeys(CHECKS[:6], "not-applicable")
CASES = [
    Case("the same over both", {}),
    Case("an old copy over IPv6", {"IP6005": "fail links"}, {"/": home(*SECOND[:6], "/jiu/1.html", "/jiu/2.html")}),
    Case("another title over IPv6", {"IP6005": "fail title"}, {"/": home(title="Apache Tomcat")}),
    Case(
        "another token on every visit",
        {},
        site=portal([home(*SECOND, *(f"/t?{n}{k}" for k in "abcdef")) for n in range(90)]),
        over_ipv6={"/": [home(*SECOND, *(f"/t?six{n}{k}" for k in "abcdef")) for n in range(90)]},
    ),
    Case(
        "over IPv6 on to a host without it",
        {"IP6005": "fail not-opened", "IP6004": "fail low-rate", "IP6009": "inconclusive not-measured",
         "IP6006": "inconclusive not-measured", "IP6007": "inconclusive not-measured"},
        {"/": redirect("http://v4.example/")},
    ),
    Case("columns that are dead over IPv6", {"IP6006": "fail low-rate"}, dead(SECOND[:4])),
    Case("one column that is dead over IPv6", {}, dead(SECOND[:1])),
    Case("columns that are dead over both", {}, site={**portal(), **dead(SECOND[:4])}),
    Case("articles that are dead over IPv6", {"IP6007": "fail low-rate"}, dead(THIRD[:8])),
    Case("articles behind a wall over IPv6", {}, dict.fromkeys(THIRD[:8], Reply(403, "no"))),
    Case(
        "scripts from a host with IPv4 alone",
        {"IP6008": "fail resource"},
        site=portal(home(extra=WITH_SCRIPTS.replace("{host}", "v4.example"))),
    ),
    Case(
        "scripts from a host with both",
        {"IP6008": "pass"},
        site=portal(home(extra=WITH_SCRIPTS.replace("{host}", "cdn.example"))),
    ),
    Case("four of five visits over IPv6", {"IP6004": "fail low-rate", "IP6005": None, "IP6009": None},
         {"/": every_fifth_fails(home())}),
    Case("slow over IPv6",
        {"IP6009": "fail slower", "IP6005": None},
        {"/": Reply(body="<title>某市</title>", drip=0.006)},
    ),
    Case("no AAAA record", NOTHING, records={"A": ["127.0.0.1"]}),
    Case("a record, and the port is closed", NOTHING, families=(socket.AF_INET,)),
    Case("the resolver gives no AAAA", {**dict.fromkeys(CHECKS[:6], "inconclusive dns")},
         records={"A": ["127.0.0.1"], "AAAA": "SERVFAIL"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said_of_a_site(case: Case, tmp_path: Path) -> None:
    expected = {**dict.fromkeys(CHECKS, "pass"), "IP6008": "not-applicable", **case.says}
    said = {check: told(judgement) for check, judgement in judged(case, tmp_path).items()}
    assert {check: said[check] for check in CHECKS if expected[check] is not None} == {
        check: words for check, words in expected.items() if words is not None
    }


def told(judgement: Judgement) -> str:
    faults = {fault.fault for fault in judgement.faults}
    return " ".join(
        [judgement.verdict.value, *sorted(faults), *([judgement.reason.value] if judgement.reason else [])]
    )


def judged(case: Case, folder: Path) -> dict[str, Judgement]:
    with HttpSite(case.site, over_ipv6=case.over_ipv6, families=case.families) as site:
        names: dict[str, Mapping[str, list[str] | str]] = {HOST: case.records, **OTHERS}
        with dns_server(names) as nameserver:
            network = msgspec.structs.replace(QUICK, nameserver=nameserver, connect_timeout=1)
            plan = plan_for(f"http://{HOST}:{site.port}/", network)
            plan = msgspec.structs.replace(plan, measures=("ipv6",), families=SIZES)
            with closing(crawled(plan, folder / "facts.sqlite").facts) as facts:
                return judgements(facts)


def judgements(facts: SiteFacts) -> dict[str, Judgement]:
    site = facts.plan.site
    context = Context(facts, site, SiteScope(site), facts.plan.as_of, Profile(name="t", title="t", basis="t"))
    known = all_checks()
    return {check: known[check].function(context, known[check].parameters({}, "t")) for check in CHECKS}
