"""Prefixes of translators, by the addresses that every one of them makes up for the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govaudit.crawler.probes.translation import is_made_up, prefixes_of

if TYPE_CHECKING:
    import ipaddress


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        # RFC 6052, 2.4, with 192.0.0.170 for 192.0.2.33
        ("2001:db8:c000:aa::", "2001:db8::/32"),
        ("2001:db8:1c0:0:aa::", "2001:db8:100::/40"),
        ("2001:db8:122:c000:0:aa00::", "2001:db8:122::/48"),
        ("2001:db8:122:3c0:0:aa::", "2001:db8:122:300::/56"),
        ("2001:db8:122:344:c0:0:aa00::", "2001:db8:122:344::/64"),
        ("2001:db8:122:344::c000:aa", "2001:db8:122:344::/96"),
        ("64:ff9b::192.0.0.171", "64:ff9b::/96"),
    ],
)
def test_where_the_address_stands_tells_the_prefix(address: str, prefix: str) -> None:
    assert prefixes_of([address]) == [prefix]


def test_two_answers_of_one_translator_are_one_prefix() -> None:
    assert prefixes_of(["64:ff9b::c000:aa", "64:ff9b::c000:ab"]) == ["64:ff9b::/96"]


@given(st.ip_addresses(v=4))
def test_what_a_translator_makes_up_is_told_apart(address: ipaddress.IPv4Address) -> None:
    assert is_made_up(f"2400:3200:64::{address}", ["2400:3200:64::/96"])
    assert not is_made_up(f"2400:3200:65::{address}", ["2400:3200:64::/96"])
