"""Addresses that count, and those that do not with their reasons."""

from __future__ import annotations

import pytest

from govaudit.crawler.probes.address_kinds import scope_of, unusable_because


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("2400:3200::1", ""),
        ("240e:928:1:1::5", ""),
        ("::ffff:202.96.128.86", "mapped"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::202.96.128.86", "ipv4-compatible"),
        ("64:ff9b::ca60:8056", "nat64"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fd12:3456::1", "unique-local"),
        ("fec0::1", "site-local"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("2002:ca60:8056::1", "6to4"),
        ("2001:0:ca60:8056::1", "teredo"),
        ("ff02::1", "multicast"),
        ("100::1", "discard"),
        ("100:0:0:1::1", "dummy"),
        ("64:ff9b:1::ca60:8056", "nat64"),
        ("2001:1::1", "anycast-service"),
        ("2001:2::1", "benchmark"),
        ("2001:2:1::1", "reserved"),
        ("2001:1ff::1", "reserved"),
        ("2001:200::1", ""),
        ("2001:da8::1", ""),
        ("2001:10::1", "orchid"),
        ("2001:2f:ffff::1", "orchid"),
        ("2001:30::1", "drone-identifier"),
        ("2620:4f:8000::1", "anycast-service"),
        ("3ffe::1", "reserved"),
        ("5f00::1", "segment-routing"),
        ("4000::1", "reserved"),
        ("fd00:ec2::254", "metadata"),
        ("202.96.128.86", ""),
        ("0.0.0.0", "unspecified"),
        ("127.0.0.53", "loopback"),
        ("10.1.2.3", "private"),
        ("100.64.0.1", "private"),
        ("100.100.100.200", "metadata"),
        ("169.254.169.254", "metadata"),
        ("203.0.113.9", "documentation"),
        ("192.0.0.170", "nat64"),
        ("192.88.99.1", "6to4"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
    ],
)
def test_why_an_address_does_not_count(address: str, why: str) -> None:
    assert unusable_because(address, allow_private=False) == why


@pytest.mark.parametrize("address", ["::1", "fd12:3456::1", "127.0.0.1", "192.168.1.1", "10.0.0.1"])
def test_own_networks_count_when_they_are_allowed(address: str) -> None:
    assert unusable_because(address, allow_private=False)
    assert unusable_because(address, allow_private=True) == ""


@pytest.mark.parametrize("address", ["fe80::1", "::ffff:10.0.0.1", "fd00:ec2::254", "169.254.169.254", "::"])
def test_some_never_count(address: str) -> None:
    assert unusable_because(address, allow_private=True)


def test_scopes() -> None:
    assert [scope_of(address) for address in ("2400:3200::1", "fd00::1", "fe80::1", "::1", "10.0.0.1")] == [
        "global",
        "private",
        "private",
        "loopback",
        "private",
    ]


def test_a_name_is_no_address() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        unusable_because("www.mou.gov.cn", allow_private=False)
