"""All probes of a site together, against a real name server and real sites."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from govaudit.crawler.probes import measure
from govaudit.crawler.probes.self_check import SelfCheck
from govaudit.demo.dns_server import dns_server
from govaudit.inspection.facts import Probe
from govaudit.inspection.run import BEIJING, CrawlPlan, Network
from govaudit.inspection.site import Site
from tests.crawler.probes.loopback_site import certificate, site

if TYPE_CHECKING:
    from pathlib import Path

HOST = "www.mou.gov.cn"


def has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no IPv6 loopback")


def plan(url: str, nameserver: str = "", **network: Any) -> CrawlPlan:
    return CrawlPlan(
        run="2026Q4",
        site=Site(url=url),
        as_of=datetime(2026, 11, 22, tzinfo=BEIJING),
        seed=1,
        network=Network(
            **{
                "nameserver": nameserver,
                "allow_private": True,
                "connect_timeout": 0.5,
                "timeout": 0.5,
                **network,
            }
        ),
    )


async def measured(zone: dict[str, Any], port: int, scheme: str = "http") -> tuple[dict[str, Any], list[Any]]:
    """The name answer and the ways."""
    with dns_server({HOST: zone} if zone else {}) as nameserver:
        probes = await measure(plan(f"{scheme}://{HOST}:{port}/", nameserver), clock=lambda: 1000.5)
    assert {probe.at for probe in probes} == {1000.5}
    assert [probe.kind for probe in probes[:2]] == ["self-check", "dns"]
    assert probes[0].subject == "ipv6"
    assert probes[1].subject == HOST
    reached = [probe for probe in probes if probe.kind == "reach"]
    assert all(probe.subject == f"{scheme}://{HOST}:{port}/" for probe in reached)
    for probe in probes:
        assert msgspec.json.decode(msgspec.json.encode(probe), type=Probe) == probe
    return dict(probes[1].result), [probe.result for probe in reached]


def outcome(way: dict[str, Any]) -> tuple[int, str, str, bool]:
    last = way["steps"][-1]
    return way["family"], way["address"], last["step"], last["ok"]


async def test_ipv6_only() -> None:
    async with site(hosts=("::1",)) as served:
        names, found = await measured({"AAAA": ["::1"]}, served.port)
    assert names["error"] == {"A": "no-answer", "AAAA": ""}
    assert [outcome(way) for way in found] == [(6, "::1", "http", True)]


async def test_ipv4_only() -> None:
    async with site() as served:
        names, found = await measured({"A": ["127.0.0.1"]}, served.port)
    assert names["error"] == {"A": "", "AAAA": "no-answer"}
    assert [outcome(way) for way in found] == [(4, "127.0.0.1", "http", True)]


async def test_both_families_open() -> None:
    async with site(hosts=("127.0.0.1", "::1")) as served:
        _, found = await measured({"A": ["127.0.0.1"], "AAAA": ["::1"]}, served.port)
    assert [outcome(way) for way in found] == [(6, "::1", "http", True), (4, "127.0.0.1", "http", True)]


async def test_an_ipv6_address_whose_port_is_closed() -> None:
    async with site() as served:
        _, found = await measured({"A": ["127.0.0.1"], "AAAA": ["::1"]}, served.port)
    assert [outcome(way) for way in found] == [(6, "::1", "tcp", False), (4, "127.0.0.1", "http", True)]
    assert found[0]["steps"][-1]["error"].startswith("refused: ")
    assert found[0]["port"] == served.port


async def test_an_ipv6_address_with_a_self_signed_certificate(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path, HOST)
    async with site(hosts=("::1",), tls=server) as served:
        _, found = await measured({"AAAA": ["::1"]}, served.port, "https")
    assert [outcome(way) for way in found] == [(6, "::1", "tls", False)]
    assert found[0]["steps"][-1]["error"] == "certificate: self-signed certificate"


async def test_addresses_that_do_not_count_are_not_connected_to() -> None:
    async with site(hosts=("127.0.0.1", "::1")) as served:
        names, found = await measured({"AAAA": ["::ffff:127.0.0.1", "fe80::1"]}, served.port)
    assert names["unusable"] == {"::ffff:127.0.0.1": "mapped", "fe80::1": "link-local"}
    assert found == []
    assert served.requests == []


@pytest.mark.parametrize(("behaviour", "word"), [("SERVFAIL", "servfail"), ("DROP", "timeout")])
async def test_a_name_server_that_fails_for_one_family(behaviour: str, word: str) -> None:
    async with site() as served:
        names, found = await measured({"A": ["127.0.0.1"], "AAAA": behaviour}, served.port)
    assert names["error"]["AAAA"] == word
    assert [outcome(way) for way in found] == [(4, "127.0.0.1", "http", True)]


async def test_one_of_two_addresses_is_dead() -> None:
    async with site(hosts=("127.0.0.1", "::1")) as served:
        zone = {"A": ["127.0.0.1", "127.0.0.2"], "AAAA": ["::1", "fd00:dead::1"]}
        _, found = await measured(zone, served.port)
    ways = {address: (step, ok) for _, address, step, ok in map(outcome, found)}
    assert ways == {
        "::1": ("http", True),
        "fd00:dead::1": ("tcp", False),
        "127.0.0.1": ("http", True),
        "127.0.0.2": ("tcp", False),
    }


async def test_private_targets_are_not_connected_to_without_leave() -> None:
    async with site(hosts=("127.0.0.1", "::1")) as served:
        given = {f"{HOST}:{served.port}": ("127.0.0.1", "::1")}
        probes = await measure(plan(f"http://{HOST}:{served.port}/", resolve=given, allow_private=False))
    assert [probe.kind for probe in probes] == ["self-check", "dns"]
    assert probes[1].result["unusable"] == {"127.0.0.1": "loopback", "::1": "loopback"}
    assert served.requests == []


async def test_the_route_is_that_to_the_target() -> None:
    async with site(hosts=("::1",)) as served:
        given = {f"{HOST}:{served.port}": ("::1",)}
        probes = await measure(plan(f"http://{HOST}:{served.port}/", resolve=given, family="4"))
    assert msgspec.convert(probes[0].result, SelfCheck) == SelfCheck(
        route=True, scope="loopback", detail="::1", witness="::1"
    )
    assert probes[1].result["source"] == "option"
    assert [probe.result["family"] for probe in probes[2:]] == [6]


async def test_a_host_with_many_addresses_is_sampled() -> None:
    addresses = [f"127.0.0.{number}" for number in range(1, 30)]
    async with site() as served:
        names, found = await measured({"A": addresses}, served.port)
    assert len(names["A"]) == 29
    assert len(found) == 8


async def test_it_runs_under_other_event_loops() -> None:
    async with site(hosts=("::1",)) as served:
        given = {f"{HOST}:{served.port}": ("::1",)}
        url = f"http://{HOST}:{served.port}/"
        uvloop = pytest.importorskip("uvloop")

        def elsewhere() -> list[Probe]:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(measure(plan(url, resolve=given)))

        probes = await asyncio.to_thread(elsewhere)
    assert [step["status"] for step in msgspec.convert(probes[2].result["steps"], list[dict[str, Any]])] == [
        0,
        0,
        200,
    ]
