"""The measurement of https as part of a crawl, and where nothing is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from govaudit.crawler.crawl import crawl
from govaudit.crawler.probes.tls import addresses_of, measure_tls
from govaudit.inspection.site_facts import SiteFacts
from tests.crawler.crawling import QUICK
from tests.crawler.crawling import plan_for as plan
from tests.crawler.probes.tls_bench import HOST, plan_for
from tests.support.http_site import HttpSite, Reply, page

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_made_before_the_crawl_and_once(tmp_path: Path) -> None:
    path = tmp_path / "facts.sqlite"
    with HttpSite({"/": Reply(body=page())}) as site:
        ports = {80: site.port, 443: site.port}
        wanted = msgspec.structs.replace(
            plan_for(ports, ("127.0.0.1",), url=f"http://{HOST}/", trust=""), measures=("tls",)
        )
        crawl(wanted, path, lambda _: None)
        crawl(wanted, path, lambda _: None)
    facts = SiteFacts.open(path)
    (entrance,) = facts.probes("tls")
    assert entrance.subject == f"https://{HOST}/"
    # A server that closes before it has read the whole hello may take its own answer back with it.
    assert str(entrance.result["error"]).startswith(("plain: HTTP/1.", "closed: "))
    (answer,) = facts.probes("home-answer")
    assert (answer.subject, answer.result["reason"]) == (f"http://{HOST}/", "")
    facts.close()


@pytest.mark.parametrize("ports", [{80: 1}, {443: 1}])
async def test_a_host_that_is_played_on_another_port_alone_is_not_asked(ports: dict[int, int]) -> None:
    scheme = "http" if 443 in ports else "https"
    network = plan_for(ports, ("127.0.0.1",), url=f"http://{HOST}/", trust="").network
    probes = await measure_tls(plan(f"http://{HOST}/", network))
    assert probes
    assert not [one for one in probes if one.subject.startswith(f"{scheme}:")]


async def test_http_on_this_machine_needs_no_https() -> None:
    assert await measure_tls(plan("http://127.0.0.1:8000/", QUICK)) == []


@pytest.mark.parametrize(
    ("registered", "secure", "plain"),
    [
        ("http://www.x.cn/", "https://www.x.cn/", "http://www.x.cn/"),
        ("https://www.x.cn/zw/", "https://www.x.cn/zw/", "http://www.x.cn/zw/"),
        ("http://www.x.cn:8080/", "https://www.x.cn/", "http://www.x.cn:8080/"),
        ("https://www.x.cn:8443/", "https://www.x.cn:8443/", ""),
        ("http://[2001:da8::7]:81/", "https://[2001:da8::7]/", "http://[2001:da8::7]:81/"),
    ],
)
def test_the_two_addresses_of_a_home_page(registered: str, secure: str, plain: str) -> None:
    assert addresses_of(registered) == (secure, plain)
