"""Which addresses of a DNS answer a visitor can be sent to, and why not the others."""

from __future__ import annotations

import ipaddress
from typing import Literal

Scope = Literal["global", "private", "loopback"]

_METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "100.100.100.200", "fd00:ec2::254")))
"""Where clouds hand out the secrets of their machines: never connected to."""

_NETWORKS: tuple[tuple[str, str], ...] = (
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "mapped"),
    ("::/96", "ipv4-compatible"),
    ("64:ff9b::/96", "nat64"),
    ("64:ff9b:1::/48", "nat64"),
    ("100::/64", "discard"),
    ("2001::/32", "teredo"),
    ("2001:2::/48", "benchmark"),
    ("2001:10::/28", "orchid"),
    ("2001:20::/28", "orchid"),
    ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"),
    ("2002::/16", "6to4"),
    ("fc00::/7", "unique-local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
    ("0.0.0.0/8", "unspecified"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "private"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved"),
    ("192.0.2.0/24", "documentation"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmark"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
)
"""The registries of special addresses (RFC 6890 and its successors), the narrower network first."""
_SPECIAL = tuple((ipaddress.ip_network(network), name) for network, name in _NETWORKS)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_OWN_NETWORK = frozenset({"loopback", "unique-local", "private"})


def unusable_because(address: str, *, allow_private: bool) -> str:
    """Why a visitor cannot be sent to ``address``; empty when one can. Loopback, private and unique-local
    addresses are usable under ``allow_private``.

    ``mapped``, ``unspecified``, ``loopback``, ``link-local``, ``unique-local``, ``private``, ``documentation``,
    ``6to4`` … or ``reserved``. Raises ``ValueError`` when ``address`` is no IP address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if parsed in _METADATA:
        return "metadata"
    kind = next((name for network, name in _SPECIAL if parsed in network), "")
    if allow_private and kind in _OWN_NETWORK:
        return ""
    if not kind and parsed.version == 6 and parsed not in _GLOBAL_UNICAST:
        return "reserved"
    return kind


def scope_of(address: str) -> Scope:
    """The network that an address belongs to, as routes to it go."""
    kind = unusable_because(address, allow_private=False)
    if kind == "loopback":
        return "loopback"
    return "private" if kind in {"unique-local", "private", "link-local", "metadata"} else "global"
