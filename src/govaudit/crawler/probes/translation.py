"""Whether this machine's resolver makes up IPv6 addresses for names that have none (DNS64, RFC 7050 and 6052)."""

from __future__ import annotations

import ipaddress

KNOWN_NAME = "ipv4only.arpa"
"""Has the addresses below and, on the real internet, no others."""
_KNOWN_ADDRESSES = frozenset({bytes((192, 0, 0, 170)), bytes((192, 0, 0, 171))})
_PLACES: dict[int, tuple[int, int, int, int]] = {
    96: (12, 13, 14, 15),
    64: (9, 10, 11, 12),
    56: (7, 9, 10, 11),
    48: (6, 7, 9, 10),
    40: (5, 6, 7, 9),
    32: (4, 5, 6, 7),
}
"""Length of the prefix → the octets that hold the IPv4 address (RFC 6052, 2.2)."""


def prefixes_of(answers: list[str]) -> list[str]:
    """The translator's prefixes, from the AAAA records of ``KNOWN_NAME``; empty: nobody translates."""
    found: list[str] = []
    for address in answers:
        octets = ipaddress.IPv6Address(address).packed
        for length, places in _PLACES.items():
            if bytes(octets[place] for place in places) in _KNOWN_ADDRESSES:
                found.append(str(ipaddress.ip_network((octets, length), strict=False)))
                break
    return sorted(set(found))


def is_made_up(address: str, prefixes: list[str]) -> bool:
    """Whether an IPv6 address lies in one of the prefixes."""
    parsed = ipaddress.ip_address(address)
    return any(parsed in ipaddress.ip_network(prefix) for prefix in prefixes)
