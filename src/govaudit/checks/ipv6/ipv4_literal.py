"""IP6010: addresses of IPv4 written into links and resources."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from govaudit.checks.links.references import CLICKED, references_where
from govaudit.checks.links.spread import counted_as_home
from govaudit.checks.links.verdict import fault_at, unfinished
from govaudit.checks.registry import Judgement, NoParams, check
from govaudit.inspection.facts import RESOURCE_TAGS, Tag
from govaudit.inspection.urls import address_kind, host_of, hostname_of, scheme_of

if TYPE_CHECKING:
    from govaudit.checks.context import Context
    from govaudit.inspection.facts import Link

_BEGINS_WITH_NUMBER = re.compile(r"https?://\d")
_WRITTEN = CLICKED | RESOURCE_TAGS | {Tag.FORM, Tag.POST, Tag.REFRESH, Tag.SCRIPTED}


@check("IP6010", name="ipv4-literal", faults=("resource", "link"), params=NoParams)
def ipv4_literal(context: Context, _: NoParams) -> Judgement:
    """Public IPv4 addresses in place of names, in links and resources of own pages.

    No record can lead a visitor with IPv6 alone to them. Each server so named (address and port) is one finding;
    private and loopback addresses are LNK008's, and a site registered by its address is not blamed for its own.

    Clause: none official; a hard-coded IPv4 address cannot be reached over IPv6 whatever the DNS says.
    Reads: references of own pages as they are written.
    Could not tell: interrupted, the home page's reason when nothing was read.
    """

    examined = 0

    def key_of(link: Link) -> str:
        nonlocal examined
        examined += 1
        if link.url is None or not _BEGINS_WITH_NUMBER.match(link.url) or link.tag not in _WRITTEN:
            return ""
        if not _is_public_ipv4(link.url) or context.scope.owns(link.url):
            return ""
        return f"{scheme_of(link.url)}://{host_of(link.url)}/"

    found = references_where(context, key_of)
    home = context.derived(counted_as_home)
    faults = [
        fault_at(
            context,
            references,
            home,
            subject=server,
            fault="resource" if any(one.link.tag in RESOURCE_TAGS for one in references) else "link",
            more={
                "address": hostname_of(server),
                "example": references[0].link.url or "",
                "targets": len({one.link.url for one in references}),
            },
        )
        for server, references in found.items()
    ]
    faults.sort(key=lambda fault: fault.aspect != "home")
    stopped = unfinished(context, examined)
    if stopped is not None and not faults:
        return stopped
    return Judgement(examined=examined, faults=faults, reason=stopped.reason if stopped else None)


def _is_public_ipv4(url: str) -> bool:
    host = hostname_of(url)
    try:
        return ipaddress.ip_address(host).version == 4 and address_kind(host) == "public"
    except ValueError:
        return False
