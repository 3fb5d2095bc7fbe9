"""Which addresses of a DNS answer a visitor can be sent to, and why not the others."""

from __future__ import annotations

import ipaddress
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from govaudit.inspection.yaml_text import load_yaml

Scope = Literal["global", "private", "loopback"]

_METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "100.100.100.200", "fd00:ec2::254")))
"""Where clouds hand out the secrets of their machines: never connected to."""

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_OWN_NETWORK = frozenset({"loopback", "unique-local", "private"})


class _SpecialNetwork(BaseModel):
    """A row of the registry. ``document``: what sets the network apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    kind: str
    document: str


@cache
def _special() -> tuple[_SpecialNetwork, ...]:
    """The registry, the narrowest networks first."""
    data = load_yaml(files("govaudit") / "crawler" / "probes" / "special_addresses.yaml").data
    rows = TypeAdapter(list[_SpecialNetwork]).validate_python(data)
    return tuple(sorted(rows, key=lambda row: row.network.prefixlen, reverse=True))


def special_kinds() -> frozenset[str]:
    """All words that ``unusable_because`` may answer."""
    return frozenset(row.kind for row in _special()) | {"metadata", "reserved"}


def unusable_because(address: str, *, allow_private: bool) -> str:
    """Why a visitor cannot be sent to ``address``; empty when one can. Loopback, private and unique-local
    addresses are usable under ``allow_private``.

    ``mapped``, ``unspecified``, ``loopback``, ``link-local``, ``unique-local``, ``private``, ``documentation``,
    ``6to4`` … or ``reserved``. Raises ``ValueError`` when ``address`` is no IP address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if parsed in _METADATA:
        return "metadata"
    kind = next((row.kind for row in _special() if parsed in row.network), "")
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
