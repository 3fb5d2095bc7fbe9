"""Answers of a real name server on loopback."""

from __future__ import annotations

import socket

import pytest

from govaudit.crawler.probes.dns_records import NameRecords, ask
from govaudit.demo.dns_server import Zone, dns_server
from govaudit.inspection.run import Network, nameserver_address

HOST = "www.mou.gov.cn"
URL = f"http://{HOST}/"


async def asked(zone: Zone, *, allow_private: bool = False, seconds: float = 2.0) -> NameRecords:
    with dns_server(zone) as nameserver:
        network = Network(nameserver=nameserver, allow_private=allow_private, connect_timeout=seconds)
        records, took = await ask(URL, network)
    assert records.nameserver == nameserver
    assert 0 < took < seconds + 2
    return records


async def test_both_families() -> None:
    found = await asked({HOST: {"A": ["202.96.128.86", "202.96.128.87"], "AAAA": ["2400:3200::1"]}})
    assert sorted(found.A) == ["202.96.128.86", "202.96.128.87"]
    assert found.usable("AAAA") == ["2400:3200::1"]
    assert (found.unusable, found.error, found.source) == ({}, {"A": "", "AAAA": ""}, "resolver")


async def test_an_alias_is_followed() -> None:
    found = await asked({HOST: {"CNAME": ["cdn.mou.gov.cn."]}, "cdn.mou.gov.cn": {"AAAA": ["2400:3200::1"]}})
    assert (found.A, found.AAAA) == ([], ["2400:3200::1"])
    assert found.error == {"A": "no-answer", "AAAA": ""}


async def test_addresses_that_do_not_count_are_named() -> None:
    addresses = ["::ffff:202.96.128.86", "fe80::1", "2001:db8::5", "fd00::1", "2400:3200::1"]
    found = await asked({HOST: {"AAAA": addresses, "A": ["10.0.0.1"]}})
    assert found.usable("AAAA") == ["2400:3200::1"]
    assert found.usable("A") == []
    assert found.unusable == {
        "::ffff:202.96.128.86": "mapped",
        "fe80::1": "link-local",
        "2001:db8::5": "documentation",
        "fd00::1": "unique-local",
        "10.0.0.1": "private",
    }


async def test_own_networks_under_allow_private() -> None:
    found = await asked({HOST: {"AAAA": ["::1", "fd00::1", "fe80::1"]}}, allow_private=True)
    assert found.usable("AAAA") == ["::1", "fd00::1"]


@pytest.mark.parametrize(
    ("behaviour", "word"),
    [("NXDOMAIN", "nxdomain"), ("SERVFAIL", "servfail"), ("REFUSED", "refused"), ("DROP", "timeout")],
)
async def test_a_family_that_fails_does_not_hide_the_other(behaviour: str, word: str) -> None:
    found = await asked({HOST: {"A": ["202.96.128.86"], "AAAA": behaviour}}, seconds=0.6)
    assert found.A == ["202.96.128.86"]
    assert found.error == {"A": "", "AAAA": word}


async def test_no_such_name() -> None:
    assert (await asked({})).error == {"A": "nxdomain", "AAAA": "nxdomain"}


async def test_a_name_server_that_is_not_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    network = Network(nameserver=f"127.0.0.1:{port}", connect_timeout=0.5)
    records, _ = await ask(URL, network)
    assert records.error == {"A": "timeout", "AAAA": "timeout"}


@pytest.mark.parametrize("key", [f"{HOST}:80", "*:80"])
async def test_what_an_option_gives_counts_as_the_answer(key: str) -> None:
    network = Network(resolve={key: ("202.96.128.86", "[::FFFF:1.2.3.4]", "2400:3200:0::1")})
    records, seconds = await ask(URL, network)
    assert (records.A, records.AAAA) == (["202.96.128.86"], ["::ffff:1.2.3.4", "2400:3200::1"])
    assert records.unusable == {"::ffff:1.2.3.4": "mapped"}
    assert (records.source, records.nameserver, seconds) == ("option", "", 0.0)


@pytest.mark.parametrize(
    ("url", "old", "new"),
    [
        ("http://202.96.128.86/", ["202.96.128.86"], []),
        ("http://[2400:3200::1]:8080/", [], ["2400:3200::1"]),
        ("http://localhost:8080/", ["127.0.0.1"], ["::1"]),
    ],
)
async def test_literals_need_no_name_server(url: str, old: list[str], new: list[str]) -> None:
    records, _ = await ask(url, Network(allow_private=True))
    assert (records.A, records.AAAA, records.source) == (old, new, "literal")
    assert records.error == {"A": "" if old else "no-answer", "AAAA": "" if new else "no-answer"}


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("127.0.0.1", ("127.0.0.1", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("::1", ("::1", 53)),
        ("[::1]", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_how_name_servers_are_written(written: str, parts: tuple[str, int]) -> None:
    assert nameserver_address(written) == parts
